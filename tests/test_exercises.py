import json
import re

import numpy as np
import pytest
import torch

from aecourse import exercises
from aecourse.checking import engine, records

SEEDS = range(5)  # chance has its say, and the same each time
EXERCISES = list(exercises.every().values())
WRONG = [pytest.param(e, w, id=f"{e.number}-{k}") for e in EXERCISES for k, w in enumerate(e.wrong)]


@pytest.fixture(autouse=True)
def own_progress(monkeypatch, tmp_path):
    monkeypatch.setenv("AECOURSE_DATA", str(tmp_path))
    return tmp_path / "progress.json"


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.number)
def test_the_solution_passes_every_time(exercise):
    for seed in SEEDS:
        verdict = exercise.check(exercise.answer, seed)
        assert verdict.passed, f"{verdict}, seed {seed}"


def _dressed(value, tensor, number, truth, items):
    """The same result as somebody else may return it."""
    if isinstance(value, torch.Tensor) and value.ndim:
        return tensor(value)
    if isinstance(value, bool):
        return truth(value)
    if isinstance(value, int | float | torch.Tensor):
        return number(value)
    if isinstance(value, dict):
        return {key: _dressed(v, tensor, number, truth, items) for key, v in value.items()}
    if isinstance(value, tuple | list):
        return items(_dressed(v, tensor, number, truth, items) for v in value)
    return value


def _learned(value):
    """With a history of slopes, as a result has where parameters were involved."""
    return value * torch.ones(1, requires_grad=True)[0] if torch.as_tensor(value).is_floating_point() else value


DRESSES = {
    "lists": (lambda t: t.tolist(), float, int, list),
    "arrays": (lambda t: t.detach().numpy(), lambda x: np.float64(x), np.bool_, tuple),
    "64 bits": (lambda t: t.double(), lambda x: torch.tensor(float(x), dtype=torch.float64), torch.tensor, list),
    "32 bits": (lambda t: t, lambda x: torch.tensor(float(x)), torch.tensor, tuple),
    "slopes": (_learned, lambda x: _learned(torch.as_tensor(x)), float, tuple),
    "lists of tensors": (list, lambda x: x, bool, list),
    "sparse": (lambda t: t.to_sparse(), lambda x: x, bool, tuple),
}


@pytest.mark.filterwarnings("ignore:Converting a tensor")
@pytest.mark.parametrize("exercise", [e for e in EXERCISES if e.judge is None], ids=lambda e: e.number)
def test_a_right_answer_passes_in_every_dress(exercise):
    for name, dress in DRESSES.items():
        verdict = exercise.check(lambda *args, dress=dress: _dressed(exercise.answer(*args), *dress), seed=1)
        assert verdict.passed, f"{name}: {verdict}"


@pytest.mark.parametrize(("exercise", "wrong"), WRONG)
def test_every_known_wrong_answer_is_rejected_with_its_own_message(exercise, wrong):
    for seed in SEEDS:
        verdict = exercise.check(wrong.answer, seed)
        assert not verdict.passed, f"seed {seed}"
        judged = exercise.judge is not None  # a rule may add numbers of this trial
        assert verdict.message == wrong.message or (judged and verdict.message.startswith(wrong.message)), (
            f"seed {seed}"
        )


def test_messages_differ_and_each_exercise_knows_at_least_two_mistakes():
    for e in EXERCISES:
        messages = [w.message for w in e.wrong]
        assert len(set(messages)) == len(messages) >= 2
        assert e.hints


@pytest.mark.parametrize("chapter", exercises.quizzes())
def test_every_chapter_has_three_exercises_or_more(chapter):
    assert sum(e.number.startswith(f"{chapter}.") for e in EXERCISES) >= 3


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.number)
def test_an_untouched_stub_is_not_attempted_yet_and_not_counted(exercise, own_progress):
    def stub(*args):
        raise NotImplementedError

    assert repr(exercise.check(stub)) == f"{exercise.number} not attempted yet"
    assert not own_progress.exists()


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.number)
@pytest.mark.parametrize("given", [None, 0.0, "word", torch.zeros(2, 3, 4), [1, 2], True, {"training": set()}])
def test_a_constant_of_any_kind_is_rejected_and_never_crashes_the_check(exercise, given):
    verdict = exercise.check(lambda *args: given, seed=0)
    assert not verdict.passed
    assert verdict.message


def test_none_is_met_with_the_question_for_return():
    assert "is there a `return`?" in exercises.load("4.1").check(lambda y, y_tilde: None).message


def test_an_exception_is_reported_with_its_kind():
    assert "raised ZeroDivisionError" in exercises.load("4.1").check(lambda y, y_tilde: 1 / 0).message


def test_only_the_stubs_own_error_means_not_attempted():
    def unsupported(y, y_tilde):
        raise NotImplementedError("no kernel for this dtype")

    assert "raised NotImplementedError: no kernel" in exercises.load("4.1").check(unsupported).message


def test_a_result_instead_of_a_function_is_explained():
    assert "pass the function itself" in exercises.load("4.1").check(torch.zeros(3)).message


def test_changing_the_arguments_in_place_is_noticed():
    def careless(y, y_tilde):
        y -= y_tilde
        return y.square().sum(dim=(1, 2))

    assert "changes its arguments in place" in exercises.load("4.1").check(careless).message


def unheard_of(y, y_tilde):
    return (y - y_tilde).square().sum(dim=(1, 2)) + 1


def test_an_unknown_mistake_is_located():
    verdict = exercises.load("4.1").check(unheard_of)
    assert "entry" in verdict.message
    assert "expected" in verdict.message


@pytest.mark.parametrize("mistake", [unheard_of, lambda y, y_tilde: {}[y.sum().item()]], ids=["value", "exception"])
def test_where_the_inputs_matter_the_message_says_how_to_see_them_again(mistake):
    exercise, given = exercises.load("4.1"), []

    def seen(*args):
        given.append(args)
        return mistake(*args)

    verdict = exercise.check(seen)
    seed = int(re.search(r"check\(…, seed=(\d+)\)", verdict.message)[1])
    first, given = given, []
    assert exercise.check(seen, seed=seed) == verdict
    assert engine.same(given, first, 0.0)


def test_inputs_are_others_at_each_call_unless_a_seed_is_given():
    exercise, given = exercises.load("4.1"), []
    for seed in (None, None, 5, 5, 6):
        exercise.check(lambda *args: given.append(args), seed)
    a, b, c, d, e = given
    assert not engine.same(a, b, 0.0)
    assert engine.same(c, d, 0.0)
    assert not engine.same(d, e, 0.0)


def test_named_mistakes_stay_a_sentence():
    exercise = exercises.load("4.1")
    for fn in (exercise.answer, exercise.wrong[0].answer, lambda *args: None, 3):
        assert "seed" not in exercise.check(fn).message


@pytest.mark.parametrize("seed", [-1, 0.5, "7"])
def test_a_seed_is_a_whole_number(seed):
    with pytest.raises(ValueError, match="^seed: "):
        exercises.load("4.1").check(unheard_of, seed)


def test_a_float_is_as_good_as_a_tensor_of_one_number():
    exercise = exercises.load("0.3")
    assert exercise.check(lambda *args: exercise.answer(*args).item()).passed


@pytest.mark.parametrize(
    ("a", "b", "equal"),
    [
        (torch.ones(3), torch.ones(3), True),
        (torch.ones(3), torch.ones(3, 1), False),
        (torch.tensor(1.0), 1.0, True),
        (torch.ones(3), 1.0, False),
        (1, 1.0, True),
        (1, True, True),
        (torch.tensor(0.0), False, True),
        (2, True, False),
        (True, 1, False),
        ("yes", True, False),
        (784.0000000001, 784, True),
        (784.3, 784, False),
        (932401.0, 932400, False),
        (torch.tensor(784.00006), 784, True),
        ([1.0, 2.0], torch.tensor([1.0, 2.0]), True),
        ((torch.tensor(1.0), 2), torch.tensor([1.0, 2.0]), True),
        (np.array([1.0, 2.0]), torch.tensor([1.0, 2.0]), True),
        (torch.ones(3, dtype=torch.float64), torch.ones(3), True),
        (torch.eye(2).to_sparse(), torch.eye(2), True),
        (torch.nn.Parameter(torch.ones(3)), torch.ones(3), True),
        (torch.ones(3, device="meta"), torch.ones(3), False),
        (torch.ones(3) + 0j, torch.ones(3), False),
        (torch.tensor([12.0, 2e-6]), torch.tensor([12.0, 0.0]), True),  # decibels: near 0 the scale is that of all
        (torch.tensor([12.0, 2e-2]), torch.tensor([12.0, 0.0]), False),
        (["x", "y"], {"x", "y"}, True),
        ([{}, "y"], {"x", "y"}, False),
        ({"x": 1}.keys(), {"x"}, True),
        (torch.ones(2), (1.0, 1.0), True),
        (torch.rand(3, 2).min(dim=1), torch.ones(3), False),
        (True, True, True),
        ((1, 2.0), [1, 2.0], True),
        ((1,), (1, 2), False),
        ({"a": {1}}, {"a": {1}}, True),
        (float("nan"), float("nan"), True),
        (float("inf"), 1.0, False),
        (None, torch.ones(1), False),
        (len, len, True),
        (len, max, False),
    ],
)
def test_same(a, b, equal):
    assert engine.same(a, b, 1e-4) is equal
    assert (engine.difference(a, b, 1e-4) is None) is equal


def test_hints_advance_in_the_form_that_the_notebooks_teach_and_start_again(capsys):
    count = len(exercises.load("2.2").hints)
    for _ in range(count + 2):
        exercises.load("2.2").hint()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines[:count]] == [f"Hint {k + 1} of {count}" for k in range(count)]
    assert "last hint" in lines[count]
    assert lines[count + 1] == lines[0]


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.number)
def test_the_solution_runs_where_it_is_pasted(exercise, capsys):
    exercise.solution()
    scope = {"__name__": "pasted"}
    exec(capsys.readouterr().out, scope)
    assert exercise.check(scope[exercise.answer.__name__]).passed


def test_progress_counts_and_once_passed_stays_passed(own_progress, capsys):
    exercise = exercises.load("3.2")
    exercise.check(lambda n, d: 0)
    exercise.check(exercise.answer)
    exercise.check(lambda n, d: 0)
    assert json.loads(own_progress.read_text()) == {"3.2": {"attempts": 3, "passed": True}}
    exercises.progress()
    assert "3.2   ✓ done  3 attempts" in capsys.readouterr().out


def test_a_damaged_progress_file_is_set_aside_not_lost(own_progress, capsys):
    own_progress.write_text("{not json")
    records.record("0.1", True)
    assert own_progress.with_suffix(".damaged").read_text() == "{not json"
    assert records.read() == {"0.1": {"attempts": 1, "passed": True}}
    assert "was damaged" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_does_not_stand_in_the_way(monkeypatch, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("AECOURSE_DATA", str(tmp_path / "file" / "below"))
    assert exercises.load("3.2").check(exercises.load("3.2").answer).passed
    assert "progress is not kept" in capsys.readouterr().err


@pytest.mark.parametrize(("chapter", "quiz"), exercises.quizzes().items())
def test_every_option_of_every_question_has_a_reply_and_one_is_right(chapter, quiz):
    assert len(quiz.questions) >= 3
    for k, question in enumerate(quiz.questions, 1):
        replies = [quiz.reply(k, option) for option in question.options]
        assert sum(reply.startswith("✓") for reply in replies) == 1
        assert len(set(replies)) == len(replies)


def test_a_quiz_answers_a_click_and_reads_without_a_kernel():
    quiz = exercises.quiz("4")
    row = quiz.widget().children[0]
    _, buttons, reply = row.children
    for button, mark in zip(buttons.children, "✗✓", strict=False):  # one may change one's mind
        button.click()
        assert f">{mark} " in reply.value
    bundle = quiz._repr_mimebundle_()
    assert "<details>" in bundle["text/html"]
    assert "1. " in bundle["text/plain"]


def test_unknown_numbers_are_refused_by_name():
    with pytest.raises(ValueError, match=r"^number: expected one of '0.1'"):
        exercises.load("9.9")
    with pytest.raises(ValueError, match="^chapter: "):
        exercises.quiz("99")
    with pytest.raises(ValueError, match="^option: "):
        exercises.quiz("4").reply(1, "maybe")

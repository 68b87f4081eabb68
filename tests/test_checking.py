"""What the engine says and does, on small exercises of its own."""

import re
import signal
import threading
import time

import pytest
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy, mse_loss

from aecourse import exercises
from aecourse.checking import deadline, differences, engine, known, reductions, slips, solutions
from aecourse.checking.engine import Exercise, Wrong


@pytest.fixture(autouse=True)
def own_progress(monkeypatch, tmp_path):
    monkeypatch.setenv("AECOURSE_DATA", str(tmp_path))
    return tmp_path / "progress.json"


def _pair(generator, k):
    return tuple(torch.rand(3 + k, 5 + k % 2, generator=generator) for _ in range(2))


def cost(y, y_tilde):
    return (y - y_tilde).square().sum(dim=1)


def both(y, y_tilde):
    first = cost(y, y_tilde)
    second = first.mean()
    return first, second


def exercise(answer=cost, inputs=_pair, wrong=(), **options):
    return Exercise("99.1", "a test", "…", ("look",), inputs, answer, wrong, "well done", **options)


def said(fn, **options):
    return exercise(**options).check(fn, seed=1).message


@pytest.mark.parametrize(
    ("fn", "words"),
    [
        (lambda y, z: mse_loss(y, z), "averaged over everything, as many libraries do"),
        (lambda y, z: mse_loss(y, z, reduction="sum"), "summed over the batch as well"),
        (lambda y, z: mse_loss(y, z, reduction="none"), "not yet summed over the last dimension"),
        (lambda y, z: (y - z).square().mean(dim=1), "averaged over the components of a sample: the lecture sums"),
        (lambda y, z: cost(y, z).mean(), "averaged over the batch as well"),
        (lambda y, z: (y - z).square().sum(dim=0), "instead of the components: `dim=1` runs along a row"),
        (lambda y, z: cost(y, z) / 2, "half of it"),
        (lambda y, z: -cost(y, z), "the sign is reversed"),
        (lambda y, z: cost(y, z) * 2, "twice as large"),
        (lambda y, z: (y - z).norm(dim=1), "a root too many"),
        (lambda y, z: cost(y, z)[:, None], "the numbers are right, the shape is not"),
        (lambda y, z: mse_loss(y, z) / 2, r"averaged over everything.*, and half of it"),
        (lambda y, z: mse_loss(y, z).sqrt(), r"averaged over everything.*, and a root too many"),
        (lambda y, z: 5e-4 * cost(y, z), r"every number is 0\.0005 times the right one"),
        (lambda y, z: cost(y, z) / len(y), "divided by the number of samples"),
    ],
)
def test_forms_that_people_write_are_named_whatever_the_exercise(fn, words):
    message = said(fn)
    assert re.search(words, message)
    assert "entry" not in message


def test_the_logarithm_of_another_base_is_named():
    def nats(y, y_tilde):
        return -(y * y_tilde.log()).sum(dim=1)

    assert "in bits" in said(lambda y, z: -(y * z.log2()).sum(dim=1), answer=nats)
    assert "base 10" in said(lambda y, z: -(y * z.log10()).sum(dim=1), answer=nats)


def test_a_transposed_matrix_and_a_reversed_list_are_named():
    assert "rows and columns are swapped" in said(lambda y, z: (z.T @ y).T, answer=lambda y, z: z.T @ y)
    assert "the order is reversed" in said(lambda y, z: cost(y, z).flip(0))


def test_a_known_mistake_and_a_common_form_are_named_together():
    wrong = (Wrong(lambda y, z: binary_cross_entropy(z, y, reduction="none").sum(dim=1), "y and ỹ are swapped"),)
    message = said(lambda y, z: binary_cross_entropy(z, y), wrong=wrong)
    assert message.startswith("y and ỹ are swapped; and averaged over everything")


@pytest.mark.parametrize("values", [torch.zeros(4), torch.ones(4), torch.tensor([2.0, 1.0, 4.0, 3.0])])
def test_what_is_no_form_of_the_answer_is_not_called_one(values):
    expected = [torch.tensor([1.0, 2.0, 3.0, 4.0]) * (k + 1) for k in range(5)]
    assert reductions.form([values * (k + 1) ** 1.5 for k in range(5)], expected, [()] * 5, 1e-4) is None


@pytest.mark.parametrize(
    ("result", "expected", "words"),
    [
        (932401, 932400, "expected 932400, got 932401"),
        (1.00002, 1.0, "expected 1, got 1.00002"),
        (torch.tensor([1.0, 2.001]), torch.tensor([1.0, 2.0]), "entry 1: expected 2, got 2.001"),
        (torch.eye(3) + torch.eye(3).flip(1) / 8, torch.eye(3), "row 0, column 2: expected 0, got 0.125"),
        (torch.ones(2, 2, 2), torch.zeros(2, 2, 2), r"entry \(0, 0, 0\)"),
        (3.0, torch.ones(2), r"expected a tensor of shape \(2,\), got one number"),
        (torch.ones(2), 1.0, r"expected one number, got a tensor of shape \(2,\)"),
        (float("nan"), 1.0, "expected 1, got nan"),
        ({"x", "z"}, {"x", "y"}, "not yet the right set: 1 missing and 1 that do not belong"),
        ({"a": True, "b": {1}}, {"a": True, "b": {2}}, "'b': not yet the right set"),
        ({"a": 1}, {"b": 1}, "expected the keys 'b', got"),
        ((1, 2), (1, 3), "item 1: expected 3, got 2"),
        (7, (1, torch.ones(2)), r"expected a tuple of 2 \(one number; a tensor of shape \(2,\)\), got one number"),
        ("moon", "star", "'moon' is not right"),
        ("yes", True, "say True or False, not 'yes'"),
        (torch.rand(2, 3).min(dim=1), torch.ones(2), "`min` along a dimension .* take `.values`"),
        (len, 1.0, "expected one number, got a function, `len`"),
        (torch.ones(2, device="meta"), torch.ones(2), "cannot be compared"),
    ],
)
def test_a_difference_is_told_in_words_that_do_not_contradict_the_verdict(result, expected, words):
    assert re.search(words, differences.difference(result, expected, 1e-6) or "the same")


def test_the_solution_is_never_told_where_nothing_goes_in():
    def place():
        return {"training": {"x", "y"}, "testing": {"x"}}

    secret = exercise(place, lambda generator, k: ())
    for given in (0, {}, {"training": {"z"}, "testing": {"x"}}):
        message = secret.check(lambda given=given: given).message
        assert "'y'" not in message
        assert "hint()" in message
        assert secret.trial() is None


def test_items_of_a_tuple_have_the_names_of_the_answer():
    message = said(lambda y, z: (cost(y, z), cost(y, z)[0]), answer=both)
    assert message.startswith("second: expected")


def test_two_mistakes_in_one_dictionary_are_named_one_by_one():
    def place():
        return {"a": True, "b": True, "c": True}

    wrong = [Wrong(lambda key=key: {**place(), key: False}, f"{key} is not false") for key in "ab"]
    two = exercise(place, lambda generator, k: (), wrong)
    assert (
        two.check(lambda: dict.fromkeys("abc", False)).message
        == "a is not false; b is not false; not yet right for 'c'"
    )


def test_a_failing_call_is_kept_and_shown(capsys):
    def off_by_one(y, y_tilde):
        return cost(y, y_tilde) + (len(y) > 4)

    e = exercise()
    message = e.check(off_by_one, seed=1).message
    assert '`exercises.load("99.1").trial()` shows this call' in message
    trial = exercise().trial()
    assert list(trial.arguments) == ["y", "y_tilde"]
    assert len(trial.arguments["y"]) == 5
    assert differences.same(trial.got, trial.expected + 1, 1e-6)
    assert [line.split()[0] for line in repr(trial).splitlines()] == ["y", "y_tilde", "expected", "got"]
    assert e.check(cost).passed
    assert e.trial() is None
    assert "No call failed" in capsys.readouterr().out


def test_an_error_comes_with_its_arguments_and_a_sentence_of_ours():
    e = exercise()
    message = e.check(lambda y, z: y @ z, seed=1).message
    assert "raised RuntimeError: mat1 and mat2 shapes" in message
    assert "A matrix product needs as many columns on its left as rows on its right" in message
    assert isinstance(e.trial().got, RuntimeError)


def test_a_wrong_number_of_arguments_is_answered_with_their_names():
    assert "It is called with (y, y_tilde)" in said(lambda y: y)


def test_a_known_wrong_answer_may_raise():
    wrong = (Wrong(lambda y, z: y @ z, "samples are rows"),)
    assert said(lambda y, z: torch.matmul(y, z), wrong=wrong) == "samples are rows"
    assert said(lambda y, z: y @ z[:2], wrong=wrong) != "samples are rows"


@pytest.mark.parametrize(
    "slip",
    [
        lambda y: (y > 0).mean(),
        lambda y: y @ y,
        lambda y: y + y[:2],
        lambda y: y.double() @ y.T,
        lambda y: [1.0] * [2],
        lambda y: torch.dot([1.0], [2.0]),
        lambda y: torch.log(2.0),
        lambda y: y.sum().item().square(),
        lambda y: y.min(dim=1) + 1,
        lambda y: y if y > 0 else 0,
        lambda y: float(y),
        lambda y: torch.where(y, y, y),
        lambda y: y.sum(dim=2),
        lambda y: torch.autograd.grad(y.sum(), y),
        lambda y: torch.autograd.grad(y.clone().requires_grad_(), y),
        lambda y: not_imported(y),  # noqa: F821
    ],
)  # fmt: skip
def test_usual_slips_have_a_sentence_of_ours(slip):
    error = known.outcome(slip, (torch.rand(3, 4),))
    assert isinstance(error, Exception)
    assert slips.meaning(error)


def test_a_call_of_another_unwritten_function_is_told_by_its_name(own_progress):
    def energy(y):
        raise NotImplementedError

    assert said(lambda y, z: energy(y - z)) == "calls `energy`, which is not written yet"
    assert said(energy, inputs=lambda generator, k: (torch.ones(2),)) == engine.NOT_YET
    assert not own_progress.exists()


def test_a_stub_in_a_class_is_not_attempted_yet():
    class Model:
        def __init__(self, y, z):
            raise NotImplementedError

    assert said(Model) == engine.NOT_YET


def endless(*arguments):
    while True:
        try:
            sum(range(100))
        except Exception:
            continue


def test_an_endless_loop_is_stopped_and_the_limit_named():
    before = signal.getsignal(signal.SIGINT)
    assert said(endless, seconds=0.05).startswith("stopped: it took longer than 0.05 s")
    assert signal.getsignal(signal.SIGINT) is before


def test_an_endless_loop_is_stopped_where_there_is_no_alarm():
    messages = []
    thread = threading.Thread(target=lambda: messages.append(said(endless, seconds=0.05)), daemon=True)
    thread.start()
    thread.join(timeout=60)
    assert messages[0].startswith("stopped: it took longer than 0.05 s")


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no alarm on this system")
def test_another_alarm_goes_on_after_a_deadline():
    handler = signal.signal(signal.SIGALRM, lambda *_: None)
    signal.setitimer(signal.ITIMER_REAL, 500)
    try:
        with deadline.deadline(100):
            assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= 100
        assert 100 < signal.getitimer(signal.ITIMER_REAL)[0] <= 500
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)


def test_nothing_is_raised_after_a_block_that_ended_in_time():
    with deadline._by_thread(0.02):
        pass
    time.sleep(0.05)
    with pytest.raises(KeyboardInterrupt), deadline.deadline(5):
        raise KeyboardInterrupt


def _low(fn, generator):
    """Whether a descent ends low, wherever it ends."""
    z = fn(lambda z: (z.square() - 1).square(), torch.randn(4, generator=generator))
    return None if (z.square() - 1).abs().max() < 0.05 else f"{z.abs().max():.2f} is not low"


def descend(energy, z):
    for _ in range(200):
        z = z.detach().requires_grad_()
        z = z - 0.05 * torch.autograd.grad(energy(z).sum(), z)[0]
    return z.detach()


def test_behaviour_is_judged_by_its_outcome():
    judged = exercise(descend, None, judge=_low)
    assert judged.check(descend).passed
    assert judged.check(lambda energy, z: z.sign()).passed
    assert "is not low" in judged.check(lambda energy, z: 3 + 0 * z).message
    assert "raised ZeroDivisionError" in judged.check(lambda energy, z: 1 / 0).message
    assert "cannot be judged: AttributeError" in judged.check(lambda energy, z: "low").message
    assert "stopped: it took longer" in exercise(descend, None, judge=_low, seconds=0.05).check(endless).message


def test_what_a_learner_draws_depends_on_the_seed_only_and_disturbs_nothing():
    drawn, e = [], exercise()
    for seed in (1, 1, 2):
        torch.manual_seed(seed + 10)
        state = torch.get_rng_state()
        e.check(lambda y, z: drawn.append(torch.rand(1).item()), seed)
        assert torch.equal(torch.get_rng_state(), state)
    assert drawn[0] == drawn[1] != drawn[2]


def test_a_pasted_solution_brings_imports_and_helpers_and_nothing_else():
    source = solutions.pasted(both)
    assert source.startswith("def cost(")
    assert "import" not in source
    assert "from torch import nn\n" in solutions.pasted(solutions_use_this)


def solutions_use_this():
    return nn.Identity()


def test_every_exercise_is_found_by_the_form_that_messages_teach():
    for number in exercises.every():
        assert exercises.load(number).number == number

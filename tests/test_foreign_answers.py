"""What learners write, and what comes back: answers by people who saw only the statements, right ones and wrong ones.

They lie in `foreign_answers/chNN.py`, a file a chapter: `RIGHT` and `WRONG` hold for each exercise the answers by name,
or a list (then a function goes by its own name, a lambda by its place, from 0). What is called "never ends" gets one
second.
"""

import copy
import dataclasses
import functools
import importlib.util
import inspect
import re
from pathlib import Path

import pytest

from aecourse import exercises

SEEDS = (0, 1, 2)
LONGEST = 600  # characters of a message
FILES = {path.stem: path for path in sorted((Path(__file__).parent / "foreign_answers").glob("ch*.py"))}


def _read(path):
    spec = importlib.util.spec_from_file_location(f"foreign_answers_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CHAPTERS = {name: _read(path) for name, path in FILES.items()}


def _named(answers):
    if isinstance(answers, dict):
        return answers
    names = (getattr(answer, "__name__", "<lambda>") for answer in answers)
    return {str(k) if name == "<lambda>" else name: answers[k] for k, name in enumerate(names)}


def _answers(kind):
    for chapter in CHAPTERS.values():
        for number, answers in getattr(chapter, kind).items():
            for name, answer in _named(answers).items():
                seconds = 1 if name == "never ends" else None
                yield pytest.param(number, answer, seconds, id=f"{number} {name}")


@functools.cache
def _exercise(number):
    """The exercise, which makes the inputs of each seed once for all answers: some take longer than a check."""
    exercise = exercises.load(number)
    if exercise.judge:
        return exercise
    made = {}

    def inputs(generator, k):
        if (generator.initial_seed(), k) not in made:
            made[generator.initial_seed(), k] = exercise.inputs(generator, k)
        return copy.deepcopy(made[generator.initial_seed(), k])

    return dataclasses.replace(exercise, inputs=inputs)


def _contradiction(message, trial):
    """Whatever the verdict says about what came and what should have come, the two differ."""
    said = re.search(r"expected (.+?), (?:but )?got (.+?)(?:[;:.,] |$)", message)
    if said and said[1] == said[2]:
        return True
    shown = {line.split()[0]: line.split(maxsplit=1)[1] for line in str(trial).splitlines() if " " in line}
    equal = trial is not None and shown.get("expected") == shown.get("got") is not None
    return equal and "differ" not in shown and not re.search("argument|chang|in place|handed", message)


def _code(exercise):
    """The lines of the solution that would tell it, without spaces."""
    lines = inspect.getsource(exercise.answer).splitlines()[1:]
    told = [re.sub(r"\s|^\s*return ", "", line) for line in lines if '"""' not in line]
    return [line for line in told if len(line) > 15]


def _explains(message, trial):
    """A trial is shown, or the message is a sentence that says more than which entries are wrong."""
    return trial is not None or (len(message.split()) > 4 and not re.match("not yet right for [^;]*$", message))


@pytest.mark.parametrize(("number", "answer", "seconds"), list(_answers("RIGHT")))
def test_a_right_answer_in_any_style_passes(number, answer, seconds):
    for seed in SEEDS:
        verdict = _exercise(number).check(answer, seed=seed)
        assert verdict.passed, f"seed {seed}: {verdict.message}"


@pytest.mark.parametrize(("number", "answer", "seconds"), list(_answers("WRONG")))
def test_a_wrong_answer_is_told_what_is_wrong(number, answer, seconds):
    exercise = dataclasses.replace(_exercise(number), seconds=seconds) if seconds else _exercise(number)
    for seed in SEEDS[:1] if seconds else SEEDS:
        verdict = exercise.check(answer, seed=seed)
        assert not verdict.passed, f"seed {seed} passes"
        assert len(verdict.message) < LONGEST, f"seed {seed}: {verdict.message[:LONGEST]} …"
        trial = exercise.trial()
        assert _explains(verdict.message, trial), f"seed {seed}: only {verdict.message}"
        assert "cannot be judged" not in verdict.message, f"seed {seed}: {verdict.message}"
        assert not _contradiction(verdict.message, trial), f"seed {seed}: {verdict.message}\n{trial}"
        plain = re.sub(r"\s", "", verdict.message)
        assert not any(line in plain for line in _code(exercise)), f"the solution is told: {verdict.message}"

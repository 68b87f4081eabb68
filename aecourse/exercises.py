"""Exercises: load one, write a function, check it; the check names the misconception.

From a notebook::

    e = exercises.load("4.2")   shows the statement
    e.check(my_function)        confirms, or says what went wrong
    e.trial()                   the call at which the last check failed: arguments, expected, got
    e.hint()                    one step further at each call
    e.solution()                tested source, which runs where it is pasted
    exercises.predict("0.2")    asks for a prediction, and keeps it
    exercises.compare("0.2", 28)  how far it was, and why
    exercises.quiz("4")         the self-test that closes a notebook
    exercises.progress()        what has been done so far

The exercises themselves lie in the chapters' folders and are found there; `aecourse.checking` does the checking.
"""

from functools import cache

from aecourse import chapters, guards
from aecourse.checking.engine import Exercise
from aecourse.checking.predictions import Asked, Compared, Prediction
from aecourse.checking.quizzes import Quiz
from aecourse.checking.records import progress

__all__ = ["compare", "every", "load", "predict", "predictions", "progress", "quiz", "quizzes"]


@cache
def every() -> dict[str, Exercise]:
    """All exercises of the course by number, chapter after chapter."""
    return {exercise.number: exercise for number in chapters.folders() for exercise in _of(number)}


@cache
def quizzes() -> dict[str, Quiz]:
    """The self-tests of the course by the number of their chapter."""
    parts = {number: chapters.part(number, "exercises") for number in chapters.folders()}
    return {n: Quiz(n, part.QUESTIONS, script=not _predicted(n)) for n, part in parts.items() if part}


@cache
def predictions() -> dict[str, Prediction]:
    """All predictions of the course by number, chapter after chapter."""
    return {prediction.number: prediction for number in chapters.folders() for prediction in _predicted(number)}


def predict(number: str) -> Asked:
    """Ask for a prediction; a notebook shows the question and keeps what is given.

    Args:
        number: of the section, such as "0.2".

    Raises:
        ValueError: there is no such prediction.
    """
    prediction = _prediction(number)
    first = _predicted(number.partition(".")[0])[0]
    return Asked(prediction, script=prediction is first)  # a page needs it once


def compare(number: str, value: str | float | None = None) -> Compared:
    """Compare a prediction with what came out; without a prediction it says what came out, and why.

    Args:
        number: of the prediction, such as "0.2".
        value: a number; for a choice the option that came out, the right one unless told.

    Raises:
        ValueError: there is no such prediction, or nothing like this can come out.
    """
    return Compared(_prediction(number), value)


def load(number: str) -> Exercise:
    """The exercise with this number; a notebook shows its statement.

    Args:
        number: chapter and place, such as "4.2".

    Raises:
        ValueError: there is no such exercise.
    """
    chapter = number.partition(".")[0] if isinstance(number, str) else ""
    found = {e.number: e for e in _of(chapter)} if chapter in chapters.folders() else {}
    known = found if number in found else every()
    return known[guards.choice("number", number, known)]


def quiz(chapter: str) -> Quiz:
    """The self-test of a chapter.

    Args:
        chapter: its number, such as "4".

    Raises:
        ValueError: there is no such chapter, or it has no self-test.
    """
    return quizzes()[guards.choice("chapter", chapter, quizzes())]


def _of(chapter: str) -> tuple[Exercise, ...]:
    part = chapters.part(chapter, "exercises")
    return part.EXERCISES if part else ()


def _predicted(chapter: str) -> tuple[Prediction, ...]:
    return getattr(chapters.part(chapter, "exercises"), "PREDICTIONS", ())


def _prediction(number: str) -> Prediction:
    return predictions()[guards.choice("number", number, predictions())]

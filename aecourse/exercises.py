"""Exercises: load one, write a function, check it; the check names the misconception.

From a notebook::

    e = exercises.load("4.2")   shows the statement
    e.check(my_function)        confirms, or says what went wrong
    e.hint()                    one step further at each call
    e.solution()                tested source
    exercises.quiz("4")         the self-test that closes a notebook
    exercises.progress()        what has been done so far

The exercises themselves lie in the chapters' folders and are found there; `aecourse.checking` does the checking.
"""

import dataclasses
from functools import cache

from aecourse import chapters, guards
from aecourse.checking.engine import Exercise
from aecourse.checking.quizzes import Quiz
from aecourse.checking.records import progress

__all__ = ["every", "load", "progress", "quiz", "quizzes"]


@cache
def every() -> dict[str, Exercise]:
    """All exercises of the course by number, chapter after chapter."""
    return {exercise.number: exercise for number in chapters.folders() for exercise in _of(number)}


@cache
def quizzes() -> dict[str, Quiz]:
    """The self-tests of the course by the number of their chapter."""
    parts = {number: chapters.part(number, "exercises") for number in chapters.folders()}
    return {number: Quiz(number, part.QUESTIONS) for number, part in parts.items() if part}


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
    return dataclasses.replace(known[guards.choice("number", number, known)])  # hints start anew


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

"""Exercises: load one, write a function, check it; the check names the misconception.

e = exercises.load("4.2")   shows the statement
e.check(my_function)        confirms, or says what went wrong
e.hint()                    one step further at each call
e.solution()                tested source
exercises.quiz("4")         the self-test that closes a notebook
exercises.progress()        what has been done so far

engine     Exercise: checking a function against fresh random inputs
quizzes    Quiz: questions whose every answer has a reply
records    the small file in the user's data folder
the others: the exercises, one module a notebook's idea, in the order of `_ROOMS`
"""

import dataclasses

from aecourse import guards
from aecourse.exercises import (
    autoencoder,
    captions,
    chance,
    costs,
    cures,
    definitions,
    images,
    inference,
    loss,
    narrow,
    plane,
    start,
    tokens,
    wide,
)
from aecourse.exercises.engine import Exercise
from aecourse.exercises.quizzes import Quiz
from aecourse.exercises.records import progress

_ROOMS = (
    start,
    definitions,
    inference,
    autoencoder,
    costs,
    loss,
    narrow,
    wide,
    cures,
    plane,
    images,
    chance,
    tokens,
    captions,
)
ALL: dict[str, Exercise] = {e.number: e for room in _ROOMS for e in room.EXERCISES}
QUIZZES: dict[str, Quiz] = {room.CHAPTER: Quiz(room.CHAPTER, room.QUESTIONS) for room in _ROOMS}

__all__ = ["ALL", "QUIZZES", "load", "progress", "quiz"]


def load(number: str) -> Exercise:
    """The exercise with this number, such as "4.2"; a notebook shows its statement."""
    return dataclasses.replace(ALL[guards.choice("number", number, ALL)])  # hints start anew


def quiz(chapter: str) -> Quiz:
    """The self-test of a chapter, such as "4"."""
    return QUIZZES[guards.choice("chapter", chapter, QUIZZES)]

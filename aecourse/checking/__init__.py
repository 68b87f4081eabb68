"""Checking a learner's work: an exercise against known mistakes, a self-test, and a small file that remembers.

The modules::

    engine     Exercise: checking a function against fresh random inputs
    quizzes    Quiz: questions whose every answer has a reply
    records    the small file in the user's data folder
"""

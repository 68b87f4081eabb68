"""What a learner gives: exercises against known mistakes, predictions, self-tests; and small files that remember.

The modules::

    engine       Exercise: checking a function on fresh random inputs, or judging what it does
    differences  one criterion for "the same", and a sentence about the first thing that differs
    known        naming a mistake: a known wrong answer, a form that people write, or both
    reductions   the forms of a right answer that people write, for all exercises
    slips        what the usual errors of Python and torch mean
    trials       one call: what went in, what was expected, what came
    deadline     a time limit that stops an endless loop
    solutions    the source of an answer, so that it runs where it is pasted
    predictions  Prediction: given before the answer is seen, then compared with it
    quizzes      Quiz: questions whose every answer has a reply
    forms        a question that takes an answer, with a kernel and without
    records      small files in the user's data folder
"""

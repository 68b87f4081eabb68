"""What a learner gives: exercises against known mistakes, predictions, self-tests; and small files that remember.

The modules::

    engine       Exercise: checking a function against fresh random inputs
    predictions  Prediction: given before the answer is seen, then compared with it
    quizzes      Quiz: questions whose every answer has a reply
    forms        a question that takes an answer, with a kernel and without
    records      small files in the user's data folder
"""

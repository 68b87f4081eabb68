"""What the live figures of chapter 1 say is true."""

import itertools

from aecourse.chapters.ch01_definitions.live_figures import feedback
from aecourse.tasks import TASKS


def test_feedback_is_right_for_each_of_the_eight_answers():
    for task, answer in itertools.product(TASKS.values(), itertools.product([True, False], repeat=3)):
        said = feedback(task.name, *answer)
        assert said.count("✗") == sum(a != t for a, t in zip(answer, task.place, strict=True))
        assert said.count("✓") + said.count("✗") == 3

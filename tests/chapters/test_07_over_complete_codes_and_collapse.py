"""What the live figures of chapter 7 say is true."""

import pytest
import torch

from aecourse.chapters.ch07_over_complete_codes_and_collapse.live_figures import widen


def test_maps_that_are_not_finite_are_refused_by_name():
    three = torch.ones(3)
    with pytest.raises(ValueError, match="^maps: expected finite"):
        widen(three, torch.full((3, 9, 9), torch.nan), three, three, three, 0.1)

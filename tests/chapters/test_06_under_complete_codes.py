"""What the live figures of chapter 6 say is true."""

import numpy as np
import pytest
import torch

from aecourse.chapters.ch06_under_complete_codes.live_figures import explore_the_code


def draws(h):
    """A decoder whose image shows the code: grey by h_1 above, by h_2 below."""
    return torch.sigmoid(h)[:, [0, 0, 1, 1]]


CODES = (torch.randn(60, 2, generator=torch.Generator().manual_seed(0)), torch.arange(60) % 10, draws)


def test_the_code_plane_draws_what_the_decoder_says_and_names_the_nearest_digit():
    h, labels, decode = CODES
    picture = explore_the_code(*CODES).set(h_1=h[7, 0].item(), h_2=h[7, 1].item())
    drawn = np.asarray(picture.figure.axes[1].images[0].get_array())
    assert np.allclose(drawn, decode(h[7:8]).view(2, 2), atol=1e-6)
    assert f"the nearest unseen digit is a {labels[7].item()}" in picture.caption


def test_codes_and_labels_that_do_not_fit_are_refused_by_name():
    with pytest.raises(ValueError, match=r"^h: expected shape \(batch, 2\)"):
        explore_the_code(torch.rand(5, 3), torch.ones(5), draws)
    with pytest.raises(ValueError, match="^labels: expected one per code"):
        explore_the_code(torch.rand(5, 2), torch.ones(4), draws)

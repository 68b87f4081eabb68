"""What chapter 6 says is true: its live figure, its shipped errors, and a bug that hides."""

import numpy as np
import pytest
import torch

from aecourse import data, energies, exercises, limits, weights
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


def shipped():
    """Errors over PCA's, (widths, seeds), by kind."""
    runs, _ = weights.read(weights.FOLDER / "narrow_codes.safetensors")
    pca, unseen = limits.pca(data.digits("train"), 64), data.digits("test")
    h = pca.encode(unseen)
    optimum = [
        energies.squared_error(unseen, pca.decode(h * (torch.arange(64) < d))).mean() for d in runs["widths"].tolist()
    ]
    ratios = {kind: runs[kind] / torch.stack(optimum)[:, None] for kind in ("linear", "shallow", "deep")}
    return ratios, runs["widths"].tolist(), runs["by budget"]


def test_after_forty_passes_linear_codes_reach_pca_and_deep_ones_leave_little_more_than_half():
    ratio, widths, by_budget = shipped()
    assert ratio["linear"].min() > 0.99
    assert ratio["linear"].max() < 1.01
    from_eight = [k for k, d in enumerate(widths) if d >= 8]
    assert ratio["deep"][from_eight].max() < 0.6
    assert (ratio["deep"][:-1] < ratio["shallow"][:-1]).all()
    assert ratio["shallow"][-1].max() < ratio["deep"][-1].min()  # at d = 64 the sigmoid alone is ahead
    assert by_budget[1, 0] > 7.2 > by_budget[1, 1]  # after five passes behind PCA (7.1), later not
    assert (by_budget.diff(dim=1) < 0).all()  # more passes, less error on unseen digits


def test_samples_that_the_encoder_does_not_tell_apart_hide_the_bug():
    """The solution of 6.5 against the energies themselves."""
    generator = torch.Generator().manual_seed(0)
    W_h, W_y = torch.randn(2, 6, generator=generator), torch.randn(6, 2, generator=generator)
    exposing, hiding = exercises.load("6.5").answer(W_h, W_y)
    for y, same in ((exposing, False), (hiding, True)):
        y_tilde = y @ W_h.T @ W_y.T
        right, wrong = energies.squared_error(y, y_tilde), energies.squared_error(y, y_tilde[:1].expand_as(y))
        assert torch.allclose(right, wrong, atol=1e-4) == same

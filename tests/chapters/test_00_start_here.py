"""What the live figures of chapter 0 say is true."""

import torch

from aecourse import data, limits
from aecourse.chapters.ch00_start_here.live_figures import how_many_numbers


def test_the_digit_drawn_is_the_best_affine_reconstruction():
    Y, Y_test = data.digits(), data.digits("test")
    picture = how_many_numbers().set(d=25, digit="7")
    drawn = torch.as_tensor(picture.figure.axes[1].images[0].get_array()).float()
    rebuilt = limits.pca(Y, 25).reconstruct(Y_test).view(-1, 28, 28)
    assert (rebuilt - drawn).abs().amax(dim=(1, 2)).min() < 1e-3


def test_the_title_says_how_many_numbers_are_kept():
    picture = how_many_numbers().set(d=37)
    assert "$d$ = 37" in picture.figure.axes[1].get_title(loc="left")

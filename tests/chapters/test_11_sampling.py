"""What the live figures of chapter 11 say is true."""

import pytest
import torch

from aecourse.chapters.ch11_sampling.live_figures import Trained, dial_beta


def test_the_dial_says_how_many_codes_lie_outside():
    mu = torch.tensor([[0.0, 0.0], [0.0, 1.9], [3.0, 0.0], [0.0, -2.5]])
    first = Trained(mu, torch.rand(16, 784), 150.0, 5.0)
    picture = dial_beta({1.0: first, 2.0: first._replace(kl=1.0)}, torch.arange(4))
    assert "β = 1: C = 150 nats, KL = 5.0 nats" in picture.caption
    assert "50 % of the codes lie outside" in picture.caption
    assert "KL = 1.0" in picture.set(beta=1).caption
    with pytest.raises(ValueError, match="^trained: expected at least two"):
        dial_beta({1.0: first}, torch.arange(4))

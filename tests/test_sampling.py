import itertools
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from aecourse import data, limits, sampling

C = torch.tensor([[0.3, -0.7]], dtype=torch.float64)


def to_one_point(y, sigma):
    """The best possible denoiser of data that is a single point."""
    return limits.BayesDenoiser(C, sigma)(y)


def of_gaussian_data(spread):
    """The best possible denoiser of N(0, spread^2 I)."""
    return lambda y, sigma: spread**2 / (spread**2 + sigma**2) * y


def some(rows=4, seed=0):
    return torch.randn(rows, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


@given(st.lists(st.floats(0.01, 10), min_size=1, max_size=8, unique=True))
@settings(deadline=None, max_examples=40)
def test_toward_a_single_point_the_noise_that_is_left_is_the_noise_level(levels):
    sigmas = torch.tensor(sorted(levels, reverse=True), dtype=torch.float64)
    y = some()
    path = sampling.fall(to_one_point, y, sigmas)
    left = torch.cat([sigmas, torch.zeros(1)]) / sigmas[0]
    torch.testing.assert_close(path, C + left[:, None, None] * (y - C), atol=1e-12, rtol=1e-9)


def test_the_last_step_ends_at_the_denoisers_answer():
    sigmas, y = torch.tensor([0.4, 0.2, 0.1]), some()
    path = sampling.fall(of_gaussian_data(0.5), y, sigmas)
    assert path.shape == (4, 4, 2)
    assert torch.equal(path[0], y)
    torch.testing.assert_close(path[-1], of_gaussian_data(0.5)(path[-2], sigmas[-1].item()))


def test_falling_through_gaussian_data_nears_the_exact_flow_at_first_order():
    """dy / dsigma = (y - y_tilde) / sigma is linear here: y(sigma') = y sqrt((s^2 + sigma'^2) / (s^2 + sigma^2))."""
    spread, high, low, y = 0.6, 2.0, 0.05, some()
    exact = y * math.sqrt((spread**2 + low**2) / (spread**2 + high**2))
    errors = []
    for steps in (50, 100, 200, 400):
        sigmas = torch.logspace(math.log10(high), math.log10(low), steps + 1, dtype=torch.float64)
        reached = sampling.fall(of_gaussian_data(spread), y, sigmas)[steps]  # at `low`, before the last jump
        errors.append((reached - exact).abs().max().item())
    assert errors[-1] < 0.01
    for coarse, fine in itertools.pairwise(errors):
        assert coarse / fine == pytest.approx(2, rel=0.06)


def test_samples_of_gaussian_data_have_its_spread():
    spread = 0.6
    noise = 10 * torch.randn(20_000, 1, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    end = sampling.fall(of_gaussian_data(spread), noise, torch.logspace(1, -3, 300, dtype=torch.float64))[-1]
    assert end.std().item() == pytest.approx(spread, rel=0.03)


def test_a_fall_to_almost_no_noise_ends_at_a_point_of_the_data():
    points = data.spiral(30).double()
    end = sampling.fall(lambda y, s: limits.BayesDenoiser(points, s)(y), some(40), torch.logspace(0, -4, 200))[-1]
    assert torch.cdist(end, points).amin(dim=1).max() < 1e-9
    assert len(set(torch.cdist(end, points).argmin(dim=1).tolist())) > 10


def test_staying_jumps_to_the_answer_again_and_again():
    y = some()
    path = sampling.stay(of_gaussian_data(1.0), y, 1.0, 5)
    torch.testing.assert_close(path, y * torch.tensor([0.5**k for k in range(6)])[:, None, None].double())
    there = sampling.stay(to_one_point, y, 0.3, 2)
    torch.testing.assert_close(there[1:], C.expand(2, 4, 2))


@pytest.mark.parametrize("run", [lambda f, y: sampling.stay(f, y, 0.1, 3), lambda f, y: sampling.fall(f, y, SIGMAS)])
def test_following_arrows_keeps_the_start_and_no_gradients(run):
    layer, y = torch.nn.Linear(2, 2), torch.randn(3, 2)
    before = y.clone()
    assert not run(lambda y, sigma: layer(y), y).requires_grad
    assert torch.equal(y, before)


def test_the_denoiser_is_told_each_level_once_and_in_order():
    told = []
    sampling.fall(lambda y, sigma: told.append(sigma) or y, some(), torch.tensor([0.5, 0.25, 0.125]))
    assert told == [0.5, 0.25, 0.125]


SIGMAS, Y = torch.tensor([0.2, 0.1]), torch.ones(3, 2)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: sampling.stay(3, Y, 0.1, 2), "^denoise: expected a function"),
        (lambda: sampling.stay(to_one_point, Y[0], 0.1, 2), "^y: expected shape"),
        (lambda: sampling.stay(to_one_point, Y, 0.0, 2), "^sigma: "),
        (lambda: sampling.stay(to_one_point, Y, 0.1, 0), "^steps: "),
        (lambda: sampling.fall(3, Y, SIGMAS), "^denoise: expected a function"),
        (lambda: sampling.fall(to_one_point, Y / 0, SIGMAS), "^y: expected finite"),
        (lambda: sampling.fall(to_one_point, Y, [0.2, 0.1]), r"^sigmas: expected a tensor of shape \(k,\)"),
        (lambda: sampling.fall(to_one_point, Y, SIGMAS[:, None]), r"^sigmas: expected a tensor of shape \(k,\)"),
        (lambda: sampling.fall(to_one_point, Y, SIGMAS[:0]), "^sigmas: expected at least one"),
        (lambda: sampling.fall(to_one_point, Y, SIGMAS.flip(0)), "^sigmas: expected falling noise levels"),
        (lambda: sampling.fall(to_one_point, Y, torch.tensor([0.1, 0.1])), "^sigmas: expected falling noise levels"),
        (lambda: sampling.fall(to_one_point, Y, torch.tensor([0.1, 0.0])), "^sigmas: expected values in"),
    ],
)
def test_bad_arguments_are_refused_by_name(call, said):
    with pytest.raises(ValueError, match=said):
        call()

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from aecourse import models


def by_hand(net, y_hat, sigma):
    """The scaling of Karras et al. (2022), table 1, around the same layers, in NumPy and float64."""

    def silu(a):
        return a / (1 + np.exp(-a))

    def layers(sequence, a):
        for layer in sequence:
            weight = isinstance(layer, torch.nn.Linear)
            a = a @ layer.weight.detach().numpy().T + layer.bias.detach().numpy() if weight else silu(a)
        return a

    data2, noise2 = net.spread**2, sigma**2
    c_skip = data2 / (noise2 + data2)
    c_out = sigma * net.spread / np.sqrt(noise2 + data2)
    c_in, c_noise = 1 / np.sqrt(noise2 + data2), np.log(sigma) / 2
    waves = net.waves.numpy()
    damped, phase = np.exp(-(sigma**2) * (waves**2).sum(axis=0) / 2), y_hat @ waves
    seen = [c_in * y_hat, np.full((len(y_hat), 1), c_noise), damped * np.sin(phase), damped * np.cos(phase)]
    seen = np.concatenate(seen, axis=1)
    return c_skip * y_hat + c_out * layers(net.dec, silu(layers(net.enc, seen)))


@given(st.floats(1e-3, 1e2), st.floats(0.1, 10), st.integers(0, 5), st.integers(0, 1000))
@settings(deadline=None, max_examples=30)
def test_forward_is_the_published_scaling_around_the_same_layers(sigma, spread, waves, seed):
    net = models.Denoiser(3, 8, spread, waves, seed=seed)
    y_hat = np.random.default_rng(seed).normal(size=(5, 3)) * math.hypot(spread, sigma)
    with torch.no_grad():
        answer = net.double()(torch.from_numpy(y_hat), sigma).numpy()
    np.testing.assert_allclose(answer, by_hand(net, y_hat, sigma), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("sigma", [0.01, 0.2, 1.0, 30.0])
def test_one_level_for_all_and_one_for_each_say_the_same(sigma):
    net, y_hat = models.Denoiser(2, 16), torch.randn(7, 2)
    for dtype in (torch.float32, torch.float64):
        assert torch.equal(net(y_hat, sigma), net(y_hat, torch.full((7, 1), sigma, dtype=dtype)))


def test_samples_of_different_noise_do_not_touch_each_other():
    net, y_hat, sigma = models.Denoiser(2, 16), torch.randn(4, 2), torch.tensor([[0.1], [0.2], [1.0], [5.0]])
    together = net(y_hat, sigma)
    for k in range(4):
        assert torch.allclose(together[k : k + 1], net(y_hat[k : k + 1], sigma[k].item()), atol=1e-6)


def test_without_noise_nothing_is_changed():
    net, y_hat = models.Denoiser(2, 16, spread=0.5), torch.randn(50, 2)
    moved = [(net(y_hat, sigma) - y_hat).abs().max().item() for sigma in (1e-2, 1e-4, 1e-6)]
    assert moved[0] > moved[1] > moved[2]
    assert moved[2] < 1e-5


@pytest.mark.parametrize("spread", [0.1, 1.0, 10.0])
def test_in_nothing_but_noise_the_answer_keeps_the_size_of_the_data(spread):
    net, noise = models.Denoiser(2, 16, spread), torch.randn(200, 2)
    with torch.no_grad():
        for sigma in (1e3 * spread, 1e6 * spread):
            assert net(sigma * noise, sigma).abs().max() < 2 * spread


def test_units_do_not_matter_when_sigma_is_in_the_same():
    """The share of y_hat and the size of the rest scale with the data; only log sigma tells units apart."""
    small, large = models.Denoiser(2, 16, spread=0.5), models.Denoiser(2, 16, spread=5.0)
    for net in (small, large):
        torch.nn.init.zeros_(net.enc[0].weight[:, 2])  # deaf to log sigma
    y_hat = torch.randn(9, 2)
    assert torch.allclose(10 * small(y_hat, 0.3), large(10 * y_hat, 3.0), atol=1e-5)


def test_the_same_seed_gives_the_same_weights_and_leaves_the_global_generator_alone():
    torch.manual_seed(1)
    before = torch.get_rng_state()
    a, b, c = models.Denoiser(2, 8, seed=3), models.Denoiser(2, 8, seed=3), models.Denoiser(2, 8, seed=4)
    assert torch.equal(torch.get_rng_state(), before)
    y_hat = torch.ones(1, 2)
    assert torch.equal(a(y_hat, 0.1), b(y_hat, 0.1))
    assert not torch.equal(a(y_hat, 0.1), c(y_hat, 0.1))
    assert not torch.equal(a.dec[0].weight, a.dec[2].weight)


def test_a_wave_is_damped_as_its_mean_over_noise():
    """E sin(b . (y + sigma e)) = sin(b . y) exp(-|b|^2 sigma^2 / 2), by Gauss-Hermite quadrature."""
    net = models.Denoiser(1, 4, 0.5, waves=6, finest=0.3).double()
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    y, sigma = np.array([[0.3], [-0.7]]), 0.4
    b = net.waves.numpy()
    mean = np.sin((y + sigma * nodes)[:, :, None] * b[0]).transpose(0, 2, 1) @ weights / weights.sum()
    np.testing.assert_allclose(np.exp(-(b[0] ** 2) * sigma**2 / 2) * np.sin(y @ b), mean, atol=1e-9)
    lengths = net.waves.norm(dim=0)
    assert lengths[0].item() == pytest.approx(2 / 0.5)
    assert lengths[-1].item() == pytest.approx(1.5 / 0.3)


def test_every_weight_takes_part():
    net = models.Denoiser(2, 8, waves=3)
    net(torch.randn(5, 2), torch.rand(5, 1) + 0.1).square().sum().backward()
    assert all(p.grad is not None and p.grad.abs().max() > 0 for p in net.parameters())


ONE = torch.ones(3, 2)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda net: models.Denoiser(0), "^n: "),
        (lambda net: models.Denoiser(2, 0), "^width: "),
        (lambda net: models.Denoiser(2, waves=-1), "^waves: "),
        (lambda net: models.Denoiser(2, finest=0.0), "^finest: "),
        (lambda net: models.Denoiser(2, spread=0.0), "^spread: "),
        (lambda net: models.Denoiser(2, spread=math.nan), "^spread: "),
        (lambda net: models.Denoiser(2, seed=-1), "^seed: "),
        (lambda net: net(torch.ones(3, 3), 0.1), r"^y_hat: expected shape \(batch, 2\)"),
        (lambda net: net(ONE / 0, 0.1), "^y_hat: expected finite"),
        (lambda net: net(ONE, 0.0), "^sigma: expected a number in"),
        (lambda net: net(ONE, -0.1), "^sigma: "),
        (lambda net: net(ONE, "0.1"), "^sigma: expected a finite number"),
        (lambda net: net(ONE, torch.ones(3)), r"^sigma: expected shape \(batch, 1\)"),
        (lambda net: net(ONE, torch.ones(1, 1)), "^sigma: expected the shape of the samples of y_hat"),
        (lambda net: net(ONE, torch.zeros(3, 1)), "^sigma: expected values in"),
    ],
)
def test_bad_arguments_are_refused_by_name(call, said):
    with pytest.raises(ValueError, match=said):
        call(models.Denoiser(2, 8))

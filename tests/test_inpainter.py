import math

import pytest
import torch

from aecourse import data, models, weights


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def masks(m=6, seed=0):
    return (torch.rand(m, 784, generator=seeded(seed)) < 0.5).float()


@pytest.fixture(params=["new", "shipped"], scope="module")
def net(request):
    return models.Inpainter(4) if request.param == "new" else weights.inpainter()


@torch.no_grad()
def test_known_pixels_come_back_untouched_and_all_stay_grey_values(net):
    y, known = torch.rand(6, 784, generator=seeded(1)), masks()
    y_tilde = net(y, known)
    assert torch.equal(y_tilde[known > 0], y[known > 0])
    assert y_tilde.min() >= 0
    assert y_tilde.max() <= 1
    assert torch.equal(net(y, torch.ones_like(y)), y)


@torch.no_grad()
def test_what_stands_in_unknown_pixels_does_not_matter(net):
    y, other, known = torch.rand(6, 784, generator=seeded(1)), torch.rand(6, 784, generator=seeded(2)), masks()
    assert torch.equal(net(y, known), net(torch.where(known > 0, y, other), known))


@torch.no_grad()
def test_every_unknown_pixel_can_depend_on_every_known_one(net):
    """The linear map at the coarsest size joins all places: the corners of the image know of each other."""
    known = torch.ones(1, 784)
    known[0, 783] = 0
    dark, bright = torch.full((1, 784), 0.5), torch.full((1, 784), 0.5)
    bright[0, :60] = 1.0
    assert net(dark, known)[0, 783] != net(bright, known)[0, 783]


@torch.no_grad()
def test_images_do_not_touch_each_other(net):
    y, known = torch.rand(3, 784, generator=seeded(1)), masks(3)
    together = net(y, known)
    for k in range(3):
        assert torch.allclose(net(y[k : k + 1], known[k : k + 1]), together[k : k + 1], atol=1e-5)


@torch.no_grad()
def test_a_mask_may_be_of_another_float_type(net):
    y, known = torch.rand(2, 784), masks(2)
    assert torch.equal(net(y, known.double()), net(y, known))


def test_the_encoders_halvings_are_14_and_7_places():
    net = models.Inpainter(4)
    sizes = []
    for layer in (net.fine, net.coarse):
        layer.register_forward_hook(lambda _, __, out: sizes.append(tuple(out.shape[1:])))
    net(torch.rand(1, 784), masks(1))
    assert sizes == [(4, 14, 14), (8, 7, 7)]


def test_every_weight_takes_part():
    net = models.Inpainter(4)
    net(torch.rand(5, 784), masks(5)).square().sum().backward()
    assert all(p.grad is not None and p.grad.abs().max() > 0 for p in net.parameters())


def test_the_same_seed_gives_the_same_weights_and_leaves_the_global_generator_alone():
    torch.manual_seed(1)
    before = torch.get_rng_state()
    a, b, c = models.Inpainter(4, seed=3), models.Inpainter(4, seed=3), models.Inpainter(4, seed=4)
    assert torch.equal(torch.get_rng_state(), before)
    y, known = torch.rand(1, 784), masks(1)
    assert torch.equal(a(y, known), b(y, known))
    assert not torch.equal(a(y, known), c(y, known))


@torch.no_grad()
def test_the_shipped_network_beats_the_best_constant_and_the_mean_digit():
    y, train = data.digits("test")[:200], data.digits()
    known = masks(200)
    lost = known == 0
    error = (weights.inpainter()(y, known) - y)[lost].square().mean()
    mean_digit = (train.mean(dim=0).expand_as(y) - y)[lost].square().mean()
    assert error < 0.1 * mean_digit < 0.1 * y[lost].var()


Y, KNOWN = torch.rand(2, 784), torch.ones(2, 784)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda net: models.Inpainter(0), "^width: "),
        (lambda net: models.Inpainter(4, seed=-1), "^seed: "),
        (lambda net: net(Y[:, :49], KNOWN[:, :49]), r"^y_hat: expected shape \(batch, 784\)"),
        (lambda net: net(Y + 1, KNOWN), r"^y_hat: expected values in \[0, 1\]"),
        (lambda net: net(Y * math.nan, KNOWN), "^y_hat: expected finite"),
        (lambda net: net(Y, KNOWN[:1]), "^known: expected the shape of y_hat"),
        (lambda net: net(Y, 2 * KNOWN), r"^known: expected values in \[0, 1\]"),
        (lambda net: net(Y, KNOWN > 0), "^known: expected a floating-point dtype"),
    ],
)
def test_bad_arguments_are_refused_by_name(call, said):
    with pytest.raises(ValueError, match=said):
        call(models.Inpainter(4))

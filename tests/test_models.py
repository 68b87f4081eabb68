import itertools
import math

import pytest
import torch

from aecourse import models


def test_shapes_and_parameter_names_are_the_lectures():
    model = models.Autoencoder(n=7, d=3)
    shapes = {name: tuple(p.shape) for name, p in model.named_parameters()}
    assert shapes == {"W_h": (3, 7), "b_h": (3,), "W_y": (7, 3), "b_y": (7,)}


def test_forward_is_the_formula_written_with_loops():
    model = models.Autoencoder(n=4, d=2, f=torch.tanh, g=torch.sigmoid, seed=5)
    y = torch.rand(3, 4)
    W_h, b_h, W_y, b_y = (p.tolist() for p in (model.W_h, model.b_h, model.W_y, model.b_y))
    for sample, y_tilde in zip(y.tolist(), model(y).tolist(), strict=True):
        h = [
            math.tanh(sum(w * v for w, v in zip(row, sample, strict=True)) + b) for row, b in zip(W_h, b_h, strict=True)
        ]
        by_hand = [
            1 / (1 + math.exp(-sum(w * v for w, v in zip(row, h, strict=True)) - b))
            for row, b in zip(W_y, b_y, strict=True)
        ]
        assert y_tilde == pytest.approx(by_hand, abs=1e-6)


def test_the_same_seed_gives_the_same_weights_and_leaves_the_global_generator_alone():
    torch.manual_seed(1)
    before = torch.get_rng_state()
    a, b, c = models.Autoencoder(6, 2, seed=3), models.Autoencoder(6, 2, seed=3), models.Autoencoder(6, 2, seed=4)
    layers = models.mlp(6, 5, 2, seed=3), models.mlp(6, 5, 2, seed=3)
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(a.W_h, b.W_h)
    assert not torch.equal(a.W_h, c.W_h)
    assert torch.equal(layers[0][2].weight, layers[1][2].weight)


def test_first_weights_keep_within_one_over_the_root_of_the_fan_in():
    model = models.Autoencoder(400, 100)
    assert model.W_h.abs().max() <= 1 / 20
    assert model.W_y.abs().max() <= 1 / 10
    assert model.W_h.abs().max() > 0.9 / 20


def test_mlp_squashes_between_its_layers_only():
    layers = models.mlp(3, 8, 8, 2, f=torch.nn.Tanh)
    assert [type(module).__name__ for module in layers] == ["Linear", "Tanh", "Linear", "Tanh", "Linear"]
    assert layers(torch.zeros(5, 3)).shape == (5, 2)


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: models.Autoencoder(0, 2), "^n: "),
        (lambda: models.Autoencoder(4, 2.0), "^d: "),
        (lambda: models.Autoencoder(4, 2, f="tanh"), "^f: expected a function, got str"),
        (lambda: models.Autoencoder(4, 2, seed=-1), "^seed: "),
        (lambda: models.mlp(4), "^sizes: expected at least an input and an output"),
        (lambda: models.mlp(4, 0), "^sizes: "),
        (lambda: models.Autoencoder(4, 2)(torch.zeros(3, 5)), r"^y: expected shape \(batch, 4\)"),
        (lambda: models.Autoencoder(4, 2)(torch.full((1, 4), math.nan)), "^y: expected finite"),
        (lambda: models.Autoencoder(4, 2).decode(torch.zeros(3, 4)), r"^h: expected shape \(batch, 2\)"),
    ],
)
def test_bad_arguments_are_refused_by_name(build, said):
    with pytest.raises(ValueError, match=said):
        build()


def test_tied_weights_are_one_matrix_and_train_as_one():
    model = models.TiedAutoencoder(5, 3)
    assert [name for name, _ in model.named_parameters()] == ["W_h", "b_h", "b_y"]
    y = torch.rand(4, 5)
    expected = torch.tanh(y @ model.W_h.T + model.b_h) @ model.W_h + model.b_y
    assert torch.allclose(model(y), expected, atol=1e-6)
    with torch.no_grad():
        model.W_h.mul_(2)
    expected = torch.tanh(y @ model.W_h.T + model.b_h) @ model.W_h + model.b_y
    assert torch.allclose(model(y), expected, atol=1e-6)
    again = models.TiedAutoencoder(5, 3, seed=1)
    again.load_state_dict(model.state_dict())
    assert torch.equal(again(y), model(y))
    with pytest.raises(AttributeError):
        _ = model.W_y


@pytest.mark.parametrize("f", [models.identity, torch.tanh, torch.sigmoid, torch.relu])
def test_slopes_written_with_h_are_the_derivatives(f):
    model = models.Autoencoder(4, 6, f=f)
    a = torch.randn(7, 6, requires_grad=True)
    (slope,) = torch.autograd.grad(f(a).sum(), a)
    assert torch.allclose(model.slope(f(a)), slope, atol=1e-6)


def test_an_unknown_slope_is_refused_by_name():
    with pytest.raises(ValueError, match="^f: expected one of"):
        models.Autoencoder(4, 6, f=torch.exp).slope(torch.ones(1, 6))


def test_a_deep_autoencoder_mirrors_its_sizes():
    model = models.DeepAutoencoder(8, 5, 2, g=torch.sigmoid)
    shapes = [tuple(p.shape) for name, p in model.named_parameters() if name.endswith("weight")]
    assert shapes == [(5, 8), (2, 5), (5, 2), (8, 5)]
    y = torch.rand(3, 8)
    assert model.encode(y).shape == (3, 2)
    assert ((model(y) > 0) & (model(y) < 1)).all()
    with pytest.raises(ValueError, match=r"^y: expected shape \(batch, 8\)"):
        model(torch.rand(3, 7))
    with pytest.raises(ValueError, match=r"^h: expected shape \(batch, 2\)"):
        model.decode(torch.rand(3, 8))


@pytest.mark.parametrize("k", [1, 2, 5, 9])
def test_top_k_keeps_the_k_largest_positive_ones(k):
    a = torch.randn(20, 6, generator=torch.Generator().manual_seed(k))
    for before, after in zip(a.tolist(), models.top_k(k)(a).tolist(), strict=True):
        winners = sorted((v for v in before if v > 0), reverse=True)[:k]
        assert after == pytest.approx([v if v in winners else 0 for v in before])


@pytest.mark.parametrize(
    ("sizes", "tied"), [((3, 4), False), ((3, 5, 4), False), ((3, 5, 4), True), ((3, 4, 5, 2), True)]
)
def test_a_member_of_an_ensemble_is_a_model_of_its_own(sizes, tied):
    """Layer by layer with plain matrices; and a member does not depend on its company."""
    five = models.Ensemble(range(5), *sizes, tied=tied)
    alone = models.Ensemble([3], *sizes, tied=tied)
    y = torch.randn(6, 3)
    assert torch.allclose(five(y)[3], alone(y)[0], atol=1e-6)
    depth = len(sizes) - 1
    W = [W[3] for W in five.W]
    W += [matrix.T for matrix in reversed(W)] if tied else []
    h = y
    for layer in range(2 * depth):
        h = h @ W[layer] + five.b[layer][3]
        h = h if layer == 2 * depth - 1 else h.relu()
    assert torch.allclose(five(y)[3], h, atol=1e-6)


def test_every_layer_of_a_member_starts_from_weights_of_its_own():
    model = models.Ensemble([0], 4, 4, 4)
    assert not any(torch.equal(a, b) for a, b in itertools.combinations(model.W, 2))


def test_training_a_sum_trains_each_member_by_itself():
    y, alone, both = torch.randn(20, 2), models.Ensemble([1], 2, 4), models.Ensemble([0, 1], 2, 4)
    for model in (alone, both):
        optimiser = torch.optim.Adam(model.parameters(), lr=1e-2)
        for _ in range(5):
            optimiser.zero_grad()
            (y - model(y)).square().sum(dim=2).sum(dim=0).mean().backward()
            optimiser.step()
    assert torch.allclose(both(y)[1], alone(y)[0], atol=1e-5)


@pytest.mark.parametrize("tied", [False, True])
def test_the_ensembles_contractive_penalty_is_autograds(tied):
    model = models.Ensemble([0, 1, 2], 3, 6, 5, tied=tied)
    y = torch.randn(4, 3)
    J = torch.autograd.functional.jacobian(lambda y: model.encode(y).sum(dim=1), y)  # (K, d, batch, n)
    assert torch.allclose(model.contractive(y), J.square().sum(dim=(1, 3)), rtol=1e-5, atol=1e-7)
    with pytest.raises(ValueError, match="^f: expected one of"):
        models.Ensemble([0], 3, 5, f=torch.tanh).contractive(y)


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: models.Ensemble([0], 2), "^sizes: expected at least"),
        (lambda: models.Ensemble([], 2, 3), "^seeds: expected at least one"),
        (lambda: models.Ensemble([-1], 2, 3), "^seeds: expected a whole number"),
        (lambda: models.Ensemble([0], 2, 3, tied=True, heads=2), "^heads: "),
        (lambda: models.Ensemble([0], 2, 3)(torch.rand(4, 3)), r"^y: expected shape \(batch, 2\)"),
        (lambda: models.Ensemble([0], 2, 3).decode(torch.rand(1, 4, 2)), r"^h: expected shape \(batch, 3\)"),
        (lambda: models.top_k(0), "^k: expected a whole number"),
    ],
)
def test_relatives_refuse_by_name(build, said):
    with pytest.raises(ValueError, match=said):
        build()

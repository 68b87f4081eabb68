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

import math
from functools import partial

import pytest
import torch

from aecourse import data, energies, limits, measures, models, training


def _data(m=300, n=6, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(m, 2, generator=generator) @ torch.randn(2, n, generator=generator)


def test_fit_equals_the_loop_written_in_the_open():
    Y = _data()
    ours, theirs = models.Autoencoder(6, 3, seed=1), models.Autoencoder(6, 3, seed=1)
    optimiser = torch.optim.Adam(ours.parameters(), lr=0.01)
    generator = torch.Generator().manual_seed(7)
    means = []
    for _ in range(3):
        total = 0.0
        for index in torch.randperm(len(Y), generator=generator).split(64):
            F = (Y[index] - ours(Y[index])).square().sum(dim=1)
            optimiser.zero_grad()
            F.mean().backward()
            optimiser.step()
            total += F.sum().item()
        means.append(total / len(Y))
    history = training.fit(theirs, Y, epochs=3, batch=64, lr=0.01, seed=7)
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.allclose(a, b, atol=1e-6)
    assert history.train == pytest.approx(means, rel=1e-5)


def test_linear_autoencoder_spans_the_pca_subspace():
    Y = _data(n=6) + 0.5 * torch.randn(300, 6, generator=torch.Generator().manual_seed(1))
    model, best = models.Autoencoder(6, 2, f=models.identity), limits.pca(Y, 2)
    training.fit(model, Y, epochs=300, batch=100, lr=0.02, one_cycle=True, progress=False)
    assert training.evaluate(model, Y) < 1.001 * best.error
    assert measures.principal_angles(model.W_y.detach(), best.basis).max() < 1


def test_the_same_seed_gives_the_same_history_and_another_seed_another():
    def run(seed):
        model = models.Autoencoder(6, 3)
        return training.fit(model, _data(), epochs=2, batch=32, seed=seed, test=_data(seed=1)).test

    assert run(0) == run(0)
    assert run(0) != run(1)


def test_a_sample_counts_once_even_in_a_small_last_batch():
    model, Y = models.Autoencoder(6, 3), _data(m=130)
    whole = energies.free_energy(model, Y).mean().item()
    assert training.evaluate(model, Y, batch=64) == pytest.approx(whole, rel=1e-6)
    history = training.fit(model, Y, epochs=1, batch=64, lr=1e-12)
    assert history.train[0] == pytest.approx(whole, rel=1e-5)


def test_a_corruption_is_read_and_the_clean_target_compared_with():
    seen = []

    def energy(model, y, y_hat):
        seen.append((y.clone(), y_hat.clone()))
        return energies.free_energy(model, y, y_hat)

    training.fit(
        models.Autoencoder(6, 3), _data(), energy=energy, epochs=1, batch=100,
        corrupt=lambda y, generator: y + torch.randn(y.shape, generator=generator),
    )  # fmt: skip
    assert len(seen) == 3
    assert all((y - y_hat).abs().mean() > 0.5 for y, y_hat in seen)


def test_other_energies_train_too():
    Y = torch.rand(200, 6, generator=torch.Generator().manual_seed(0))
    energy = partial(
        energies.free_energy, C=energies.binary_cross_entropy_with_logits, R=lambda h: 0.01 * h.abs().sum(1)
    )
    history = training.fit(models.Autoencoder(6, 3), Y, energy=energy, epochs=20, lr=0.01, test=Y)
    assert history.test[-1] < history.test[0]


def test_ctrl_c_leaves_a_usable_model_and_history(capsys):
    calls = 0

    def energy(model, y, y_hat):
        nonlocal calls
        calls += 1
        if calls > 7:
            raise KeyboardInterrupt
        return energies.free_energy(model, y)

    model = models.Autoencoder(6, 3)
    history = training.fit(model, _data(), energy=energy, epochs=50, batch=100)
    assert history.interrupted
    assert len(history.train) == 2
    assert history.seconds > 0
    assert model(_data()).isfinite().all()
    assert "stopped after 2 of 50 epochs" in capsys.readouterr().out


def test_divergence_is_said_with_advice_and_the_model_is_put_back():
    model = models.Autoencoder(6, 3, f=models.identity)
    with pytest.raises(FloatingPointError, match="no longer finite: try a smaller lr"):
        training.fit(model, 1e3 * _data(), epochs=50, lr=1e12)
    assert all(p.isfinite().all() for p in model.parameters())
    assert model(_data()).isfinite().all()


def test_a_slope_that_is_nan_while_the_energy_is_finite_is_noticed_at_once():
    def energy(model, y, y_hat):
        return energies.free_energy(model, y) + (0 * model.W_h).square().sum().sqrt()

    model = models.Autoencoder(6, 3)
    with pytest.raises(FloatingPointError, match="no longer finite"):
        training.fit(model, _data(), energy=energy, epochs=1, batch=300)
    assert all(p.isfinite().all() for p in model.parameters())


def test_divergence_in_the_test_samples_is_said_too_and_the_model_put_back():
    model = models.Autoencoder(6, 3, f=models.identity)
    with pytest.raises(FloatingPointError, match="no longer finite"):
        training.fit(model, _data(), test=_data(), epochs=1, batch=300, lr=1e30)
    assert model.W_h.abs().max() < 10


def test_an_evaluation_leaves_the_models_mode_alone_and_repeats():
    class Dropping(models.Autoencoder):
        def encode(self, y):
            return torch.nn.functional.dropout(super().encode(y), 0.5, self.training)

    model = Dropping(6, 3).train()
    assert training.evaluate(model, _data()) == training.evaluate(model, _data())
    assert model.training


def test_a_corruption_in_place_does_not_touch_the_target():
    Y = _data()
    kept = Y.clone()
    training.fit(models.Autoencoder(6, 3), Y, epochs=1, corrupt=lambda y, generator: y.mul_(0.0))
    assert torch.equal(Y, kept)


def test_an_infinite_cost_is_said_with_advice():
    always_certain = models.Autoencoder(6, 3, g=lambda a: (a > 0).to(a.dtype) + 0 * a)
    energy = partial(energies.free_energy, C=energies.binary_cross_entropy)
    with pytest.raises(FloatingPointError, match="a cost that works on logits"):
        training.fit(always_certain, torch.rand(20, 6), energy=energy, epochs=1)


def test_a_refusal_that_is_no_divergence_is_passed_on():
    energy = partial(energies.free_energy, C=energies.binary_cross_entropy)
    with pytest.raises(ValueError, match="^y_tilde: expected values in"):
        training.fit(models.Autoencoder(6, 3), torch.rand(20, 6), energy=energy, epochs=1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"Y": torch.zeros(3)}, "^Y: expected shape"),
        ({"Y": torch.full((3, 6), math.nan)}, "^Y: expected finite"),
        ({"test": torch.zeros(3, 5)}, r"^test: expected shape \(batch, 6\)"),
        ({"epochs": 0}, "^epochs: "),
        ({"batch": 0}, "^batch: "),
        ({"lr": 0.0}, "^lr: "),
        ({"lr": math.nan}, "^lr: "),
        ({"seed": -1}, "^seed: "),
        ({"model": torch.nn.Identity()}, "^model: expected at least one trainable parameter"),
        ({"energy": lambda model, y, y_hat: model(y).mean()}, "^energy: expected one value per sample"),
    ],
)
def test_bad_arguments_are_refused_by_name(arguments, said):
    arguments = {"model": models.Autoencoder(6, 3), "Y": _data(), "epochs": 1} | arguments
    with pytest.raises(ValueError, match=said):
        training.fit(arguments.pop("model"), arguments.pop("Y"), **arguments)


def test_linear_autoencoder_on_digits_reaches_the_optimum_to_a_thousandth():
    Y = data.digits()
    model = models.Autoencoder(784, 10, f=models.identity)
    training.fit(model, Y, epochs=40, lr=2e-2, one_cycle=True, progress=False)
    assert 1 - 1e-6 <= training.evaluate(model, Y) / limits.pca(Y, 10).error <= 1.001

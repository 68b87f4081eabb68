import math
import signal
from functools import partial

import numpy
import pytest
import torch

from aecourse import data, descent, energies, limits, measures, models, steps, training


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


@pytest.mark.parametrize("steps", [1, 2, 3, 10, 471])
def test_the_cycle_is_that_of_torch(steps):
    optimiser = torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))], lr=0.02)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimiser, 0.02, total_steps=steps)
    for step in range(steps):
        group = optimiser.param_groups[0]
        assert descent.one_cycle(step, steps, 0.02) == pytest.approx((group["lr"], group["betas"][0]), rel=1e-12)
        optimiser.step()
        if step < steps - 1:
            cycle.step()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("cycle", [None, 20])
def test_descent_takes_the_steps_of_torchs_adam(dtype, cycle):
    """Also where a slope arises transposed, a parameter lies in memory transposed, or has no slope."""

    def parameters():
        draw = torch.Generator().manual_seed(0)
        a, b, c = (torch.randn(4, 3, dtype=dtype, generator=draw) for _ in range(3))
        return [a.requires_grad_(), b.T.contiguous().T.requires_grad_(), c.requires_grad_()]

    def loss(a, b, _):
        return (torch.ones(2, 3, dtype=dtype) @ a.T).exp().mean() + (b.sin() + b.flatten().view(4, 3)).square().mean()

    ours, theirs = parameters(), parameters()
    descend, optimiser = descent.adam(ours, 0.02, cycle), torch.optim.Adam(theirs, 0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 0.02, total_steps=cycle) if cycle else None
    for step in range(20):
        descend(loss(*ours))
        optimiser.zero_grad()
        loss(*theirs).backward()
        optimiser.step()
        if schedule is not None and step < 19:
            schedule.step()
    for p, q in zip(ours, theirs, strict=True):
        torch.testing.assert_close(p, q, rtol=1e-5, atol=1e-6)


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


def noise_of_any_strength(y, generator):
    sigma = 0.1 * 10 ** torch.rand(len(y), 1, generator=generator)
    return y + sigma * torch.randn(y.shape, generator=generator), sigma


def weighted(model, y, y_hat, sigma):
    return energies.free_energy(model, y, y_hat) / sigma[:, 0]


def test_whatever_a_corruption_gives_comes_to_the_energy():
    """The same as an energy that corrupts by itself, with a generator of the same seed."""
    chance = torch.Generator().manual_seed(5)

    def by_itself(model, y):
        return weighted(model, y, *noise_of_any_strength(y, chance))

    ours, theirs = models.Autoencoder(6, 3), models.Autoencoder(6, 3)
    a = training.fit(ours, _data(), energy=weighted, corrupt=noise_of_any_strength, epochs=3, batch=32, seed=5)
    b = training.fit(theirs, _data(), energy=by_itself, epochs=3, batch=32, seed=5)
    assert a.train == b.train
    assert all(torch.equal(p, q) for p, q in zip(ours.parameters(), theirs.parameters(), strict=True))
    other = training.fit(ours, _data(), energy=weighted, corrupt=noise_of_any_strength, epochs=3, batch=32, seed=6)
    assert other.train != a.train


def test_held_out_samples_are_corrupted_as_the_training_samples_are_and_alike_in_each_epoch():
    model, test = models.Autoencoder(6, 3), _data(50, seed=1)
    settings = {"energy": weighted, "corrupt": noise_of_any_strength, "seed": 3}
    history = training.fit(model, _data(), test=test, epochs=2, lr=1e-12, **settings)
    assert history.test[0] == pytest.approx(history.test[1], rel=1e-6)
    assert history.test[1] == training.evaluate(model, test, **settings)
    y_hat, sigma = noise_of_any_strength(test, torch.Generator().manual_seed(3))
    assert history.test[1] == pytest.approx(weighted(model, test, y_hat, sigma).mean().item(), rel=1e-6)


def test_whoever_watches_sees_every_step_and_its_energy():
    model, seen = models.Autoencoder(6, 3), []

    def watch(step, F):
        assert not torch.is_grad_enabled()
        seen.append((step, F, model.W_h.norm().item()))

    history = training.fit(model, _data(m=130), epochs=2, batch=64, lr=0.01, watch=watch)
    numbers, values, norms = zip(*seen, strict=True)
    assert numbers == (1, 2, 3, 4, 5, 6)  # two full batches and one of two samples, twice
    assert len(set(norms)) == 6
    means = [(64 * a + 64 * b + 2 * c) / 130 for a, b, c in (values[:3], values[3:])]
    assert history.train == pytest.approx(means, rel=1e-6)


def test_whoever_watches_may_change_the_model_while_it_trains():
    """A codebook far from all codes learns nothing, unless its dead entries are put back."""
    Y = torch.rand(200, 784, generator=torch.Generator().manual_seed(0))

    def energy(model, y):
        h = model.encode(y)
        h_q, index = model.codebook(h)
        R = model.codebook.penalty(h, index).view(len(y), -1).sum(dim=1)
        return energies.squared_error(y, model.decode(h_q)) + R

    def used(restarted):
        model, chance = models.DiscreteAutoencoder(16, scale=30.0), torch.Generator().manual_seed(0)

        def watch(step, F):
            h = model.encode(Y)
            dead = torch.bincount(model.codebook.nearest(h), minlength=16) == 0
            if restarted:
                model.codebook.restart(h, dead, chance)

        training.fit(model, Y, energy=energy, watch=watch, epochs=3, batch=50)
        with torch.no_grad():
            return len(model.tokens(Y).unique())

    assert used(restarted=False) <= 2
    assert used(restarted=True) >= 12


def test_other_energies_train_too():
    Y = torch.rand(200, 6, generator=torch.Generator().manual_seed(0))
    energy = partial(
        energies.free_energy, C=energies.binary_cross_entropy_with_logits, R=lambda h: 0.01 * h.abs().sum(1)
    )
    history = training.fit(models.Autoencoder(6, 3), Y, energy=energy, epochs=20, lr=0.01, test=Y)
    assert history.test[-1] < history.test[0]


def test_ctrl_c_leaves_a_usable_model_and_history(capsys):
    calls = 0

    def energy(model, y):
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


def pressing(count, at=7):
    """An energy in whose step so-and-so many somebody presses Ctrl-C so often."""
    calls = 0

    def energy(model, y):
        nonlocal calls
        calls += 1
        for _ in range(count if calls == at else 0):
            signal.raise_signal(signal.SIGINT)
        return energies.free_energy(model, y)

    return energy


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_waits_until_the_step_is_whole(times, capsys):
    stopped, seen = models.Autoencoder(6, 3), []
    history = training.fit(
        stopped, _data(), energy=pressing(times), epochs=50, batch=100, watch=lambda step, F: seen.append(step)
    )
    assert seen == [1, 2, 3, 4, 5, 6, 7]
    assert history.interrupted
    assert len(history.train) == 2
    whole = models.Autoencoder(6, 3)

    def stop(step, F):
        if step == 7:
            raise KeyboardInterrupt

    training.fit(whole, _data(), epochs=50, batch=100, watch=stop)
    assert all(torch.equal(a, b) for a, b in zip(stopped.parameters(), whole.parameters(), strict=True))
    assert capsys.readouterr().out.count("stopped after 2 of 50 epochs") == 2
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_the_third_ctrl_c_is_obeyed_at_once():
    seen = []
    history = training.fit(
        models.Autoencoder(6, 3), _data(), energy=pressing(3), epochs=50, batch=100,
        watch=lambda step, F: seen.append(step),
    )  # fmt: skip
    assert history.interrupted
    assert seen == [1, 2, 3, 4, 5, 6]


def test_ctrl_c_before_the_first_step_waits_for_it_too(monkeypatch):
    adam, prepared = descent.adam, []

    def slow(*arguments):
        signal.raise_signal(signal.SIGINT)
        prepared.append(True)
        return adam(*arguments)

    monkeypatch.setattr(descent, "adam", slow)
    history = training.fit(models.Autoencoder(6, 3), _data(), epochs=50, batch=100)
    assert prepared
    assert history.interrupted
    assert history.train == []


def test_ctrl_c_is_not_lost_when_no_step_follows():
    def pressed_at_the_end():
        with steps.counting(1) as count:
            count(0.0)
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        pressed_at_the_end()


def test_who_does_not_listen_to_ctrl_c_is_not_made_to():
    """A command in the background of a shell ignores it; a program may have a handler of its own."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with steps.counting(1):
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_divergence_is_said_with_advice_and_the_model_is_put_back():
    model = models.Autoencoder(6, 3, f=models.identity)
    with pytest.raises(FloatingPointError, match="no longer finite: try a smaller lr"):
        training.fit(model, 1e3 * _data(), epochs=50, lr=1e12)
    assert all(p.isfinite().all() for p in model.parameters())
    assert model(_data()).isfinite().all()


def test_after_a_divergence_buffers_are_put_back_too():
    model = torch.nn.Sequential(torch.nn.Linear(6, 6), torch.nn.BatchNorm1d(6))

    def energy(model, y):
        return (y - model(y)).square().sum(dim=1) + (torch.nan if model[1].num_batches_tracked > 5 else 0)

    with pytest.raises(FloatingPointError, match="no longer finite"):
        training.fit(model, _data(), energy=energy, epochs=9, batch=100)
    assert model[1].num_batches_tracked == 3


def test_a_slope_that_is_nan_while_the_energy_is_finite_is_noticed_at_once():
    def energy(model, y):
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


@pytest.mark.parametrize("mode", [True, False])
def test_an_evaluation_leaves_the_models_mode_alone_and_repeats(mode):
    class Dropping(models.Autoencoder):
        def encode(self, y):
            return torch.nn.functional.dropout(super().encode(y), 0.5, self.training)

    model = Dropping(6, 3).train(mode)
    assert training.evaluate(model, _data()) == training.evaluate(model, _data())
    assert model.training is mode


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


BAD = [
    ({"Y": torch.zeros(3)}, "^Y: expected shape"),
    ({"Y": torch.full((3, 6), math.nan)}, "^Y: expected finite"),
    (
        {"Y": torch.zeros(3, 6, dtype=torch.float64)},
        "^Y: expected the dtype of the model torch.float32, got torch.float64",
    ),
    (
        {"Y": torch.zeros(3, 6, dtype=torch.float16)},
        "^Y: expected the dtype of the model torch.float32, got torch.float16",
    ),
    ({"Y": torch.zeros(3, 6, device="meta")}, "^Y: expected the device of the model cpu, got meta"),
    ({"Y": [[0.0] * 6]}, "^Y: expected a torch.Tensor"),
    ({"batch": 0}, "^batch: "),
    ({"seed": -1}, "^seed: "),
    ({"model": None}, "^model: expected a torch.nn.Module, got NoneType"),
    ({"model": lambda y: y}, "^model: expected a torch.nn.Module, got function"),
    ({"energy": None}, "^energy: expected a function"),
    ({"energy": lambda model, y: model(y).mean()}, r"^energy: expected one value per sample, shape \(3,\), got \(\)"),
    ({"energy": lambda model, y: y[:, :1]}, r"^energy: expected one value per sample, shape \(3,\), got \(3, 1\)"),
    ({"energy": lambda model, y: 1.0}, r"^energy: expected one value per sample, shape \(3,\), got float"),
    ({"corrupt": 0.3}, "^corrupt: expected a function"),
    ({"corrupt": lambda y, generator: None}, "^corrupt: expected a tensor or a tuple of tensors, got NoneType"),
    ({"corrupt": lambda y, generator: (y, 0.1)}, "^corrupt: expected a tensor or a tuple of tensors, got tuple"),
    ({"corrupt": lambda y, generator: ()}, "^corrupt: expected a tensor or a tuple of tensors, got tuple"),
]


def refused(function, arguments, said):
    arguments = {"model": models.Autoencoder(6, 3), "Y": _data(3)} | arguments
    with pytest.raises(ValueError, match=said):
        function(arguments.pop("model"), arguments.pop("Y"), **arguments)


@pytest.mark.parametrize(("arguments", "said"), BAD)
def test_bad_arguments_are_refused_by_name(arguments, said):
    refused(training.fit, arguments, said)
    refused(training.evaluate, arguments, said)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"test": torch.zeros(3, 5)}, r"^test: expected shape \(batch, 6\)"),
        ({"test": torch.zeros(3, 6, dtype=torch.float64)}, "^test: expected the dtype of the model torch.float32"),
        ({"epochs": 0}, "^epochs: "),
        ({"lr": 0.0}, "^lr: "),
        ({"lr": math.nan}, "^lr: "),
        ({"energy": lambda model, y: y.sum(dim=1)}, "^energy: expected a value that depends on the parameters"),
        ({"watch": "me"}, "^watch: expected a function"),
        ({"model": torch.nn.Identity()}, "^model: expected at least one trainable parameter"),
    ],
)
def test_bad_arguments_of_a_training_are_refused_by_name_before_anything_has_changed(arguments, said):
    model = models.Autoencoder(6, 3)
    refused(training.fit, {"model": model} | arguments, said)
    assert all(
        torch.equal(a, b) for a, b in zip(model.parameters(), models.Autoencoder(6, 3).parameters(), strict=True)
    )


def test_a_model_of_double_precision_trains_on_samples_of_double_precision():
    model, Y = models.Autoencoder(6, 3).double(), _data().double()
    history = training.fit(model, Y, epochs=20, lr=0.01)
    assert history.train[-1] < 0.8 * history.train[0]
    assert training.evaluate(model, Y) == pytest.approx(energies.free_energy(model, Y).mean().item(), rel=1e-12)


def test_whole_numbers_of_numpy_are_whole_numbers():
    three, two = numpy.int64(3), numpy.int32(2)
    history = training.fit(models.Autoencoder(6, 3), _data(), epochs=three, batch=three, seed=two)
    assert history.train == training.fit(models.Autoencoder(6, 3), _data(), epochs=3, batch=3, seed=2).train


def test_a_training_where_slopes_are_off_trains_all_the_same():
    with torch.no_grad():
        history = training.fit(models.Autoencoder(6, 3), _data(), epochs=5, lr=0.01)
    assert history.train[-1] < history.train[0]


def test_linear_autoencoder_on_digits_reaches_the_optimum_to_a_thousandth():
    Y = data.digits()
    model = models.Autoencoder(784, 10, f=models.identity)
    training.fit(model, Y, epochs=40, lr=2e-2, one_cycle=True, progress=False)
    assert 1 - 1e-6 <= training.evaluate(model, Y) / limits.pca(Y, 10).error <= 1.001

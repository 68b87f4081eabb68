"""Training: lower the average free energy of a data set that lies in memory."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Generator, Tensor
from torch.nn import Module

from aecourse import descent, energies, guards, steps

Energy = Callable[..., Tensor]  # (model, y), and whatever the corruption gave -> (batch,)
Corruption = Callable[[Tensor, Generator], Tensor | tuple[Tensor, ...]]

ADVICE = "try a smaller lr, inputs scaled to about unit size, or a cost that works on logits"


@dataclass
class History:
    """What happened during a training.

    Attributes:
        train: mean energy of the training samples in each epoch, each measured when its batch was used.
        test: mean energy of the held-out samples after each epoch; empty if none were given.
        seconds: wall-clock time.
        interrupted: whether Ctrl-C ended it early.
    """

    train: list[float] = field(default_factory=list)
    test: list[float] = field(default_factory=list)
    seconds: float = 0.0
    interrupted: bool = False


@torch.enable_grad()
def fit(
    model: Module,
    Y: Tensor,
    *,
    energy: Energy = energies.free_energy,
    corrupt: Corruption | None = None,
    watch: steps.Watch | None = None,
    test: Tensor | None = None,
    epochs: int = 20,
    batch: int = 256,
    lr: float = 1e-3,
    one_cycle: bool = False,
    seed: int = 0,
    progress: bool = True,
) -> History:
    """Minimise L = (1/m) sum_j F(y_j) over the model's parameters with Adam on shuffled mini-batches.

    What is random about an energy comes through `corrupt`: noise, its strength, a mask. An energy whose chance is no
    corruption, such as the sample of a variational autoencoder, brings a generator of its own.

    Ctrl-C ends the training early and cleanly: the model keeps what it has learned, the history what was measured.

    Args:
        model: whatever `energy` can call; changed in place.
        Y: (m, n), resident in memory on the model's device, in its dtype.
        energy: F, called as (model, y) -> (batch,); with a corruption as (model, y, y_hat).
        corrupt: (y, generator) -> y_hat, what the encoder reads instead of y; or a tuple, such as (y_hat, sigma): then
            the energy is called as (model, y, y_hat, sigma).
        watch: called after each step with its number, from 1, and the mean energy of its batch.
        test: (m', n), held-out samples, measured after each epoch with the same energy and corruption.
        epochs: passes over Y.
        batch: samples a step.
        lr: Adam's step size; with one_cycle its peak.
        one_cycle: let the step size rise and fall once.
        seed: of the shuffling and the corruption.
        progress: show a bar if it takes more than a second.

    Returns:
        History, in the units of the energy.

    Raises:
        ValueError: a bad argument, named.
        FloatingPointError: the energy is no longer finite; the model is put back to the start of that epoch.

    Source: [kingma2015], Adam; [smith2018], the one-cycle rate.
    """
    F, parameters = _per_sample(energy, corrupt), _parameters(model)
    _check_samples("Y", Y, parameters[0])
    if watch is not None:
        guards.function("watch", watch)
    if test is not None:
        _check_samples("test", test, parameters[0], columns=Y.shape[1])
    epochs, batch = guards.count("epochs", epochs), guards.count("batch", batch)
    lr, seed = guards.number("lr", lr, low=1e-12), guards.count("seed", seed, low=0)
    shuffle = torch.Generator().manual_seed(seed)  # alike on every device
    noise = torch.Generator(Y.device).manual_seed(seed)
    number = epochs * -(-len(Y) // batch)
    history, start = History(), time.perf_counter()
    try:
        with steps.counting(number, watch=watch, progress=progress) as count:
            descend = descent.adam(parameters, lr, number if one_cycle else None)

            def step(y: Tensor) -> float:
                loss = F(model, y, noise).mean()
                if not loss.requires_grad:
                    raise ValueError(
                        "energy: expected a value that depends on the parameters of the model, got another"
                    )
                value = steps.finite(loss.item())
                descend(loss)
                return value

            for _ in range(epochs):
                with steps.undone_if_not_finite(model, ADVICE):
                    total = 0.0
                    for index in torch.randperm(len(Y), generator=shuffle).to(Y.device).split(batch):
                        # index_select is several times faster than Y[index]; no name holds the batch, whose place
                        # in memory serves the next one
                        value = step(Y.index_select(0, index))
                        total += value * len(index)
                        count(value)
                    settings = {"energy": energy, "corrupt": corrupt, "seed": seed}
                    unseen = [] if test is None else [steps.finite(evaluate(model, test, **settings))]
                history.train.append(total / len(Y))
                history.test += unseen
    except KeyboardInterrupt:
        history.interrupted = True
        print(f"stopped after {len(history.train)} of {epochs} epochs; the model keeps what it has learned so far")
    history.seconds = time.perf_counter() - start
    return history


@torch.no_grad()
def evaluate(
    model: Module,
    Y: Tensor,
    *,
    energy: Energy = energies.free_energy,
    corrupt: Corruption | None = None,
    seed: int = 0,
    batch: int = 2000,
) -> float:
    """The loss functional L: the mean energy of all samples of Y, each counted once.

    Args:
        model: as in `fit`.
        Y: (m, n).
        energy: as in `fit`.
        corrupt: as in `fit`; none reads the samples as they are.
        seed: of the corruption: the same seed corrupts alike.
        batch: samples at a time; without chance the result does not depend on it.

    Returns:
        L, in the units of the energy.

    Raises:
        ValueError: a bad argument, named.
    """
    F, batch = _per_sample(energy, corrupt), guards.count("batch", batch)
    parameter = next(_module(model).parameters(), None)
    _check_samples("Y", Y, parameter)
    noise = torch.Generator(Y.device).manual_seed(guards.count("seed", seed, low=0))
    was_training = model.training
    model.eval()
    try:
        return sum(F(model, y, noise).double().sum().item() for y in Y.split(batch)) / len(Y)
    finally:
        model.train(was_training)


def _per_sample(energy: Energy, corrupt: Corruption | None) -> Callable[[Module, Tensor, Generator], Tensor]:
    """(model, y, generator) -> (batch,): the energy of each sample, corrupted before if it is to be."""
    guards.function("energy", energy)
    if corrupt is not None:
        guards.function("corrupt", corrupt)

    def F(model: Module, y: Tensor, generator: Generator) -> Tensor:
        values = energy(model, y, *(() if corrupt is None else _corrupted(corrupt(y.clone(), generator))))
        if not isinstance(values, Tensor) or values.shape != y.shape[:1]:
            got = tuple(values.shape) if isinstance(values, Tensor) else type(values).__name__
            raise ValueError(f"energy: expected one value per sample, shape {tuple(y.shape[:1])}, got {got}")
        return values

    return F


def _corrupted(y_hat: Tensor | tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    given = y_hat if isinstance(y_hat, tuple) else (y_hat,)
    if not given or not all(isinstance(part, Tensor) for part in given):
        raise ValueError(f"corrupt: expected a tensor or a tuple of tensors, got {type(y_hat).__name__}")
    return given


def _module(model: Module) -> Module:
    if not isinstance(model, Module):
        raise ValueError(f"model: expected a torch.nn.Module, got {type(model).__name__}")
    return model


def _parameters(model: Module) -> list[Tensor]:
    parameters: list[Tensor] = [p for p in _module(model).parameters() if p.requires_grad]
    if not parameters:
        raise ValueError("model: expected at least one trainable parameter, got none")
    return parameters


def _check_samples(name: str, value: Tensor, like: Tensor | None, columns: int | None = None) -> None:
    """Refuse samples that a model with such a parameter could not read."""
    if isinstance(value, Tensor) and like is not None:
        for what, wanted, got in (("device", like.device, value.device), ("dtype", like.dtype, value.dtype)):
            if wanted != got:
                raise ValueError(f"{name}: expected the {what} of the model {wanted}, got {got}")
    guards.batch(name, value, columns=columns)

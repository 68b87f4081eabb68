"""Training: lower the average free energy of a data set that lies in memory."""

import math
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.nn import Module

from aecourse import energies, guards
from aecourse.corruption import Corruption

Energy = Callable[[Module, Tensor, Tensor | None], Tensor]

_ADVICE = "try a smaller lr, inputs scaled to about unit size, or a cost that works on logits"


@dataclass
class History:
    """What happened during a training.

    Attributes:
        train: mean energy of the training samples in each epoch, each measured when its batch was used.
        test: mean energy of the held-out samples, read clean, after each epoch; empty if none were given.
        seconds: wall-clock time. interrupted: whether Ctrl-C ended it early.
    """

    train: list[float] = field(default_factory=list)
    test: list[float] = field(default_factory=list)
    seconds: float = 0.0
    interrupted: bool = False


def fit(
    model: Module,
    Y: Tensor,
    *,
    energy: Energy = energies.free_energy,
    corrupt: Corruption | None = None,
    test: Tensor | None = None,
    epochs: int = 20,
    batch: int = 256,
    lr: float = 1e-3,
    one_cycle: bool = False,
    seed: int = 0,
    progress: bool = True,
) -> History:
    """Minimise L = (1/m) sum_j F(y_j) over the model's parameters with Adam on shuffled mini-batches.

    Ctrl-C ends the training early and cleanly: the model keeps what it has learned, the history what was measured.

    Args:
        model: whatever `energy` can call; changed in place. Y: (m, n), resident in memory on the model's device.
        energy: F, called as (model, y, y_hat) -> (batch,); y_hat is None without a corruption.
        corrupt: (y, generator) -> y_hat, what the encoder reads instead of y. test: (m', n), held-out samples.
        epochs: passes over Y. batch: samples a step. lr: Adam's step size; with one_cycle its peak.
        seed: of the shuffling and the corruption. progress: show a bar if it takes more than a second.
    Returns:
        History, in the units of the energy.
    Raises:
        ValueError: a bad argument, named.
        FloatingPointError: the energy is no longer finite; the model is put back to the start of that epoch.
    Source: Kingma & Ba (2015), Adam; Smith & Topin (2018), the one-cycle rate.
    """
    guards.batch("Y", Y)
    if test is not None:
        guards.batch("test", test, columns=Y.shape[1])
        if test.device != Y.device:
            raise ValueError(f"test: expected the device of Y {Y.device}, got {test.device}")
    guards.count("epochs", epochs)
    steps = epochs * -(-len(Y) // guards.count("batch", batch))
    optimiser = torch.optim.Adam(_parameters(model, Y), guards.number("lr", lr, low=1e-12), fused=True)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimiser, lr, total_steps=steps) if one_cycle else None
    shuffle = torch.Generator().manual_seed(guards.count("seed", seed, low=0))  # alike on every device
    noise = torch.Generator(Y.device).manual_seed(seed)
    history, start = History(), time.perf_counter()
    try:
        with progress_bar(steps, "step", progress) as bar:
            for _ in range(epochs):
                before = [p.detach().clone() for p in model.parameters()]
                try:
                    value = _epoch(model, Y, energy, corrupt, batch, optimiser, cycle, shuffle, noise, bar)
                    unseen = None if test is None else _finite(evaluate(model, test, energy=energy))
                except guards.NotFiniteError as error:
                    _put_back(model, before)
                    raise FloatingPointError(f"the energy is no longer finite: {_ADVICE}") from error
                history.train.append(value)
                history.test += [] if unseen is None else [unseen]
    except KeyboardInterrupt:
        history.interrupted = True
        print(f"stopped after {len(history.train)} of {epochs} epochs; the model keeps what it has learned so far")
    history.seconds = time.perf_counter() - start
    return history


@torch.no_grad()
def evaluate(model: Module, Y: Tensor, *, energy: Energy = energies.free_energy, batch: int = 2000) -> float:
    """The loss functional L: the mean energy of all samples of Y, each counted once.

    Args:
        model, energy: as in `fit`. Y: (m, n). batch: samples at a time; the result does not depend on it.
    Returns:
        L, in the units of the energy.
    """
    guards.batch("Y", Y)
    was_training = model.training
    model.eval()
    try:
        return _mean_energy(model, Y, energy, guards.count("batch", batch))
    finally:
        model.train(was_training)


def _mean_energy(model: Module, Y: Tensor, energy: Energy, batch: int) -> float:
    return sum(energy(model, y, None).double().sum().item() for y in Y.split(batch)) / len(Y)


def _epoch(model, Y, energy, corrupt, batch, optimiser, cycle, shuffle, noise, bar) -> float:
    """One shuffled pass over Y: the mean energy of its samples."""
    total = 0.0
    for index in torch.randperm(len(Y), generator=shuffle).to(Y.device).split(batch):
        y = Y.index_select(0, index)  # several times faster than Y[index]
        y_hat = None if corrupt is None else corrupt(y.clone(), noise)
        F = energy(model, y, y_hat)
        if F.shape != y.shape[:1]:
            raise ValueError(f"energy: expected one value per sample, shape {tuple(y.shape[:1])}, got {tuple(F.shape)}")
        loss = F.mean()
        value = _finite(loss.item())
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        if cycle is not None:
            cycle.step()
        total += value * len(y)
        bar.update()
    if not all(p.isfinite().all() for p in model.parameters()):  # a slope can be NaN where the energy is not
        raise guards.NotFiniteError("parameters: expected finite numbers, got NaN or infinity")
    return total / len(Y)


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise guards.NotFiniteError(f"energy: expected a finite mean, got {value}")
    return value


@torch.no_grad()
def _put_back(model: Module, before: list[Tensor]) -> None:
    for p, saved in zip(model.parameters(), before, strict=True):
        p.copy_(saved)


def _parameters(model: Module, Y: Tensor) -> list[Tensor]:
    parameters = [p for p in model.parameters() if p.requires_grad]
    if not parameters:
        raise ValueError("model: expected at least one trainable parameter, got none")
    if parameters[0].device != Y.device:
        raise ValueError(f"Y: expected the model's device {parameters[0].device}, got {Y.device}")
    return parameters


def progress_bar(total: int, unit: str, show: bool = True, done: int = 0):
    """A bar for loops that may take longer than a second, gone when they are over.

    Args:
        total: how many steps. unit: what a step is called. show: whether to show it. done: steps done before.
    """
    from tqdm import tqdm

    # On stdout: notebooks paint stderr red, also where a finished bar has left nothing.
    return tqdm(total=total, initial=done, unit=unit, leave=False, delay=1.0, disable=not show, file=sys.stdout)

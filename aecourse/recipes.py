"""Trainings that a chapter shows and that scripts and benchmarks repeat; the same seed gives the same network."""

from functools import partial

import torch
from torch import Generator, Tensor

from aecourse import energies, guards, likelihood, models, training


def denoiser(
    Y: Tensor, seed: int = 0, *, waves: int = 0, power: float = 1.0, epochs: int = 4000, progress: bool = True
) -> models.Denoiser:
    """The network of chapter 9: told sigma, trained on the spiral with noise of 0.01 to 3.

    Args:
        Y: (m, n), clean samples; each is taken ten times per epoch, with other noise.
        seed: of weights, shuffling and noise.
        waves: plane waves that it sees besides y_hat and sigma.
        power: of `noise_of_any_strength`.
        epochs: how long to train.
        progress: show a bar.

    Returns:
        the network, in evaluation mode, on the device of Y.

    Raises:
        ValueError: a bad argument, named.
    """
    spread = guards.batch("Y", Y).std().item()

    def energy(model: models.Denoiser, y: Tensor, y_hat: Tensor, sigma: Tensor) -> Tensor:
        return energies.squared_error(y, model(y_hat, sigma)) * (1 / sigma[:, 0] ** 2 + 1 / spread**2)

    model = models.Denoiser(Y.shape[1], width=64, spread=spread, waves=waves, seed=seed).to(Y.device)
    training.fit(
        model, Y.repeat(10, 1), energy=energy, corrupt=partial(noise_of_any_strength, power=power),
        epochs=epochs, batch=10 * len(Y), lr=1e-2, one_cycle=True, seed=seed, progress=progress,
    )  # fmt: skip
    return model.eval()


def noise_of_any_strength(y: Tensor, generator: Generator, power: float = 1.0) -> tuple[Tensor, Tensor]:
    """Gaussian noise of another sigma for every sample, 0.01 * 300^(u^power) with u uniform: from 0.01 to 3.

    Args:
        y: (batch, n).
        generator: on the device of y.
        power: 1 makes each order of magnitude alike; with 4 half of all samples have noise below 0.015.

    Returns:
        y_hat, (batch, n), and sigma, (batch, 1), in the units of y.

    Raises:
        ValueError: power is not positive.
    """
    u = torch.rand(len(y), 1, generator=generator, device=y.device)
    sigma = 0.01 * 300**u ** guards.number("power", power, low=1e-12)
    return y + sigma * torch.randn(y.shape, generator=generator, device=y.device), sigma


def variational_autoencoder(
    Y: Tensor, hidden: int = 400, d: int = 40, *, epochs: int = 15, batch: int = 128, progress: bool = True
) -> models.VariationalAutoencoder:
    """The network of chapter 11 whose energy is a bound in nats: pixels are drawn black or white anew in each step.

    Args:
        Y: (m, n), grey, in [0, 1].
        hidden: units of the hidden layers.
        d: numbers in the code.
        epochs: how long to train.
        batch: samples a step.
        progress: show a bar.

    Returns:
        the network, on the device of Y.

    Raises:
        ValueError: a bad argument, named.
    """
    chance = torch.Generator(guards.batch("Y", Y, low=0, high=1).device).manual_seed(1)

    def energy(model: models.VariationalAutoencoder, y: Tensor) -> Tensor:
        return energies.variational_free_energy(model, likelihood.binarise(y, chance), chance)

    model = models.VariationalAutoencoder(Y.shape[1], hidden, d, f=torch.nn.SiLU).to(Y.device)
    training.fit(model, Y, energy=energy, epochs=epochs, batch=batch, lr=6e-3, one_cycle=True, progress=progress)
    return model

"""Calls of the library: energies, limits, measures, training and all that is neither a model nor a figure."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from calls import F, P, Place, Y
from torch import Tensor
from torch.nn import Module

from aecourse import (
    corruption,
    data,
    descent,
    energies,
    exercises,
    guards,
    likelihood,
    limits,
    measures,
    models,
    probes,
    recipes,
    sampling,
    steps,
    training,
    weights,
)

PREFIX = ""

AUTO, VARIATIONAL = models.Autoencoder(784, 5), models.VariationalAutoencoder(784, 9, 3)
PLANE = models.Autoencoder(2, 3)


def _learned(on: Place, corrupt: corruption.Corruption | None = None) -> Module:
    model = on(AUTO)
    training.fit(model, on(Y), corrupt=corrupt, test=on(Y[:3]), epochs=2, batch=8)
    return model


def _descended(on: Place) -> Tensor:
    at = on(P).clone().requires_grad_()
    descend = descent.adam([at], lr=0.1, cycle=3)
    for _ in range(3):
        descend((at - 1).square().sum())
    return at


def _undone(on: Place) -> list[Tensor]:
    model = on(PLANE)
    with pytest.raises(FloatingPointError), steps.undone_if_not_finite(model, "smaller steps"), torch.no_grad():
        model.b_h.fill_(torch.nan)
    return list(model.parameters())


def _saved(on: Place) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        weights.save(on(PLANE), Path(folder) / "weights", {"width": 3})
        return weights.card(Path(folder) / "weights")


def _loaded(on: Place) -> Tensor:
    with tempfile.TemporaryDirectory() as folder:
        weights.save(PLANE, Path(folder) / "weights", {"width": 3})
        return weights.load(on(models.Autoencoder(2, 3, seed=1)), Path(folder) / "weights")(on(P))


CALLS: dict[str, Callable[[Place], Any]] = {
    "corruption.gaussian": lambda on: corruption.gaussian(0.2)(on(Y), on.chance()),
    "corruption.mask_pixels": lambda on: corruption.mask_pixels(0.2)(on(Y), on.chance()),
    "corruption.mask_block": lambda on: corruption.mask_block(8)(on(Y), on.chance()),
    "corruption.mask_half": lambda on: corruption.mask_half()(on(Y), on.chance()),
    "corruption.salt_and_pepper": lambda on: corruption.salt_and_pepper(0.2)(on(Y), on.chance()),
    "corruption.blur": lambda on: corruption.blur(1.5)(on(Y), on.chance()),
    "corruption.compose": lambda on: corruption.compose(corruption.blur(1.5), corruption.gaussian(1))(
        on(Y), on.chance()
    ),
    "data.plane.ellipse": lambda on: data.ellipse(on(P[:, :1])),
    "descent.adam": _descended,
    "energies.squared_error": lambda on: energies.squared_error(on(Y), on(Y / 2)),
    "energies.binary_cross_entropy": lambda on: energies.binary_cross_entropy(on(Y), on(Y / 2 + 0.1)),
    "energies.binary_cross_entropy_with_logits": lambda on: energies.binary_cross_entropy_with_logits(on(Y), on(3 * Y)),
    "energies.soft_minimum": lambda on: energies.soft_minimum(on(Y), 2.0),
    "energies.free_energy": lambda on: energies.free_energy(on(AUTO), on(Y), on(Y / 2), R=energies.l1),
    "energies.variational_free_energy": lambda on: energies.variational_free_energy(
        on(VARIATIONAL), on(Y), on.chance()
    ),
    "energies.l1": lambda on: energies.l1(on(P)),
    "energies.contractive": lambda on: energies.contractive(on(P), on(P[:2])),
    "energies.gaussian_kl": lambda on: energies.gaussian_kl(on(P), on(P / 2)),
    "energies.reparameterise": lambda on: energies.reparameterise(on(P), on(P / 2), on.chance()),
    "guards.batch": lambda on: guards.batch("y", on(Y), columns=784, low=0, high=1),
    "guards.shape": lambda on: guards.shape("y", on(Y), 784),
    "guards.traced": lambda on: guards.traced(on(F), y=on(Y)),
    "guards.tensor": lambda on: guards.tensor("y", on(Y), ("batch", 784), torch.float32, 0, 1),
    "guards.same_shape": lambda on: guards.same_shape("a", on(Y), "b", on(Y)),
    "likelihood.binarise": lambda on: likelihood.binarise(on(Y), on.chance()),
    "likelihood.importance_weighted_bound": lambda on: likelihood.importance_weighted_bound(
        on(VARIATIONAL), on(Y.round()), on.chance(), samples=3
    ),
    "likelihood.bits": lambda on: likelihood.bits(on(F)),
    "limits.AffineOptimum.encode": lambda on: limits.pca(on(P), 1).encode(on(P)).abs(),
    "limits.AffineOptimum.decode": lambda on: limits.pca(on(P), 2).decode(on(P)),
    "limits.AffineOptimum.reconstruct": lambda on: limits.pca(on(P), 1).reconstruct(on(P)),
    "limits.pca": lambda on: limits.pca(on(P), 1).variance,
    "limits.inner_minimum": lambda on: limits.inner_minimum(on(P), data.ellipse, 0, 6),
    "limits.nearest_point": lambda on: limits.nearest_point(on(P), P / 2),
    "limits.cross_entropy_floor": lambda on: limits.cross_entropy_floor(on(Y)),
    "limits.BayesDenoiser.posterior": lambda on: limits.BayesDenoiser(on(P), 0.2, on(F)).posterior(on(P)),
    "limits.BayesDenoiser.variance": lambda on: limits.BayesDenoiser(on(P), 0.2).variance(on(P)),
    "limits.BayesDenoiser.log_density": lambda on: limits.BayesDenoiser(on(P), 0.2).log_density(on(P)),
    "limits.BayesDenoiser.score": lambda on: limits.BayesDenoiser(on(P), 0.2).score(on(P)),
    "limits.BayesDenoiser.risk": lambda on: limits.BayesDenoiser(on(P), 0.2).risk(100),
    "limits.affine_denoiser": lambda on: limits.affine_denoiser(on(P), corruption.gaussian(0.1))(on(P)),
    "limits.gaussian_rate": lambda on: limits.gaussian_rate(on(F), 3.0),
    "measures.principal_angles": lambda on: measures.principal_angles(on(Y[:, :3] + torch.eye(12, 3)), on(P)),
    "measures.variance_explained": lambda on: measures.variance_explained(on(P), on(P / 2)),
    "measures.psnr": lambda on: measures.psnr(on(Y), on(Y / 2)),
    "measures.amortisation_gap": lambda on: measures.amortisation_gap(on(F), on(F / 2)),
    "measures.auroc": lambda on: measures.auroc(on(F), on(2 * F)),
    "measures.roc": lambda on: measures.roc(on(F), on(2 * F)),
    "measures.low_energy_fraction": lambda on: measures.low_energy_fraction(
        lambda y: energies.free_energy(on(PLANE), y), 0.5, device=on.device
    ),
    "probes.linear": lambda on: probes.linear(
        on(Y), on(torch.arange(12) % 3), on(Y), on(torch.arange(12) % 3), strengths=(1.0,)
    ),
    "probes.nearest": lambda on: probes.nearest(on(Y), on(torch.arange(12) % 3), on(Y), on(torch.arange(12) % 3)),
    "probes.scaled": lambda on: probes.scaled(on(Y), on(2 * Y)),
    "measures.collapse": lambda on: measures.collapse(on(PLANE), on(P), on(2 * P)),
    "recipes.denoiser": lambda on: recipes.denoiser(on(P), epochs=2, progress=False)(on(P), 0.1),
    "recipes.noise_of_any_strength": lambda on: recipes.noise_of_any_strength(on(P), on.chance()),
    "recipes.variational_autoencoder": lambda on: recipes.variational_autoencoder(
        on(Y), 8, 3, epochs=1, progress=False
    ).encode(on(Y)),
    "sampling.stay": lambda on: sampling.stay(lambda y, _: y / 2, on(2 * P), 0.3, 3),
    "sampling.fall": lambda on: sampling.fall(lambda y, _: y / 2, on(P), on(torch.tensor([0.3, 0.1]))),
    "steps.undone_if_not_finite": _undone,
    "training.fit": lambda on: list(_learned(on, corruption.gaussian(0.1)).parameters()),
    "training.evaluate": lambda on: training.evaluate(_learned(on), on(Y)),
    "weights.load": _loaded,
    "weights.save": _saved,
    "exercises.compare": lambda on: exercises.compare("2.2", on(F[0])).result,
}

ELSEWHERE = {
    "reads files or writes down a curve; the caller moves what comes, `data.digits().to(device)`": """
        data.embedded.digits data.embedded.garments data.full.mnist data.full.folder data.plane.spiral
        weights.inpainter weights.card weights.read weights.write
    """,
    "meets no tensor": """
        exercises.every exercises.quizzes exercises.load exercises.quiz exercises.predictions exercises.predict
        guards.count guards.number guards.choice guards.function guards.image_shape guards.instance
        live.slider live.menu live.check live.text live.slot live.row live.Live.set live.Live.choices
        notation.colour notation.plain notation.table report.fill runtime.setup runtime.check runtime.report
        style.use style.new_figure descent.one_cycle
        steps.counting steps.progress_bar steps.ctrl_c_held_back steps.finite
        limits.tube_fraction
    """,
    "a protocol: says what a model can do, and does nothing": """
        energies.Decodes.decode energies.Encodes.encode energies.Infers.posterior
    """,
}

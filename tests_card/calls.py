"""One call of every public function and method of the package that meets a tensor, with all its tensors on one device.

CALLS: the name within `aecourse` -> a call that takes a `Place`. ELSEWHERE: a reason -> the names of those that meet no
tensor of a caller. text_to_image has a module of its own. `test_public_functions` compares all with what there is.
"""

import copy
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import torch
from torch import Tensor
from torch.nn import Module

from aecourse import (
    corruption,
    data,
    energies,
    figures,
    guards,
    likelihood,
    limits,
    measures,
    models,
    sampling,
    training,
    weights,
)
from aecourse.checking import engine
from aecourse.figures import energy_map, field, images

P = data.spiral(12)
Y = data.digits("test")[:12]
F = Y.square().sum(dim=1)
MAP = P[:9, :1] * P[:9, 0]
TILES = Y[:4].view(4, 1, 28, 28).expand(-1, 3, -1, -1)
AUTO, VARIATIONAL = models.Autoencoder(784, 5), models.VariationalAutoencoder(784, 9, 3)
PLANE, BOOK = models.Autoencoder(2, 3), models.Codebook(5, 2)
DEEP = models.DeepAutoencoder(2, 4, 1)
DISCRETE, ENSEMBLE = models.DiscreteAutoencoder(6), models.Ensemble((0, 1), 2, 3)


@dataclass(frozen=True)
class Place:
    """A device, as a caller uses it: `on(value)` puts a tensor or a copy of a network there."""

    device: torch.device

    def __call__(self, value: Any) -> Any:
        return copy.deepcopy(value).to(self.device) if isinstance(value, Module) else value.to(self.device)

    def chance(self) -> torch.Generator:
        return torch.Generator(self.device).manual_seed(0)


def _ax() -> plt.Axes:
    return plt.figure().gca()


def _learned(on: Place, corrupt: corruption.Corruption | None = None) -> Module:
    model = on(AUTO)
    training.fit(model, on(Y), corrupt=corrupt, test=on(Y[:3]), epochs=2, batch=8)
    return model


def _restarted(on: Place) -> Tensor:
    book = on(BOOK)
    book.restart(on(P), on(torch.tensor([True, False, True, False, False])), on.chance())
    return book.entries


def _saved(on: Place) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        weights.save(on(PLANE), Path(folder) / "weights", {"width": 3})
        return weights.card(Path(folder) / "weights")


def _loaded(on: Place) -> Tensor:
    with tempfile.TemporaryDirectory() as folder:
        weights.save(PLANE, Path(folder) / "weights", {"width": 3})
        return weights.load(on(models.Autoencoder(2, 3, seed=1)), Path(folder) / "weights")(on(P))


CALLS: dict[str, Callable[[Place], Any]] = {
    "checking.engine.difference": lambda on: engine.difference(on(F), F + 1),
    "checking.engine.plain": lambda on: engine.plain(on(F)),
    "checking.engine.same": lambda on: engine.same(on(F), F, 0.0),
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
    "energies.squared_error": lambda on: energies.squared_error(on(Y), on(Y / 2)),
    "energies.binary_cross_entropy": lambda on: energies.binary_cross_entropy(on(Y), on(Y / 2 + 0.1)),
    "energies.binary_cross_entropy_with_logits": lambda on: energies.binary_cross_entropy_with_logits(on(Y), on(3 * Y)),
    "energies.free_energy": lambda on: energies.free_energy(on(AUTO), on(Y), on(Y / 2), R=energies.l1),
    "energies.variational_free_energy": lambda on: energies.variational_free_energy(
        on(VARIATIONAL), on(Y), on.chance()
    ),
    "energies.l1": lambda on: energies.l1(on(P)),
    "energies.contractive": lambda on: energies.contractive(on(P), on(P[:2])),
    "energies.gaussian_kl": lambda on: energies.gaussian_kl(on(P), on(P / 2)),
    "energies.reparameterise": lambda on: energies.reparameterise(on(P), on(P / 2), on.chance()),
    "figures.curves.lines": lambda on: figures.lines(on(F), {"a": on(F), "b": on(F / 2)}, "x", "y"),
    "figures.curves.errors": lambda on: figures.errors(on(F), {"a": on(F)}, {"best": on(F / 2)}, "E"),
    "figures.curves.roc": lambda on: figures.roc({"a": (on(F), on(F / 2))}),
    "figures.curves.dots": lambda on: figures.dots(["a", "b"], {"c": on(P[:2])}, {"c": on(F[:2])}, "E"),
    "figures.energy_map.between": lambda on: energy_map.between(on(P), 1.5),
    "figures.energy_map.stack": lambda on: energy_map.stack("maps", on(MAP[None].expand(3, -1, -1)), 3),
    "figures.energy_map.EnergyMap.show": lambda on: energy_map.EnergyMap(_ax(), 9, on(P)).show(on(MAP)),
    "figures.field.Field.show": lambda on: field.Field(_ax(), 3).show(on(P[:9])),
    "figures.field.fields": lambda on: figures.fields({"a": on(P[:9]), "b": on(P[:9])}),
    "figures.images.tiles": lambda on: images.tiles(on(TILES), 2),
    "figures.images.image_rows": lambda on: figures.image_rows({"a": on(Y), "b": on(Y)}),
    "figures.images.mosaic": lambda on: figures.mosaic(on(Y), 4),
    "figures.images.kernels": lambda on: figures.kernels({"a": on(Y), "b": on(Y)}, 4),
    "figures.images.walks": lambda on: figures.walks({"a": on(Y)}, {"a": on(F)}, "nats"),
    "figures.images.colour_rows": lambda on: figures.colour_rows({"a": on(TILES), "b": on(TILES[:, :1])}),
    "figures.maps.points": lambda on: figures.points(on(P), "y"),
    "figures.maps.energy_maps": lambda on: figures.energy_maps({"a": on(MAP.abs())}, tau=0.1),
    "figures.maps.cells": lambda on: figures.cells(on(P), on(torch.arange(12)), on(P[:3])),
    "guards.batch": lambda on: guards.batch("y", on(Y), columns=784, low=0, high=1),
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
    "measures.collapse": lambda on: measures.collapse(on(PLANE), on(P), on(2 * P)),
    "models.deep.mlp": lambda on: on(models.mlp(2, 4, 3))(on(P)),
    "models.deep.DeepAutoencoder.encode": lambda on: on(DEEP).encode(on(P)),
    "models.deep.DeepAutoencoder.decode": lambda on: on(DEEP).decode(on(P[:, :1])),
    "models.deep.DeepAutoencoder.forward": lambda on: on(DEEP)(on(P)),
    "models.denoiser.Denoiser.forward": lambda on: on(models.Denoiser(2, 8))(on(P), on(F[:, None])),
    "models.discrete.Codebook.distances": lambda on: on(BOOK).distances(on(P)),
    "models.discrete.Codebook.nearest": lambda on: on(BOOK).nearest(on(P)),
    "models.discrete.Codebook.forward": lambda on: on(BOOK)(on(P)),
    "models.discrete.Codebook.penalty": lambda on: on(BOOK).penalty(on(P), on(torch.arange(12) % 5)),
    "models.discrete.Codebook.relaxed": lambda on: on(BOOK).relaxed(on(P), 0.5, on.chance()),
    "models.discrete.Codebook.restart": _restarted,
    "models.discrete.DiscreteAutoencoder.encode": lambda on: on(DISCRETE).encode(on(Y)),
    "models.discrete.DiscreteAutoencoder.decode": lambda on: on(DISCRETE).decode(on(Y[0, :784].view(98, 8))),
    "models.discrete.DiscreteAutoencoder.tokens": lambda on: on(DISCRETE).tokens(on(Y)),
    "models.discrete.DiscreteAutoencoder.draw": lambda on: on(DISCRETE).draw(on(torch.arange(98).view(2, 49) % 6)),
    "models.discrete.DiscreteAutoencoder.forward": lambda on: on(DISCRETE)(on(Y)),
    "models.ensemble.Ensemble.encode": lambda on: on(ENSEMBLE).encode(on(P)),
    "models.ensemble.Ensemble.decode": lambda on: on(ENSEMBLE).decode(on(P.view(2, 4, 3))),
    "models.ensemble.Ensemble.forward": lambda on: on(ENSEMBLE)(on(P)),
    "models.ensemble.Ensemble.contractive": lambda on: on(ENSEMBLE).contractive(on(P)),
    "models.inpainter.Inpainter.forward": lambda on: on(models.Inpainter(2))(on(Y), on(Y.round())),
    "models.shallow.Autoencoder.encode": lambda on: on(PLANE).encode(on(P)),
    "models.shallow.Autoencoder.decode": lambda on: on(PLANE).decode(on(P.view(8, 3))),
    "models.shallow.Autoencoder.forward": lambda on: on(PLANE)(on(P)),
    "models.shallow.Autoencoder.slope": lambda on: on(PLANE).slope(on(P.view(8, 3))),
    "models.shallow.TiedAutoencoder.decode": lambda on: on(models.TiedAutoencoder(2, 3)).decode(on(P.view(8, 3))),
    "models.squashing.identity": lambda on: models.identity(on(P)),
    "models.squashing.top_k": lambda on: models.top_k(2)(on(P.view(8, 3))),
    "models.variational.VariationalAutoencoder.posterior": lambda on: on(VARIATIONAL).posterior(on(Y)),
    "models.variational.VariationalAutoencoder.encode": lambda on: on(VARIATIONAL).encode(on(Y)),
    "models.variational.VariationalAutoencoder.decode": lambda on: on(VARIATIONAL).decode(on(P.view(8, 3))),
    "models.variational.VariationalAutoencoder.forward": lambda on: on(VARIATIONAL)(on(Y)),
    "sampling.stay": lambda on: sampling.stay(lambda y, _: y / 2, on(2 * P), 0.3, 3),
    "sampling.fall": lambda on: sampling.fall(lambda y, _: y / 2, on(P), on(torch.tensor([0.3, 0.1]))),
    "training.fit": lambda on: list(_learned(on, corruption.gaussian(0.1)).parameters()),
    "training.evaluate": lambda on: training.evaluate(_learned(on), on(Y)),
    "weights.load": _loaded,
    "weights.save": _saved,
}

# What these return lies on the CPU, to be drawn or compared there.
BACK = {"checking.engine.plain", "figures.energy_map.stack", "figures.images.tiles", "measures.roc"}

ELSEWHERE = {
    "reads files or writes down a curve; the caller moves what comes, `data.digits().to(device)`": """
        data.embedded.digits data.embedded.garments data.full.mnist data.full.folder data.plane.spiral
        figures.maps.grid figures.energy_map.examples
        weights.inpainter weights.card weights.read weights.write
    """,
    "meets no tensor": """
        checking.engine.Exercise.hint checking.engine.Exercise.solution checking.engine.outcome
        checking.quizzes.Quiz.reply checking.quizzes.Quiz.widget
        checking.records.path checking.records.read checking.records.record checking.records.progress
        exercises.every exercises.quizzes exercises.load exercises.quiz
        figures.curves.bars figures.diagrams.diagram figures.energy_map.mark_optimum
        figures.maps.square figures.maps.extent figures.task_regions.where figures.task_regions.regions
        guards.count guards.number guards.choice guards.function guards.image_shape guards.instance
        live.slider live.menu live.check live.text live.slot live.row live.Live.set live.Live.choices
        notation.colour notation.table runtime.setup runtime.check style.use style.new_figure training.progress_bar
    """,
    "a protocol: says what a model can do, and does nothing": """
        energies.Decodes.decode energies.Encodes.encode energies.Infers.posterior
    """,
    "asked with every exercise, in test_chapters_on_a_card": "checking.engine.Exercise.check",
}

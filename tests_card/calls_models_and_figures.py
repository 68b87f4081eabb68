"""Calls of the models, of the figures, and of the checking of exercises."""

from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt
import torch
from calls import F, P, Place, Y
from torch import Tensor

from aecourse import figures, models
from aecourse.checking import differences, known, reductions
from aecourse.figures import energy_map, field, images, verdicts

PREFIX = ""

MAP = P[:9, :1] * P[:9, 0]
TILES = Y[:4].view(4, 1, 28, 28).expand(-1, 3, -1, -1)
PLANE, BOOK, DEEP = models.Autoencoder(2, 3), models.Codebook(5, 2), models.DeepAutoencoder(2, 4, 1)
DISCRETE, ENSEMBLE = models.DiscreteAutoencoder(6), models.Ensemble((0, 1), 2, 3)
VARIATIONAL = models.VariationalAutoencoder(784, 9, 3)


def _ax() -> plt.Axes:
    return plt.figure().gca()


def _restarted(on: Place) -> Tensor:
    book = on(BOOK)
    book.restart(on(P), on(torch.tensor([True, False, True, False, False])), on.chance())
    return book.entries


CALLS: dict[str, Callable[[Place], Any]] = {
    "checking.differences.difference": lambda on: differences.difference(on(F), F + 1, 0.0),
    "checking.differences.kind": lambda on: differences.kind(on(F)),
    "checking.differences.plain": lambda on: differences.plain(on(F)),
    "checking.differences.same": lambda on: differences.same(on(F), F, 0.0),
    "checking.differences.shown": lambda on: differences.shown(on(F)),
    "checking.differences.stacked": lambda on: differences.stacked([on(F), on(F)]),
    "checking.known.named": lambda on: known.named((), [(Y,)], [on(F) / 2], [F], 1e-4),
    "checking.known.outcome": lambda on: known.outcome(torch.sum, (on(F),)),
    "checking.reductions.form": lambda on: reductions.form([on(F) / 2], [F], [(Y,)], 1e-4),
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
    "figures.verdicts.captioned": lambda on: verdicts.captioned(on(TILES), [*"abcd"], on(torch.ones(4) > 0)),
    "figures.maps.points": lambda on: figures.points(on(P), "y"),
    "figures.maps.energy_maps": lambda on: figures.energy_maps({"a": on(MAP.abs())}, tau=0.1),
    "figures.maps.directions": lambda on: figures.directions({"a": on(MAP), "b": on(MAP)}, arrows=3),
    "figures.maps.cells": lambda on: figures.cells(on(P), on(torch.arange(12)), on(P[:3])),
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
}

ELSEWHERE = {
    "writes down a grid or a picture; the caller moves what comes, `grid(33).to(device)`": """
        figures.maps.grid figures.energy_map.examples
    """,
    "meets no tensor": """
        checking.deadline.deadline checking.engine.Exercise.hint checking.engine.Exercise.solution
        checking.engine.Exercise.trial checking.slips.meaning checking.solutions.pasted
        checking.trials.parameters checking.trials.unwritten
        checking.forms.Line.say checking.forms.between checking.forms.bundle checking.forms.buttons
        checking.forms.field checking.forms.heading checking.forms.interval checking.forms.options
        checking.forms.question checking.forms.replies checking.forms.script
        checking.predictions.Asked.answer checking.predictions.Asked.widget checking.predictions.Compared.follow
        checking.predictions.Prediction.accept checking.predictions.Prediction.given
        checking.predictions.Prediction.outcome checking.predictions.Prediction.say
        checking.predictions.Prediction.verdict checking.predictions.digits
        checking.quizzes.Quiz.reply checking.quizzes.Quiz.widget
        checking.records.path checking.records.read checking.records.record checking.records.progress
        checking.records.keep checking.records.predicted
        figures.curves.bars figures.diagrams.diagram figures.diagrams.shade figures.energy_map.mark_optimum
        figures.maps.square figures.maps.extent figures.task_regions.where figures.task_regions.regions
    """,
    "asked with every exercise, in test_chapters_on_a_card": "checking.engine.Exercise.check",
}

"""Figures: tensors in, Axes out; no figure here ever sees a model.

The modules::

    diagrams      the settings drawn as circles (variables), rounded boxes (modules) and square boxes (energies)
    task_regions  the nested regions of supervised, self-supervised, latent and structured tasks
    maps          points, grids, energy maps, angles and the cells of a codebook in the plane
    field         where a model sends every point of the plane: arrows over a map of their length
    images        rows and mosaics of images on one grey scale, kernels, walks from image to image
    verdicts      pictures under their captions, each with a verdict
    curves        quantities against a quantity, runs as dots, errors against d, ROC curves
"""

from aecourse.figures.curves import bars, dots, errors, lines, roc
from aecourse.figures.diagrams import SETTINGS, diagram
from aecourse.figures.field import fields
from aecourse.figures.images import colour_rows, image_rows, kernels, mosaic, walks
from aecourse.figures.maps import cells, directions, energy_maps, grid, points
from aecourse.figures.task_regions import regions
from aecourse.figures.verdicts import captioned

__all__ = [
    "SETTINGS",
    "bars",
    "captioned",
    "cells",
    "colour_rows",
    "diagram",
    "directions",
    "dots",
    "energy_maps",
    "errors",
    "fields",
    "grid",
    "image_rows",
    "kernels",
    "lines",
    "mosaic",
    "points",
    "regions",
    "roc",
    "walks",
]

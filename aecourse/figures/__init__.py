"""Figures: tensors in, Axes out; no figure here ever sees a model.

diagrams  the settings drawn as circles (variables), rounded boxes (modules) and square boxes (energies)
regions   the nested regions of supervised, self-supervised, latent and structured tasks
plane     points, grids and energy maps in the plane
images    rows of images on one shared grey scale
curves    quantities against a quantity
"""

from aecourse.figures.curves import bars, lines
from aecourse.figures.diagrams import SETTINGS, diagram
from aecourse.figures.images import image_rows
from aecourse.figures.plane import energy_maps, points
from aecourse.figures.regions import regions

__all__ = ["SETTINGS", "bars", "diagram", "energy_maps", "image_rows", "lines", "points", "regions"]

"""The worlds of the course: a spiral and an ellipse in the plane, digits and garments as images.

The modules::

    plane     spiral, ellipse: points in the plane
    embedded  digits, garments: images that ship with the package, no network needed
    full      mnist: all of it, downloaded once and verified
"""

from aecourse.data.embedded import digits, garments
from aecourse.data.full import mnist
from aecourse.data.plane import BOX, ellipse, spiral

__all__ = ["BOX", "digits", "ellipse", "garments", "mnist", "spiral"]

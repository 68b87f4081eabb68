"""The worlds of the course: a spiral and an ellipse in the plane, digits and garments as images.

The modules::

    plane     spiral, ellipse: points in the plane
    embedded  digits, garments: images that ship with the package, no network needed
    full      mnist, fashion_mnist: the full sets, downloaded once and verified
"""

from aecourse.data.embedded import digits, garments
from aecourse.data.full import fashion_mnist, mnist
from aecourse.data.plane import BOX, ellipse, spiral

__all__ = ["BOX", "digits", "ellipse", "fashion_mnist", "garments", "mnist", "spiral"]

"""Argument checks that name the argument: every refusal is a ValueError that says what was expected."""

import math
from collections.abc import Callable, Iterable
from numbers import Integral, Real

from torch import Tensor


class NotFiniteError(ValueError):
    """A tensor holds NaN or infinity; a training that diverges is told apart from other refusals by this."""


def batch(
    name: str,
    value: Tensor,
    *,
    columns: int | None = None,
    low: float = -math.inf,
    high: float = math.inf,
) -> Tensor:
    """Return `value` if it is a finite, non-empty floating-point tensor of shape (batch, columns) within [low, high].

    One pass over the data: a sum betrays NaN and infinity, the smallest and the largest entry a wrong range as well.

    Raises:
        ValueError: anything else; the message starts with `name`.
    """
    _shape(name, value, columns)
    # A sum is five times faster than the bounds, and NaN and infinity never sum to a finite number.
    if low == -math.inf and high == math.inf and math.isfinite(value.detach().sum().item()):
        return value
    smallest, largest = (bound.item() for bound in value.detach().aminmax())
    if not (math.isfinite(smallest) and math.isfinite(largest)):
        raise NotFiniteError(f"{name}: expected finite numbers, got NaN or infinity")
    if smallest < low or largest > high:
        raise ValueError(f"{name}: expected values in [{low:g}, {high:g}], got [{smallest:g}, {largest:g}]")
    return value


def _shape(name: str, value: Tensor, columns: int | None = None) -> Tensor:
    """Return `value` if it is a non-empty floating-point tensor of shape (batch, columns); values are not read."""
    if not isinstance(value, Tensor):
        raise ValueError(f"{name}: expected a torch.Tensor, got {type(value).__name__}")
    if not value.is_floating_point():
        raise ValueError(f"{name}: expected a floating-point dtype, got {value.dtype}")
    if value.ndim != 2 or (columns is not None and value.shape[1] != columns):
        wanted = f"(batch, {'n' if columns is None else columns})"
        raise ValueError(f"{name}: expected shape {wanted}, got {tuple(value.shape)}")
    if value.numel() == 0:
        raise ValueError(f"{name}: expected at least one sample and one component, got {tuple(value.shape)}")
    return value


def same_shape(name: str, value: Tensor, other_name: str, other: Tensor) -> None:
    """Refuse two tensors of different shape: broadcasting would silently compare the wrong samples."""
    if value.shape != other.shape:
        raise ValueError(f"{name}: expected the shape of {other_name} {tuple(other.shape)}, got {tuple(value.shape)}")


def count(name: str, value: int, low: int = 1, high: float = math.inf) -> int:
    """Return `value` if it is an integer within [low, high]."""
    if isinstance(value, bool) or not isinstance(value, Integral) or not low <= value <= high:
        upper = "" if high == math.inf else f" and at most {high}"
        raise ValueError(f"{name}: expected a whole number of at least {low}{upper}, got {value!r}")
    return int(value)


def number(name: str, value: float, low: float = -math.inf, high: float = math.inf) -> float:
    """Return `value` as a float if it is a finite number within [low, high]."""
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
        raise ValueError(f"{name}: expected a finite number, got {value!r}")
    if not low <= value <= high:
        raise ValueError(f"{name}: expected a number in [{low:g}, {high:g}], got {value:g}")
    return float(value)


def choice(name: str, value: object, options: Iterable[object]) -> object:
    """Return `value` if it is one of `options`."""
    options = list(options)
    if value not in options:
        raise ValueError(f"{name}: expected one of {', '.join(map(repr, options))}, got {value!r}")
    return value


def function(name: str, value: Callable) -> Callable:
    """Return `value` if it can be called."""
    if not callable(value):
        raise ValueError(f"{name}: expected a function, got {type(value).__name__}")
    return value


def image_shape(name: str, pixels: int) -> int:
    """Return the side of a square image of so many pixels."""
    side = math.isqrt(pixels)
    if side * side != pixels:
        raise ValueError(f"{name}: expected square images (such as 784 = 28 x 28 pixels), got {pixels} pixels")
    return side

"""Argument checks that name the argument: every refusal is a ValueError that says what was expected.

Each takes the name of the argument first and the value second, and returns the value, so that it can stand where the
value is used: `side = guards.image_shape("y", guards.batch("y", y).shape[1])`.
"""

import math
from collections.abc import Callable, Iterable
from numbers import Integral, Real
from typing import Any, TypeVar

import torch
from torch import Tensor

Option = TypeVar("Option")
Function = TypeVar("Function", bound=Callable[..., Any])
Kind = TypeVar("Kind")


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

    Args:
        name: of the argument; the message starts with it.
        value: (batch, n), any floating-point dtype.
        columns: n, if it is known.
        low: no entry may be below.
        high: no entry may be above.

    Returns:
        `value` itself.

    Raises:
        NotFiniteError: an entry is NaN or infinite.
        ValueError: `value` is anything else than such a tensor.
    """
    shape(name, value, columns)
    # A sum is five times faster than the bounds, and NaN and infinity never sum to a finite number.
    if low == -math.inf and high == math.inf and math.isfinite(value.detach().sum().item()):
        return value
    smallest, largest = (bound.item() for bound in value.detach().aminmax())
    if not (math.isfinite(smallest) and math.isfinite(largest)):
        raise NotFiniteError(f"{name}: expected finite numbers, got NaN or infinity")
    if smallest < low or largest > high:
        raise ValueError(f"{name}: expected values in [{low:g}, {high:g}], got [{smallest:g}, {largest:g}]")
    return value


def shape(name: str, value: Tensor, columns: int | None = None) -> Tensor:
    """Return `value` if it is a non-empty floating-point tensor of shape (batch, columns); its entries are not read.

    Args:
        name: of the argument; the message starts with it.
        value: (batch, n), any floating-point dtype.
        columns: n, if it is known.

    Returns:
        `value` itself.

    Raises:
        ValueError: `value` is anything else than such a tensor.
    """
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


def traced(result: Tensor, **arguments: Tensor) -> Tensor:
    """Return `result`, unless it is not finite because an argument is not.

    Where NaN and infinity always come through to a small result, this is much cheaper than to read large arguments.

    Args:
        result: of a calculation, any shape.
        **arguments: what went into it, each (batch, n).

    Returns:
        `result` itself; it may be infinite, where finite numbers were too large.

    Raises:
        NotFiniteError: an entry of an argument is NaN or infinite.
    """
    if not math.isfinite(result.detach().sum().item()):
        for name, value in arguments.items():
            batch(name, value)
    return result


def same_shape(name: str, value: Tensor, other_name: str, other: Tensor) -> None:
    """Refuse two tensors of different shape: broadcasting would silently compare the wrong samples.

    Args:
        name: of the argument; the message starts with it.
        value: any shape.
        other_name: of the argument with which it is compared.
        other: a tensor of the shape that is wanted.

    Raises:
        ValueError: the shapes differ.
    """
    if value.shape != other.shape:
        raise ValueError(f"{name}: expected the shape of {other_name} {tuple(other.shape)}, got {tuple(value.shape)}")


def count(name: str, value: int, low: int = 1, high: float = math.inf) -> int:
    """Return `value` if it is an integer within [low, high].

    Args:
        name: of the argument; the message starts with it.
        value: a whole number of any kind, NumPy's too; a truth value is none.
        low: the smallest that is allowed.
        high: the largest that is allowed.

    Returns:
        `value` as an int.

    Raises:
        ValueError: it is no whole number, or not within the bounds.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or not low <= value <= high:
        upper = "" if high == math.inf else f" and at most {high}"
        raise ValueError(f"{name}: expected a whole number of at least {low}{upper}, got {value!r}")
    return int(value)


def number(name: str, value: float, low: float = -math.inf, high: float = math.inf) -> float:
    """Return `value` as a float if it is a finite number within [low, high].

    Args:
        name: of the argument; the message starts with it.
        value: a number of any kind; a truth value is none.
        low: the smallest that is allowed.
        high: the largest that is allowed.

    Returns:
        `value` as a float.

    Raises:
        ValueError: it is no number, not finite, or not within the bounds.
    """
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
        raise ValueError(f"{name}: expected a finite number, got {value!r}")
    if not low <= value <= high:
        raise ValueError(f"{name}: expected a number in [{low:g}, {high:g}], got {value:g}")
    return float(value)


def choice(name: str, value: Option, options: Iterable[Option]) -> Option:
    """Return `value` if it is one of `options`.

    Args:
        name: of the argument; the message starts with it.
        value: what was chosen.
        options: what can be chosen from, such as the keys of a dictionary.

    Returns:
        `value` itself.

    Raises:
        ValueError: it is none of them; the message lists them.
    """
    options = list(options)
    if value not in options:
        raise ValueError(f"{name}: expected one of {', '.join(map(repr, options))}, got {value!r}")
    return value


def function(name: str, value: Function) -> Function:
    """Return `value` if it can be called.

    Args:
        name: of the argument; the message starts with it.
        value: a function, or whatever else can be called.

    Returns:
        `value` itself.

    Raises:
        ValueError: it cannot be called.
    """
    if not callable(value):
        raise ValueError(f"{name}: expected a function, got {type(value).__name__}")
    return value


def image_shape(name: str, pixels: int) -> int:
    """Return the side of a square image of so many pixels.

    Args:
        name: of the argument that holds the images; the message starts with it.
        pixels: of one image.

    Returns:
        the square root of `pixels`.

    Raises:
        ValueError: `pixels` is no square.
    """
    side = math.isqrt(pixels)
    if side * side != pixels:
        raise ValueError(f"{name}: expected square images (such as 784 = 28 x 28 pixels), got {pixels} pixels")
    return side


def tensor(
    name: str,
    value: Tensor,
    shape: tuple[int | str, ...] | None,
    dtype: torch.dtype,
    low: float = -math.inf,
    high: float = math.inf,
) -> Tensor:
    """Return `value` if it is a non-empty tensor of this shape and dtype with finite entries within [low, high].

    Args:
        name: of the argument; the message starts with it.
        value: the tensor.
        shape: a number for a size that is known, a word for any, as in ("batch", 3, 32, 32); None for any shape.
        dtype: the only one that is taken.
        low: no entry may be below.
        high: no entry may be above.

    Returns:
        `value` itself.

    Raises:
        NotFiniteError: an entry is NaN or infinite.
        ValueError: `value` is anything else than such a tensor.
    """
    instance(name, value, Tensor)
    sizes = value.shape if shape is None else shape
    if len(sizes) != value.ndim or any(a != b for a, b in zip(sizes, value.shape, strict=True) if isinstance(a, int)):
        raise ValueError(f"{name}: expected shape ({', '.join(map(str, sizes))}), got {tuple(value.shape)}")
    if value.dtype != dtype:
        raise ValueError(f"{name}: expected {dtype}, got {value.dtype}")
    if value.numel() == 0:
        raise ValueError(f"{name}: expected at least one entry, got shape {tuple(value.shape)}")
    if dtype == torch.bool:
        return value
    smallest, largest = (bound.item() for bound in value.detach().aminmax())
    if not (math.isfinite(smallest) and math.isfinite(largest)):
        raise NotFiniteError(f"{name}: expected finite numbers, got NaN or infinity")
    if smallest < low or largest > high:
        raise ValueError(f"{name}: expected values in [{low:g}, {high:g}], got [{smallest:g}, {largest:g}]")
    return value


def instance(name: str, value: object, *kinds: type[Kind]) -> Kind:
    """Return `value` if it is of one of these types.

    Args:
        name: of the argument; the message starts with it.
        value: anything.
        *kinds: the types that are taken, such as `torch.Generator`.

    Returns:
        `value` itself.

    Raises:
        ValueError: it is of another type.
    """
    if not isinstance(value, kinds):
        wanted = " or ".join(kind.__name__ for kind in kinds)
        raise ValueError(f"{name}: expected a {wanted}, got {type(value).__name__}")
    return value

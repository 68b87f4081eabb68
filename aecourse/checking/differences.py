"""Comparing a result with the right one: one criterion, and a sentence about the first thing that differs.

`difference` is None where two results are the same, so that a message can never contradict the verdict. A right answer
in another style is the same: lists, tuples, NumPy and tensors; floats near a whole number; 1 and 0 for truth values.
"""

import math
import re
from collections.abc import Callable, Set
from fractions import Fraction
from types import FunctionType
from typing import Any

import numpy as np
import torch
from torch import Tensor

_FLOOR = 0.01  # of the tolerance: near 0 an error counts on the scale of the whole tensor, and of 1


def same(result: Any, expected: Any, tolerance: float) -> bool:
    """Whether `difference` finds nothing."""
    return difference(result, expected, tolerance) is None


def difference(result: Any, expected: Any, tolerance: float, names: tuple[str, ...] = ()) -> str | None:
    """The first thing in which a result differs from the right one, without telling more of it than one number.

    Args:
        result: whatever a learner's function returned.
        expected: the right one: a number, a truth value, a tensor, a set, or a tuple, list or dict of those.
        tolerance: of numbers: relative, and a hundredth of it absolute, on the scale of the whole tensor or of 1.
        names: of the items, if `expected` is a tuple.

    Returns:
        A sentence, or None if they are the same.
    """
    try:
        return _difference(plain(result), plain(expected), tolerance, names)
    except Exception as error:  # sparse, on no device, unhashable, …: a verdict is never a crash
        return f"{kind(result)} came that cannot be compared ({type(error).__name__}: {str(error)[:80]})"


def _difference(result: Any, expected: Any, tolerance: float, names: tuple[str, ...]) -> str | None:
    if _values_and_places(result) and not _values_and_places(expected):
        return f"`{type(result).__name__}` along a dimension returns values and places: take `.values` or `.indices`"
    if callable(expected) or callable(result):
        if result is not expected and type(result) is type(expected) and hasattr(result, "__dict__"):
            same_kind = not isinstance(result, type | FunctionType)  # a model, copied
            return _difference(vars(result), vars(expected), tolerance, ()) if same_kind else "another function came"
        return None if result is expected else f"expected {kind(expected)}, got {kind(result)}"
    if isinstance(expected, Tensor):
        return _tensors(stacked(result), expected, tolerance, result)
    compare = next((compare for types, compare in _BY_TYPE if isinstance(expected, types)), _others)
    return compare(result, expected, tolerance, names)


def _tensors(result: Tensor | None, expected: Tensor, tolerance: float, given: Any) -> str | None:
    """Shape first, then the entry that is furthest beyond what is allowed."""
    if result is None or (result.ndim == 0 and expected.ndim > 0):
        return f"expected {kind(expected)}, got {kind(given)}"
    if result.shape != expected.shape:
        return f"expected shape {tuple(expected.shape)}, got {tuple(result.shape)}"
    if result.is_complex() != expected.is_complex():
        return f"expected real numbers, got {result.dtype}"
    whole = not expected.is_floating_point()
    result, expected = result.double(), expected.double()
    gap = (result - expected).abs().nan_to_num(math.inf, math.inf)
    allowed = _allowed(expected, tolerance, whole)
    equal = (result == expected) | (gap <= allowed) | (result.isnan() & expected.isnan())
    if equal.all():
        return None
    beyond = torch.where(equal, -1.0, gap - allowed).nan_to_num(math.inf)
    place = [int(i) for i in torch.unravel_index(beyond.argmax(), beyond.shape)]
    values = _apart(result[tuple(place)].item(), expected[tuple(place)].item())
    return f"{_place(place)}: {values}"


def _allowed(expected: Tensor, tolerance: float, whole: bool) -> Tensor:
    """How far a result may be off, entry by entry; whole numbers only by the rounding of floats."""
    if whole:
        return (expected.abs() * min(tolerance, 1e-6)).clamp(max=0.25)
    finite = expected.abs().where(expected.isfinite(), 0.0)
    scale = max(1.0, finite.max().item()) if finite.numel() else 1.0
    return tolerance * (finite + _FLOOR * scale)


def _place(place: list[int]) -> str:
    """Where an entry stands."""
    if len(place) == 2:
        return f"row {place[0]}, column {place[1]}"
    return f"entry {place[0] if len(place) == 1 else tuple(place)}"


def _numbers(result: Any, expected: float, tolerance: float, names: tuple[str, ...]) -> str | None:
    if not isinstance(result, int | float) or isinstance(result, bool):
        return f"expected one number, got {kind(result)}"
    off = _tensors(stacked(result), torch.as_tensor(stacked(expected)), tolerance, result)
    return None if off is None else _apart(result, expected)


def _truths(result: Any, expected: bool, tolerance: float, names: tuple[str, ...]) -> str | None:
    if isinstance(result, int | float) and result in (0, 1):
        return None if bool(result) is expected else f"expected {expected}, got {bool(result)}"
    return f"say True or False, not {shown(result)}"


def _groups(result: Any, expected: Set, tolerance: float, names: tuple[str, ...]) -> str | None:
    if not isinstance(result, Set | tuple | list):
        return f"expected a set, got {kind(result)}"
    missing, surplus = len(expected - set(result)), len(set(result) - expected)
    found = [f"{missing} missing"] * bool(missing) + [f"{surplus} that do not belong"] * bool(surplus)
    return f"not yet the right set: {' and '.join(found)}" if found else None


def _dicts(result: Any, expected: dict, tolerance: float, names: tuple[str, ...]) -> str | None:
    if not isinstance(result, dict):
        return f"expected a dictionary, got {kind(result)}"
    if result.keys() != expected.keys():
        return f"expected the keys {', '.join(map(repr, expected))}, got {shown(list(result))}"
    found = {key: difference(result[key], expected[key], tolerance) for key in expected}
    wrong = {repr(key): text for key, text in found.items() if text is not None}
    if len(wrong) == 1:
        return ": ".join(next(iter(wrong.items())))
    if not wrong:
        return None
    of_form = [f"; {key}: {text}" for key, text in wrong.items() if not re.search("expected (True|False),", text)]
    example = of_form[0] if len(of_form) == len(wrong) == len(expected) else ""  # all are of the wrong form
    return f"not yet right for {', '.join(wrong)}{example}"


def _items(result: Any, expected: tuple | list, tolerance: float, names: tuple[str, ...]) -> str | None:
    if isinstance(result, Tensor) and result.ndim:
        result = list(result)
    if not isinstance(result, tuple | list):
        return f"expected {kind(expected)}, got {kind(result)}"
    if len(result) != len(expected):
        return f"expected {len(expected)} items, got {len(result)}"
    for k, (given, right) in enumerate(zip(result, expected, strict=True)):
        text = difference(given, right, tolerance)
        if text is not None:
            return f"{names[k] if k < len(names) else f'item {k}'}: {text}"
    return None


def _others(result: Any, expected: Any, tolerance: float, names: tuple[str, ...]) -> str | None:
    """Words, None: equal or not, and the right one is not told."""
    if type(result) is type(expected):
        return None if result == expected else f"{shown(result)} is not right"
    return f"expected {kind(expected)}, got {kind(result)}"


_BY_TYPE: tuple[tuple[Any, Callable[..., str | None]], ...] = (
    (bool, _truths),
    (int | float, _numbers),
    (Set, _groups),
    (dict, _dicts),
    (tuple | list, _items),
)


def plain(a: Any) -> Any:
    """The value without its wrapping: NumPy and fractions, a tensor's history, layout and place, single numbers."""
    if isinstance(a, np.generic):
        a = a.item()
    if isinstance(a, Fraction):
        a = int(a) if a.denominator == 1 else float(a)
    if isinstance(a, np.ndarray) and a.dtype.kind in "biuf":
        a = torch.from_numpy(a.copy())
    if isinstance(a, Tensor):
        a = (a.detach() if a.layout == torch.strided else a.detach().to_dense()).cpu()
        return a.item() if a.ndim == 0 else a
    return a


def stacked(a: Any) -> Tensor | None:
    """A tensor of the numbers in lists, tuples, arrays and tensors, however nested; None for anything else."""
    a = plain(a)
    if isinstance(a, Tensor):
        return a
    if isinstance(a, float):
        return torch.tensor(a, dtype=torch.float64)
    if isinstance(a, int):
        return torch.tensor(a)
    items = [stacked(item) for item in a] if isinstance(a, tuple | list) else []
    tensors = [item for item in items if item is not None]
    alike = len(tensors) == len(items) > 0 and all(t.shape == tensors[0].shape for t in tensors)
    return torch.stack(tensors) if alike else None


def _values_and_places(a: Any) -> bool:
    """Whether this is what torch's min, max, median, sort, … return along a dimension."""
    return isinstance(a, tuple) and type(a).__module__ == "torch.return_types"


def _apart(result: float, expected: float) -> str:
    """Both numbers, with as many digits as tell them apart; whole numbers in full."""
    for digits in range(4, 18):
        pair = _digits(expected, digits), _digits(result, digits)
        if pair[0] != pair[1]:
            break
    return f"expected {pair[0]}, got {pair[1]}"


def _digits(number: float, digits: int) -> str:
    if isinstance(number, int) or (number.is_integer() and abs(number) < 1e15):
        return str(int(number))
    return f"{number:.{digits}g}"


def kind(a: Any) -> str:
    """What a value is, in a few words, without its numbers."""
    if isinstance(a, Tensor | np.ndarray):
        return f"a tensor of shape {tuple(a.shape)}" if a.ndim else "one number"
    if callable(a):
        return f"a function, `{getattr(a, '__name__', type(a).__name__)}`"
    if isinstance(a, tuple | list):
        inner = f" ({'; '.join(kind(item) for item in a)})" if 0 < len(a) <= 4 else ""
        return f"a {type(a).__name__} of {len(a)}{inner}"
    names = {bool: "a truth value", int: "one number", float: "one number", str: "a word", dict: "a dictionary"}
    return "None" if a is None else names.get(type(a), f"a {type(a).__name__}")


def shown(a: Any, width: int = 88) -> str:
    """A value on one line: of a tensor the shape and the first numbers."""
    try:
        a = plain(a)
    except Exception:  # sparse or on no device: its own repr will do
        return _cut(repr(a).replace("\n", " "), width)
    if isinstance(a, Tensor):
        first = ", ".join(f"{x:.4g}" for x in a.flatten()[:8].double().tolist())
        dots = ", …" if a.numel() > 8 else ""
        return _cut(f"{kind(a)}: {first}{dots}", width)
    if isinstance(a, tuple | list) and any(isinstance(item, Tensor) for item in a):
        return _cut("; ".join(shown(item) for item in a), width * 2)
    return kind(a) if callable(a) else _cut(f"{a:.6g}" if isinstance(a, float) else repr(a), width)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"

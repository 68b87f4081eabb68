"""The forms of a right answer that people really write, collected once for all exercises.

They are derived from the right answer: the learner's results are compared with its reductions (sum or mean over
components, batch or both), its factors (a half, a sign, bits for nats, the number of components), its roots
and squares.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from aecourse.checking.differences import plain, same, stacked

_Pair = tuple[Tensor, Tensor] | None
_AVERAGED = "averaged over the components of a sample: the lecture sums"
_LIBRARY = "averaged over everything, as many libraries do by default: one number a sample is asked for"


def form(
    results: list, expected: list, trials: Sequence[tuple], tolerance: float, *, simple: bool = False
) -> str | None:
    """The common form of the right answer that these results are, in words.

    Args:
        results: what came in each trial.
        expected: what was right, or what a known wrong answer gives.
        trials: the arguments, whose numbers of samples and components are the factors that people divide by.
        tolerance: of the comparison, relative.
        simple: without roots, logarithms and factors that have no name.

    Returns:
        A few words, or None.
    """
    found = zip(map(_numbers, results), map(_numbers, expected), strict=True)
    pairs = [(r, e) for r, e in found if r is not None and e is not None and r.numel() and e.numel()]
    if len(pairs) < len(results):
        return None
    shapes_agree = all(r.shape == e.shape for r, e in pairs)
    compared = [
        (curve, reduction, _ratios([(undo(r), e) for r, e in pairs], reduce, tolerance))
        for curve, undo in _CURVES.items()
        for reduction, reduce in _REDUCTIONS.items()
        if not (simple and curve) and (reduction in _KEEPING_THE_SHAPE or not shapes_agree)
    ]
    for words, factors in _factors([_sizes(arguments) for arguments in trials]):
        for curve, reduction, ratios in compared:
            if ratios and all(abs(r / f - 1) <= 2 * tolerance for r, f in zip(ratios, factors, strict=True)):
                return _sentence(curve, reduction, words)
    return None if simple else _nameless(compared, tolerance)


def _nameless(compared: list[tuple[str, str, list[float]]], tolerance: float) -> str | None:
    """A factor without a name, if it is the same in all of several trials."""
    for curve, reduction, ratios in compared:
        if not curve and len(ratios) > 2 and all(abs(r / ratios[0] - 1) <= 2 * tolerance for r in ratios):
            return _sentence(curve, reduction, f"every number is {ratios[0]:.4g} times the right one")
    return None


def _numbers(a: Any) -> Tensor | None:
    """As a real tensor in double precision, or None."""
    try:
        a = None if isinstance(a, str | dict | set | bool | Exception) else stacked(plain(a))
        return None if a is None or a.is_complex() or a.dtype == torch.bool else a.double()
    except Exception:
        return None


def _ratios(pairs: list[tuple[Tensor, Tensor]], reduce: Callable, tolerance: float) -> list[float]:
    """How many times the right result came, one factor a trial; empty unless each is one factor for all entries."""
    found = []
    for pair in pairs:
        reduced = reduce(*pair)
        if reduced is None:
            return []
        r, e = reduced
        if r.shape != e.shape or not (r.isfinite().all() and e.isfinite().all() and e.any()):
            return []
        ratio = ((r * e).sum() / (e * e).sum()).item()
        if ratio == 0 or not same(r, ratio * e, tolerance):
            return []
        found.append(ratio)
    return found


def _sizes(arguments: tuple) -> dict[str, int]:
    """What people divide by."""
    tables = [a for a in arguments if isinstance(a, Tensor) and a.ndim]
    components = [t[0].numel() for t in tables if t.ndim > 1]
    sizes = {"the number of components": components[:1], "the number of samples": [len(t) for t in tables[:1]]}
    return {name: found[0] for name, found in sizes.items() if found and found[0] > 1}


def _factors(sizes: list[dict[str, int]]) -> Iterator[tuple[str, list[float]]]:
    """What people multiply by, in words and for each trial: the usual factors, sizes, both."""
    ones = [1.0 for _ in sizes]
    by_size = {
        f"{verb} by {name}": [s.get(name, math.nan) ** power for s in sizes]
        for name in sizes[0]
        for verb, power in (("divided", -1), ("multiplied", 1))
    }
    yield "", ones
    yield from by_size.items()
    for value, words in _FACTORS.items():
        for by, numbers in {"": ones, **by_size}.items():
            yield _joined(by, words), [value * n for n in numbers]


def _sentence(curve: str, reduction: str, factor: str) -> str:
    """The words together; an average over all entries, or over those of a sample, has words of its own."""
    first, _, rest = factor.partition(", and ")
    if first == "divided by the number of components" and reduction in (_MEAN, ""):
        factor = _joined(_AVERAGED if reduction == "" else _LIBRARY, rest)
        reduction = ""
    return _joined(reduction, factor, curve)


def _joined(*words: str) -> str:
    return ", and ".join(filter(None, words))


def _one(r: Tensor, e: Tensor) -> bool:
    """Whether one number came where several were asked for."""
    return r.numel() == 1 < e.numel()


def _spread(r: Tensor, e: Tensor) -> bool:
    """Whether one number a component may have come where one a sample was asked for."""
    return r.ndim == e.ndim == 1


def _flat(r: Tensor, e: Tensor) -> _Pair:
    return (r.flatten(), e.flatten()) if r.shape != e.shape and r.numel() == e.numel() else None


def _unreduced(r: Tensor, e: Tensor, reduce: Callable) -> _Pair:
    """Whether one dimension too many came, the last."""
    return (reduce(r, -1), e) if r.ndim == e.ndim + 1 else None


_MEAN = "averaged over the batch as well: one number a sample is asked for"
_REDUCTIONS: dict[str, Callable[[Tensor, Tensor], _Pair]] = {
    "": lambda r, e: (r, e),
    _MEAN: lambda r, e: (r.flatten(), e.mean().view(1)) if _one(r, e) else None,
    "summed over the batch as well: the samples must stay apart": (
        lambda r, e: (r.flatten(), e.sum().view(1)) if _one(r, e) else None
    ),
    "the numbers are right, the shape is not": _flat,
    "not yet summed over the last dimension": lambda r, e: _unreduced(r, e, torch.sum),
    "not yet averaged over the last dimension": lambda r, e: _unreduced(r, e, torch.mean),
    "summed over the samples instead of the components: `dim=1` runs along a row": (
        lambda r, e: (r.sum().view(1), e.sum().view(1)) if _spread(r, e) else None
    ),
    "rows and columns are swapped": lambda r, e: (r.T, e) if r.ndim == e.ndim == 2 else None,
    "the order is reversed": lambda r, e: (r.flip(0), e) if r.ndim == e.ndim == 1 else None,
}
_KEEPING_THE_SHAPE = ("", "rows and columns are swapped", "the order is reversed")
_CURVES: dict[str, Callable[[Tensor], Tensor]] = {
    "": lambda r: r,
    "a root too many": torch.square,
    "a square too many": lambda r: r.sqrt(),
    "a logarithm too many": torch.exp,
    "an exponential too many": torch.log,
    "one divided by it": torch.reciprocal,
}
_FACTORS = {
    -1.0: "the sign is reversed",
    0.5: "half of it: a factor of 2 is missing",
    2.0: "twice as large: a factor of 2 too many",
    1 / math.log(2): "in bits: the natural logarithm gives nats",
    math.log(2): "in nats: the logarithm to the base 2 gives bits",
    1 / math.log(10): "with the logarithm to the base 10 instead of the natural one",
    math.log(10): "with the natural logarithm instead of the one to the base 10",
}

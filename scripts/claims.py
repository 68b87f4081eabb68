"""Whether what a cell prints is a result, and whether its tolerance still leaves something claimed.

A tolerance is wider than its own claim if

- it is more than a fifth of every number that is printed, or there is no number at all;
- two numbers that are printed differently, of one kind, could change places and the test would still pass.

Of one kind are the numbers of a column, that is at the same place in neighbouring lines with as many numbers, and those
of one line, if the same word or sign of a unit follows. What differs by one in the last digit counts as equal, since
rounding does as much; what stands after ± and lines about single seeds contrast nothing. So two means that are equal
within their errors are printed as equal (fewer digits, or their ratio), or measured until they differ.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import combinations, groupby
from typing import NamedTuple

import comparing

WIDEST = Decimal("0.2")  # of a number


class Printed(NamedTuple):
    """A number in its place.

    Attributes:
        number: itself.
        line: in which, from 1.
        unit: the word or sign after it.
        step: one in its last digit.
        low: the least that may be printed instead, with as many digits.
        high: the largest.
    """

    number: comparing.Number
    line: int
    unit: str
    step: Decimal
    low: Decimal
    high: Decimal


def only_booleans(outputs: Iterable[Mapping]) -> bool:
    """Whether a cell prints something, and every line of it ends in True or False."""
    lines = [line for text in comparing.texts(outputs).values() for line in text.splitlines() if line.strip()]
    return bool(lines) and all(line.rstrip(" .,;)]}|'\"").endswith(("True", "False")) for line in lines)


def too_wide(outputs: Iterable[Mapping], tags: Iterable[str]) -> list[str]:
    """In what the tolerance of a cell is wider than its claim, a sentence each; empty if it is not, or there is none.

    Args:
        outputs: as they are stored.
        tags: of the cell.

    Raises:
        ValueError: the tags, see `comparing.tolerance`.
    """
    allowed = comparing.tolerance(tags)
    if allowed is None:
        return []
    sizes, contrasted = [], []
    for text in comparing.texts(outputs).values():
        lines = text.splitlines()
        rows = [_placed(line, k, allowed) for k, line in enumerate(lines, 1)]
        sizes += [abs(printed.number.value) for row in rows for printed in row]
        single = [re.search(r"\bseed \d", line) for line in lines]
        contrasted += _contrasts([[] if found else row for row, found in zip(rows, single, strict=True)])
    if not sizes:
        return [f"{allowed}, but no number is printed to which that applies"]
    if allowed.of(max(sizes)) > WIDEST * max(sizes):
        return [f"{allowed} is more than {WIDEST:.0%} of every number that is printed"]
    return [said for a, b in contrasted if (said := _swapped(a, b, allowed))]


def _placed(line: str, k: int, allowed: comparing.Tolerance) -> list[Printed]:
    """The numbers of a line that may be contrasted; what is not finite has no tolerance."""
    found, at = [], 0
    for number in comparing.numbers(line):
        start = line.index(number.text, at)
        at = start + len(number.text)
        unit = (line[at:].split() or [""])[0].strip(",.;:)]")
        if number.value.is_finite() and not line[:start].rstrip().endswith("±"):
            found.append(Printed(number, k, unit, *_range(number.value, allowed)))
    return found


def _range(value: Decimal, allowed: comparing.Tolerance) -> tuple[Decimal, Decimal, Decimal]:
    """One in the last digit, and the least and the largest number with as many digits that pass for a stored one."""
    step, room = Decimal(1).scaleb(int(value.as_tuple().exponent)), allowed.of(value)
    low, high = (value - room) / step, (value + room) / step
    return step, low.to_integral_value(ROUND_CEILING) * step, high.to_integral_value(ROUND_FLOOR) * step


def _contrasts(rows: list[list[Printed]]) -> Iterator[tuple[Printed, Printed]]:
    """Pairs of one kind: in columns of neighbouring lines, and in lines."""
    for _, block in groupby(rows, key=len):
        for column in zip(*block, strict=True):
            yield from ((a, b) for a, b in combinations(column, 2) if a.unit == b.unit)
    for row in rows:
        units = ((a, b) for a, b in combinations(row, 2) if a.unit == b.unit)
        yield from ((a, b) for a, b in units if a.unit.isalpha() or a.unit == "%")


def _swapped(a: Printed, b: Printed, allowed: comparing.Tolerance) -> str:
    """How two numbers could change places; "" if they cannot, or are printed as equal."""
    less, more = sorted((a, b), key=lambda p: p.number.value)
    apart = more.number.value - less.number.value
    if apart <= max(less.step, more.step) or less.high <= more.low:
        return ""
    where = f"line {a.line}" if a.line == b.line else f"lines {a.line} and {b.line}"
    what = f"{less.number.text} and {more.number.text} may change places"
    return f"{where}: {what} {allowed}, as {less.high:f} and {more.low:f}"

"""Compare what a notebook's cell printed with what is stored: words exactly, numbers within what a tag allows.

A compared cell may carry one tag more, `within-2%` (of the stored number) or `within-0.05` (in its unit). Then each
number may differ by that much, and columns may move with the width of their numbers. Without it every character counts.

Never a number with a tolerance: what is part of a word or a version (`h2`, `2.13.0`), a shape (`28 × 28`,
`(10000, 784)`), a date, and what follows a word such as chapter, exercise or seed. A comma or a thin space between
groups of three digits groups thousands, so lists want a space after the comma.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import zip_longest
from typing import NamedTuple

COMPARED = "nbval-check-output"

_POWER = r"10(?:\^[-−+]?\d{1,3}|[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3})"
_TOKEN = re.compile(
    rf"""(?P<exact> \b(?i:chapter|notebook|exercise|figure|section|seed)s?\ \d[\d.]*
      | (?<![\w.])\d+(?:\ ?[x×]\ ?\d+)+(?!\.?\d|[\^⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹])
      | \((?:\d+,\ )+\d+\) | \(\d+,\) | Size\(\[[\d,\ ]*\]\) | (?<!\d)\d{{4}}-\d\d-\d\d(?!\d) )
    | (?P<number> (?:(?<![\w.)\]%])[-−+])? (?<![\w.])
      (?: {_POWER}
        | (?: (?:\d{{1,3}}(?:[,\u2009\u202f]\d{{3}})+(?![,\u2009\u202f]?\d) | \d+) (?:\.\d+|\.(?=[,\])]))? | \.\d+ )
          (?:[eE][-−+]?\d{{1,3}}(?!\w) | \ ?[×·]\ ?{_POWER})? (?!\.?\d)
        | (?:(?i:nan|inf|infinity)(?!\w) | ∞) ) )""",
    re.VERBOSE,
)
_PLAIN = str.maketrans("⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹−", "-+0123456789-", ",\u2009\u202f ^")
_TAG = re.compile(r"within-(\d+(?:\.\d+)?)(%?)")
_HOLE = "\0"  # where a number stood, among words


class Tolerance(NamedTuple):
    """How far a number may lie from the stored one: a share of it, or an amount in its unit."""

    amount: Decimal
    relative: bool

    def __str__(self) -> str:
        return f"within {float(self.amount * 100):g} %" if self.relative else f"within {float(self.amount):g}"

    def of(self, stored: Decimal) -> Decimal:
        """The largest difference that is allowed."""
        return abs(stored) * self.amount if self.relative else self.amount


class Number(NamedTuple):
    """A number as it is written, and its value."""

    text: str
    value: Decimal


def tolerance(tags: Iterable[str]) -> Tolerance | None:
    """What the tags of a cell allow; None: nothing.

    Raises:
        ValueError: a tag begins with "within" and is none, there are two, or the cell is not compared at all.
    """
    tags = list(tags)
    found = [tag for tag in tags if tag.lower().startswith("within")]
    if not found:
        return None
    if len(found) > 1:
        raise ValueError(f"one tolerance a cell, not {len(found)}: {', '.join(found)}")
    parsed = _TAG.fullmatch(found[0])
    if not parsed or not Decimal(parsed[1]):
        raise ValueError(f"the tag {found[0]!r} is not understood; write within-2% or within-0.05")
    if COMPARED not in tags:
        raise ValueError(f"the tag {found[0]} has no effect without the tag {COMPARED}")
    return Tolerance(Decimal(parsed[1]) / (100 if parsed[2] else 1), bool(parsed[2]))


def numbers(line: str) -> list[Number]:
    """The numbers of a line to which a tolerance applies, from left to right."""
    return [Number(m[0], _value(m[0])) for m in _TOKEN.finditer(line) if m["number"]]


def texts(outputs: Iterable[Mapping]) -> dict[str, str]:
    """What a reader sees of outputs as text, by kind ("stdout", "text/plain", ...); of HTML without its marks."""
    found: dict[str, str] = {}
    for output in outputs:
        if output["output_type"] == "stream":
            found[output["name"]] = found.get(output["name"], "") + output["text"]
        elif output["output_type"] == "error":
            found["error"] = f"{output['ename']}: {output['evalue']}"
        for kind, text in output.get("data", {}).items():
            if kind.startswith("text/"):
                text = re.sub(r"<[^>]*>", " ", text) if kind == "text/html" else text
                found[kind] = f"{found[kind]}\n{text}" if kind in found else text
    return found


def compare(stored: Iterable[Mapping], now: Iterable[Mapping], tags: Iterable[str]) -> list[str]:
    """What differs between two lists of outputs, a sentence each; empty if they agree.

    Raises:
        ValueError: the tags, see `tolerance`.
    """
    allowed, old, new = tolerance(tags), texts(stored), texts(now)
    found = [f"{_called(kind)} is missing; stored: {_short(old[kind])}" for kind in old if kind not in new]
    found += [f"{_called(kind)} is new: {_short(new[kind])}" for kind in new if kind not in old]
    for kind in old:
        if kind in new:
            where = "" if kind == "stdout" else f"{_called(kind)}, "
            found += [where + what for what in differences(old[kind], new[kind], allowed)]
    return found


def differences(stored: str, now: str, allowed: Tolerance | None = None) -> list[str]:
    """What differs between two texts, a sentence each; empty if they agree."""
    if allowed is None and stored == now:
        return []
    old, new = stored.splitlines(), now.splitlines()
    if len(old) != len(new):
        pairs = enumerate(zip_longest(old, new), 1)
        k, pair = next((k, pair) for k, pair in pairs if None in pair or _words(pair[0]) != _words(pair[1]))
        was, is_now = ("nothing" if line is None else _short(line) for line in pair)
        return [f"stored {_count(old, 'line')}, now {len(new)}; line {k}: stored {was}, now {is_now}"]
    found = [
        f"line {i}{what}" for i, pair in enumerate(zip(old, new, strict=True), 1) for what in _line(*pair, allowed)
    ]
    if allowed is None and not found:
        lines = (i for i, pair in enumerate(zip(old, new, strict=True), 1) if pair[0] != pair[1])
        return [f"line {next(lines, len(old))}: the same words and numbers, otherwise spaced or written"]
    return found


def _line(stored: str, now: str, allowed: Tolerance | None) -> list[str]:
    """What differs between two lines."""
    old, new = numbers(stored), numbers(now)
    if len(old) != len(new):
        listed = [", ".join(n.text for n in found) or "none" for found in (old, new)]
        return [f": stored {_count(old, 'number')} ({listed[0]}), now {len(new)} ({listed[1]})"]
    words = zip_longest(_words(stored), _words(now))
    for k, (was, is_now) in enumerate(words, 1):
        if was != is_now:
            return [f", word {k}: stored {_word(was)}, now {_word(is_now)}"]
    pairs = enumerate(zip(old, new, strict=True), 1)
    return [f", number {k}: {_left(*pair, allowed)}" for k, pair in pairs if not _agree(*pair, allowed)]


def _agree(stored: Number, now: Number, allowed: Tolerance | None) -> bool:
    old, new = stored.value, now.value
    if not (old.is_finite() and new.is_finite()):
        return old == new or (old.is_nan() and new.is_nan())
    return abs(new - old) <= (allowed.of(old) if allowed else 0)


def _left(stored: Number, now: Number, allowed: Tolerance | None) -> str:
    """How a number left its range, in words."""
    old, new, said = stored.value, now.value, f"stored {stored.text}, now {now.text}"
    if not (old.is_finite() and new.is_finite()):
        return said
    relative = allowed and allowed.relative and old
    said += f" ({float((new - old) / abs(old) * 100):+.3g} %)" if relative else f" ({float(new - old):+.6g})"
    if allowed is None:
        return f"{said}; without a tag within-… it is exact"
    low, high = (float(old + sign * allowed.of(old)) for sign in (-1, 1))
    form = ",.0f" if abs(old) >= 1e5 else ".6g"
    return f"{said}; {allowed} it may be {low:{form}} to {high:{form}}"


def _words(line: str) -> list[str]:
    """The words of a line, a hole for each number; a rule has the length of its column and counts as one."""
    holed = _TOKEN.sub(lambda m: f" {_HOLE} " if m["number"] else m[0], line)
    return re.sub(r"([-=_─━═])\1+", r"\1\1", holed).split()


def _value(text: str) -> Decimal:
    """The value of a number as it is written, powers of ten and grouped thousands included."""
    plain = text.lower().replace("∞", "inf").translate(_PLAIN)
    power = re.fullmatch(r"([-+]?)(?:(.+?)[×·])?10([-+]?\d+)", plain) if re.search(_POWER, text) else None
    return Decimal(f"{power[1]}{power[2] or 1}e{power[3]}" if power else plain)


def _word(word: str | None) -> str:
    return "the end of the line" if word is None else "a number" if word == _HOLE else f'"{word}"'


def _called(kind: str) -> str:
    return {"stdout": "what is printed", "stderr": "what goes to stderr"}.get(kind, kind)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return f'"{text}"' if len(text) <= 60 else f'"{text[:57]}..."'


def _count(found: list, what: str) -> str:
    return f"{len(found)} {what}{'' if len(found) == 1 else 's'}"

"""The report of `make robust`: how far each printed number moved, which claims fell, which tolerance that asks for."""

import math
import re
from collections.abc import Mapping
from typing import NamedTuple

import claims
import comparing
from nbformat import NotebookNode

LONGER = "twice the passes"  # this one tests the claim; all others leave the experiment what it is


class Moved(NamedTuple):
    """A printed number and what became of it.

    Attributes:
        where: "2.1", the first number of the second line.
        before: the words before it.
        stored: as it is written.
        value: of the stored one.
        runs: condition -> value, of those conditions in which the line has as many numbers.
    """

    where: str
    before: str
    stored: str
    value: float
    runs: dict[str, float]

    @property
    def seen(self) -> list[float]:
        """The stored value and those of the same experiment."""
        return [self.value, *(value for name, value in self.runs.items() if name != LONGER)]

    @property
    def spread(self) -> float:
        """Largest minus smallest of `seen`; infinite if one is not finite and another is."""
        if all(map(math.isfinite, self.seen)):
            return max(self.seen) - min(self.seen)
        return 0.0 if len(set(map(str, self.seen))) == 1 else math.inf


def moved(stored: NotebookNode, runs: Mapping[str, NotebookNode]) -> list[Moved]:
    """The numbers of one cell. A kind of text with another number of lines in a run has none in that run.

    Args:
        stored: the cell.
        runs: condition -> the cell as it came then.
    """
    old, found = comparing.texts(stored.outputs), []
    plain = comparing.numbers(old.get("text/plain", ""))
    new = {name: comparing.texts(cell.outputs) for name, cell in runs.items()}
    for kind, text in old.items():
        if kind != "text/plain" and plain and comparing.numbers(text) == plain:
            continue  # the same in another dress
        lines = text.splitlines()
        anew = {name: texts.get(kind, "").splitlines() for name, texts in new.items()}
        anew = {name: found for name, found in anew.items() if len(found) == len(lines)}
        for i, line in enumerate(lines):
            numbers = comparing.numbers(line)
            values = {name: [float(n.value) for n in comparing.numbers(lines[i])] for name, lines in anew.items()}
            values = {name: row for name, row in values.items() if len(row) == len(numbers)}
            at = 0
            for k, number in enumerate(numbers):
                start = line.index(number.text, at)
                runs_ = {name: row[k] for name, row in values.items()}
                found.append(Moved(f"{i + 1}.{k + 1}", line[at:start], number.text, float(number.value), runs_))
                at = start + len(number.text)
    return found


def suggested(numbers: list[Moved]) -> list[str]:
    """The tags that grant each number about twice its spread, a share or an amount; first the closer.

    Args:
        numbers: of one cell.

    Returns:
        none if no number moved or one ceased to be finite.
    """
    needed = [(abs(n.value), 2 * n.spread) for n in numbers if n.spread]
    if not needed or any(math.isinf(need) for _, need in needed):
        return []
    amount = max(need for _, need in needed)
    if not all(size for size, _ in needed):
        return [f"within-{_up(amount)}"]
    share = max(need / size for size, need in needed)
    sizes = [abs(n.value) for n in numbers if n.value and math.isfinite(n.value)]
    usual = math.exp(sum(map(math.log, sizes)) / len(sizes))
    tags = [f"within-{_up(100 * share)}%", f"within-{_up(amount)}"]
    return tags if share * usual <= amount * (1 + 1e-9) else tags[::-1]


def _up(x: float) -> str:
    """The next number of 1, 1.5, 2, 3, 5, 7 times a power of ten, without an exponent."""
    power = math.floor(math.log10(x))
    steps = (step * 10.0**power for step in (1, 1.5, 2, 3, 5, 7, 10))
    least = next((step for step in steps if step >= x * (1 - 1e-9)), x)
    return f"{least:.{max(0, 1 - power)}f}".rstrip("0").rstrip(".") if power < 1 else f"{least:.0f}"


def report(stored: NotebookNode, runs: Mapping[str, NotebookNode]) -> str:
    """All of it, as Markdown that can be read as it is.

    Args:
        stored: a notebook with its outputs.
        runs: condition -> the notebook as it came then.
    """
    tables, suggestions, still = [], [], []
    for k, cell in _compared(stored).items():
        numbers = moved(cell, {name: _code(run)[k] for name, run in runs.items()})
        tag = next((tag for tag in cell.metadata.tags if tag.startswith("within")), "exact")
        if not any(n.spread or n.runs.get(LONGER, n.value) != n.value for n in numbers):
            still.append(f"Cell {k} ({len(numbers)})")
            continue
        tables.append(f"### Cell {k}, {_section(stored, cell)}: {tag}\n\n{_table(numbers, cell.metadata.tags)}")
        if any(n.spread for n in numbers):
            suggestions.append([f"Cell {k}", tag, _advice(numbers, cell)])
    parts = ["## Numbers that move", *(tables or ["None."])]
    parts += [f"The same in every condition, with how many numbers: {', '.join(still) or 'none'}."]
    parts += ["## Claims that fail", _listed(failing(stored, runs))]
    parts += ["## Suggested tags", _aligned([["cell", "now", "about twice the spread"], *suggestions])]
    return "\n\n".join(parts) + "\n"


def failing(stored: NotebookNode, runs: Mapping[str, NotebookNode]) -> list[str]:
    """What differs by more than its tag allows, and each cell that raises where it did not, condition by condition."""
    found = []
    for name, run in runs.items():
        for k, (old, new) in enumerate(zip(_code(stored), _code(run), strict=True)):
            if k in _compared(stored):
                said = comparing.compare(old.outputs, new.outputs, old.metadata.tags)
            else:
                errors = [comparing.texts(cell.outputs).get("error") for cell in (old, new)]
                said = [f"raises {errors[1]}"] if errors[1] != errors[0] else []
            found += [f"{name}, Cell {k}: {what}" for what in said]
    return found


def _table(numbers: list[Moved], tags: list[str]) -> str:
    allowed = comparing.tolerance(tags)
    rows = [["at", "before it", "stored", "lowest", "highest", "spread", "granted", LONGER, "leaves its range with"]]
    for n in numbers:
        old = comparing.numbers(n.stored)[0]
        granted = float(allowed.of(old.value)) if allowed else 0.0
        moved_ = {name: value for name, value in n.runs.items() if str(value) != str(n.value)}
        left = [name for name, value in moved_.items() if not abs(value - n.value) <= granted * (1 + 1e-9)]
        longer = _short(n.runs[LONGER]) if LONGER in n.runs else ""
        row = [n.where, n.before, n.stored, *map(_short, (min(n.seen), max(n.seen), n.spread, granted))]
        rows.append([*row, longer, ", ".join(left)])
    return _aligned(rows)


def _advice(numbers: list[Moved], cell: NotebookNode) -> str:
    """The suggested tag, and in what it would be wider than the claim of its cell."""
    wider = {tag: claims.too_wide(cell.outputs, [comparing.COMPARED, tag]) for tag in suggested(numbers)}
    if not wider:
        return "not finite in a condition"
    tag = next((tag for tag, said in wider.items() if not said), next(iter(wider)))
    return f"{tag}; take more samples or claim less: {wider[tag][0]}" if wider[tag] else tag


def _code(notebook: NotebookNode) -> list[NotebookNode]:
    """The cells that nbval counts."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _compared(notebook: NotebookNode) -> dict[int, NotebookNode]:
    """nbval's number -> cell, of those whose output is compared."""
    return {k: c for k, c in enumerate(_code(notebook)) if comparing.COMPARED in c.metadata.get("tags", ())}


def _section(notebook: NotebookNode, cell: NotebookNode) -> str:
    """The heading above a cell."""
    before = "\n".join(c.source for c in notebook.cells[: notebook.cells.index(cell)] if c.cell_type == "markdown")
    return (re.findall(r"^#+ (.+)$", before, re.M) or ["before any heading"])[-1]


def _aligned(rows: list[list[str]]) -> str:
    """A table in Markdown whose columns stand under each other."""
    rows = [[" ".join(entry.replace("|", "/").split())[-28:] for entry in row[:-1]] + row[-1:] for row in rows]
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    rows.insert(1, ["-" * width for width in widths])
    lines = ["| " + " | ".join(e.ljust(w) for e, w in zip(row, widths, strict=True)) + " |" for row in rows]
    return "\n".join(lines) if len(rows) > 2 else "None."


def _listed(found: list[str]) -> str:
    return "\n".join(f"- {what}" for what in found) or "None."


def _short(x: float) -> str:
    return f"{x:.4g}" if abs(x) < 1e4 or not math.isfinite(x) else f"{x:,.0f}"

"""What the learner has done, in small files in the user's data folder; never in the repository.

`progress.json` has the exercises, `predictions.json` what was predicted.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any


def path(name: str = "progress") -> Path:
    """A file of that name: in the folder named by AECOURSE_DATA, or in the user's data folder."""
    import platformdirs

    return Path(os.environ.get("AECOURSE_DATA") or platformdirs.user_data_path("aecourse")) / f"{name}.json"


def read() -> dict[str, dict[str, int | bool]]:
    """Exercise number -> {"attempts": int, "passed": bool}; a damaged file is set aside, not lost."""
    return {k: v for k, v in _read(path()).items() if isinstance(v, dict) and {"attempts", "passed"} <= v.keys()}


def predicted() -> dict[str, str | float]:
    """Number of the prediction -> what was given: an option or a number; a damaged file is set aside, not lost."""
    return {k: v for k, v in _read(path("predictions")).items() if isinstance(v, str | int | float)}


def record(number: str, passed: bool) -> None:
    """Count one attempt; once passed stays passed. The file is replaced as a whole.

    Args:
        number: of the exercise, "4.2".
        passed: whether this attempt was right.
    """

    def attempt(stored: dict[str, Any]) -> None:
        entry = stored.setdefault(number, {"attempts": 0, "passed": False})
        entry["attempts"] += 1
        entry["passed"] = entry["passed"] or passed

    _change(path(), read, attempt)


def keep(number: str, given: str | float | None) -> None:
    """Keep what was predicted, in place of an earlier answer.

    Args:
        number: of the prediction, "0.2".
        given: an option or a number; None forgets it.
    """

    def replace(stored: dict[str, Any]) -> None:
        stored.pop(number, None)
        if given is not None:
            stored[number] = given

    _change(path("predictions"), predicted, replace)


def _read(file: Path) -> dict[str, Any]:
    try:
        stored = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:  # not JSON, or not UTF-8
        aside = file.with_suffix(".damaged")
        file.replace(aside)
        print(f"{file} was damaged; it is kept as {aside.name}, and counting starts anew.", file=sys.stderr)
        return {}
    return stored if isinstance(stored, dict) else {}


def _change(file: Path, read: Callable[[], dict[str, Any]], change: Callable[[dict[str, Any]], None]) -> None:
    """Read a file, change what it holds and write it as a whole."""
    try:
        stored = read()
        change(stored)
        part = file.with_suffix(".part")
        file.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(stored, indent=1), "utf-8")
        part.replace(file)
    except OSError as error:  # a read-only disk must not stand between a learner and a verdict
        print(f"progress is not kept: {error}", file=sys.stderr)


def progress() -> None:
    """Print which exercises have been tried, which are done, and what has been predicted."""
    stored = read()
    if not stored:
        print("No exercise attempted yet.")
    for number, entry in sorted(stored.items(), key=lambda item: [int(part) for part in item[0].split(".")]):
        tries = f"{entry['attempts']} attempt{'s' if entry['attempts'] > 1 else ''}"
        print(f"{number:5s} {'✓ done' if entry['passed'] else '  open'}  {tries}")
    if given := predicted():
        print(f"Predicted: {', '.join(sorted(given, key=lambda n: (int(n.partition('.')[0]), n)))}")

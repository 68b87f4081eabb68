"""What the learner has done, in a small file in the user's data folder; never in the repository."""

import json
import os
import sys
from pathlib import Path


def path() -> Path:
    """The progress file: in the folder named by AECOURSE_DATA, or in the user's data folder."""
    import platformdirs

    return Path(os.environ.get("AECOURSE_DATA") or platformdirs.user_data_path("aecourse")) / "progress.json"


def read() -> dict[str, dict[str, int | bool]]:
    """Exercise number -> {"attempts": int, "passed": bool}; a damaged file is set aside, not lost."""
    file = path()
    try:
        stored = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:  # not JSON, or not UTF-8
        aside = file.with_suffix(".damaged")
        file.replace(aside)
        print(f"{file} was damaged; it is kept as {aside.name}, and counting starts anew.", file=sys.stderr)
        return {}
    entries = stored.items() if isinstance(stored, dict) else ()
    return {k: v for k, v in entries if isinstance(v, dict) and {"attempts", "passed"} <= v.keys()}


def record(number: str, passed: bool) -> None:
    """Count one attempt; once passed stays passed. The file is replaced as a whole.

    Args:
        number: of the exercise, "4.2".
        passed: whether this attempt was right.
    """
    try:
        _write(number, passed)
    except OSError as error:  # a read-only disk must not stand between a learner and a verdict
        print(f"progress is not kept: {error}", file=sys.stderr)


def _write(number: str, passed: bool) -> None:
    stored = read()
    entry = stored.setdefault(number, {"attempts": 0, "passed": False})
    entry["attempts"] += 1
    entry["passed"] = entry["passed"] or passed
    file = path()
    part = file.with_suffix(".part")
    file.parent.mkdir(parents=True, exist_ok=True)
    part.write_text(json.dumps(stored, indent=1), "utf-8")
    part.replace(file)


def progress() -> None:
    """Print which exercises have been tried, and which are done."""
    stored = read()
    if not stored:
        print("No exercise attempted yet.")
    for number, entry in sorted(stored.items(), key=lambda item: [int(part) for part in item[0].split(".")]):
        tries = f"{entry['attempts']} attempt{'s' if entry['attempts'] > 1 else ''}"
        print(f"{number:5s} {'✓ done' if entry['passed'] else '  open'}  {tries}")

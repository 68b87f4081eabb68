"""A copy of the repository to try something in, and the texts of one."""

import os
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# What is built, set up or cached.
_left = shutil.ignore_patterns(
    ".git", ".venv", ".*_cache", ".hypothesis", "__pycache__", ".ipynb_checkpoints", "node_modules", "_site", "_build"
)


def copy(to: Path) -> Path:
    """Copy the repository, without what is built, set up or cached; returns where to."""
    shutil.copytree(ROOT, to, ignore=_left)
    return to


def texts(folder: Path = ROOT) -> dict[str, str]:
    """Every text file of the repository, or of a copy, by its name."""
    found = {}
    for place, folders, names in os.walk(folder):
        folders[:] = set(folders) - _left(place, folders)
        for path in (Path(place, name) for name in set(names) - _left(place, names)):
            content = path.read_bytes()
            if b"\0" not in content:
                found[path.relative_to(folder).as_posix()] = content.decode()
    return found

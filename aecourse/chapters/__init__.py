"""The chapters, found and not listed: a notebook, and beside its siblings here a folder of the same name.

For example::

    notebooks/02_energies_and_the_encoder.ipynb
    aecourse/chapters/ch02_energies_and_the_encoder/
        exercises.py       EXERCISES, QUESTIONS and PREDICTIONS
        live_figures.py    functions that return a `live.Live`; EXAMPLES builds each on small data

That is all of a chapter: exercises, live figures, tests, benchmark, README, website and slides look here and into the
notebook. Either file may be missing. A chapter imports from no other chapter.
"""

import pkgutil
from collections.abc import Callable
from functools import cache
from importlib import import_module
from types import ModuleType

from aecourse import guards


@cache
def folders() -> dict[str, str]:
    """The number of each chapter, such as "2", and the name of its folder, in order."""
    found = sorted(m.name for m in pkgutil.iter_modules(__path__) if m.ispkg)
    return {str(int(name[2:4])): name for name in found}


def part(number: str, role: str) -> ModuleType | None:
    """The module of a chapter in one role, or None where the chapter has none.

    Args:
        number: of the chapter, such as "2".
        role: "exercises" or "live_figures".

    Raises:
        ValueError: there is no such chapter or role.
    """
    package = f"{__name__}.{folders()[guards.choice('chapter', number, folders())]}"
    guards.choice("role", role, ("exercises", "live_figures"))
    if not any(m.name == role for m in pkgutil.iter_modules(import_module(package).__path__)):
        return None
    return import_module(f"{package}.{role}")


def live_figures() -> dict[str, Callable]:
    """Every live figure of the course by its name: the public functions that say that they return a `live.Live`.

    Raises:
        ValueError: two chapters call different figures by the same name.
    """
    found: dict[str, Callable] = {}
    for number in folders():
        module = part(number, "live_figures")
        if module is None:
            continue
        for name, figure in vars(module).items():
            if name.startswith("_") or getattr(figure, "__module__", "") != module.__name__:
                continue
            if getattr(getattr(figure, "__annotations__", {}).get("return"), "__name__", "") == "Live":
                if name in found:
                    raise ValueError(f"{name}: two live figures of this name, in {found[name].__module__} and here")
                found[name] = figure
    return found

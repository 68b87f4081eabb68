"""Docstrings are in Google style, one argument a line, and say when a function refuses."""

import ast
import inspect
import re
from pathlib import Path

import pytest

import aecourse

PACKAGE = Path(aecourse.__file__).parent
# What an exercise prints is documented in its statement.
FILES = [path for path in sorted(PACKAGE.rglob("*.py")) if path.name != "exercises.py" or path.parent == PACKAGE]
SECTIONS = ["Args", "Attributes", "Returns", "Yields", "Raises"]
FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef


def _definitions(tree):
    """Every function, method and class of a module by its name, such as "Autoencoder.encode"; no nested functions."""
    for node in tree.body:
        if isinstance(node, FUNCTIONS | ast.ClassDef) and not _is_overload(node):
            yield node.name, node
        if isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}.{m.name}", m) for m in node.body if isinstance(m, FUNCTIONS))


def _is_overload(node):
    return any(isinstance(d, ast.Name) and d.id == "overload" for d in node.decorator_list)


def _is_public(name):
    return all(not part.startswith("_") or part == "__call__" for part in name.split("."))


def _sections(text):
    """Title -> lines of each section of a docstring, and whatever is wrong with the form."""
    found, wrong, title = {}, [], ""
    lines = text.splitlines()
    for before, line in zip(["", *lines], lines, strict=False):
        if header := re.fullmatch(r"([A-Z]\w+):", line):
            title = header[1]
            found[title] = []
            wrong += [f"{title}: no such section"] * (title not in SECTIONS)
            wrong += [f"{title}: expected a blank line before it"] * (before != "")
        elif title and line and not line.startswith(" "):
            title = ""  # a paragraph: Source
            wrong += [f"{line[:30]}: expected a blank line before it"] * (before != "")
        elif title and line:
            found[title].append(line)
    wrong += ["sections out of order"] * (list(found) != [s for s in SECTIONS if s in found])
    return found, wrong


def _entries(lines):
    """The names that a section explains, one a line; what follows further in belongs to the line above."""
    return [line.strip().partition(":")[0] for line in lines if not line.startswith(" " * 8)]


def _parameters(node):
    """Names of what a function takes, or what its class is made from."""
    if isinstance(node, ast.ClassDef):
        made = [m for m in node.body if isinstance(m, FUNCTIONS) and m.name == "__init__"]
        return _parameters(made[0]) if made else []
    a = node.args
    names = [p.arg for p in a.posonlyargs + a.args]
    names += [f"*{p.arg}" for p in [a.vararg] if p] + [p.arg for p in a.kwonlyargs]
    names += [f"**{p.arg}" for p in [a.kwarg] if p]
    return [name for name in names if name not in ("self", "cls")]


def _refuses(name, definitions, seen):
    """Whether a function raises, calls a guard, or calls what does so in the same module."""
    node = definitions[name]
    if isinstance(node, ast.ClassDef):
        return f"{name}.__init__" in definitions and _refuses(f"{name}.__init__", definitions, seen)
    if name in seen:
        return False
    seen.add(name)
    waiting = list(node.body)
    while waiting:
        part = waiting.pop()
        if isinstance(part, FUNCTIONS | ast.Lambda):
            continue  # refuses, if at all, when it is called
        if isinstance(part, ast.Raise) and part.exc is not None:
            return True
        if isinstance(part, ast.Call):
            called = ast.unparse(part.func)
            if called.startswith("guards."):
                return True
            called = re.sub(r"^self\b", name.partition(".")[0], called)
            if called in definitions and _refuses(called, definitions, seen):
                return True
        waiting += ast.iter_child_nodes(part)
    return False


def _described(path):
    """Every public definition of a module with a docstring."""
    definitions = dict(_definitions(ast.parse(path.read_text("utf-8"))))
    for name, node in definitions.items():
        if _is_public(name) and (text := ast.get_docstring(node)):
            yield name, node, text, definitions


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_docstring_explains_every_argument_in_a_line_of_its_own_or_none(path):
    wrong = []
    for name, node, text, _ in _described(path):
        found, faults = _sections(text)
        if "Args" in found and _entries(found["Args"]) != _parameters(node):
            faults.append(f"expected Args {_parameters(node)}, got {_entries(found['Args'])}")
        wrong += [f"{name}: {fault}" for fault in faults]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_what_can_refuse_says_so(path):
    silent = []
    for name, _, text, definitions in _described(path):
        raises = _entries(_sections(text)[0].get("Raises", []))
        named = all(re.fullmatch(r"\w+(Error|Exit|Interrupt)", entry) for entry in raises)
        if not named or (not raises and _refuses(name, definitions, set())):
            silent.append(name)
    assert not silent


def test_a_silent_refusal_and_a_crowded_line_are_found():
    source = inspect.cleandoc('''
        class Box:
            """A box."""
            def put(self, a, b):
                """Put.

                Args:
                    a: one. b: two.
                """
                self._check(a)
            def _check(self, a):
                guards.count("a", a)
        def later():
            """Refuse only when called."""
            return lambda a: guards.count("a", a)
    ''')
    definitions = dict(_definitions(ast.parse(source)))
    assert {name for name in definitions if _refuses(name, definitions, set())} == {"Box.put", "Box._check"}
    put = definitions["Box.put"]
    assert _entries(_sections(ast.get_docstring(put))[0]["Args"]) == ["a"] != _parameters(put)

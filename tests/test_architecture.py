"""The house stands: a module imports only from strictly lower floors, and only some know of widgets or of models."""

import ast
import importlib
import sys
from pathlib import Path

import pytest

import aecourse

PACKAGE = Path(aecourse.__file__).parent
FLOORS = {
    "notation": 0, "tasks": 0, "guards": 0, "descent": 0, "report": 0,
    "style": 1, "steps": 1, "data": 1, "energies": 1, "corruption": 1, "models": 1,
    "runtime": 2, "limits": 2, "measures": 2, "training": 2, "figures": 2, "live": 2, "sampling": 2, "weights": 2,
    "likelihood": 2, "probes": 2,
    "text_to_image": 3, "checking": 3, "recipes": 3,
    "chapters": 4,
    "exercises": 5,
}  # fmt: skip
FILES = sorted(PACKAGE.rglob("*.py"))


def _room(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _imports(path, depth=None):
    """Full names of the modules that a file imports; with depth=0 only those imported when the file is."""
    tree = ast.parse(path.read_text("utf-8"))
    found = set()
    for node in tree.body if depth == 0 else ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_imports_only_from_lower_floors(path):
    room = _room(path)
    if room == "__init__":
        assert not _imports(path), "the top of the package re-exports nothing"
        return
    for name in _imports(path):
        parts = name.split(".")
        if parts[0] == "aecourse" and len(parts) > 1 and parts[1] != room:
            assert FLOORS[parts[1]] < FLOORS[room], f"{room} (floor {FLOORS[room]}) imports {parts[1]}"


def test_every_room_is_on_the_plan_and_described():
    rooms = {_room(path) for path in FILES} - {"__init__"}
    assert rooms == set(FLOORS)
    for room in rooms:
        assert f" {room} " in aecourse.__doc__, f"{room} is missing in the map of aecourse/__init__.py"


def test_only_the_live_rooms_know_of_widgets():
    users = {_room(path) for path in FILES if any(n.split(".")[0] == "ipywidgets" for n in _imports(path))}
    assert users <= {"live", "checking"}


def test_figures_never_see_a_model():
    for path in (PACKAGE / "figures").glob("*.py"):
        assert not {
            n for n in _imports(path) if n.startswith(("aecourse.models", "aecourse.training", "torch.nn.Module"))
        }


def test_the_mathematics_imports_neither_matplotlib_nor_widgets():
    rooms = {"guards", "notation", "tasks", "energies", "models", "limits", "measures", "training", "sampling"}
    rooms |= {"likelihood", "text_to_image", "steps", "descent", "recipes"}
    for path in (path for path in FILES if _room(path) in rooms):
        heavy = {n.split(".")[0] for n in _imports(path, depth=0)}
        assert not heavy & {"matplotlib", "ipywidgets", "tqdm", "pooch", "sklearn", "cv2"}, path


def test_imports_inside_a_folder_run_one_way():
    for folder in ("data", "models", "figures", "checking", "text_to_image"):
        edges = {}
        for path in (PACKAGE / folder).glob("*.py"):
            prefix = f"aecourse.{folder}."
            edges[path.stem] = {n[len(prefix) :].split(".")[0] for n in _imports(path) if n.startswith(prefix)}
        settled = set()
        while len(settled) < len(edges):
            ready = {k for k, v in edges.items() if k not in settled and (v & set(edges)) - {k} <= settled}
            assert ready, f"{folder}: a circle among {set(edges) - settled}"
            settled |= ready


def _is_overload(node):
    """Whether a function is one of several signatures of the one that follows."""
    return any(isinstance(d, ast.Name) and d.id == "overload" for d in getattr(node, "decorator_list", ()))


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_every_module_and_public_function_says_what_it_is(path):
    tree = ast.parse(path.read_text("utf-8"))
    assert ast.get_docstring(tree), path
    if path.stem == "exercises" and path.parent.parent.name == "chapters":
        return  # solutions are shown as they stand; their statement is their docstring
    for node in tree.body:
        if (
            isinstance(node, ast.FunctionDef | ast.ClassDef)
            and not node.name.startswith("_")
            and not _is_overload(node)
        ):
            assert ast.get_docstring(node), f"{path.name}: {node.name}"


def test_weights_and_arrays_are_never_pickles():
    for path in FILES:
        text = path.read_text("utf-8")
        assert "torch.load" not in text
        assert "pickle" not in text.replace("allow_pickle=False", "")


def test_no_two_modules_share_a_name_but_the_roles_of_a_chapter():
    folders = (PACKAGE, PACKAGE.parent / "scripts")
    modules = [path for folder in folders for path in folder.rglob("*.py") if path.stem != "__init__"]
    names = [path.stem for path in modules if path.parents[1].name != "chapters"]
    assert sorted(names) == sorted(set(names))
    assert {path.stem for path in modules if path.parents[1].name == "chapters"} == {"exercises", "live_figures"}


def test_no_name_of_a_folder_hides_a_module_in_it():
    for path in (path for path in FILES if path.name != "__init__.py"):
        name = ".".join(["aecourse", *path.relative_to(PACKAGE).with_suffix("").parts])
        module = importlib.import_module(name)
        folder, _, last = name.rpartition(".")
        assert getattr(sys.modules[folder], last) is module, f"{folder} has something else named {last}"

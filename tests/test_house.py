"""The repository keeps its promises: style, pins, links, and a set-up that fails with one clear line."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import aecourse

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
IGNORED = {".git", ".venv", "__pycache__", ".ruff_cache", ".pytest_cache", ".hypothesis", ".ipynb_checkpoints"} | {
    "node_modules",
    "_site",
    "_build",
}
KINDS = (".py", ".md", ".toml", ".yml", ".yaml", ".cff", ".txt", ".ipynb", ".json", ".js", ".ts", ".css", ".j2", "")
TEXTS = [p for p in ROOT.rglob("*") if p.is_file() and p.suffix in KINDS and not IGNORED & set(p.parts)]


def _ranges(lines):
    parsed = [Requirement(line) for line in lines]
    return {canonicalize_name(r.name): r.specifier for r in parsed}


RUNTIME = _ranges(PYPROJECT["project"]["dependencies"])
EXTRAS = {k: _ranges(v) for k, v in PYPROJECT["project"]["optional-dependencies"].items()}
PINS = _ranges(
    line for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines() if line and not line.startswith("#")
)


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]], ids=" ".join)
def test_ruff_is_content(command):
    done = subprocess.run([sys.executable, "-m", "ruff", *command, "."], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_types_agree():
    command = [sys.executable, "-m", "pyrefly", "check", "--python-interpreter-path", sys.executable]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_pins_are_exact_and_satisfy_every_range():
    for name, pin in PINS.items():
        assert re.fullmatch(r"==[\w.]+", str(pin)), f"{name}{pin}"
    for group in (RUNTIME, *EXTRAS.values()):
        for name, allowed in group.items():
            assert name in PINS, f"{name} is not pinned in requirements.txt"
            assert Version(str(PINS[name])[2:]) in allowed, f"{name}{PINS[name]} is outside {allowed}"


def test_the_oldest_python_is_said_alike_and_tried_by_the_workflow():
    oldest = PYPROJECT["project"]["requires-python"].removeprefix(">=")
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "tests.yml").read_text("utf-8"))
    assert min(workflow["jobs"]["tests"]["strategy"]["matrix"]["python"], key=Version) == oldest
    for path in (ROOT / "README.md", ROOT / "scripts" / "setup.py"):
        assert f"Python {oldest} or newer" in path.read_text("utf-8"), path.name


def test_the_three_systems_are_tried_and_publishing_waits_for_the_build():
    folder = ROOT / ".github" / "workflows"
    tests, site = (yaml.safe_load((folder / f"{name}.yml").read_text("utf-8"))["jobs"] for name in ("tests", "site"))
    systems = tests["tests"]["strategy"]["matrix"]["os"]
    assert {name.partition("-")[0] for name in systems} == {"ubuntu", "macos", "windows"}  # as the changelog says
    assert site["publish"]["needs"] == "build"


def test_conda_and_pip_ask_for_the_same():
    listed = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]
    conda = _ranges(re.sub(r"(?<![<>=!])=(?!=)", "==", line) for line in listed)
    renamed = {"pytorch-cpu": "torch", "matplotlib-base": "matplotlib", "py-opencv": "opencv-python-headless"}
    conda = {renamed.get(name, name): allowed for name, allowed in conda.items()}
    build = _ranges(PYPROJECT["build-system"]["requires"])
    for name, allowed in (RUNTIME | EXTRAS["lab"] | build).items():
        assert conda.pop(name) == allowed, name
    assert Version(str(conda.pop("python"))[2:]) >= Version("3.11")
    assert set(conda) == {"pip"}


def test_what_is_imported_is_declared():
    stdlib = sys.stdlib_module_names
    names = {"pil": "pillow", "sklearn": "scikit-learn"}
    for path in (ROOT / "aecourse").rglob("*.py"):
        for module in re.findall(r"^\s*(?:from|import) (\w+)", path.read_text("utf-8"), re.M):
            if module not in stdlib and module != "aecourse":
                assert canonicalize_name(names.get(module.lower(), module)) in RUNTIME, f"{path.name} imports {module}"


def test_no_registry_address_and_no_path_of_a_machine_is_committed():
    forbidden = re.compile(
        r"pypi\.org|pythonhosted|download\.pytorch|registry\.npmjs|conda\.anaconda|/home/\w|/root/|/work/|/Users/\w"
    )
    for path in TEXTS:
        if path.name != Path(__file__).name:
            assert not forbidden.search(path.read_text("utf-8", errors="ignore")), path


def test_the_readme_maps_every_notebook_and_module():
    readme = (ROOT / "README.md").read_text("utf-8")
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        assert f"notebooks/{path.name}" in readme, path.name
    for path in (ROOT / "aecourse").glob("[a-z]*"):
        if path.suffix == ".py" or (path / "__init__.py").exists():
            assert f"`{path.name}" in readme, path.name


def test_every_make_target_is_declared_listed_and_in_the_readme():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.M))
    assert set(re.search(r"^\.PHONY: (.+)$", makefile, re.M)[1].split()) == targets
    listed = re.search(r"^help:\n((?:\t.+\n)+)", makefile, re.M)[1]
    readme = (ROOT / "README.md").read_text("utf-8")
    for target in targets - {"setup"}:  # the others call it
        assert re.search(rf'echo "make {target} ', listed) or target == "help", target
        assert re.search(rf"make {target}\b(?!-)", readme), target


def test_links_between_files_lead_somewhere():
    for path in [*ROOT.glob("*.md"), *(ROOT / "notebooks").glob("*.ipynb")]:
        for target in re.findall(r"\]\((?!https?://|#|mailto:)([^)\s]+?)(?:#[^)]*)?\)", path.read_text("utf-8")):
            assert (path.parent / target).exists(), f"{path.name} -> {target}"


def test_the_readmes_picture_is_small_and_there():
    (picture,) = set(re.findall(r'<img src="([^"]+)"', (ROOT / "README.md").read_text("utf-8")))
    assert (ROOT / picture).stat().st_size < 500_000


# --- the set-up ---------------------------------------------------------------------------------------------------


def _setup(folder, *, before=""):
    """Run a copy of the set-up in `folder` after `before`, Python code that changes its world."""
    target = folder / "scripts"
    target.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "scripts" / "setup.py", target)
    script = str(target / "setup.py")
    code = f"import runpy, sys; {before}; sys.argv = ['setup.py']; runpy.run_path({script!r}, run_name='__main__')"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)


def test_an_old_python_gets_one_clear_line(tmp_path):
    done = _setup(tmp_path, before="sys.version_info = (3, 9, 1)")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "Python 3.11 or newer is needed" in done.stderr
    assert "PYTHON=python3.12 make lab" in done.stderr


def test_a_missing_venv_module_gets_one_clear_line(tmp_path):
    done = _setup(tmp_path, before="sys.modules['ensurepip'] = None")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "has no venv module" in done.stderr


def test_the_set_up_can_be_read_by_an_old_python():
    import ast

    ast.parse((ROOT / "scripts" / "setup.py").read_text("utf-8"), feature_version=(3, 7))


def test_an_unchanged_set_up_does_nothing_and_a_changed_one_something(tmp_path):
    interpreter = tmp_path / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    interpreter.parent.mkdir(parents=True)
    interpreter.touch()
    for name in ("requirements.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    stamp = tmp_path / ".venv" / "aecourse-stamp"
    started = "subprocess.check_output = lambda *a, **k: sys.exit('set-up: has begun')"
    assert "has begun" in _setup(tmp_path, before="import subprocess; " + started).stderr
    write = (
        f"open({str(stamp)!r}, 'w').write(runpy.run_path({str(tmp_path / 'scripts' / 'setup.py')!r})['fingerprint']())"
    )
    done = _setup(tmp_path, before=write)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    (tmp_path / "requirements.txt").write_text("torch==0\n")
    assert "has begun" in _setup(tmp_path, before="import subprocess; " + started).stderr
    assert not stamp.exists()


def _rows_as_images(folder, name, m):
    """An idx file of m blank images whose first two pixels spell the row, and one of labels."""
    import gzip

    import numpy as np

    images = np.zeros((m, 784), np.uint8)
    images[:, :2] = np.arange(m, dtype=">u2")[:, None].view(np.uint8)
    labels = (np.arange(m) % 10).astype(np.uint8)
    for kind, array in (("images-idx3", bytes(16) + images.tobytes()), ("labels-idx1", bytes(8) + labels.tobytes())):
        (folder / f"{name}-{kind}-ubyte.gz").write_bytes(gzip.compress(array, compresslevel=1))


def test_the_embedded_data_script_keeps_as_many_of_both_populations_and_spreads_them(tmp_path):
    """On files of blank images, each marked by its row; the real files' checksums are in test_data.py."""
    import runpy

    import numpy as np

    for world in ("mnist", "fashion"):
        (tmp_path / world).mkdir()
    _rows_as_images(tmp_path / "mnist", "train", 60_000)
    _rows_as_images(tmp_path / "mnist", "t10k", 10_000)
    _rows_as_images(tmp_path / "fashion", "t10k", 10_000)
    script = runpy.run_path(str(ROOT / "scripts" / "build_embedded_data.py"))
    script["build"].__globals__["TARGET"] = tmp_path
    script["build"](tmp_path)
    kept = {}
    for world, split in (("digits", "train"), ("digits", "test"), ("garments", "test")):
        with np.load(tmp_path / f"{world}.npz") as stored:
            rows = stored[f"{split}_images"][:, :2].astype(int) @ [256, 1]
            assert stored[f"{split}_images"][:, 2:].max() == 0
            assert np.array_equal(stored[f"{split}_labels"], rows % 10)
        assert len(set(rows.tolist())) == len(rows)
        kept[world, split] = rows
    train, test = kept["digits", "train"], kept["digits", "test"]
    assert np.array_equal(train % 2, np.arange(10_000) % 2)
    assert train.max() < 58_000
    assert np.histogram(train, bins=10, range=(0, 58_000))[0] == pytest.approx([1_000] * 10, abs=4)
    assert np.array_equal(test >= 5_000, np.arange(2_000) % 2 == 1)
    assert (np.histogram(test, bins=10, range=(0, 10_000))[0] == 200).all()
    assert kept["garments", "test"].tolist() == list(range(0, 10_000, 10))


def test_the_course_can_be_cited_and_says_the_same_everywhere():
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.citation-file-format"]
    done = subprocess.run([*command, ROOT / "CITATION.cff"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    bibtex = re.search(r"```bibtex\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.S)[1]
    entry = {name: value.strip("{}") for name, value in re.findall(r"^  (\w+) = \{(.*)\},?$", bibtex, re.M)}
    licence = re.search(r"Copyright \(c\) (\d+) (.+)", (ROOT / "LICENSE").read_text("utf-8"))
    assert cited["version"] == aecourse.__version__
    assert entry == {
        "author": cited["authors"][0]["name"],
        "title": cited["title"],
        "year": licence[1],
        "note": f"Version {aecourse.__version__}",
        "url": cited["repository-code"],
    }
    assert entry["author"] == licence[2]

"""Where the course is published: owner/name of a repository on GitHub.

    make address REPO=you/yours      (python scripts/address.py you/yours)

sets it in the files whose links lie in themselves (README, CITATION.cff, the package's own report.py) and in the
notebooks; again and again, if need be. What is built needs no command: the website asks `published`.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[1]
GITHUB = "https://github.com/"
NAME = r"[A-Za-z\d](?:-?[A-Za-z\d]){0,38}/[\w.-]{1,100}"  # as GitHub allows them
FILES = ("README.md", "CITATION.cff", "aecourse/report.py")  # and the notebooks
# What the first cell of a notebook says as long as it cannot know where to fetch the package.
GUARD = """\
    if "/ORG/" in home:
        raise RuntimeError("no address yet: run make address REPO=owner/name first") from None
"""


def checked(name: str, repository: str) -> str:
    """A repository as it is given, if GitHub can have it.

    Raises:
        ValueError: it is not of the form owner/name.
    """
    if not re.fullmatch(NAME, repository):
        raise ValueError(f"{name}: expected owner/name, such as you/yours, got {repository!r}")
    return repository


def written(root: Path = ROOT) -> str:
    """The repository that the files name: that of README's link to Binder."""
    return re.findall(rf"mybinder\.org/v2/gh/({NAME})/", (root / "README.md").read_text("utf-8"))[0]


def published(root: Path = ROOT) -> str:
    """The repository that a website built here belongs to.

    The variable AECOURSE_REPO says it, or that of GitHub's own builds, or the remote `origin`; or else the files do.
    """
    for variable in ("AECOURSE_REPO", "GITHUB_REPOSITORY"):
        if repository := os.environ.get(variable):
            return checked(variable, repository)
    command = ["git", "-C", root, "remote", "get-url", "origin"]
    origin = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    found = re.search(rf"github\.com[:/]({NAME}?)(?:\.git)?/?$", origin)  # the ? leaves .git to what follows
    return found[1] if found else written(root)


def lead_to(repository: str, text: str, before: str) -> str:
    """A text whose links to the repository `before` lead to another one."""
    link = rf"(github\.com/|\.com/github/|/v2/gh/){re.escape(before)}(?=[/\"#?)}}\s]|$)"
    return text if repository == before else re.sub(link, rf"\g<1>{repository}", text.replace(GUARD, ""))


def notebook(path: Path, repository: str, before: str) -> NotebookNode:
    """A notebook whose links lead to a repository."""
    read = nbformat.read(path, as_version=4)
    for cell in read.cells:
        cell.source = lead_to(repository, cell.source, before)
    return read


def rewrite(repository: str, root: Path = ROOT) -> None:
    """Set the repository in FILES and in all notebooks."""
    before = written(root)
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        nbformat.write(notebook(path, repository, before), path)
    for path in (root / name for name in FILES):
        path.write_text(lead_to(repository, path.read_text("utf-8"), before), "utf-8", newline="\n")


def main(arguments: list[str]) -> None:
    if len(arguments) != 1:
        raise SystemExit("address: make address REPO=you/yours")
    try:
        rewrite(checked("REPO", arguments[0]))
    except ValueError as error:
        raise SystemExit(str(error)) from None
    print(f"{', '.join(FILES)} and notebooks lead to {GITHUB}{arguments[0]}")


if __name__ == "__main__":
    main(sys.argv[1:])

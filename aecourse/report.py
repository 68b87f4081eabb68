"""The way back: an issue on GitHub that is filled in already, and that a reader sends or leaves.

A notebook calls `runtime.report`; the form is .github/ISSUE_TEMPLATE/cell.yml, and its fields are the names here.
"""

import html
import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

HOME = "https://github.com/ORG/REPO"  # where the course is published; `make address` sets it
FORM = "cell.yml"
LONGEST = 6000  # characters of an address that browsers and GitHub take, with a margin
_COLOURS = re.compile(r"\x1b\[[\d;]*m")
_HOMES = re.compile(r"(?<![\w.])(?:[A-Za-z]:|/mnt/[a-z])?[\\/]+(?:home|Users)[\\/]+[^\\/\s'\":]+")


@dataclass(frozen=True)
class Report:
    """What a reader would send: a notebook shows the link, and folded under it every word behind it.

    Attributes:
        title: of the issue.
        fields: of the form, by name.
        link: opens the form, filled in.
    """

    title: str
    fields: dict[str, str]
    link: str

    def __repr__(self) -> str:
        return self.link

    def _repr_html_(self) -> str:
        said = html.escape("\n\n".join(f"{name}:\n{text}" for name, text in self.fields.items()))
        link, title = html.escape(self.link), html.escape(self.title)
        return (
            f'<p><a href="{link}" target="_blank" rel="noopener">Report: {title}</a> opens a form with what stands'
            " below. Change there what you like; nothing is sent before you send it.</p>"
            '<details><summary>What the form says</summary><pre style="white-space: pre-wrap">'
            f"{said}</pre></details>"
        )


def fill(title: str, fields: dict[str, str]) -> Report:
    """Fill in the form.

    Args:
        title: of the issue.
        fields: what the form asks for, by name; the folder of a reader's own files is written as ~, and of a long text
            only beginning and end are kept, as an address has no room for more.

    Raises:
        RuntimeError: nobody has said yet where the course is published.
    """
    if "/ORG/" in HOME:
        raise RuntimeError("no address yet: run make address REPO=owner/name first")
    said, most = {name: _private(text) for name, text in fields.items()}, LONGEST
    while len(link := _link(title, {name: _clipped(text, most) for name, text in said.items()})) > LONGEST:
        most //= 2
    return Report(title, {name: _clipped(text, most) for name, text in said.items()}, link)


def _link(title: str, fields: dict[str, str]) -> str:
    query = urlencode({"template": FORM, "title": title, **fields}, quote_via=quote, errors="replace")
    return f"{HOME}/issues/new?{query}"


def _private(text: str) -> str:
    """A text without terminal colours, and without the names of folders that tell who somebody is."""
    text, parts = _COLOURS.sub("", text), Path(os.path.expanduser("~")).parts
    if len(parts) > 1:  # however its slashes are written
        own = r"[\\/]+".join(re.escape(part.strip("\\/")) for part in parts)
        text = re.sub(rf"{own}(?![\w.-])", "~", text)
    return _HOMES.sub("~", text)


def _clipped(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most // 3]}\n…\n{text[most // 3 - most :]}"

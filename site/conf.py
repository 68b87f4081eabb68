"""Sphinx settings of the website; `make site` prepares the sources that they are used with (scripts/website.py)."""

import re

project = "Autoencoders as energy-based models"
author = "the authors of the course"
html_title = ""

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode", "sphinx_copybutton"]

# Notebooks are shown as they were executed and tested, never run here.
exclude_patterns = ["download"]
nb_execution_mode = "off"
nb_render_markdown_format = "myst"  # statements of exercises have formulas
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 3

# Docstrings: shapes and names stand in single backticks.
default_role = "code"
highlight_language = "text"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
add_module_names = False
python_maximum_signature_line_length = 80
napoleon_use_ivar = True  # fields of a dataclass are documented once
napoleon_custom_sections = [("Source", "notes_style")]

html_theme = "pydata_sphinx_theme"
html_theme_options = {
    "logo": {"text": "Autoencoders as energy-based models"},
    "icon_links": [{"name": "Source", "url": "https://github.com/ORG/REPO", "icon": "fa-brands fa-github"}],
    "navbar_align": "left",
    "navbar_persistent": ["search-button"],
    "show_toc_level": 2,
    "secondary_sidebar_items": {f"{folder}/*": ["page-toc"] for folder in ("notebooks", "api", "docs", "_modules")},
    "footer_start": [],
    "footer_end": [],
    "navigation_with_keys": False,  # arrow keys belong to the playgrounds
    "pygments_light_style": "a11y-light",
    "pygments_dark_style": "a11y-dark",
}
html_sidebars = {name: [] for name in ("index", "chapters", "spiral", "slides")}
html_context = {"default_mode": "auto"}
html_favicon = "_static/favicon.svg"
html_static_path = ["_static"]
html_css_files = ["fonts/source-sans-3/index.css", "fonts/source-code-pro/index.css", "site.css"]
html_copy_source = False
html_domain_indices = False  # the general index has all names
html_show_sourcelink = False

# One script with the glyphs inside, from npm: no font and no address is fetched.
mathjax_path = "mathjax/tex-svg-full.js"
mathjax3_config = {"options": {"enableMenu": False}}

copybutton_selector = "div.cell_input div.highlight pre, div.highlight-python pre"
suppress_warnings = ["config.cache"]

_SECTION = re.compile(r"\s*(Args|Attributes):$")
_NEXT = re.compile(r"(?<=\.) (?=[A-Za-z_]\w*(?:, [A-Za-z_]\w*)*: )")
_COLUMNS = re.compile(r"\S {2,}\S")


def read_docstring(_app, _what, _name, _obj, _options, lines: list[str]) -> None:
    """Docstrings are written for a terminal: several arguments in a line, columns. The reference shows both as such."""
    inside, wanted = False, []
    for paragraph in "\n".join(lines).split("\n\n"):
        rows = paragraph.split("\n")
        if len(rows) > 1 and sum(bool(_COLUMNS.search(row)) for row in rows) > len(rows) / 2:
            rows = ["::", "", *(f"    {row}" for row in rows)]
        for row in rows:
            if _SECTION.match(row):
                inside = True
            elif row.strip() and not row.startswith(" "):
                inside = False
            indent = row[: len(row) - len(row.lstrip())]
            wanted += [indent + part.lstrip() for part in _NEXT.split(row)] if inside else [row]
        wanted.append("")
    lines[:] = wanted


def setup(app) -> None:
    app.connect("autodoc-process-docstring", read_docstring, priority=400)  # before napoleon reads them

"""Sphinx settings of the website; `make site` prepares the sources that they are used with (scripts/website.py)."""

import re
from pathlib import Path

import address
import sources

import aecourse
from aecourse import report

project = "Autoencoders as energy-based models"
author = "the authors of the course"
html_title = ""

extensions = ["myst_nb", "sphinx_copybutton"]
extensions += [f"sphinx.ext.{name}" for name in ("autodoc", "autosummary", "napoleon", "viewcode")]
templates_path = [str(Path(__file__).with_name("templates"))]  # of a page of the reference

# Notebooks are shown as they were executed and tested, never run here.
exclude_patterns = ["download"]
nb_execution_mode = "off"
nb_render_markdown_format = "myst"  # statements of exercises have formulas
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 3

# Docstrings: shapes and names stand in single backticks, their sections as Google has them.
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
    "icon_links": [{"name": "Source", "url": address.GITHUB + address.published(), "icon": "fa-brands fa-github"}],
    "navbar_align": "left",
    "navbar_persistent": ["search-button"],
    "show_toc_level": 2,
    "secondary_sidebar_items": {f"{folder}/*": ["page-toc"] for folder in ("notebooks", "api", "docs", "_modules")},
    "footer_start": [],
    "footer_end": ["report"],
    "navigation_with_keys": False,  # arrow keys belong to the playgrounds
    "pygments_light_style": "a11y-light",
    "pygments_dark_style": "a11y-dark",
}
html_sidebars = {name: [] for name in ("index", "chapters", "spiral", "slides", "guide", "sources")}
form = f"{address.GITHUB}{address.published()}/issues/new?template={report.FORM}"
html_context = {"default_mode": "auto", "report": f"{form}&versions=website%20of%20aecourse%20{aecourse.__version__}"}
html_favicon = "favicon.svg"
html_static_path = ["site.css", "report.js", "node_modules/mathjax/es5/tex-svg-full.js", "../_build/website/_static"]
html_css_files = ["fonts/source-sans-3/index.css", "fonts/source-code-pro/index.css", "site.css"]
html_js_files = [("report.js", {"defer": "defer"})]
html_copy_source = False
html_domain_indices = False  # the general index has all names
html_show_sourcelink = False

# One script with the glyphs inside, from npm: no font and no address is fetched.
mathjax_path = "tex-svg-full.js"
mathjax3_config = {"options": {"enableMenu": False}}

copybutton_selector = "div.cell_input div.highlight pre, div.highlight-python pre"
suppress_warnings = ["config.cache"]


def cite(app, what, name, thing, options, lines):
    """Turn the keys that a docstring cites into links to the page of sources."""
    lines[:] = [re.sub(sources.CITED, lambda found: sources.reference(found[1]), line) for line in lines]


def setup(app):
    app.connect("autodoc-process-docstring", cite)

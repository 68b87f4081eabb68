"""Every page of the built website in a real browser that reaches only this machine."""

import importlib
import inspect
import pkgutil
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import nbformat
import pytest
import website

import aecourse
from aecourse import report

ROOT = Path(__file__).resolve().parents[1]
BUILT = ROOT / "_site"
AXE = ROOT / "site" / "node_modules" / "axe-core" / "axe.min.js"
CHAPTERS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))

DRAWN = """
async () => {
  if (window.MathJax?.startup) await window.MathJax.startup.promise;
  const formulas = [...document.querySelectorAll(".math")];
  return {
    formulas: formulas.length,
    raw: formulas.filter((e) => !e.querySelector("mjx-container")).map((e) => e.textContent),
    wrong: [...document.querySelectorAll("mjx-merror, [data-mjx-error]")].map((e) => e.textContent),
    silent: [...document.querySelectorAll("main img")].filter((e) => e.alt.trim().length < 20).map((e) => e.src),
    broken: [...document.images].filter((e) => e.complete && !e.naturalWidth).map((e) => e.src),
    wide: document.documentElement.scrollWidth > innerWidth,
  };
}
"""


def pages(built=BUILT):
    found = [str(p.relative_to(built)) for p in built.rglob("*.html")]
    return sorted(p for p in found if not p.startswith(("slides/", "_static/")))


class Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found, self.ids = [], set()

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.found += [attributes[name] for name in ("href", "src") if attributes.get(name)]
        if attributes.get("id"):
            self.ids.add(attributes["id"])


def test_every_link_inside_the_site_leads_somewhere(site):
    read = {}
    for page in [*pages(), *(f"slides/{name}.html" for name in ["index", *CHAPTERS])]:
        read[page] = Links()
        read[page].feed((BUILT / page).read_text("utf-8"))
    assert {f"{folder}/{name}.html" for folder in ("notebooks", "guide") for name in CHAPTERS} < set(read)
    for page, links in read.items():
        for link in links.found:
            parts = urlsplit(link)
            if parts.scheme or not parts.path or link.startswith("//"):
                continue
            target = (BUILT / page).parent / unquote(parts.path)
            assert target.exists(), f"{page} -> {link}"
            inside = str(target.resolve().relative_to(BUILT.resolve()))
            if parts.fragment and inside in read and inside not in ("genindex.html", "search.html"):
                assert unquote(parts.fragment) in read[inside].ids, f"{page} -> {link}"


def test_the_reference_has_every_module_with_all_that_is_public_and_no_section_of_a_docstring_unread():
    for module in pkgutil.walk_packages(aecourse.__path__, "aecourse."):
        page = Links()
        page.feed(text := (BUILT / "api" / f"{module.name}.html").read_text("utf-8"))
        public = [
            name
            for name, thing in vars(importlib.import_module(module.name)).items()
            if (inspect.isfunction(thing) or inspect.isclass(thing)) and thing.__doc__
            if thing.__module__ == module.name and not name.startswith("_")
        ]
        assert {f"module-{module.name}", *(f"{module.name}.{name}" for name in public)} <= page.ids
        assert not re.search("(Args|Attributes|Returns|Raises):", text), module.name


def test_every_page_is_complete_by_itself(visit, site):
    opened = visit()
    for page in pages():
        opened.page.goto(f"{site}/{page}", wait_until="load")
        state = opened.page.evaluate(DRAWN)
        assert not any(state[k] for k in ("raw", "wrong", "silent", "broken", "wide")), (page, state)
        assert opened.wrong == [], page
        if page == "notebooks/09_denoising_on_the_plane.html":
            assert state["formulas"] > 10


@pytest.mark.parametrize("page", ["index.html", "notebooks/09_denoising_on_the_plane.html", "spiral.html"])
def test_a_phone_needs_no_sideways_scrolling(visit, site, page):
    opened = visit(360, 740)
    opened.page.goto(f"{site}/{page}")
    assert not opened.page.evaluate(DRAWN)["wide"]


def serious(page):
    """What axe-core finds serious or worse, as rule and place."""
    page.add_script_tag(path=str(AXE))
    found = page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
    return [
        (rule["id"], node["target"], node["failureSummary"])
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "page",
    [
        "index.html",
        "chapters.html",
        "notebooks/09_denoising_on_the_plane.html",
        "guide/09_denoising_on_the_plane.html",
        "spiral.html",
        "sources.html",
    ],
)
def test_axe_finds_nothing_serious_on_pages(visit, site, page, scheme):
    opened = visit(color_scheme=scheme)
    assert opened.page.goto(f"{site}/{page}").ok
    if page == "index.html":
        opened.page.wait_for_function(
            "() => document.querySelector('.caption-playground')?.innerText.includes('exactly')"
        )
    opened.page.evaluate(DRAWN)
    assert serious(opened.page) == []


def test_axe_finds_nothing_serious_on_a_deck(visit, site):
    opened = visit()
    opened.page.goto(f"{site}/slides/09_denoising_on_the_plane.html")
    opened.page.wait_for_function("() => window.Reveal?.isReady?.()")
    for slide in range(4):
        opened.page.evaluate("k => Reveal.slide(k, 0, 99)", slide)
        assert serious(opened.page) == [], slide


def test_search_finds_words_of_a_chapter(visit, site):
    opened = visit()
    opened.page.goto(f"{site}/search.html?q=watershed")
    opened.page.locator("#search-results li a", has_text="Denoising on the plane").first.wait_for()
    assert opened.wrong == []


def test_a_chapter_leads_to_its_neighbours_its_file_its_slides_and_to_places_that_run_it(visit, site):
    opened = visit()
    opened.page.goto(f"{site}/notebooks/09_denoising_on_the_plane.html")
    for text in ("Open in Colab", "Open in Binder", "Download the notebook", "Slides"):
        assert opened.page.get_by_role("link", name=text).first.is_visible(), text
    assert opened.page.locator(".prev-next-area a").count() == 2
    solution = opened.page.locator("details", has_text="Solution").first
    code = solution.locator("pre")
    assert not code.is_visible()
    solution.locator("summary").click()
    assert "def posterior_mean" in code.inner_text()
    with opened.page.expect_download() as download:
        opened.page.get_by_role("link", name="Download the notebook").click()
    original = website.here(ROOT / "notebooks" / "09_denoising_on_the_plane.ipynb")
    assert Path(download.value.path()).read_text("utf-8") == nbformat.writes(original) + "\n"


def sent(link):
    """What the form receives, by name."""
    return dict(parse_qsl(urlsplit(link).query))


def test_every_page_leads_to_the_form_with_its_title_filled_in(site):
    for page in pages():
        (link,) = re.findall(r'<a class="report" href="(.*?)">', (BUILT / page).read_text("utf-8"))
        filled = sent(unescape(link))
        assert re.match(r"https://github\.com/[\w.-]+/[\w.-]+/issues/new\?template=cell\.yml&amp;", link)
        assert filled["title"] == filled["chapter"]
        assert filled["versions"] == f"website of aecourse {aecourse.__version__}"
        if page == "notebooks/02_energies_and_the_encoder.html":
            assert filled["title"] == "02 · Energies and the encoder"


LONG = """
document.addEventListener("readystatechange", () => {
  if (document.readyState === "interactive")
    document.querySelector(".cell_output pre").textContent = "first" + "ŷ".repeat(100000) + "last";
});
"""


def test_every_cell_of_a_chapter_can_be_reported_by_keyboard_too(visit, site):
    opened = visit()
    opened.page.add_init_script(LONG)
    opened.page.goto(f"{site}/notebooks/02_energies_and_the_encoder.html")
    cells, links = opened.page.locator("div.cell"), opened.page.locator("a.report-cell")
    assert cells.count() == links.count() > 20
    texts, first = cells.all_inner_texts(), None
    for k, link in enumerate(links.all()):
        filled = sent(link.get_attribute("href"))
        assert len(link.get_attribute("href")) <= report.LONGEST
        assert filled["cell"] == f"[{k + 1}]"
        assert filled["title"] == f"{filled['chapter']}, cell [{k + 1}]"
        assert filled.get("source", "") in texts[k]
        if "…" in filled.get("output", ""):
            first = filled["output"]
    assert first.startswith("firstŷ")
    assert first.endswith("ŷlast")
    link = links.nth(3)
    assert link.evaluate("e => [getComputedStyle(e).opacity, e.tabIndex]") == ["0", 0]
    link.focus()
    assert link.evaluate("e => getComputedStyle(e).opacity") == "1"


def test_a_source_leads_from_chapter_and_reference_to_its_place_among_all(visit, site):
    opened = visit()
    for page, name in (
        ("notebooks/02_energies_and_the_encoder.html", "[cremer2018]"),
        ("api/aecourse.measures.html", "Cremer, Li and Duvenaud (2018)"),
    ):
        opened.page.goto(f"{site}/{page}")
        opened.page.get_by_role("link", name=name, exact=True).click()
        opened.page.wait_for_url("**/sources.html#cremer2018")
        place = opened.page.locator("#cremer2018")
        assert "Inference suboptimality" in place.inner_text()
        assert "aecourse.measures" in place.inner_text()
    assert opened.wrong == []

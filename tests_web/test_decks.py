"""Every deck in a real browser: it fits, the last row can read it, its formulas are drawn, nothing is fetched."""

import re
from pathlib import Path

import pytest

NAMES = sorted(path.stem for path in (Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))
each = pytest.mark.parametrize("name", NAMES)

# Runs in the page: every slide in turn, all its fragments shown, measured in the deck's own points.
MEASURE = """
async () => {
  const found = [];
  const scale = Reveal.getScale();
  const text = (e) => {  // a formula counts as one word; a table is looked up, not read
    const copy = e.cloneNode(true);
    copy.querySelectorAll("table").forEach((table) => table.remove());
    copy.querySelectorAll("mjx-container").forEach((formula) => formula.replaceWith("formula"));
    return copy.textContent;
  };
  for (let k = 0; k < Reveal.getTotalSlides(); k++) {
    Reveal.slide(k, 0, 99);
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const slide = Reveal.getCurrentSlide(), frame = slide.getBoundingClientRect();
    const shown = [...slide.querySelectorAll("*")].filter((e) => !e.closest("aside") && e.getClientRects().length);
    const boxes = shown.filter((e) => !e.closest("mjx-assistive-mml")).map((e) => e.getBoundingClientRect());
    const words = shown.filter((e) => !e.closest("mjx-container") &&
      [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()));
    found.push({
      heading: slide.querySelector("h1, h2, h3")?.textContent ?? "",
      right: Math.max(...boxes.map((b) => b.right - frame.left)) / scale,
      bottom: Math.max(...boxes.map((b) => b.bottom - frame.top)) / scale,
      smallest: Math.min(...words.map((e) => parseFloat(getComputedStyle(e).fontSize))),
      figures: [...slide.querySelectorAll("figure img")].map((e) => {
        const box = e.getBoundingClientRect(), ratio = e.naturalWidth / e.naturalHeight;
        return Math.min(box.width, box.height * ratio) * Math.min(box.height, box.width / ratio) / scale ** 2;
      }),
      cut: [...slide.querySelectorAll("pre")].filter((e) => e.scrollWidth > e.clientWidth).length,
      silent: [...slide.querySelectorAll("img")].filter((e) => e.alt.length < 20).length,
      words: shown.filter((e) => e.matches(".prose")).map(text).join(" ").split(/\\s+/).length,
      notes: slide.querySelector("aside.notes")?.textContent.trim().length ?? 0,
    });
  }
  return found;
}
"""


@pytest.fixture(scope="module")
def decks(site):
    return f"{site}/slides"


def open_deck(visit, decks, name):
    """A deck that has drawn its formulas and is ready to turn pages."""
    visit.page.goto(f"{decks}/{name}.html")
    visit.page.wait_for_function("() => window.Reveal?.isReady?.()", timeout=30_000)
    return visit


@each
def test_every_slide_fits_and_can_be_read_from_the_last_row(visit, decks, name):
    slides = open_deck(visit(), decks, name).page.evaluate(MEASURE)
    assert 12 <= len(slides) <= 30
    for number, slide in enumerate(slides, 1):
        where = f"slide {number}, {slide['heading']}: {slide}"
        assert slide["bottom"] <= 715, where
        assert slide["right"] <= 1240, where
        assert not slide["cut"], where
        assert slide["smallest"] >= 20, where
        assert slide["words"] <= 90, where
        assert all(area >= 130_000 for area in slide["figures"]), where
        assert not slide["silent"], where
    assert 2 * sum(slide["notes"] > 40 for slide in slides) >= len(slides)


@each
def test_formulas_are_drawn_and_nothing_is_fetched_from_elsewhere(visit, decks, name):
    deck = open_deck(visit(), decks, name)
    page = deck.page
    page.wait_for_timeout(200)
    assert page.locator("mjx-merror, [data-mjx-error]").count() == 0
    text = page.evaluate("[...document.querySelectorAll('.prose')].map((e) => e.textContent).join('\\n')")
    assert "$" not in text
    assert "\\frac" not in text
    assert deck.wrong == []


def test_a_link_to_a_slide_by_the_cell_that_begins_it_opens_it(visit, decks):
    deck = visit()
    deck.page.goto(f"{decks}/02_energies_and_the_encoder.html#02-07")
    deck.page.wait_for_function("() => window.Reveal?.isReady?.()")
    heading = "Reveal.getCurrentSlide().querySelector('h2').textContent"
    assert deck.page.evaluate(heading).startswith("2.2 Can we walk downhill")


def test_keys_turn_the_pages_and_open_the_notes(visit, decks):
    deck = open_deck(visit(), decks, NAMES[0])
    deck.page.keyboard.press("ArrowRight")
    assert deck.page.evaluate("Reveal.getIndices().h") == 1
    with deck.page.expect_popup() as popup:
        deck.page.keyboard.press("s")
    speaker = popup.value
    speaker.locator(".speaker-controls-notes", has_text=re.compile("Ask|Listen for|Say")).wait_for(timeout=10_000)
    assert speaker.locator(".pacing-title").is_visible(), "a clock that goes by the notes' minutes"
    assert deck.wrong == []


def test_a_deck_prints_as_one_page_a_slide(visit, decks):
    page = visit().page
    page.goto(f"{decks}/{NAMES[9]}.html?print-pdf")
    page.wait_for_function("() => window.Reveal?.isReady?.()")
    page.wait_for_selector(".pdf-page")
    assert page.locator(".pdf-page").count() == page.locator(".slides section").count() >= 12
    pictures = page.locator(".pdf-page figure img").evaluate_all(
        "all => all.map((e) => e.getBoundingClientRect().height)"
    )
    assert min(pictures) > 150


def test_the_list_leads_to_every_deck(visit, decks):
    opened = visit()
    opened.page.goto(f"{decks}/index.html")
    links = opened.page.locator("li a").evaluate_all("all => all.map((a) => a.getAttribute('href'))")
    assert links == [f"{name}.html" for name in NAMES]
    assert opened.wrong == []

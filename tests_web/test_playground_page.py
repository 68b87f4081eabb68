"""The caption playground in a real browser: the same tokens, scores, pictures and verdicts as PyTorch, and soon."""

import json
import random
import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from aecourse.chapters.ch13_text_to_image.live_figures import EXAMPLE_CAPTIONS
from aecourse.text_to_image import captions, checker, decoding, grammar, painter, scenes, vocabulary

ROOT = Path(__file__).resolve().parents[1]
playground = SimpleNamespace(**runpy.run_path(str(ROOT / "scripts" / "playground.py")))

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Playground</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">{}</head><body>{}</body></html>"""
MODEL = """async (temperature) => {
    const { load, bytes } = await import("/engine.js");
    const json = async (name) => (await fetch(name)).json();
    const painter = await load(await json("/tables.json"));
    const captions = await json("/captions.json");
    const noise = new Float32Array(await bytes(new URL("/noise.bin", location)));
    const clocks = (row) => { let at = row * noise.length / captions.length; return () => noise[at++]; };
    const { tokens, scores } = painter.sample(captions, temperature, clocks);
    return { tokens: [...tokens], scores: [...scores], images: [...painter.decode(tokens.subarray(0, 20 * 197))] };
}"""
CHECK = """async () => {
    const { Checker } = await import("/checker.js"), { Grammar } = await import("/captions.js");
    const { bytes } = await import("/engine.js"), all = (name) => bytes(new URL(name, location));
    const json = async (name) => (await fetch(name)).json();
    const tables = await json("/tables.json"), grammar = new Grammar(tables.captions);
    const stencils = new Uint8Array(await all("/stencils.bin"));
    const checker = new Checker(tables.scenes, grammar, new Float32Array(await all("/distances.bin")), stencils);
    const images = new Float32Array(await all("/images.bin")), size = 3 * 32 * 32;
    return (await json("/checked.json")).map((caption, k) => {
        const { right, clear, caption: read } = checker.check(images.subarray(k * size, (k + 1) * size), caption);
        return [Number(right), Number(clear), ...read];
    });
}"""
PARSE = """async (texts) => {
    const { Grammar } = await import("/captions.js");
    const grammar = new Grammar((await (await fetch("/tables.json")).json()).captions);
    const random = () => 0.999;
    return texts.map((text) => {
        try {
            const caption = grammar.parse(text);
            const whole = grammar.complete(caption, random);
            return [caption, grammar.say(caption), grammar.unseen(caption), grammar.kind(caption),
                    grammar.canonical(caption), whole];
        } catch (error) {
            if (!error.message.startsWith("caption: ")) throw error;
            return null;
        }
    });
}"""
HINT = """async (text) => {
    const { Grammar } = await import("/captions.js");
    try {
        new Grammar((await (await fetch("/tables.json")).json()).captions).parse(text);
    } catch (error) {
        return error.message;
    }
}"""
CLICK = """(find) => new Promise((resume) => {
    const root = document.querySelector(".caption-playground");
    root.addEventListener("drawn", ({ detail }) => resume(detail), { once: true });
    [...root.querySelectorAll("button")].find((button) => button.textContent === find).click();
})"""
WAITING = """() => new Promise((resume) => {
    const root = document.querySelector(".caption-playground"), counts = [];
    const count = () => counts.push(root.querySelectorAll(".pg-waiting").length);
    new MutationObserver(count).observe(root, { subtree: true, attributes: true, attributeFilter: ["class"] });
    root.addEventListener("drawn", () => { count(); resume(counts); }, { once: true });
    [...root.querySelectorAll("button")].find((button) => button.textContent === "new seed").click();
})"""
PIXELS = """() => [...document.querySelectorAll("canvas")].map((canvas) => canvas.toDataURL())"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("playground")
    playground.export(folder)
    (folder / "index.html").write_text(PAGE.format(playground.SCRIPT.format(""), playground.MOUNT), "utf-8")
    (folder / "bare.html").write_text(PAGE.format("", ""), "utf-8")
    return folder


@pytest.fixture(scope="module")
def home(folder, serve):
    return serve(folder)


@pytest.fixture
def bare(home, visit):
    """A page of the same server on which nothing runs."""
    page = visit().page
    page.goto(f"{home}/bare.html")
    return page


@pytest.fixture
def opened(home, visit):
    """The playground, opened at an address, with its first pictures drawn; nothing may have gone wrong at the end."""
    visits = []

    def start(state: str = "", drawn: bool = True, **options):
        visits.append(visit(**options))
        page = visits[-1].page
        page.goto(f"{home}/index.html{state}")
        if drawn:
            wait(page)
        return page

    yield start
    assert not [wrong for v in visits for wrong in v.wrong]


def wait(page, caption: str = "") -> None:
    """Until all pictures of a caption are there."""
    page.wait_for_function(
        "(said) => { const end = document.querySelector('.pg-summary')?.textContent ?? '';"
        "return end.includes(' of 15 ') && end.startsWith(said) && !document.querySelector('.pg-waiting'); }",
        arg=caption,
    )


@pytest.fixture(scope="module")
def samples(folder):
    """What PyTorch draws for 100 captions, and the noise that it used, where the page can fetch it."""
    model, generator = painter.shipped(), torch.Generator().manual_seed(0)
    many = captions.random_captions(100, generator, held=None)
    noise, plain = [], torch.Tensor.exponential_

    def recorded(self, *args, **options):
        noise.append(plain(self, *args, **options).clone())
        return self

    greedy = decoding.sample(model.prior, many, generator, temperature=0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.Tensor, "exponential_", recorded)
        warm = decoding.sample(model.prior, many, generator, temperature=0.7)
    (folder / "captions.json").write_text(json.dumps(many.tolist()))
    torch.cat(noise, dim=1).numpy().tofile(folder / "noise.bin")
    return model, many, {0: greedy, 0.7: warm}


@pytest.mark.parametrize("temperature", [0, 0.7])
def test_tokens_scores_and_images_are_those_of_pytorch(temperature, bare, samples):
    model, many, tokens = samples
    found = bare.evaluate(MODEL, temperature)
    assert torch.equal(torch.tensor(found["tokens"]).view(100, -1), tokens[temperature])
    scores = model.score(many, tokens[temperature]).double()
    assert torch.allclose(torch.tensor(found["scores"], dtype=torch.double), scores, atol=1e-2, rtol=0)
    images = model.tokens.decode(tokens[temperature][:20])
    assert torch.allclose(torch.tensor(found["images"]).view(images.shape), images, atol=1e-6, rtol=0)


def test_the_checker_reads_the_same_captions_and_gives_the_same_verdicts(folder, bare):
    model, generator = painter.shipped(), torch.Generator().manual_seed(1)
    many = captions.random_captions(240, generator, held=None)
    images = torch.cat([
        scenes.render(many[:80], generator),
        model.draw(many[80:160], generator),
        model.draw(many[160:], generator, temperature=1.3),
    ])  # fmt: skip
    images, many = images.repeat(2, 1, 1, 1), torch.cat([many, many.roll(1, dims=0)])
    images.numpy().tofile(folder / "images.bin")
    (folder / "checked.json").write_text(json.dumps(many.tolist()))
    right = checker.matches(images, many)
    assert 0.2 < right.float().mean() < 0.8, "pictures of both kinds are compared"
    found, reading = torch.tensor(bare.evaluate(CHECK)), checker.read_scenes(images)
    assert torch.equal(found[:, 0] == 1, right)
    assert torch.equal(found[:, 1] == 1, reading.clear)
    differ = (found[:, 2:] != reading.captions).any(dim=1)
    assert not (differ & reading.clear).any()
    # A picture with ink all over fits many outlines just as badly: it is refused, and which one is named is open.
    assert differ.sum() <= 4


def salads(count: int) -> list[str]:
    """Captions, some of them spoiled, and rows of words that are none; always the same ones."""
    rng = random.Random(0)
    known = [
        *vocabulary.WORDS,
        *vocabulary.SYNONYMS,
        *vocabulary.GLUE,
        *vocabulary.ARTICLES,
        "left of",
        "in the shape of",
    ]
    strange = [
        "cat",
        "hart",
        "bleu",
        "Dönüt",
        "'",
        '"',
        "\\",
        "<b>",
        "½",
        "ﬁ",
        "\x00",
        "🦆",
        "a.b",
        "l'été",
        "constructor",
    ]
    texts = ["", " ", "a", ",.", "a " * 101, "x" * 201, "<img src=x onerror=alert(1)>", *EXAMPLE_CAPTIONS]
    many = captions.random_captions(count // 2, torch.Generator().manual_seed(0), held=None)
    silent = torch.rand(many.shape, generator=torch.Generator().manual_seed(1)) < 0.1
    silent[:, [vocabulary.SLOT[name] for name in ("thing", "shape", "relation", "shape_2")]] = False
    for caption in many.masked_fill(silent, 0):
        words = grammar.say(caption).split()
        spoiled = rng.random()
        if spoiled < 0.3:
            words.insert(rng.randrange(len(words) + 1), rng.choice(known + strange))
        elif spoiled < 0.5:
            del words[rng.randrange(len(words))]
        texts.append(" ".join(words).upper() if rng.random() < 0.1 else " ".join(words))
    texts += [" ".join(rng.choices(known, k=rng.randint(1, 8))) for _ in range(count // 4)]
    mangled = [rng.choice(known) for _ in range(count // 4)]
    return texts + [word[: rng.randrange(len(word))] + rng.choice("aexz") + word[2:] for word in mangled]


def understand(text: str) -> list | None:
    """What the package makes of a text, as PARSE says it; None where it refuses."""
    try:
        caption = grammar.parse(text)
    except grammar.CaptionError:
        return None
    one = caption[None]
    last = torch.where(vocabulary.APPLIES[captions.kind(one)] & (one == 0), vocabulary.COUNTS, one)
    numbers = [bool(captions.unseen(one)), int(captions.kind(one)), *captions.canonical(one).tolist(), *last.tolist()]
    return [caption.tolist(), grammar.say(caption), *numbers]


def test_the_page_understands_what_the_package_understands_and_as_the_same(bare):
    texts = salads(600)
    understood = 0
    for text, found in zip(texts, bare.evaluate(PARSE, texts), strict=True):
        wanted = understand(text)
        assert found == wanted, text
        understood += wanted is not None
    assert 100 < understood < len(texts) - 100, "both kinds are compared"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a sripped heart", "does not know 'sripped'; did you mean striped"),
        ("a purpel star", "did you mean purple"),
        ("a qqqq", "known nouns: circle"),
        ("a red", "expected a noun at the end"),
        ("a red red star", "one colour is enough"),
        ("a red clock", "a thing has its own colours"),
        ("a small star", "sizes are for two shapes"),
        ("x" * 10_000, "at most 200 characters, got 10,000"),
    ],
)
def test_what_the_page_does_not_understand_it_refuses_with_a_hint(bare, text, hint):
    assert hint in bare.evaluate(HINT, text)


def test_pictures_are_shown_as_they_are_drawn(opened):
    """How soon is measured in scripts/bench_browser.py."""
    waiting = opened().evaluate(WAITING)
    assert waiting[0] == 15
    assert waiting[-1] == 0
    assert len(set(waiting)) > 3, "several at a time, not all at the end"


def test_it_says_how_many_are_right_and_each_picture_has_its_verdict_in_words(opened):
    page = opened("#caption=a+striped+red+heart+on+white")
    page.evaluate(CLICK, "a clock in the shape of an avocado on white")
    labels = [canvas.get_attribute("aria-label") for canvas in page.get_by_role("img").all()]
    right = sum(label.endswith("exactly that") and "not" not in label for label in labels)
    assert len(labels) == 15
    assert f": {right} of 15 are exactly that" in page.inner_text(".pg-summary")
    assert page.is_visible(".pg-badge"), "a clock as an avocado is never seen in training"
    page.evaluate(CLICK, "a pizza in the shape of a circle on grey")
    assert page.is_visible(".pg-badge") == bool(captions.unseen(grammar.parse(EXAMPLE_CAPTIONS[2])[None]))


def test_text_and_menus_follow_each_other(opened):
    page = opened("#caption=a+striped+red+heart+on+white")
    assert page.get_by_label("texture").input_value() == "2"
    page.get_by_label("colour", exact=True).select_option("blue")
    wait(page, "a striped blue heart on white")
    assert page.get_by_label("caption").input_value() == "a striped blue heart on white"
    page.get_by_label("caption").fill("a star above a moon")
    wait(page, "a star above a moon")
    assert page.get_by_label("relation").is_visible()
    assert not page.get_by_label("texture").is_visible()


def test_markup_stays_text_and_the_pictures_stay(opened):
    page = opened("#caption=a+star+on+black")
    before = page.evaluate(PIXELS)
    page.get_by_label("caption").fill("<img src=x onerror=alert(1)>")
    page.get_by_label("caption").press("Enter")
    page.wait_for_function("document.querySelector('.pg-message').textContent")
    assert "does not know '<'" in page.inner_text(".pg-message")
    assert "The pictures are still those" in page.inner_text(".pg-message")
    assert page.locator("img").count() == 0
    assert page.evaluate(PIXELS) == before
    page.get_by_label("caption").fill("a hart")
    page.wait_for_function("document.querySelector('.pg-message').textContent.includes('did you mean heart')")


def test_an_address_shared_shows_the_same_pictures(opened, home):
    page = opened("#caption=a+star&temperature=1.2&best=2&seed=41")
    page.get_by_label("caption").fill("a checkered moon")
    wait(page, "a checkered moon")
    state = page.url.removeprefix(f"{home}/index.html")
    other = opened(state)
    assert other.get_by_label("seed", exact=True).input_value() == "41"
    assert other.get_by_label("best of").input_value() == "2"
    assert other.evaluate(PIXELS) == page.evaluate(PIXELS)
    other.evaluate(CLICK, "new seed")
    assert other.evaluate(PIXELS) != page.evaluate(PIXELS)


@pytest.mark.parametrize(
    "state", ["seed=-1&temperature=NaN&best=3", "seed=1e99&temperature=99&best=1e9", "seed=&best="]
)
def test_an_impossible_address_is_set_right(opened, state):
    page = opened(f"#caption=a+star&{state}")
    assert page.get_by_label("best of").input_value() == "1"
    assert page.get_by_label("seed", exact=True).input_value() == "0"
    assert page.get_by_label("temperature").input_value() == "0.7"


def test_the_keyboard_is_enough_and_the_focus_is_seen(opened):
    page = opened()
    page.keyboard.press("Tab")
    page.keyboard.press("Control+A")
    page.keyboard.type("a green cross on white")
    page.keyboard.press("Enter")
    wait(page, "a green cross on white")
    page.keyboard.press("Tab")  # texture
    page.keyboard.press("s")
    wait(page, "a striped green cross on white")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.get_by_role("button", name="new seed").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("!document.querySelector('[type=number]').value.startsWith('0')")
    wait(page, "a striped green cross on white")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_telephone_shows_all_without_scrolling_sideways(opened, scheme):
    page = opened(width=360, height=740, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.get_by_role("img").first.bounding_box()["width"] > 48


def test_a_newer_request_ends_the_older_one(opened):
    page = opened("#caption=a+star&best=8")
    page.evaluate("""() => {
        const [first, second] = [...document.querySelectorAll(".pg-examples button")];
        first.click();
        second.click();
    }""")
    wait(page, EXAMPLE_CAPTIONS[1])
    labels = [canvas.get_attribute("aria-label") for canvas in page.get_by_role("img").all()]
    assert all(label.startswith(EXAMPLE_CAPTIONS[1]) for label in labels)


def test_nothing_is_fetched_before_it_is_seen(folder, home, visit):
    page = visit().page
    high = '<div style="height: 3000px"></div>' + playground.MOUNT
    (folder / "high.html").write_text(PAGE.format(playground.SCRIPT.format(""), high), "utf-8")
    urls = []
    page.on("request", lambda request: urls.append(request.url))
    page.goto(f"{home}/high.html", wait_until="networkidle")
    assert not any("safetensors" in url for url in urls)
    page.locator(".caption-playground").scroll_into_view_if_needed()
    wait(page)


def test_a_browser_without_simd_or_without_the_weights_is_told_so(home, visit):
    refused = visit()
    refused.page.route("**/painter.safetensors", lambda route: route.fulfill(status=404))
    refused.page.goto(f"{home}/index.html")
    refused.page.wait_for_function("document.querySelector('.pg-summary')?.textContent.includes('answers 404')")
    old = visit()
    old.page.route("**/kernels.wasm", lambda route: route.fulfill(body=b"\0asm\1\0\0\0\xff", status=200))
    old.page.goto(f"{home}/index.html")
    old.page.wait_for_function("document.querySelector('.pg-summary')?.textContent.includes('SIMD')")


def test_opened_as_a_file_it_says_what_helps(folder, browser):
    page = browser.new_page()
    page.goto((folder / "index.html").as_uri())
    shown = "getComputedStyle(document.querySelector('.caption-playground'), '::before').content"
    assert "python -m http.server" in page.evaluate(shown)
    page.close()


def test_what_was_compared_are_half_precision_weights_of_the_package(folder):
    assert (folder / painter.FILE.name).read_bytes() == painter.FILE.read_bytes()
    assert np.fromfile(folder / "kernels.wasm", "u1").size < 10_000

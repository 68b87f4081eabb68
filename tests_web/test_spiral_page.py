"""The spiral's playground in a browser: right numbers, keys, address, narrow pages."""

import copy
import re

import pytest
import spiral
import torch

from aecourse import data, figures, limits, sampling

LEVELS = (0.03, 0.1, 0.3, 1.0)
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The spiral</title>
<link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="parts/spiral.css">
<style>:root { --pst-color-primary: #0a7d91 }</style>
<script type="module" src="parts/spiral.js"></script></head>
<body><main><h1>The spiral</h1><div class="spiral-playground"></div></main></body></html>"""
SHOWN = "s => document.querySelector('.sp-caption')?.textContent.startsWith(`σ = ${s}:`)"
PLAYGROUND = "(await import('./parts/spiral.js')).mounted.get(document.querySelector('.spiral-playground'))"


@pytest.fixture(scope="module")
def trained():
    return spiral.train()


@pytest.fixture(scope="module")
def address(tmp_path_factory, serve, trained):
    folder = tmp_path_factory.mktemp("spiral")
    spiral.export(folder / "parts", trained)
    (folder / "index.html").write_text(PAGE, "utf-8")
    return serve(folder)


@pytest.fixture
def open_at(visit, address):
    """Open the page with something after the # of its address; returns it once both fields are drawn."""

    def start(hash_="", shown="0.10", **options):
        visited = visit(**options)
        visited.page.goto(f"{address}/{hash_}")
        visited.page.wait_for_function(SHOWN, arg=shown)
        return visited

    return start


def python_fields(trained, sigma):
    """What both denoisers answer at the places of the arrows, and how far they are apart where noisy points fall."""
    places = figures.grid(33)
    best = limits.BayesDenoiser(data.spiral(), sigma)
    with torch.no_grad():
        learned, optimal = trained(places, sigma), best(places.double())
    weight = best.log_density(places).softmax(dim=0)
    return learned, optimal, (weight * (learned - optimal).norm(dim=1)).sum().item()


@pytest.mark.parametrize("sigma", LEVELS)
def test_both_denoisers_and_their_mean_distance_are_those_of_python(open_at, trained, sigma):
    shown = f"{sigma:.3f}" if sigma < 0.1 else f"{sigma:.2f}"
    visited = open_at(f"#sigma={sigma}", shown)
    field = visited.page.evaluate(
        f"async () => {{ const {{shown}} = {PLAYGROUND};"
        "return {trained: [...shown.trained], best: [...shown.best], sigma: shown.sigma}; }"
    )
    learned, optimal, apart = python_fields(trained, sigma)
    assert field["sigma"] == sigma
    for name, wanted in (("trained", learned.double()), ("best", optimal)):
        got = torch.tensor(field[name], dtype=torch.float64).view(-1, 2)
        print(f"sigma {sigma}, {name}: largest difference from Python {(got - wanted).abs().max():.1e}")
        torch.testing.assert_close(got, wanted, rtol=0, atol=1e-4)
    caption = visited.page.locator(".sp-caption").text_content()
    said = float(re.search(r"([\d.]+) plane units", caption)[1])
    assert said == pytest.approx(apart, abs=0.5e-4 + 1e-6), caption
    assert not visited.wrong


def test_a_slider_that_is_dragged_ends_with_the_fields_of_where_it_stopped(open_at):
    visited = open_at()
    visited.page.evaluate("""() => {
        const slider = document.querySelector(".sp-noise input");
        for (const step of [...Array(135).keys(), 68]) {
            slider.value = step;
            slider.dispatchEvent(new Event("input"));
        }
    }""")
    visited.page.wait_for_function(SHOWN, arg="0.18")
    visited.page.wait_for_function("location.hash === '#sigma=0.178'")
    assert visited.page.evaluate(f"async () => {PLAYGROUND}.shown.sigma") == 0.178
    assert not visited.wrong


def test_the_arrow_keys_move_the_slider_and_the_address_follows(open_at):
    visited = open_at("#other=a%20b&sigma=0.1")
    page = visited.page
    page.locator(".sp-noise input").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("location.hash === '#other=a%20b&sigma=0.103'")
    page.keyboard.press("Home")
    page.wait_for_function(SHOWN, arg="0.030")
    assert page.locator(".sp-noise input").get_attribute("aria-valuetext") == "σ = 0.030"
    page.keyboard.press("End")
    page.wait_for_function(SHOWN, arg="1.00")
    page.wait_for_function("location.hash === '#other=a%20b&sigma=1'")
    assert not visited.wrong


def test_the_keyboard_drops_a_point_and_both_paths_are_those_of_python(open_at, trained):
    visited = open_at()
    page = visited.page
    page.locator(".sp-plane").first.focus()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    for key in ["ArrowRight"] * 4 + ["ArrowUp"] * 18:
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('.sp-path').textContent.includes('(0.20, 0.90)')")
    paths = page.evaluate(
        f"async () => {{ const {{paths}} = {PLAYGROUND}; return [[...paths.trained], [...paths.best]]; }}"
    )
    start = torch.tensor([[0.2, 0.9]], dtype=torch.float64)

    def best(y, sigma):
        return limits.BayesDenoiser(data.spiral(), sigma)(y)

    for path, denoise in zip(paths, (copy.deepcopy(trained).double(), best), strict=True):
        wanted = sampling.stay(denoise, start, 0.1, 20)[:, 0]
        torch.testing.assert_close(torch.tensor(path, dtype=torch.float64).view(-1, 2), wanted, rtol=0, atol=1e-4)
    page.wait_for_function("document.querySelector('[role=status]').textContent.includes('(0.20, 0.90)')")
    assert "A path" in page.locator("canvas").first.get_attribute("aria-label")
    page.get_by_role("button", name="Clear").click()
    page.wait_for_function("document.querySelector('.sp-path').textContent === ''")
    assert not visited.wrong


def test_a_click_drops_a_point_where_it_falls(open_at):
    visited = open_at()
    canvas = visited.page.locator("canvas").nth(1)
    side = canvas.bounding_box()["width"]
    canvas.click(position={"x": side * 0.75, "y": side * 0.25})  # halfway to the right edge and halfway to the top
    said = visited.page.locator(".sp-path")
    visited.page.wait_for_function("document.querySelector('.sp-path').textContent !== ''")
    assert [float(v) for v in re.findall(r"[\d.]+", said.text_content())[:2]] == pytest.approx([0.62, 0.62], abs=0.02)
    assert not visited.wrong


@pytest.mark.parametrize("nonsense", ["abc", "", "-1", "0", "NaN", "1e9", "Infinity", "%E0%A4%A", "0.1;alert(1)"])
def test_nonsense_in_the_address_is_the_default_without_an_error(open_at, nonsense):
    visited = open_at(f"#sigma={nonsense}", "0.10")
    visited.page.evaluate("location.hash = '#sigma=0.3'")
    visited.page.wait_for_function(SHOWN, arg="0.30")
    visited.page.evaluate("value => { location.hash = `#sigma=${value}`; }", nonsense)
    visited.page.wait_for_function(SHOWN, arg="0.10")
    assert not visited.wrong


def test_nothing_sticks_out_of_a_narrow_page(open_at):
    visited = open_at(width=360, height=740, device_scale_factor=2)
    page = visited.page
    page.locator("canvas").first.click()
    page.wait_for_function("document.querySelector('.sp-path').textContent !== ''")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    boxes = [page.locator("canvas").nth(i).bounding_box() for i in range(2)]
    assert boxes[1]["y"] > boxes[0]["y"] + boxes[0]["height"], "one below the other"
    assert not visited.wrong

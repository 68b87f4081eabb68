import io
import warnings

import numpy as np
import pytest
from PIL import Image

from aecourse import live
from aecourse.style import new_figure


def _pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


@pytest.fixture
def moving():
    figure, (left, right) = new_figure(2)
    (line,) = left.plot([0, 1], [0, 1])
    word = right.text(0.5, 0.5, "")
    left.set(xlim=(0, 1), ylim=(0, 1))

    def update(height, typed, kind):
        line.set_ydata([0, height])
        line.set_linestyle({"plain": "-", "dashed": "--"}[kind])
        word.set_text(typed.replace("$", ""))
        return f"height {height:.2f}, typed {typed}"

    controls = {
        "height": live.slider("height", 0.0, 1.0, 0.5),
        "typed": live.text("word", "hello"),
        "kind": live.menu("kind", ["plain", "dashed"]),
    }
    return live.Live(figure, controls, update)


@pytest.mark.parametrize("change", [{"height": 0.9}, {"typed": "other"}, {"kind": "dashed"}])
def test_every_control_changes_the_picture_and_changing_back_restores_it(moving, change):
    (name,) = change
    before, old = moving.png, moving.values[name]
    moving.set(**change)
    assert moving.png != before
    moving.set(**{name: old})
    assert np.array_equal(_pixels(moving.png), _pixels(before))


def test_the_fast_drawing_equals_a_full_one(moving):
    moving.set(height=0.25, typed="abc", kind="dashed").set(height=0.75)
    fast = _pixels(moving.png)
    for ax in moving.figure.axes:
        for artist in ax.get_children():
            artist.set_animated(False)
    moving.figure.canvas.draw()
    full = np.asarray(moving.figure.canvas.buffer_rgba())[..., :3].astype(int)
    assert np.array_equal(fast, full)


def test_what_lies_over_a_moving_image_stays_over_it():
    figure, (ax,) = new_figure()
    image = ax.imshow(np.zeros((4, 4)), vmin=0, vmax=1)
    ax.scatter([1, 2], [1, 2], s=400, color="red")
    ax.text(0, 0, "over")

    def update(level):
        image.set_data(np.full((4, 4), level))
        return ""

    picture = live.Live(figure, {"level": live.slider("level", 0.0, 1.0, 0.0)}, update).set(level=0.4).set(level=0.8)
    fast = _pixels(picture.png)
    for artist in ax.get_children():
        artist.set_animated(False)
    figure.canvas.draw()
    assert np.array_equal(fast, np.asarray(figure.canvas.buffer_rgba())[..., :3])


def test_new_artists_and_changed_axes_are_drawn_in_full():
    figure, (ax,) = new_figure()

    def update(limit, extra):
        ax.clear()
        ax.plot([0, 1], [0, 1])
        if extra:
            ax.axhline(0.5)
        ax.set_xlim(0, limit)
        return "x"

    controls = {"limit": live.slider("limit", 1.0, 3.0, 1.0), "extra": live.check("extra")}
    picture = live.Live(figure, controls, update)
    before = picture.png
    wide = picture.set(limit=2.0).png
    assert wide != before
    assert picture.set(extra=True).png != wide


def test_what_is_typed_is_escaped(moving):
    moving.set(typed="<script>alert(1)</script>")
    assert "<script>" not in moving._text.value
    assert "&lt;script&gt;" in moving._text.value
    assert "<script>" in moving.caption


def test_a_reader_without_a_kernel_gets_picture_and_caption(moving):
    bundle = moving._repr_mimebundle_()
    assert bundle["text/plain"] == moving.caption
    assert bundle["image/png"]
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == moving._box.model_id


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"depth": 1}, "^control: expected one of 'height', 'typed', 'kind', got 'depth'"),
        ({"height": 2.0}, r"^height: expected a number in \[0, 1\]"),
        ({"height": float("nan")}, "^height: expected a finite number"),
        ({"kind": "dotted"}, "^kind: expected one of 'plain', 'dashed'"),
    ],
)
def test_set_refuses_by_name_and_changes_nothing(moving, values, said):
    before = moving.png
    with pytest.raises(ValueError, match=said):
        moving.set(**{"typed": "changed"} | values)
    assert moving.png == before


def test_the_pictures_alternative_is_the_titles_of_its_panels_as_one_reads_them(moving):
    left, right = moving.figure.axes
    left.set_title(r"$\tilde{y}$ < $y$", loc="left")
    right.set_title("its slope")
    moving.set(height=0.7)
    assert moving.alt == "Figure: ỹ < y; its slope"
    assert 'data-alt="Figure: ỹ &lt; y; its slope"' in moving._text.value


def test_a_mistake_in_an_update_is_not_swallowed():
    figure, _ = new_figure()
    picture = live.Live(figure, {"a": live.slider("a", 1, 3, 1)}, lambda a: f"{1 / (a - 2)}")
    with pytest.raises(ZeroDivisionError):
        picture.set(a=2)
    assert "ZeroDivisionError: division by zero" in picture._text.value


@pytest.mark.parametrize(
    ("arguments", "said"), [(("no figure", {}, str), "^figure: "), ((new_figure()[0], {}, "no function"), "^update: ")]
)
def test_live_refuses_by_name(arguments, said):
    with pytest.raises(ValueError, match=said):
        live.Live(*arguments)


def test_whole_numbers_stay_whole():
    assert isinstance(live.slider("d", 1, 9, 4).value, int)
    assert isinstance(live.slider("σ", 0.0, 1.0, 0.5).value, float)


def test_colours_come_from_the_notation():
    from aecourse import notation

    assert live.slider("h", 0, 1, 0, symbol="h").style.handle_color == notation.colour("h")


def test_no_warning_is_hidden():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure, (ax,) = new_figure()
        ax.plot([0, 1])
        live.Live(figure, {}, lambda: "still")


def test_several_values_are_drawn_once(moving):
    calls, update = [], moving.update
    moving.update = lambda **values: calls.append(values) or update(**values)
    moving.set(height=0.3, typed="abc", kind="dashed")
    assert calls == [{"height": 0.3, "typed": "abc", "kind": "dashed"}]
    moving.set(height=0.3)
    assert len(calls) == 1  # nothing changed, nothing drawn


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: live.slider("d", 1, 1, 1), "^high: expected more than low"),
        (lambda: live.slider("d", 0.0, 1.0, 2.0), r"^value: expected a number in \[0, 1\]"),
        (lambda: live.slider("d", 0.0, float("inf"), 1.0), "^high: expected a finite number"),
        (lambda: live.menu("kind", []), "^options: expected at least one"),
        (lambda: live.menu("kind", ["a", "b"], "c"), "^value: expected one of 'a', 'b'"),
    ],
)
def test_controls_refuse_by_name(build, said):
    with pytest.raises(ValueError, match=said):
        build()

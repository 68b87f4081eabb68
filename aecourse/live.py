"""The live figure: controls, an update that moves artists, a caption; a plain picture where there is no kernel.

The figure is drawn off screen and handed to the browser as a PNG: one pattern that works alike in JupyterLab,
Colab and Binder, with ipywidgets 7 and 8. Everything that a control does can be called without a browser:

    live.set(sigma=0.2); live.caption; live.png
"""

import base64
import html
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as widgets
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.spines import Spine
from matplotlib.text import Text
from PIL import Image

from aecourse import guards, notation

_WIDE = {"description_width": "9em"}
_LAYOUT = {"width": "30em", "max_width": "100%"}
# Widgets have no words for those who listen to a page. The text below a picture adds them where it is shown: the
# picture gets its alternative, sliders get their names, and the text's place, which stays while the text changes,
# becomes a status, which is read out.
_TELL = (
    "const place = this.closest('.widget-html-content'), box = place.closest('.widget-vbox');"
    "place.setAttribute('role', 'status');"
    "box.querySelector('.widget-image').alt = this.dataset.alt;"
    "for (const knob of box.querySelectorAll('.noUi-handle'))"
    " knob.setAttribute('aria-label', knob.closest('.widget-slider').querySelector('.widget-label').textContent)"
)


def slider(
    label: str, low: float, high: float, value: float, *, step: float | None = None, symbol: str | None = None
) -> widgets.Widget:
    """A slider from low to high, in whole numbers if all three are.

    Args:
        label: shown beside it.
        low: its left end.
        high: its right end.
        value: where it stands first.
        step: the smallest move; 1 for whole numbers, else a hundredth of the way, unless told.
        symbol: of `notation`, which lends its colour to the handle.

    Returns:
        a widget whose value is an int or a float.

    Raises:
        ValueError: low is not below high, value lies outside, or there is no such symbol.
    """
    if not guards.number("low", low) < guards.number("high", high):
        raise ValueError(f"high: expected more than low ({low:g}), got {high:g}")
    guards.number("value", value, low, high)
    whole = all(isinstance(v, int) for v in (low, high, value)) and step is None
    kind, step = (widgets.IntSlider, 1) if whole else (widgets.FloatSlider, step or (high - low) / 100)
    style = _WIDE | ({"handle_color": notation.colour(symbol)} if symbol else {})
    return kind(value=value, min=low, max=high, step=step, description=label, style=style, layout=_LAYOUT)


def menu(label: str, options: list[str], value: str | None = None) -> widgets.Dropdown:
    """A menu of options.

    Args:
        label: shown beside it.
        options: at least one.
        value: the first one chosen; the first of the options unless told.

    Returns:
        a widget whose value is one of the options.

    Raises:
        ValueError: there are no options, or value is none of them.
    """
    if not options:
        raise ValueError("options: expected at least one, got none")
    guards.choice("value", options[0] if value is None else value, options)
    return widgets.Dropdown(
        options=options, value=options[0] if value is None else value, description=label, style=_WIDE, layout=_LAYOUT
    )


def check(label: str, value: bool = False) -> widgets.Checkbox:
    """A box to tick."""
    return widgets.Checkbox(value=value, description=label, indent=True, style=_WIDE, layout=_LAYOUT)


def text(label: str, value: str = "", *, examples: Sequence[str] = (), wide: bool = False) -> widgets.Text:
    """A line to type into; the figure answers on Enter or when the line is left.

    Args:
        label: shown beside it.
        value: what stands there first.
        examples: what else one may type; tests and recordings walk through them.
        wide: for a sentence.

    Returns:
        a widget whose value is what was typed.
    """
    layout = _LAYOUT | {"width": "46em"} if wide else _LAYOUT
    line = widgets.Text(value=value, description=label, continuous_update=False, style=_WIDE, layout=layout)
    line.examples = (value, *examples)
    return line


def slot(label: str, options: list[str], *, wide: bool = False) -> widgets.Dropdown:
    """A small menu, for a word of a sentence.

    Args:
        label: shown beside it.
        options: the words.
        wide: for a sentence.

    Returns:
        a widget whose value is one of the options.
    """
    layout = {"width": "30em" if wide else "16em", "max_width": "100%"}
    style = {"description_width": "2.5em" if wide else "6.5em"}
    return widgets.Dropdown(options=options, description=label, style=style, layout=layout)


def row(controls: list[widgets.Widget]) -> widgets.Box:
    """Controls side by side, on as many lines as they need."""
    return widgets.Box(controls, layout={"flex_flow": "row wrap"})


class Live:
    """A figure that redraws when a control changes.

    Args:
        figure: from `style.new_figure`, with its titles and labels set: the layout is frozen after the first drawing.
        controls: name -> widget, from `slider`, `menu`, `check` and `text`.
        update: called with the value of each control by name; moves artists and returns the caption, plain text.
        above: further widgets, shown above the controls, that set the controls' values.

    Raises:
        ValueError: figure is no figure on a canvas of its own, or update is no function.
    """

    def __init__(
        self,
        figure: Figure,
        controls: Mapping[str, widgets.Widget],
        update: Callable[..., str],
        above: Sequence[widgets.Widget] = (),
    ):
        if not isinstance(figure, Figure) or not isinstance(figure.canvas, FigureCanvasAgg):
            raise ValueError(f"figure: expected a figure on a canvas of its own, got {type(figure).__name__}")
        self._canvas = figure.canvas
        self.figure, self.controls, self.update = figure, dict(controls), guards.function("update", update)
        self._image = widgets.Image(
            format="png", layout=widgets.Layout(width=f"{figure.bbox.width:.0f}px", max_width="100%")
        )
        self._text = widgets.HTML()
        self._children: list[Artist] = []
        self._moving: list[Artist] = []
        self._background: Any = None
        self._held = False
        self.caption = self.update(**self.values)
        self._canvas.draw()
        figure.set_layout_engine("none")
        self._show()
        for control in self.controls.values():
            control.observe(self._redraw, "value")
        self._box = widgets.VBox([*above, *self.controls.values(), self._image, self._text])

    @property
    def values(self) -> dict[str, Any]:
        """The value of each control, by name."""
        return {name: control.value for name, control in self.controls.items()}

    @property
    def png(self) -> bytes:
        """The picture that is shown now."""
        return bytes(self._image.value)

    @property
    def alt(self) -> str:
        """What the picture shows, for those who cannot see it: the titles of its panels."""
        titles = [ax.get_title(loc) for ax in self.figure.axes for loc in ("left", "center", "right")]
        return f"Figure: {notation.plain('; '.join(filter(None, titles)))}"

    def set(self, **values: Any) -> "Live":
        """Do what a hand on the controls would do.

        Args:
            **values: of the controls, by name; those not named stay.

        Returns:
            the figure itself, redrawn once.

        Raises:
            ValueError: there is no such control, or it cannot take that value.
        """
        for name, value in values.items():
            control = self.controls[guards.choice("control", name, self.controls)]
            if hasattr(control, "options"):
                guards.choice(name, value, control.options)
            elif hasattr(control, "min"):
                guards.number(name, value, control.min, control.max)
        before = self.values
        self._held = True  # one drawing for all values
        try:
            for name, value in values.items():
                self.controls[name].value = value
        finally:
            self._held = False
        if self.values != before:
            self._redraw()
        return self

    def choices(self, name: str, most: int = 11) -> list:
        """Values of a control, to walk through it.

        Args:
            name: of the control.
            most: how many values of a slider at most.

        Returns:
            all options of a menu, evenly spread values of a slider, a text's examples, both states of a box.

        Raises:
            ValueError: there is no such control.
        """
        control = self.controls[guards.choice("control", name, self.controls)]
        if hasattr(control, "options"):
            return list(control.options)
        if hasattr(control, "min"):
            steps = round((control.max - control.min) / control.step)
            picked = sorted({round(k * steps / (most - 1)) for k in range(most)})
            return [type(control.value)(min(control.min + k * control.step, control.max)) for k in picked]
        return list(control.examples) if isinstance(control, widgets.Text) else [False, True]

    def _redraw(self, _change: object = None) -> None:
        if self._held:
            return
        try:
            self.caption = self.update(**self.values)
        except Exception as error:  # in a notebook a callback's traceback goes to a log that nobody looks at
            self._say(f"{type(error).__name__}: {error}")
            raise
        self._show()

    def _show(self) -> None:
        self._draw()
        self._image.value = _png(self._canvas)
        self._say(self.caption)

    def _say(self, text: str) -> None:
        """Show text below the picture, as text: what was typed is never markup."""
        told = f'<style data-alt="{html.escape(self.alt)}" onload="{_TELL}"></style>'
        self._text.value = f'<div style="font-size: 1.1em; line-height: 1.4">{html.escape(text)}</div>{told}'

    def _draw(self) -> None:
        """Draw the artists that move over a stored picture of all that stays: several times faster than drawing all.

        What moves is learned by looking: an artist that `update` touched is stale. It is drawn together with all that
        lies over it, in the usual order; a legend stays below. New artists, or a change outside the moving ones, mean a
        full drawing.
        """
        for ax in self.figure.axes:
            _ = ax.viewLim  # a pending autoscale happens now, and marks its axis as changed
        children = [artist for ax in self.figure.axes for artist in ax.get_children()]
        if children != self._children:
            self._children, self._moving, self._background = children, [], None
            for artist in children:
                artist.set_animated(False)
            self._canvas.draw()
            return
        if self._background is None or self.figure.stale:  # matplotlib tells the figure of all but animated artists
            self._moving = [artist for ax in self.figure.axes for artist in _layers(ax)]
            for artist in self._moving:
                artist.set_animated(True)
            self._canvas.draw()
            self._background = self._canvas.copy_from_bbox(self.figure.bbox)
        self._canvas.restore_region(self._background)
        for artist in self._moving:
            artist.draw(self._canvas.get_renderer())
        self.figure.stale = False

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        view = {"version_major": 2, "version_minor": 0, "model_id": self._box.model_id}
        return {
            "text/plain": self.caption,
            "image/png": base64.b64encode(self.png).decode(),
            "application/vnd.jupyter.widget-view+json": view,
        }


def _layers(ax: Axes) -> list[Artist]:
    """What moves in ax and what lies over it, in drawing order; ticks, titles and legends stay."""
    titles = {a for a in ax.get_children() if isinstance(a, Text)} - set(ax.texts)
    fixed = {ax.patch, *titles}
    fixed |= set() if ax.axison else set(ax.spines.values())
    artists = [a for a in ax.get_children() if not isinstance(a, Axis | Legend)]
    touched = {a for a in artists if (a.stale or a.get_animated()) and not isinstance(a, Spine) and a is not ax.patch}
    low = min((a.get_zorder() for a in touched), default=np.inf)
    above = [a for a in artists if a in touched or (a not in fixed and a.get_zorder() >= low)]
    return sorted(above, key=lambda a: a.get_zorder())


def _png(canvas: FigureCanvasAgg) -> bytes:
    """The canvas as PNG; level 1, because the browser sits next door and time matters more than bytes."""
    pixels = np.ascontiguousarray(np.asarray(canvas.buffer_rgba())[..., :3])
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()

"""Play with the captions: a grid of pictures from a sentence, with a verdict on each."""

import itertools

import torch
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from aecourse import guards, live
from aecourse.figures.images import tiles
from aecourse.notation import FAINT, INK
from aecourse.style import new_figure
from aecourse.text_to_image import captions, checker, grammar, painter, vocabulary

ROWS, COLUMNS = 3, 5
BEST_OF = (1, 2, 4, 8)
WARMEST, DEGREE = 1.5, 0.05  # the largest temperature, and a step of its slider
_GAP = 3  # pixels between pictures
_CELL = 32 + 2 * _GAP
_YES, _NO, _NEW = "#228833", "#CC3311", "#AA3377"
_ANY = "any"
EXAMPLE_CAPTIONS = (
    "a small red circle above a large blue square on black",
    "a clock in the shape of an avocado on white",
    "a pizza in the shape of a circle on grey",
    "a striped red heart on white",
    "a checkered blue moon on black",
    "a small yellow star above a large purple circle on grey",
    "a large green arrow left of a small pink heart on white",
    "a star",
)


def play_with_captions(model: painter.Painter | None = None, caption: str = EXAMPLE_CAPTIONS[0]) -> live.Live:
    """Type a caption, or click its words: fifteen pictures, each with the checker's verdict.

    Args:
        model: what draws; the shipped model unless told.
        caption: the first one.

    Raises:
        CaptionError: caption is not understood.
        ValueError: model is no Painter.
    """
    model = painter.shipped() if model is None else model
    if not isinstance(model, painter.Painter):
        raise ValueError(f"model: expected a Painter, got {type(model).__name__}")
    grammar.parse(caption)
    figure, (ax,) = new_figure(size=(9.2, 6.3))
    shown = ax.imshow(torch.ones(ROWS * _CELL, COLUMNS * _CELL, 3).numpy())
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    for row, column in itertools.product(range(ROWS), range(COLUMNS)):  # white paper needs an edge
        corner = (column * _CELL + _GAP - 0.5, row * _CELL + _GAP - 0.5)
        ax.add_patch(Rectangle(corner, 32, 32, fill=False, ec=FAINT, lw=1))
    marks = [_mark(ax, row, column) for row in range(ROWS) for column in range(COLUMNS)]
    badge = ax.text(0.995, 1.02, "", transform=ax.transAxes, ha="right", va="bottom", color=_NEW, fontweight="bold")
    title = ax.text(0.0, 1.02, " ", transform=ax.transAxes, va="bottom", fontsize=14)

    def update(caption: str, temperature: float, guidance: float, best_of: str, seed: int) -> str:
        try:
            row = grammar.parse(caption)
        except grammar.CaptionError as error:
            return f"{str(error).removeprefix('caption: ')} (The pictures are still those of the caption above them.)"
        grid = row.expand(ROWS * COLUMNS, -1)
        settings = {"temperature": temperature, "guidance": guidance, "best_of": int(best_of)}
        images = model.draw(grid, torch.Generator().manual_seed(seed), **settings)
        right = checker.matches(images, grid)
        shown.set_data(tiles(images, COLUMNS, _GAP, fill=1.0))
        for mark, good in zip(marks, right.tolist(), strict=True):
            mark.set(text="✓" if good else "✗", color=_YES if good else _NO)
        new = bool(captions.unseen(row[None]))
        title.set_text(grammar.say(row))
        badge.set_text("never seen in training" if new else "")
        return f"{grammar.say(row)}: {int(right.sum())} of {len(grid)} are exactly that" + (
            ", though no training picture shows this combination." if new else "."
        )

    controls = {
        "caption": live.text("caption", caption, examples=EXAMPLE_CAPTIONS, wide=True),
        "temperature": live.slider("temperature", 0.0, WARMEST, painter.TEMPERATURE, step=DEGREE),
        "guidance": live.slider("guidance", 0.0, 2.0, 0.0, step=0.1),
        "best_of": live.menu("best of", [str(n) for n in BEST_OF]),
        "seed": live.slider("seed", 0, 99, 0),
    }
    return live.Live(figure, controls, update, above=_slots(controls["caption"]))


def reword(caption: str, slot: str, word: str) -> str:
    """The caption with one slot changed.

    Args:
        caption: as typed.
        slot: a key of `vocabulary.SLOTS`.
        word: one of the slot's words; "any" leaves it open.

    Returns:
        the new caption.

    Raises:
        CaptionError: caption is not understood, or has no noun without the word.
        ValueError: there is no such slot or word.
    """
    row = grammar.parse(caption)
    options = vocabulary.SLOTS[guards.choice("slot", slot, vocabulary.SLOTS)]
    row[vocabulary.SLOT[slot]] = 0 if word == _ANY else 1 + options.index(guards.choice("word", word, options))
    return grammar.say(row)


def _slots(typed: live.widgets.Text) -> list[live.widgets.Widget]:
    """Menus for the slots of the caption, and for examples; text and menus follow each other."""
    menus = {name: live.slot(name.removesuffix("_2"), _options(name)) for name in vocabulary.SLOTS}
    examples = live.slot("try", list(EXAMPLE_CAPTIONS), wide=True)
    following = False

    def follow(_: object = None) -> None:
        nonlocal following
        try:
            row = grammar.parse(typed.value)
        except grammar.CaptionError:
            return
        kind = list(vocabulary.KINDS.values())[int(captions.kind(row[None]))]
        following = True
        for name, menu in menus.items():
            menu.layout.display = "" if name in kind else "none"
            k = int(row[vocabulary.SLOT[name]])
            menu.value = vocabulary.SLOTS[name][k - 1] if k else (_ANY if _ANY in menu.options else menu.options[0])
        following = False

    def say(name: str, change: dict) -> None:
        if following:
            return
        try:
            typed.value = reword(typed.value, name, change["new"])
        except grammar.CaptionError:  # a sentence needs its noun: the menu goes back
            follow()

    for name, menu in menus.items():
        menu.observe(lambda change, name=name: say(name, change), "value")
    examples.observe(lambda change: setattr(typed, "value", change["new"]), "value")
    typed.observe(follow, "value")
    follow()
    return [live.row([examples]), live.row(list(menus.values()))]


def _options(slot: str) -> list[str]:
    """The words of a slot; what a caption cannot do without has no `any`."""
    needed = slot in ("thing", "relation", "shape_2")
    return list(vocabulary.SLOTS[slot]) if needed else [_ANY, *vocabulary.SLOTS[slot]]


def _mark(ax: Axes, row: int, column: int) -> Text:
    x, y = (column + 1) * _CELL - _GAP - 1.0, (row + 1) * _CELL - _GAP - 1.0
    box = {"boxstyle": "circle,pad=0.15", "fc": "white", "ec": INK, "lw": 0.8}
    return ax.text(x, y, "✓", ha="right", va="bottom", fontsize=13, bbox=box)


# On small made-up data, for tests, benchmark and whoever wants to look at a figure alone.
EXAMPLES = {"play_with_captions": play_with_captions}

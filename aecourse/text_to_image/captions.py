"""Captions: a small grammar with slots, that can be parsed, printed and turned into tokens.

Its three forms::

    a striped red heart on white                                    one shape
    a small red circle above a large blue square on black           two shapes
    a clock in the shape of an avocado on grey                      a thing

A caption is a row of whole numbers, one for each slot of `SLOTS`: 0 where nothing is said, k for the slot's k-th word.
Everything but the noun may be left out ("a heart"); what is not said is free.
"""

import difflib
import re

import torch
from torch import Generator, Tensor

SHAPES = ("circle", "square", "triangle", "star", "heart", "cross", "moon", "avocado", "diamond", "arrow")
COLOURS = ("red", "orange", "yellow", "lime", "green", "turquoise", "blue", "purple", "pink", "brown")
TEXTURES = ("plain", "striped", "spotted", "checkered")
SIZES = ("small", "large")
RELATIONS = ("above", "below", "left of", "right of")
THINGS = (
    "clock", "pizza", "watermelon", "cookie", "button", "face",
    "doughnut", "ladybird", "kiwi", "lemon", "basketball", "gift",
)  # fmt: skip
BACKGROUNDS = ("white", "grey", "black")

SLOTS = {
    "thing": THINGS,
    "texture": TEXTURES,
    "size": SIZES,
    "colour": COLOURS,
    "shape": SHAPES,
    "relation": RELATIONS,
    "size_2": SIZES,
    "colour_2": COLOURS,
    "shape_2": SHAPES,
    "background": BACKGROUNDS,
}
SLOT = {name: k for k, name in enumerate(SLOTS)}
KINDS = {
    "one shape": ("texture", "colour", "shape", "background"),
    "two shapes": ("size", "colour", "shape", "relation", "size_2", "colour_2", "shape_2", "background"),
    "a thing": ("thing", "shape", "background"),
}
LONGEST = 200  # characters

_ALSO = {
    "gray": "grey", "donut": "doughnut", "ladybug": "ladybird", "checked": "checkered", "dotted": "spotted",
    "over": "above", "under": "below", "beneath": "below", "big": "large", "little": "small", "cyan": "turquoise",
    "solid": "plain", "present": "gift", "ball": "basketball",
}  # fmt: skip
_WORDS = {
    word.split()[0]: (slot, k) for slot, words in SLOTS.items() if slot[-1] != "2" for k, word in enumerate(words, 1)
}
_GLUE = ("a", "an", "the", "in", "of", "on", "to", "background")


class CaptionError(ValueError):
    """A caption that the grammar does not know; the message says which word and what would be understood."""


def parse(text: str) -> Tensor:
    """The slots of a caption, (10,) int64, 0 where nothing is said.

    Raises:
        CaptionError: not a text, empty, too long, an unknown word (the nearest known ones are named), or words in an
            order that the grammar does not know.
    """
    words = _read(text)
    slots = dict.fromkeys(SLOTS, 0)
    words = _noun_phrase(words, slots, "")
    if words[:3] == ["in", "shape", "of"]:
        if not slots["thing"]:
            raise CaptionError(
                "caption: only a thing can be in the shape of something, as 'a clock in the shape of a star'"
            )
        words = _noun_phrase(words[3:], slots, "shape")
    if words and _slot(words[0]) == "relation":
        if slots["thing"]:
            raise CaptionError("caption: a relation joins two shapes, as 'a star above a circle'; a thing stands alone")
        slots["relation"] = _WORDS[words[0]][1]
        words = _noun_phrase(words[2:] if words[1:2] == ["of"] else words[1:], slots, "_2")
    if words[:1] == ["on"] and len(words) > 1 and _slot(words[1]) == "background":
        slots["background"] = _WORDS[words[1]][1]
        words = words[2:]
        words = words[1:] if words[:1] == ["background"] else words
    if words:
        raise CaptionError(f"caption: did not expect {words[0]!r} here; for example: a striped red heart on white")
    return _sensible(slots)


def say(caption: Tensor) -> str:
    """The caption as text. (10,) -> str; `parse` reads it back."""
    said = {name: SLOTS[name][k - 1] if k > 0 else "" for name, k in zip(SLOTS, caption.tolist(), strict=True)}
    if said["thing"]:
        text = _article(said["thing"])
        text += f" in the shape of {_article(said['shape'])}" if said["shape"] else ""
    else:
        text = _article(said["texture"], said["size"], said["colour"], said["shape"])
    if said["relation"]:
        text += f" {said['relation']} {_article(said['size_2'], said['colour_2'], said['shape_2'])}"
    return text + (f" on {said['background']}" if said["background"] else "")


def tokens(captions: Tensor) -> Tensor:
    """One token a slot, 0 where nothing is said; a word is the same token in both roles. (batch, 10) -> (batch, 10)."""
    return torch.where(captions > 0, captions + OFFSETS, 0)


def kind(captions: Tensor) -> Tensor:
    """Which of `KINDS` each caption is: 0 one shape, 1 two shapes, 2 a thing. (batch, 10) -> (batch,)."""
    return torch.where(captions[:, SLOT["thing"]] > 0, 2, (captions[:, SLOT["relation"]] > 0).long())


def complete(captions: Tensor, generator: Generator) -> Tensor:
    """Draw a word for whatever a caption could say and does not. (batch, 10) -> (batch, 10)."""
    applies = APPLIES[kind(captions)]
    drawn = (torch.rand(captions.shape, generator=generator) * SIZES_OF_SLOTS).long() + 1
    return torch.where(applies & (captions == 0), drawn, captions)


def canonical(captions: Tensor) -> Tensor:
    """Say the same with "above" and "left of" only: "a star below a circle" is "a circle above a star"."""
    backwards = (captions[:, SLOT["relation"]] > 0) & (captions[:, SLOT["relation"]] % 2 == 0)
    swapped = captions[:, _SWAP].clone()
    swapped[:, SLOT["relation"]] -= 1
    return torch.where(backwards[:, None], swapped, captions)


def nearest(word: str) -> list[str]:
    """Up to three known words that are spelled like this one."""
    return difflib.get_close_matches(word, sorted({*_WORDS, *_ALSO}), n=3, cutoff=0.5)


def _read(text: str) -> list[str]:
    """Lower-case words without articles; every one of them is known."""
    if not isinstance(text, str):
        raise CaptionError(f"caption: expected a text, got {type(text).__name__}")
    if len(text) > LONGEST:
        raise CaptionError(f"caption: expected at most {LONGEST} characters, got {len(text):,}")
    words = re.findall(r"\w+|[^\w\s]", text.lower())
    words = [w for w in words if w not in ".,"]
    words = [_ALSO.get(w, w) for w in words]
    for word in words:
        if word not in _WORDS and word not in _GLUE and word != "shape":
            near = nearest(word)
            hint = f"did you mean {' or '.join(near)}" if near else f"known nouns: {', '.join(SHAPES + THINGS)}"
            raise CaptionError(f"caption: does not know {word!r}; {hint}")
    words = [w for w in words if w not in ("a", "an", "the", "to")]
    if not words:
        raise CaptionError("caption: expected a few words, got none; for example: a striped red heart on white")
    return words


def _noun_phrase(words: list[str], slots: dict[str, int], role: str) -> list[str]:
    """Read adjectives and a noun into the slots of one role ("", "_2", "shape" for a thing's); return what follows."""
    allowed = {
        "": ("texture", "size", "colour", "shape", "thing"),
        "_2": ("size", "colour", "shape"),
        "shape": ("shape",),
    }
    while words:
        slot = _slot(words[0])
        if slot not in allowed[role]:
            break
        name = slot + "_2" if role == "_2" else slot
        if slots[name]:
            raise CaptionError(f"caption: one {slot} is enough, got a second one, {words[0]!r}")
        slots[name] = _WORDS[words[0]][1]
        words = words[1:]
        if slot in ("shape", "thing"):
            return words
    found = f"before {words[0]!r}" if words else "at the end"
    wanted = SHAPES + THINGS if role == "" else SHAPES
    raise CaptionError(f"caption: expected a noun {found}: {', '.join(wanted)}")


def _sensible(slots: dict[str, int]) -> Tensor:
    """Refuse what the world does not have."""
    if slots["thing"] and (slots["texture"] or slots["size"] or slots["colour"]):
        raise CaptionError("caption: a thing has its own colours; say its shape, as 'a clock in the shape of a star'")
    if slots["relation"] and slots["texture"]:
        raise CaptionError("caption: of two shapes both are plain; textures are for one shape alone")
    if not slots["relation"] and slots["size"]:
        raise CaptionError("caption: one shape alone fills the picture; sizes are for two shapes")
    return torch.tensor(list(slots.values()))


def _slot(word: str) -> str:
    return _WORDS.get(word, ("", 0))[0]


def _article(*words: str) -> str:
    phrase = " ".join(filter(None, words))
    return f"{'an' if phrase[:1] in 'aeiou' else 'a'} {phrase}"


SIZES_OF_SLOTS = torch.tensor([len(words) for words in SLOTS.values()])
APPLIES = torch.tensor([[name in names for name in SLOTS] for names in KINDS.values()])
# Both shapes of a pair share their words: what is learned of "red" holds for either.
_BASE = {"thing": 0, "texture": 12, "size": 16, "colour": 18, "shape": 28, "relation": 38, "background": 42}
OFFSETS = torch.tensor([_BASE[name.removesuffix("_2")] for name in SLOTS])
VOCABULARY = 46  # 45 words, and 0 for a slot of which nothing is said
_SWAP = [
    SLOT[n]
    for n in ("thing", "texture", "size_2", "colour_2", "shape_2", "relation", "size", "colour", "shape", "background")
]

# Never seen in training: a fifth of all pairs of a colour and a shape, a fifth of all pairs of a thing and a shape.
_C, _S, _T = (torch.arange(len(words)) for words in (COLOURS, SHAPES, THINGS))
HELD_COLOUR_SHAPE = (_S - 3 * _C[:, None]) % 5 == 0  # (10, 10); "red circle" is one of them
HELD_THING_SHAPE = (_S - 3 * _T[:, None]) % 5 == 2  # (12, 10); "a clock in the shape of an avocado" is one of them


def unseen(captions: Tensor) -> Tensor:
    """Whether a caption asks for a combination that training never shows. (batch, 10) -> (batch,) bool."""
    asked = torch.zeros(len(captions), dtype=torch.bool)
    pairs = [
        ("colour", "shape", HELD_COLOUR_SHAPE),
        ("colour_2", "shape_2", HELD_COLOUR_SHAPE),
        ("thing", "shape", HELD_THING_SHAPE),
    ]
    for first, second, held in pairs:
        a, b = captions[:, SLOT[first]], captions[:, SLOT[second]]
        asked |= (a > 0) & (b > 0) & held[a - 1, b - 1]
    return asked


def draw(
    count: int, generator: Generator, *, held: bool | None = False, mix: tuple[float, ...] = (0.25, 0.5, 0.25)
) -> Tensor:
    """Complete captions at random. -> (count, 10).

    Args:
        held: False for combinations that training shows, True for those that it never shows, None for both.
        mix: how often each of `KINDS` is proposed; of two shapes more proposals are held out than of one.
    """
    found, missing = [], count
    while missing > 0:
        kinds = torch.multinomial(
            torch.tensor(mix, dtype=torch.float), 8 * missing + 64, replacement=True, generator=generator
        )
        drawn = torch.zeros(len(kinds), len(SLOTS), dtype=torch.long)
        words = (torch.rand(drawn.shape, generator=generator) * SIZES_OF_SLOTS).long() + 1
        drawn = torch.where(APPLIES[kinds], words, drawn)
        drawn = drawn if held is None else drawn[unseen(drawn) == held]
        found.append(drawn[:missing])
        missing -= len(found[-1])
    return torch.cat(found)

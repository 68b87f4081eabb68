"""The words of the captions, and every table that follows from them.

Slots and kinds stand here once. What numbers words have as tokens, which slots a kind of caption fills, which two
change places when a relation is turned round: all of that is computed from them, so a word or a slot is added in one
place, and what cannot be is refused at once. (The shipped weights know only the words as they stand.)
"""

import itertools

import torch

SHAPES = ("circle", "square", "triangle", "star", "heart", "cross", "moon", "avocado", "diamond", "arrow")
COLOURS = ("red", "orange", "yellow", "lime", "green", "turquoise", "blue", "purple", "pink", "brown")
TEXTURES = ("plain", "striped", "spotted", "checkered")
SIZES = ("small", "large")
RELATIONS = ("above", "below", "left of", "right of")  # in pairs: each is followed by its opposite
THINGS = (
    "clock", "pizza", "watermelon", "cookie", "button", "face",
    "doughnut", "ladybird", "kiwi", "lemon", "basketball", "gift",
)  # fmt: skip
BACKGROUNDS = ("white", "grey", "black")

SLOTS: dict[str, tuple[str, ...]] = {  # in the order in which a sentence says them; those of the second shape end in _2
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
KINDS: dict[str, tuple[str, ...]] = {
    "one shape": ("texture", "colour", "shape", "background"),
    "two shapes": ("size", "colour", "shape", "relation", "size_2", "colour_2", "shape_2", "background"),
    "a thing": ("thing", "shape", "background"),
}
SYNONYMS = {
    "gray": "grey", "donut": "doughnut", "ladybug": "ladybird", "checked": "checkered", "dotted": "spotted",
    "over": "above", "under": "below", "beneath": "below", "big": "large", "little": "small", "cyan": "turquoise",
    "solid": "plain", "present": "gift", "ball": "basketball",
}  # fmt: skip
ARTICLES = ("a", "an", "the", "to")  # left out when a sentence is read
GLUE = ("in", "shape", "of", "on", "background")  # a sentence may hold them, no slot does


def _bases() -> dict[str, tuple[str, ...]]:
    """The slots without those of the second shape, which have the same words."""
    bases = {name: words for name, words in SLOTS.items() if not name.endswith("_2")}
    for name, words in SLOTS.items():
        if bases.get(name.removesuffix("_2")) != words:
            raise ValueError(f"SLOTS: expected the words of {name.removesuffix('_2')} in {name}")
    for kind, names in KINDS.items():
        if unknown := set(names) - set(SLOTS):
            raise ValueError(f"KINDS: expected slots in {kind!r}, got {sorted(unknown)}")
    return bases


def _words() -> dict[str, tuple[str, int]]:
    """The first part of every word, as it is met in a sentence: its slot, and which of its words it is."""
    words: dict[str, tuple[str, int]] = {}
    for name, options in _BASES.items():
        for k, option in enumerate(options, 1):
            first = option.split()[0]
            if first in words or first in SYNONYMS or first in (*GLUE, *ARTICLES):
                raise ValueError(f"SLOTS: expected words that begin differently, got a second {first!r} in {name}")
            words[first] = name, k
    for word, meaning in SYNONYMS.items():
        if meaning not in words:
            raise ValueError(f"SYNONYMS: expected a word of a slot for {word!r}, got {meaning!r}")
    return words


def _offsets() -> dict[str, int]:
    """How many words stand in the slots before each: word k of a slot is token k + offset.

    No offset but the first, 0, is less than the number of its words. So the token of a word is no word of its slot, or
    the same number: tokens that are taken for slots are refused.
    """
    sizes = [len(words) for words in _BASES.values()]
    offsets = dict(zip(_BASES, itertools.accumulate(sizes[:-1], initial=0), strict=True))
    for (name, offset), size in itertools.islice(zip(offsets.items(), sizes, strict=True), 1, None):
        if offset < size:
            raise ValueError(f"SLOTS: expected at most {offset} words in {name}, after so many before it, got {size}")
    return offsets


def _partner(name: str) -> str:
    """The slot that says of the other shape what this one says."""
    if name.endswith("_2"):
        return name.removesuffix("_2")
    return name + "_2" if name + "_2" in SLOTS else name


_BASES = _bases()
WORDS = _words()
SLOT = {name: k for k, name in enumerate(SLOTS)}
COUNTS = torch.tensor([len(words) for words in SLOTS.values()])  # of words, by slot
APPLIES = torch.tensor([[name in names for name in SLOTS] for names in KINDS.values()])  # (kinds, slots)
# What a noun phrase may say, in that order: of the first shape or thing, of the second shape.
FIRST = tuple(name for name in _BASES if name not in ("relation", "background"))
SECOND = tuple(name.removesuffix("_2") for name in SLOTS if name.endswith("_2"))
# Both shapes of a pair share their words: what is learned of "red" holds for either.
OFFSETS = torch.tensor([_offsets()[name.removesuffix("_2")] for name in SLOTS])
VOCABULARY = 1 + len(WORDS)  # all words, and 0 for a slot of which nothing is said
SWAP = [SLOT[_partner(name)] for name in SLOTS]  # the slots with the two shapes exchanged

# Never seen in training: a fifth of all pairs of a colour and a shape, a fifth of all pairs of a thing and a shape.
_C, _S, _T = (torch.arange(len(words)) for words in (COLOURS, SHAPES, THINGS))
HELD_COLOUR_SHAPE = (_S - 3 * _C[:, None]) % 5 == 0  # (10, 10); "red circle" is one of them
HELD_THING_SHAPE = (_S - 3 * _T[:, None]) % 5 == 2  # (12, 10); "a clock in the shape of an avocado" is one of them
HELD = (
    ("colour", "shape", HELD_COLOUR_SHAPE),
    ("colour_2", "shape_2", HELD_COLOUR_SHAPE),
    ("thing", "shape", HELD_THING_SHAPE),
)

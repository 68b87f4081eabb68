"""The grammar: a sentence becomes a caption, and a caption a sentence.

Its three forms::

    a striped red heart on white                                    one shape
    a small red circle above a large blue square on black           two shapes
    a clock in the shape of an avocado on grey                      a thing

Articles, synonyms and the order of adjectives are free; everything but the noun may be left out.
"""

import difflib
import re

import torch
from torch import Tensor

from aecourse import guards
from aecourse.text_to_image.captions import check_sensible, kind
from aecourse.text_to_image.vocabulary import ARTICLES, FIRST, GLUE, KINDS, SECOND, SLOTS, SYNONYMS, WORDS

LONGEST = 200  # characters of a sentence
# What a noun phrase may say: of the first shape or of a thing, of the second shape, of the shape of a thing.
ROLES = {"": FIRST, "_2": SECOND, "shape": ("shape",)}
REFUSALS = {
    "one shape": "one shape alone fills the picture; sizes are for two shapes",
    "two shapes": "of two shapes both are plain; textures are for one shape alone",
    "a thing": "a thing has its own colours; say its shape, as 'a clock in the shape of a star'",
}
_EXAMPLE = "for example: a striped red heart on white"


class CaptionError(ValueError):
    """A caption that the grammar does not know; the message says which word and what would be understood."""


def parse(caption: str) -> Tensor:
    """The slots of a caption.

    Args:
        caption: a sentence.

    Returns:
        (10,) int64, 0 where nothing is said.

    Raises:
        CaptionError: not a text, empty, too long, an unknown word (the nearest known ones are named), or words in an
            order that the grammar does not know.
    """
    words = _split(caption)
    slots = dict.fromkeys(SLOTS, 0)
    words = _noun_phrase(words, slots, "")
    for clause in (_in_the_shape_of, _relation, _background):
        words = clause(words, slots)
    if words:
        raise CaptionError(f"caption: did not expect {words[0]!r} here; {_EXAMPLE}")
    row = torch.tensor(list(slots.values()))
    kind_name = list(KINDS)[int(kind(row[None]))]
    if any(slots[name] for name in SLOTS if name not in KINDS[kind_name]):
        raise CaptionError(f"caption: {REFUSALS[kind_name]}")
    return row


def say(caption: Tensor) -> str:
    """The caption as text; `parse` reads it back.

    Args:
        caption: (10,).

    Returns:
        a sentence.

    Raises:
        ValueError: not one caption, or one without a noun.
    """
    guards.tensor("caption", caption, (len(SLOTS),), torch.int64)
    numbers = dict(zip(SLOTS, check_sensible(caption[None], "caption")[0].tolist(), strict=True))
    words = {name: SLOTS[name][k - 1] if k else "" for name, k in numbers.items()}
    if not (words["thing"] or words["shape"]) or (words["relation"] and not words["shape_2"]):
        raise CaptionError(f"caption: expected a noun in every phrase, got {list(numbers.values())}")
    adjectives = [words[name] for name in FIRST if name not in ("thing", "shape")]
    text = _article(*adjectives, words["thing"] or words["shape"])
    if words["thing"] and words["shape"]:
        text += f" in the shape of {_article(words['shape'])}"
    if words["relation"]:
        text += f" {words['relation']} {_article(*(words[name + '_2'] for name in SECOND))}"
    return text + (f" on {words['background']}" if words["background"] else "")


def _split(text: str) -> list[str]:
    """Lower-case words without articles; of one that is not known the three are named that are spelled most alike."""
    if not isinstance(text, str):
        raise CaptionError(f"caption: expected a text, got {type(text).__name__}")
    if len(text) > LONGEST:
        raise CaptionError(f"caption: expected at most {LONGEST} characters, got {len(text):,}")
    words = [w for w in re.findall(r"\w+|[^\w\s]", text.lower()) if w not in (".", ",")]
    words = [SYNONYMS.get(w, w) for w in words]
    for word in words:
        if word not in WORDS and word not in GLUE and word not in ARTICLES:
            near = difflib.get_close_matches(word, sorted({*WORDS, *SYNONYMS}), n=3, cutoff=0.5)
            hint = f"did you mean {' or '.join(near)}" if near else f"known nouns: {_nouns('')}"
            raise CaptionError(f"caption: does not know {word!r}; {hint}")
    words = [w for w in words if w not in ARTICLES]
    if not words:
        raise CaptionError(f"caption: expected a few words, got none; {_EXAMPLE}")
    return words


def _noun_phrase(words: list[str], slots: dict[str, int], role: str) -> list[str]:
    """Read adjectives and a noun into the slots of one role ("", "_2", "shape" for a thing's); return what follows."""
    while words:
        slot = _slot(words[0])
        if slot not in ROLES[role]:
            break
        name = slot + "_2" if role == "_2" else slot
        if slots[name]:
            raise CaptionError(f"caption: one {slot} is enough, got a second one, {words[0]!r}")
        slots[name] = WORDS[words[0]][1]
        words = words[1:]
        if slot in ("shape", "thing"):
            return words
    place = f"before {words[0]!r}" if words else "at the end"
    raise CaptionError(f"caption: expected a noun {place}: {_nouns(role)}")


def _in_the_shape_of(words: list[str], slots: dict[str, int]) -> list[str]:
    """Read the shape of a thing, if it comes next; return what follows."""
    if words[:3] != ["in", "shape", "of"]:
        return words
    if not slots["thing"]:
        raise CaptionError(
            "caption: only a thing can be in the shape of something, as 'a clock in the shape of a star'"
        )
    return _noun_phrase(words[3:], slots, "shape")


def _relation(words: list[str], slots: dict[str, int]) -> list[str]:
    """Read a relation and the second shape, if they come next; return what follows."""
    if not words or _slot(words[0]) != "relation":
        return words
    if slots["thing"]:
        raise CaptionError("caption: a relation joins two shapes, as 'a star above a circle'; a thing stands alone")
    slots["relation"] = WORDS[words[0]][1]
    return _noun_phrase(words[2:] if words[1:2] == ["of"] else words[1:], slots, "_2")


def _background(words: list[str], slots: dict[str, int]) -> list[str]:
    """Read a background, if it comes next; return what follows."""
    if words[:1] != ["on"] or len(words) < 2 or _slot(words[1]) != "background":
        return words
    slots["background"] = WORDS[words[1]][1]
    return words[3:] if words[2:3] == ["background"] else words[2:]


def _nouns(role: str) -> str:
    return ", ".join(SLOTS["shape"] + (SLOTS["thing"] if role == "" else ()))


def _slot(word: str) -> str:
    return WORDS.get(word, ("", 0))[0]


def _article(*words: str) -> str:
    phrase = " ".join(filter(None, words))
    return f"{'an' if phrase[:1] in 'aeiou' else 'a'} {phrase}"

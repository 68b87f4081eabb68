"""Captions: rows of whole numbers, one for each slot of `SLOTS`; 0 where nothing is said, k for the slot's k-th word.

Everything but the noun may be left out ("a heart"); what is not said is free. All functions of the package take
captions as such rows; where a network needs tokens, it makes them itself. `grammar` reads and writes them as sentences.
"""

import torch
from torch import Generator, Tensor

from aecourse import guards
from aecourse.text_to_image.vocabulary import APPLIES, COUNTS, HELD, KINDS, OFFSETS, SLOT, SLOTS, SWAP


def to_tokens(captions: Tensor) -> Tensor:
    """One token a slot; a word is the same token in both roles.

    Args:
        captions: (batch, 10).

    Returns:
        (batch, 10) int64, 0 where nothing is said.

    Raises:
        ValueError: not captions.
    """
    check(captions)
    return torch.where(captions > 0, captions + OFFSETS.to(captions.device), 0)


def kind(captions: Tensor) -> Tensor:
    """Which of `KINDS` each caption is: 0 one shape, 1 two shapes, 2 a thing.

    Args:
        captions: (batch, 10).

    Returns:
        (batch,) int64.

    Raises:
        ValueError: not captions.
    """
    check(captions)
    return torch.where(captions[:, SLOT["thing"]] > 0, 2, (captions[:, SLOT["relation"]] > 0).long())


def complete(captions: Tensor, generator: Generator) -> Tensor:
    """Draw a word for whatever a caption could say and does not.

    Args:
        captions: (batch, 10).
        generator: of the words.

    Returns:
        (batch, 10), complete.

    Raises:
        ValueError: not captions, or no generator.
    """
    check_sensible(captions)
    words = _random_words(len(captions), generator).to(captions.device)
    applies = APPLIES.to(captions.device)[kind(captions)]
    return torch.where(applies & (captions == 0), words, captions)


def canonical(captions: Tensor) -> Tensor:
    """Say the same with "above" and "left of" only: "a star below a circle" is "a circle above a star".

    Args:
        captions: (batch, 10).

    Returns:
        (batch, 10).

    Raises:
        ValueError: not captions.
    """
    check_sensible(captions)
    relation = captions[:, SLOT["relation"]]
    backwards = (relation > 0) & (relation % 2 == 0)
    swapped = captions[:, SWAP]
    swapped[:, SLOT["relation"]] -= 1
    return torch.where(backwards[:, None], swapped, captions)


def unseen(captions: Tensor) -> Tensor:
    """Whether a caption asks for a combination that training never shows.

    Args:
        captions: (batch, 10).

    Returns:
        (batch,) bool.

    Raises:
        ValueError: not captions.
    """
    check_sensible(captions)
    new = torch.zeros(len(captions), dtype=torch.bool, device=captions.device)
    for first, second, held in HELD:
        a, b = captions[:, SLOT[first]], captions[:, SLOT[second]]
        new |= (a > 0) & (b > 0) & held.to(captions.device)[a - 1, b - 1]
    return new


def random_captions(
    count: int, generator: Generator, *, held: bool | None = False, mix: tuple[float, ...] = (0.25, 0.5, 0.25)
) -> Tensor:
    """Complete captions at random.

    Args:
        count: how many.
        generator: of the words.
        held: False for combinations that training shows, True for those that it never shows, None for both.
        mix: how often each of `KINDS` is proposed; of two shapes more proposals are held out than of one.

    Returns:
        (count, 10) int64, on the device of the generator.

    Raises:
        ValueError: a count below 1, no generator, or a mix that is not one share of 0 or more for each kind.
    """
    guards.instance("held", held, bool, type(None))
    parts, missing = [], guards.count("count", count)
    device = guards.instance("generator", generator, Generator).device
    shares = torch.tensor(_shares(mix), device=device)
    while missing > 0:
        kinds = torch.multinomial(shares, 8 * missing + 64, replacement=True, generator=generator)
        proposals = torch.where(APPLIES.to(device)[kinds], _random_words(len(kinds), generator), 0)
        proposals = proposals if held is None else proposals[unseen(proposals) == held]
        parts.append(proposals[:missing])
        missing -= len(parts[-1])
    return torch.cat(parts)


def check(captions: Tensor, name: str = "captions") -> Tensor:
    """Return captions if that is what they are: rows with a word's number, or 0, in every slot.

    Word tokens are refused too, but for those of the first slot, which are the same numbers.

    Args:
        captions: (batch, 10).
        name: what a refusal calls them.

    Returns:
        the same.

    Raises:
        ValueError: anything else.
    """
    if isinstance(captions, Tensor) and captions.shape == (len(SLOTS),) and name == "captions":
        raise ValueError(f"{name}: expected rows (batch, {len(SLOTS)}), got one caption; [None] makes a row of it")
    guards.tensor(name, captions, ("batch", len(SLOTS)), torch.int64)
    wrong = (captions < 0) | (captions > COUNTS.to(captions.device))
    if wrong.any():
        row, slot = wrong.nonzero()[0].tolist()
        most, k = int(COUNTS[slot]), int(captions[row, slot])
        raise ValueError(f"{name}: expected 0 to {most} in slot {list(SLOTS)[slot]!r}, got {k} in row {row}")
    return captions


def check_sensible(captions: Tensor, name: str = "captions") -> Tensor:
    """Return captions that say nothing which their kind does not have.

    Args:
        captions: (batch, 10).
        name: what a refusal calls them.

    Returns:
        the same.

    Raises:
        ValueError: not captions, or a size of one shape, a colour of a thing, and the like.
    """
    kinds = kind(check(captions, name))
    wrong = (captions > 0) & ~APPLIES.to(captions.device)[kinds]
    if wrong.any():
        row, slot, kind_name = _first(wrong, kinds)
        raise ValueError(f"{name}: expected no {slot!r} in a caption of {kind_name}, got one in row {row}")
    return captions


def check_complete(captions: Tensor, name: str = "captions") -> Tensor:
    """Return captions that say all that their kind has.

    Args:
        captions: (batch, 10).
        name: what a refusal calls them.

    Returns:
        the same.

    Raises:
        ValueError: not captions, or something is left open.
    """
    kinds = kind(check_sensible(captions, name))
    silent = (captions == 0) & APPLIES.to(captions.device)[kinds]
    if silent.any():
        row, slot, kind_name = _first(silent, kinds)
        hint = "captions.complete draws what is left open"
        raise ValueError(f"{name}: expected every word of {kind_name}, got none for {slot!r} in row {row}; {hint}")
    return captions


def _first(marked: Tensor, kinds: Tensor) -> tuple[int, str, str]:
    """Row and slot of the first mark, and the kind of that row."""
    row, slot = marked.nonzero()[0].tolist()
    return row, list(SLOTS)[slot], list(KINDS)[int(kinds[row])]


def _random_words(count: int, generator: Generator) -> Tensor:
    """A word for every slot, (count, 10), on the device of the generator."""
    device = guards.instance("generator", generator, Generator).device
    return (torch.rand(count, len(SLOTS), generator=generator, device=device) * COUNTS.to(device)).long() + 1


def _shares(mix: tuple[float, ...]) -> list[float]:
    """How often each kind is proposed, as numbers."""
    if not isinstance(mix, tuple | list) or len(mix) != len(KINDS):
        raise ValueError(f"mix: expected one share for each of {', '.join(KINDS)}, got {mix!r}")
    shares = [guards.number("mix", share, low=0) for share in mix]
    if not sum(shares):
        raise ValueError("mix: expected a share above 0, got none")
    return shares

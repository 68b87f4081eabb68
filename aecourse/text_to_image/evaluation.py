"""How often a drawn image is exactly what its caption asked for: the numbers of the model card.

    python -m aecourse.text_to_image.evaluation [FILE]

computes those of the shipped weights again, and prints them beside what their card says: four minutes.
"""

import sys

import torch
from torch import Generator, Tensor

from aecourse import guards, runtime, weights
from aecourse.steps import progress_bar
from aecourse.text_to_image.captions import check_sensible, kind, random_captions
from aecourse.text_to_image.checker import matches
from aecourse.text_to_image.painter import FILE, TEMPERATURE, Painter, load
from aecourse.text_to_image.vocabulary import KINDS

MOST = 1000  # captions of each kind
SPLITS = {"validation": 1_000_003, "test": 2_000_003}  # seeds of captions; settings were chosen on the first alone


def split_captions(held: bool, count: int = 1000, split: str = "test") -> Tensor:
    """Complete captions to measure with, the first `count` of 1,000.

    Args:
        held: combinations that training never shows, or those that it shows.
        count: how many, from 1 to 1,000.
        split: "validation" or "test".

    Returns:
        (count, 10).

    Raises:
        ValueError: something else.
    """
    guards.instance("held", held, bool)
    guards.choice("split", split, SPLITS)
    guards.count("count", count, high=MOST)
    return random_captions(MOST, Generator().manual_seed(SPLITS[split] + held), held=held)[:count]


def exact(
    painter: Painter,
    captions: Tensor,
    *,
    temperature: float = TEMPERATURE,
    best_of: int = 1,
    seed: int = 0,
    progress: bool = True,
) -> Tensor:
    """Whether the checker finds each image to be exactly what its caption says.

    Args:
        painter: what draws.
        captions: (batch, 10).
        temperature: as in `Painter.draw`.
        best_of: as in `Painter.draw`.
        seed: of the drawing.
        progress: whether a bar is shown.

    Returns:
        (batch,) bool, on the device of the painter.

    Raises:
        ValueError: no painter, no captions, or a setting out of its range.
    """
    guards.instance("painter", painter, Painter)
    generator, parts = Generator().manual_seed(guards.count("seed", seed, low=0)), []
    with progress_bar(len(check_sensible(captions)), " captions", progress) as bar:
        for part in captions.split(100):
            parts.append(matches(painter.draw(part, generator, temperature=temperature, best_of=best_of), part))
            bar.update(len(part))
    return torch.cat(parts)


def scores(painter: Painter, *, best_of: int = 8, count: int = 1000, split: str = "test") -> dict[str, float]:
    """Percent exact, seen and never seen, with one image a caption and with the best of several; last by kind.

    Args:
        painter: what draws.
        best_of: how many images are drawn where the likeliest is kept.
        count: captions of each, seen and never seen, from 1 to 1,000.
        split: "validation" or "test".

    Returns:
        by name, in percent.

    Raises:
        ValueError: something else.
    """
    table = {}
    for name, held in (("seen", False), ("never seen", True)):
        captions = split_captions(held, count, split)
        for n in (1, guards.count("best_of", best_of)):
            right = 100 * exact(painter, captions, best_of=n).double()
            table[f"{name}, best of {n}"] = right.mean().item()
        for k, kind_name in enumerate(KINDS):
            of_kind = right[kind(captions) == k]
            if len(of_kind):
                table[f"{name}, {kind_name}, best of {best_of}"] = of_kind.mean().item()
    return table


def main(arguments: list[str]) -> None:
    """Print the scores of a file of weights, as computed now and as written in its card.

    Args:
        arguments: the file; none for the shipped one.

    Raises:
        ValueError: the file holds no painter.
    """
    runtime.setup()
    path = arguments[0] if arguments else FILE
    card = weights.card(path)
    for name, value in scores(load(path)).items():
        print(f"{name}: {value:.1f} %, card: {card.get(name, 'says nothing')}")


if __name__ == "__main__":
    main(sys.argv[1:])

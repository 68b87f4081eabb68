"""The figures of the model card: how often a drawn image is exactly what its caption asked for.

    python -m aecourse.text_to_image.evaluation [FILE]

computes those of the shipped weights again, and prints them beside what their card says: four minutes.
"""

import sys

import torch
from torch import Generator, Tensor

from aecourse import guards, runtime, weights
from aecourse.text_to_image import captions
from aecourse.text_to_image.checker import matches
from aecourse.text_to_image.painter import FILE, Painter, load
from aecourse.training import progress_bar

SPLITS = {"validation": 1_000_003, "test": 2_000_003}  # seeds of captions; settings were chosen on the first alone


def asked(held: bool, count: int = 1000, split: str = "test") -> Tensor:
    """Complete captions to measure with, the first `count` of 1,000. -> (count, 10).

    Args:
        held: combinations that training never shows, or those that it shows. split: "validation" or "test".
    """
    guards.choice("split", split, SPLITS)
    guards.count("count", count, high=1000)
    return captions.draw(1000, Generator().manual_seed(SPLITS[split] + held), held=held)[:count]


def exact(painter: Painter, chosen: Tensor, *, seed: int = 0, progress: bool = True, **options: float) -> Tensor:
    """Whether the checker finds each image to be exactly what its caption says.

    Args:
        chosen: (batch, 10), captions. seed: of the drawing.
        options: temperature, guidance, best_of, as in `Painter.draw`.
    Returns:
        (batch,) bool.
    """
    generator, right = Generator().manual_seed(seed), []
    with progress_bar(len(chosen), " captions", progress) as bar:
        for part in chosen.split(100):
            right.append(matches(painter.draw(part, generator, **options), part))
            bar.update(len(part))
    return torch.cat(right)


def figures(painter: Painter, *, best_of: int = 8, count: int = 1000, split: str = "test") -> dict[str, float]:
    """Percent exact, seen and never seen, with one image a caption and with the best of several; last by kind."""
    table = {}
    for name, held in (("seen", False), ("never seen", True)):
        chosen = asked(held, count, split)
        for n in (1, best_of):
            right = 100 * exact(painter, chosen, best_of=n).double()
            table[f"{name}, best of {n}"] = right.mean().item()
        for k, kind in enumerate(captions.KINDS):
            of_kind = right[captions.kind(chosen) == k]
            if len(of_kind):
                table[f"{name}, {kind}, best of {best_of}"] = of_kind.mean().item()
    return table


def main(arguments: list[str]) -> None:
    """Print the figures of a file of weights, as computed now and as written in its card."""
    runtime.setup()
    path = arguments[0] if arguments else FILE
    card = weights.card(path)
    for name, value in figures(load(path)).items():
        print(f"{name}: {value:.1f} %, card: {card.get(name, 'says nothing')}")


if __name__ == "__main__":
    main(sys.argv[1:])

"""The figures of the model card: how often a drawn image is exactly what its caption asked for.

    python -m aecourse.text_to_image.evaluation [FILE]

computes those of the shipped weights again, and prints them beside what their card says: two minutes.
"""

import sys

import torch
from torch import Generator

from aecourse import runtime, weights
from aecourse.text_to_image import captions
from aecourse.text_to_image.checker import matches
from aecourse.text_to_image.painter import FILE, Painter, load

SPLITS = {"validation": 1_000_003, "test": 2_000_003}  # seeds of captions; settings were chosen on the first alone


def exact(
    painter: Painter,
    *,
    held: bool,
    count: int = 1000,
    split: str = "test",
    temperature: float = 0.7,
    guidance: float = 0.0,
    best_of: int = 1,
    seed: int = 0,
) -> torch.Tensor:
    """Whether the checker finds each image to be exactly what its complete caption says.

    Args:
        held: captions of combinations that training never shows, or of those that it shows. count: how many captions.
        split: "validation" or "test". temperature, guidance, best_of: as in `Painter.draw`. seed: of the drawing.
    Returns:
        (count,) bool.
    """
    asked = captions.draw(count, Generator().manual_seed(SPLITS[split] + held), held=held)
    generator = Generator().manual_seed(seed)
    return torch.cat(
        [
            matches(painter.draw(part, generator, temperature=temperature, guidance=guidance, best_of=best_of), part)
            for part in asked.split(100)
        ]
    )


def figures(painter: Painter, *, best_of: int = 8, count: int = 1000, split: str = "test") -> dict[str, float]:
    """Percent exact, seen and never seen, with one image a caption and with the best of several."""
    table = {}
    for name, held in (("seen", False), ("never seen", True)):
        for n in (1, best_of):
            table[f"{name}, best of {n}"] = (
                100 * exact(painter, held=held, count=count, split=split, best_of=n).float().mean().item()
            )
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

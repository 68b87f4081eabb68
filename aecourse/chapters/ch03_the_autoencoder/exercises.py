"""Exercises of chapter 3: the forward pass, its parameters, rotations, and how a result is reported and shown."""

import math

import torch
from torch import Generator, Tensor

from aecourse.checking.engine import Exercise, Wrong
from aecourse.checking.quizzes import Question


def _layers(generator: Generator, k: int) -> tuple[Tensor, ...]:
    n, d = 5 + k, 3
    shapes = ((4, n), (d, n), (d,), (n, d), (n,))
    return tuple(torch.randn(shape, generator=generator) for shape in shapes)


def _sizes(generator: Generator, k: int) -> tuple[int, int]:
    n, d = torch.randint(5, 900, (2,), generator=generator).tolist()
    return n, d + 1000 * (k % 2)


def _matrix(generator: Generator, k: int) -> tuple[Tensor]:
    t = 0.3 + torch.rand(1, generator=generator).item()
    c, s = math.cos(t), math.sin(t)
    u, v = math.cos(t / 2), math.sin(t / 2)
    rotation, shear = [[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]], [[1.0, t], [0.0, 1.0]]
    mirror, twice = [[c, s], [s, -c]], [[2 * c, -2 * s], [2 * s, 2 * c]]
    unit_columns = [[u, v], [v, u]]  # determinant cos t > 0
    return (torch.tensor((rotation, shear, mirror, unit_columns, twice)[k]),)


def _batches(generator: Generator, k: int) -> tuple[list[float], list[int]]:
    return (1 + torch.rand(4, generator=generator)).tolist(), [256, 256, 256, 10 + 20 * k]


def _contrasts(generator: Generator, k: int) -> tuple[Tensor]:
    contrast = torch.tensor([[0.2], [1.0], [0.6]])
    return (contrast * torch.rand(3, 6, generator=generator),)


def forward(y, W_h, b_h, W_y, b_y):
    h = torch.tanh(y @ W_h.T + b_h)
    return h @ W_y.T + b_y


def parameters(n, d):
    return d * n + d + n * d + n


def is_rotation(W):
    keeps_lengths = torch.allclose(W.T @ W, torch.eye(len(W)), atol=1e-5)
    return keeps_lengths and torch.linalg.det(W).item() > 0


def mean_energy(batch_means, batch_sizes):
    total = sum(mean * size for mean, size in zip(batch_means, batch_sizes, strict=True))
    return total / sum(batch_sizes)


def to_grey(images):
    low, high = images.min(), images.max()
    return (images - low) / (high - low)


def _autoscaled(images):
    low, high = images.min(dim=1, keepdim=True).values, images.max(dim=1, keepdim=True).values
    return (images - low) / (high - low)


EXERCISES = (
    Exercise(
        "3.1", "the forward pass",
        "Write `forward(y, W_h, b_h, W_y, b_y)` for $h = \\tanh(W_h y + b_h)$ and $\\tilde y = W_y h + b_y$ on a batch: "
        "y (batch, n), W_h (d, n), W_y (n, d); the result is ỹ (batch, n).",
        ("A batch holds one sample a row, so $W_h y$ becomes `y @ W_h.T`.", "Only the code is squashed: g is the identity here."),
        _layers, forward,
        (
            Wrong(lambda y, W_h, b_h, W_y, b_y: forward(y, W_h, 0 * b_h, W_y, b_y), "b_h is missing"),
            Wrong(lambda y, W_h, b_h, W_y, b_y: forward(y, W_h, b_h, W_y, 0 * b_y), "b_y is missing"),
            Wrong(lambda y, W_h, b_h, W_y, b_y: torch.tanh(forward(y, W_h, b_h, W_y, b_y)), "the output is squashed too; here g is the identity"),
            Wrong(lambda y, W_h, b_h, W_y, b_y: (y @ W_h.T + b_h) @ W_y.T + b_y, "f is missing: without it the whole is one affine map"),
            Wrong(lambda y, W_h, b_h, W_y, b_y: torch.tanh(y @ W_h.T) @ W_y.T + b_h @ W_y.T + b_y, "b_h is added after the squashing; it belongs inside f"),
        ),
        "two matrices, two biases, one squashing",
    ),
    Exercise(
        "3.2", "how many parameters",
        "Write `parameters(n, d)`: how many numbers the autoencoder of exercise 3.1 learns.",
        ("W_h has d·n entries, and W_y?", "Each layer has a bias as long as its output."),
        _sizes, parameters,
        (
            Wrong(lambda n, d: 2 * n * d, "the biases are missing"),
            Wrong(lambda n, d: n * d + n + d, "one matrix is missing: W_y is not W_h transposed unless the weights are tied"),
            Wrong(lambda n, d: 2 * n * d + 2 * d, "b_y has n entries, one a component of ỹ"),
        ),
        "twice n·d, plus n + d",
    ),
    Exercise(
        "3.3", "is it a rotation?",
        "Write `is_rotation(W)` for a square matrix: `True` if it keeps all lengths and angles and does not mirror, else `False`.",
        ("Keeping all inner products means $W^T W = I$.", "A mirror also satisfies it; its determinant is −1."),
        _matrix, is_rotation,
        (
            Wrong(lambda W: abs(torch.linalg.det(W).item() - 1) < 1e-5, "determinant 1 keeps areas, not lengths: a shear passes this test"),
            Wrong(lambda W: torch.allclose(W.T @ W, torch.eye(len(W)), atol=1e-5), "a mirror keeps lengths too; a rotation also has a positive determinant"),
            Wrong(lambda W: torch.allclose(W.square().sum(dim=0), torch.ones(len(W)), atol=1e-5), "columns of length 1 are not enough: they must also be orthogonal"),
            Wrong(lambda W: abs((W[:, 0] @ W[:, 1]).item()) < 1e-5 and torch.linalg.det(W).item() > 0, "orthogonal columns are not enough: they must also have length 1"),
        ),
        "all singular values 1 and a positive determinant",
    ),
    Exercise(
        "3.4", "the number to report",
        "An epoch gave the mean energy of each mini-batch, `batch_means`, and the sizes `batch_sizes`; the last batch is smaller. "
        "Write `mean_energy(batch_means, batch_sizes)`: the mean energy of all samples, each counted once.",
        ("A mean times a size is a sum.", "Sum all samples, then divide by how many there are."),
        _batches, mean_energy,
        (
            Wrong(lambda batch_means, batch_sizes: batch_means[-1], "the loss of the last batch: a few samples, quoted for all"),
            Wrong(lambda batch_means, batch_sizes: sum(batch_means) / len(batch_means), "a mean of means: samples of the small last batch count for more"),
            Wrong(lambda batch_means, batch_sizes: sum(batch_means), "a sum of means: divide by the number of samples, after weighting each mean by its batch"),
        ),
        "each sample once; and report it on the test set",
    ),
    Exercise(
        "3.5", "one grey scale",
        "For display, write `to_grey(images)`: the same scale · value + offset for all of `images` (k, n), so that the smallest value "
        "of all becomes 0 and the largest of all becomes 1. A pale image then stays pale next to a dark one.",
        ("How many smallest and largest values should there be?",),
        _contrasts, to_grey,
        (
            Wrong(_autoscaled, "each image has a scale of its own: a loss of contrast, the commonest fault of a reconstruction, becomes invisible"),
            Wrong(lambda images: images.clamp(0, 1), "clipping is not scaling: the largest value of all should become 1"),
            Wrong(lambda images: images / images.max(), "the smallest value of all should become 0"),
        ),
        "one low and one high for all: differences of contrast stay visible",
    ),
)  # fmt: skip

QUESTIONS = (
    Question(
        "A linear autoencoder has reached the PCA optimum. Are the columns of W_y the principal components?",
        {
            "yes": "They span the same subspace; within it any invertible mix does as well, and training finds some mix.",
            "no, but they span the same subspace": "That is what the principal angles show: all near 0, with quite different columns.",
        },
        "no, but they span the same subspace",
    ),
    Question(
        "W_h is 30 × 784. Can it be a rotation?",
        {
            "yes": "A rotation keeps all lengths; a map from 784 to 30 dimensions sends some directions to 0.",
            "no": "It maps to another space; rotation · scaling · rotation is what the singular value decomposition gives.",
        },
        "no",
    ),
    Question(
        "Training energy falls, test energy rises. Which one do you report?",
        {
            "training": "It says how well the samples were memorised.",
            "test": "On samples that no step has seen, each counted once.",
            "the last batch's": "A few samples, quoted for all.",
        },
        "test",
    ),
)  # fmt: skip

"""Exercises of chapter 6: walks between codes, energy along a walk, detection, and the linear limit."""

import torch
from torch import Generator, Tensor

from aecourse.checking.engine import Exercise, Wrong
from aecourse.checking.quizzes import Question


def _curved(h: Tensor) -> Tensor:
    """A decoder that is not linear, so that walking in code space differs from fading what it draws."""
    return torch.cat([h.square(), h.sin()], dim=1)


def _two_codes(generator: Generator, k: int) -> tuple:
    h_0, h_1 = (torch.randn(1, 2 + k, generator=generator) for _ in range(2))
    t = torch.rand(5 + k, 1, generator=generator)
    return _curved, h_0, h_1, t


def _squash(y: Tensor) -> Tensor:
    """A model, y -> y_tilde, that is not the identity."""
    return 0.8 * y.tanh() + 0.1


def _walk(generator: Generator, k: int) -> tuple:
    return _squash, torch.randn(6 + k, 4, generator=generator)


def _two_samples(generator: Generator, k: int) -> tuple[Tensor, Tensor]:
    """Energies with ties between the two samples."""
    F_data = torch.randint(0, 6, (12 + k,), generator=generator).float()
    F_others = torch.randint(2, 9, (9 + k,), generator=generator).float()
    return F_data, F_others


def _spectrum(generator: Generator, k: int) -> tuple[Tensor, int]:
    variances = torch.rand(8 + k, generator=generator).add(0.05).sort(descending=True).values
    return variances, 3 + k


def code_walk(decode, h_0, h_1, t):
    return decode((1 - t) * h_0 + t * h_1)


def energy_along(model, samples):
    return (samples - model(samples)).square().sum(dim=1)


def area_under_roc(F_data, F_others):
    above = (F_others[:, None] > F_data).float().mean()
    ties = (F_others[:, None] == F_data).float().mean()
    return above + ties / 2


def best_linear_error(variances, d):
    return variances[d:].sum()


EXERCISES = (
    Exercise(
        "6.1", "walk in code space",
        "`decode` maps (k, d) to (k, n). For two codes `h_0` and `h_1`, both (1, d), and `t`, (k, 1), write `code_walk(decode, h_0, h_1, t)`: "
        "the images on the straight walk between the codes, from h_0 at t = 0 to h_1 at t = 1; (k, n).",
        ("First the point between the codes, then decode it.", "At t = 0 the weight of h_0 is 1."),
        _two_codes, code_walk,
        (
            Wrong(lambda decode, h_0, h_1, t: (1 - t) * decode(h_0) + t * decode(h_1), "that is the cross-fade: decode first, then mix. Mix the codes, then decode"),
            Wrong(lambda decode, h_0, h_1, t: decode(t * h_0 + (1 - t) * h_1), "walked backwards: at t = 0 you should be at h_0"),
            Wrong(lambda decode, h_0, h_1, t: (1 - t) * h_0 + t * h_1, "those are the codes on the way; decode them"),
            Wrong(lambda decode, h_0, h_1, t: decode(h_0 + t * h_1), "the weight of h_0 has to shrink as that of h_1 grows, or the walk does not end at h_1"),
        ),
        "mix in code space, decode after",
    ),
    Exercise(
        "6.2", "energy along a walk",
        "`model` maps (k, n) to its predictions, (k, n). For the images on a walk, `samples` (k, n), write `energy_along(model, samples)`: "
        "F of every image, (k,), with the squared error as the cost.",
        ("What does the model make of *this* image?", "`model(samples)` has one row an image, as `samples` has."),
        _walk, energy_along,
        (
            Wrong(lambda model, samples: (samples - model(samples)[0]).square().sum(dim=1), "every step was compared with the reconstruction of the first image (`model(samples)[0]` is one image): the curve rises for the wrong reason"),
            Wrong(lambda model, samples: (samples[0] - model(samples)).square().sum(dim=1), "`samples[0]` is the start of the walk: compare each image with its own reconstruction"),
            Wrong(lambda model, samples: (samples - samples[:1]).square().sum(dim=1), "that is the distance from the start; the model is not asked at all"),
            Wrong(lambda model, samples: (samples - model(samples)).square().mean(dim=1), "averaged over pixels: the lecture sums"),
            Wrong(lambda model, samples: (model(samples) - model(model(samples))).square().sum(dim=1), "that is F(ỹ), the energy of the reconstruction; asked is F(y)"),
        ),
        "each image against its own reconstruction",
    ),
    Exercise(
        "6.3", "the area under the ROC curve",
        "Given the energies of samples of the data, (m,), and of others, (m',), write `area_under_roc(F_data, F_others)`: the share of all pairs (one of each) "
        "in which the other has more energy; a tie counts half. One number.",
        ("`F_others[:, None] > F_data` compares every pair.", "Add half the share of equal pairs."),
        _two_samples, area_under_roc,
        (
            Wrong(lambda F_data, F_others: (F_others[:, None] > F_data).float().mean(), "ties are lost: a pair with equal energies counts half"),
            Wrong(lambda F_data, F_others: (F_others[:, None] >= F_data).float().mean(), "ties count in full: a pair with equal energies counts half, or a constant energy would be a perfect detector"),
            Wrong(lambda F_data, F_others: area_under_roc(F_others, F_data), "the wrong way round: others should have *more* energy"),
            Wrong(lambda F_data, F_others: (F_others > F_data.max()).float().mean(), "that is one point of the curve, the threshold at the highest data sample; the area takes all thresholds"),
            Wrong(lambda F_data, F_others: (F_others > F_data.mean()).float().mean(), "that is one threshold, the mean; the area takes all of them"),
        ),
        "a chance over pairs: no threshold to choose",
    ),
    Exercise(
        "6.4", "the linear limit",
        "`variances` (n,) are the variances of the data along its principal components, the largest first. Write `best_linear_error(variances, d)`: "
        "the mean squared error per sample, summed over components, of the best linear autoencoder with d codes.",
        ("PCA with d codes keeps the d largest components.", "What it does not keep is the error."),
        _spectrum, best_linear_error,
        (
            Wrong(lambda variances, d: variances[:d].sum(), "that is the variance which is kept; the error is the rest"),
            Wrong(lambda variances, d: variances[d:].mean(), "averaged over the lost components: the error of a sample is their sum"),
            Wrong(lambda variances, d: variances[d + 1 :].sum(), "one component too many is kept: indices start at 0"),
            Wrong(lambda variances, d: variances[d:].sum() / variances.sum(), "that is the unexplained share, not the error"),
            Wrong(lambda variances, d: variances[d:].sqrt().sum(), "standard deviations: squared errors add up as variances"),
            Wrong(lambda variances, d: variances[-d:].sum(), "those are the d smallest components; lost are all but the d largest"),
        ),
        "the variance that the code leaves out",
    ),
)  # fmt: skip

QUESTIONS = (
    Question(
        "A deep autoencoder with d = 8 has a lower error than PCA with d = 8. How can that be, if PCA is optimal?",
        {
            "PCA was badly computed": "PCA is exact.",
            "PCA is optimal among linear maps only": "A curved surface of eight coordinates can lie closer to the data than any flat one.",
            "the deep net cheats with more parameters": "Parameters are no cheat, as long as unseen samples are rebuilt better too.",
        },
        "PCA is optimal among linear maps only",
    ),
    Question(
        "Which image had the lowest energy under this chapter's model?",
        {
            "a typical digit": "It is low, but something easier exists.",
            "blank paper": "It was the easiest to reconstruct, and F measures nothing else.",
            "noise": "Noise does not fit through a narrow code: its energy is high.",
        },
        "blank paper",
    ),
    Question(
        "An autoencoder with one code has zero training error on 10,000 images. What has it found?",
        {
            "the one factor that explains digits": "Digits do not vary in one way only.",
            "a way to number the images": "One real number has room for ten thousand page numbers.",
        },
        "a way to number the images",
    ),
)  # fmt: skip

"""Exercises of chapter 6: walks between codes, energies along a walk and what hides their bug, detection, the linear limit."""

from functools import partial

import torch
from torch import Generator, Tensor

from aecourse import data
from aecourse.checking.differences import kind, plain, stacked
from aecourse.checking.engine import Exercise, Wrong
from aecourse.checking.predictions import Prediction
from aecourse.checking.quizzes import Question


def _curved(h: Tensor) -> Tensor:
    """A decoder that is not linear, so that walking in code space differs from fading what it draws."""
    return torch.cat([h.square(), h.sin()], dim=1)


def _two_codes(generator: Generator, k: int) -> tuple:
    h_0, h_1 = (torch.randn(1, 2 + k, generator=generator) for _ in range(2))
    t = torch.rand(5 + k, 1, generator=generator)
    return _curved, h_0, h_1, t


def _right(model, samples):
    return (samples - model(samples)).square().sum(dim=1)


_VERSIONS = {
    "compares every image with the reconstruction of the first, `model(samples)[0]`": (
        lambda model, samples: (samples - model(samples)[0]).square().sum(dim=1)
    ),
    "compares the first image with all the reconstructions": (
        lambda model, samples: (samples[0] - model(samples)).square().sum(dim=1)
    ),
    "averages over the pixels": lambda model, samples: (samples - model(samples)).square().mean(dim=1),
    "takes a root": lambda model, samples: (samples - model(samples)).norm(dim=1),
    "does not ask the model, but gives the distance from the first image": (
        lambda model, samples: (samples - samples[:1]).square().sum(dim=1)
    ),
    "gives the energy of the reconstruction, F(ỹ)": lambda model, samples: _right(model, model(samples)),
    "gives the last image's energy to all": lambda model, samples: _right(model, samples)[-1:].expand(len(samples)),
    "gives the energies in another order": lambda model, samples: _right(model, samples).flip(0),
    "adds the pixels up before squaring": lambda model, samples: (samples - model(samples)).sum(dim=1).square(),
}
_FIRST = next(iter(_VERSIONS.values()))  # the bug of exercises 6.2 and 6.5
_RIGHT_VERSIONS = (
    _right,
    lambda model, samples: torch.stack([_right(model, y[None])[0] for y in samples]),
    lambda model, samples: (samples.double() - model(samples).double()).pow(2).sum(dim=1).float() * (1 + 1e-6),
)


def _catches(has_bug, generator: Generator) -> str | None:
    """A test is judged by what it lets pass and by what it stops."""
    said = [plain(has_bug(version)) for version in (*_RIGHT_VERSIONS, *_VERSIONS.values())]
    for answer in said:
        if not (isinstance(answer, bool | int) and answer in (0, 1)):
            return f"return True or False; got {kind(answer)}"
    found = dict(zip(_VERSIONS, said[len(_RIGHT_VERSIONS) :], strict=True))
    for answer in said[: len(_RIGHT_VERSIONS)]:
        if answer:
            return "a right version is called wrong; do you compare with `torch.allclose`, since floats round?"
    missed = [what for what, answer in found.items() if not answer]
    if len(missed) == len(_VERSIONS):
        return "every wrong version passes your test: compare what it gives with what it should give"
    if missed:
        return f"a wrong version passes your test: one that {missed[0]}. On which samples, and with which model, does it differ?"
    return None


def _with(model, samples):
    """A test that looks at one model and these samples."""
    return lambda energy: not torch.allclose(energy(model, samples), _right(model, samples))


def _two_samples(generator: Generator, k: int) -> tuple[Tensor, Tensor]:
    """Energies with ties between the two samples; first, the ink of digits against that of clothes."""
    if k == 0:
        picked = torch.randint(1000, (60,), generator=generator)
        return data.digits("test")[picked].sum(dim=1).round(), data.garments()[picked].sum(dim=1).round()
    F_data = torch.randint(0, 6, (12 + k,), generator=generator).float()
    F_others = torch.randint(2, 9, (9 + k,), generator=generator).float()
    if k == 2:
        F_data[0] = 40.0  # takes the mean along, not the median
    return (F_others, F_data) if k == 4 else (F_data, F_others)  # once the data lie higher


def _spectrum(generator: Generator, k: int) -> tuple[Tensor, int]:
    """Variances, the largest first, and how many are kept; first, those of digits of 7 by 7 pixels."""
    if k == 0:
        images = torch.nn.functional.avg_pool2d(data.digits("test").view(-1, 1, 28, 28), 4).flatten(1)
        return torch.linalg.eigvalsh(images.T.cov()).flip(0).clamp(min=0), 10
    return torch.rand(8 + k, generator=generator).add(0.05).sort(descending=True).values, 3 + k


def _linear_models(generator: Generator) -> list[tuple[Tensor, Tensor]]:
    """(W_h, W_y) of narrow linear autoencoders; the first is PCA of digits of 7 by 7 pixels, some of them never inked."""
    images = torch.nn.functional.avg_pool2d(data.digits("test")[:500].view(-1, 1, 28, 28), 4).flatten(1)
    basis = torch.linalg.eigh(images.T.cov()).eigenvectors[:, -5:]
    return [(basis.T, basis), (torch.randn(3, 9, generator=generator), torch.randn(9, 3, generator=generator))]


def _linear(W_h: Tensor, W_y: Tensor, y: Tensor) -> Tensor:
    return y @ W_h.T @ W_y.T


def _exposed_and_hidden(two_batches, generator: Generator) -> str | None:
    """Batches are judged by what the bug does on them."""
    for W_h, W_y in _linear_models(generator):
        model = partial(_linear, W_h, W_y)
        given = two_batches(W_h, W_y)
        if not (isinstance(given, tuple | list) and len(given) == 2):
            return f"return two batches, `exposing, hiding`; got {kind(given)}"
        gaps = []
        for name, batch in zip(("exposing", "hiding"), given, strict=True):
            y = stacked(batch)
            if y is None:
                return f"{name}: expected samples, (k, {W_h.shape[1]}); got {kind(batch)}"
            y = y.float()
            if y.ndim != 2 or len(y) < 2 or y.shape[1] != W_h.shape[1]:
                return f"{name}: expected at least two samples of {W_h.shape[1]} numbers, got shape {tuple(y.shape)}"
            if not y.isfinite().all():
                return f"{name}: a number is not finite"
            if torch.pdist(y).min() < 0.1:
                return f"{name}: two of its samples are (almost) the same; let any two lie at least 0.1 apart"
            right, wrong = _right(model, y), _FIRST(model, y)
            gaps.append(((wrong - right).abs() / right.clamp(min=1e-3)).max().item())
        if gaps[0] < 0.01:
            return "the exposing batch hides the bug: the model answers all of its samples (almost) alike"
        if gaps[1] > 1e-3:
            return "the hiding batch exposes the bug: the model's answers to its samples differ. What may one add to y without a change of the code?"
    return None


def code_walk(decode, h_0, h_1, t):
    return decode((1 - t) * h_0 + t * h_1)


def has_bug(energy):
    def model(y):
        return 0.5 * y + 1.0

    samples = torch.tensor([[0.0, 1.0, 2.0], [3.0, 4.0, 6.0], [7.0, 5.0, 9.0]])
    expected = torch.stack([((y - model(y)) ** 2).sum() for y in samples])
    given = energy(model, samples)
    return given.shape != expected.shape or not torch.allclose(given, expected)


def area_under_roc(F_data, F_others):
    above = (F_others[:, None] > F_data).float().mean()
    ties = (F_others[:, None] == F_data).float().mean()
    return above + ties / 2


def best_linear_error(variances, d):
    return variances[d:].sum()


def two_batches(W_h, W_y):
    d = len(W_h)
    unseen = torch.linalg.svd(W_h).Vh[d:]  # (n - d, n): directions that the encoder does not read
    hiding = torch.stack([unseen[0], unseen[1], -unseen[0]])
    exposing = torch.stack([W_h[0], 2 * W_h[0], -W_h[0]])
    return exposing, hiding


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
            Wrong(lambda decode, h_0, h_1, t: decode((h_0 + h_1) / 2).expand(len(t), -1), "that is the point halfway, k times: t says how far the walk has gone"),
            Wrong(lambda decode, h_0, h_1, t: decode(h_0 + t * h_1), "the weight of h_0 has to shrink as that of h_1 grows, or the walk does not end at h_1"),
        ),
        "mix in code space, decode after",
    ),
    Exercise(
        "6.2", "a test that catches the bug",
        "A function `energy(model, samples)` should give F of every image on a walk, (k,): the squared error between each image of `samples` (k, n) and what `model` makes of it, summed over pixels. "
        "One bug compares every image with the reconstruction of the *first*, and there are others. Write the test: `has_bug(energy)` calls it on samples and with a model of your own choice (a function from (k, n) to (k, n) that treats every image by itself), "
        "and returns `True` if what comes back is not what it should be, else `False`. The check gives you right versions and wrong ones.",
        (
            "With a single image, or a model that answers all images alike, the first bug cannot be seen.",
            "Take three images of three pixels, a model such as y ↦ ½ y + 1, and work out what F should be in a way that cannot have the bug: image by image.",
            "Compare with `torch.allclose`: floats round, and a right version may add in another order.",
        ),
        None, has_bug,
        (
            Wrong(lambda energy: False, "every wrong version passes your test"),
            Wrong(lambda energy: "wrong", "return True or False"),
            Wrong(lambda energy: True, "a right version is called wrong"),
            Wrong(_with(lambda y: 0.5 * y + 1, torch.tensor([[1.0, 2.0, 5.0]])), "a wrong version passes your test: one that compares every image with the reconstruction of the first"),
            Wrong(_with(lambda y: 0.5 * y + 1, torch.tensor([[1.0], [2.0], [5.0]])), "a wrong version passes your test: one that averages over the pixels"),
        ),
        "a test is as good as the mistakes that it can see",
        judge=_catches,
    ),
    Exercise(
        "6.3", "the area under the ROC curve",
        "Given the energies of samples of the data, (m,), and of others, (m',), write `area_under_roc(F_data, F_others)`: the share of all pairs (one of each) "
        "in which the other has more energy; a tie counts half. One number.",
        ("How many pairs are there, and how can all be compared at once?", "`F_others[:, None] > F_data` compares every pair.", "Add half the share of equal pairs."),
        _two_samples, area_under_roc,
        (
            Wrong(lambda F_data, F_others: (F_others[:, None] > F_data).float().mean(), "ties are lost: a pair with equal energies counts half"),
            Wrong(lambda F_data, F_others: (F_others[:, None] >= F_data).float().mean(), "ties count in full: a pair with equal energies counts half, or a constant energy would be a perfect detector"),
            Wrong(lambda F_data, F_others: area_under_roc(F_others, F_data), "the wrong way round: others should have *more* energy"),
            Wrong(lambda F_data, F_others: (F_others > F_data.max()).float().mean(), "that is one point of the curve, the threshold at the highest data sample; the area takes all thresholds"),
            Wrong(lambda F_data, F_others: (F_others > F_data.median()).float().mean(), "that is one threshold, the median; the area takes all of them"),
            Wrong(lambda F_data, F_others: (F_others[:, None] > F_data).float().sum(), "a count of pairs; a share divides by how many pairs there are, and a tie counts half"),
            Wrong(lambda F_data, F_others: (F_others.mean() > F_data.mean()).float(), "that compares two means; the area looks at every pair"),
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
    Exercise(
        "6.5", "samples that show a bug, and samples that hide it",
        "The bug of 6.2 again: `energy` compares every sample with the reconstruction of the *first*, `model(samples)[0]`. The model is linear and narrow, ỹ = W_y W_h y, with `W_h` (d, n) and `W_y` (n, d), d < n − 1. "
        "Write `two_batches(W_h, W_y)`: return `exposing, hiding`, two batches (k, n) of at least two samples each, any two of a batch at least 0.1 apart. "
        "On `exposing` the bug must change an energy (by a per cent or more), on `hiding` no energy at all.",
        (
            "When does it not matter which sample's reconstruction is used?",
            "All samples of `hiding` need the same code: they may differ by vectors v with W_h v = 0.",
            "The last n − d rows of `torch.linalg.svd(W_h).Vh` are such vectors. For `exposing` take samples that the encoder does read, for example along a row of W_h.",
        ),
        None, two_batches,
        (
            Wrong(lambda W_h, W_y: (torch.eye(W_h.shape[1]), torch.eye(W_h.shape[1])), "the hiding batch exposes the bug"),
            Wrong(lambda W_h, W_y: (W_h[:2], torch.zeros(3, W_h.shape[1])), "hiding: two of its samples are (almost) the same"),
            Wrong(lambda W_h, W_y: (W_h[:2], W_h[:1]), "hiding: expected at least two samples"),
            Wrong(lambda W_h, W_y: (torch.eye(W_h.shape[1])[:2], two_batches(W_h, W_y)[1]), "the exposing batch hides the bug"),
            Wrong(lambda W_h, W_y: two_batches(W_h, W_y)[0], "return two batches"),
        ),
        "what the encoder does not read, no test through it can see",
        judge=_exposed_and_hidden,
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

PREDICTIONS = (
    Prediction(
        "6.1", "At d = 64 PCA leaves 7.1 squared units per unseen digit. What share of that does the deep network leave? (1: as much as PCA.)",
        low=0, high=1.5, unit="times PCA's error",
        why="The advantage of a curved surface does not end at wide codes. A training that stops early can hide it: after five passes the same network is behind PCA at d = 64.",
    ),
    Prediction(
        "6.4", "Halfway between two digits, decoded from the mean of their codes: where does the energy of that image lie?",
        options={
            "above that of most real digits": "It is no digit that anybody wrote, so one might think so. But it comes from this very decoder, and the model rebuilds its own images well.",
            "about that of real digits": "It looks like one, often. But it comes from this very decoder, and is rebuilt far better than a digit from elsewhere.",
            "below that of most real digits": "Home advantage: the image comes from this decoder and goes straight back in. A low F is then no sign of a good digit.",
        },
        right="below that of most real digits",
    ),
    Prediction(
        "6.6", "Can a model with a single code, d = 1, have exactly zero energy on all 10,000 training digits?",
        options={
            "no, one number cannot hold 784": "It need not hold 784. It has to tell 10,000 images apart, and one real number does that easily.",
            "yes": "A page number is enough, if the decoder is a book.",
        },
        right="yes",
    ),
    Prediction(
        "6.7", "Judged on a group of writers that a network never saw: how much larger is its error than if it had been trained on that group?",
        low=0, high=100, unit="%",
        why="A 7 is not a 7, whoever wrote it: the other group's digits differ, for PCA as well as for networks.",
    ),
)  # fmt: skip

"""Exercises of chapter 4: both costs, the floor, logits, conventions, where costs disagree, and what they ask for."""

import math

import torch
from torch import Generator, Tensor
from torch.nn.functional import binary_cross_entropy, logsigmoid, softplus

from aecourse import data, energies
from aecourse.checking.differences import kind, stacked
from aecourse.checking.engine import Exercise, Wrong
from aecourse.checking.predictions import Prediction
from aecourse.checking.quizzes import Question


def _digits(count: int, generator: Generator) -> Tensor:
    """Digits of the course, (count, 784): most pixels are exactly 0."""
    return data.digits("test")[torch.randint(2000, (count,), generator=generator)]


def _images(generator: Generator, k: int) -> tuple[Tensor, Tensor]:
    """Pairs of images (batch, height, width); the first pairs are digits."""
    if k == 0:
        y, y_tilde = _digits(3, generator), _digits(3, generator)
        return y.view(3, 28, 28), y_tilde.view(3, 28, 28)
    return torch.randn(3 + k, 5, 4, generator=generator), torch.randn(3 + k, 5, 4, generator=generator)


def _probabilities(generator: Generator, k: int) -> tuple[Tensor, Tensor]:
    """Targets in [0, 1] and predictions strictly between; the first targets are digits."""
    y = _digits(3, generator) if k == 0 else torch.rand(3 + k, 5, generator=generator)
    if k:
        y[0, 0], y[1, 1] = 0.0, 1.0
    return y, 0.05 + 0.9 * torch.rand(y.shape, generator=generator)


def _logits(generator: Generator, k: int) -> tuple[Tensor, Tensor]:
    """Grey targets, and two logits far beyond where a sigmoid is 0 or 1 in floating point."""
    y = _digits(3, generator) if k == 0 else torch.rand(3 + k, 5, generator=generator)
    logits = 3 * torch.randn(y.shape, generator=generator)
    logits[0, 0], y[0, 0] = 200.0, 0.0
    logits[1, 1], y[1, 1] = -200.0, 1.0
    return y, logits


def _measured(generator: Generator, k: int) -> tuple[float, int]:
    return 0.02 + 0.1 * torch.rand(1, generator=generator).item(), (784, 1023, 3072, 100, 401)[k]


def _papers(generator: Generator) -> tuple[list[dict], dict[str, float]]:
    """Four papers on the same images, one of which cannot be ranked; and the squared errors per image of the others."""
    low = 4 + 4 * torch.rand(1, generator=generator).item()
    errors = [low, low * 1.4, low * 2.6]
    pixels, whole, wide = ("images and pixels", (0, 1)), ("nothing", (0, 1)), ("images", (-1, 1))
    bare, first_wide, whole_last = torch.randint(2, (3,), generator=generator).tolist()
    conventions = [pixels, whole] if whole_last else [whole, pixels]
    conventions.insert(1 - first_wide, wide)  # never the worst: taken as it is, it would still come last
    images = int(torch.randint(1000, 9000, (1,), generator=generator))
    scales = {pixels: 1 / 784, whole: images, wide: 4}
    papers, true = [], dict(zip("ABC", errors, strict=True))
    for convention, (name, error) in zip(conventions, true.items(), strict=True):
        paper = {"name": name, "cost": "squared error", "error": error * scales[convention]}
        averaged, limits = convention
        papers.append(paper | {"averaged": averaged, "range": limits, "n": 784, "images": images})
    odd = {"cost": "cross-entropy", "averaged": "images"} if bare else {"cost": "squared error", "averaged": "not said"}
    papers.append({"name": "D", "error": low * 1.6, "range": (0, 1), "n": 784, "images": images} | odd)
    order = torch.randperm(4, generator=generator).tolist()
    letters = dict(zip((papers[k]["name"] for k in order), "ABCD", strict=True))
    papers = [papers[k] | {"name": letters[papers[k]["name"]]} for k in order]
    return papers, {letters[name]: error for name, error in true.items()}


def _by(papers: list[dict], *, shrink: float = 4, over_pixels: bool = True, over_images: bool = True) -> list[str]:
    """The papers that can be ranked, in order, by some conversion of their numbers."""

    def value(paper):
        whole, per_pixel = paper["averaged"] == "nothing", paper["averaged"] == "images and pixels"
        scale = (1 / paper["images"] if whole and over_images else 1) * (paper["n"] if per_pixel and over_pixels else 1)
        return paper["error"] * scale / (shrink if paper["range"] == (-1, 1) else 1)

    can = [p for p in papers if p["cost"] == "squared error" and p["averaged"] != "not said"]
    return [paper["name"] for paper in sorted(can, key=value)]


MISTAKES = (
    (lambda papers: _by(papers)[::-1], "the worst comes first; asked is the least error first"),
    (
        lambda papers: _by(papers, shrink=1, over_pixels=False, over_images=False),
        "that is the order of the numbers as they are printed, each in a convention of its own",
    ),
    (
        lambda papers: _by(papers, shrink=1),
        "pixels in [−1, 1] were taken as they are: that scale is twice as wide, and errors are squares",
    ),
    (
        lambda papers: _by(papers, shrink=2),
        "on the wider scale differences double, so squared errors are four times as large, not twice",
    ),
    (
        lambda papers: _by(papers, over_images=False),
        "a sum over all images is not yet divided by how many there are",
    ),
    (lambda papers: _by(papers, over_pixels=False), "a mean over pixels is not yet multiplied by how many there are"),
)


def _ranks(ranked, generator: Generator) -> str | None:
    asked = [_papers(generator) for _ in range(12)]
    answers = []
    for papers, true in asked:
        given = ranked([dict(paper) for paper in papers])
        if not isinstance(given, list | tuple) or not all(isinstance(name, str) for name in given):
            return f"a list of names is asked for, such as ['B', 'A', 'D'], got {kind(given)}"
        answers.append(list(given))
        (odd,) = (paper for paper in papers if paper["name"] not in true)
        if odd["name"] in given and odd["cost"] == "cross-entropy":
            return "a cross-entropy, in nats, is no squared error: no factor turns the one into the other"
        if odd["name"] in given:
            return "a paper that does not say over what it averaged is in the list: nobody can translate its number"
        if sorted(given) != sorted(true):
            return (
                f"three of the four papers can be ranked, {', '.join(sorted(true))} here, each once; got {list(given)}"
            )
    if all(names == _by(papers) for names, (papers, _) in zip(answers, asked, strict=True)):
        return None
    for mistake, message in MISTAKES:
        if all(names == mistake(papers) for names, (papers, _) in zip(answers, asked, strict=True)):
            return message
    names, true = next((a, true) for a, (papers, true) in zip(answers, asked, strict=True) if a != _by(papers))
    said = ", ".join(f"{name} {true[name]:.2f}" for name in sorted(true, key=true.__getitem__))
    return f"per image and with pixels in [0, 1] the errors are {said}; your order was {names}"


def _disagree(disagreement, generator: Generator) -> str | None:
    given = disagreement()
    if not isinstance(given, list | tuple) or len(given) != 3:
        return f"three tensors (n,) are asked for: y and two predictions of it; got {kind(given)}"
    three = [each for each in map(stacked, given) if each is not None]
    if len(three) != 3 or three[0].ndim != 1 or len({each.shape for each in three}) != 1:
        return f"y and both predictions have to be of one shape (n,); got {kind(given)}"
    y, first, second = (each.double() for each in three)
    if not ((y >= 0) & (y <= 1)).all():
        return "y has to lie in [0, 1], or cross-entropy means nothing"
    if not all(((each > 0) & (each < 1)).all() for each in (first, second)):
        return "predictions have to lie strictly between 0 and 1: no infinity is needed"
    squares = [energies.squared_error(y[None], each[None]).item() for each in (first, second)]
    nats = [energies.binary_cross_entropy(y[None], each[None]).item() for each in (first, second)]
    if 2 * squares[0] <= squares[1] and nats[0] >= 2 * nats[1]:
        return None
    costs = f"{squares[0]:.3g} and {squares[1]:.3g} squared units, {nats[0]:.3g} and {nats[1]:.3g} nats"
    if 2 * squares[1] <= squares[0] and nats[1] >= 2 * nats[0]:
        return f"the right idea in the wrong order, squared error has to prefer the first prediction: {costs}"
    if squares[0] < squares[1] and nats[0] > nats[1]:
        return f"the costs disagree, by less than a factor of two: {costs}"
    return f"the costs do not disagree in this way: {costs}"


def _cubic(y: Tensor, y_tilde: Tensor) -> Tensor:
    return (y - y_tilde).abs().pow(3).sum(dim=1)


def _absolute(y: Tensor, y_tilde: Tensor) -> Tensor:
    return (y - y_tilde).abs().sum(dim=1)


def _finds_the_best_answer(best_answer, generator: Generator) -> str | None:
    """Small digits of one kind, and four costs: is the mean cost of the answer within three per cent of the least?"""
    Y, labels = data.digits("train", labels=True)
    Y = Y[labels == int(torch.randint(10, (1,), generator=generator))][:300]
    Y = torch.nn.functional.avg_pool2d(Y.view(-1, 1, 28, 28), 4).flatten(1).clamp(0, 1)
    for name, C in (
        ("squared error", energies.squared_error), ("cross-entropy", energies.binary_cross_entropy),
        ("absolute error", _absolute), ("cubed error", _cubic),
    ):  # fmt: skip
        given = best_answer(C, Y.clone())
        y_tilde = stacked(given)
        if y_tilde is None or y_tilde.shape != Y[0].shape:
            return f"one image is asked for, ({Y.shape[1]},) here, got {kind(given)}"
        if not ((y_tilde >= 0) & (y_tilde <= 1)).all():
            return "some pixels of your answer leave [0, 1]"
        least = C(Y.double(), _least(name, Y.double()).expand(Y.shape)).mean().item()
        found = C(Y.double(), y_tilde.double().expand(Y.shape)).mean().item()
        if found <= 1.03 * least:
            continue
        costs = f"its mean cost is {found:.3f}, and {least:.3f} is possible"
        if name not in ("squared error", "cross-entropy") and torch.allclose(
            y_tilde.double(), Y.double().mean(dim=0), atol=0.01
        ):
            return f"the mean is best for squared error and cross-entropy; this C was the {name}: {costs}"
        if name != "absolute error" and torch.allclose(y_tilde.double(), Y.double().median(dim=0).values, atol=0.01):
            return f"the median is best for the absolute error; this C was the {name}: {costs}"
        if found <= 1.1 * least:
            return f"for C the {name}, close to the best answer, and not within three per cent: {costs}"
        return f"for C the {name}, your answer is not the best: {costs}"
    return None


def _least(name: str, Y: Tensor) -> Tensor:
    """The best answer (n,), in closed form where there is one."""
    if name == "absolute error":
        return Y.median(dim=0).values
    return _descended(_cubic, Y, 400) if name == "cubed error" else Y.mean(dim=0)


def _descended(C, Y: Tensor, steps: int) -> Tensor:
    logits = torch.zeros_like(Y[0]).requires_grad_()
    optimiser = torch.optim.Adam([logits], lr=0.2)
    for _ in range(steps):
        optimiser.zero_grad()
        C(Y, torch.sigmoid(logits).expand(Y.shape)).mean().backward()
        optimiser.step()
    return torch.sigmoid(logits.detach())


def squared_error(y, y_tilde):
    return (y - y_tilde).square().sum(dim=(1, 2))


def bits(y, y_tilde):
    return -(y * y_tilde.log2() + (1 - y) * (1 - y_tilde).log2()).sum(dim=1)


def excess(y, y_tilde):
    floor = -(torch.xlogy(y, y) + torch.xlogy(1 - y, 1 - y)).sum(dim=1)
    cost = -(y * y_tilde.log() + (1 - y) * (1 - y_tilde).log()).sum(dim=1)
    return cost - floor


def cost_of_logits(y, logits):
    return -(y * logsigmoid(logits) + (1 - y) * logsigmoid(-logits)).sum(dim=1)


def to_course(per_pixel, n):
    return per_pixel * n / 4


def ranked(papers):
    def per_image(paper):
        error = paper["error"]
        if paper["averaged"] == "images and pixels":
            error = error * paper["n"]
        if paper["averaged"] == "nothing":
            error = error / paper["images"]
        return error / 4 if paper["range"] == (-1, 1) else error

    comparable = [p for p in papers if p["cost"] == "squared error" and p["averaged"] != "not said"]
    return [paper["name"] for paper in sorted(comparable, key=per_image)]


def disagreement():
    y = torch.ones(16)
    sure = torch.full((16,), 0.999)  # right nearly everywhere, and once sure and wrong
    sure[0] = 1e-12
    return y, sure, torch.full((16,), 0.5)


def best_answer(C, Y):
    logits = torch.zeros(Y.shape[1], requires_grad=True)
    optimiser = torch.optim.Adam([logits], lr=0.2)
    for _ in range(300):
        optimiser.zero_grad()
        C(Y, torch.sigmoid(logits).expand(Y.shape)).mean().backward()
        optimiser.step()
    return torch.sigmoid(logits.detach())


def _nats(y, y_tilde):
    return bits(y, y_tilde) * math.log(2)


def _entropy(y):
    return binary_cross_entropy(y, y, reduction="none").sum(dim=1)


def _plain_logs(y, y_tilde):
    return _nats(y, y_tilde) + (y * y.log() + (1 - y) * (1 - y).log()).sum(dim=1)


EXERCISES = (
    Exercise(
        "4.1", "squared error of images",
        "Here images keep their shape: y and ỹ are (batch, height, width). Write `squared_error(y, y_tilde)` for "
        "$C(y, \\tilde y) = \\lVert y - \\tilde y\\rVert^2$, one number per image, (batch,).",
        ("What are the components of an image here?", "`sum` takes several dimensions at once, or flatten each image first: `.flatten(1)`."),
        _images, squared_error,
        (
            Wrong(lambda y, y_tilde: (y - y_tilde).square().mean(dim=(1, 2)), "averaged over pixels: the lecture sums"),
            Wrong(lambda y, y_tilde: (y - y_tilde).square().mean(), "averaged over everything, as many libraries do by default: one number per image is asked for"),
            Wrong(lambda y, y_tilde: (y - y_tilde).square().sum(), "summed over the batch as well: the images must stay apart"),
            Wrong(lambda y, y_tilde: (y - y_tilde).square().sum(dim=1), "summed over the height only: there is one number a column left; sum over the width as well"),
            Wrong(lambda y, y_tilde: (y - y_tilde).flatten(1).norm(dim=1), "a root too many: that is the distance"),
            Wrong(lambda y, y_tilde: squared_error(y, y_tilde) / 2, "half of it: the ½ is a habit from derivatives and is not in the definition"),
            Wrong(lambda y, y_tilde: (y - y_tilde).abs().sum(dim=(1, 2)), "absolute differences: the lecture squares them"),
            Wrong(lambda y, y_tilde: (y - y_tilde).sum(dim=(1, 2)).square(), "summed before squaring: errors of opposite sign cancel"),
        ),
        "summed over all pixels of an image, one number per image",
    ),
    Exercise(
        "4.2", "binary cross-entropy in bits",
        "Write `bits(y, y_tilde)` for $-\\sum_i\\,[\\,y_i \\log_2\\tilde y_i + (1-y_i)\\log_2(1-\\tilde y_i)\\,]$, the cross-entropy with logarithms to the base 2; "
        "both (batch, n), y in [0, 1], ỹ strictly between 0 and 1, the result (batch,).",
        ("Two terms a component: one for ink, one for paper.", "How many nats is a bit? Libraries compute in nats."),
        _probabilities, bits,
        (
            Wrong(lambda y, y_tilde: -(y * y_tilde.log2()).sum(dim=1), "the paper is missing: a prediction that is all ink would cost nothing"),
            Wrong(lambda y, y_tilde: bits(y, y_tilde) / y.shape[1], "averaged over pixels: the lecture sums"),
            Wrong(lambda y, y_tilde: -(y_tilde * y.clamp(1e-7, 1 - 1e-7).log2() + (1 - y_tilde) * (1 - y.clamp(1e-7, 1 - 1e-7)).log2()).sum(dim=1), "target and prediction are swapped: the logarithm belongs to the prediction"),
            Wrong(lambda y, y_tilde: -(y_tilde * y.log2() + (1 - y_tilde) * (1 - y).log2()).sum(dim=1), "target and prediction are swapped: the logarithm belongs to the prediction, and that of a target of 0 is infinite"),
            Wrong(_nats, "in nats, with the natural logarithm: a bit is log 2 ≈ 0.693 nats"),
            Wrong(lambda y, y_tilde: _nats(y, y_tilde) * math.log(2), "multiplied by log 2: a number of nats is 1 / log 2 ≈ 1.44 times as large in bits"),
            Wrong(lambda y, y_tilde: -bits(y, y_tilde), "the sign is missing: a cost is not negative here"),
        ),
        "both terms, summed; a coin that is predicted as one half costs just one bit",
    ),
    Exercise(
        "4.3", "above the floor",
        "Write `excess(y, y_tilde)`: how much binary cross-entropy, in nats, lies above the lowest value that any prediction of y can reach; "
        "both (batch, n), ỹ strictly between 0 and 1, y anywhere from 0 to 1, both ends included, as in digits; the result (batch,).",
        ("Which ỹ is cheapest, and what does it cost?", "The floor is the cross-entropy of y with itself.", "0 · log 0 counts as 0: see `torch.xlogy` or `torch.special.entr`."),
        _probabilities, excess,
        (
            Wrong(_nats, "that is the cost itself; its floor, the entropy of y, is not subtracted"),
            Wrong(lambda y, y_tilde: _entropy(y), "that is the floor; subtract it from the cost"),
            Wrong(lambda y, y_tilde: _nats(y, y_tilde) - _nats(y_tilde, y_tilde), "the entropy of the prediction is no floor: it is the entropy of y that cannot be undercut"),
            Wrong(lambda y, y_tilde: -excess(y, y_tilde), "the sign is reversed: the excess is not negative"),
            Wrong(_plain_logs, "0 · log 0 came out as NaN: most pixels of a digit are exactly 0, and there the term is 0 (`torch.xlogy`)"),
            Wrong(lambda y, y_tilde: _nats(y, y_tilde) - (torch.special.entr(y)).sum(dim=1), "half of the floor is missing: the paper, 1 − y, has a term too"),
            Wrong(lambda y, y_tilde: excess(y, y_tilde) / math.log(2), "in bits: with the natural logarithm it is in nats"),
        ),
        "this excess is the Kullback–Leibler divergence of two coins, and it is 0 exactly at ỹ = y",
    ),
    Exercise(
        "4.4", "from logits",
        "Write `cost_of_logits(y, logits)`: binary cross-entropy of $\\tilde y = \\mathrm{sigmoid}(a)$ with the logits a, in nats, for y in [0, 1], finite also for logits of ±200; both (batch, n), the result (batch,).",
        (
            "In 32-bit floats sigmoid(200) is exactly 1, so log(1 − sigmoid(200)) is −∞. Do not form ỹ.",
            "$-\\log\\,\\mathrm{sigmoid}(a) = \\log(1 + e^{-a})$: see `softplus` or `logsigmoid` in `torch.nn.functional`.",
        ),
        _logits, cost_of_logits,
        (
            Wrong(lambda y, logits: _nats(y, torch.sigmoid(logits)), "sigmoid first, logarithm after: at large logits 0 · log 0 gives NaN or infinity"),
            Wrong(lambda y, logits: _nats(y, torch.sigmoid(logits).clamp(1e-7, 1 - 1e-7)), "clamping hides the infinity, and with it the true cost and its slope: a logit of −200 on ink costs 200 nats, not 16"),
            Wrong(lambda y, logits: binary_cross_entropy(torch.sigmoid(logits), y, reduction="none").sum(dim=1), "the library's own guard cuts each logarithm at −100: a logit of −200 on ink costs 200 nats; form no ỹ"),
            Wrong(lambda y, logits: (torch.log(1 + logits.exp()) - y * logits).sum(dim=1), "infinite at a logit of 200: exp(200) is no 32-bit float; `softplus` computes log(1 + exp(a)) without either"),
            Wrong(lambda y, logits: softplus((1 - 2 * y) * logits).sum(dim=1), "right for y of 0 or 1 only: a grey pixel needs both terms"),
            Wrong(lambda y, logits: cost_of_logits(y, -logits), "the sign of the logits is reversed: a large logit means ink"),
            Wrong(lambda y, logits: cost_of_logits(y, logits) / y.shape[1], "averaged over pixels: the lecture sums"),
            Wrong(lambda y, logits: softplus(logits).sum(dim=1), "the term − y · a is missing: with ink, y = 1, a large logit should cost nothing"),
        ),
        "no ỹ is ever formed, so nothing overflows",
        tolerance=1e-5,
    ),
    Exercise(
        "4.5", "translate a number",
        "A paper scales pixels to [−1, 1] and reports a squared error `per_pixel`, averaged over the n pixels. "
        "Write `to_course(per_pixel, n)`: the same error in this course's convention, summed over an image with pixels in [0, 1].",
        ("From [−1, 1] to [0, 1] every difference halves. And its square?", "A mean over n pixels times n is a sum."),
        _measured, to_course,
        (
            Wrong(lambda per_pixel, n: per_pixel * n / 2, "differences halve, so squares fall to a quarter"),
            Wrong(lambda per_pixel, n: per_pixel * n * 4, "the wrong way: [0, 1] is the narrower scale, errors are smaller there"),
            Wrong(lambda per_pixel, n: per_pixel / 4, "still per pixel: the course sums over the n pixels"),
            Wrong(lambda per_pixel, n: per_pixel * n, "the scale is forgotten: [−1, 1] is twice as wide as [0, 1]"),
            Wrong(lambda per_pixel, n: per_pixel * (n // 4), "`//` drops the remainder: n is not always a multiple of 4"),
            Wrong(lambda per_pixel, n: per_pixel / n / 4, "divided by n: a mean over n pixels *times* n is the sum"),
            Wrong(lambda per_pixel, n: (per_pixel + 1) / 2 * n, "an error is a difference: shifting the scale does not move it, only its width counts"),
        ),
        "times n, divided by 4",
    ),
    Exercise(
        "4.6", "rank what papers report",
        "Four papers rebuild the same images. Each of `papers` is a dictionary with `name`, `cost` (\"squared error\" or \"cross-entropy\"), `error` (its number), "
        "`averaged` (over \"images and pixels\", \"images\", \"nothing\", or \"not said\"), `range` of the pixels ((0, 1) or (-1, 1)), `n` pixels per image and the number of `images`. "
        "Write `ranked(papers)`: the names, least squared error first. **One of the four cannot be ranked**: leave it out.",
        (
            "Translate every number into one convention, say this course's. Which of the four numbers is not a squared error at all, or cannot be translated?",
            "Averaged over nothing, it is a sum over all images and pixels. In [−1, 1] every difference is doubled.",
            "`sorted(comparable, key=per_image)`, with a function `per_image(paper)` of your own.",
        ),
        None, ranked,
        (
            Wrong(lambda papers: [p["name"] for p in papers if p["averaged"] != "not said"], "a cross-entropy, in nats, is no squared error"),
            Wrong(lambda papers: [p["name"] for p in papers if p["cost"] == "squared error"], "a paper that does not say over what it averaged"),
            Wrong(lambda papers: ranked(papers)[::-1], "the worst comes first"),
            Wrong(lambda papers: _by(papers, shrink=1, over_pixels=False, over_images=False), "that is the order of the numbers as they are printed"),
            Wrong(lambda papers: _by(papers, over_images=False), "a sum over all images is not yet divided"),
            Wrong(lambda papers: _by(papers, over_pixels=False), "a mean over pixels is not yet multiplied"),
            Wrong(lambda papers: _by(papers, shrink=1), "pixels in [−1, 1] were taken as they are"),
            Wrong(lambda papers: _by(papers, shrink=2), "on the wider scale differences double"),
            Wrong(lambda papers: ranked(papers)[:1], "three of the four papers can be ranked"),
            Wrong(lambda papers: [p for p in papers if p["name"] in ranked(papers)], "a list of names is asked for"),
        ),
        "the numbers as printed say nothing; the conventions do",
        judge=_ranks,
    ),
    Exercise(
        "4.7", "where the costs disagree",
        "Write `disagreement()`: it returns three tensors (n,), n as you like: y in [0, 1], and two predictions of it, strictly between 0 and 1. By squared error the first prediction is at least twice as good "
        "as the second, and by cross-entropy at least twice as bad. (To choose a cost is to choose between such predictions.)",
        (
            "What can a single pixel cost at most, by the one and by the other?",
            "One sure mistake among pixels that are right, against no mistake and no courage.",
            "y all ink; one prediction with 0.999 everywhere but for one pixel of 1e-12, the other with 0.5 everywhere. For which n is the factor two on both sides?",
        ),
        None, disagreement,
        (
            Wrong(lambda: (torch.ones(16), torch.full((16,), 0.5), disagreement()[1]), "the right idea in the wrong order"),
            Wrong(lambda: (torch.ones(4), torch.tensor([0.01, 0.999, 0.999, 0.999]), torch.full((4,), 0.4)), "the costs disagree, by less than a factor of two"),
            Wrong(lambda: (torch.ones(3), torch.full((3,), 0.9), torch.full((3,), 0.5)), "the costs do not disagree in this way"),
            Wrong(lambda: (torch.ones(3), torch.zeros(3), torch.full((3,), 0.5)), "predictions have to lie strictly between 0 and 1"),
            Wrong(lambda: (2 * torch.ones(3), torch.full((3,), 0.9), torch.full((3,), 0.5)), "y has to lie in"),
            Wrong(lambda: (torch.ones(3), torch.full((2,), 0.9), torch.full((3,), 0.5)), "y and both predictions have to be of one shape"),
            Wrong(lambda: torch.ones(16), "three tensors"),
        ),
        "who must not be sure and wrong chooses cross-entropy; who can live with one bad pixel, squared error",
        judge=_disagree,
    ),
    Exercise(
        "4.8", "what a cost asks for",
        "A model cannot tell the images `Y` (m, n) apart, their pixels in [0, 1], and has to answer one image for all. `C(y, y_tilde)` gives the cost of each, (m,), both (m, n), and can be differentiated; which cost it is you are not told. "
        "Write `best_answer(C, Y)`: the ỹ in [0, 1], (n,), whose mean cost is within three per cent of the least. Four different costs will be tried.",
        (
            "For squared error and cross-entropy you know the answer. What if C is another?",
            "What did 4.6 do to find the ten images? It never used which cost it was.",
            "Start from logits of 0, and let Adam follow the slope of `C(Y, torch.sigmoid(logits).expand(Y.shape)).mean()`.",
        ),
        None, best_answer,
        (
            Wrong(lambda C, Y: Y.mean(dim=0), "the mean is best for squared error and cross-entropy; this C was the"),
            Wrong(lambda C, Y: Y.median(dim=0).values, "the median is best for the absolute error; this C was the"),
            Wrong(lambda C, Y: Y[0], "for C the squared error, your answer is not the best"),
            Wrong(lambda C, Y: torch.full((Y.shape[1],), 2.0), "some pixels of your answer leave"),
            Wrong(lambda C, Y: best_answer(C, Y).expand(Y.shape), "one image is asked for"),
        ),
        "the mean for squares and nats, the median for absolute values, something between the extremes for cubes: a cost is a question",
        judge=_finds_the_best_answer,
        seconds=20,
    ),
)  # fmt: skip

QUESTIONS = (
    Question(
        "A model's cross-entropy on grey digits is 70 nats per image. Is it a bad model?",
        {
            "yes, 0 is perfect": "For targets between 0 and 1 the floor is the entropy of y, well above 0.",
            "cannot say without the floor": "Only the excess over the entropy of the targets speaks about the model.",
        },
        "cannot say without the floor",
    ),
    Question(
        "The same error, once with pixels in [0, 1] and once in [−1, 1]. The second squared error is …",
        {
            "the same": "Differences double on the wider scale.",
            "twice as large": "Differences double, so their squares are four times as large.",
            "four times as large": "Differences double, squares quadruple.",
        },
        "four times as large",
    ),
    Question(
        "Why do libraries ask for logits?",
        {
            "it is faster": "A little, but that is not the reason.",
            "a sigmoid rounds to 1 or 0": "In 32-bit floats it is exactly 1 from a logit of about 17 on, and exactly 0 below about −89; then the logarithm is infinite and the slope is lost.",
        },
        "a sigmoid rounds to 1 or 0",
    ),
)  # fmt: skip

PREDICTIONS = (
    Prediction(
        "4.1", "y = 1, and the network answers ỹ = 0.01, sure and wrong. How many times steeper is the slope of the cross-entropy than that of the squared error?",
        low=1, high=1000, unit="times",
        why="The slope of the squared error is at most 2; that of the cross-entropy is −1/ỹ and grows without limit where the network is sure and wrong.",
    ),
    Prediction(
        "4.2", "A grey pixel, y = 0.3, is predicted as well as possible. What does cross-entropy still charge?",
        low=0, high=5, unit="nats",
        why="The best prediction is y itself, and it costs the entropy of a coin with heads 0.3: the price of grey, for which no network can be blamed.",
    ),
    Prediction(
        "4.3", "A white pixel, y = 0, and a logit of 200. What does −log(1 − sigmoid(a)), typed like this, say in 32-bit floats?",
        options={
            "200 nats": "That is the true cost, and what the last line computes, from the logit. On the way through the sigmoid it is lost.",
            "about 16 nats": "That is what clamping says: from 16 nats on it no longer looks.",
            "infinitely many": "sigmoid(200) is rounded to 1, and the logarithm meets a zero.",
        },
        right="infinitely many",
    ),
    Prediction(
        "4.5", "Both are trained until the curves are level. Who wins at which cost, on the digits that they were trained on?",
        options={
            "each at the cost that it was trained on": "Each minimises its own. By squares the difference is small, by nats it is clear: squared error does not mind a pixel in which it is sure and wrong.",
            "the one trained on cross-entropy, at both": "So it looks if one stops early, for squared error hardly pulls where it is sure. At the end each minimises its own.",
            "the one trained on squared error, at both": "At squares, by a little. By nats it is beaten: nothing punished it for being sure and wrong.",
        },
        right="each at the cost that it was trained on",
    ),
    Prediction(
        "4.6", "Which cost teaches this model pictures that are black and white?",
        options={
            "squared error": "Its best answer to pixels of 0 and 1 that it cannot tell apart is their mean: grey.",
            "cross-entropy": "It punishes a sure mistake without limit, so it answers with the very share of ink: grey.",
            "both": "Both have their minimum at the mean of the images that the model cannot tell apart: grey.",
            "neither": "Both have their minimum at the mean of the images that the model cannot tell apart, and that is grey.",
        },
        right="neither",
    ),
)  # fmt: skip

"""Exercises of chapter 4: both costs, the floor, logits, and conversions between conventions."""

import math

import torch
from torch import Generator, Tensor
from torch.nn.functional import binary_cross_entropy, logsigmoid, softplus

from aecourse import data
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


def _pixels(generator: Generator, k: int) -> tuple[int]:
    return ((784, 1023, 3072, 100, 401)[k],)


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


def weight_of_R(n):
    return n


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
        "$C(y, \\tilde y) = \\lVert y - \\tilde y\\rVert^2$, one number an image, (batch,).",
        ("What are the components of an image here?", "`sum` takes several dimensions at once, or flatten each image first: `.flatten(1)`."),
        _images, squared_error,
        (
            Wrong(lambda y, y_tilde: (y - y_tilde).square().mean(dim=(1, 2)), "averaged over pixels: the lecture sums"),
            Wrong(lambda y, y_tilde: (y - y_tilde).square().mean(), "averaged over everything, as many libraries do by default: one number an image is asked for"),
            Wrong(lambda y, y_tilde: (y - y_tilde).square().sum(), "summed over the batch as well: the images must stay apart"),
            Wrong(lambda y, y_tilde: (y - y_tilde).square().sum(dim=1), "summed over the height only: there is one number a column left; sum over the width as well"),
            Wrong(lambda y, y_tilde: (y - y_tilde).flatten(1).norm(dim=1), "a root too many: that is the distance"),
            Wrong(lambda y, y_tilde: squared_error(y, y_tilde) / 2, "half of it: the ½ is a habit from derivatives and is not in the definition"),
            Wrong(lambda y, y_tilde: (y - y_tilde).abs().sum(dim=(1, 2)), "absolute differences: the lecture squares them"),
            Wrong(lambda y, y_tilde: (y - y_tilde).sum(dim=(1, 2)).square(), "summed before squaring: errors of opposite sign cancel"),
        ),
        "summed over all pixels of an image, one number an image",
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
        "Write `cost_of_logits(y, logits)`: binary cross-entropy of $\\tilde y = \\sigma(\\text{logits})$, in nats, for y in [0, 1], finite also for logits of ±200; both (batch, n), the result (batch,).",
        (
            "In 32-bit floats σ(200) is exactly 1, so log(1 − σ(200)) is −∞. Do not form ỹ.",
            "$-\\log\\sigma(l) = \\log(1 + e^{-l})$: see `softplus` or `logsigmoid` in `torch.nn.functional`.",
        ),
        _logits, cost_of_logits,
        (
            Wrong(lambda y, logits: _nats(y, torch.sigmoid(logits)), "σ first, logarithm after: at large logits 0 · log 0 gives NaN or infinity"),
            Wrong(lambda y, logits: _nats(y, torch.sigmoid(logits).clamp(1e-7, 1 - 1e-7)), "clamping hides the infinity, and with it the true cost and its slope: a logit of −200 on ink costs 200 nats, not 16"),
            Wrong(lambda y, logits: binary_cross_entropy(torch.sigmoid(logits), y, reduction="none").sum(dim=1), "the library's own guard cuts each logarithm at −100: a logit of −200 on ink costs 200 nats; form no ỹ"),
            Wrong(lambda y, logits: (torch.log(1 + logits.exp()) - y * logits).sum(dim=1), "infinite at a logit of 200: σ(200) is exactly 1, and exp(200) is no 32-bit float; `softplus` computes log(1 + exp(l)) without either"),
            Wrong(lambda y, logits: softplus((1 - 2 * y) * logits).sum(dim=1), "right for y of 0 or 1 only: a grey pixel needs both terms"),
            Wrong(lambda y, logits: cost_of_logits(y, -logits), "the sign of the logits is reversed: a large logit means ink"),
            Wrong(lambda y, logits: cost_of_logits(y, logits) / y.shape[1], "averaged over pixels: the lecture sums"),
            Wrong(lambda y, logits: softplus(logits).sum(dim=1), "the term − y · l is missing: with ink, y = 1, a large logit should cost nothing"),
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
        "4.6", "the unannounced weight",
        "Somebody trains with $\\tfrac1n C + R$: the cost averaged over the n pixels, the penalty R summed over the code. "
        "In this course's convention the same training minimises $C + \\beta R$. Write `weight_of_R(n)`: that β.",
        ("Multiplying an objective by a positive constant does not move its minimum.", "Which constant turns $\\tfrac1n C$ into C? What does it make of R?"),
        _pixels, weight_of_R,
        (
            Wrong(lambda n: 1, "1 was written down, but the average over pixels has shrunk C, and R now weighs more"),
            Wrong(lambda n: 1 / n, "the wrong way round: C was made smaller, so R weighs more, not less"),
            Wrong(lambda n: 784, "784 is right for a digit of this course only: β depends on n"),
        ),
        "β = n, 784 for a digit: averaged cost plus summed penalty is a β of hundreds that nobody announced",
    ),
)  # fmt: skip

QUESTIONS = (
    Question(
        "A model's cross-entropy on grey digits is 70 nats an image. Is it a bad model?",
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
        "4.3", "A white pixel, y = 0, and a logit of 200. What does −log(1 − σ(l)), typed like this, say in 32-bit floats?",
        options={
            "200 nats": "That is the true cost, and what the last line computes, from the logit. On the way through σ it is lost.",
            "about 16 nats": "That is what clamping says: from 16 nats on it no longer looks.",
            "infinitely many": "σ(200) is rounded to 1, and the logarithm meets a zero.",
        },
        right="infinitely many",
    ),
    Prediction(
        "4.6", "After 20 passes, who wins at which cost, on unseen digits?",
        options={
            "each at the cost that it was trained on": "So it should be at the end of training: each minimises its own. After 20 passes neither is there, and the way counts.",
            "the one trained on cross-entropy, at both": "Squared error through a sigmoid hardly pulls where the network is sure and wrong, and gets stuck on such mistakes.",
            "the one trained on squared error, at both": "At cross-entropy it has been beaten clearly: nothing punished it for being sure and wrong.",
        },
        right="the one trained on cross-entropy, at both",
    ),
)  # fmt: skip

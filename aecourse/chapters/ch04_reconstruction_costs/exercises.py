"""Exercises of chapter 4: both costs, the floor, logits, and conversions between conventions."""

import torch
from torch import Generator, Tensor
from torch.nn.functional import logsigmoid

from aecourse.checking.engine import Exercise, Wrong
from aecourse.checking.quizzes import Question


def _real(generator: Generator, k: int) -> tuple[Tensor, Tensor]:
    return torch.randn(3 + k, 5, generator=generator), torch.randn(3 + k, 5, generator=generator)


def _probabilities(generator: Generator, k: int) -> tuple[Tensor, Tensor]:
    y, y_tilde = (0.05 + 0.9 * torch.rand(3 + k, 5, generator=generator) for _ in range(2))
    return y, y_tilde


def _logits(generator: Generator, k: int) -> tuple[Tensor, Tensor]:
    """Grey targets, and two logits far beyond where a sigmoid is 0 or 1 in floating point."""
    y = torch.rand(3 + k, 5, generator=generator)
    logits = 3 * torch.randn(3 + k, 5, generator=generator)
    logits[0, 0], y[0, 0] = 200.0, 0.0
    logits[1, 1], y[1, 1] = -200.0, 1.0
    return y, logits


def _measured(generator: Generator, k: int) -> tuple[float, int]:
    return 0.02 + 0.1 * torch.rand(1, generator=generator).item(), (784, 1024, 3072, 100, 400)[k]


def _pixels(generator: Generator, k: int) -> tuple[int]:
    return ((784, 1024, 3072, 100, 400)[k],)


def squared_error(y, y_tilde):
    return (y - y_tilde).square().sum(dim=1)


def cross_entropy(y, y_tilde):
    return -(y * y_tilde.log() + (1 - y) * (1 - y_tilde).log()).sum(dim=1)


def excess(y, y_tilde):
    floor = -(y * y.log() + (1 - y) * (1 - y).log()).sum(dim=1)
    cost = -(y * y_tilde.log() + (1 - y) * (1 - y_tilde).log()).sum(dim=1)
    return cost - floor


def from_logits(y, logits):
    return -(y * logsigmoid(logits) + (1 - y) * logsigmoid(-logits)).sum(dim=1)


def to_course(per_pixel, n):
    return per_pixel * n / 4


def weight_of_R(n):
    return n


EXERCISES = (
    Exercise(
        "4.1", "squared error",
        "Write `squared_error(y, y_tilde)` for $C(y, \\tilde y) = \\lVert y - \\tilde y\\rVert^2$; both (batch, n), the result (batch,).",
        ("Subtract, square, sum over the components of one sample.",),
        _real, squared_error,
        (
            Wrong(lambda y, y_tilde: (y - y_tilde).square().mean(dim=1), "averaged over pixels: the lecture sums"),
            Wrong(lambda y, y_tilde: (y - y_tilde).square().mean(), "averaged over everything, as many libraries do by default: one number a sample is asked for"),
            Wrong(lambda y, y_tilde: (y - y_tilde).square().sum(), "summed over the batch as well: the samples must stay apart"),
            Wrong(lambda y, y_tilde: (y - y_tilde).norm(dim=1), "a root too many: that is the distance"),
            Wrong(lambda y, y_tilde: squared_error(y, y_tilde) / 2, "half of it: the ½ is a habit from derivatives and is not in the definition"),
        ),
        "summed over components, one number a sample",
    ),
    Exercise(
        "4.2", "binary cross-entropy",
        "Write `cross_entropy(y, y_tilde)` for $-\\sum_i\\,[\\,y_i \\log\\tilde y_i + (1-y_i)\\log(1-\\tilde y_i)\\,]$; "
        "both (batch, n), strictly between 0 and 1, the result (batch,), in nats.",
        ("Two terms a component: one for ink, one for paper.", "`log` is the natural logarithm, which gives nats."),
        _probabilities, cross_entropy,
        (
            Wrong(lambda y, y_tilde: -(y * y_tilde.log()).sum(dim=1), "the paper is missing: a prediction that is all ink would cost nothing"),
            Wrong(lambda y, y_tilde: cross_entropy(y, y_tilde) / y.shape[1], "averaged over pixels: the lecture sums"),
            Wrong(lambda y, y_tilde: cross_entropy(y_tilde, y), "target and prediction are swapped: the logarithm belongs to the prediction"),
            Wrong(lambda y, y_tilde: cross_entropy(y, y_tilde) / torch.log(torch.tensor(2.0)), "in bits: with the natural logarithm it is in nats"),
            Wrong(lambda y, y_tilde: -cross_entropy(y, y_tilde), "the sign is missing: a cost is not negative here"),
        ),
        "both terms, summed, in nats",
    ),
    Exercise(
        "4.3", "above the floor",
        "Write `excess(y, y_tilde)`: how much binary cross-entropy lies above the lowest value that any prediction of y can reach; (batch,), in nats.",
        ("Which ỹ is cheapest, and what does it cost?", "The floor is the cross-entropy of y with itself."),
        _probabilities, excess,
        (
            Wrong(cross_entropy, "that is the cost itself; its floor, the entropy of y, is not subtracted"),
            Wrong(lambda y, y_tilde: cross_entropy(y, y), "that is the floor; subtract it from the cost"),
            Wrong(lambda y, y_tilde: cross_entropy(y, y_tilde) - cross_entropy(y_tilde, y_tilde), "the entropy of the prediction is no floor: it is the entropy of y that cannot be undercut"),
            Wrong(lambda y, y_tilde: -excess(y, y_tilde), "the sign is reversed: the excess is not negative"),
        ),
        "this excess is the Kullback–Leibler divergence of two coins, and it is 0 exactly at ỹ = y",
    ),
    Exercise(
        "4.4", "from logits",
        "Write `from_logits(y, logits)`: binary cross-entropy of $\\tilde y = \\sigma(\\text{logits})$, for y in [0, 1], finite also for logits of ±200; (batch,).",
        (
            "In 32-bit floats σ(200) is exactly 1, so log(1 − σ(200)) is −∞. Do not form ỹ.",
            "$-\\log\\sigma(l) = \\log(1 + e^{-l})$: see `softplus` or `logsigmoid` in `torch.nn.functional`.",
        ),
        _logits, from_logits,
        (
            Wrong(lambda y, logits: cross_entropy(y, torch.sigmoid(logits)), "σ first, logarithm after: at large logits 0 · log 0 gives NaN or infinity"),
            Wrong(lambda y, logits: cross_entropy(y, torch.sigmoid(logits).clamp(1e-7, 1 - 1e-7)), "clamping hides the infinity, and with it the true cost and its slope: a logit of −200 on ink costs 200 nats, not 16"),
            Wrong(lambda y, logits: (torch.log(1 + logits.exp()) - y * logits).sum(dim=1), "the algebra is right, but exp(200) overflows in 32-bit floats: `softplus` computes log(1 + exp(l)) without it"),
            Wrong(lambda y, logits: torch.nn.functional.softplus((1 - 2 * y) * logits).sum(dim=1), "right for y of 0 or 1 only: a grey pixel needs both terms"),
            Wrong(lambda y, logits: from_logits(y, -logits), "the sign of the logits is reversed: a large logit means ink"),
            Wrong(lambda y, logits: from_logits(y, logits) / y.shape[1], "averaged over pixels: the lecture sums"),
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
        ),
        "times n, divided by 4",
    ),
    Exercise(
        "4.6", "the unannounced weight",
        "Somebody trains with $\\tfrac1n C + R$: the cost averaged over the n pixels, the penalty R summed over the code. "
        "In this course's convention the same training minimises $C + \\beta R$. Write `weight_of_R(n)`: that β.",
        ("Multiplying an objective by a positive constant does not move its minimum.", "Multiply by n."),
        _pixels, weight_of_R,
        (
            Wrong(lambda n: 1, "1 was written down, but the average over pixels has shrunk C, and R now weighs more"),
            Wrong(lambda n: 1 / n, "the wrong way round: C was made smaller, so R weighs more, not less"),
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

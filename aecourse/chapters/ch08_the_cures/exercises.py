"""Exercises of chapter 8: the contractive penalty, top-k codes, how a penalty is evaded, and denoising."""

import torch
from torch import Generator, Tensor

from aecourse.checking.engine import Exercise, Wrong
from aecourse.checking.quizzes import Question


def _encoder(generator: Generator, k: int) -> tuple[Tensor, Tensor]:
    """Weights (d, n) and tanh codes of a batch, (batch, d)."""
    d = 4 + k
    return torch.randn(d, 3, generator=generator), torch.randn(6, d, generator=generator).tanh()


def _activations(generator: Generator, k: int) -> tuple[Tensor, int]:
    """Distinct activations; k is small, some samples have fewer positive ones than k, and one is large throughout."""
    a = torch.randn(8, 6, generator=generator)
    a[2] = a[2].abs() + 3
    a[0] = -a[0].abs() - 0.1
    a[1] = -a[1].abs() - 0.1
    a[1, 2] = 1.5
    return a, 2 + k % 3


def _tied_layers(generator: Generator, k: int) -> tuple[Tensor, Tensor, float]:
    d = 3 + k
    W_h, W_y = torch.randn(d, 2, generator=generator), torch.randn(2, d, generator=generator)
    return W_h, W_y, 2.0 + k


def _model(y: Tensor) -> Tensor:
    """A model, (batch, n) -> (batch, n), that is not the identity."""
    return 0.7 * y.tanh() - 0.2


def _noisy(generator: Generator, k: int) -> tuple:
    y = torch.randn(5 + k, 3, generator=generator)
    return _model, y, y + 0.5 * torch.randn(5 + k, 3, generator=generator)


def contractive_penalty(W_h, h):
    slope = 1 - h**2
    return slope**2 @ (W_h**2).sum(dim=1)


def top_k_code(a, k):
    h = a.relu()
    kth = h.topk(k, dim=1).values[:, -1:]
    return h * (h >= kth)


def evade(W_h, W_y, c):
    return W_h / c, W_y * c


def denoising_energy(model, y, y_hat):
    return (y - model(y_hat)).square().sum(dim=1)


EXERCISES = (
    Exercise(
        "8.1", "the contractive penalty",
        "`W_h` is (d, n) and `h` = tanh(W_h y + b_h) is (batch, d). Write `contractive_penalty(W_h, h)`: $\\lVert\\partial h/\\partial y\\rVert_F^2$ of every sample, (batch,).",
        ("∂h_i/∂y_j = f′(a_i) W_ij.", "For tanh, f′(a) = 1 − h².", "Square, then sum over i and j: the sum over j of W_ij² can be taken first."),
        _encoder, contractive_penalty,
        (
            Wrong(lambda W_h, h: (W_h**2).sum().expand(len(h)), "that is ‖W_h‖², the Jacobian of a linear encoder: the slopes of tanh are missing"),
            Wrong(lambda W_h, h: (1 - h**2) @ (W_h**2).sum(dim=1), "the slopes enter squared: every entry of the Jacobian is f′(a_i) W_ij, and the entries are squared"),
            Wrong(lambda W_h, h: (h * (1 - h)) ** 2 @ (W_h**2).sum(dim=1), "h (1 − h) is the slope of the sigmoid; these codes come from tanh"),
            Wrong(lambda W_h, h: (1 - h**2) ** 2 @ W_h.abs().sum(dim=1), "absolute values: the Frobenius norm squares the weights"),
            Wrong(lambda W_h, h: (1 - h**2) ** 2 @ W_h.sum(dim=1) ** 2, "the row was summed before it was squared: positive and negative weights cancel"),
            Wrong(lambda W_h, h: contractive_penalty(W_h, h).sqrt(), "a root too many: the penalty is the squared norm"),
            Wrong(lambda W_h, h: contractive_penalty(W_h, h).mean(), "averaged over the batch: one number a sample is asked for"),
        ),
        "no Jacobian was formed",
    ),
    Exercise(
        "8.2", "a top-k code",
        "`a` (batch, d) are a layer's activations before squashing. Write `top_k_code(a, k)`: ReLU, then all but the k largest components of each sample set to 0; (batch, d).",
        ("`h.topk(k, dim=1).values` gives the k largest of each row, in descending order.", "Keep h where it is at least the k-th largest."),
        _activations, top_k_code,
        (
            Wrong(lambda a, k: a * (a >= a.topk(k, dim=1).values[:, -1:]), "negative activations survive where fewer than k are positive: ReLU is missing"),
            Wrong(lambda a, k: a.relu().topk(k, dim=1).values, "those are the k values without their places: the code keeps all d components"),
            Wrong(lambda a, k: a.relu() * (a.relu() >= a.relu().flatten().topk(k * len(a)).values[-1]), "the largest of the whole batch were kept: each sample has its own k"),
            Wrong(lambda a, k: a.relu() * (a.relu() >= a.relu().topk(k, dim=0).values[-1:]), "chosen along the batch: `dim=1` compares the units of one sample"),
            Wrong(lambda a, k: a.relu() * (a.relu() > a.relu().topk(k, dim=1).values[:, -1:]), "the k-th largest itself is cut off too: keep what is at least as large as it"),
            Wrong(lambda a, k: (a.relu() >= a.relu().topk(k, dim=1).values[:, -1:]).float(), "that only says who is on; keep the values"),
            Wrong(lambda a, k: a.relu() * (a.relu() >= a.relu().topk(k + 1, dim=1).values[:, -1:]), "one too many: k are kept, not k + 1"),
            Wrong(lambda a, k: a.relu() * (a.abs() >= a.abs().topk(k, dim=1).values[:, -1:]), "chosen by absolute value: strongly negative units take the places and are then cut to 0"),
        ),
        "at most k units speak, each with its own value",
    ),
    Exercise(
        "8.3", "evade a penalty",
        "A linear autoencoder ỹ = W_y W_h y is penalised with ‖h‖. Write `evade(W_h, W_y, c)`: new matrices `(W_h, W_y)`, each a multiple of the old one, with every prediction unchanged and every code c times *smaller*.",
        ("Shrink what makes the code.", "What must grow so that ỹ stays?"),
        _tied_layers, evade,
        (
            Wrong(lambda W_h, W_y, c: (W_h / c, W_y), "the codes shrink, and with them the predictions: the decoder has to make up for it"),
            Wrong(lambda W_h, W_y, c: (W_h * c, W_y / c), "the wrong way: these codes are c times larger"),
            Wrong(lambda W_h, W_y, c: (W_h / c, W_y / c), "both shrink: predictions are now c² times smaller. This is what tied weights would enforce"),
            Wrong(lambda W_h, W_y, c: (W_y * c, W_h / c), "the two are swapped: return W_h first"),
            Wrong(lambda W_h, W_y, c: (W_h / c**0.5, W_y * c**0.5), "predictions stay, but the codes are only √c times smaller"),
            Wrong(lambda W_h, W_y, c: (W_h / c, W_y * c**2), "too much: W_y W_h has to stay as it was"),
        ),
        "the penalty falls as far as you like, and nothing is cured",
    ),
    Exercise(
        "8.4", "the energy of a denoising autoencoder",
        "`model` maps (batch, n) to predictions. Write `denoising_energy(model, y, y_hat)` for training: the cost of a denoising autoencoder, squared error, (batch,); y is clean, ŷ is corrupted.",
        ("What does the encoder read?", "And with what is its prediction compared?"),
        _noisy, denoising_energy,
        (
            Wrong(lambda model, y, y_hat: (y_hat - model(y_hat)).square().sum(dim=1), "compared with ŷ: the model is asked to keep the noise"),
            Wrong(lambda model, y, y_hat: (y - model(y)).square().sum(dim=1), "the model was fed the clean y: that is a plain autoencoder, and it collapses"),
            Wrong(lambda model, y, y_hat: (y_hat - model(y)).square().sum(dim=1), "the two are swapped: read ŷ, compare with y"),
            Wrong(lambda model, y, y_hat: (y_hat - y - model(y_hat)).square().sum(dim=1), "the model was asked for the noise; here it predicts the clean y itself"),
            Wrong(lambda model, y, y_hat: (y - model(y_hat)).square().mean(dim=1), "averaged over components: the lecture sums"),
        ),
        "it reads ŷ and is compared with y",
    ),
)  # fmt: skip

QUESTIONS = (
    Question(
        "A model has a low-energy fraction of 0.04; the spiral itself is 0.10. What do you conclude?",
        {
            "it is better than the spiral": "Perhaps it is dead: a model that explains nothing has a fraction of 0.",
            "nothing, before I know F on the spiral": "A dead model has a small fraction too. Only together do the two numbers speak.",
        },
        "nothing, before I know F on the spiral",
    ),
    Question(
        "The contractive penalty falls during training, and the map stays as flat as without it. What has happened?",
        {
            "the weight λ is too small": "Then the penalty would not fall.",
            "the encoder shrank and the decoder grew": "Every prediction is kept, the penalty is not paid: tie or normalise the weights.",
            "contraction does not work": "With tied weights it does.",
        },
        "the encoder shrank and the decoder grew",
    ),
    Question(
        "Why does denoising limit the region of low energy?",
        {
            "noise makes training harder": "Harder alone would only raise the energy on the data.",
            "points off the data are sent back": "Then ỹ differs from y there, and F(y) = ‖y − ỹ‖² is high.",
            "the code becomes narrower": "The code has as many numbers as before.",
        },
        "points off the data are sent back",
    ),
)  # fmt: skip

"""Exercises of chapter 8: the contractive penalty, top-k codes, how a penalty is evaded, and a loop that denoises."""

from collections.abc import Callable
from functools import partial

import torch
from torch import Generator, Tensor

from aecourse import data, limits
from aecourse.checking.engine import Exercise, Wrong
from aecourse.checking.quizzes import Question


def _encoder(generator: Generator, k: int) -> tuple[Tensor, Tensor]:
    """Weights (d, n) and tanh codes of a batch, (batch, d); d equals n once; the last are codes of the spiral, some
    units so far in the flat part of tanh that their slope is 0."""
    if k == 4:
        W_h = torch.randn(10, 2, generator=generator) * torch.logspace(0, 2, 10)[:, None]
        return W_h, (data.spiral()[::5] @ W_h.T).tanh()
    d = 3 + k
    return torch.randn(d, 3, generator=generator), torch.randn(6, d, generator=generator).tanh()


def _activations(generator: Generator, k: int) -> tuple[Tensor, int]:
    """Distinct activations; k is small, some samples have fewer positive ones than k, and one is large throughout. The
    last are those of digits in a wide layer, most of them negative."""
    if k == 4:
        W_h = torch.randn(784, 100, generator=generator) / 28
        return data.digits("test")[:12] @ W_h - 0.4, 10
    a = torch.randn(8, 6, generator=generator)
    a[2] = a[2].abs() + 3
    a[0] = -a[0].abs() - 0.1
    a[1] = -a[1].abs() - 0.1
    a[1, 2] = 1.5
    return a, 2 + k % 3


def _layers(generator: Generator, k: int) -> tuple[Tensor, Tensor, float]:
    """Weights and a factor; d equals n once, and the last are as large as those for digits."""
    n, d = (784, 30) if k == 4 else (2, 2 + k)
    return torch.randn(d, n, generator=generator), torch.randn(n, d, generator=generator), (2.0, 5.0, 1.5, 3.0, 10.0)[k]


def contractive_penalty(W_h, h):
    slope = 1 - h**2
    return slope**2 @ (W_h**2).sum(dim=1)


def top_k_code(a, k):
    largest = a.relu().topk(k, dim=1)
    return torch.zeros_like(a).scatter(1, largest.indices, largest.values)


def evade(W_h, W_y, c):
    return W_h / c, W_y * c


def train_denoiser(model, Y, sigma):
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(300):
        y_hat = Y + sigma * torch.randn_like(Y)
        F = (Y - model(y_hat)).square().sum(dim=1)
        optimiser.zero_grad()
        F.mean().backward()
        optimiser.step()


def _network() -> torch.nn.Module:
    """Of two numbers to two."""
    nn = torch.nn
    return nn.Sequential(nn.Linear(2, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 2))


def _denoises(fn: Callable, generator: Generator) -> str | None:
    """Whether a network that `fn` has trained on the spiral is nearly the best denoiser there is. If not: what it was
    fed, and what it makes of fresh noise, say why."""
    Y, sigma, fed = data.spiral(), 0.3, list[Tensor]()
    model = _network()
    watch = model.register_forward_pre_hook(lambda _, given: fed.append(given[0].detach().clone()))
    fn(model, Y.clone(), sigma)
    watch.remove()
    trained = _network()
    trained.load_state_dict(model.state_dict())  # what it learned, and nothing else
    y = Y.repeat(100, 1)
    y_hat = y + sigma * torch.randn(y.shape, generator=generator)
    with torch.no_grad():
        y_tilde = trained(y_hat)
    F, moved = (y - y_tilde).square().sum(dim=1).mean().item(), (y_hat - y_tilde).square().sum(dim=1).mean().item()
    risk = (y - limits.BayesDenoiser(Y, sigma)(y_hat)).square().sum(dim=1).mean().item()
    if fault := _why(fed, Y, sigma, moved):
        return fault
    words = f"on fresh noise its error is {F / risk:.2f} times the least possible; at most 1.12 is asked for"
    return None if risk * 1.12 > F else f"{words}. Is the model trained, and long enough?"


def _why(fed: list[Tensor], Y: Tensor, sigma: float, moved: float) -> str | None:
    """What is behind a bad denoiser: what it was fed, and how far its answers are from what it reads; or None."""
    whole = [y_hat for y_hat in fed if y_hat.shape == Y.shape]
    if whole and torch.equal(whole[0], Y) and torch.equal(whole[-1], Y):
        return "the model was fed the clean points: it never saw noise"
    if len(whole) > 1 and torch.equal(whole[-1], whole[-2]):
        return "the noise was drawn once, before the loop: the network learns these very numbers by heart"
    if whole and abs((whole[-1] - Y).std().item() / sigma**2 - 1) < 0.3:
        return "the noise is too weak, of standard deviation σ²: it is σ that noise is multiplied with"
    if moved < 0.1 * 2 * sigma**2:
        return "it hands on what it reads, the noise included: with what is its answer compared?"
    return None


def _faulty(model, Y, sigma, *, once=False, power=1, copies=False, fed_clean=False):
    """The loop with some of its faults."""
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    y_hat = Y + sigma**power * torch.randn_like(Y)
    for _ in range(300):
        y_hat = y_hat if once else Y + sigma**power * torch.randn_like(Y)
        F = ((y_hat if copies else Y) - model(Y if fed_clean else y_hat)).square().sum(dim=1)
        optimiser.zero_grad()
        F.mean().backward()
        optimiser.step()


EXERCISES = (
    Exercise(
        "8.1", "the contractive penalty",
        "`W_h` is (d, n) and `h` = tanh(W_h y + b_h) is (batch, d), numbers from −1 to 1. Write `contractive_penalty(W_h, h)`: $\\lVert\\partial h/\\partial y\\rVert_F^2$ of every sample, (batch,).",
        ("∂h_i/∂y_j = f′(a_i) W_ij.", "For tanh, f′(a) = 1 − h².", "Square, then sum over i and j: the sum over j of W_ij² can be taken first."),
        _encoder, contractive_penalty,
        (
            Wrong(lambda W_h, h: (W_h**2).sum().expand(len(h)), "that is ‖W_h‖², the Jacobian of a linear encoder: the slopes of tanh are missing"),
            Wrong(lambda W_h, h: (1 - h**2) @ (W_h**2).sum(dim=1), "the slopes enter squared: every entry of the Jacobian is f′(a_i) W_ij, and the entries are squared"),
            Wrong(lambda W_h, h: (h * (1 - h)) ** 2 @ (W_h**2).sum(dim=1), "h (1 − h) is the slope of the sigmoid; these codes come from tanh"),
            Wrong(lambda W_h, h: (1 - h.tanh() ** 2) ** 2 @ (W_h**2).sum(dim=1), "h is already the output of tanh: its slope is 1 − h², without another tanh"),
            Wrong(lambda W_h, h: (1 - h) ** 2 @ (W_h**2).sum(dim=1), "the slope of tanh is 1 − h²: it is the same for h and for −h"),
            Wrong(lambda W_h, h: (1 - h**2) ** 2 @ W_h.abs().sum(dim=1), "absolute values: the Frobenius norm squares the weights"),
            Wrong(lambda W_h, h: (1 - h**2) ** 2 @ W_h.sum(dim=1) ** 2, "the row was summed before it was squared: positive and negative weights cancel"),
            Wrong(lambda W_h, h: ((1 - h**2) @ W_h).square().sum(dim=1), "the units were summed before they were squared: every entry of the Jacobian is squared by itself"),
            Wrong(lambda W_h, h: (1 - h**2) ** 2 @ W_h**2, "not yet summed over the components of y: one number a sample is asked for"),
            Wrong(lambda W_h, h: contractive_penalty(W_h, h).sqrt(), "a root too many: the penalty is the squared norm"),
            Wrong(lambda W_h, h: contractive_penalty(W_h, h).mean(), "averaged over the batch: one number a sample is asked for"),
            Wrong(lambda W_h, h: contractive_penalty(W_h, h).sum(), "summed over the batch: one number a sample is asked for"),
            Wrong(lambda W_h, h: contractive_penalty(W_h, h) / W_h.numel(), "averaged over the entries of the Jacobian: the Frobenius norm is a sum"),
            Wrong(lambda W_h, h: (1 - h**2) ** 2 @ (W_h**2).sum(dim=0), "the weights were summed over the units: for each unit, a row of W_h, sum over the components of y, `dim=1`"),
            Wrong(lambda W_h, h: ((1 - h**2) ** 2).sum(dim=1), "the weights do not enter: every entry of the Jacobian is f′(a_i) W_ij"),
        ),
        "how far a small step of y moves the code: 0 where every unit is saturated",
    ),
    Exercise(
        "8.2", "a top-k code",
        "`a` (batch, d) are a layer's activations before squashing; of one sample no two are alike. Write `top_k_code(a, k)`: ReLU, then all but the k largest components of each sample set to 0; (batch, d). `k` is a whole number below d.",
        ("Which units of one sample may speak, and which number says so?", "Either the places of the k largest, or the k-th largest as a threshold.", "`h.topk(k, dim=1)` has both `.values`, in descending order, and `.indices`."),
        _activations, top_k_code,
        (
            Wrong(lambda a, k: a * (a >= a.topk(k, dim=1).values[:, -1:]), "negative activations survive where fewer than k are positive: ReLU is missing"),
            Wrong(lambda a, k: a.relu().topk(k, dim=1).values, "those are the k values without their places: the code keeps all d components"),
            Wrong(lambda a, k: a.relu().topk(k, dim=1).indices, "those are the places of the k largest: the code keeps all d components, with their values"),
            Wrong(lambda a, k: a.relu() * (a.relu() >= a.relu().flatten().topk(k * len(a)).values[-1]), "the largest of the whole batch were kept: each sample has its own k"),
            Wrong(lambda a, k: a.relu() * (a.relu() >= a.relu().topk(k, dim=0).values[-1:]), "chosen along the batch: `dim=1` compares the units of one sample"),
            Wrong(lambda a, k: a.relu() * (a.relu() > a.relu().topk(k, dim=1).values[:, -1:]), "the k-th largest itself is cut off too: keep what is at least as large as it"),
            Wrong(lambda a, k: (a.relu() >= a.relu().topk(k, dim=1).values[:, -1:]).float(), "that only says who is on; keep the values"),
            Wrong(lambda a, k: torch.zeros_like(a).scatter(1, a.relu().topk(k, dim=1).indices, 1.0), "ones in the places of the k largest: keep their values"),
            Wrong(lambda a, k: a.relu() * (a.relu() >= a.relu().topk(k + 1, dim=1).values[:, -1:]), "one too many: k are kept, not k + 1"),
            Wrong(lambda a, k: a.relu() * (a.abs() >= a.abs().topk(k, dim=1).values[:, -1:]), "chosen by absolute value: strongly negative units take the places and are then cut to 0"),
            Wrong(lambda a, k: a.relu() * (a.relu() <= a.relu().topk(k, dim=1, largest=False).values[:, -1:]), "those are the k smallest: the largest are kept"),
            Wrong(lambda a, k: a.relu(), "only ReLU: all but the k largest are still to be set to 0"),
        ),
        "at most k units speak, each with its own value",
    ),
    Exercise(
        "8.3", "evade a penalty",
        "A linear autoencoder ỹ = W_y W_h y, `W_h` (d, n), `W_y` (n, d), is penalised with ‖h‖; `c` is a number above 1. Write `evade(W_h, W_y, c)`: new matrices `(W_h, W_y)`, each a multiple of the old one, with every prediction unchanged and every code c times *smaller*.",
        ("Which of the two makes the code?", "Shrink that one. What must happen to the other, so that ỹ stays?"),
        _layers, evade,
        (
            Wrong(lambda W_h, W_y, c: (W_h / c, W_y), "the codes shrink, and with them the predictions: the decoder has to make up for it"),
            Wrong(lambda W_h, W_y, c: (W_h * c, W_y / c), "the wrong way: these codes are c times larger"),
            Wrong(lambda W_h, W_y, c: (W_h / c, W_y / c), "both shrink: predictions are now c² times smaller. This is what tied weights would enforce"),
            Wrong(lambda W_h, W_y, c: (W_y * c, W_h / c), "the two are swapped: return W_h first"),
            Wrong(lambda W_h, W_y, c: (W_h / c**0.5, W_y * c**0.5), "predictions stay, but the codes are only √c times smaller"),
            Wrong(lambda W_h, W_y, c: (W_h / c**2, W_y * c**2), "predictions stay, but the codes are c² times smaller"),
            Wrong(lambda W_h, W_y, c: (W_h / c, W_y * c**2), "too much: W_y W_h has to stay as it was"),
            Wrong(lambda W_h, W_y, c: (W_h, W_y / c), "the codes are as large as before, and the predictions shrink: it is W_h that makes the code"),
            Wrong(lambda W_h, W_y, c: (W_h - c, W_y + c), "subtracting c from every weight makes another code, not a smaller one: divide"),
        ),
        "the penalty falls as far as you like, and nothing is cured",
    ),
    Exercise(
        "8.4", "a denoiser that does not denoise",
        "Below its first line, the cell has a loop that should make `model`, a network of two numbers to two, a denoiser of the points `Y` (m, 2), for noise of standard deviation `sigma`. It has **three faults**. Delete the first line and mend the loop: "
        "`train_denoiser(model, Y, sigma)` trains the model and returns nothing. The check trains a network on the spiral with it; on fresh noise, its squared error may be at most 1.12 times that of the best possible denoiser. Any loop that achieves this will do.",
        ("Which model would make the F of this loop 0?", "A network that sees the same numbers 300 times: what can it learn besides where the points are?", "And how strong is the noise that it sees? Compare with the word for sigma in the statement."),
        None, train_denoiser,
        (
            Wrong(partial(_faulty, copies=True), "it hands on what it reads, the noise included: with what is its answer compared?"),
            Wrong(partial(_faulty, once=True), "the noise was drawn once, before the loop: the network learns these very numbers by heart"),
            Wrong(partial(_faulty, power=2), "the noise is too weak, of standard deviation σ²: it is σ that noise is multiplied with"),
            Wrong(partial(_faulty, fed_clean=True), "the model was fed the clean points: it never saw noise"),
        ),
        "nearly nothing is left to gain: the rest of the error is in the noise",
        judge=_denoises, seconds=30,
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

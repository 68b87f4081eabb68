"""Exercises of chapter 8: two cures, how one is evaded, a loop that denoises, a strength chosen, an error estimated."""

from collections.abc import Callable
from functools import partial

import torch
from torch import Generator, Tensor

from aecourse import data, limits, weights
from aecourse.checking.differences import stacked
from aecourse.checking.engine import Exercise, Wrong
from aecourse.checking.predictions import Prediction
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


def _layers(generator: Generator, k: int) -> tuple:
    """Weights, biases and a factor; d equals n once, and the last are as large as those for digits."""
    n, d = (784, 30) if k == 4 else (2, 2 + k)
    shapes = ((d, n), (d,), (n, d), (n,))
    return *(torch.randn(shape, generator=generator) for shape in shapes), (2.0, 5.0, 1.5, 3.0, 10.0)[k]


def contractive_penalty(W_h, h):
    slope = 1 - h**2
    return slope**2 @ (W_h**2).sum(dim=1)


def top_k_code(a, k):
    largest = a.relu().topk(k, dim=1)
    return torch.zeros_like(a).scatter(1, largest.indices, largest.values)


def evade(W_h, b_h, W_y, b_y, c):
    return W_h / c, b_h / c, W_y * c, b_y


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


def _chosen(experiment, strengths, *, chosen_by=range(5), told_by=range(5, 10), rule="alive, then share", error="mean"):
    """The choice, and with other arguments what it is mistaken for."""
    found = {s: torch.tensor([experiment(s, seed) for seed in chosen_by], dtype=torch.float64) for s in strengths}
    means = {s: values.mean(dim=0) for s, values in found.items()}
    if rule == "share":
        best = min(means, key=lambda s: means[s][1])
    elif rule == "C":
        best = min(means, key=lambda s: means[s][0])
    else:
        best = min((s for s in means if means[s][0] <= 0.0005), key=lambda s: means[s][1])
    fresh = torch.tensor([experiment(best, seed)[1] for seed in told_by], dtype=torch.float64)
    scale = {"mean": len(fresh) ** 0.5, "one": 1.0, "mean, by m": len(fresh) / (len(fresh) - 1) ** 0.5}[error]
    return best, fresh.mean().item(), fresh.std().item() / scale


_SLIPS: dict[str, dict] = {
    "the smallest share of all belongs to a model that is dead: first throw out what has a mean C above 0.0005": {
        "rule": "share"
    },
    "that is the lowest C: it belongs to the weakest cure. C is a condition here, the share is what should be least": {
        "rule": "C"
    },
    "chosen by seed 0 alone: one seed may be lucky, so average over 0 to 4 first": {"chosen_by": range(1)},
    "chosen by all ten seeds: then none is left that has not been used for choosing": {"chosen_by": range(10)},
    "the five seeds that chose are reported too, and they were lucky: report seeds 5 to 9": {"told_by": range(5)},
    "all ten seeds are reported, among them the five that chose: report seeds 5 to 9": {"told_by": range(10)},
    "that is the spread of single seeds; the error of their mean is smaller, by the root of 5": {"error": "one"},
    "inside the standard deviation five squares were divided by 5: by 4, since their mean was taken from them": {
        "error": "mean, by m"
    },
}


def choose(experiment, strengths):
    found = {s: torch.tensor([experiment(s, seed) for seed in range(5)]).mean(dim=0) for s in strengths}
    alive = [s for s in strengths if found[s][0] <= 0.0005]
    best = min(alive, key=lambda s: found[s][1])
    fresh = torch.tensor([experiment(best, seed)[1] for seed in range(5, 10)])
    return best, fresh.mean(), fresh.std() / 5**0.5


def _tables(generator: Generator) -> list[tuple[list[float], Tensor]]:
    """Strengths and (strengths, ten seeds, (C, share)): the course's own cures, and one where a single seed deceives."""
    stored, _ = weights.read(weights.FOLDER / "cures.safetensors")
    tables = [
        (stored[f"{cure}: strengths"].tolist(), torch.stack([stored[f"{cure}: C"], stored[f"{cure}: share"]], dim=2))
        for cure in ("L1", "denoising")
    ]
    C = torch.tensor([1e-4, 2e-4, 3e-4, 2e-3, 9e-3])[:, None] * (1 + 0.2 * torch.rand(5, 10, generator=generator))
    share = torch.tensor([0.5, 0.3, 0.24, 0.12, 0.01])[:, None] + 0.02 * torch.rand(5, 10, generator=generator)
    C[3, 0], share[1, 0], share[1, 5:] = 4e-4, 0.2, 0.15  # a seed that looks alive; later seeds that would turn it
    return [*tables, ([1.0, 2.0, 4.0, 8.0, 16.0], torch.stack([C, share], dim=2).float())]


def _chooses(fn: Callable, generator: Generator) -> str | None:
    """Whether strength, share and error are those of the rule, on each table; if not, which slip explains all three."""
    for strengths, values in _tables(generator):

        def experiment(strength, seed, strengths=strengths, values=values):
            if strength not in strengths or seed not in range(10):
                raise ValueError(f"strength, seed: expected one of the strengths and 0 to 9, got {strength}, {seed}")
            return tuple(values[strengths.index(strength), int(seed)].tolist())

        given = fn(experiment, list(strengths))
        if not isinstance(given, tuple | list) or len(given) != 3:
            return "three numbers are asked for: `return strength, share, error`"
        found = stacked([stacked(value) for value in given])
        if found is None or found.shape != (3,):
            return "three numbers are asked for, a strength and two of the share: `return strength, share, error`"

        def close(expected, found=found):
            return torch.allclose(found.double(), torch.tensor(expected, dtype=torch.float64), rtol=1e-3, atol=1e-6)

        if not close(right := _chosen(experiment, strengths)):
            named = (message for message, slip in _SLIPS.items() if close(_chosen(experiment, strengths, **slip)))
            words = ("strength", "share", "error")
            first = next(k for k in range(3) if abs(found[k].item() - right[k]) > 1e-3 * abs(right[k]))
            return next(named, None) or f"the {words[first]} should be {right[first]:.4g} here, not {found[first]:.4g}"
    return None


def error_without_clean(denoise, y_hat, sigma):
    y_hat = y_hat.clone().requires_grad_()
    y_tilde, n = denoise(y_hat), y_hat.shape[1]
    div = torch.zeros(len(y_hat))
    for k in range(n):
        div = div + torch.autograd.grad(y_tilde[:, k].sum(), y_hat, retain_graph=True)[0][:, k]
    F = (y_hat - y_tilde).square().sum(dim=1)
    return (n * sigma**2 + F + 2 * sigma**2 * (div - n)).mean().item()


def _stein(denoise, y_hat, sigma, *, floor=1.0, weight=2.0, minus=1.0, power=2, summed=False):
    """Stein's form of the error, and with other arguments what it is mistaken for."""
    y_hat = y_hat.detach().clone().requires_grad_()
    with torch.enable_grad():
        y_tilde, n = denoise(y_hat), y_hat.shape[1]
        slopes = [torch.autograd.grad(y_tilde[:, k].sum(), y_hat, retain_graph=True)[0][:, k] for k in range(n)]
    F, div = (y_hat - y_tilde).square().sum(dim=1), torch.stack(slopes).sum(dim=0)
    every = floor * n * sigma**2 + F + weight * sigma**power * (div - minus * n)
    return (every.sum() if summed else every.mean()).item()


_MISREAD: dict[str, dict] = {
    "that is the mean of F(ŷ) alone: how far points are moved, not how far they stay from y": {"floor": 0, "weight": 0},
    "nσ² + F: the divergence is missing, and without it a better denoiser would look worse": {"weight": 0},
    "the divergence enters with the factor 2": {"weight": 1.0},
    "nσ² is missing: the error of a copier is nσ², not 0": {"floor": 0},
    "2σ² multiplies div r − n; without the n, a copier's error would be 3nσ²": {"minus": 0},
    "the divergence has the factor 2σ², not 2σ": {"power": 1},
    "the sign: a map that gathers points, div r < n, has the *smaller* error": {"weight": -2.0},
    "summed over the points: a mean is asked for": {"summed": True},
}


def _estimates(fn: Callable, generator: Generator) -> str | None:
    """Whether what `fn` says of four denoisers is within 5 % of Stein's form; if not, which slip explains it."""
    Y = data.spiral().repeat(200, 1)  # enough that one random direction a point is within 3.2 % (120 tries)
    cloud = torch.randn(20_000, 5, generator=generator)
    best = limits.BayesDenoiser(data.spiral(), 0.2)
    for y, sigma, denoise in (
        (Y, 0.2, lambda y: 0.8 * y), (Y, 0.1, torch.tanh), (cloud, 0.5, lambda y: 0.7 * y + 0.1 * y.sum(dim=1, keepdim=True)), (Y, 0.2, best),
    ):  # fmt: skip
        y_hat = y + sigma * torch.randn(y.shape, generator=generator)
        given = stacked(fn(denoise, y_hat.clone(), sigma))
        if given is None or given.numel() != 1:
            return "one number is asked for, a mean over the points"
        right = _stein(denoise, y_hat, sigma)
        if not abs(given.item() - right) <= 0.05 * right:
            slips = ((text, _stein(denoise, y_hat, sigma, **slip)) for text, slip in _MISREAD.items())
            named = (text for text, value in slips if abs(given.item() - value) <= 1e-3 * abs(value))
            return (
                next(named, None)
                or f"for n = {y.shape[1]}, σ = {sigma} the error is {right:.4f}, not {given.item():.4f}"
            )
    return None


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
        "An autoencoder h = ReLU(W_h y + b_h), ỹ = W_y h + b_y, with `W_h` (d, n), `b_h` (d,), `W_y` (n, d), `b_y` (n,), pays Σ|h|; `c` is a number above 1. Write `evade(W_h, b_h, W_y, b_y, c)`: four new tensors in the same order, "
        "each a multiple of the old one, with every prediction unchanged and every code c times *smaller*.",
        ("Which of the four make the code?", "ReLU(a / c) = ReLU(a) / c: shrink all that goes into it.", "What must happen to the decoder, so that ỹ stays? Which of its two tensors meets h?"),
        _layers, evade,
        (
            Wrong(lambda W_h, b_h, W_y, b_y, c: (W_h / c, b_h, W_y * c, b_y), "the bias b_h goes into ReLU too: if it stays, other units are on, and predictions change"),
            Wrong(lambda W_h, b_h, W_y, b_y, c: (W_h / c, b_h / c, W_y * c, b_y * c), "b_y is added after h: it has to stay, or every prediction moves"),
            Wrong(lambda W_h, b_h, W_y, b_y, c: (W_h / c, b_h / c, W_y, b_y), "the codes shrink, and with them the predictions: the decoder has to make up for it"),
            Wrong(lambda W_h, b_h, W_y, b_y, c: (W_h * c, b_h * c, W_y / c, b_y), "the wrong way: these codes are c times larger"),
            Wrong(lambda W_h, b_h, W_y, b_y, c: (W_h / c, b_h / c, W_y / c, b_y), "both shrink: this is what tied weights would enforce, and predictions change"),
            Wrong(lambda W_h, b_h, W_y, b_y, c: (W_h / c**0.5, b_h / c**0.5, W_y * c**0.5, b_y), "predictions stay, but the codes are only √c times smaller"),
            Wrong(lambda W_h, b_h, W_y, b_y, c: (W_h / c**2, b_h / c**2, W_y * c**2, b_y), "predictions stay, but the codes are c² times smaller"),
            Wrong(lambda W_h, b_h, W_y, b_y, c: (W_h / c, b_h / c, W_y * c, b_y / c), "b_y meets no code: it is neither to shrink nor to grow"),
            Wrong(lambda W_h, b_h, W_y, b_y, c: (W_h / c, b_h / c, W_y * c**2, b_y), "too much: the decoder has to grow by c, as the code has shrunk by c"),
            Wrong(lambda W_h, b_h, W_y, b_y, c: (W_h - c, b_h - c, W_y + c, b_y), "subtracting c from every weight makes another code, not a smaller one: divide"),
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
    Exercise(
        "8.5", "choose a strength by an experiment of your own",
        "`experiment(strength, seed)` trains a model and returns two numbers, its mean C on the spiral and its explained share of the square; the seeds are 0 to 9. Write `choose(experiment, strengths)`: choose by seeds 0 to 4, by the rule of 8.3 "
        "(the least mean share of all strengths whose mean C is at most 0.0005); then report on seeds 5 to 9. Return the strength, the mean share of its five fresh seeds, and the standard error of that mean.",
        ("One seed may be lucky: average C and share over five before you compare.", "First throw out the strengths with too much C, then take the least share.", "Standard error of a mean of five: their standard deviation (divide by 4 inside) over the root of 5."),
        None, choose,
        tuple(Wrong(partial(_chosen, **slip), message) for message, slip in _SLIPS.items()),
        "chosen on some seeds, judged on others: a number that a reader can trust",
        judge=_chooses,
    ),
    Exercise(
        "8.6", "an error without clean data",
        "You have noisy points only, `y_hat` (m, n), each some unknown y + σε, and `denoise`, a differentiable function (m, n) → (m, n) that treats every point by itself. Write `error_without_clean(denoise, y_hat, sigma)`: "
        "an estimate of its mean squared error E‖y − r(ŷ)‖², one number, that may be 5 % off. (Nobody tells you y; 8.4 has the way.)",
        ("Stein's identity in 8.4 has only ŷ on its right-hand side.", "div r is the sum over k of ∂r_k/∂ŷ_k.", "As every point is treated by itself, `torch.autograd.grad(y_tilde[:, k].sum(), y_hat, retain_graph=True)` has the derivatives of component k of all points; take its column k."),
        None, error_without_clean,
        tuple(Wrong(partial(_stein, **slip), message) for message, slip in _MISREAD.items()),
        "the error of a denoiser, known without a single clean point",
        judge=_estimates, seconds=20,
    ),
)  # fmt: skip

QUESTIONS = (
    Question(
        "A model has a low-energy fraction of 0.04; the spiral itself is 0.10. What do you conclude?",
        {
            "it is better than the spiral": "Perhaps it is dead: a model that explains nothing has a fraction of 0.",
            "nothing, before I know C on the spiral": "A dead model has a small fraction too, and a live one may miss half of the spiral.",
        },
        "nothing, before I know C on the spiral",
    ),
    Question(
        "The contractive penalty falls during training, and the map stays as flat as without it. What has happened?",
        {
            "the weight λ is too small": "Then the penalty would not fall.",
            "the encoder shrank and the decoder grew": "Every prediction is kept, the penalty is not paid: print what is paid.",
            "contraction does not work": "A penalty that is evaded has not been tried.",
        },
        "the encoder shrank and the decoder grew",
    ),
    Question(
        "The same penalty on the Jacobian of the whole map, without noise, leaves three times the region that denoising leaves. What has only denoising?",
        {
            "a stronger contraction": "To second order it is the same one.",
            "a target off the data": "At a noisy point it is told where to go, and so ỹ differs from ŷ there.",
            "a narrower code": "The code has as many numbers as before.",
        },
        "a target off the data",
    ),
)  # fmt: skip

PREDICTIONS = (
    Prediction(
        "8.3", "Which cure keeps energy low where the spiral is and nowhere else: whose region of low energy overlaps most with the spiral's neighbourhood?",
        options={
            "L1": "It comes second: small regions, that differ from seed to seed and lie beside the spiral as often as on it.",
            "top-k": "On the plane two units at a time reach every point of a piece of it: it hardly cures.",
            "contractive": "It is paid at the data only. Between the turns nothing holds the energy up.",
            "variational": "At strengths that leave the spiral at τ/5 it does no better than without noise.",
            "denoising": "It is the only one that is told what to do with points off the data.",
        },
        right="denoising",
    ),
    Prediction(
        "8.6", "The plain network gives back about two thirds of the variance of clothes. How much does one that was trained on digits with half of their pixels blotted out?",
        low=0, high=100, unit="%",
        why="It has learned to fill in what digits would have there, and clothes are not made of that.",
    ),
    Prediction(
        "8.8", "From 1,000 labelled digits, which code lets a linear classifier tell most unseen digits right?",
        options={
            "raw pixels": "They are the yardstick: a linear classifier can weigh each pixel.",
            "30 numbers of PCA": "They leave out what a linear classifier could have used, and add nothing.",
            "a plain autoencoder's": "It copies, and a copy is read about as well as the pixels, or as random units.",
            "a sparse or a denoising code": "L1, top-k and strong denoising are ahead, by about as much, at both numbers of labels.",
            "a variational one's": "Its mean codes are read no better than the pixels.",
        },
        right="a sparse or a denoising code",
    ),
)  # fmt: skip

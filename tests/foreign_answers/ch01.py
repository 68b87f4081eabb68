"""Answers to the exercises of chapter 01 as learners write them from the statement alone, right ones and wrong ones."""

from collections import OrderedDict, namedtuple
from functools import partial

import numpy as np
import torch

from aecourse import energies

GREY, FEATURES, WHICH, PROPOSED, ORIGINAL = QUOTED = (
    "the grey photograph",
    "the features computed from it",
    "which colouring is meant",
    "the colours proposed",
    "the original colours",
)
HANDWRITING, TEMPERATURE, TUMOUR, MELODY, COLOURING = BOLD = (
    "handwriting to text",
    "tomorrow's temperature",
    "tumour or not",
    "completing a melody",
    "colouring a photograph",
)

# --- 1.1 letters for a new task -----------------------------------------------------------------------------------

Variable = namedtuple("Variable", "name training use")


def letters_literal():
    return {
        "the grey photograph": ("x", True, True),
        "the features computed from it": ("h", False, False),
        "which colouring is meant": ("z", False, False),
        "the colours proposed": ("y_tilde", False, False),
        "the original colours": ("y", True, False),
    }


def letters_but(**changes):
    """The right answer with the triple of one letter changed."""
    return {quoted: changes.get(triple[0], triple) for quoted, triple in letters_literal().items()}


def letters_built():
    answer = {}
    for quoted, name in zip(QUOTED, ["x", "h", "z", "y_tilde", "y"], strict=True):
        answer[quoted] = (name, name in ("x", "y"), name == "x")
    return answer


def letters_no_return():
    letters_literal()


class Letters:
    def __call__(self):
        return letters_built()


# --- 1.2 five new tasks -------------------------------------------------------------------------------------------


def place_literal():
    return {
        "handwriting to text": (True, True, True),
        "tomorrow's temperature": (False, False, False),
        "tumour or not": (True, False, False),
        "completing a melody": (False, False, True),
        "colouring a photograph": (False, True, True),
    }


def place_by_question():
    supervised = {HANDWRITING, TUMOUR}
    latent = {HANDWRITING, COLOURING}
    structured = {HANDWRITING, MELODY, COLOURING}
    return {task: (task in supervised, task in latent, task in structured) for task in BOLD}


def place_but(task, supervised, latent, structured):
    return place_literal() | {task: (supervised, latent, structured)}


def place_no_return():
    place_literal()


# --- 1.3 what gets through the middle -----------------------------------------------------------------------------


def dimensions_by_elimination(W_h, W_y):
    rows = (W_y @ W_h).double().tolist()
    scale = max(abs(value) for row in rows for value in row)
    rank = 0
    for column in range(len(rows[0])):
        pivot = max(range(rank, len(rows)), key=lambda i: abs(rows[i][column]), default=None)
        if pivot is None or abs(rows[pivot][column]) <= 1e-5 * scale:
            continue
        rows[rank], rows[pivot] = rows[pivot], rows[rank]
        for i in range(rank + 1, len(rows)):
            factor = rows[i][column] / rows[rank][column]
            rows[i] = [a - factor * b for a, b in zip(rows[i], rows[rank], strict=True)]
        rank += 1
    return rank


def dimensions_by_samples(W_h, W_y):
    """The rank of what comes out when many y go in."""
    y = torch.randn(200, W_h.shape[1], dtype=torch.float64)
    y_tilde = y @ W_h.double().T @ W_y.double().T
    s = torch.linalg.svdvals(y_tilde)
    return int((s > 1e-5 * s[0]).sum())


def dimensions_lost(W_h, W_y):
    """What survives the encoder, less what the decoder then forgets."""
    U, s, _ = torch.linalg.svd(W_h.double())
    image = U[:, : int((s > 1e-5 * s.max()).sum())]
    return int(torch.linalg.matrix_rank(W_y.double() @ image, rtol=1e-5))


def dimensions_numpy(W_h, W_y):
    return np.linalg.matrix_rank(W_y.numpy() @ W_h.numpy())


def dimensions_eigen(W_h, W_y):
    P = (W_y @ W_h).double()
    values = torch.linalg.eigvalsh(P @ P.T)
    return (values > 1e-10 * values.max()).sum()


def dimensions_layers(W_h, W_y):
    encoder = torch.nn.Linear(W_h.shape[1], W_h.shape[0], bias=False)
    decoder = torch.nn.Linear(W_y.shape[1], W_y.shape[0], bias=False)
    encoder.weight, decoder.weight = torch.nn.Parameter(W_h.float()), torch.nn.Parameter(W_y.float())
    return torch.linalg.matrix_rank(decoder(encoder(torch.eye(W_h.shape[1]))))


def dimensions_by_trace(W_h, W_y):
    P = W_y.double() @ W_h.double()
    return round(torch.trace(torch.linalg.pinv(P, rtol=1e-5) @ P).item())


def dimensions_prints(W_h, W_y):
    print(torch.linalg.matrix_rank(W_y @ W_h))


# --- 1.4 the best answer, or none ---------------------------------------------------------------------------------


def fit_loop(E, tau):
    result = []
    for row in E:
        best = 0
        for j in range(1, len(row)):
            if row[j] < row[best]:
                best = j
        result.append(best if row[best] <= tau else -1)
    return result


def fit_numpy(E, tau):
    E = np.asarray(E)
    index = E.argmin(axis=1)
    index[np.take_along_axis(E, index[:, None], 1)[:, 0] > tau] = -1
    return index


def fit_in_place_on_a_copy(E, tau):
    best = E.argmin(dim=1)
    best[(E > tau).all(dim=1)] = -1
    return best


def fit_sorted(E, tau):
    values, order = E.sort(dim=1)
    return torch.where(values[:, 0] > tau, -1, order[:, 0])


def fit_topk(E, tau):
    lowest = E.topk(1, dim=1, largest=False)
    return torch.where(lowest.values <= tau, lowest.indices, -torch.ones_like(lowest.indices)).squeeze(1)


def fit_arithmetic(E, tau):
    value, index = torch.min(E, dim=1)
    return (index + 1) * (value <= tau) - 1


def fit_masked(E, tau):
    masked = E.masked_fill(E > tau, torch.inf)
    return torch.where(masked.isinf().all(1), -1, masked.argmin(1))


def fit_extra_column(E, tau):
    """A further candidate, "none", that is just too bad."""
    above = torch.nextafter(torch.tensor(tau, dtype=E.dtype), torch.tensor(torch.inf, dtype=E.dtype))
    index = torch.cat([E, above.expand(len(E), 1)], dim=1).argmin(1)
    return torch.where(index == E.shape[1], -1, index)


class Fit:
    def __call__(self, E, tau):
        return [min(range(len(row)), key=row.__getitem__) if min(row) <= tau else -1 for row in E.tolist()]


def fit_masks_without_a_look(E, tau):
    return E.masked_fill(E > tau, torch.inf).argmin(dim=1)  # a row of inf gives 0


def fit_changes_E(E, tau):
    best = E.argmin(dim=1)
    E[E > tau] = torch.inf
    best[E.isinf().all(dim=1)] = -1
    return best


def fit_whole_batch(E, tau):
    return E.argmin(dim=1) if E.min() <= tau else torch.full((len(E),), -1)


def fit_none(E, tau):
    return [row.argmin().item() if row.min() <= tau else None for row in E]


def fit_drops(E, tau):
    return E[E.min(1).values <= tau].argmin(1)


# fmt: off
RIGHT = {
    "1.1": {
        "literal": letters_literal,
        "built in a loop": letters_built,
        "a callable object": Letters(),
        "lists": lambda: {key: list(value) for key, value in letters_literal().items()},
        "named tuples": lambda: {key: Variable(*value) for key, value in letters_literal().items()},
        "ones and zeros": lambda: {key: (a, int(b), int(c)) for key, (a, b, c) in letters_literal().items()},
        "numpy's booleans": lambda: {
            key: (a, np.bool_(b), np.bool_(c)) for key, (a, b, c) in letters_literal().items()},
        "another order": lambda: dict(reversed(letters_literal().items())),
        "ordered": lambda: OrderedDict(letters_built()),
        "three dicts": lambda: {
            GREY: ("x", True, True)} | {ORIGINAL: ("y", True, False), PROPOSED: ("y_tilde", False, False)} | dict(
            zip((FEATURES, WHICH), (("h", False, False), ("z", False, False)), strict=True)),
        "merged": lambda: dict.fromkeys(QUOTED) | letters_literal(),
        "partial": partial(letters_but),
        "counts of phases": lambda: {key: (name, seen > 0, seen > 1) for key, name, seen in
            zip(QUOTED, ("x", "h", "z", "y_tilde", "y"), (2, 0, 0, 0, 1), strict=True)},
    },
    "1.2": {
        "literal": place_literal,
        "question by question": place_by_question,
        "lists": lambda: {task: list(answers) for task, answers in place_literal().items()},
        "ones and zeros": lambda: dict(zip(BOLD, [(1, 1, 1), (0, 0, 0), (1, 0, 0), (0, 0, 1), (0, 1, 1)], strict=True)),
        "strings of bits": lambda: {task: tuple(bit == "1" for bit in bits) for task, bits in
            zip(BOLD, ["111", "000", "100", "001", "011"], strict=True)},
        "bits of a number": lambda: {task: (k > 3, bool(k & 2), k % 2 == 1) for task, k in
            zip(BOLD, (7, 0, 4, 1, 3), strict=True)},
        "numpy's booleans": lambda: {task: tuple(map(np.bool_, answers)) for task, answers in place_literal().items()},
        "named tuples": lambda: {task: namedtuple("Place", "supervised latent structured")(*answers)
            for task, answers in place_literal().items()},
        "another order": lambda: dict(sorted(place_literal().items())),
        "nobody, then changed": lambda: dict.fromkeys(BOLD, (False, False, False)) | {
            HANDWRITING: (True,) * 3, TUMOUR: (True, False, False), MELODY: (False, False, True),
            COLOURING: (False, True, True)},
        "comparisons": lambda: {task: (not own, hidden is not None, parts > 1) for task, own, hidden, parts in (
            (HANDWRITING, False, "cuts", 9), (TEMPERATURE, True, None, 1), (TUMOUR, False, None, 1),
            (MELODY, True, None, 9), (COLOURING, True, "which", 9))},
        "columns": lambda: dict(zip(BOLD, zip([1, 0, 1, 0, 0], [1, 0, 0, 0, 1], [1, 0, 0, 1, 1], strict=True),
            strict=True)),
    },
    "1.3": {
        "rank of the product": lambda W_h, W_y: torch.linalg.matrix_rank(W_y @ W_h).item(),
        "a 0-d tensor": lambda W_h, W_y: torch.linalg.matrix_rank(W_y.mm(W_h)),
        "numpy": dimensions_numpy,
        "transposed": lambda W_h, W_y: int(torch.linalg.matrix_rank(W_h.T @ W_y.T)),
        "einsum, 64 bits": lambda W_h, W_y:
            torch.linalg.matrix_rank(torch.einsum("nd,dm->nm", W_y.double(), W_h.double()), rtol=1e-5).item(),
        "singular values": lambda W_h, W_y:
            sum(s > 1e-5 * torch.linalg.svdvals(W_y @ W_h).max() for s in torch.linalg.svdvals(W_y @ W_h)),
        "elimination": dimensions_by_elimination,
        "samples": dimensions_by_samples,
        "encoder's image first": dimensions_lost,
        "eigenvalues": dimensions_eigen,
        "layers": dimensions_layers,
        "trace of a projector": dimensions_by_trace,
        "a whole float": lambda W_h, W_y: float(torch.linalg.matrix_rank(W_y @ W_h)),
        "rank of y_tilde for unit y": lambda W_h, W_y:
            torch.linalg.matrix_rank(torch.stack([W_y @ (W_h @ e) for e in torch.eye(W_h.shape[1]).to(W_h)])).item(),
    },
    "1.4": {
        "where": lambda E, tau: torch.where(E.min(dim=1).values <= tau, E.argmin(dim=1), -1),
        "two loops": fit_loop,
        "numpy": fit_numpy,
        "in place on its own": fit_in_place_on_a_copy,
        "sorted": fit_sorted,
        "topk, keeps dims": fit_topk,
        "arithmetic": fit_arithmetic,
        "masked": fit_masked,
        "one more candidate": fit_extra_column,
        "lists in an object": Fit(),
        "any": lambda E, tau: torch.where((E <= tau).any(dim=1), E.argmin(dim=1), torch.tensor(-1)),
        "floats": lambda E, tau: torch.where(E.amin(1) <= tau, E.argmin(1), -1).double(),
        "short integers": lambda E, tau: torch.where(E.amin(1) <= tau, E.argmin(1), -1).to(torch.int32),
        "rows of tensors": lambda E, tau: [row.argmin() if row.min() <= tau else torch.tensor(-1) for row in E],
        "transposed": lambda E, tau: E.T.argmin(0).where(~(E.T > tau).all(0), -1),
        "negated": lambda E, tau: (-E).argmax(1).masked_fill((-E).amax(1) < -tau, -1),
    },
}

WRONG = {
    "1.1": {
        "y seen in use": lambda: letters_but(y=("y", True, True)),
        "y never seen": lambda: letters_but(y=("y", False, False)),
        "x in training only": lambda: letters_but(x=("x", True, False)),
        "h observed": lambda: letters_but(h=("h", True, True)),
        "z seen in training": lambda: letters_but(z=("z", True, False)),
        "y_tilde seen in use": lambda: letters_but(y_tilde=("y_tilde", False, True)),
        "y_tilde observed": lambda: letters_but(y_tilde=("y_tilde", True, True)),
        "x and y swapped": lambda: letters_but(x=("y", True, True), y=("x", True, False)),
        "z and h swapped": lambda: letters_but(z=("h", False, False), h=("z", False, False)),
        "y and y_tilde swapped": lambda: letters_but(y=("y_tilde", True, False), y_tilde=("y", False, False)),
        "y_hat": lambda: letters_but(y_tilde=("y_hat", False, False)),
        "the lecture's letter": lambda: letters_but(y_tilde=("ỹ", False, False)),
        "capitals": lambda: {key: (name.upper(), a, b) for key, (name, a, b) in letters_literal().items()},
        "an autoencoder": lambda: letters_but(x=("y", True, True), y=("y", True, True)),
        "phases swapped": lambda: {key: (name, b, a) for key, (name, a, b) in letters_literal().items()},
        "the name last": lambda: {key: (a, b, name) for key, (name, a, b) in letters_literal().items()},
        "all observed": lambda: {key: (name, True, True) for key, (name, _, _) in letters_literal().items()},
        "names only": lambda: {key: name for key, (name, _, _) in letters_literal().items()},
        "pairs": lambda: {key: (name, a) for key, (name, a, _) in letters_literal().items()},
        "yes and no": lambda: {key: (name, "yes" if a else "no", "yes" if b else "no")
            for key, (name, a, b) in letters_literal().items()},
        "by letter": lambda: {name: (key, a, b) for key, (name, a, b) in letters_literal().items()},
        "one missing": lambda: {key: letters_literal()[key] for key in QUOTED[:4]},
        "keys without articles": lambda: {key.removeprefix("the "): value for key, value in letters_literal().items()},
        "a list": lambda: list(letters_literal().values()),
        "a set": lambda: set(letters_literal().values()),
        "no return": letters_no_return,
        "an argument too many": lambda names: letters_literal(),
    },
    "1.2": {
        "handwriting without cuts": lambda: place_but(HANDWRITING, True, False, True),
        "handwriting by itself": lambda: place_but(HANDWRITING, False, True, True),
        "handwriting, any letters": lambda: place_but(HANDWRITING, True, True, False),
        "temperature annotated": lambda: place_but(TEMPERATURE, True, False, False),
        "temperature, the weather hidden": lambda: place_but(TEMPERATURE, False, True, False),
        "temperature as a series": lambda: place_but(TEMPERATURE, False, False, True),
        "tumour by itself": lambda: place_but(TUMOUR, False, False, False),
        "tumour hidden": lambda: place_but(TUMOUR, True, True, False),
        "tumour structured": lambda: place_but(TUMOUR, True, False, True),
        "melody written by somebody": lambda: place_but(MELODY, True, False, True),
        "melody with a latent": lambda: place_but(MELODY, False, True, True),
        "melody out of key": lambda: place_but(MELODY, False, False, False),
        "colours annotated": lambda: place_but(COLOURING, True, True, True),
        "colours without z": lambda: place_but(COLOURING, False, False, True),
        "colours pixel by pixel": lambda: place_but(COLOURING, False, True, False),
        "self-supervised first": lambda: {task: (not a, b, c) for task, (a, b, c) in place_literal().items()},
        "latent and structured swapped": lambda: {task: (a, c, b) for task, (a, b, c) in place_literal().items()},
        "all alike": lambda: dict.fromkeys(BOLD, (True, True, True)),
        "one missing": lambda: {task: place_literal()[task] for task in BOLD[1:]},
        "another apostrophe": lambda: {task.replace("'", "’"): answers for task, answers in place_literal().items()},
        "first words": lambda: {task.split()[0]: answers for task, answers in place_literal().items()},
        "pairs": lambda: {task: answers[:2] for task, answers in place_literal().items()},
        "words": lambda: {task: tuple(word for word, yes in zip(("supervised", "latent", "structured"), answers,
            strict=True) if yes) for task, answers in place_literal().items()},
        "strings": lambda: {task: tuple(map(str, answers)) for task, answers in place_literal().items()},
        "dicts": lambda: {task: dict(zip(("supervised", "latent", "structured"), answers, strict=True))
            for task, answers in place_literal().items()},
        "a list": lambda: list(place_literal().values()),
        "no return": place_no_return,
    },
    "1.3": {
        "width of the middle": lambda W_h, W_y: W_h.shape[0],
        "the narrower": lambda W_h, W_y: min(W_h.shape),
        "components of y": lambda W_h, W_y: W_y.shape[0],
        "rank of the encoder": lambda W_h, W_y: torch.linalg.matrix_rank(W_h).item(),
        "rank of the decoder": lambda W_h, W_y: torch.linalg.matrix_rank(W_y).item(),
        "the smaller rank": lambda W_h, W_y:
            min(torch.linalg.matrix_rank(W_h).item(), torch.linalg.matrix_rank(W_y).item()),
        "the other product": lambda W_h, W_y: torch.linalg.matrix_rank(W_h @ W_y).item(),
        "the sum of ranks": lambda W_h, W_y:
            (torch.linalg.matrix_rank(W_h) + torch.linalg.matrix_rank(W_y)).item(),
        "counts rounding": lambda W_h, W_y: (torch.linalg.svdvals(W_y @ W_h) > 0).sum().item(),
        "entries that are not zero": lambda W_h, W_y: torch.count_nonzero(W_y @ W_h).item(),
        "rows that are not zero": lambda W_h, W_y: (W_y @ W_h).any(dim=1).sum().item(),
        "one less": lambda W_h, W_y: torch.linalg.matrix_rank(W_y @ W_h).item() - 1,
        "what is lost": lambda W_h, W_y: len(W_y) - torch.linalg.matrix_rank(W_y @ W_h).item(),
        "determinant": lambda W_h, W_y: torch.linalg.det(W_y @ W_h).item(),
        "trace": lambda W_h, W_y: torch.trace(W_y @ W_h).item(),
        "shape": lambda W_h, W_y: (W_y @ W_h).shape,
        "the map itself": lambda W_h, W_y: W_y @ W_h,
        "a list of values": lambda W_h, W_y: torch.linalg.svdvals(W_y @ W_h),
        "elementwise product": lambda W_h, W_y: torch.linalg.matrix_rank(W_y * W_h.T).item(),
        "digits": lambda W_h, W_y: 784,
        "a full middle": lambda W_h, W_y: bool(torch.linalg.matrix_rank(W_y @ W_h) == len(W_h)),
        "not a call": lambda W_h, W_y: torch.linalg.matrix_rank(W_y @ W_h).item,
        "prints": dimensions_prints,
    },
    "1.4": {
        "values and places": lambda E, tau: E.min(dim=1),
        "never none": lambda E, tau: E.argmin(dim=1),
        "strictly below": lambda E, tau: torch.where(E.amin(1) < tau, E.argmin(1), -1),
        "worst": lambda E, tau: torch.where(E.amin(1) <= tau, E.argmax(1), -1),
        "the first that fits": lambda E, tau: torch.where((E <= tau).any(1), (E <= tau).int().argmax(1), -1),
        "over the batch": lambda E, tau: torch.where(E.amin(0) <= tau, E.argmin(0), -1),
        "counted from one": lambda E, tau: torch.where(E.amin(1) <= tau, E.argmin(1) + 1, -1),
        "none is k": lambda E, tau: torch.where(E.amin(1) <= tau, E.argmin(1), E.shape[1]),
        "none is 0": fit_masks_without_a_look,
        "none is None": fit_none,
        "none is left out": fit_drops,
        "energies, not places": lambda E, tau: torch.where(E.amin(1) <= tau, E.amin(1), -1),
        "all have to fit": lambda E, tau: torch.where(E.amax(1) <= tau, E.argmin(1), -1),
        "upside down": lambda E, tau: torch.where(E.amin(1) >= tau, E.argmin(1), -1),
        "place in the flattened": lambda E, tau: torch.where(E.amin(1) <= tau, E.argmin(), -1),
        "the package's threshold": lambda E, tau: torch.where(E.amin(1) <= energies.TAU, E.argmin(1), -1),
        "distance from 0": lambda E, tau: torch.where(E.abs().amin(1) <= tau, E.abs().argmin(1), -1),
        "the best one fits all": fit_whole_batch,
        "mean energy": lambda E, tau: torch.where(E.mean(1) <= tau, E.argmin(1), -1),
        "keeps dims": lambda E, tau: torch.where(E.amin(1) <= tau, E.argmin(1), -1)[:, None],
        "yes or no": lambda E, tau: (E <= tau).any(1),
        "a map of what fits": lambda E, tau: E <= tau,
        "closest to tau": lambda E, tau: torch.where(E.amin(1) <= tau, (E - tau).abs().argmin(1), -1),
        "changes E": fit_changes_E,
        "order swapped": lambda tau, E: torch.where(E.amin(1) <= tau, E.argmin(1), -1),
        "prints": lambda E, tau: print(torch.where(E.amin(1) <= tau, E.argmin(1), -1)),
    },
}

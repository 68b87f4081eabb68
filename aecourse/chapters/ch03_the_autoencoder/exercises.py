"""Exercises of chapter 3: forward pass, parameters, rotations, a loop to mend, its result, and axes in a subspace."""

import math

import torch
from torch import Generator, Tensor

from aecourse import data, energies, limits, models
from aecourse.checking.differences import kind, stacked
from aecourse.checking.engine import Exercise, Wrong
from aecourse.checking.predictions import Prediction
from aecourse.checking.quizzes import Question


def _layers(generator: Generator, k: int) -> tuple[Tensor, ...]:
    n, d = 5 + k, 3
    shapes = ((4, n), (d, n), (d,), (n,))
    return tuple(torch.randn(shape, generator=generator) for shape in shapes)


def _sizes(generator: Generator, k: int) -> tuple[int, int]:
    n, d = torch.randint(5, 900, (2,), generator=generator).tolist()
    return (784, 30) if k == 0 else (n, d + 1000 * (k % 2))


def _matrix(generator: Generator, k: int) -> tuple[Tensor]:
    """A rotation of six dimensions; a shear, of determinant 1; a mirror; columns of length 1; a rotation, twice as long."""
    if k == 0:
        W = torch.linalg.qr(torch.randn(6, 6, generator=generator)).Q
        W[0] *= torch.linalg.det(W).sign()
        return (W,)
    t = 0.3 + torch.rand(1, generator=generator).item()
    c, s = math.cos(t), math.sin(t)
    u, v = math.cos(t / 2), math.sin(t / 2)
    shear, mirror = [[1.0, t], [0.0, 1.0]], [[c, s], [s, -c]]
    unit_columns, twice = [[u, v], [v, u]], [[2 * c, -2 * s], [2 * s, 2 * c]]  # determinants above 0
    return (torch.tensor((shear, mirror, unit_columns, twice)[k - 1]),)


def _batches(generator: Generator, k: int) -> tuple[Tensor, Tensor]:
    """The chapter's 10,000 digits in batches of 256, or fewer; the last batch is small."""
    count = (40, 4, 5, 6, 7)[k]
    sizes = torch.full((count,), 256.0)
    sizes[-1] = 16 + 20 * k
    return 10 + torch.rand(count, generator=generator), sizes


def _contrasts(generator: Generator, k: int) -> tuple[Tensor]:
    """Digits of different contrast, whose paper is 0; and images from which any offset has been taken."""
    contrast = torch.tensor([[0.2], [1.0], [0.6]])
    if k == 0:
        start = int(torch.randint(1000, (1,), generator=generator))
        return (contrast * data.digits("test")[start : start + 3],)
    return (contrast * torch.rand(3, 6, generator=generator) + (-0.5, 0.1, -0.2, 0.3)[k - 1],)


def _small_digits() -> Tensor:
    """The training digits, 7 by 7: (10000, 49)."""
    return torch.nn.functional.avg_pool2d(data.digits("train").view(-1, 1, 28, 28), 4).flatten(1)


def _mended(train, generator: Generator) -> str | None:
    """Train on a thousand small digits: does it come near the best affine map, and is the number that of the others?"""
    digits = _small_digits()[torch.randperm(10_000, generator=generator)[:1040]]
    Y, Y_test = digits[:1000], digits[1000:]
    model = models.Autoencoder(49, 5, f=models.identity)
    followed = _slopes_followed(model)
    reported = train(model, Y.clone(), Y_test.clone())
    with torch.no_grad():
        F = energies.squared_error(Y_test, model(Y_test)).mean().item()
        F_train = energies.squared_error(Y, model(Y)).mean().item()
    if not isinstance(reported, int | float | Tensor) or torch.as_tensor(reported).numel() != 1:
        return f"return one number, the mean energy of the test images; got {type(reported).__name__}"
    if any((torch.cdist(y, Y_test) == 0).any() for y in followed):
        return "test images were trained on: a step followed the slope of their energy"
    if not F_train < 1.15 * (best := limits.pca(Y, 5).error):
        far = f"the energy of Y is {F_train:.3f}, the best affine map leaves {best:.3f}"
        return (
            f"the training does not arrive: {far}. Does each step follow the slope of its own batch, and of no other?"
        )
    if abs(reported / (F / 49) - 1) < 0.01:
        return f"the number is per pixel: {reported:.4f}, while an image's energy sums over its 49 pixels"
    if abs(reported / F - 1) > 1e-3:
        mean = f"reported {reported:.4f}, mean over all test images {F:.4f}"
        return f"the model is well trained, the number is not its own: {mean}"
    return None


def _finds_the_axes(components, generator: Generator) -> str | None:
    """Principal components from columns that span their subspace, mixed: each up to its sign, in order."""
    for d in (4, 2):
        Y = _small_digits()[torch.randperm(10_000, generator=generator)[:2000]].double()
        best = limits.pca(Y, d)
        mixture = torch.linalg.qr(torch.randn(d, d, generator=generator).double()).Q
        stretch = torch.linspace(0.5, 3, d, dtype=torch.float64)[torch.randperm(d, generator=generator)]
        given = components((best.basis @ mixture * stretch @ mixture.T.roll(1, 0)).float(), Y.float())
        if problem := _no_axes(stacked(given), given, best):
            return problem
    return None


def _no_axes(V: Tensor | None, given: object, best: limits.AffineOptimum) -> str | None:
    """What keeps V from being the principal components."""
    n, d = best.basis.shape
    if V is None or V.shape != (n, d):
        return f"d columns are asked for, ({n}, {d}) here, got {kind(given)}"
    V = V.double()
    if not V.isfinite().all():
        return "some of your numbers are not finite"
    lengths = V.norm(dim=0)
    if ((V - best.basis @ (best.basis.T @ V)).norm(dim=0) > 0.01 * lengths).any():
        return "your columns leave the subspace that the columns of W_y span"
    if (lengths - 1).abs().max() > 0.01:
        return f"components are directions, of length 1; yours have lengths from {lengths.min():.2f} to {lengths.max():.2f}"
    cosines = (best.basis.T @ V).abs()
    if cosines.diagonal().min() > 0.995:
        return None
    if cosines.amax(dim=0).min() > 0.995:
        return "the right directions in another order: the one of largest variance comes first"
    if (V.T @ V - torch.eye(d)).abs().max() > 0.01:
        return "your columns are not at right angles to each other"
    codes = V.T @ best.basis * best.variance @ best.basis.T @ V
    mean = V.T @ best.mean
    if _correlation(codes + mean.outer(mean)) < 0.01:
        return "an orthonormal basis of the right subspace, with axes for images that were not centred: a variance is about the mean"
    worst = _correlation(codes)
    return (
        "an orthonormal basis of the right subspace, with other axes: the coordinates of the images along your columns "
        f"are correlated, up to {worst:.2f}. Which turn within the subspace makes them uncorrelated?"
    )


def _correlation(covariance: Tensor) -> Tensor:
    """The largest correlation in a covariance (d, d): one number."""
    deviation = covariance.diagonal().sqrt()
    return (covariance / deviation.outer(deviation) - torch.eye(len(covariance))).abs().max()


def _slopes_followed(model: torch.nn.Module) -> list[Tensor]:
    """A list that fills with every batch whose energy is differentiated."""
    batches = []

    def watch(_, given, y_tilde):
        if y_tilde.requires_grad:
            y_tilde.register_hook(lambda slope: batches.append(given[0].detach()))

    model.register_forward_hook(watch)
    return batches


def _loop(model, Y, Y_test, *, zero=True, on_test=False, last=False, per_pixel=False):
    """The loop with some of the planted faults."""
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(40):
        for y in (Y_test if on_test else Y).split(100):
            F = (y - model(y)).square().sum(dim=1)
            if zero:
                optimiser.zero_grad()
            F.mean().backward()
            optimiser.step()
    if not last:
        F = (Y_test - model(Y_test)).square().sum(dim=1)
    return F.mean().item() / (49 if per_pixel else 1)


def tied_forward(y, W, b_h, b_y):
    h = torch.tanh(y @ W.T + b_h)
    return h @ W + b_y


def parameters(n, d):
    return d * n + d + n * d + n


def is_rotation(W):
    keeps_lengths = torch.allclose(W.T @ W, torch.eye(len(W)), atol=1e-5)
    return keeps_lengths and torch.linalg.det(W).item() > 0


def mean_energy(batch_means, batch_sizes):
    return (batch_means * batch_sizes).sum() / batch_sizes.sum()


def to_grey(images):
    low, high = images.min(), images.max()
    return (images - low) / (high - low)


def train(model, Y, Y_test):
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(40):
        for y in Y.split(100):
            F = (y - model(y)).square().sum(dim=1)
            optimiser.zero_grad()
            F.mean().backward()
            optimiser.step()
    with torch.no_grad():
        F = (Y_test - model(Y_test)).square().sum(dim=1)
    return F.mean().item()


def components(W_y, Y):
    Q = torch.linalg.qr(W_y).Q
    codes = (Y - Y.mean(dim=0)) @ Q
    turn = torch.linalg.eigh(codes.T @ codes).eigenvectors.flip(1)
    return Q @ turn


def _basis(W_y, Y):
    return torch.linalg.qr(W_y).Q


def _autoscaled(images, dim=1):
    low, high = images.min(dim=dim, keepdim=True).values, images.max(dim=dim, keepdim=True).values
    return (images - low) / (high - low)


EXERCISES = (
    Exercise(
        "3.1", "the forward pass with one matrix",
        "With *tied weights* the decoder uses the encoder's matrix, transposed: $h = \\tanh(W y + b_h)$ and "
        "$\\tilde y = W^{\\mathsf T} h + b_y$. Write `tied_forward(y, W, b_h, b_y)` on a batch: y (batch, n), W (d, n); the result is ỹ (batch, n).",
        (
            "A batch holds one sample a row, so $W y$ becomes `y @ W.T`. What does $W^{\\mathsf T} h$ become?",
            "Check the shapes: h is (batch, d), ỹ has to be (batch, n). Only the code is squashed.",
        ),
        _layers, tied_forward,
        (
            Wrong(lambda y, W, b_h, b_y: tied_forward(y, W, 0 * b_h, b_y), "b_h is missing"),
            Wrong(lambda y, W, b_h, b_y: tied_forward(y, W, b_h, 0 * b_y), "b_y is missing"),
            Wrong(lambda y, W, b_h, b_y: torch.tanh(tied_forward(y, W, b_h, b_y)), "the output is squashed too; here g is the identity"),
            Wrong(lambda y, W, b_h, b_y: (y @ W.T + b_h) @ W + b_y, "f is missing: without it the whole is one affine map"),
            Wrong(lambda y, W, b_h, b_y: (torch.tanh(y @ W.T) + b_h) @ W + b_y, "b_h is added after the squashing; it belongs inside f"),
            Wrong(lambda y, W, b_h, b_y: torch.tanh(y @ W.T + b_h), "that is the code h; decode it"),
            Wrong(lambda y, W, b_h, b_y: W @ y + b_h, "`W @ y` would need y as a column; in a batch the samples are rows: `y @ W.T`"),
            Wrong(lambda y, W, b_h, b_y: torch.tanh(y @ W.T + b_h) @ W.T + b_y, "decoding h (batch, d) needs a matrix with d rows, and `W.T` has n: for a batch, $W^{\\mathsf T} h$ is `h @ W`"),
        ),
        "one matrix, two biases, one squashing",
    ),
    Exercise(
        "3.2", "how many parameters",
        "Write `parameters(n, d)`: how many numbers the autoencoder $h = f(W_h y + b_h)$, $\\tilde y = g(W_y h + b_y)$ learns, "
        "all four parameters together (weights not tied).",
        ("W_h has d·n entries, and W_y?", "Each layer has a bias as long as its output."),
        _sizes, parameters,
        (
            Wrong(lambda n, d: 2 * n * d, "the biases are missing"),
            Wrong(lambda n, d: n * d + n + d, "one matrix is missing: W_y is not W_h transposed unless the weights are tied"),
            Wrong(lambda n, d: 2 * n * d + 2 * d, "b_y has n entries, one a component of ỹ"),
            Wrong(lambda n, d: 2 * n * d + 2 * n, "b_h has d entries, one a component of h"),
            Wrong(lambda n, d: 2 * n * d + n, "b_h is missing"),
            Wrong(lambda n, d: 2 * n * d + d, "b_y is missing"),
            Wrong(lambda n, d: 2 * n * d + 2, "a bias is a vector, as long as the output of its layer"),
        ),
        "twice n·d, plus n + d",
    ),
    Exercise(
        "3.3", "is it a rotation?",
        "Write `is_rotation(W)` for a square matrix: `True` if it keeps all lengths and angles and does not mirror, up to rounding, else `False`.",
        ("Keeping all inner products means $W^T W = I$.", "A mirror also satisfies it; its determinant is −1.", "Floats round: compare with `torch.allclose(..., atol=1e-5)`."),
        _matrix, is_rotation,
        (
            Wrong(lambda W: abs(torch.linalg.det(W).item() - 1) < 1e-5, "determinant 1 keeps areas, not lengths: a shear passes this test"),
            Wrong(lambda W: torch.allclose(W.T @ W, torch.eye(len(W)), atol=1e-5), "a mirror keeps lengths too; a rotation also has a positive determinant"),
            Wrong(lambda W: torch.allclose(W.square().sum(dim=0), torch.ones(len(W)), atol=1e-5), "columns of length 1 are not enough: they must also be orthogonal, and W must not mirror"),
            Wrong(lambda W: torch.allclose(W.square().sum(dim=0), torch.ones(len(W)), atol=1e-5) and torch.linalg.det(W).item() > 0, "columns of length 1 are not enough: they must also be orthogonal"),
            Wrong(lambda W: abs((W[:, 0] @ W[:, 1]).item()) < 1e-5 and torch.linalg.det(W).item() > 0, "orthogonal columns are not enough: they must also have length 1"),
            Wrong(lambda W: abs(abs(torch.linalg.det(W).item()) - 1) < 1e-5, "a determinant of ±1 keeps areas, not lengths: a shear passes this test, and a mirror"),
            Wrong(lambda W: torch.allclose(W.T @ W, torch.eye(len(W))) and torch.linalg.det(W).item() > 0, "a rotation is refused: floats round, a zero comes out as 1e-8, and `==` and the default of `torch.allclose` take that for a difference; allow `atol=1e-5`"),
            Wrong(lambda W: torch.linalg.det(W).item() > 0, "a positive determinant says that W does not mirror; lengths are another matter"),
        ),
        "all singular values 1 and a positive determinant",
    ),
    Exercise(
        "3.4", "the number to report",
        "An epoch gave the mean energy of each mini-batch, `batch_means`, and the sizes of the batches, `batch_sizes`, two tensors (number of batches,). "
        "The last batch is smaller. Write `mean_energy(batch_means, batch_sizes)`: the mean energy of all samples, each counted once; one number.",
        ("A mean times a size is a sum.", "Sum all samples, then divide by how many there are."),
        _batches, mean_energy,
        (
            Wrong(lambda batch_means, batch_sizes: batch_means[-1], "the loss of the last batch: a few samples, quoted for all"),
            Wrong(lambda batch_means, batch_sizes: batch_means.mean(), "a mean of means: samples of the small last batch count for more"),
            Wrong(lambda batch_means, batch_sizes: batch_means.sum(), "a sum of means: divide by the number of samples, after weighting each mean by its batch"),
            Wrong(lambda batch_means, batch_sizes: (batch_means * batch_sizes).sum(), "that is the sum over all samples; divide by how many there are"),
            Wrong(lambda batch_means, batch_sizes: (batch_means * batch_sizes).mean(), "divided by the number of batches; divide by the number of samples"),
            Wrong(lambda batch_means, batch_sizes: batch_means.sum() / batch_sizes.sum(), "the means are not yet weighted by the sizes of their batches"),
        ),
        "each sample once; and report it on the test set",
    ),
    Exercise(
        "3.5", "one grey scale",
        "For display, write `to_grey(images)`: the same scale · value + offset for all of `images` (k, n), so that the smallest value "
        "of all becomes 0 and the largest of all becomes 1. A pale image then stays pale next to a dark one.",
        ("How many smallest and largest values should there be?", "Subtract the smallest first; how wide is the range then?"),
        _contrasts, to_grey,
        (
            Wrong(_autoscaled, "each image has a scale of its own: a loss of contrast, the commonest fault of a reconstruction, becomes invisible"),
            Wrong(lambda images: _autoscaled(images, 0), "each pixel has a scale of its own: the smallest and the largest of *all* values"),
            Wrong(lambda images: images.clamp(0, 1), "clipping is not scaling: the largest value of all should become 1"),
            Wrong(lambda images: images / images.max(), "the smallest value of all should become 0"),
            Wrong(lambda images: (images - images.min()) / images.max(), "after the smallest value is subtracted, the largest has become smaller too: divide by the range"),
            Wrong(lambda images: images - images.min(), "the offset is right; now the largest value of all should become 1"),
        ),
        "one low and one high for all: differences of contrast stay visible",
    ),
    Exercise(
        "3.6", "mend the loop",
        "Below the first line, the cell has a training loop with **four faults**. Delete that line and mend the loop: `train(model, Y, Y_test)` trains a linear "
        "autoencoder on the images Y (1000, 49) and returns the mean energy of the images `Y_test`, which no step has seen, an energy being the squared error summed over pixels. "
        "The energy of Y has to come within 15 % of the best affine map's. The check runs your loop: any loop that achieves this will do.",
        (
            "Which images does a step see, and which slopes does it follow? Compare with the loop of 3.3.",
            "Without `zero_grad` the slopes of all batches so far are added up.",
            "Whose energy does F hold at the end: that of the test images, or of one batch? Summed over pixels, or averaged?",
        ),
        None, train,
        (
            Wrong(lambda model, Y, Y_test: _loop(model, Y, Y_test, zero=False), "the training does not arrive"),
            Wrong(lambda model, Y, Y_test: _loop(model, Y, Y_test, on_test=True), "test images were trained on"),
            Wrong(lambda model, Y, Y_test: _loop(model, Y, Y_test, last=True), "the model is well trained, the number is not its own"),
            Wrong(lambda model, Y, Y_test: _loop(model, Y, Y_test, per_pixel=True), "the number is per pixel"),
            Wrong(lambda model, Y, Y_test: [_loop(model, Y, Y_test)], "return one number, the mean energy of the test images"),
        ),
        "trained on Y, judged on images that no step has seen, every one counted, in the course's units",
        judge=_mended,
        seconds=30,
    ),
    Exercise(
        "3.7", "the axes within",
        "A linear autoencoder has reached the optimum: the columns of its `W_y`, (n, d), span the subspace of the d principal components, mixed in some way. "
        "Write `components(W_y, Y)`: the principal components themselves, (n, d), of length 1, the one of largest variance first, each with either sign. Y (m, n) are the images.",
        (
            "First an orthonormal basis of the columns, `torch.linalg.qr(W_y).Q`. What are the coordinates of the images in it?",
            "Within the subspace it is PCA once more, of d coordinates: along which d directions are they uncorrelated?",
            "`torch.linalg.eigh` of the covariance (d, d) of the coordinates; it sorts its eigenvectors from small to large.",
        ),
        None, components,
        (
            Wrong(_basis, "an orthonormal basis of the right subspace, with other axes"),
            Wrong(lambda W_y, Y: components(W_y, torch.cat([Y, -Y])), "an orthonormal basis of the right subspace, with axes for images that were not centred"),
            Wrong(lambda W_y, Y: W_y / W_y.norm(dim=0), "your columns are not at right angles to each other"),
            Wrong(lambda W_y, Y: components(W_y, Y).flip(1), "the right directions in another order"),
            Wrong(lambda W_y, Y: 2 * components(W_y, Y), "components are directions, of length 1"),
            Wrong(lambda W_y, Y: torch.eye(len(W_y))[:, : W_y.shape[1]], "your columns leave the subspace that the columns of W_y span"),
            Wrong(lambda W_y, Y: _basis(W_y, Y).T @ components(W_y, Y), "d columns are asked for"),
        ),
        "the cost leaves the axes open; the variance of the codes settles them",
        judge=_finds_the_axes,
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

PREDICTIONS = (
    Prediction(
        "3.2", "Which W leaves the circle a circle of the same size?",
        options={
            "1 1; 1 1": "It sends every point to the line y₁ = y₂: the plane is flattened, and the circle with it.",
            "2 0; 0 0.5": "One axis is stretched, the other shrunk: an ellipse of the same area.",
            "0 -1; 1 0": "A quarter turn. It keeps all lengths, and few matrices do.",
        },
        right="0 -1; 1 0",
    ),
    Prediction(
        "3.2b", "In three quarters of the plane a component is negative. What does ReLU leave of these?",
        options={
            "nothing new, they are folded onto the fourth": "A fold would be |y|. ReLU does not turn a negative component round, it sets it to 0.",
            "the origin alone": "Only the quarter in which both components are negative falls onto the origin.",
            "the two positive half-axes": "Where one component is negative it becomes 0, so that quarter falls onto a half-axis; where both are, onto their common end, the origin.",
        },
        right="the two positive half-axes",
    ),
    Prediction(
        "3.3", "Where will the autoencoder with its tanh end on the training digits, if it is trained long?",
        options={
            "below 14.15, for tanh is not linear": "The tanh sits in the encoder. Whatever it makes of the codes, the decoder answers in a flat subspace of dimension 30, and 14.15 is the least that one can leave.",
            "at 14.15, or a little above": "The decoder answers in a flat subspace of dimension 30, and no such subspace leaves less than 14.15.",
            "far above, for tanh squashes the codes": "It could, if it had to: codes small enough lie where tanh is nearly straight, and W_y makes up for their size.",
        },
        right="at 14.15, or a little above",
    ),
    Prediction(
        "3.5", "What will the columns of W_y be after a training?",
        options={
            "the principal components": "They would do, and so does any other basis of the same subspace: the cost does not see which.",
            "the same up to sign and order": "Signs and order are free, and far more is: any invertible mixture of the columns gives the same ỹ.",
            "others, spanning the same subspace": "Squared error finds the subspace, not its axes: a mixture of the columns can be undone by the encoder.",
            "others, spanning another subspace": "Another subspace of ten directions would cost more, and the loss has no other minimum to be caught in.",
        },
        right="others, spanning the same subspace",
    ),
)  # fmt: skip

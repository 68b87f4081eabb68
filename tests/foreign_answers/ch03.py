"""Answers to the exercises of chapter 03 as learners write them from the statement alone, right ones and wrong ones."""

import copy
import math
from functools import partial

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from aecourse import limits, models

# --- 3.1 the forward pass with one matrix -------------------------------------------------------------------------


def tied_loop(y, W, b_h, b_y):
    rows = []
    for sample in y:
        h = torch.tanh(W @ sample + b_h)
        rows.append(W.T @ h + b_y)
    return torch.stack(rows)


def tied_lists(y, W, b_h, b_y):
    y, W, b_h, b_y = (t.tolist() for t in (y, W, b_h, b_y))
    result = []
    for sample in y:
        h = [math.tanh(sum(w * v for w, v in zip(row, sample, strict=True)) + b) for row, b in zip(W, b_h, strict=True)]
        result.append([sum(W[k][i] * h[k] for k in range(len(h))) + b_y[i] for i in range(len(b_y))])
    return result


def tied_einsum(y, W, b_h, b_y):
    h = (torch.einsum("bn,dn->bd", y, W) + b_h).tanh()
    return torch.einsum("bd,dn->bn", h, W) + b_y


def tied_numpy(y, W, b_h, b_y):
    y, W, b_h, b_y = (t.numpy() for t in (y, W, b_h, b_y))
    return np.tanh(y @ W.T + b_h) @ W + b_y


def tied_exponentials(y, W, b_h, b_y):
    a = y.double() @ W.double().T + b_h
    return (1 - torch.exp(-2 * a)) / (1 + torch.exp(-2 * a)) @ W.double() + b_y


def tied_columns(y, W, b_h, b_y):
    return (W.T @ torch.tanh(W @ y.T + b_h[:, None]) + b_y[:, None]).T


def tied_layers(y, W, b_h, b_y):
    encoder = nn.Linear(W.shape[1], W.shape[0])
    encoder.weight, encoder.bias = nn.Parameter(W), nn.Parameter(b_h)
    return functional.linear(torch.tanh(encoder(y)), encoder.weight.T, b_y)


def tied_sigmoid(y, W, b_h, b_y):
    return (2 * torch.sigmoid(2 * (y @ W.T + b_h)) - 1) @ W + b_y


def tied_in_steps(y, W, b_h, b_y):
    h = torch.mm(y, W.t())
    h += b_h
    torch.tanh_(h)
    return torch.addmm(b_y, h, W)


class Tied:
    def __call__(self, y, W, b_h, b_y):
        return tied_einsum(y, W, b_h, b_y)


def tied_no_return(y, W, b_h, b_y):
    tied_loop(y, W, b_h, b_y)


def tied_in_place(y, W, b_h, b_y):
    y -= y.mean(dim=0)
    return tied_einsum(y, W, b_h, b_y)


# --- 3.2 how many parameters --------------------------------------------------------------------------------------


def parameters_by_layers(n, d):
    return sum(p.numel() for p in nn.Sequential(nn.Linear(n, d), nn.Linear(d, n)).parameters())


def parameters_by_shapes(n, d):
    return sum(np.prod(shape) for shape in ((d, n), (d,), (n, d), (n,)))


def parameters_by_model(n, d):
    return sum(p.numel() for p in models.Autoencoder(n, d).parameters())


def parameters_by_counting(n, d):
    count = 0
    for _ in range(n):
        count += 2 * d + 1
    return count + d


def parameters_prints(n, d):
    print(2 * n * d + n + d)


# --- 3.3 is it a rotation? ----------------------------------------------------------------------------------------


def rotation_loop(W):
    W = W.double()
    for i in range(len(W)):
        for j in range(len(W)):
            if abs(W[:, i] @ W[:, j] - float(i == j)) > 1e-4:
                return False
    return bool(torch.linalg.det(W) > 0)


def rotation_svd(W):
    U, s, Vh = torch.linalg.svd(W)
    return torch.allclose(s, torch.ones_like(s), atol=1e-4) and torch.det(U) * torch.det(Vh) > 0


def rotation_inverse(W):
    if abs(torch.linalg.det(W)) < 0.5:
        return False
    return torch.allclose(torch.linalg.inv(W), W.T, atol=1e-4) and bool(torch.linalg.det(W) > 0.5)


def rotation_numpy(W):
    W = W.numpy().astype(float)
    return np.allclose(W.T @ W, np.eye(len(W)), atol=1e-4) and np.linalg.det(W) > 0


def rotation_qr(W):
    """The triangle of a rotation is a diagonal of signs."""
    Q, R = torch.linalg.qr(W.double())
    return bool((R.abs() - torch.eye(len(W))).abs().max() < 1e-4) and torch.det(Q) * torch.det(R) > 0


def rotation_walks(W):
    """Lengths of the axes and of their sums: with the lengths the angles are kept as well."""
    n = len(W)
    eye = torch.eye(n)
    vectors = torch.cat([eye, (eye[:, None] + eye[None]).reshape(-1, n)])
    kept = (vectors @ W.T).norm(dim=1).allclose(vectors.norm(dim=1), atol=1e-4)
    return int(kept and torch.linalg.slogdet(W).sign > 0)


def rotation_rows(W):
    return bool(torch.dist(W @ W.T, torch.eye(len(W))) < 1e-4) & bool(torch.linalg.det(W) > 0)


def rotation_exact(W):
    return torch.equal(W.T @ W, torch.eye(len(W))) and torch.det(W).item() == 1


def rotation_lengths(W):
    return torch.allclose(W.norm(dim=0), torch.ones(len(W)), atol=1e-4) and torch.det(W) > 0


def rotation_random_length(W):
    v = torch.ones(len(W))
    return torch.allclose((W @ v).norm(), v.norm(), atol=1e-4)


# --- 3.4 the number to report -------------------------------------------------------------------------------------


def mean_by_loop(batch_means, batch_sizes):
    total = count = 0
    for mean, size in zip(batch_means, batch_sizes, strict=True):
        total += float(mean) * int(size)
        count += int(size)
    return total / count


def mean_by_repeating(batch_means, batch_sizes):
    return batch_means.repeat_interleave(batch_sizes.long()).mean()


def mean_running(batch_means, batch_sizes):
    mean = torch.tensor(0.0)
    seen = 0
    for value, size in zip(batch_means, batch_sizes, strict=True):
        seen += size
        mean = mean + (value - mean) * size / seen
    return mean


def mean_total_only(batch_means, batch_sizes):
    return (batch_means * batch_sizes).sum()


def mean_in_place(batch_means, batch_sizes):
    batch_means *= batch_sizes
    return batch_means.sum() / batch_sizes.sum()


# --- 3.5 one grey scale -------------------------------------------------------------------------------------------


def grey_numpy(images):
    images = images.numpy()
    return (images - images.min()) / np.ptp(images)


def grey_lists(images):
    rows = images.tolist()
    low, high = min(map(min, rows)), max(map(max, rows))
    return [[(v - low) / (high - low) for v in row] for row in rows]


def grey_in_steps(images):
    shifted = images.clone()
    shifted -= shifted.min()
    shifted /= shifted.max()
    return shifted


def grey_scale_and_offset(images):
    low, high = torch.aminmax(images)
    scale = 1 / (high - low)
    return torch.addcmul(-low * scale, images, scale)


def grey_quantiles(images):
    low, high = images.double().flatten().quantile(torch.tensor([0.0, 1.0], dtype=torch.float64))
    return (images - low) / (high - low)


def grey_sorted(images):
    values = images.flatten().sort().values
    return torch.lerp(torch.zeros(()), torch.ones(()), (images - values[0]) / (values[-1] - values[0]))


def grey_interpolated(images):
    return np.interp(images.numpy(), [images.min().item(), images.max().item()], [0, 1])


def grey_in_place(images):
    images -= images.min()
    return images / images.max()


# --- 3.6 mend the loop --------------------------------------------------------------------------------------------


def train_mended(model, Y, Y_test, lr=1e-2, epochs=40, batch=100):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    for _ in range(epochs):
        for y in Y.split(batch):
            optimiser.zero_grad()
            F = (y - model(y)).square().sum(dim=1)
            F.mean().backward()
            optimiser.step()
    with torch.no_grad():
        return (Y_test - model(Y_test)).square().sum(dim=1).mean().item()


def train_shuffled(model, Y, Y_test):
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-2, weight_decay=0)
    for epoch in range(60):
        order = torch.randperm(len(Y), generator=torch.Generator().manual_seed(epoch))
        for chosen in order.split(50):
            y = Y[chosen]
            loss = functional.mse_loss(model(y), y, reduction="sum") / len(y)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
    return functional.mse_loss(model(Y_test), Y_test, reduction="sum") / len(Y_test)


def train_full_batch(model, Y, Y_test):
    optimiser = torch.optim.LBFGS(model.parameters(), max_iter=150, line_search_fn="strong_wolfe")

    def closure():
        optimiser.zero_grad()
        loss = (Y - model(Y)).square().sum(dim=1).mean()
        loss.backward()
        return loss

    optimiser.step(closure)
    return float((Y_test - model(Y_test)).pow(2).sum(1).mean().detach())


def train_with_pixel_means(model, Y, Y_test):
    """Slopes of the mean over pixels differ by a factor only, and Adam does not see it."""
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(40):
        for y in torch.utils.data.DataLoader(Y, batch_size=100, shuffle=True):
            model.zero_grad()
            functional.mse_loss(model(y), y).backward()
            optimiser.step()
    return np.mean([((y - model(y)) ** 2).sum().item() for y in Y_test.split(1)])


def train_weighted_at_the_end(model, Y, Y_test):
    train_mended(model, Y, Y_test)
    sums = [(y - model(y)).square().sum().detach() for y in Y_test.split(77)]
    return torch.stack(sums).sum() / len(Y_test)


def train_nothing(model, Y, Y_test):
    return train_mended(model, Y, Y_test, epochs=0)


def train_as_it_stands(model, Y, Y_test):
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(40):
        for y in Y_test.split(100):
            F = (y - model(y)).square().mean(dim=1)
            F.mean().backward()
            optimiser.step()
    return F[-1].item()


def train_on_the_test(model, Y, Y_test):
    return train_mended(model, Y_test, Y_test)


def train_on_both(model, Y, Y_test):
    return train_mended(model, torch.cat([Y, Y_test]), Y_test)


def train_piles_up(model, Y, Y_test):
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(40):
        for y in Y.split(100):
            (y - model(y)).square().sum(dim=1).mean().backward()
            optimiser.step()
    return (Y_test - model(Y_test)).square().sum(dim=1).mean().item()


def train_reports_pixel_means(model, Y, Y_test):
    return train_mended(model, Y, Y_test) / 49


def train_reports_the_last_image(model, Y, Y_test):
    train_mended(model, Y, Y_test)
    return (Y_test - model(Y_test)).square().sum(dim=1)[-1].item()


def train_reports_the_training(model, Y, Y_test):
    return train_mended(model, Y, Y)


def train_reports_all_of_them(model, Y, Y_test):
    train_mended(model, Y, Y_test)
    return (Y_test - model(Y_test)).square().sum(dim=1).detach()


def train_reports_a_sum(model, Y, Y_test):
    return train_mended(model, Y, Y_test) * len(Y_test)


def train_a_copy(model, Y, Y_test):
    return train_mended(copy.deepcopy(model), Y, Y_test)


def train_by_formula(model, Y, Y_test):
    """No model at all: it reports what the best affine map leaves."""
    best = limits.pca(Y, 10)
    return (Y_test - best.reconstruct(Y_test)).square().sum(dim=1).mean().item()


def train_uphill(model, Y, Y_test):
    optimiser = torch.optim.SGD(model.parameters(), lr=1e-3)
    for y in Y.split(100):
        optimiser.zero_grad()
        (-(y - model(y)).square().sum(dim=1).mean()).backward()
        optimiser.step()
    return (Y_test - model(Y_test)).square().sum(dim=1).mean().item()


def train_without_end(model, Y, Y_test):
    while (Y_test - model(Y_test)).square().sum() > 0:
        train_mended(model, Y, Y_test, epochs=1)


def train_one_pass(model, Y, Y_test):
    return train_mended(model, Y, Y_test, epochs=1, lr=1e-4)


def train_no_return(model, Y, Y_test):
    train_mended(model, Y, Y_test)


def components_svd(W_y, Y):
    Q = torch.linalg.svd(W_y, full_matrices=False).U
    centred = Y - Y.mean(0, keepdim=True)
    return Q @ torch.linalg.svd(centred @ Q, full_matrices=False).Vh.T


def components_whole(W_y, Y):
    """PCA from scratch: the trained columns are not needed."""
    return torch.linalg.eigh(torch.cov(Y.T)).eigenvectors.flip(1)[:, : W_y.shape[1]]


def components_projector(W_y, Y):
    P = W_y @ torch.linalg.pinv(W_y)
    values, vectors = torch.linalg.eigh(P @ torch.cov(Y.T) @ P)
    return vectors[:, values.argsort(descending=True)[: W_y.shape[1]]]


def components_numpy(W_y, Y):
    Q, _ = np.linalg.qr(W_y.numpy().astype(float))
    codes = (Y - Y.mean(0)).numpy() @ Q
    values, vectors = np.linalg.eig(np.cov(codes.T))
    return Q @ vectors[:, np.argsort(-values)]


def components_deflation(W_y, Y):
    """One after the other, each by power iteration."""
    Q = torch.linalg.qr(W_y.double()).Q
    S, found = Q.T @ torch.cov(Y.double().T) @ Q, []
    for _ in range(len(S)):
        v = torch.ones(len(S)).double()
        for _ in range(3000):
            v = S @ v / (S @ v).norm()
        found.append(Q @ v)
        S = S - (v @ S @ v) * torch.outer(v, v)
    return torch.stack(found, dim=1)


def components_gram_schmidt(W_y, Y):
    basis = []
    for column in W_y.T:
        for earlier in basis:
            column = column - (column @ earlier) * earlier
        basis.append(column / column.norm())
    return torch.stack(basis, dim=1)


def components_uncentred(W_y, Y):
    Q = torch.linalg.qr(W_y).Q
    return Q @ torch.linalg.eigh(Q.T @ Y.T @ Y @ Q).eigenvectors.flip(1)


def components_turned_the_wrong_way(W_y, Y):
    Q = torch.linalg.qr(W_y).Q
    return Q @ torch.linalg.eigh(torch.cov((Y @ Q).T)).eigenvectors.flip(1).T


RIGHT = {
    "3.1": {
        "a loop": tied_loop, "lists": tied_lists, "einsum": tied_einsum, "NumPy": tied_numpy,
        "exponentials": tied_exponentials, "columns": tied_columns, "layers": tied_layers, "a sigmoid": tied_sigmoid,
        "in steps": tied_in_steps, "a class": Tied(), "a rearranged partial": partial(tied_einsum),
        "matmul": lambda y, W, b_h, b_y: torch.matmul(torch.matmul(y, W.mT).add(b_h).tanh(), W).add(b_y),
        "64 bits": lambda y, W, b_h, b_y: tied_columns(y.double(), W.double(), b_h.double(), b_y.double()),
        "batched": lambda y, W, b_h, b_y: (W.T @ torch.tanh(W @ y[..., None] + b_h[:, None]))[..., 0] + b_y,
    },
    "3.2": {
        "as a sum": lambda n, d: n * d + d + d * n + n, "factored": lambda n, d: (2 * d + 1) * n + d,
        "layers": parameters_by_layers, "shapes": parameters_by_shapes, "the model": parameters_by_model,
        "counting": parameters_by_counting, "float": lambda n, d: 2.0 * n * d + n + d,
        "tensor": lambda n, d: torch.tensor(2 * n * d + n + d),
        "completed": lambda n, d: ((2 * n + 1) * (2 * d + 1) - 1) // 2,
        "numpy": lambda n, d: np.int64(2 * n * d + n + d), "partial": partial(lambda two, n, d: two * n * d + n + d, 2),
        "per layer": lambda n, d: sum(a * b + b for a, b in ((n, d), (d, n))),
        "one float": lambda n, d: torch.tensor(float(2 * n * d + n + d)),
    },
    "3.3": {
        "a loop": rotation_loop, "svd": rotation_svd, "inverse": rotation_inverse, "numpy": rotation_numpy,
        "qr": rotation_qr, "walks": rotation_walks, "rows": rotation_rows,
        "largest gap": lambda W: ((W @ W.T - torch.eye(len(W))).abs().max() < 1e-3) and (torch.det(W) > 0),
        "allclose": lambda W: torch.allclose(W.T @ W, torch.eye(W.shape[0]), atol=1e-5) and torch.det(W).item() > 0,
        "slogdet": lambda W: torch.allclose(W.mT @ W, torch.eye(len(W)), atol=1e-4) and bool(torch.slogdet(W)[0] == 1),
        "isclose": lambda W: torch.isclose(W @ W.T, torch.eye(len(W)), atol=1e-4).all() & (torch.det(W) > 0),
        "numpy's truth": lambda W: np.bool_(rotation_svd(W)), "one or nought": lambda W: int(rotation_inverse(W)),
    },
    "3.4": {
        "a loop": mean_by_loop, "repeating": mean_by_repeating, "running": mean_running,
        "a ratio": lambda means, sizes: (means * sizes).sum() / sizes.sum(),
        "a product": lambda means, sizes: (means @ sizes.to(means.dtype)) / sizes.sum(),
        "numpy": lambda means, sizes: np.average(means.numpy(), weights=sizes.numpy()),
        "weights": lambda means, sizes: ((sizes / sizes.sum()) * means).sum(),
        "64 bits": lambda means, sizes: (means.double() * sizes).sum().item() / float(sizes.sum()),
        "einsum": lambda means, sizes: torch.einsum("i,i->", means, sizes.float()) / sizes.sum(),
        "python": lambda m, s: sum(a * b for a, b in zip(m.tolist(), s.tolist(), strict=True)) / sum(s.tolist()),
        "cumulative": lambda means, sizes: (means * sizes).cumsum(0)[-1] / sizes.cumsum(0)[-1],
        "kept dimension": lambda means, sizes: ((means * sizes).sum(0, keepdim=True) / sizes.sum())[0],
        "dot": lambda means, sizes: means.dot(sizes.to(means)).div(sizes.sum()),
    },
    "3.5": {
        "plain": lambda images: (images - images.min()) / (images.max() - images.min()),
        "numpy": grey_numpy, "lists": grey_lists, "in steps": grey_in_steps, "scale and offset": grey_scale_and_offset,
        "quantiles": grey_quantiles, "sorted": grey_sorted, "interpolated": grey_interpolated,
        "from above": lambda images: 1 - (images.max() - images) / (images.max() - images.min()),
        "amin": lambda images: images.sub(images.amin()).div(images.amax().sub(images.amin())),
        "clamped": lambda images: grey_in_steps(images).clamp(0, 1),
        "64 bits": lambda images: grey_in_steps(images.double()),
        "guarded": lambda images: (images - images.min()) / (images.max() - images.min()).clamp(min=1e-12),
    },
    "3.6": {
        "mended": train_mended, "shuffled": train_shuffled, "full batches": train_full_batch,
        "means over pixels": train_with_pixel_means, "weighted at the end": train_weighted_at_the_end,
        "small batches": partial(train_mended, batch=25, epochs=20), "longer": partial(train_mended, epochs=80),
        "slower": partial(train_mended, lr=3e-3, epochs=80), "one number as a tensor":
            lambda *given: torch.tensor(train_mended(*given)),
        "odd batches": partial(train_mended, batch=64),
    },
    "3.7": {
        "two decompositions": components_svd, "from scratch": components_whole, "a projector": components_projector,
        "numpy": components_numpy, "one by one": components_deflation, "the package": lambda W_y, Y:
            limits.pca(Y, W_y.shape[1]).basis, "other signs": lambda W_y, Y: -components_svd(W_y, Y),
        "pca_lowrank": lambda W_y, Y: torch.pca_lowrank(Y, q=30, niter=20)[2][:, : W_y.shape[1]],
        "64 bits": lambda W_y, Y: components_svd(W_y.double(), Y.double()),
        "from their projections": lambda W_y, Y: components_whole(W_y, Y @ W_y @ torch.linalg.pinv(W_y)),
    },
}  # fmt: skip

WRONG = {
    "3.1": {
        "no squashing": lambda y, W, b_h, b_y: (y @ W.T + b_h) @ W + b_y,
        "squashed twice": lambda y, W, b_h, b_y: torch.tanh(tied_loop(y, W, b_h, b_y)),
        "squashed at the end": lambda y, W, b_h, b_y: torch.tanh((y @ W.T + b_h) @ W + b_y),
        "sigmoid": lambda y, W, b_h, b_y: torch.sigmoid(y @ W.T + b_h) @ W + b_y,
        "relu": lambda y, W, b_h, b_y: torch.relu(y @ W.T + b_h) @ W + b_y,
        "untransposed": lambda y, W, b_h, b_y: torch.tanh(y @ W + b_h) @ W.T + b_y,
        "no first bias": lambda y, W, b_h, b_y: torch.tanh(y @ W.T) @ W + b_y,
        "no second bias": lambda y, W, b_h, b_y: torch.tanh(y @ W.T + b_h) @ W,
        "no biases": lambda y, W, b_h, b_y: torch.tanh(y @ W.T) @ W,
        "bias outside": lambda y, W, b_h, b_y: (torch.tanh(y @ W.T) + b_h) @ W + b_y,
        "bias taken off": lambda y, W, b_h, b_y: torch.tanh(y @ W.T - b_h) @ W + b_y,
        "the inverse": lambda y, W, b_h, b_y: torch.tanh(y @ W.T + b_h) @ torch.linalg.pinv(W).T + b_y,
        "the code": lambda y, W, b_h, b_y: torch.tanh(y @ W.T + b_h),
        "both": lambda y, W, b_h, b_y: (torch.tanh(y @ W.T + b_h), tied_loop(y, W, b_h, b_y)),
        "the energy": lambda y, W, b_h, b_y: (y - tied_loop(y, W, b_h, b_y)).square().sum(dim=1),
        "the first alone": lambda y, W, b_h, b_y: tied_loop(y[:1], W, b_h, b_y),
        "columns": lambda y, W, b_h, b_y: tied_loop(y, W, b_h, b_y).T,
        "no return": tied_no_return, "in place": tied_in_place, "biases swapped": lambda y, W, b_y, b_h:
            tied_loop(y, W, b_h, b_y),
        "elementwise": lambda y, W, b_h, b_y: torch.tanh(y * W + b_h) * W + b_y,
    },
    "3.2": {
        "no biases": lambda n, d: 2 * n * d, "tied": lambda n, d: n * d + n + d, "one layer": lambda n, d: n * d + d,
        "biases twice": lambda n, d: 2 * (n * d + n + d), "biases multiplied": lambda n, d: 2 * n * d + n * d,
        "one bias": lambda n, d: 2 * n * d + d, "the other bias": lambda n, d: 2 * n * d + n,
        "squares": lambda n, d: n**2 + d**2 + n + d, "equal biases": lambda n, d: 2 * n * d + 2 * d,
        "a fixed size": lambda n, d: 2 * 784 * d + 784 + d, "a pair": lambda n, d: (n * d + d, d * n + n),
        "shapes": lambda n, d: {"W_h": (d, n), "b_h": (d,), "W_y": (n, d), "b_y": (n,)},
        "of tensors": lambda n, d: 4, "prints": parameters_prints, "power": lambda n, d: (n * d) ** 2 + n + d,
        "numbers and units": lambda n, d: f"{2 * n * d + n + d} numbers",
    },
    "3.3": {
        "mirrors too": lambda W: torch.allclose(W.T @ W, torch.eye(len(W)), atol=1e-4),
        "by the determinant": lambda W: bool((torch.det(W) - 1).abs() < 1e-4),
        "by its size": lambda W: bool((torch.det(W).abs() - 1).abs() < 1e-4),
        "allclose as it comes": lambda W: torch.allclose(W.T @ W, torch.eye(len(W))) and torch.det(W) > 0,
        "exactly": rotation_exact, "by lengths": rotation_lengths, "by one vector": rotation_random_length,
        "symmetric": lambda W: torch.allclose(W, W.T), "its own inverse":
            lambda W: torch.allclose(W @ W, torch.eye(len(W)), atol=1e-4) and torch.det(W) > 0,
        "by eigenvalues": lambda W: torch.allclose(torch.linalg.eigvals(W).abs(), torch.ones(len(W)), atol=1e-4),
        "the product": lambda W: W.T @ W, "a distance": lambda W: (W.T @ W - torch.eye(len(W))).norm(),
        "never": lambda W: False, "always": lambda W: True, "full rank": lambda W:
            bool(torch.linalg.matrix_rank(W) == len(W)),
        "upside down": lambda W: not rotation_svd(W), "trace": lambda W: bool(W.trace() > 0),
        "in words": lambda W: "yes" if rotation_svd(W) else "no",
        "of the plane": lambda W: torch.allclose(W[:2, :2].T @ W[:2, :2], torch.eye(2), atol=1e-4) and torch.det(W) > 0,
        "entry by entry": lambda W: torch.isclose(W.T @ W, torch.eye(len(W)), atol=1e-4),
    },
    "3.4": {
        "mean of means": lambda means, sizes: means.mean(), "the sum": mean_total_only,
        "by the number of batches": lambda means, sizes: (means * sizes).sum() / len(sizes),
        "by the largest batch": lambda means, sizes: (means * sizes).sum() / (len(sizes) * sizes.max()),
        "the last": lambda means, sizes: means[-1], "the first": lambda means, sizes: means[0],
        "median": lambda means, sizes: means.median(), "inverse weights":
            lambda means, sizes: (means / sizes).sum() / (1 / sizes).sum(),
        "sum of means": lambda means, sizes: means.sum(),
        "sum by samples": lambda means, sizes: means.sum() / sizes.sum(),
        "squared weights": lambda means, sizes: (means * sizes**2).sum() / (sizes**2).sum(),
        "without the last": lambda means, sizes: (means[:-1] * sizes[:-1]).sum() / sizes[:-1].sum(),
        "shares": lambda means, sizes: means * sizes / sizes.sum(), "in place": mean_in_place,
        "whole division": lambda means, sizes: (means * sizes).sum() // sizes.sum(),
        "order swapped": lambda sizes, means: (means * means).sum() / means.sum(),
        "prints": lambda means, sizes: print((means * sizes).sum() / sizes.sum()),
    },
    "3.5": {
        "each image": lambda images: (images - images.amin(1, keepdim=True))
            / (images.amax(1, keepdim=True) - images.amin(1, keepdim=True)),
        "each pixel": lambda images: (images - images.amin(0)) / (images.amax(0) - images.amin(0)).clamp(min=1e-9),
        "by the largest": lambda images: images / images.max(), "clamped": lambda images: images.clamp(0, 1),
        "sigmoid": torch.sigmoid, "standardised": lambda images: (images - images.mean()) / images.std(),
        "by the largest size": lambda images: (images / images.abs().max() + 1) / 2,
        "not shifted": lambda images: images / (images.max() - images.min()),
        "not scaled": lambda images: images - images.min(),
        "by the largest after": lambda images: (images - images.min()) / images.max(),
        "turned round": lambda images: (images.max() - images) / (images.max() - images.min()),
        "bytes": lambda images: (255 * (images - images.min()) / (images.max() - images.min())).round(),
        "ranks": lambda images: images.flatten().argsort().argsort().view_as(images) / (images.numel() - 1),
        "square root": lambda images: grey_in_steps(images).sqrt(), "in place": grey_in_place,
        "to one": lambda images: 2 * grey_in_steps(images) - 1, "the first's scale":
            lambda images: (images - images[0].min()) / (images[0].max() - images[0].min()),
        "softmax": lambda images: images.flatten().softmax(0).view_as(images),
        "scale alone": lambda images: (1 / (images.max() - images.min()), -images.min()),
        "no return": lambda images: None,
    },
    "3.6": {
        "as it stands": train_as_it_stands, "not at all": train_nothing, "on the test": train_on_the_test,
        "on both": train_on_both, "slopes pile up": train_piles_up, "means over pixels": train_reports_pixel_means,
        "the last image": train_reports_the_last_image, "the training energy": train_reports_the_training,
        "all energies": train_reports_all_of_them, "a sum": train_reports_a_sum, "a copy": train_a_copy,
        "by formula": train_by_formula, "uphill": train_uphill, "never ends": train_without_end,
        "one short pass": train_one_pass, "no return": train_no_return,
    },
    "3.7": {
        "as they are": lambda W_y, Y: W_y, "normalised": lambda W_y, Y: W_y / W_y.norm(dim=0),
        "orthonormal": components_gram_schmidt, "qr": lambda W_y, Y: torch.linalg.qr(W_y).Q,
        "svd of W_y": lambda W_y, Y: torch.linalg.svd(W_y, full_matrices=False).U,
        "eigenvectors of W_y": lambda W_y, Y: torch.linalg.eigh(W_y @ W_y.T).eigenvectors[:, -W_y.shape[1] :].flip(1),
        "small first": lambda W_y, Y: components_svd(W_y, Y).flip(1), "uncentred": components_uncentred,
        "rows": lambda W_y, Y: components_svd(W_y, Y).T, "the wrong turn": components_turned_the_wrong_way,
        "scaled": lambda W_y, Y: components_svd(W_y, Y) * torch.linspace(2, 1, W_y.shape[1]),
        "the last ones": lambda W_y, Y: torch.linalg.eigh(torch.cov(Y.T)).eigenvectors[:, : W_y.shape[1]],
        "too many": lambda W_y, Y: torch.linalg.eigh(torch.cov(Y.T)).eigenvectors.flip(1),
        "only the first": lambda W_y, Y: components_svd(W_y, Y)[:, :1],
        "codes": lambda W_y, Y: Y @ components_svd(W_y, Y),
        "with their variances": lambda W_y, Y: (components_svd(W_y, Y), (Y @ W_y).var(dim=0)),
        "raw coordinates": lambda W_y, Y: torch.linalg.eigh(torch.cov((Y @ W_y).T)).eigenvectors,
        "no return": lambda W_y, Y: None,
    },
}  # fmt: skip

"""What chapter 3 says is true: its live figure, the loop to mend, what PCA leaves, and the saddles on the way."""

from pathlib import Path

import nbformat
import pytest
import torch

from aecourse import data, exercises, limits, models, training
from aecourse.chapters.ch03_the_autoencoder.live_figures import factors, matrix_and_squashing, parse_matrix, reading


@pytest.mark.parametrize(
    "typed",
    ["", "1 2 3 4", "1 2; 3", "a b; c d", "1 2; 3 4; 5 6", "inf 0; 0 1", "nan 0; 0 1", "1e9 0; 0 1",
     "<script>alert(1)</script>", "__import__('os').system('x') 1; 1 1", "9" * 10_000],
)  # fmt: skip
def test_what_is_no_matrix_is_refused_and_the_picture_stays(typed):
    assert parse_matrix(typed) is None
    picture = matrix_and_squashing()
    drawn = picture.set(typed="2 0; 0 1").figure.axes[3].collections[0].get_offsets().copy()
    assert "is no 2 × 2 matrix" in picture.set(typed=typed).caption
    assert len(picture.caption) < 200
    assert (picture.figure.axes[3].collections[0].get_offsets() == drawn).all()  # the last good matrix stays


def test_matrices_are_read_and_described():
    assert parse_matrix(" 1,0.5 ; 0 1").tolist() == [[1.0, 0.5], [0.0, 1.0]]
    assert "a rotation" in reading(torch.tensor([[0.0, -1.0], [1.0, 0.0]]))
    assert "with a mirror" in reading(torch.tensor([[0.0, 1.0], [1.0, 0.0]]))
    assert "stretches" in reading(torch.tensor([[1.0, 0.5], [0.0, 1.0]]))
    assert "flattens" in reading(torch.ones(2, 2))


@pytest.mark.parametrize(
    "typed", ["1 0.5; 0 1", "0 -1; 1 0", "0 1; 1 0", "1 1; 1 1", "-1 0; 0 -1", "-2 1; 3 0.5", "0 0; 0 0"]
)
def test_rotate_scale_rotate_is_the_matrix_and_the_first_never_mirrors(typed):
    W = parse_matrix(typed)
    U, S, Vt = factors(W)
    torch.testing.assert_close(U @ S.diag() @ Vt, W, atol=1e-6, rtol=0)
    torch.testing.assert_close(Vt @ Vt.T, torch.eye(2))
    assert torch.linalg.det(Vt) > 0
    assert Vt[0, 0] >= 0  # a quarter turn at most
    assert (S >= 0).all()


def test_the_panels_are_the_steps_and_the_star_is_one_point():
    axes = matrix_and_squashing().set(typed="2 1; 0 1", f="ReLU").figure.axes
    stars = [torch.tensor([line.get_xdata()[0], line.get_ydata()[0]]) for line in (ax.lines[-1] for ax in axes)]
    U, S, Vt = factors(torch.tensor([[2.0, 1.0], [0.0, 1.0]]))
    one = torch.ones(2)
    for star, place in zip(
        stars, (one, Vt @ one, S * (Vt @ one), U @ (S * (Vt @ one)), torch.tensor([3.0, 1.0])), strict=True
    ):
        torch.testing.assert_close(star, place, atol=1e-5, rtol=0)


def test_the_error_of_pca_is_the_variance_that_is_not_kept():
    """Against the singular values of the centred data, which no covariance is formed for."""
    Y = data.digits()[:1500].double()
    S = torch.linalg.svdvals(Y - Y.mean(dim=0)).square() / len(Y)
    for d in (1, 10, 30):
        best = limits.pca(Y, d)
        left = (Y - best.reconstruct(Y)).square().sum(dim=1).mean()
        torch.testing.assert_close(left, S[d:].sum())
        torch.testing.assert_close(best.variance.sum() + left, S.sum())


def test_no_orthonormal_frame_keeps_more_than_the_leading_eigenvectors():
    Y = data.digits()[:1500, 200:300].double()
    Sigma = torch.cov(Y.T, correction=0)
    most, generator = limits.pca(Y, 7).variance.sum(), torch.Generator().manual_seed(0)
    values, vectors = torch.linalg.eigh(Sigma)
    for _ in range(20):
        V = torch.linalg.qr(torch.randn(100, 7, generator=generator).double()).Q
        kept = (V.T @ Sigma @ V).trace()
        weights = (V.T @ vectors).square().sum(dim=0)
        assert kept < most
        assert (weights <= 1 + 1e-12).all()
        torch.testing.assert_close(weights.sum().item(), 7.0)
        torch.testing.assert_close((values * weights).sum(), kept)


def test_other_eigenvectors_are_saddles_and_a_turn_goes_down_by_a_sine_squared():
    Y = data.digits()[:1500].double()
    best = limits.pca(Y, 4)
    model = models.Autoencoder(784, 3, f=models.identity).double()
    V = best.basis[:, [0, 1, 3]]  # the third is left out
    model.load_state_dict({"W_h": V.T, "b_h": -V.T @ best.mean, "W_y": V, "b_y": best.mean})
    F = (Y - model(Y)).square().sum(dim=1).mean()
    slopes = torch.autograd.grad(F, list(model.parameters()))
    assert max(slope.abs().max() for slope in slopes) < 1e-9
    t = torch.tensor(0.4, dtype=torch.float64)
    turned = torch.cat([V[:, :2], t.cos() * V[:, 2:] + t.sin() * best.basis[:, 2:3]], dim=1)
    y = Y - best.mean
    lower = (y - y @ turned @ turned.T).square().sum(dim=1).mean()
    torch.testing.assert_close(F - lower, (best.variance[2] - best.variance[3]) * t.sin() ** 2)


def test_leaving_out_the_tanh_of_a_trained_encoder_lets_the_decoder_do_better():
    Y = data.digits()[:3000]
    model = models.Autoencoder(784, 10, f=torch.tanh)
    training.fit(model, Y, epochs=15, lr=5e-3, progress=False)
    a = (Y @ model.W_h.T + model.b_h).detach().double()
    left = []
    for h in (torch.tanh(a), a):
        inputs = torch.cat([h, torch.ones(len(h), 1).double()], dim=1)
        answer = inputs @ torch.linalg.lstsq(inputs, Y.double()).solution
        left.append((Y - answer).square().sum(dim=1).mean())
    assert left[0] > left[1] > limits.pca(Y.double(), 10).error


def test_the_loop_to_mend_has_each_of_its_four_faults(monkeypatch, tmp_path):
    monkeypatch.setenv("AECOURSE_DATA", str(tmp_path))
    (path,) = Path(__file__).resolve().parents[2].glob("notebooks/03_*.ipynb")
    cells = [cell.source for cell in nbformat.read(path, as_version=4).cells]
    (loop,) = [source for source in cells if source.startswith("def train(")]
    loop = loop.partition("\n\n\nexercises.")[0].replace("    raise NotImplementedError\n", "")

    def said(text):
        scope = {"torch": torch}
        exec(text, scope)
        return exercises.load("3.6").check(scope["train"], seed=1).message

    mended, whole = loop, "F = (Y_test - model(Y_test)).square().mean(dim=1)"
    for message, fault, cure in (
        ("test images were trained on", "Y_test.split", "Y.split"),
        (
            "the training does not arrive",
            "            F.mean().b",
            "            optimiser.zero_grad()\n            F.mean().b",
        ),
        (
            "the model is well trained, the number is not its own",
            "    return F[-1]",
            f"    {whole}\n    return F.mean()",
        ),
        ("the number is per pixel", ".mean(dim=1)", ".sum(dim=1)"),
    ):
        assert said(mended).startswith(message)
        assert fault in mended
        mended = mended.replace(fault, cure)
    assert said(mended).startswith("trained on Y")

"""What the live figures of chapter 3 say is true."""

from pathlib import Path

import nbformat
import pytest
import torch

from aecourse import exercises
from aecourse.chapters.ch03_the_autoencoder.live_figures import matrix_and_squashing, parse_matrix, reading


@pytest.mark.parametrize(
    "typed",
    ["", "1 2 3 4", "1 2; 3", "a b; c d", "1 2; 3 4; 5 6", "inf 0; 0 1", "nan 0; 0 1", "1e9 0; 0 1",
     "<script>alert(1)</script>", "__import__('os').system('x') 1; 1 1", "9" * 10_000],
)  # fmt: skip
def test_what_is_no_matrix_is_refused_and_the_picture_stays(typed):
    assert parse_matrix(typed) is None
    picture = matrix_and_squashing()
    drawn = picture.set(typed="2 0; 0 1").figure.axes[1].collections[0].get_offsets().copy()
    assert "is no 2 × 2 matrix" in picture.set(typed=typed).caption
    assert len(picture.caption) < 200
    assert (picture.figure.axes[1].collections[0].get_offsets() == drawn).all()  # the last good matrix stays


def test_matrices_are_read_and_described():
    assert parse_matrix(" 1,0.5 ; 0 1").tolist() == [[1.0, 0.5], [0.0, 1.0]]
    assert "a rotation" in reading(torch.tensor([[0.0, -1.0], [1.0, 0.0]]))
    assert "with a mirror" in reading(torch.tensor([[0.0, 1.0], [1.0, 0.0]]))
    assert "stretches" in reading(torch.tensor([[1.0, 0.5], [0.0, 1.0]]))
    assert "flattens" in reading(torch.ones(2, 2))


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

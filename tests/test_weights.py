import re
import runpy
from pathlib import Path

import pytest
import safetensors.torch
import torch

from aecourse import data, models, weights

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = weights.FOLDER / "inpainter.safetensors"
TRAINING = runpy.run_path(str(ROOT / "scripts" / "train_inpainter.py"))


def state(model):
    return {name: value.clone() for name, value in model.state_dict().items()}


def same(a, b):
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


@pytest.fixture
def stored(tmp_path):
    """A small model in a file, and the model."""
    model, path = models.Inpainter(4, seed=1), tmp_path / "small.safetensors"
    weights.save(model, path, {"width": 4, "note": "ŷ → ỹ"})
    return model, path


def test_all_that_is_shipped_trained_is_named():
    shipped = {path.stem for path in weights.FOLDER.parent.rglob("*.safetensors")}
    assert shipped == set(re.findall(r"the (inpainter|painter|narrow_codes|cures|denoisers)", weights.__doc__))
    assert shipped == {"inpainter", "painter", "narrow_codes", "cures", "denoisers"}


# --- files ----------------------------------------------------------------------------------------------------------


def test_what_was_saved_comes_back_in_half_precision_with_its_card(stored):
    model, path = stored
    again = weights.load(models.Inpainter(4, seed=2), path)
    assert same(state(again), {name: value.half().float() for name, value in state(model).items()})
    assert weights.card(path) == {"width": "4", "note": "ŷ → ỹ"}
    assert same(state(weights.inpainter(path)), state(again))


def test_a_second_trip_changes_nothing(stored, tmp_path):
    _, path = stored
    first = weights.inpainter(path)
    weights.save(first, tmp_path / "again.safetensors", weights.card(path))
    assert same(state(weights.inpainter(tmp_path / "again.safetensors")), state(first))


def _cut(path):
    path.write_bytes(path.read_bytes()[:-1000])


def _cut_header(path):
    path.write_bytes(path.read_bytes()[:100])


def _nan(path):
    tensors = safetensors.torch.load_file(path)
    tensors["up.weight"][0] = torch.nan
    safetensors.torch.save_file(tensors, path, {"width": "4"})


def _without(path):
    tensors = safetensors.torch.load_file(path)
    del tensors["up.weight"]
    safetensors.torch.save_file(tensors, path, {"width": "4"})


def _wider(path):
    weights.save(models.Inpainter(5), path, {"width": 4})


def _card(card):
    return lambda path: weights.save(models.Inpainter(4), path, card)


DAMAGES = {
    "missing": (Path.unlink, "expected a safetensors file"),
    "empty": (lambda path: path.write_bytes(b""), "expected a safetensors file"),
    "text": (lambda path: path.write_text("these are no weights, " * 50), "expected a safetensors file"),
    "cut short": (_cut, "expected a safetensors file"),
    "cut in its header": (_cut_header, "expected a safetensors file"),
    "a folder": (lambda path: (path.unlink(), path.mkdir()), "expected a safetensors file"),
    "other shapes": (_wider, "expected the weights of this Inpainter, which differs in coarse.layers.0.bias"),
    "a tensor less": (_without, "expected the weights of this Inpainter, which differs in up.weight"),
    "NaN": (_nan, "expected finite weights, got NaN or infinity in up.weight"),
}


@pytest.mark.parametrize(("damage", "said"), DAMAGES.values(), ids=DAMAGES)
def test_a_file_that_will_not_do_is_named_and_the_model_stays_as_it_was(damage, said, stored):
    _, path = stored
    damage(path)
    model = models.Inpainter(4, seed=7)
    before = state(model)
    for load in (lambda: weights.load(model, path), lambda: weights.inpainter(path)):
        with pytest.raises(ValueError, match=f"^{re.escape(str(path))}: {said}"):
            load()
    assert same(state(model), before)


@pytest.mark.parametrize("width", ["", "0", "-4", "four", "9" * 5000, "1000000"])
def test_a_card_without_a_sane_width_is_refused_before_anything_is_built(width, stored):
    _, path = stored
    _card({"width": width})(path)
    with pytest.raises(ValueError, match=f"^{re.escape(str(path))}: .* a card without its width"):
        weights.inpainter(path)


@pytest.mark.parametrize("value", [torch.nan, 1e5])
def test_weights_that_could_not_be_loaded_again_are_not_saved(value, stored):
    _, path = stored
    before = path.read_bytes()
    broken = models.Inpainter(4)
    with torch.no_grad():
        broken.start.weight[0] = value
    with pytest.raises(ValueError, match="expected finite weights, got NaN or infinity in start.weight"):
        weights.save(broken, path, {"width": 4})
    assert path.read_bytes() == before


def test_a_disk_that_fails_leaves_the_old_file_and_no_scraps(stored, monkeypatch):
    _, path = stored
    before = path.read_bytes()

    def full(self, whole):
        self.touch()
        raise OSError("no space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="no space left"):
        weights.save(models.Inpainter(4, seed=9), path, {"width": 4})
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_pickle_is_never_opened(tmp_path):
    path = tmp_path / "weights.pt"

    class Bomb:
        def __reduce__(self):
            return Path.touch, (tmp_path / "exploded",)

    torch.save({"start.weight": Bomb()}, path)
    with pytest.raises(ValueError, match="expected a safetensors file"):
        weights.inpainter(path)
    assert not (tmp_path / "exploded").exists()


# --- what is shipped ------------------------------------------------------------------------------------------------


def test_the_shipped_file_is_small_and_readable_by_all():
    assert SHIPPED.stat().st_size < 500_000
    assert SHIPPED.stat().st_mode & 0o044 == 0o044 or SHIPPED.drive  # no such bits on Windows
    names = {p.name for p in weights.FOLDER.glob("*.*") if p.suffix != ".pyc"}
    recorded = {f"{name}.safetensors" for name in ("narrow_codes", "cures", "denoisers")}
    assert names == {"__init__.py", SHIPPED.name} | recorded


def test_its_card_says_how_it_was_made():
    card = weights.card(SHIPPED)
    said = {"width", "images", "seconds", "epochs", "batch", "lr", "one_cycle", "seed", "optimiser", "energy", "torch"}
    assert set(card) == said | set(TRAINING["KINDS"])
    assert (card["images"], card["seed"]) == ("60000", "0")


@pytest.mark.parametrize("kind", ["50 % of the pixels", "a block of 10 * 10"])
def test_its_cards_figures_are_those_of_the_weights(kind):
    """200 of the 1,000 digits, one seed of five: within the error of so small a sample."""
    model, mask = weights.inpainter(), TRAINING["KINDS"][kind]
    here = TRAINING["decibel"](model, data.digits("test")[:200], mask, seed=0)
    assert here == pytest.approx(float(weights.card(SHIPPED)[kind].split()[0]), abs=1)


def test_the_figures_are_decibels_of_one_long_image():
    """A model that answers 0: the error is the energy of what is hidden."""
    Y = data.digits("test")[:50]
    lower = Y[:, 392:].double().square().sum().item() / Y.numel()
    darkness = TRAINING["decibel"](lambda y, known: y * known, Y, TRAINING["KINDS"]["the lower half"], seed=0)
    assert 10 ** (-darkness / 10) == pytest.approx(lower, rel=1e-5)
    figures = TRAINING["figures"](lambda y, known: y * known, Y)
    assert set(figures) == set(TRAINING["KINDS"])
    assert all(re.fullmatch(r"\d+\.\d\d ± \d\.\d\d dB", figure) for figure in figures.values())


@pytest.mark.parametrize("m", [1, 2, 7, 512])
def test_what_is_hidden_in_training_is_a_mask_for_each_image(m):
    y = torch.rand(m, 784)
    known = TRAINING["hide"](y, torch.Generator().manual_seed(0))
    assert known.shape == y.shape
    assert set(known.unique().tolist()) <= {0.0, 1.0}
    assert torch.equal(known, TRAINING["hide"](y, torch.Generator().manual_seed(0)))


def test_all_three_kinds_of_hiding_occur_in_a_batch():
    hidden = 1 - TRAINING["hide"](torch.rand(512, 784), torch.Generator().manual_seed(0)).view(-1, 28, 28)
    pixels, blocks, halves = hidden[:230], hidden[230:460], hidden[460:]
    shares = pixels.mean(dim=(1, 2))
    assert 0.1 < shares.min() < shares.max() < 0.9
    sides = blocks.sum(dim=(1, 2)).sqrt()
    assert sides.unique().numel() == 1
    assert 4 <= sides[0] <= 14
    assert torch.equal(halves, (torch.arange(28) >= 14).float()[:, None].expand(52, 28, 28))

import gzip
import hashlib
import http.server
import threading
from pathlib import Path

import numpy as np
import pytest
import torch

from aecourse import data
from aecourse.data import full

# The arrays, not the archive: another zlib packs the same arrays into other bytes.
SHA256 = {
    ("digits.npz", "train_images"): "d3409f6fe5564fea",
    ("digits.npz", "train_labels"): "7fd1004de32b5960",
    ("digits.npz", "test_images"): "ffdd4ab16174fe2a",
    ("digits.npz", "test_labels"): "fc2e381df25c8b7e",
    ("garments.npz", "test_images"): "86897711ead32946",
    ("garments.npz", "test_labels"): "ac8e26613747c753",
}


@pytest.mark.parametrize(("file", "name"), SHA256)
def test_embedded_arrays_are_the_published_ones(file, name):
    from aecourse.data.embedded import _load

    assert hashlib.sha256(_load(file)[name].tobytes()).hexdigest()[:16] == SHA256[file, name]


def test_spiral_lies_in_its_square_and_is_denser_toward_the_centre():
    y = data.spiral(200)
    assert y.shape == (200, 2)
    assert y.abs().max() <= 1.2
    gaps = (y[1:] - y[:-1]).norm(dim=1)
    assert (gaps[1:] > gaps[:-1]).all()
    assert torch.allclose(y[-1], torch.tensor([1.0, 0.0]), atol=1e-6)


def test_spiral_is_an_archimedean_spiral():
    y = data.spiral(300).double()
    radius = y.norm(dim=1)
    turned = torch.stack([(4 * torch.pi * radius).cos(), (4 * torch.pi * radius).sin()], dim=1)
    assert torch.allclose(y, radius[:, None] * turned, atol=1e-5)


def test_ellipse_satisfies_its_equation():
    y = data.ellipse(torch.linspace(0, 7, 50)[:, None], width=2.0, height=0.3)
    assert torch.allclose((y[:, 0] / 2) ** 2 + (y[:, 1] / 0.3) ** 2, torch.ones(50), atol=1e-5)


@pytest.mark.parametrize(("split", "m"), [("train", 10_000), ("test", 2_000)])
def test_digits_have_their_shape_range_and_every_class(split, m):
    images, labels = data.digits(split, labels=True)
    assert images.shape == (m, 784)
    assert images.dtype == torch.float32
    assert (images.min(), images.max()) == (0, 1)
    assert labels.dtype == torch.int64
    assert labels.bincount(minlength=10).min() > 0.07 * m


# Of the whole of MNIST, as published: mean and spread of all pixels, and how many images show a 0, a 1, ...
INK = {"train": 0.1307, "test": 0.1325}
COUNTS = {
    "train": [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
    "test": [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
}
# Mean ink of the two populations of writers: even and odd rows of the training file (the first 58,000, in which they
# take turns), first and second half of the test file.
POPULATIONS = {"train": (0.1224, 0.1389), "test": (0.1221, 0.1429)}


@pytest.mark.parametrize("split", INK)
def test_embedded_digits_have_the_ink_and_the_class_shares_of_the_whole_file(split):
    images, labels = data.digits(split, labels=True)
    assert images.mean() == pytest.approx(INK[split], abs=0.001)
    whole = torch.tensor(COUNTS[split], dtype=torch.float64)
    kept = labels.bincount(minlength=10)
    # A standard error is 0.003 of a share of 10,000 and 0.006 of 2,000.
    assert (kept / kept.sum() - whole / whole.sum()).abs().max() < {"train": 0.006, "test": 0.012}[split]


def test_the_spread_of_the_embedded_training_pixels_is_the_published_one():
    assert data.digits().std() == pytest.approx(0.3081, abs=0.001)


@pytest.mark.parametrize("split", POPULATIONS)
def test_both_populations_of_writers_take_turns_in_every_prefix(split):
    ink = data.digits(split).mean(dim=1)
    for place, whole in enumerate(POPULATIONS[split]):
        assert ink[place::2].mean() == pytest.approx(whole, abs=0.0015)
    for m in (100, 200, 500, 1000, 2000):
        assert ink[1:m:2].mean() > ink[0:m:2].mean() + 0.005


def test_each_population_is_explained_best_by_its_own_directions():
    """Independent of the ink: the 30 principal directions of one population leave more of the other's unseen digits."""
    Y, unseen = data.digits().double(), data.digits("test").double()
    left = torch.zeros(2, 2)
    for a in range(2):
        mean = Y[a::2].mean(dim=0)
        V = torch.linalg.svd(Y[a::2] - mean, full_matrices=False).Vh[:30]
        for b in range(2):
            centred = unseen[b::2] - mean
            left[a, b] = (centred - centred @ V.T @ V).square().sum(dim=1).mean()
    assert left[1, 0] - left[0, 0] > 1
    assert left[0, 1] - left[1, 1] > 1


def test_garments_have_a_hundred_of_each_kind_or_nearly():
    images, labels = data.garments(labels=True)
    assert images.shape == (1000, 784)
    assert labels.bincount(minlength=10).min() > 80


def test_changing_a_returned_tensor_changes_nothing_else():
    data.digits("test").zero_()
    assert data.digits("test").max() == 1


@pytest.mark.parametrize("call", [lambda: data.digits("tset"), lambda: data.mnist("tset")])
def test_an_unknown_split_is_refused_by_name(call):
    with pytest.raises(ValueError, match="^split: expected one of 'train', 'test'"):
        call()


@pytest.mark.parametrize("call", [lambda: data.spiral(1), lambda: data.spiral(2.5)])
def test_spiral_refuses_a_bad_number_of_points(call):
    with pytest.raises(ValueError, match="^m: "):
        call()


# --- downloads, from two mirrors on this machine -----------------------------------------------------------------


def _idx(array: np.ndarray) -> bytes:
    header = bytes([0, 0, 8, array.ndim]) + b"".join(int(n).to_bytes(4, "big") for n in array.shape)
    return gzip.compress(header + array.tobytes(), mtime=0)


IMAGES = np.random.default_rng(0).integers(0, 256, (5, 28, 28), dtype=np.uint8)
LABELS = np.arange(5, dtype=np.uint8)
INTACT = {"t10k-images-idx3-ubyte.gz": _idx(IMAGES), "t10k-labels-idx1-ubyte.gz": _idx(LABELS)}


@pytest.fixture
def mirrors(monkeypatch, tmp_path):
    """Two mirrors; `served[k]` is what mirror k hands out, `asked[k]` what it was asked for."""
    served, asked, servers = [dict(INTACT), dict(INTACT)], [[], []], []

    def handler(k):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                name = self.path.rsplit("/", 1)[-1]
                asked[k].append(name)
                body = served[k].get(name)
                self.send_response(200 if body is not None else 404)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *args):
                pass

        return Handler

    for k in range(2):
        servers.append(http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler(k)))
        threading.Thread(target=servers[k].serve_forever, daemon=True).start()
    urls = tuple(f"http://127.0.0.1:{s.server_port}/" for s in servers)
    monkeypatch.setenv("AECOURSE_DATA", str(tmp_path))
    monkeypatch.setattr(full, "MIRRORS", urls)
    monkeypatch.setattr(full, "SHA256", {n: hashlib.sha256(b).hexdigest() for n, b in INTACT.items()})
    yield served, asked, tmp_path
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_download_is_read_cached_and_not_asked_for_again(mirrors):
    _, asked, folder = mirrors
    images, labels = data.mnist("test", labels=True)
    assert torch.equal(images, torch.from_numpy(IMAGES.reshape(5, 784)) / 255)
    assert labels.tolist() == [0, 1, 2, 3, 4]
    assert sorted(p.name for p in (folder / "mnist").iterdir()) == sorted(INTACT)
    data.mnist("test", labels=True)
    assert len(asked[0]) == 2
    assert asked[1] == []


@pytest.mark.parametrize(
    "damage", [lambda b: b[: len(b) // 2], lambda b: b[:-3] + b"xyz", lambda b: b"<html>not found</html>"]
)
def test_a_damaged_download_is_not_used_and_the_next_mirror_is(mirrors, damage):
    served, asked, folder = mirrors
    served[0] = {name: damage(body) for name, body in INTACT.items()}
    assert data.mnist("test").shape == (5, 784)
    assert len(asked[1]) == 1
    assert (folder / "mnist" / "t10k-images-idx3-ubyte.gz").read_bytes() == INTACT["t10k-images-idx3-ubyte.gz"]


def test_with_no_intact_mirror_the_embedded_digits_step_in_and_nothing_is_kept(mirrors, capsys):
    served, _, folder = mirrors
    served[:] = [{}, {name: body[:50] for name, body in INTACT.items()}]
    images, labels = data.mnist("test", labels=True)
    assert torch.equal(images, data.digits("test"))
    assert len(labels) == 2000
    assert capsys.readouterr().err.count("using the embedded 2,000 digits instead") == 1
    assert [p for p in folder.rglob("*") if p.is_file()] == []


def test_a_cached_file_that_rotted_is_replaced(mirrors, capsys):
    _, asked, folder = mirrors
    (folder / "mnist").mkdir()
    rotten = folder / "mnist" / "t10k-images-idx3-ubyte.gz"
    rotten.write_bytes(INTACT["t10k-images-idx3-ubyte.gz"][:-9])
    assert data.mnist("test").shape == (5, 784)
    assert len(asked[0]) == 1
    assert "is damaged and is fetched anew" in capsys.readouterr().err


def test_a_good_cached_file_survives_broken_mirrors(mirrors):
    served, _, _ = mirrors
    data.mnist("test")
    served[:] = [{}, {}]
    assert data.mnist("test").shape == (5, 784)


def test_no_temporary_file_outlives_a_download(mirrors):
    _, _, folder = mirrors
    data.mnist("test")
    assert [p.name for p in folder.rglob("*") if p.is_file()] == ["t10k-images-idx3-ubyte.gz"]


def test_a_cache_that_cannot_be_written_is_named_in_one_line(tmp_path, monkeypatch, capsys):
    occupied = tmp_path / "occupied"
    occupied.write_text("a file where a folder should be")
    monkeypatch.setenv("AECOURSE_DATA", str(occupied))
    assert len(data.mnist("test")) == 2000
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "cannot be written" in said


def test_a_home_folder_in_the_name_of_the_cache_is_followed(monkeypatch):
    monkeypatch.setenv("AECOURSE_DATA", "~/images")
    assert full.folder() == Path.home() / "images"

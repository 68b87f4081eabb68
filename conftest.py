"""For every test and notebook: a data folder of their own, figures off screen, one thread."""

import os
import tempfile

# Kernels inherit this: a learner's progress file and downloads are never touched by a test.
os.environ["AECOURSE_DATA"] = tempfile.mkdtemp(prefix="aecourse-test-")

import matplotlib
import pytest
import torch

matplotlib.use("agg")
torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def no_figures_left_open():
    yield
    import matplotlib.pyplot as plt

    plt.close("all")

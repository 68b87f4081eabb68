import random

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from aecourse import runtime


def test_setup_makes_every_generator_repeat_itself():
    def draw():
        runtime.setup(3)
        return random.random(), np.random.rand(), torch.rand(1).item()

    assert draw() == draw()


def test_setup_takes_one_thread_unless_asked(monkeypatch):
    monkeypatch.delenv("AECOURSE_THREADS", raising=False)
    runtime.setup()
    assert torch.get_num_threads() == 1
    monkeypatch.setenv("AECOURSE_THREADS", "2")
    runtime.setup()
    assert torch.get_num_threads() == 2
    runtime.setup(threads=1)
    assert torch.get_num_threads() == 1


def test_setup_applies_the_style_and_is_silent(capsys):
    runtime.setup()
    assert plt.rcParams["image.cmap"] == "cividis"
    assert capsys.readouterr() == ("", "")


def test_setup_reports_when_asked(capsys):
    runtime.setup(seed=4, report=True)
    assert "1 thread(s), seed 4" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [({"seed": -1}, "^seed"), ({"threads": 0}, "^threads"), ({"device": "tpu"}, "^device")],
)
def test_setup_refuses_by_name(arguments, said):
    with pytest.raises(ValueError, match=said):
        runtime.setup(**arguments)


def test_a_bad_thread_number_in_the_environment_is_named(monkeypatch):
    monkeypatch.setenv("AECOURSE_THREADS", "many")
    with pytest.raises(ValueError, match="^threads: .*'many'"):
        runtime.setup()


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_a_missing_gpu_is_said_clearly(monkeypatch):
    monkeypatch.setenv("AECOURSE_DEVICE", "cuda")
    with pytest.raises(ValueError, match="torch sees none here"):
        runtime.setup()


def test_a_gpu_is_taken_when_asked_for_and_named(monkeypatch, capsys):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "Card 9")
    assert runtime.setup(report=True).type == "cpu"
    monkeypatch.setenv("AECOURSE_DEVICE", "cuda")
    assert runtime.setup(report=True).type == "cuda"
    first, second = capsys.readouterr().out.splitlines()
    assert " on cpu (" in first
    assert " on cuda (Card 9), " in second


def test_the_check_finds_this_machine_ready(capsys):
    assert runtime.check() is True
    assert "NO" not in capsys.readouterr().out


def test_the_check_names_what_is_missing(monkeypatch, capsys):
    monkeypatch.setattr(runtime, "_version", lambda name: "missing" if name == "ipywidgets" else "1.0")
    assert runtime.check() is False
    assert "NO  ipywidgets       missing" in capsys.readouterr().out

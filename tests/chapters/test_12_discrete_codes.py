"""What the live figures of chapter 12 say is true."""

import numpy as np
import pytest
import torch

from aecourse import data, exercises, models
from aecourse.chapters.ch12_discrete_codes.live_figures import edit_a_token, watch_the_codebook


def test_the_meter_shows_the_perplexity():
    usage = torch.tensor([[1.0, 0, 0, 0], [0.25, 0.25, 0.25, 0.25]])
    picture = watch_the_codebook({"one": usage})
    assert "4 of 4 entries" in picture.caption
    assert "as unpredictable as 4.0 entries" in picture.caption
    assert "as unpredictable as 1.0 entries" in picture.set(moment=0).caption
    with pytest.raises(ValueError, match="^usage: "):
        watch_the_codebook({})
    with pytest.raises(ValueError, match="^two: expected the shape"):
        watch_the_codebook({"one": usage, "two": usage[:1]})


def test_an_edited_token_is_the_one_that_is_drawn():
    model, y = models.DiscreteAutoencoder(16, scale=2.0), data.digits("test")[:3]
    picture = edit_a_token(model, y).set(image=1, place=17, shift=0)

    def drawn():
        return torch.as_tensor(np.asarray(picture.figure.axes[2].images[0].get_array()).copy())

    before = drawn()
    with torch.no_grad():
        assert torch.allclose(before, model.draw(model.tokens(y[1:2]))[0].view(28, 28), atol=1e-5)
    assert "as the encoder chose it" in picture.caption
    picture.set(shift=4)
    changed = int(((drawn() - before).abs() > 0.05).sum())
    assert changed
    assert f"{changed} of 784 pixels change by more than 0.05" in picture.caption


# --- exercises ----------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def own_progress(monkeypatch, tmp_path):
    monkeypatch.setenv("AECOURSE_DATA", str(tmp_path))


def _by_k_means(h, entries, counts):
    new, dead = entries.clone(), counts == 0
    places = h[torch.randperm(len(h))[: int(dead.sum())]]
    for _ in range(5):
        token = torch.cdist(h, places).argmin(dim=1)
        places = torch.stack(
            [h[token == k].mean(dim=0) if (token == k).any() else places[k] for k in range(len(places))]
        )
    new[dead] = places
    return new


def _in_a_loop(h, entries, counts):
    entries = entries.clone()
    for k in range(len(entries)):
        if counts[k] == 0:
            entries[k] = h[torch.randint(len(h), (1,))] + 0.01 * torch.randn(1, h.shape[1])
    return entries


@pytest.mark.parametrize("rescue", [_by_k_means, _in_a_loop])
@pytest.mark.parametrize("seed", range(3))
def test_a_codebook_may_be_rescued_in_other_ways(rescue, seed):
    verdict = exercises.load("12.5").check(rescue, seed=seed)
    assert verdict.passed, verdict

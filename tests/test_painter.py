"""The whole model and the weights that come with it."""

import os
import signal
import subprocess
import sys
from functools import partial

import pytest
import safetensors.torch
import torch

from aecourse import weights
from aecourse.text_to_image import checker, decoding, evaluation, grammar, learning, painter, train
from aecourse.text_to_image.captions import complete, random_captions, unseen
from aecourse.text_to_image.prior import Prior, energy
from aecourse.text_to_image.tokens import Tokens
from aecourse.text_to_image.vocabulary import SLOT


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def small(seed=0):
    """A painter that has learned nothing, over codebooks of nothing much."""
    tokens = Tokens(9, 12)
    tokens.colours.copy_(torch.rand(9, 3, generator=seeded()))
    tokens.masks.copy_(torch.rand(12, 16, generator=seeded()))
    return painter.Painter(tokens, Prior(colours=9, masks=12, width=16, layers=1, heads=2, seed=seed))


# --- the shipped weights ------------------------------------------------------------------------------------------


def test_the_shipped_file_is_small():
    assert painter.FILE.stat().st_size <= 4e6


@pytest.mark.parametrize(("held", "name"), [(False, "seen"), (True, "never seen")])
def test_the_shipped_weights_do_what_their_card_says(held, name):
    """On 200 of the card's 1,000 captions: within four standard errors."""
    claimed = float(weights.card(painter.FILE)[f"{name}, best of 1"].removesuffix(" %")) / 100
    found = evaluation.exact(painter.shipped(), evaluation.split_captions(held, 200)).double().mean().item()
    assert abs(found - claimed) < 4 * (claimed * (1 - claimed) / 200) ** 0.5 + 0.005


def test_the_shipped_card_clears_the_bars_of_the_course():
    card = {name: value.removesuffix(" %") for name, value in weights.card(painter.FILE).items()}
    assert float(card["seen, best of 8"]) >= 97
    assert float(card["never seen, best of 8"]) >= 90


def test_the_test_captions_are_others_than_those_for_choosing_settings():
    a, b = (evaluation.SPLITS[split] for split in ("validation", "test"))
    seen = [{tuple(c) for c in random_captions(1000, seeded(s), held=True, mix=(0, 1, 0)).tolist()} for s in (a, b)]
    assert len(seen[0] & seen[1]) < 20


def test_the_shipped_model_answers_captions_that_leave_things_open():
    for text in ("a star", "a clock", "a red heart above a moon", "a gift in the shape of a star"):
        captions = grammar.parse(text).expand(8, -1)
        images = painter.shipped().draw(captions, seeded(), temperature=0.5)
        assert checker.matches(images, captions).sum() >= 4, text


# --- drawing ------------------------------------------------------------------------------------------------------


def test_the_best_of_several_is_the_likeliest_of_them():
    model, captions = small(), random_captions(5, seeded())
    images = model.draw(captions, seeded(1), best_of=4, temperature=1.0)
    generator = seeded(1)
    assert torch.equal(complete(captions, generator), captions)
    every = decoding.sample(model.prior, captions.repeat_interleave(4, dim=0), generator, temperature=1.0)
    F = energy(model.prior, captions.repeat_interleave(4, dim=0), every).view(5, 4)
    best = every.view(5, 4, -1)[torch.arange(5), F.argmin(dim=1)]
    assert torch.equal(images, model.tokens.decode(best))


@pytest.mark.parametrize(("name", "value"), [("best_of", 0), ("best_of", 1.5), ("temperature", -1)])
def test_bad_dials_are_refused_by_name(name, value):
    with pytest.raises(ValueError, match=f"^{name}: "):
        small().draw(random_captions(1, seeded()), seeded(), **{name: value})


# --- files --------------------------------------------------------------------------------------------------------


def test_what_is_saved_is_loaded_again(tmp_path):
    model = small(3)
    painter.save(model, tmp_path / "w.safetensors", {"note": "none"})
    again = painter.load(tmp_path / "w.safetensors")
    for a, b in zip(model.state_dict().values(), again.state_dict().values(), strict=True):
        assert torch.allclose(a, b, atol=1e-3)
    assert weights.card(tmp_path / "w.safetensors")["note"] == "none"


def damaged(name, content):
    if name == "cut off":
        return content[: len(content) // 2]
    if name == "empty":
        return b""
    if name == "of another kind":
        return safetensors.torch.save({"x": torch.zeros(2)}, metadata={"sizes": '{"colours": 9}'})
    if name == "without a card":
        return safetensors.torch.save({"x": torch.zeros(2)})
    if name == "asking for all memory":
        return content.replace(b'\\"masks\\": 12', b'\\"masks\\": 99999999999', 1)
    return content[:200] + b"\x00" * 100 + content[300:]


@pytest.mark.parametrize(
    "name", ["cut off", "empty", "of another kind", "without a card", "altered", "asking for all memory"]
)
def test_a_damaged_file_is_refused_with_its_name(tmp_path, name):
    path = tmp_path / "w.safetensors"
    painter.save(small(), path, {})
    path.write_bytes(damaged(name, path.read_bytes()))
    with pytest.raises(ValueError, match=r"w\.safetensors: expected"):
        painter.load(path)


LARGE = '{"colours": 4096, "masks": 4096, "width": 4096, "layers": 4096, "heads": 1}'


@pytest.mark.parametrize(
    "sizes",
    ["null", "7", '"small"', "[9, 12]", "{}", "no JSON", "[" * 100_000, '{"colours": "9"}', LARGE],
    ids=lambda sizes: sizes[:20],
)
def test_a_card_with_other_sizes_than_the_tensors_is_refused_before_anything_is_built(tmp_path, sizes):
    path = tmp_path / "w.safetensors"
    weights.save(small(), path, {"sizes": sizes})
    with pytest.raises(ValueError, match=r"w\.safetensors: expected"):
        painter.load(path)


def test_a_missing_file_is_refused_with_its_name(tmp_path):
    with pytest.raises(ValueError, match=r"nowhere\.safetensors: expected"):
        painter.load(tmp_path / "nowhere.safetensors")


# --- training -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lesson():
    """Sixty scenes, as tokens of the shipped codebooks."""
    return learning.training_set(painter.shipped().tokens, 60, progress=False)


def fresh(seed=0):
    return Prior(width=16, layers=1, heads=2, seed=seed)


def fit(prior, lesson, steps=6, **options):
    return learning.fit(prior, *lesson, steps=steps, batch=8, progress=False, **options)


def test_the_training_scenes_hold_nothing_out_that_they_should(lesson):
    captions, image_tokens = lesson
    assert not unseen(captions).any()
    again = learning.training_set(painter.shipped().tokens, 60, progress=False)
    assert torch.equal(image_tokens, again[1])


def test_what_goes_through_the_codebooks_still_shows_what_its_caption_says():
    """But for one clock in five: a hand between two pixels is a pattern that no code has."""
    captions, image_tokens = learning.training_set(painter.shipped().tokens, 1000, seed=1, progress=False)
    right = checker.matches(painter.shipped().tokens.decode(image_tokens.long()), captions)
    assert right.double().mean() > 0.98
    assert right[captions[:, SLOT["thing"]] != 1].double().mean() > 0.99


def test_training_lowers_the_energy(lesson):
    energies = fit(fresh(), lesson, steps=80)
    assert sum(energies[-5:]) < 0.8 * sum(energies[:5])


def test_words_are_forgotten_as_often_as_is_said(lesson):
    """Within four standard errors; in half of the captions no single word is."""
    prior, asked = Prior(width=8, layers=1, heads=1), []
    prior.register_forward_pre_hook(lambda _, given: asked.append(given[0]))
    captions, image_tokens = (part[:1].expand(60, -1) for part in lesson)
    one, all_of_them = 0.3, 0.2
    learning.fit(prior, captions, image_tokens, steps=25, batch=32, progress=False,
                 forget_word=one, forget_all=all_of_them)  # fmt: skip
    forgotten = torch.cat(asked)[:, captions[0] > 0] == 0
    words = forgotten.shape[1]
    every, none = forgotten.all(dim=1).double().mean(), (~forgotten).all(dim=1).double().mean()
    error = 4 * 0.5 / len(forgotten) ** 0.5
    assert every == pytest.approx(all_of_them + (1 - all_of_them) * 0.5 * (2 * one) ** words, abs=error)
    assert none == pytest.approx((1 - all_of_them) * (0.5 + 0.5 * (1 - 2 * one) ** words), abs=error)
    assert forgotten.double().mean() == pytest.approx(all_of_them + (1 - all_of_them) * one, abs=error)


def test_steps_grow_from_nothing_and_shrink_to_nothing(lesson):
    prior, path = fresh(), []
    fit(prior, lesson, steps=120, watch=lambda *_: path.append(prior.word.weight.detach().clone()))
    lengths = torch.stack(path).diff(dim=0).norm(dim=(1, 2))
    assert lengths[:3].mean() < 0.2 * lengths[50:70].mean()
    assert lengths[-3:].mean() < 0.1 * lengths[50:70].mean()


def test_the_same_seed_trains_the_same_prior(lesson):
    a, b, c = fresh(), fresh(), fresh()
    fit(a, lesson), fit(b, lesson), fit(c, lesson, seed=1)
    assert all(torch.equal(p, q) for p, q in zip(a.parameters(), b.parameters(), strict=True))
    assert any(not torch.equal(p, q) for p, q in zip(a.parameters(), c.parameters(), strict=True))


def test_an_interrupted_training_goes_on_where_it_stopped(lesson, tmp_path, capsys):
    whole = fresh()
    fit(whole, lesson)

    def stop(step, _):
        if step == 3:
            raise KeyboardInterrupt

    half = fresh()
    fit(half, lesson, checkpoint=tmp_path / "c.safetensors", watch=stop)
    assert "stopped after 3 of 6 steps" in capsys.readouterr().out
    assert any(not torch.equal(p, q) for p, q in zip(whole.parameters(), half.parameters(), strict=True))
    resumed = fresh(seed=5)  # whatever it starts from
    assert len(fit(resumed, lesson, checkpoint=tmp_path / "c.safetensors")) == 3
    for p, q in zip(whole.parameters(), resumed.parameters(), strict=True):
        assert torch.allclose(p, q, atol=1e-5)


def test_ctrl_c_in_the_middle_of_a_step_tears_no_checkpoint(lesson, tmp_path, monkeypatch):
    """It comes after Adam's half of the third step and before Muon's: the third step is done, and counts."""
    whole, half, resumed = fresh(), fresh(), fresh(seed=5)
    fit(whole, lesson)
    steps, step = [], torch.optim.Muon.step

    def pressed(*arguments, **settings):
        steps.append(True)
        if len(steps) == 3:
            signal.raise_signal(signal.SIGINT)
        return step(*arguments, **settings)

    monkeypatch.setattr(torch.optim.Muon, "step", pressed)
    assert len(fit(half, lesson, checkpoint=tmp_path / "c.safetensors")) == 3
    assert len(fit(resumed, lesson, checkpoint=tmp_path / "c.safetensors")) == 3
    for p, q in zip(whole.parameters(), resumed.parameters(), strict=True):
        torch.testing.assert_close(p, q, rtol=0, atol=1e-6)


def test_a_checkpoint_of_another_prior_or_no_checkpoint_is_refused(lesson, tmp_path):
    fit(fresh(), lesson, steps=2, checkpoint=tmp_path / "c.safetensors")
    with pytest.raises(ValueError, match="^checkpoint: expected one of a prior of sizes"):
        learning.fit(
            Prior(width=8, layers=1, heads=2),
            *lesson,
            steps=3,
            batch=8,
            checkpoint=tmp_path / "c.safetensors",
            progress=False,
        )
    (tmp_path / "d.safetensors").write_bytes(b"no")
    with pytest.raises(ValueError, match=r"d\.safetensors: expected a safetensors file"):
        fit(fresh(), lesson, checkpoint=tmp_path / "d.safetensors")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"steps": 0}, "^steps: "),
        ({"forget_word": 0.7}, "^forget_word: "),
        ({"forget_all": -0.1}, "^forget_all: "),
        ({"lr": 0}, "^lr: "),
        ({"matrix_lr": 0}, "^matrix_lr: "),
    ],
)
def test_bad_arguments_of_training_are_refused_by_name(lesson, options, said):
    with pytest.raises(ValueError, match=said):
        fit(fresh(), lesson, **options)
    with pytest.raises(ValueError, match="^image_tokens: expected one row for each of 60"):
        learning.fit(fresh(), lesson[0], lesson[1][:5], steps=1)


def test_a_training_that_diverges_says_so(lesson):
    prior = fresh()
    with torch.no_grad():
        prior.word.weight.fill_(torch.nan)
    with pytest.raises(FloatingPointError, match="try a smaller lr"):
        fit(prior, lesson)


def test_a_training_that_diverges_on_the_way_leaves_the_prior_as_it_was(lesson):
    prior = fresh()

    def spoil(step, F):
        if step == 4:
            prior.word.weight.fill_(torch.nan)

    with pytest.raises(FloatingPointError, match="try a smaller lr or matrix_lr"):
        fit(prior, lesson, watch=spoil)
    assert all(torch.equal(p, q) for p, q in zip(prior.parameters(), fresh().parameters(), strict=True))


SMALL = """
import sys
from functools import partial
from aecourse.text_to_image import learning, train
learning.learn_tokens = partial(learning.learn_tokens, images=100)
train.main(sys.argv[1:])
"""


def command(folder, **options):
    files = {"to": folder / "mine.safetensors", "checkpoint": folder / "half.part"}
    sizes = {"steps": 4, "scenes": 64, "batch": 8, "width": 16, "layers": 1, "captions": 0, "half": "no"}
    return [part for option, value in (files | sizes | options).items() for part in (f"--{option}", str(value))]


def test_the_card_of_a_stopped_training_says_how_many_steps_it_had(tmp_path, monkeypatch):
    """And nothing is measured; the same command goes on, and its card counts the steps of both."""
    monkeypatch.setattr(learning, "learn_tokens", partial(learning.learn_tokens, images=100))
    steps, step = [], torch.optim.Muon.step

    def pressed(*arguments, **settings):
        steps.append(True)
        if len(steps) == 3:
            signal.raise_signal(signal.SIGINT)
        return step(*arguments, **settings)

    monkeypatch.setattr(torch.optim.Muon, "step", pressed)
    with pytest.raises(SystemExit, match="stopped: what 3 of 4 steps have taught is in"):
        train.main(command(tmp_path, captions=1000))
    assert weights.card(tmp_path / "mine.safetensors")["steps"] == "3"
    train.main(command(tmp_path))
    assert weights.card(tmp_path / "mine.safetensors")["steps"] == "4"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"to": "no/such/folder/mine"}, "argument --to: expected a file in a folder that exists"),
        ({"to": "."}, "argument --to: expected a file in a folder that exists"),
        ({"checkpoint": "no/such/folder/half"}, "argument --checkpoint: expected a file in a folder"),
        ({"captions": 2000}, "argument --captions: expected 0 to 1000, got 2000"),
    ],
)
def test_what_would_fail_after_the_training_is_refused_before_it(options, said, tmp_path, capsys):
    with pytest.raises(SystemExit):
        train.main(command(tmp_path, **options))
    assert said in capsys.readouterr().err


def test_two_processes_learn_what_one_does(tmp_path, monkeypatch):
    """Through the command and torchrun; averaged slopes of two halves of a batch are those of the whole.

    The optimisers' averages of the slopes say so, for those of half a batch are off by tens of per cent. Muon makes its
    steps in bfloat16, where the last bit of a slope turns up as a thousandth of a weight.
    """
    (tmp_path / "small.py").write_text(SMALL, "utf-8")

    def options(name):
        return command(tmp_path, to=tmp_path / f"{name}.safetensors", checkpoint=tmp_path / f"{name}.whole")

    monkeypatch.setattr(learning, "learn_tokens", partial(learning.learn_tokens, images=100))
    train.main(options("one"))
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    done = subprocess.run(
        [*torchrun, str(tmp_path / "small.py"), *options("two")],
        capture_output=True, text=True, timeout=280, env={**os.environ, "USE_LIBUV": "0"},  # Windows has none
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    one, two = (weights.read(tmp_path / f"{name}.whole")[0] for name in ("one", "two"))  # in single precision
    for name, p in one.items():
        torch.testing.assert_close(two[name], p, rtol=0, atol=1e-3 * p.abs().max().item(), msg=name)
    assert weights.card(tmp_path / "two.safetensors")["processes"] == "2"

"""The playground of chapter 13: what it shows is what was computed, and what is typed stays text."""

import itertools
import random

import numpy as np
import pytest
import torch

from aecourse import exercises
from aecourse.chapters.ch13_text_to_image.live_figures import EXAMPLE_CAPTIONS, play_with_captions, reword
from aecourse.text_to_image import captions, checker, grammar, painter


@pytest.fixture(scope="module")
def play():
    return play_with_captions()


def menus(picture):
    """The menus for slots, by label, of those that are shown."""
    return [m for m in picture._box.children[1].children if m.layout.display != "none"]


def tiles(picture):
    shown = torch.as_tensor(np.asarray(picture.figure.axes[0].images[0].get_array()))
    cells = shown.view(3, 38, 5, 38, 3).permute(0, 2, 4, 1, 3).flatten(0, 1)
    return cells[:, :, 3:-3, 3:-3]


def marks(picture):
    return [t.get_text() for t in picture.figure.axes[0].texts if t.get_text() in "✓✗" and t.get_text()]


def test_the_pictures_are_the_models_and_the_verdicts_the_checkers(play):
    wanted = grammar.parse("a small red star above a large blue moon on white")[None].expand(15, -1)
    play.set(caption=grammar.say(wanted[0]), temperature=1.0, seed=4, best_of="1", guidance=0.0)
    images = painter.shipped().draw(wanted, torch.Generator().manual_seed(4), temperature=1.0)
    assert torch.allclose(tiles(play).float(), images, atol=1e-6)
    right = checker.matches(images, wanted)
    assert marks(play) == ["✓" if good else "✗" for good in right.tolist()]
    assert f"{int(right.sum())} of 15 are exactly that" in play.caption


def test_the_badge_says_what_training_never_showed(play):
    badge = next(
        t
        for t in play.figure.axes[0].texts
        if t.get_ha() == "right" and t.get_va() == "bottom" and t.get_fontweight() == "bold"
    )
    play.set(caption="a plain red circle on white")
    assert badge.get_text() == "never seen in training"
    assert "no training picture shows this" in play.caption
    play.set(caption="a plain blue circle on white")
    assert badge.get_text() == ""


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "expected a few words"),
        ("a purpel star", "did you mean purple"),
        ("<img src=x onerror=alert(1)>", "does not know '<'"),
        ("x" * 10_000, "at most 200 characters, got 10,000"),
        ("$\\frac{1}{0}$", "does not know '$'"),
    ],
)
def test_what_is_not_understood_is_answered_in_words_and_the_pictures_stay(play, typed, said):
    play.set(caption="a plain blue circle on white")
    before = play.png
    play.set(caption=typed)
    assert said in play.caption
    assert play.png == before


def test_typed_markup_is_escaped_in_the_answer(play):
    play.set(caption="a <script>alert(1)</script> star")
    assert "<script" not in play._text.value
    assert "&#x27;&lt;&#x27;" in play._text.value


def test_a_click_on_a_word_changes_the_caption(play):
    play.set(caption="a striped red heart on white")
    shown = {m.description: m for m in menus(play)}
    assert sorted(shown) == ["background", "colour", "shape", "texture"]
    assert shown["colour"].value == "red"
    shown["colour"].value = "blue"
    assert play.controls["caption"].value == "a striped blue heart on white"
    shown["texture"].value = "any"
    assert play.controls["caption"].value == "a blue heart on white"


def test_a_sentence_keeps_its_noun(play):
    play.set(caption="a striped red heart on white")
    shape = next(m for m in menus(play) if m.description == "shape")
    shape.value = "any"
    assert play.controls["caption"].value == "a striped red heart on white"
    assert shape.value == "heart"
    shape.value = "star"
    assert play.controls["caption"].value == "a striped red star on white"


def test_the_menus_follow_what_is_typed(play):
    play.set(caption="a pizza in the shape of a star on grey")
    assert [(m.description, m.value) for m in menus(play)] == [
        ("thing", "pizza"),
        ("shape", "star"),
        ("background", "grey"),
    ]
    play.set(caption="no such thing")
    assert len(menus(play)) == 3


def test_the_examples_are_understood_and_show_every_kind(play):
    parsed = torch.stack([grammar.parse(text) for text in EXAMPLE_CAPTIONS])
    assert set(captions.kind(parsed).tolist()) == {0, 1, 2}
    play._box.children[0].children[0].value = EXAMPLE_CAPTIONS[2]
    assert play.controls["caption"].value == EXAMPLE_CAPTIONS[2]


def test_the_model_and_the_first_caption_are_checked_by_name():
    with pytest.raises(ValueError, match="^model: expected a Painter"):
        play_with_captions(model="mine")
    with pytest.raises(ValueError, match="^caption: "):
        play_with_captions(caption="a purpel star")
    with pytest.raises(ValueError, match="^slot: "):
        reword("a star", "mood", "happy")
    with pytest.raises(ValueError, match="^word: "):
        reword("a star", "colour", "happy")


# --- the dial and the codebook ------------------------------------------------------------------------------------


# --- exercises ----------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def own_progress(monkeypatch, tmp_path):
    monkeypatch.setenv("AECOURSE_DATA", str(tmp_path))


def _one_by_one(colours, shapes, k):
    """Take pairs out in any order, as long as both words stay in another one."""
    stay = list(itertools.product(colours, shapes))
    random.Random(0).shuffle(stay)
    for pair in list(stay):
        rest = [other for other in stay if other != pair]
        if len(stay) > len(colours) * len(shapes) - k and all(
            any(other[i] == pair[i] for other in rest) for i in (0, 1)
        ):
            stay = rest
    return [pair for pair in itertools.product(colours, shapes) if pair not in stay]


def _a_row_and_a_column(colours, shapes, k):
    """Right for few pairs, not for the largest k: a row and a column are one pair more than a diagonal."""
    return list(itertools.product(colours[1:], shapes[1:]))[:k]


def test_a_split_is_judged_up_to_the_largest_that_is_possible():
    say = exercises.load("13.5").check
    assert "18 different pairs are asked for; 15 came" in say(_a_row_and_a_column).message
    kept = {("red", "circle")}
    assert "not of these colours and shapes" in say(lambda colours, shapes, k: {("mauve", "circle")} | kept).message


def test_pairs_may_be_taken_out_one_by_one_while_that_is_easy():
    for m, n, k in ((10, 10, 20), (3, 5, 6)):
        colours, shapes = [f"colour {i}" for i in range(m)], [f"shape {i}" for i in range(n)]
        held = _one_by_one(colours, shapes, k)
        stay = set(itertools.product(colours, shapes)) - set(held)
        assert len(set(held)) == k
        assert {c for c, _ in stay} == set(colours)
        assert {s for _, s in stay} == set(shapes)


def test_the_probability_of_197_tokens_is_a_number():
    logits = torch.randn(2, 197, 384, generator=torch.Generator().manual_seed(0))
    tokens = torch.zeros(2, 197, dtype=torch.long)
    right = torch.distributions.Categorical(logits=logits.double()).log_prob(tokens).sum(dim=1)
    torch.testing.assert_close(exercises.load("13.1").answer(logits, tokens).double(), right, rtol=1e-5, atol=0)

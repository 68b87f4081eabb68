import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from aecourse.text_to_image import captions, scenes, vocabulary
from aecourse.text_to_image.grammar import CaptionError, parse, say
from aecourse.text_to_image.vocabulary import SLOT, SLOTS


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def test_every_random_caption_is_read_back_from_its_text():
    for caption in captions.random_captions(300, seeded(), held=None):
        assert torch.equal(parse(say(caption)), caption)


@given(st.integers(0, 2**31), st.lists(st.booleans(), min_size=10, max_size=10))
def test_whatever_is_left_open_is_read_back_as_open(seed, keep):
    caption = captions.random_captions(1, seeded(seed), held=None)[0]
    needed = ("thing", "relation", "shape_2") + (() if caption[SLOT["thing"]] else ("shape",))
    for name, kept in zip(SLOTS, keep, strict=True):
        if not kept and name not in needed:
            caption[SLOT[name]] = 0
    assert torch.equal(parse(say(caption)), caption)


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("An Avocado.", "an avocado"),
        ("a dotted cyan heart on a gray background", "a spotted turquoise heart on grey"),
        ("big red star over the little moon", "a large red star above a small moon"),
        ("a star to the left of a moon", "a star left of a moon"),
        ("donut in the shape of a cross", "a doughnut in the shape of a cross"),
    ],
)
def test_other_ways_of_saying_it_are_understood(text, means):
    assert say(parse(text)) == means


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "expected a text, got NoneType"),
        (7, "expected a text, got int"),
        ("", "expected a few words, got none"),
        ("  \n ", "expected a few words, got none"),
        ("a the", "expected a few words"),
        ("x" * 10_000, "at most 200 characters, got 10,000"),
        ("a sripped heart", "'sripped'; did you mean striped"),
        ("a purpel star", "did you mean purple"),
        ("<script>alert(1)</script>", "does not know '<'"),
        ("a star; drop", "does not know ';'"),
        ("a qqqq", "known nouns: circle"),
        ("a red", "expected a noun at the end"),
        ("a red red star", "one colour is enough"),
        ("a red clock", "a thing has its own colours"),
        ("a small star", "sizes are for two shapes"),
        ("a striped star above a moon", "both are plain"),
        ("a clock above a star", "a thing stands alone"),
        ("a star above a clock", "expected a noun before 'clock'"),
        ("a star in the shape of a moon", "only a thing can be in the shape"),
        ("a star moon", "did not expect 'moon' here"),
        ("a star on red", "did not expect 'on' here"),
    ],
)
def test_what_the_grammar_does_not_know_is_refused_with_a_hint(text, said):
    with pytest.raises(CaptionError, match="^caption: ") as caught:
        parse(text)
    assert said in str(caught.value)
    assert isinstance(caught.value, ValueError)


@given(st.text(max_size=60))
def test_no_text_breaks_the_parser(text):
    try:
        caption = parse(text)
    except CaptionError:
        return
    assert torch.equal(parse(say(caption)), caption)


def test_equal_words_are_equal_tokens_in_both_roles_and_all_others_differ():
    one, two = parse("a small red star above a large blue moon"), parse("a large blue moon above a small red star")
    a, b = captions.to_tokens(torch.stack([one, two])).tolist()
    assert sorted(a) == sorted(b)
    every = {}
    for name, words in SLOTS.items():
        for k in range(1, len(words) + 1):
            caption = torch.zeros(1, len(SLOTS), dtype=torch.long)
            caption[0, SLOT[name]] = k
            token = captions.to_tokens(caption)[0, SLOT[name]].item()
            every.setdefault(token, set()).add(words[k - 1])
    assert all(len(words) == 1 for words in every.values())
    assert sorted(every) == list(range(1, vocabulary.VOCABULARY))


def test_canonical_says_the_same_the_other_way_round():
    below = parse("a small red star below a large blue moon on grey")
    above = parse("a large blue moon above a small red star on grey")
    assert torch.equal(captions.canonical(below[None])[0], above)
    assert torch.equal(captions.canonical(above[None])[0], above)


def test_a_fifth_of_the_pairs_is_held_out_and_every_word_is_seen():
    for held in (vocabulary.HELD_COLOUR_SHAPE, vocabulary.HELD_THING_SHAPE):
        assert held.double().mean() >= 0.15
        assert not held.all(dim=0).any()
        assert not held.all(dim=1).any()


def test_random_captions_keep_to_their_side_of_the_split():
    assert not captions.unseen(captions.random_captions(500, seeded(), held=False)).any()
    assert captions.unseen(captions.random_captions(500, seeded(), held=True)).all()
    both = captions.unseen(captions.random_captions(2000, seeded(), held=None)).double().mean()
    assert 0.2 < both < 0.4


def test_random_captions_are_complete_reproducible_and_of_the_mix_that_was_wanted():
    many = captions.random_captions(3000, seeded(3), held=None, mix=(1, 2, 1))
    assert torch.equal(many, captions.random_captions(3000, seeded(3), held=None, mix=(1, 2, 1)))
    kinds = captions.kind(many)
    assert torch.equal(many > 0, vocabulary.APPLIES[kinds])
    assert (torch.bincount(kinds) / 3000 - torch.tensor([0.25, 0.5, 0.25])).abs().max() < 0.04


def test_unsaid_words_hold_nothing_out():
    assert not captions.unseen(parse("a circle")[None]).item()
    assert captions.unseen(parse("a red circle")[None]).item()
    assert captions.unseen(parse("a star above a red circle")[None]).item()
    assert captions.unseen(parse("a clock in the shape of an avocado")[None]).item()


@pytest.mark.parametrize(
    ("slots", "said"),
    [
        ({"shape": 1, "size": 1}, "no 'size' in a caption of one shape"),
        ({"thing": 1, "colour": 1}, "no 'colour' in a caption of a thing"),
        ({"thing": 1, "relation": 1, "shape_2": 1}, "no 'relation' in a caption of a thing"),
        ({"shape": 1, "texture": 2, "relation": 1, "shape_2": 1}, "no 'texture' in a caption of two shapes"),
        ({"shape": 1, "shape_2": 1}, "no 'shape_2' in a caption of one shape"),
    ],
)
def test_what_no_sentence_says_is_refused_wherever_its_meaning_counts(slots, said):
    row = torch.zeros(len(SLOTS), dtype=torch.long)
    for name, k in slots.items():
        row[SLOT[name]] = k
    for use in (captions.unseen, captions.canonical, captions.check_complete, lambda c: captions.complete(c, seeded())):
        with pytest.raises(ValueError, match=f"^captions: expected {said}"):
            use(row[None])
    with pytest.raises(ValueError, match=f"^caption: expected {said}"):
        say(row)


@pytest.mark.parametrize("text", ["a star", "a star above a moon", "a clock", "a red heart", "a striped red heart"])
def test_what_is_left_open_is_drawn_only_after_it_was_completed(text):
    row = parse(text)[None]
    with pytest.raises(ValueError, match="^captions: expected every word of .*; captions.complete draws"):
        scenes.render(row, seeded())
    assert scenes.render(captions.complete(row, seeded()), seeded()).shape == (1, 3, 32, 32)


@pytest.mark.parametrize("slots", [{}, {"colour": 1}, {"relation": 1, "shape": 1}, {"relation": 1, "shape_2": 1}])
def test_a_caption_without_its_noun_is_not_said(slots):
    row = torch.zeros(len(SLOTS), dtype=torch.long)
    for name, k in slots.items():
        row[SLOT[name]] = k
    with pytest.raises(CaptionError, match="^caption: expected a noun"):
        say(row)


def test_completing_fills_in_what_is_open_and_changes_nothing_else():
    part = torch.stack(
        [parse(t) for t in ("a star", "a red heart above a moon", "a clock", "a plain red star on grey")]
    )
    full = captions.complete(part, seeded())
    assert torch.equal(full > 0, vocabulary.APPLIES[captions.kind(part)])
    assert torch.equal(full[part > 0], part[part > 0])
    many = captions.complete(part[:1].expand(500, -1), seeded())
    assert len(many[:, SLOT["colour"]].unique()) == 10
    assert many[:, SLOT["colour"]].max() == 10

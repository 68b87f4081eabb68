"""All tables follow from the slots: what the shipped weights know keeps its number, and what is added gets one."""

import importlib
import pkgutil
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
import torch

from aecourse import text_to_image, weights
from aecourse.text_to_image import captions, painter, vocabulary

ROOM = text_to_image.__name__
MODULES = [info.name for info in pkgutil.iter_modules(text_to_image.__path__)]
# The words by their tokens, from 1: the weights in painter.safetensors were trained with these numbers.
TRAINED = """
    clock pizza watermelon cookie button face doughnut ladybird kiwi lemon basketball gift
    plain striped spotted checkered
    small large
    red orange yellow lime green turquoise blue purple pink brown
    circle square triangle star heart cross moon avocado diamond arrow
    above below left-of right-of
    white grey black
"""


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def numbered(floor):
    """Token -> the words that have it, from captions that say one word alone."""
    found = {}
    for name, words in floor.vocabulary.SLOTS.items():
        for k, word in enumerate(words, 1):
            row = torch.zeros(1, len(floor.vocabulary.SLOTS), dtype=torch.long)
            row[0, floor.vocabulary.SLOT[name]] = k
            found.setdefault(floor.captions.to_tokens(row)[0, floor.vocabulary.SLOT[name]].item(), set()).add(word)
    return found


def test_the_shipped_weights_keep_the_numbers_of_their_words():
    words = [word.replace("-", " ") for word in TRAINED.split()]
    found = numbered(SimpleNamespace(vocabulary=vocabulary, captions=captions))
    assert found == {k: {word} for k, word in enumerate(words, 1)}
    stored, _ = weights.read(painter.FILE)
    assert len(stored["prior.word.weight"]) == 1 + len(words)
    assert len(stored["prior.told.weight"]) == 2 * (1 + len(words))
    slots = ["thing", "texture", "size", "colour", "shape", "relation", "size_2", "colour_2", "shape_2", "background"]
    assert list(vocabulary.SLOTS) == slots
    assert len(stored["prior.slot"]) == len(slots)


def test_a_token_is_no_word_of_its_slot_or_the_same_number():
    """So tokens that are taken for slots are refused, or are the same caption."""
    for row in captions.random_captions(500, seeded(), held=None)[:, None]:
        tokens = captions.to_tokens(row)
        if torch.equal(tokens, row):
            continue
        with pytest.raises(ValueError, match="^captions: expected 0 to"):
            captions.check(tokens)


# --- words and slots are added ------------------------------------------------------------------------------------

COLOUR = ('"pink", "brown")', '"pink", "brown", "silver")')
EDGE = ('    "texture": TEXTURES,\n', '    "texture": TEXTURES,\n    "edge": ("thin", "thick"),\n')
EDGE_2 = ('    "colour_2": COLOURS,\n', '    "edge_2": ("thin", "thick"),\n    "colour_2": COLOURS,\n')
OF_ONE = ('"one shape": (', '"one shape": ("edge", ')
OF_TWO = ('"two shapes": (', '"two shapes": ("edge", "edge_2", ')
OF_THINGS = ('"a thing": (', '"a thing": ("edge", ')


@pytest.fixture
def changed(monkeypatch):
    """The floor as it would be with another table: (old, new) pairs in the source of vocabulary -> its modules."""

    def build(*edits):
        source = Path(vocabulary.__file__).read_text("utf-8")
        for old, new in edits:
            assert source.count(old) == 1, old
            source = source.replace(old, new)
        for name, module in [(name, importlib.import_module(f"{ROOM}.{name}")) for name in MODULES]:
            monkeypatch.delitem(sys.modules, module.__name__)
            monkeypatch.setattr(text_to_image, name, module)  # what is imported anew does not stay
        words = ModuleType(f"{ROOM}.vocabulary")
        monkeypatch.setitem(sys.modules, words.__name__, words)
        exec(compile(source, vocabulary.__file__, "exec"), words.__dict__)
        fresh = {name: importlib.import_module(f"{ROOM}.{name}") for name in ("captions", "grammar", "prior")}
        return SimpleNamespace(vocabulary=words, **fresh)

    return build


@pytest.mark.parametrize(
    ("edits", "sentence", "backwards"),
    [
        ([COLOUR], "a small silver star above a large red moon", "a large red moon below a small silver star"),
        ([EDGE, OF_ONE], "a plain thick red star on white", None),
        ([EDGE, EDGE_2, OF_TWO], "a thin star left of a thick red moon", "a thick red moon right of a thin star"),
        ([EDGE, OF_THINGS], "a thick clock in the shape of a star", None),
    ],
    ids=["a colour", "a slot of one shape", "a slot of both shapes", "a slot of things"],
)
def test_what_is_added_has_a_token_and_is_read_said_and_turned_round(changed, edits, sentence, backwards):
    floor = changed(*edits)
    found = numbered(floor)
    assert sorted(found) == list(range(1, floor.vocabulary.VOCABULARY))
    assert all(len(words) == 1 for words in found.values())
    row = floor.grammar.parse(sentence)
    assert floor.grammar.say(row) == sentence
    if backwards:
        other = floor.grammar.parse(backwards)
        assert floor.grammar.say(other) == backwards
        assert torch.equal(floor.captions.canonical(other[None])[0], row)
    for row in floor.captions.random_captions(200, seeded(), held=None):
        assert torch.equal(floor.grammar.parse(floor.grammar.say(row)), row)
        with pytest.raises(ValueError, match="^captions: expected 0 to"):
            floor.captions.check(floor.captions.to_tokens(row[None]))


@pytest.mark.parametrize("edits", [[COLOUR], [EDGE, OF_ONE]], ids=["a colour", "a slot"])
def test_a_new_prior_tells_what_is_added_apart_and_the_shipped_weights_are_refused(changed, edits):
    floor = changed(*edits)
    rows = floor.captions.random_captions(2, seeded())
    model = floor.prior.Prior(colours=9, masks=12, width=8, layers=1, heads=2)
    tokens = torch.zeros(2, 197, dtype=torch.long)
    for slot, count in enumerate(floor.vocabulary.COUNTS.tolist()):
        every = rows[:1].repeat(count + 1, 1)
        every[:, slot] = torch.arange(count + 1)
        F = floor.prior.energy(model, every, tokens[:1].expand(count + 1, -1))
        assert len(F.unique()) == count + 1
    if edits == [COLOUR]:
        with pytest.raises(KeyError, match="silver"):  # nobody has mixed its ink
            importlib.import_module(f"{ROOM}.scenes")
    else:
        with pytest.raises(ValueError, match="expected the weights of"):
            importlib.import_module(f"{ROOM}.painter").shipped()


@pytest.mark.parametrize(
    ("edits", "said"),
    [
        ([('"pink", "brown")', '"pink", "star")')], "^SLOTS: .* a second 'star' in shape"),
        ([('"pink", "brown")', '"pink", "big")')], "^SLOTS: .* a second 'big' in colour"),
        ([('"pink", "brown")', '"pink", "left-handed", "left over")')], "^SLOTS: .* a second 'left' in relation"),
        ([('"gray": "grey"', '"gray": "gery"')], "^SYNONYMS: .* 'gery'"),
        ([('    "size_2": SIZES,', '    "size_2": ("tiny", "huge"),')], "^SLOTS: expected the words of size in size_2"),
        ([OF_ONE], r"^KINDS: expected slots in 'one shape', got \['edge'\]"),
        ([('"checkered")', '"checkered", ' + ", ".join(f'"t{k}"' for k in range(9)) + ")")], "^SLOTS: .* in texture"),
    ],
)
def test_tables_that_do_not_fit_together_are_refused_at_once(changed, edits, said):
    with pytest.raises(ValueError, match=said):
        changed(*edits)

import pytest
import torch

from aecourse.text_to_image import captions, checker, outlines, scenes, vocabulary
from aecourse.text_to_image.grammar import parse
from aecourse.text_to_image.vocabulary import SLOT, SLOTS


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def painted(text, seed=0):
    return scenes.render(parse(text)[None], seeded(seed))


def test_outlines_are_distances_their_slope_is_one_nearly_everywhere():
    """A signed distance changes by one a pixel; only where two sides are equally near it does not."""
    table = outlines.table()
    assert table.shape == (len(vocabulary.SHAPES), len(outlines.RADII), 64, 64)
    for name, d in zip(vocabulary.SHAPES, table[:, 2], strict=True):
        slope = torch.stack([(d[2:, 1:-1] - d[:-2, 1:-1]) / 2, (d[1:-1, 2:] - d[1:-1, :-2]) / 2]).norm(dim=0)
        assert slope.max() < 1.35, name
        if name not in ("moon", "avocado"):  # made of two circles: a bound outside, not a distance
            assert ((slope - 1).abs() < 0.05).double().mean() > 0.75, name


def test_a_circle_covers_its_area_and_a_square_its_square():
    d = outlines.table()[[0, 1], 2]
    area = outlines.coverage(d).sum(dim=(1, 2))
    assert area[0] == pytest.approx(torch.pi * 100, rel=0.01)
    assert area[1] == pytest.approx(18**2, rel=0.01)


def test_shapes_stand_where_they_are_told():
    here = torch.tensor([12, 20])
    d = outlines.distance(torch.tensor([0, 0]), torch.tensor([0, 0]), here, here.flip(0))
    inside = outlines.coverage(d)
    steps = torch.arange(32) + 0.5
    for k in range(2):
        assert (inside[k].sum(0) * steps).sum() / inside[k].sum() == pytest.approx(here[k].item(), abs=1e-4)
        assert (inside[k].sum(1) * steps).sum() / inside[k].sum() == pytest.approx(here[1 - k].item(), abs=1e-4)


def test_pictures_lie_in_the_unit_range_and_depend_on_the_seed_alone():
    c = captions.random_captions(200, seeded(), held=None)
    y = scenes.render(c, seeded(1))
    assert y.shape == (200, 3, 32, 32)
    assert y.min() >= 0
    assert y.max() <= 1
    assert torch.equal(y, scenes.render(c, seeded(1)))
    assert not torch.equal(y, scenes.render(c, seeded(2)))


def test_a_plain_shape_shows_its_colour_on_its_paper():
    y = painted("a plain turquoise square on black")[0]
    assert torch.allclose(y[:, 16, 16], scenes.INKS[vocabulary.COLOURS.index("turquoise")])
    assert torch.allclose(y[:, 0, 0], scenes.PAPER[2])


def test_the_first_shape_is_above_below_left_or_right():
    for relation, axis, sign in (("above", 0, -1), ("below", 0, 1), ("left of", 1, -1), ("right of", 1, 1)):
        y = painted(f"a small red star {relation} a small blue star on white")[0]
        red = (y - scenes.INKS[0][:, None, None]).norm(dim=0) < 0.1
        blue = (y - scenes.INKS[6][:, None, None]).norm(dim=0) < 0.1
        gap = red.nonzero()[:, axis].double().mean() - blue.nonzero()[:, axis].double().mean()
        assert sign * gap > 10, relation


def test_no_colour_of_the_world_is_a_blend_of_two_others():
    """The tokens tell inks from blends at edges by this."""
    colours = torch.cat(
        [scenes.PAPER[[0, 2]], scenes.INKS, scenes.CREAM[None], scenes.THING_COLOURS.flatten(0, 1)]
    ).double()
    for k, colour in enumerate(colours):
        others = torch.cat([colours[:k], colours[k + 1 :]])
        a, b = others[:, None], others[None]
        way = b - a
        share = (((colour - a) * way).sum(-1) / way.square().sum(-1).clamp(min=1e-12)).clamp(0, 1)
        assert (colour - a - share[..., None] * way).norm(dim=-1).min() > 0.006


# --- the checker --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def scene():
    """A thousand captions and a picture of each."""
    c = captions.random_captions(1000, seeded(5), held=None)
    return c, scenes.render(c, seeded(6))


@pytest.fixture(scope="module")
def known(scene):
    """What the checker reads in each picture, found by the bytes of the picture."""
    _, y = scene
    reading = checker.read_scenes(y)
    return reading, {image.numpy().tobytes(): k for k, image in enumerate(y)}


@pytest.fixture
def world(scene, known, monkeypatch):
    """The same captions and pictures; none is read twice, however often it is judged."""
    reading, row = known

    def remembered(images):
        rows = [row[image.numpy().tobytes()] for image in images]
        return checker.Reading(*(column[rows] for column in reading))

    monkeypatch.setattr(checker, "read_scenes", remembered)
    return scene


def test_it_accepts_true_scenes(scene):
    c, y = scene
    assert checker.matches(y, c).double().mean() >= 0.995


def test_it_refuses_shuffled_captions(world):
    c, y = world
    other = c[torch.randperm(len(c), generator=seeded())]
    same = (captions.canonical(other) == captions.canonical(c)).all(dim=1)
    assert (checker.matches(y, other) & ~same).double().mean() <= 0.001


@pytest.mark.parametrize("slot", SLOTS)
def test_it_refuses_near_misses_in_every_slot(world, slot):
    c, y = world
    k, words = SLOT[slot], len(SLOTS[slot])
    said = c[:, k] > 0
    near, y = c[said].clone(), y[said]
    near[:, k] = (near[:, k] - 1 + torch.randint(1, words, (len(near),), generator=seeded())) % words + 1
    same = (captions.canonical(near) == captions.canonical(c[said])).all(dim=1)  # two equal shapes, swapped
    assert len(near) > 100
    assert (checker.matches(y, near) & ~same).double().mean() <= 0.005


def test_it_accepts_what_is_left_open_but_no_other_kind():
    y = painted("a striped red star on grey")
    assert checker.matches(y, parse("a star")[None]).item()
    assert checker.matches(y, parse("a red star on grey")[None]).item()
    assert not checker.matches(y, parse("a star above a star")[None]).item()
    assert not checker.matches(y, parse("a clock in the shape of a star")[None]).item()
    assert not checker.matches(painted("a clock in the shape of a star on white"), parse("a star")[None]).item()


def test_it_reads_a_relation_either_way_round():
    y = painted("a small red star below a large blue moon on white")
    assert checker.matches(y, parse("a large blue moon above a small red star on white")[None]).item()
    assert not checker.matches(y, parse("a large blue moon below a small red star on white")[None]).item()


def test_it_refuses_pictures_of_nothing():
    c = parse("a star")[None].expand(3, -1)
    noise = torch.rand(3, 3, 32, 32, generator=seeded())
    assert not checker.matches(noise, c).any()
    assert not checker.matches(torch.ones(3, 3, 32, 32), c).any()
    half = torch.cat(
        [painted("a plain red star on white")[..., :16], painted("a plain red heart on white", 3)[..., 16:]], dim=3
    )
    assert not checker.read_scenes(half).clear.item()


def test_checks_are_checks_whichever_colour_comes_first():
    """Fixed to the canvas when rendered; a picture with the two colours swapped is no less checkered."""
    y = painted("a checkered red square on grey")
    red, cream = (c[:, None, None] for c in (scenes.INKS[0], scenes.CREAM))
    is_red = (y[0] - red).norm(dim=0) < 0.01
    is_cream = (y[0] - cream).norm(dim=0) < 0.01
    swapped = torch.where(is_red, cream, torch.where(is_cream, red, y[0]))
    assert not torch.equal(swapped, y[0])
    for image in (y, swapped[None]):
        assert checker.matches(image, parse("a checkered red square on grey")[None]).item()
        assert not checker.matches(image, parse("a striped red square on grey")[None]).item()

import pytest
import torch

from aecourse.text_to_image import captions, checker, grammar, learning, scenes
from aecourse.text_to_image.codebooks import k_means, nearest, pure_colours
from aecourse.text_to_image.tokens import INKS, LENGTH, PALETTE, PLAN


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def tokens():
    return learning.learn_tokens(images=1500)


def rendered(text, seed=0):
    return scenes.render(grammar.parse(text)[None], seeded(seed))


def test_the_colours_of_the_world_are_found_without_being_told(tokens):
    world = torch.cat([scenes.PAPER, scenes.INKS, scenes.CREAM[None], scenes.THING_COLOURS.flatten(0, 1)])
    assert torch.cdist(world, tokens.colours[1:]).amin(dim=1).max() < 0.004


@pytest.mark.parametrize("held", [False, True])
def test_what_is_decoded_is_still_what_the_caption_says(tokens, held):
    c = captions.random_captions(300, seeded(1), held=held)
    y = scenes.render(c, seeded(2))
    z = tokens.encode(y)
    assert z.shape == (300, LENGTH)
    assert z.dtype == torch.int64
    y_tilde = tokens.decode(z)
    assert y_tilde.min() >= 0
    assert y_tilde.max() <= 1
    assert checker.matches(y_tilde, c).double().mean() >= 0.98
    assert (10 * (1 / (y - y_tilde).square().flatten(1).mean(dim=1)).log10()).mean() > 33  # decibels


def test_a_plain_star_is_the_same_masks_in_every_colour(tokens):
    a, b = (tokens.encode(rendered(f"a plain {colour} star on grey", 3))[0] for colour in ("red", "blue"))
    assert torch.equal(a[PALETTE:], b[PALETTE:])
    assert (a[:PALETTE] != b[:PALETTE]).sum() == 1


def test_the_silhouette_is_nearly_the_same_whatever_fills_it(tokens):
    texts = ("a plain red star on white", "a striped red star on white", "a pizza in the shape of a star on white")
    plain, striped, pizza = (tokens.encode(rendered(text, 3))[0, PLAN::INKS] for text in texts)
    gap = [(tokens.masks[plain] - tokens.masks[other]).abs() for other in (striped, pizza)]
    assert max(g.mean().item() for g in gap) < 0.02
    heart = tokens.encode(rendered("a plain red heart on white", 3))[0, PLAN::INKS]
    assert (tokens.masks[plain] - tokens.masks[heart]).abs().mean() > 0.06


def test_decoding_paints_ink_over_ink(tokens):
    """Against painting pixel by pixel in plain Python."""
    z = tokens.encode(rendered("a pizza in the shape of a heart on grey"))
    y = tokens.decode(z)[0]
    colours = [tokens.colours[k] for k in z[0, :PALETTE]]
    for row, column in ((3, 4), (14, 15), (17, 9), (20, 21)):
        pixel, cover = colours[0].clone(), 1.0
        for ink in range(INKS):
            mask = z[0, PLAN + INKS * (8 * (row // 4) + column // 4) + ink]
            cover = cover * tokens.masks[mask, 4 * (row % 4) + column % 4].item()
            pixel = pixel + cover * (colours[ink + 1] - colours[ink])
        assert torch.allclose(y[:, row, column], pixel, atol=1e-5)


def test_encoding_is_a_projection(tokens):
    y = tokens.decode(tokens.encode(scenes.render(captions.random_captions(50, seeded(), held=None), seeded())))
    again = tokens.decode(tokens.encode(y))
    assert (y - again).square().flatten(1).sum(dim=1).median() < 1e-3


def test_pure_colours_leave_out_blends():
    red, white, green = torch.tensor([0.9, 0.1, 0.1]), torch.ones(3), torch.tensor([0.1, 0.6, 0.2])
    listed = torch.stack([white, red, (white + red) / 2, green, 0.3 * green + 0.7 * white, 0.25 * red + 0.75 * white])
    assert torch.equal(pure_colours(listed, 3), torch.stack([white, red, green]))


def test_k_means_finds_separate_clusters_and_puts_the_commonest_first():
    centres = torch.tensor([[0.0, 0.0], [5.0, 5.0], [-5.0, 5.0]])
    points = centres.repeat_interleave(torch.tensor([10, 50, 20]), dim=0) + 0.1 * torch.randn(80, 2, generator=seeded())
    found = k_means(points, torch.ones_like(points), torch.ones(80), 3, seeded())
    assert torch.allclose(found, centres[[1, 2, 0]], atol=0.2)


def test_hidden_components_do_not_count():
    centres = torch.tensor([[0.0, 0.0], [1.0, 9.0]])
    points, visible = torch.tensor([[0.9, 0.0]]), torch.tensor([[1.0, 0.0]])
    assert nearest(points, visible, centres).item() == 1
    assert nearest(points, torch.ones_like(points), centres).item() == 0
    assert nearest(points, torch.zeros_like(points), centres).item() == 0  # nothing to see: the commonest


def test_the_place_is_the_middle_of_what_is_painted_and_changes_no_pixel(tokens):
    """To the nearest corner of a patch, so at most half a patch away; the middle is looked for in the pixels here."""
    y = scenes.render(captions.random_captions(60, seeded(4), mix=(1, 0, 0)), seeded(5))
    z = tokens.encode(y)
    places = torch.stack([z[:, PALETTE] // 9, z[:, PALETTE] % 9], dim=1) * 4
    for image, place in zip(y, places, strict=True):
        away = (image - image[:, :1, :1]).norm(dim=0)  # from the paper
        inside = (away > 0.5 * away.max()).nonzero()
        middle = (inside.amin(dim=0) + inside.amax(dim=0) + 1) / 2
        assert (middle - place).abs().max() <= 2.5
    assert len(places.unique(dim=0)) == 9, "one for each place at which the world puts a shape"
    other = z.clone()
    other[:, PALETTE] = 0
    assert torch.equal(tokens.decode(other), tokens.decode(z))

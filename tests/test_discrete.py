import math

import pytest
import torch

from aecourse import models


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def codes(m=50, width=3):
    return torch.randn(m, width, generator=seeded(1))


def test_the_nearest_entry_is_the_one_that_cdist_finds():
    book = models.Codebook(7, 3)
    assert torch.equal(book.nearest(codes()), torch.cdist(codes(), book.entries).argmin(dim=1))
    assert torch.allclose(book.distances(codes()), torch.cdist(codes(), book.entries).square(), atol=1e-4)


def test_straight_through_has_the_value_of_the_entry_and_the_slope_of_the_code():
    book, h = models.Codebook(7, 3), codes().requires_grad_()
    h_q, index = book(h)
    assert torch.allclose(h_q, book.entries[index], atol=1e-6)
    upstream = torch.randn(h.shape, generator=seeded(2))
    (h_q * upstream).sum().backward()
    assert torch.equal(h.grad, upstream)
    assert book.entries.grad is None


def test_the_penalty_draws_entry_and_code_together_each_with_its_own_weight():
    book, h = models.Codebook(7, 3), codes().requires_grad_()
    index = book.nearest(h)
    R = book.penalty(h, index, commitment=0.25)
    gap = (h - book.entries[index]).detach()
    assert torch.allclose(R, 1.25 * gap.square().sum(dim=1), rtol=1e-5)
    R.sum().backward()
    assert torch.allclose(h.grad, 0.5 * gap, atol=1e-5)
    pull = torch.zeros(7, 3).index_add(0, index, -2 * gap)
    assert torch.allclose(book.entries.grad, pull, atol=1e-4)


def test_a_cold_relaxed_sample_is_an_entry_drawn_from_the_softmax():
    book = models.Codebook(4, 3, seed=2)
    h = codes(1).expand(20_000, -1)
    drawn = book.relaxed(h, 1e-3, seeded(3))
    index = book.nearest(drawn)
    assert ((drawn - book.entries[index]).abs().amax(dim=1) < 0.01).double().mean() > 0.99  # all but near ties
    share = torch.bincount(index, minlength=4) / 20_000
    assert torch.allclose(share, (-book.distances(h[:1]))[0].softmax(0), atol=0.015)


def test_a_hot_relaxed_sample_is_the_mean_of_all_entries():
    book = models.Codebook(4, 3)
    assert torch.allclose(book.relaxed(codes(), 1e6, seeded()), book.entries.mean(dim=0).expand(50, -1), atol=1e-3)


def test_a_relaxed_sample_has_a_slope_at_every_entry():
    book = models.Codebook(4, 3)
    book.relaxed(codes(), 1.0, seeded()).square().sum().backward()
    assert (book.entries.grad.abs().sum(dim=1) > 0).all()


def test_dead_entries_are_put_onto_codes_and_the_others_stay():
    book, h = models.Codebook(5, 3), codes()
    before, dead = book.entries.detach().clone(), torch.tensor([True, False, True, False, False])
    book.restart(h, dead, seeded())
    assert torch.equal(book.entries[~dead], before[~dead])
    assert (torch.cdist(book.entries[dead], h).amin(dim=1) == 0).all()


def digits(m=3):
    return torch.rand(m, 784, generator=seeded(5))


def test_an_image_becomes_49_tokens_and_comes_back():
    model = models.DiscreteAutoencoder(11)
    token = model.tokens(digits())
    assert token.shape == (3, 49)
    assert 0 <= token.min() <= token.max() < 11
    assert torch.allclose(model.draw(token), model(digits()), atol=1e-5)


@torch.no_grad()
def test_a_token_reads_eight_by_eight_pixels_and_moves_three_by_three_patches():
    model, y = models.DiscreteAutoencoder(64, scale=3.0), digits(1)
    before = model.encode(y).view(7, 7, -1)
    y_2 = y.clone().view(1, 28, 28)
    y_2[:, 13, 13] += 0.5
    y_2 = y_2.clamp(0, 1).flatten(1)
    changed = (model.encode(y_2).view(7, 7, -1) - before).abs().amax(dim=2) > 0
    assert 1 <= changed.sum() <= 4
    assert changed[3, 3]
    token = model.tokens(y)
    edited = token.clone()
    edited[0, 24] = (token[0, 24] + 1) % 64
    moved = ((model.draw(edited) - model.draw(token)).abs() > 0).view(28, 28)
    outside = torch.ones(28, 28, dtype=torch.bool)
    outside[8:20, 8:20] = False
    assert moved.any()
    assert not moved[outside].any()


def test_images_do_not_touch_each_other():
    model, y = models.DiscreteAutoencoder(16), digits(3)
    assert torch.equal(model.tokens(y)[1:2], model.tokens(y[1:2]))


def test_the_same_seed_gives_the_same_model():
    a, b, c = (models.DiscreteAutoencoder(8, seed=s) for s in (1, 1, 2))
    assert torch.equal(a(digits()), b(digits()))
    assert not torch.equal(a(digits()), c(digits()))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: models.Codebook(0, 3), "^size: "),
        (lambda: models.Codebook(3, 0), "^width: "),
        (lambda: models.Codebook(3, 3, scale=-1), "^scale: "),
        (lambda: models.Codebook(3, 3).nearest(codes(width=2)), r"^h: expected shape \(batch, 3\)"),
        (lambda: models.Codebook(3, 3).nearest(codes() * math.nan), "^h: expected finite"),
        (lambda: models.Codebook(3, 3).relaxed(codes(), 0.0, seeded()), "^temperature: "),
        (lambda: models.DiscreteAutoencoder(4, hidden=0), "^hidden: "),
        (lambda: models.DiscreteAutoencoder(4)(digits()[:, :700]), r"^y: expected shape \(batch, 784\)"),
    ],
)
def test_bad_arguments_are_refused_by_name(call, said):
    with pytest.raises(ValueError, match=said):
        call()

import math

import pytest
import torch

from aecourse.text_to_image import decoding
from aecourse.text_to_image.captions import random_captions
from aecourse.text_to_image.prior import Prior, energy
from aecourse.text_to_image.tokens import LENGTH, PALETTE, PLAN
from aecourse.text_to_image.vocabulary import COUNTS


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def prior():
    """A small prior with weights large enough that its choices differ."""
    model = Prior(colours=9, masks=12, width=16, layers=2, heads=2).eval().requires_grad_(False)
    for p in model.parameters():
        p += 0.3 * torch.randn(p.shape, generator=seeded(p.numel()))
    return model


def sequences(count, seed=0):
    image_tokens = torch.randint(0, 9, (count, LENGTH), generator=seeded(seed))
    return random_captions(count, seeded(seed)), image_tokens


def test_a_token_depends_on_nothing_that_comes_later(prior):
    captions, image_tokens = sequences(2)
    logits = prior(captions, image_tokens)
    for t in (0, 2, 3, 4, 5, 6, 7, 50, 120, 196):
        other = image_tokens.clone()
        other[:, t:] = (other[:, t:] + 1) % 9
        pairs = zip(logits, prior(captions, other), strict=True)
        same = torch.cat([(a == b).all(dim=-1).flatten(1) for a, b in pairs], dim=1)
        assert same[:, : t + 1].all(), t
        assert not same[:, t + 1 :].all() or t == LENGTH - 1


def test_every_word_reaches_every_token(prior):
    captions, image_tokens = sequences(1)
    before = torch.cat([logits.flatten() for logits in prior(captions, image_tokens)])
    for slot, count in enumerate(COUNTS.tolist()):
        other = captions.clone()
        other[:, slot] = (other[:, slot] + 1) % (count + 1)
        after = torch.cat([logits.flatten() for logits in prior(other, image_tokens)])
        assert (before != after).double().mean() > 0.9


def test_the_energy_is_minus_the_sum_of_all_log_probabilities(prior):
    captions, image_tokens = sequences(3)
    inks, place, masks = prior(captions, image_tokens)
    by_hand = torch.zeros(3)
    for k in range(3):
        for t in range(LENGTH):
            if t < PLAN:
                logits = inks[k, t] if t < PALETTE else place[k, 0]
            else:
                logits = masks[k, (t - PLAN) // 3, (t - PLAN) % 3]
            by_hand[k] -= logits.log_softmax(0)[image_tokens[k, t]]
    assert torch.allclose(energy(prior, captions, image_tokens), by_hand, rtol=1e-4)


def test_probabilities_of_all_values_of_the_last_token_add_up_to_what_comes_before_it(prior):
    captions, image_tokens = sequences(1)
    last = image_tokens.repeat(12, 1)
    last[:, -1] = torch.arange(12)
    every = (-energy(prior, captions.expand(12, -1), last)).logsumexp(0)
    logits = prior(captions, image_tokens)[2][0, -1, -1]
    own = -energy(prior, captions, image_tokens)[0] - logits.log_softmax(0)[image_tokens[0, -1]]
    assert torch.allclose(every, own, rtol=1e-5)


def test_a_patch_is_not_told_what_is_hidden_from_it(prior):
    image_tokens = sequences(2)[1]
    plain = prior.patch_inputs(image_tokens)
    hidden = torch.zeros(2, 8, 8, 3, dtype=torch.bool)
    assert torch.equal(prior.patch_inputs(image_tokens, hidden), plain)
    hidden[:, 4, 4, 1] = True
    moved = (prior.patch_inputs(image_tokens, hidden) - plain).abs().amax(dim=2) > 0
    assert moved[:, 36].all()
    assert moved.sum() == 2
    other = image_tokens.clone()
    other[:, PLAN + 1 :: 3] = (other[:, PLAN + 1 :: 3] + 1) % 9  # all second masks
    assert torch.equal(prior.patch_inputs(other, hidden)[:, 36], prior.patch_inputs(image_tokens, hidden)[:, 36])


def test_a_row_knows_of_the_places_row_and_a_column_of_its_column(prior):
    """Moving the place sideways changes all patches of a column alike, and moving it down all of a row."""
    start, aside, below = prior.seat(torch.tensor([9 * 2 + 3, 9 * 2 + 6, 9 * 5 + 3]))
    for moved, along in ((aside, 0), (below, 1)):
        change = moved - start
        assert change.abs().amax() > 0.1
        assert torch.allclose(change, change.mean(dim=along, keepdim=True), atol=1e-5)


@pytest.mark.parametrize("guidance", [0.0, 1.5])
def test_sampling_with_a_cache_equals_reading_everything_again(prior, guidance):
    captions = random_captions(4, seeded(2))
    image_tokens = decoding.sample(prior, captions, seeded(), temperature=0.0, guidance=guidance)
    with_caption, without = prior(captions, image_tokens), prior(torch.zeros_like(captions), image_tokens)
    logits = [a + guidance * (a - b) for a, b in zip(with_caption, without, strict=True)]
    assert torch.equal(torch.cat([part.argmax(-1).flatten(1) for part in logits], dim=1), image_tokens)


@pytest.mark.parametrize("temperature", [1.0, 0.4])
def test_draws_have_the_frequencies_of_the_softmax(prior, temperature):
    captions = random_captions(1, seeded(2))
    first = decoding.sample(prior, captions.expand(1500, -1), seeded(1), temperature=temperature)[:, 0]
    p = (prior(captions, torch.zeros(1, LENGTH, dtype=torch.long))[0][0, 0] / temperature).softmax(0)
    often = torch.bincount(first, minlength=9) / 1500
    assert (often - p).abs().max() < 4 * 0.5 / math.sqrt(1500)


def test_draws_depend_on_the_seed_alone(prior):
    captions = random_captions(3, seeded(2))
    a, b, c = (decoding.sample(prior, captions, seeded(s)) for s in (1, 1, 2))
    assert torch.equal(a, b)
    assert not torch.equal(a, c)


def test_similar_masks_start_with_similar_descriptions():
    masks = torch.rand(12, 16, generator=seeded())
    model = Prior(colours=9, masks=12, width=16, layers=1, heads=2).describe(masks)
    assert torch.allclose(
        torch.corrcoef(model.mask.weight[:-1, :16].flatten()[None].repeat(2, 1))[0, 1], torch.tensor(1.0)
    )
    gap = torch.pdist(masks)
    assert torch.corrcoef(torch.stack([gap, torch.pdist(model.mask.weight[:-1, :16])]))[0, 1] > 0.999


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: Prior(width=0), "^width: "),
        (lambda: Prior(width=10, heads=4), "^width: expected a multiple of heads"),
        (lambda: Prior(layers=-1), "^layers: "),
        (lambda: Prior(seed=-1), "^seed: "),
    ],
)
def test_bad_sizes_are_refused_by_name(call, said):
    with pytest.raises(ValueError, match=said):
        call()


@pytest.mark.parametrize(
    ("name", "value"), [("temperature", -0.1), ("temperature", math.nan), ("guidance", 11), ("guidance", "much")]
)
def test_bad_dials_are_refused_by_name(prior, name, value):
    with pytest.raises(ValueError, match=f"^{name}: "):
        decoding.sample(prior, random_captions(1, seeded()), seeded(), **{name: value})

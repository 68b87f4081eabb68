import pytest
import torch

from aecourse import corruption

ALL = {
    "gaussian": corruption.gaussian(0.3),
    "mask_pixels": corruption.mask_pixels(0.4),
    "mask_block": corruption.mask_block(3),
    "mask_half": corruption.mask_half(),
    "salt_and_pepper": corruption.salt_and_pepper(0.2),
    "blur": corruption.blur(1.0),
    "compose": corruption.compose(corruption.blur(0.8), corruption.gaussian(0.1)),
}
each = pytest.mark.parametrize("corrupt", ALL.values(), ids=ALL)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@each
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_corruptions_are_pure_and_follow_the_generator(corrupt, dtype):
    y = torch.rand(5, 64, generator=seeded(), dtype=dtype)
    before = y.clone()
    first, again = corrupt(y, seeded(1)), corrupt(y, seeded(1))
    assert torch.equal(y, before)
    assert torch.equal(first, again)
    assert (first.shape, first.dtype) == (y.shape, dtype)
    assert not torch.equal(first, y)


def test_gaussian_noise_has_its_standard_deviation():
    noise = corruption.gaussian(0.3)(torch.zeros(1000, 50), seeded())
    assert noise.std().item() == pytest.approx(0.3, rel=0.02)
    assert noise.mean().item() == pytest.approx(0, abs=0.01)


def test_masked_pixels_are_zero_and_the_others_untouched():
    y = 0.5 + torch.rand(500, 49, generator=seeded())
    y_hat = corruption.mask_pixels(0.4)(y, seeded(1))
    lost = y_hat == 0
    assert torch.equal(y_hat[~lost], y[~lost])
    assert lost.float().mean().item() == pytest.approx(0.4, abs=0.02)


def test_a_block_is_one_square_and_its_place_varies():
    lost = (corruption.mask_block(3)(torch.ones(400, 64), seeded()) == 0).view(-1, 8, 8)
    assert (lost.sum(dim=(1, 2)) == 9).all()
    assert (lost.any(dim=1).sum(dim=1) == 3).all()  # 3 columns, hence 3 rows
    corners = {tuple(image.nonzero()[0].tolist()) for image in lost}
    assert corners == {(row, column) for row in range(6) for column in range(6)}
    whole = corruption.mask_block(8)(torch.ones(2, 64), seeded())
    assert whole.abs().max() == 0


def test_the_lower_half_is_missing():
    y_hat = corruption.mask_half()(torch.ones(2, 64), seeded()).view(2, 8, 8)
    assert y_hat[:, :4].min() == 1
    assert y_hat[:, 4:].max() == 0


def test_salt_and_pepper_is_half_salt_half_pepper():
    y_hat = corruption.salt_and_pepper(0.2)(torch.full((500, 100), 0.5), seeded())
    shares = [(y_hat == value).float().mean().item() for value in (0.0, 0.5, 1.0)]
    assert shares == pytest.approx([0.1, 0.8, 0.1], abs=0.01)


def test_blur_spreads_a_point_into_the_gaussian_and_keeps_its_ink():
    y = torch.zeros(1, 21 * 21, dtype=torch.float64)
    y[0, 10 * 21 + 10] = 1
    image = corruption.blur(1.5)(y, seeded()).view(21, 21)
    assert image.sum().item() == pytest.approx(1, abs=1e-4)
    assert (image[10, 12] / image[10, 10]).item() == pytest.approx(torch.tensor(-(2**2) / (2 * 1.5**2)).exp().item())
    assert torch.allclose(image, image.T)


def test_composed_corruptions_act_in_order():
    y = torch.ones(3, 16)
    half, shift = corruption.mask_half(), lambda y, generator: y + 1
    assert corruption.compose(half, shift)(y, seeded()).min() == 1
    assert corruption.compose(shift, half)(y, seeded()).min() == 0


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: corruption.gaussian(-1.0), "^sigma: "),
        (lambda: corruption.mask_pixels(1.5), "^share: "),
        (lambda: corruption.salt_and_pepper(-0.1), "^share: "),
        (lambda: corruption.mask_block(0), "^side: "),
        (lambda: corruption.mask_block(9)(torch.ones(1, 64), seeded()), "^side: .* at most 8"),
        (lambda: corruption.blur(0.0), "^sigma: "),
        (lambda: corruption.compose(), "^corruptions: expected at least one"),
        (lambda: corruption.compose(3), "^corruptions: expected a function"),
        (lambda: corruption.mask_half()(torch.ones(1, 60), seeded()), "^y: expected square images"),
        (lambda: corruption.gaussian(0.1)(torch.ones(3), seeded()), r"^y: expected shape \(batch, n\)"),
    ],
)
def test_corruptions_refuse_by_name(build, said):
    with pytest.raises(ValueError, match=said):
        build()

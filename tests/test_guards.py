import math

import pytest
import torch

from aecourse import guards

GOOD = torch.zeros(3, 2)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([[0.0, 1.0]], "expected a torch.Tensor, got list"),
        (torch.zeros(3, 2, dtype=torch.long), "expected a floating-point dtype"),
        (torch.zeros(3), r"expected shape \(batch, n\), got \(3,\)"),
        (torch.zeros(0, 2), "expected at least one sample"),
        (torch.tensor([[math.nan, 0.0]]), "NaN or infinity"),
        (torch.tensor([[0.0, -math.inf]]), "NaN or infinity"),
        (torch.tensor([[0.0, 1.5]]), r"expected values in \[0, 1\], got \[0, 1.5\]"),
    ],
)
def test_batch_refuses_and_names_the_argument(value, said):
    with pytest.raises(ValueError, match="^answer: .*" + said):
        guards.batch("answer", value, low=0, high=1)


def test_batch_refuses_the_wrong_number_of_columns():
    with pytest.raises(ValueError, match=r"^y: expected shape \(batch, 3\), got \(3, 2\)"):
        guards.batch("y", GOOD, columns=3)


def test_batch_returns_what_it_was_given():
    assert guards.batch("y", GOOD, columns=2, low=0, high=1) is GOOD


@pytest.mark.parametrize("value", [0, -1, 2.0, True, "3", None])
def test_count_refuses_everything_but_whole_numbers_from_one(value):
    with pytest.raises(ValueError, match="^d: expected a whole number"):
        guards.count("d", value)


def test_count_names_the_upper_bound():
    with pytest.raises(ValueError, match="at least 1 and at most 4, got 5"):
        guards.count("d", 5, high=4)


@pytest.mark.parametrize("value", [math.nan, math.inf, True, "1", None, 3.0])
def test_number_refuses_what_is_not_finite_or_out_of_range(value):
    with pytest.raises(ValueError, match="^sigma: expected a"):
        guards.number("sigma", value, low=0, high=2)


def test_image_shape_wants_a_square():
    assert guards.image_shape("rows", 784) == 28
    with pytest.raises(ValueError, match="^rows: expected square images"):
        guards.image_shape("rows", 783)


@pytest.mark.parametrize("entries", [[math.nan, 1.0], [math.inf, 1.0], [math.inf, -math.inf], [-math.inf, math.nan]])
def test_no_sum_hides_nan_or_infinity(entries):
    with pytest.raises(guards.NotFiniteError, match="^y: expected finite"):
        guards.batch("y", torch.tensor([entries]))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16, torch.float64])
def test_finite_numbers_whose_sum_is_not_are_let_through(dtype):
    largest = torch.full((2, 2), torch.finfo(dtype).max, dtype=dtype)
    assert not largest.sum().isfinite()
    assert guards.batch("y", largest) is largest


def test_what_is_traced_names_the_argument_that_is_not_finite():
    good, bad = torch.ones(2, 3), torch.tensor([[1.0, math.inf, 0.0]])
    with pytest.raises(guards.NotFiniteError, match="^y_tilde: expected finite"):
        guards.traced(good.sum() - bad.sum(), y=good, y_tilde=bad)
    result = good.sum()
    assert guards.traced(result, y=bad) is result  # whoever calls it knows that infinity would have come through
    too_large = (1e30 * good).square()
    assert guards.traced(too_large, y=1e30 * good) is too_large

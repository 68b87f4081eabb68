"""The rule by which a tolerance is wider than its own claim, held to what a reader would say of the printed numbers."""

import claims
import comparing
import hypothesis
import hypothesis.strategies as st
import pytest


def printed(text):
    return [{"output_type": "stream", "name": "stdout", "text": text}]


def wide(text, tag):
    return claims.too_wide(printed(text), [comparing.COMPARED, tag])


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("gap 0.78 %, 47 times", "within-20%"),
        ("19 of 20 drawn as asked", "within-3"),
        ("E(y, z = 0.00) = 0.463\nE(y, z = 1.15) = 0.069\nE(y, z = 5.25) = 0.423", "within-2%"),
        ("d =  8: 29.3\nd =  9: 27.0\nd = 64:  7.1", "within-4%"),  # a whole number moves by whole numbers
        ("loop 14.4\nfit  14.4", "within-5%"),  # printed as equal: no order is claimed
        ("d = 300: 99%\nd = 784: 100%", "within-2"),  # one in the last digit is rounding
        ("accuracy 0.50, loss 0.51", "within-5%"),  # no unit says that they are of one kind
        ("squared error 0.330 units\ncross-entropy 0.329 nats", "within-5%"),  # of two kinds
        ("0.52 ± 0.02\n0.80 ± 0.03", "within-20%"),  # of errors no order is claimed
        ("seed 0: 12.3\nseed 1: 12.5\nseed 2: 12.2", "within-5%"),
        ("explained 0.98\nnan of it\nexplained 0.99, 3 times", "within-20%"),
        ("| d | F |\n|--:|--:|\n| 1 | 9.98 |\n| 2 | 5.00 |", "within-10%"),
        ("3e-05\n4e-05", "within-20%"),
        ("noise within 0.1 of 0: -0.01, largest 3.00", "within-0.1"),
    ],
)
def test_these_tolerances_leave_the_claim(text, tag):
    assert wide(text, tag) == []


@pytest.mark.parametrize(
    ("text", "tag", "message"),
    [
        ("gap 0.78 %", "within-25%", "within 25 % is more than 20% of every number that is printed"),
        ("gap 0.78 %", "within-0.2", "within 0.2 is more than 20% of every number that is printed"),
        ("better: True", "within-2%", "within 2 %, but no number is printed to which that applies"),
        ("28 × 28, seed 3", "within-2%", "within 2 %, but no number is printed to which that applies"),
        ("plain 0.64\ncured 0.55", "within-10%",
         "lines 1 and 2: 0.55 and 0.64 may change places within 10 %, as 0.60 and 0.58"),
        ("13.9 nats before, 14.1 nats after", "within-2%",
         "line 1: 13.9 and 14.1 may change places within 2 %, as 14.1 and 13.9"),
        ("80% of these, 84% of those", "within-5", "line 1: 80 and 84 may change places within 5, as 85 and 79"),
        ("d = 1: 47.7\nd = 2: 29.3\nd = 4: 9.0", "within-3",
         "lines 2 and 3: 2 and 4 may change places within 3, as 5 and 1"),
        ("| a | 9.98 |\n| b | 10.01 |", "within-1%",
         "lines 1 and 2: 9.98 and 10.01 may change places within 1 %, as 10.07 and 9.91"),
        ("-0.5 dB\n0.5 dB\n100 dB", "within-1",
         "lines 1 and 2: -0.5 and 0.5 may change places within 1, as 0.5 and -0.5"),
    ],
)  # fmt: skip
def test_these_tolerances_are_wider_than_the_claim(text, tag, message):
    assert message in wide(text, tag)


@hypothesis.given(
    st.lists(st.integers(1, 10**6), min_size=2, max_size=6), st.sampled_from(["within-1%", "within-10%", "within-50"])
)
def test_a_column_passes_only_if_no_text_that_the_comparison_accepts_has_another_order(values, tag):
    """The oracle moves every pair as far towards each other as the comparison lets it."""
    text = "\n".join(f"F = {value} nats" for value in values)
    allowed = comparing.tolerance([comparing.COMPARED, tag])

    def may_be(value, other):
        return not comparing.differences(f"F = {value} nats", f"F = {other} nats", allowed)

    def reach(value, way):
        room = int(allowed.of(value)) + 2
        return next(value + way * r for r in range(room, -1, -1) if may_be(value, value + way * r))

    swap = any(a + 1 < b and reach(a, 1) > reach(b, -1) for a in values for b in values)
    found = [said for said in wide(text, tag) if "places" in said]
    assert bool(found) == swap or "every number" in wide(text, tag)[0]


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("this holds: True", True),
        ("this holds: True\nthat: False.", True),
        ("['True', 'False']", True),
        ("this holds: True\nat 3 places", False),
        ("True at 3 places", False),
        ("0.1 not attempted yet", False),
        ("", False),
    ],
)
def test_a_cell_of_booleans_is_seen(text, only):
    assert claims.only_booleans(printed(text)) == only

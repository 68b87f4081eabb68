"""What a compared cell may print: each case is a stored output, a tag, what comes now, and what the failure says."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import comparing
import hypothesis
import hypothesis.strategies as st
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

ROOT = Path(__file__).resolve().parents[1]
NOTHING, TWO, TENTH = None, "within-2%", "within-0.1"


def said(stored, tag, now):
    tags = [comparing.COMPARED, *([tag] if tag else [])]
    return comparing.differences(stored, now, comparing.tolerance(tags))


@pytest.mark.parametrize(
    ("stored", "tag", "now"),
    [
        ("19 of 20 drawn as asked\n", NOTHING, "19 of 20 drawn as asked\n"),
        ("0.2 not attempted yet", NOTHING, "0.2 not attempted yet"),
        ("", NOTHING, ""),
        ("gap 0.780 %", TWO, "gap 0.790 %"),
        ("gap 0.780 % of 1,024 points, 47.0 times", TWO, "gap 0.770 % of 1,010 points, 47.9 times"),
        ("1,568,000 times", TWO, "1,590,000 times"),
        ("1,004 of all", TWO, "998 of all"),
        ("10\u2009000 points", TWO, "9\u2009900 points"),
        ("10\u202f000 points", TWO, "10,100 points"),
        ("energy -0.01", TENTH, "energy 0.03"),
        ("energy −0.50", TWO, "energy -0.505"),
        ("[[0.760, -0.50], [5., .250]]", TWO, "[[0.765, -0.505], [5.05, 0.254]]"),
        ("3.00e-05 and 2e+3", TWO, "3.05e-05 and 2.01e+3"),
        ("3.00 × 10⁻⁵, 10^-3", TWO, "3.05 × 10⁻⁵, 0.001"),
        ("92 % and 50.0%", TWO, "91 % and 49.5%"),
        ("12ms, 0.50σ, 100nats", TWO, "12ms, 0.505σ, 99nats"),
        ("nan, inf, -inf, NaN", TWO, "nan, inf, -inf, -nan"),
        ("0.0", TWO, "-0.0"),
        ("  9.9\n123.0", "within-5%", " 10.1\n125.0"),
        ("F=  9.9 nats", "within-5%", "F=10.1 nats"),
        ("a  9.9  b", "within-5%", "a 10.1  b"),
        ("| d | left |\n| ---: | ----: |\n| 1 | 9.98 |", TWO, "|  d |   left |\n| ---: | -----: |\n|  1 | 10.01 |"),
        ("seed 7: 0.500", "within-50%", "seed 7: 0.700"),
        ("torch 2.13.0, h2, W_1, 28 × 28: 0.500", "within-50%", "torch 2.13.0, h2, W_1, 28 × 28: 0.700"),
        ("0.780", TWO, "0.7644"),  # the last that is allowed
        ("0.780", TWO, "0.7956"),
        ("0.10", TENTH, "0.20"),
    ],
)
def test_these_pass(stored, tag, now):
    assert said(stored, tag, now) == []


@pytest.mark.parametrize(
    ("stored", "tag", "now", "message"),
    [
        ("gap 0.78", NOTHING, "gap 0.79",
         "line 1, number 1: stored 0.78, now 0.79 (+0.01); without a tag within-… it is exact"),
        ("a\ngap 0.78", TWO, "a\ngap 0.90",
         "line 2, number 1: stored 0.78, now 0.90 (+15.4 %); within 2 % it may be 0.7644 to 0.7956"),
        ("0.78 47", TWO, "0.78 49",
         "line 1, number 2: stored 47, now 49 (+4.26 %); within 2 % it may be 46.06 to 47.94"),
        ("1,568,000", TWO, "1,500,000",
         "line 1, number 1: stored 1,568,000, now 1,500,000 (-4.34 %); within 2 % it may be 1,536,640 to 1,599,360"),
        ("10\u2009000", TWO, "10",
         "line 1, number 1: stored 10\u2009000, now 10 (-99.9 %); within 2 % it may be 9800 to 10200"),
        ("E = −0.50", TENTH, "E = 0.50",
         "line 1, number 1: stored −0.50, now 0.50 (+1); within 0.1 it may be -0.6 to -0.4"),
        ("0.0", TWO, "0.1", "line 1, number 1: stored 0.0, now 0.1 (+0.1); within 2 % it may be 0 to 0"),
        ("0.10", TENTH, "0.21", "line 1, number 1: stored 0.10, now 0.21 (+0.11); within 0.1 it may be 0 to 0.2"),
        ("3 × 10⁻⁵", TWO, "3 × 10⁻⁴",
         "line 1, number 1: stored 3 × 10⁻⁵, now 3 × 10⁻⁴ (+900 %); within 2 % it may be 2.94e-05 to 3.06e-05"),
        ("1e-3", TWO, "1e-4",
         "line 1, number 1: stored 1e-3, now 1e-4 (-90 %); within 2 % it may be 0.00098 to 0.00102"),
        ("[0.5, 0.6]", TWO, "[0.5, 0.7]",
         "line 1, number 2: stored 0.6, now 0.7 (+16.7 %); within 2 % it may be 0.588 to 0.612"),
        ("0.5", TWO, "nan", "line 1, number 1: stored 0.5, now nan"),
        ("inf", TWO, "-inf", "line 1, number 1: stored inf, now -inf"),
        ("∞", TWO, "7.0", "line 1, number 1: stored ∞, now 7.0"),
        ("the gap is 0.5", TWO, "the hole is 0.5", 'line 1, word 2: stored "gap", now "hole"'),
        ("0.5 nats", TWO, "0.5 bits", 'line 1, word 2: stored "nats", now "bits"'),
        ("0.5 nats", TWO, "0.5", 'line 1, word 2: stored "nats", now the end of the line'),
        ("about 0.5", TWO, "0.5 about", 'line 1, word 1: stored "about", now a number'),
        ("holds: True", TWO, "holds: False", 'line 1, word 2: stored "True", now "False"'),
        ("a, b", TWO, "a b", 'line 1, word 1: stored "a,", now "a"'),
        ("0.5 and 0.6", TWO, "0.5", "line 1: stored 2 numbers (0.5, 0.6), now 1 (0.5)"),
        ("none at all", TWO, "5 at all", "line 1: stored 0 numbers (none), now 1 (5)"),
        ("0.5\n0.6", TWO, "0.5", 'stored 2 lines, now 1; line 2: stored "0.6", now nothing'),
        ("a 1\nb 2", TWO, "a 1\nc 3\nb 2", 'stored 2 lines, now 3; line 2: stored "b 2", now "c 3"'),
        ("", NOTHING, "x", 'stored 0 lines, now 1; line 1: stored nothing, now "x"'),
        ("a  9", NOTHING, "a 9", "line 1: the same words and numbers, otherwise spaced or written"),
        ("a\n0.50", NOTHING, "a\n0.5", "line 2: the same words and numbers, otherwise spaced or written"),
        ("a\n", NOTHING, "a", "line 1: the same words and numbers, otherwise spaced or written"),
        ("(10000, 784)", "within-50%", "(9000, 784)", 'line 1, word 1: stored "(10000,", now "(9000,"'),
        ("28 × 28", "within-50%", "28 × 30", 'line 1, word 3: stored "28", now "30"'),
        ("torch 2.13.0", "within-50%", "torch 2.14.0", 'line 1, word 2: stored "2.13.0", now "2.14.0"'),
        ("chapter 13", "within-50%", "chapter 12", 'line 1, word 2: stored "13", now "12"'),
        ("h2 = 5", "within-50%", "h3 = 5", 'line 1, word 1: stored "h2", now "h3"'),
        ("on 2026-11-26", "within-50%", "on 2026-11-25", 'line 1, word 2: stored "2026-11-26", now "2026-11-25"'),
        ("| 1 | 9.98 |", TWO, "| 1 | 9.98", 'line 1, word 5: stored "|", now the end of the line'),
    ],
)  # fmt: skip
def test_these_fail_and_say_why(stored, tag, now, message):
    assert said(stored, tag, now) == [message]


def test_each_number_that_left_its_range_is_named():
    found = said("1.00 2.00 3.00\n4.00", TWO, "1.50 2.00 3.50\n4.50")
    assert [re.match("[^:]*", what)[0] for what in found] == [
        "line 1, number 1", "line 1, number 3", "line 2, number 1"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        (["within-2%"], "the tag within-2% has no effect without the tag nbval-check-output"),
        ([comparing.COMPARED, "within-x%"], "the tag 'within-x%' is not understood; write within-2% or within-0.05"),
        ([comparing.COMPARED, "within-2 %"], "the tag 'within-2 %' is not understood"),
        ([comparing.COMPARED, "Within-2%"], "the tag 'Within-2%' is not understood"),
        ([comparing.COMPARED, "within 2%"], "the tag 'within 2%' is not understood"),
        ([comparing.COMPARED, "within"], "the tag 'within' is not understood"),
        ([comparing.COMPARED, "within-0"], "the tag 'within-0' is not understood"),
        ([comparing.COMPARED, "within--2"], "the tag 'within--2' is not understood"),
        ([comparing.COMPARED, "within-2%", "within-0.1"], "one tolerance a cell, not 2: within-2%, within-0.1"),
    ],
)
def test_a_tag_that_is_none_is_refused(tags, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        comparing.tolerance(tags)


def test_a_bare_number_in_a_tag_is_an_amount():
    """`within-2` is two of whatever is printed, not two per cent."""
    assert said("19 of 20", "within-2", "17 of 20") == []
    assert "within 2 it may be 17 to 21" in said("19 of 20", "within-2", "16 of 20")[0]


# --- outputs ------------------------------------------------------------------------------------------------------


def stream(text, name="stdout"):
    return new_output("stream", name=name, text=text)


def result(text, kind="text/plain", **more):
    return new_output("execute_result", {kind: text, **more}, execution_count=1)


def test_only_text_is_compared_and_pictures_are_not():
    old = [stream("a\n"), new_output("display_data", {"image/png": "x", "text/plain": "F(y) = 0.50"})]
    new = [new_output("display_data", {"image/png": "y", "text/plain": "F(y) = 0.51"}), stream("a\n")]
    assert comparing.compare(old, new, [comparing.COMPARED, "within-5%"]) == []
    assert comparing.compare(old, new, [comparing.COMPARED, "within-1%"]) == [
        "text/plain, line 1, number 1: stored 0.50, now 0.51 (+2 %); within 1 % it may be 0.495 to 0.505"
    ]


def test_a_markdown_table_is_compared_like_any_text():
    old = [result("<Markdown object>", **{"text/markdown": "| d | F |\n|---|--:|\n| 2 | 1.00 |"})]
    new = [result("<Markdown object>", **{"text/markdown": "| d | F |\n|---|--:|\n| 2 | 1.30 |"})]
    assert comparing.compare(old, new, [comparing.COMPARED, "within-50%"]) == []
    assert comparing.compare(old, new, [comparing.COMPARED, "within-1%"]) == [
        "text/markdown, line 3, number 2: stored 1.00, now 1.30 (+30 %); within 1 % it may be 0.99 to 1.01"
    ]


def test_of_html_only_what_a_reader_sees_is_compared():
    old, new = (result("It is 0.5", **{"text/html": f'<p id="a{k}" data-is="0.50{k}">It is 0.5</p>'}) for k in (1, 2))
    assert comparing.compare([old], [new], [comparing.COMPARED]) == []
    new = result("It is 0.5", **{"text/html": "<p>It is 0.6</p>"})
    assert comparing.compare([old], [new], [comparing.COMPARED])[0].startswith(
        "text/html, line 1, number 1: stored 0.5"
    )


def test_pieces_of_one_stream_are_one_text():
    assert comparing.compare([stream("a\nb 1\n")], [stream("a\n"), stream("b 1\n")], [comparing.COMPARED]) == []


def test_text_of_another_kind_is_missing_and_new():
    assert comparing.compare([stream("0.5")], [result("0.5")], [comparing.COMPARED]) == [
        'what is printed is missing; stored: "0.5"', 'text/plain is new: "0.5"'
    ]  # fmt: skip
    assert comparing.compare([], [stream("slow", "stderr")], [comparing.COMPARED]) == [
        'what goes to stderr is new: "slow"'
    ]


def test_an_exception_is_compared_by_its_name_and_message():
    def error(value):
        return [new_output("error", ename="ValueError", evalue=value, traceback=[])]

    assert comparing.compare(error("n: 3"), error("n: 3"), [comparing.COMPARED]) == []
    assert comparing.compare(error("n: 3"), error("n: 4"), [comparing.COMPARED])


# --- properties ---------------------------------------------------------------------------------------------------

TAGS = st.sampled_from([NOTHING, TWO, TENTH, "within-20%", "within-3"])
TEXTS = st.text() | st.lists(
    st.sampled_from(
        ["gap", "−0.50", "1,024", "28 × 28", "3·10⁻⁵", "nan", "-inf", "5.", "h2", "|", "%", "\n", "--", " "]
    )
).map(" ".join)
VALUES = st.decimals(-(10**6), 10**6, places=3, allow_nan=False)


@hypothesis.given(TEXTS, TAGS)
def test_every_text_equals_itself(text, tag):
    assert said(text, tag, text) == []


@hypothesis.given(TEXTS, TEXTS)
def test_without_a_tag_every_other_text_differs(one, other):
    assert bool(said(one, NOTHING, other)) == (one != other)


@hypothesis.given(st.lists(VALUES, min_size=1, max_size=5), st.data())
def test_a_number_moved_inside_its_range_passes_and_beyond_it_fails(values, data):
    k = data.draw(st.integers(0, len(values) - 1))
    relative = data.draw(st.booleans())
    allowed = comparing.tolerance([comparing.COMPARED, "within-2%" if relative else "within-2"])
    room = abs(values[k]) / 50 if relative else 2
    inside, beyond = data.draw(st.sampled_from([-1, 1])), data.draw(st.sampled_from([-2, 2]))

    def line(value):
        return "  ".join(f"F{i} = {v:f}," for i, v in enumerate([*values[:k], value, *values[k + 1 :]]))

    assert comparing.differences(line(values[k]), line(values[k] + inside * room), allowed) == []
    found = comparing.differences(line(values[k]), line(values[k] + beyond * room), allowed)
    assert [what.split(":")[0] for what in found] == ([f"line 1, number {k + 1}"] if room else [])


@hypothesis.given(
    VALUES, st.sampled_from(["{:.3f}", "{:,.3f}", "{:.8e}", "{:+.3f}", "({:.3f})", "[{:.3f}, 1]", "{:.3f}%"])
)
def test_a_number_is_read_as_python_wrote_it(value, form):
    found = comparing.numbers(form.format(value))
    assert found[0].value == round(value, 3) or form == "{:.8e}"
    assert float(found[0].value) == pytest.approx(float(value), rel=1e-8)


# --- with nbval ---------------------------------------------------------------------------------------------------


def run(folder, *cells):
    """The outcomes of real nbval on a notebook of (source, stored output, tags), and what it said."""
    made = [
        new_code_cell(source, execution_count=i, outputs=[stream(text)] if text else [], metadata={"tags": tags})
        for i, (source, text, tags) in enumerate(cells, 1)
    ]
    nbformat.write(new_notebook(cells=made), folder / "small.ipynb")
    shutil.copy(ROOT / "conftest.py", folder)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "--nbval-lax",
            "--nbval-current-env",
            "-v",
            "--color=no",
            "-p",
            "no:cacheprovider",
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT / "scripts")},
        capture_output=True,
        text=True,
    )
    return re.findall(r"::Cell \d+ (PASSED|FAILED|ERROR)", done.stdout), done.stdout


def test_nbval_compares_with_the_tolerance_of_the_cell(tmp_path):
    outcomes, text = run(
        tmp_path,
        ("print('gap', 0.79)", "gap 0.78\n", [comparing.COMPARED, "within-2%"]),
        ("print('gap', 0.90)", "gap 0.78\n", [comparing.COMPARED, "within-2%"]),
        ("print('gap', 0.79)", "gap 0.78\n", [comparing.COMPARED]),
        ("print('gap', 0.79)", "gap 0.78\n", []),
        ("print('gap', 0.78)", "gap 0.78\n", ["within-2%"]),
        ("print('gap', 0.78)", "gap 0.78\n", [comparing.COMPARED, "within-x%"]),
    )
    assert outcomes == ["PASSED", "FAILED", "FAILED", "PASSED", "ERROR", "ERROR"], text
    assert "line 1, number 1: stored 0.78, now 0.9 (+15.4 %); within 2 % it may be 0.7644 to 0.7956" in text
    assert "\nsmall.ipynb, Cell 4: the tag within-2% has no effect without the tag nbval-check-output" in text
    assert "\nsmall.ipynb, Cell 5: the tag 'within-x%' is not understood" in text

"""A prediction is given before the answer is seen: the widgets, what a page reads without a kernel, the notebooks."""

import html
import json
import re
from pathlib import Path

import nbformat
import pytest
import torch

from aecourse import exercises
from aecourse.checking import forms, records
from aecourse.checking.predictions import Asked, Compared, Prediction

PATHS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))
BARE = {f"{k:02d}" for k in range(12, 14)}  # chapters in which a Predict takes no answer yet: this list only shrinks
CALL = re.compile(r'exercises\.(predict|compare)\("([^"]+)"')
COUNT = Prediction("9.1", "How many <b>numbers</b>?", low=1, high=784, unit="numbers", why="So many.")
SHARE = Prediction("9.2", "What share?", low=0, high=100, unit="%", why="Of the variance.")
KIND = Prediction("9.3", "Which one?", options={"a & b": "Too wide.", "c": "It fits."}, right="c")


@pytest.fixture(autouse=True)
def own_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("AECOURSE_DATA", str(tmp_path))
    return tmp_path


def line(shown):
    return html.unescape(re.sub("<[^>]+>", "", shown._line.box.value))


@pytest.mark.parametrize(
    ("prediction", "given", "result", "said"),
    [
        (COUNT, 60, 28, "You said: 60 numbers, 32 too high. It is: 28 numbers. So many."),
        (COUNT, 27, 28.26, "You said: 27 numbers, 1.26 too low. It is: 28.3 numbers. So many."),
        (COUNT, 28, 28.004, "✓ You said: 28 numbers. It is: 28 numbers. So many."),
        (SHARE, 50, 91.34, "You said: 50 %, 41.3 points too low. It is: 91.3 %. Of the variance."),
        (KIND, "c", "c", "✓ You said: c. It is: c. It fits."),
        (KIND, "a & b", "c", "✗ You said: a & b. Too wide. It is: c. It fits."),
        (KIND, "c", "a & b", "✗ You said: c. It fits. Here it came out as: a & b; in the course it is: c. It fits."),
    ],
)
def test_it_says_how_far_a_prediction_was_and_why(prediction, given, result, said):
    compared = Compared(prediction, result)
    without = repr(compared)
    Asked(prediction).answer(given)
    assert repr(compared) == said
    assert line(compared) == said
    assert said.endswith(without)


@pytest.mark.parametrize("value", [28, 28.0, torch.tensor(28), torch.tensor(28.0), torch.tensor(28.0).numpy()[()]])
def test_any_kind_of_number_can_come_out(value):
    assert repr(Compared(COUNT, value)) == "It is: 28 numbers. So many."


def test_a_choice_comes_out_right_unless_told():
    assert repr(Compared(KIND)) == "It is: c. It fits."


def test_a_comparison_shown_before_follows_a_prediction_given_later():
    compared = Compared(COUNT, 28)
    box = Asked(COUNT).widget()
    typed, _, button = box.children[1].children
    typed.value = "60"
    Asked(COUNT).answer(None)
    button.click()
    assert "60 numbers, 32 too high" in line(compared)
    typed.value = "29 numbers"  # Enter, or leaving the field
    assert "29 numbers, 1 too high" in line(compared)


def test_buttons_choose_mark_the_choice_and_let_one_change_ones_mind():
    asked = Asked(KIND)
    wide, fits = asked.widget().children[1].children
    for pressed, other in ((wide, fits), (fits, wide)):
        pressed.click()
        assert (pressed.button_style, other.button_style) == ("primary", "")
        assert line(asked) == f"You said: {pressed.description}."
        assert records.predicted() == {"9.3": pressed.description}


def test_a_restarted_kernel_still_knows_what_was_predicted():
    Asked(COUNT).answer(60)
    Asked(KIND).answer("c")
    again = Asked(COUNT)
    assert line(again) == "You said: 60 numbers."
    assert again.widget().children[1].children[0].value == "60"
    assert Asked(KIND).widget().children[1].children[1].button_style == "primary"
    assert repr(Compared(COUNT, 28)).startswith("You said: 60")


def test_a_prediction_can_be_taken_back():
    Asked(COUNT).answer(60).answer(None)
    assert line(Asked(COUNT)) == "nothing predicted yet"
    assert records.predicted() == {}


@pytest.mark.parametrize("typed", ["<img src=x onerror=alert(1)>", "", "many", "0", "785", "nan", "inf"])
def test_what_is_no_number_in_the_bounds_is_refused_in_words_and_as_text(typed):
    asked = Asked(COUNT)
    field, _, button = asked.widget().children[1].children
    field.value = typed
    button.click()
    assert "expected a " in line(asked)
    assert "<img" not in asked._line.box.value
    assert records.predicted() == {}
    with pytest.raises(ValueError, match=r"^given: "):
        asked.answer(typed)


@pytest.mark.parametrize("kept", ["{not json", '{"9.1": "c", "9.3": 60}', '{"9.1": 1000, "9.3": "d"}', "[]"])
def test_a_file_that_does_not_fit_means_nothing_predicted(own_folder, kept):
    (own_folder / "predictions.json").write_text(kept)
    assert COUNT.given() is KIND.given() is None


def test_predictions_are_kept_beside_the_progress_and_mentioned_there(own_folder, capsys):
    for prediction in (KIND, COUNT):
        Asked(prediction).answer("c" if prediction is KIND else 60)
    assert json.loads((own_folder / "predictions.json").read_text()) == {"9.3": "c", "9.1": 60.0}
    exercises.progress()
    assert "Predicted: 9.1, 9.3" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("said", "arguments"),
    [
        ("right", {"options": {"a": "…"}}),
        ("right", {"options": {"a": "…"}, "right": "b"}),
        ("high", {}),
        ("high", {"low": 3, "high": 3}),
    ],
)
def test_a_prediction_that_nobody_could_give_is_refused_by_name(said, arguments):
    with pytest.raises(ValueError, match=f"^{said}: "):
        Prediction("9.4", "?", **arguments)


def test_unknown_numbers_and_values_are_refused_by_name():
    for ask in (exercises.predict, exercises.compare):
        with pytest.raises(ValueError, match="^number: "):
            ask("99.9")
    for prediction, value in ((COUNT, None), (COUNT, "60"), (KIND, "d")):
        with pytest.raises(ValueError, match="^value: "):
            Compared(prediction, value)


# --- without a kernel ---------------------------------------------------------------------------------------------


def words(page):
    """What is left of HTML where a sanitiser takes scripts, and whatever belongs to a form."""
    page = re.sub("<script>.*?</script>", "", page, flags=re.S)
    return html.unescape(re.sub(" +", " ", re.sub("<[^>]+>", " ", page)))


@pytest.mark.parametrize("prediction", [COUNT, KIND])
def test_without_scripts_question_options_and_answer_can_be_read(prediction):
    asked, compared = Asked(prediction), Compared(prediction, None if prediction.options else 28)
    assert prediction.question in words(asked._html())
    for option in prediction.options or ["1 to 784 numbers"]:
        assert option in words(asked._html())
    assert repr(compared) in words(compared._html())
    for reply in prediction.options.values():
        assert reply not in words(asked._html())
        assert reply in words(compared._html())


def test_what_a_page_says_does_not_depend_on_what_was_predicted_here():
    before = Compared(COUNT, 28)._html()
    Asked(COUNT).answer(60)
    assert Compared(COUNT, 28)._html() == before


def test_a_page_gets_its_script_once_and_a_plain_reader_the_words():
    assert forms.script() in Asked(COUNT)._html()
    assert "<script" not in Asked(COUNT, script=False)._html() + Compared(COUNT, 28)._html()
    for shown in (Asked(COUNT), Compared(COUNT, 28)):
        bundle = shown._repr_mimebundle_()
        assert bundle["text/plain"] == repr(shown)
        assert bundle[forms.WIDGET]["model_id"]


# --- in the notebooks ---------------------------------------------------------------------------------------------


def bare(path):
    """Each bold Predict that no cell takes an answer to."""
    cells = nbformat.read(path, as_version=4).cells
    return [
        cell.source
        for cell, following in zip(cells, [*cells[1:], None], strict=True)
        if cell.cell_type == "markdown" and re.search(r"\*\*Predict", cell.source)
        if following is None or "exercises.predict(" not in following.source
    ]


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_every_predict_takes_an_answer(path):
    if path.name[:2] in BARE:
        assert bare(path), f"{path.name[:2]} has become clean: take it off the list BARE"
    else:
        assert bare(path) == []


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_predict_stands_before_compare_in_the_section_of_its_number_with_the_answer_between(path):
    section, calls = "", []
    for k, cell in enumerate(nbformat.read(path, as_version=4).cells):
        if cell.cell_type == "markdown":
            section = (re.findall(r"^## ([\d.]*)", cell.source, re.M) or [section])[-1]
            continue
        for name, number in CALL.findall(cell.source):
            calls.append((name, number, k))
            assert number.rstrip("abcdefgh") == section, f"{number} stands in section {section}"
            assert name == "compare" or cell.source.count("\n") == 0, "predict stands alone in its cell"
            plain = [output.get("data", {}).get("text/plain", "") for output in cell.outputs]
            assert "You said" not in str(plain), "baked with somebody's prediction"
    declared = [n for n in exercises.predictions() if n.partition(".")[0] == str(int(path.name[:2]))]
    assert [n for name, n, _ in calls if name == "predict"] == declared, "each once, in their order"
    for number in declared:
        (_, _, asked), (name, _, compared) = [call for call in calls if call[1] == number]
        assert name == "compare"
        assert asked < compared


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_what_a_notebook_stored_is_what_is_asked_today(path):
    for cell in nbformat.read(path, as_version=4).cells:
        if found := re.fullmatch(r'exercises\.(predict|quiz)\("([^"]+)"\)', cell.source):
            stored, asked = cell.outputs[0].data["text/html"], getattr(exercises, found[1])(found[2])._html()
            assert forms.SCRIPT.sub("", stored) == forms.SCRIPT.sub("", asked), f"run: make bake ({cell.source})"
            assert ("<script>" in stored) == ("<script>" in asked)


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_a_slide_with_a_prediction_shows_nothing_of_the_answer(path):
    waiting = ""
    for cell in nbformat.read(path, as_version=4).cells:
        kind = cell.metadata.get("slideshow", {}).get("slide_type", "skip")
        if kind in ("slide", "fragment"):
            waiting = ""
        if "exercises.predict(" in cell.source and kind != "skip":
            waiting = cell.source
        elif cell.cell_type == "code" and kind != "skip" and "slide-code" not in cell.metadata.get("tags", []):
            assert not waiting, f"{waiting} and its answer are seen at once: {cell.source[:60]}"

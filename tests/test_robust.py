"""`make robust`: what each condition changes in a kernel and what it leaves, and what the report says of it."""

import ast
import os
import re
import subprocess
import sys

import comparing
import nbformat
import numpy as np
import perturb
import pytest
import robust
import spreads
import torch
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from tqdm import tqdm

from aecourse import data, models
from aecourse.text_to_image import painter

START = """
import random
import numpy as np
import torch
from aecourse import data, models, runtime, training
from aecourse.text_to_image import learning, painter, prior, captions
runtime.setup(seed=0)
"""
FILES = """
shipped = painter.shipped()
print(data.digits().sum().item(), data.garments().sum().item(), data.spiral().sum().item())
print(sum(p.double().sum() for p in shipped.prior.parameters()).item())
"""
DRAWS = """
print(torch.rand(()).item())
print(np.random.rand())
print(random.random())
print(torch.rand((), generator=torch.Generator().manual_seed(0)).item())
print(torch.rand((), generator=torch.Generator()).item())
print(np.random.RandomState(0).rand(), np.random.default_rng(0).random())
print(models.Autoencoder(2, 1).b_h.item(), models.DeepAutoencoder(2, 1).encoder[0].bias[0].item())
print(models.Ensemble([0, 1], 2, 1)(torch.ones(2, 1, 2)).sum().item())
print(torch.quasirandom.SobolEngine(1, scramble=True, seed=0).draw(1).item())
torch.manual_seed(0)
print(torch.rand(()).item())
"""
TRAINING = """
seen, passed, model = [], [], models.Autoencoder(2, 1)
history = training.fit(model, torch.rand(8, 2), epochs=3, batch=4, test=torch.rand(8, 2),
                       energy=lambda model, y: (passed.append(1), (y - model(y)).square().sum(1))[1],
                       watch=lambda step, value: seen.append(step))
print(len(history.train), len(history.test), seen, len(passed))
optimiser, done = torch.optim.Adam(model.parameters()), []
for epoch in range(3):
    for index in torch.arange(8).split(4):
        model(torch.rand(4, 2)).sum().backward()
        optimiser.step()
        done.append(epoch)
    done.append("end")
print(done)
"""
MACHINE = """
print(torch.get_num_threads(), torch.backends.cpu.get_cpu_capability())
"""
WRONG = "raise ValueError('n: expected 3')"
AFTER = "print('after it')"


def notebook(*sources, outputs=(), tags=(comparing.COMPARED,)):
    cells = [new_code_cell(source, metadata={"tags": list(tags)}) for source in sources]
    for cell, text in zip(cells, outputs, strict=False):
        cell.outputs = [new_output("stream", name="stdout", text=text)]
    return new_notebook(cells=[new_markdown_cell("## A section"), *cells])


def printed(run, k):
    return "".join(output.text for output in run.cells[k + 1].outputs if output.output_type == "stream")


@pytest.fixture(scope="module")
def runs():
    """The same cells under each kind of condition, and under none."""
    made = notebook(START, FILES, DRAWS, TRAINING, MACHINE, WRONG, AFTER)
    every = robust.conditions(seeds=1)
    world = {**robust.PLAIN, **robust.TWO}
    chosen = {
        "as it is": robust.Condition("as it is"),
        "seeds": every["seeds"][0],
        "passes": every["passes"][0],
        "threads and kernels": robust.Condition("both", world=world),
    }
    with tqdm(disable=True) as bar:
        return {name: robust.run(made, condition, bar) for name, condition in chosen.items()}


def test_moved_seeds_move_every_draw_and_nothing_that_comes_from_a_file(runs):
    old, new = (printed(runs[name], 2).split() for name in ("as it is", "seeds"))
    assert len(old) == len(new) == 12
    assert all(a != b for a, b in zip(old, new, strict=True)), list(zip(old, new, strict=True))
    assert printed(runs["seeds"], 1) == printed(runs["as it is"], 1)
    assert float(printed(runs["seeds"], 1).split()[0]) == data.digits().sum().item()
    shipped = painter.shipped()
    weights = sum(p.double().sum() for p in shipped.prior.parameters()).item()
    assert float(printed(runs["seeds"], 1).split()[-1]) == pytest.approx(weights)


def test_a_moved_seed_is_the_seed_plus_the_shift(runs):
    new = [float(x) for x in printed(runs["seeds"], 2).split()]
    assert new[3] == torch.rand((), generator=torch.Generator().manual_seed(1000)).item()
    assert new[5] == np.random.RandomState(1000).rand()
    assert new[7] == models.Autoencoder(2, 1, seed=1000).b_h.item()
    assert new[11] == torch.rand((), generator=torch.Generator().manual_seed(1000)).item()


def test_the_other_conditions_leave_the_draws_alone(runs):
    for name in ("passes", "threads and kernels"):
        assert printed(runs[name], 2) == printed(runs["as it is"], 2)


def test_an_epoch_passes_twice_over_the_data_and_looks_like_one(runs):
    fit, loop = printed(runs["as it is"], 3).splitlines()
    assert fit == "3 3 [1, 2, 3, 4, 5, 6] 9"
    assert loop == "[0, 0, 'end', 1, 1, 'end', 2, 2, 'end']"
    fit, loop = printed(runs["passes"], 3).splitlines()
    assert fit == "3 3 [1, 2, 3, 4, 5, 6] 18"
    assert loop == "[0, 0, 0, 0, 'end', 1, 1, 1, 1, 'end', 2, 2, 2, 2, 'end']"


def test_threads_and_kernels_are_the_kernels_own(runs):
    assert printed(runs["as it is"], 4).split()[0] == "1"
    assert printed(runs["threads and kernels"], 4).split() == ["2", "DEFAULT"]


def test_a_failing_cell_is_reported_and_the_next_one_runs(runs):
    for run in runs.values():
        assert [output.ename for output in run.cells[6].outputs] == ["ValueError"]
        assert printed(run, 6) == "after it\n"
    stored = notebook(START, FILES, DRAWS, TRAINING, MACHINE, WRONG, AFTER, tags=())
    assert spreads.failing(stored, {"seeds": runs["seeds"]}) == ["seeds, Cell 5: raises ValueError: n: expected 3"]


def test_what_a_dead_kernel_never_reached_counts_as_missing():
    made = notebook("import os\nos._exit(1)", AFTER, outputs=["before it\n", "after it\n"])
    with tqdm(disable=True) as bar:
        run = robust.run(made, robust.Condition("as it is"), bar)
    assert spreads.failing(made, {"x": run})[-1] == 'x, Cell 1: what is printed is missing; stored: "after it"'


@pytest.mark.parametrize(
    ("source", "times"),
    [
        ("for _ in range(2): o.step(); n += 1", 2),
        ("for seed in range(2):\n    o = torch.optim.SGD(p)\n    for _ in range(3): o.step()", 12),
        ("def train():\n    for _ in range(2): o.step()\ntrain()", 4),
        ("for _ in range(2): n += 1", 0),
        ("o.step()", 1),
    ],
)
def test_only_loops_around_an_optimisers_step_are_doubled(source, times):
    class Optimiser:
        done = 0

        def step(self):
            Optimiser.done += 1

    class Torch:
        class optim:  # noqa: N801
            SGD = staticmethod(lambda p: Optimiser())

    tree = ast.fix_missing_locations(perturb.Twice().visit(ast.parse(source)))
    exec(compile(tree, "a cell", "exec"), {"o": Optimiser(), "torch": Torch, "p": [], "n": 0})
    assert Optimiser.done == (times if times != 2 else 4)


# --- the report ---------------------------------------------------------------------------------------------------


def moved(stored, *texts, longer=None):
    runs = {f"seeds + {k}": text for k, text in enumerate(texts)} | ({spreads.LONGER: longer} if longer else {})
    cells = {name: notebook("x", outputs=[text]).cells[1] for name, text in runs.items()}
    return spreads.moved(notebook("x", outputs=[stored]).cells[1], cells)


def test_a_number_has_its_words_its_place_and_what_it_became():
    first, second, third = moved(
        "gap 0.50, of 20\nF = 1.0", "gap 0.52, of 20\nF = 0.9", longer="gap 0.10, of 20\nF = 1.2"
    )
    assert (first.where, first.before, first.stored, first.spread) == ("1.1", "gap ", "0.50", pytest.approx(0.02))
    assert (second.where, second.before, second.spread) == ("1.2", ", of ", 0)
    assert (third.where, third.seen, third.runs[spreads.LONGER]) == ("2.1", [1.0, 0.9], 1.2)


def test_lines_that_do_not_fit_tell_nothing_of_their_numbers():
    assert moved("a 1\nb 2", "a 1")[0].runs == {}
    assert [n.runs for n in moved("a 1\nb 2", "a 1, 5\nb 3")] == [{}, {"seeds + 0": 3}]


@pytest.mark.parametrize(
    ("stored", "came", "tag"),
    [
        ("F 100.0", ["101.0", "99.0"], "within-5%"),  # 2 of 100, twice that is 4 %
        ("F 100.0, 1.000", ["F 101.0, 1.010"], "within-2%"),  # the same share of both
        ("F 0.10, 0.90", ["F 0.12, 0.92"], "within-0.05"),  # the same amount of both
        ("F 0.0", ["F 0.01"], "within-0.02"),
        ("F 2000", ["F 2300"], "within-30%"),
        ("F 0.0", ["F 1e-5"], "within-0.00002"),
        ("F 1.0", ["F 1.0"], None),
        ("F 1.0", ["F nan"], None),
    ],
)
def test_the_suggested_tag_grants_twice_the_spread_and_comparing_reads_it(stored, came, tag):
    numbers = moved(stored, *came)
    tags = spreads.suggested(numbers)
    assert tags[:1] == ([tag] if tag else [])
    for tag in tags:
        allowed = comparing.tolerance([comparing.COMPARED, tag])
        for number in numbers:
            assert float(allowed.of(comparing.numbers(number.stored)[0].value)) >= 2 * number.spread - 1e-12


def test_what_a_picture_says_besides_is_counted_once():
    plain, html = "It is 0.5", "<p>It is 0.5</p>"
    cell = new_code_cell(outputs=[new_output("display_data", {"text/plain": plain, "text/html": html})])
    assert len(spreads.moved(cell, {})) == 1


def test_the_report_says_what_moved_what_failed_and_what_tag_that_asks_for():
    stored = notebook("a", "b", outputs=["gap 0.50\n", "always: True, 5\n"], tags=(comparing.COMPARED, "within-2%"))
    runs = {
        "seeds + 1000": notebook("a", "b", outputs=["gap 0.53\n", "always: True, 5\n"]),
        spreads.LONGER: notebook("a", "b", outputs=["gap 0.20\n", "always: False, 5\n"]),
    }
    text = spreads.report(stored, runs)
    row = next(line for line in text.splitlines() if line.startswith("| 1.1"))
    entries = [entry.strip() for entry in row.strip("|").split("|")]
    assert entries == ["1.1", "gap", "0.50", "0.5", "0.53", "0.03", "0.01", "0.2", f"seeds + 1000, {spreads.LONGER}"]
    assert "### Cell 0, A section: within-2%" in text
    assert "The same in every condition, with how many numbers: Cell 1 (1)." in text
    assert f'- {spreads.LONGER}, Cell 1: line 1, word 2: stored "True,", now "False,"' in text
    assert "- seeds + 1000, Cell 0: line 1, number 1: stored 0.50, now 0.53 (+6 %)" in text
    assert re.search(r"\| Cell 0 \| within-2% \| within-15% +\|", text)


def test_longer_training_does_not_widen_the_suggestion():
    assert spreads.suggested(moved("F 1.00", "F 1.01", longer="F 0.10"))[0] == "within-2%"


def test_of_two_suggestions_that_is_made_which_leaves_the_claim():
    texts = [f"5%\n{second}%\n92%\n99%" for second in (63, 62)]
    stored, other = (notebook("a", outputs=[text]) for text in texts)
    assert spreads.suggested(moved(*texts)) == ["within-5%", "within-2"]  # 92 and 99 could meet within 5 %
    assert re.search(r"exact \| within-2 +\|", spreads.report(stored, {"seeds + 1000": other}))


def test_a_suggestion_that_is_wider_than_the_claim_says_so():
    stored = notebook("a", outputs=["F 1.0"])
    text = spreads.report(stored, {"seeds + 1000": notebook("a", outputs=["F 1.3"])})
    assert "within-70%; take more samples or claim less: within 70 % is more than 20% of every number" in text


def test_ctrl_c_ends_the_kernel_and_the_report_has_what_was_done(tmp_path):
    """The cell itself presses it: a kernel's parent is who started it."""
    made = notebook("import os, signal, time\nos.kill(os.getppid(), signal.SIGINT)\ntime.sleep(600)")
    nbformat.write(made, tmp_path / "long.ipynb")
    command = [sys.executable, robust.__file__, str(tmp_path / "long.ipynb"), "--only", "threads"]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "TMPDIR": str(tmp_path)})
    assert "stopped by Ctrl-C" in done.stdout, done.stderr
    assert done.returncode == 130
    assert not list(tmp_path.glob("aecourse-robust-*"))

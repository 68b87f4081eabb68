"""`make lab` and `make demos` end as the program that they start, on Windows too, where none can become another."""

import os
import signal
import subprocess
import sys

import lab
import pytest

# Windows is told from others by os.name alone, so this is how its branch runs here.
START = """
import os, sys
sys.path.insert(0, {folder!r})
import lab
os.name = {system!r}
lab.hand_over([sys.executable, "-c", {code!r}, "a folder/with spaces", "ü"], os.environ | {{"SAID": "hello"}})
"""
both = pytest.mark.parametrize("system", ["posix", "nt"] if os.name == "posix" else ["nt"])


def started(system, code):
    command = START.format(folder=str(lab.ROOT / "scripts"), system=system, code=code)
    environment = os.environ | {"PYTHONIOENCODING": "utf-8"}
    return subprocess.Popen(
        [sys.executable, "-c", command],
        env=environment,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )


@both
def test_arguments_variables_and_the_exit_code_pass_through(system):
    process = started(system, "import os, sys; print(sys.argv[1:], os.environ['SAID']); sys.exit(7)")
    assert process.communicate(timeout=60)[0] == "['a folder/with spaces', 'ü'] hello\n"
    assert process.returncode == 7


@both
@pytest.mark.skipif(os.name != "posix", reason="sends a signal as a terminal does here")
def test_ctrl_c_is_the_programs_to_answer(system):
    program = (
        "import signal, sys, time; signal.signal(2, lambda *_: sys.exit(5)); print('ready', flush=True); time.sleep(60)"
    )
    process = started(system, program)
    assert process.stdout.readline() == "ready\n"
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 5

"""Open JupyterLab on the first notebook; where there is no screen, print the address instead.

python scripts/lab.py [further arguments for JupyterLab]
"""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def hand_over(command: list[str], environment: Mapping[str, str] = os.environ) -> None:
    """End as another program: become it, or on Windows, which cannot do that, wait for it and end as it does.

    Args:
        command: the program and its arguments; spaces in them are kept.
        environment: its variables.
    """
    if os.name != "nt":
        os.execvpe(command[0], command, environment)
    program = subprocess.Popen(command, env=environment)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the program's to answer
    raise SystemExit(program.wait())


def main() -> None:
    # The address that Lab prints is its default one, so this is how it leads to the notebook.
    start = "--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb"
    arguments = [f"--ServerApp.root_dir={ROOT}", start, *sys.argv[1:]]
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        print("No screen here: open the address printed below in a browser.", flush=True)
        arguments.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # in a container; Jupyter refuses to start as root unless told
        arguments.append("--allow-root")
    hand_over([sys.executable, "-m", "jupyterlab", *arguments])


if __name__ == "__main__":
    main()

"""Open JupyterLab on the first notebook; where there is no screen, print the address instead.

python scripts/lab.py [further arguments for JupyterLab]
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    # The address that Lab prints is its default one, so this is how it leads to the notebook.
    start = "--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb"
    arguments = [f"--ServerApp.root_dir={ROOT}", start, *sys.argv[1:]]
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        print("No screen here: open the address printed below in a browser.", flush=True)
        arguments.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # in a container; Jupyter refuses to start as root unless told
        arguments.append("--allow-root")
    os.execv(sys.executable, [sys.executable, "-m", "jupyterlab", *arguments])


if __name__ == "__main__":
    main()

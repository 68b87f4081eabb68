"""Set up .venv from the pinned requirements; do nothing when nothing changed.

    python3 scripts/setup.py

A stamp in .venv, written last, holds the hash of everything that was installed: an interrupted set-up has no stamp and
is simply run again. The file keeps to syntax that old Pythons can read, so that they get a clear line and no traceback.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
STAMP = os.path.join(VENV, "aecourse-stamp")
INPUTS = ("requirements.txt", "pyproject.toml", "scripts/setup.py")
# A second set of widgets beside the first: Colab still runs ipywidgets 7, and a test imports the live figures with it.
WIDGETS_7 = ("ipywidgets==7.7.1", "ipython_genutils==0.2.0")


def fail(message):
    sys.exit("set-up: " + message)


def check_interpreter():
    if sys.version_info < (3, 11):
        fail(
            "Python 3.11 or newer is needed, %s is %d.%d; name another: PYTHON=python3.12 make lab"
            % ((sys.executable,) + sys.version_info[:2])
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        fail("%s has no venv module; install it (Debian, Ubuntu: apt-get install python3-venv)" % sys.executable)


def fingerprint():
    digest = hashlib.sha256(("%d.%d " % sys.version_info[:2] + ROOT).encode())
    for name in INPUTS:
        with open(os.path.join(ROOT, name), "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def python_in_venv():
    folder, name = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    return os.path.join(VENV, folder, name)


def venv_works():
    """Whether .venv has a working pip on the chosen Python's version; an interrupted or moved one does not."""
    try:
        line = subprocess.check_output(
            [python_in_venv(), "-c", "import pip, sys; print('%d.%d' % sys.version_info[:2])"],
            stderr=subprocess.DEVNULL,
        )
    except (OSError, subprocess.CalledProcessError):
        return False
    return line.decode().strip() == "%d.%d" % sys.version_info[:2]


def pip(*arguments):
    if subprocess.call(
        [python_in_venv(), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"] + list(arguments), cwd=ROOT
    ):
        fail("pip could not install what is needed (its message is above); run the same command again to go on")


def quieten_lab():
    """Keep this JupyterLab from asking about news in front of an audience, and from looking for updates offline."""
    folder = os.path.join(VENV, "share", "jupyter", "lab", "settings")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "overrides.json"), "w") as file:
        json.dump(
            {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}, file
        )


def main():
    check_interpreter()
    wanted = fingerprint()
    if os.path.exists(STAMP):
        with open(STAMP) as file:
            if file.read() == wanted and os.path.exists(python_in_venv()):
                return
        os.remove(STAMP)
    if not venv_works():
        print("set-up: making .venv with Python %d.%d" % sys.version_info[:2], flush=True)
        shutil.rmtree(VENV, ignore_errors=True)
        if subprocess.call([sys.executable, "-m", "venv", VENV]):
            fail("%s could not make .venv (its message is above)" % sys.executable)
    print("set-up: installing what requirements.txt pins, about 1.3 GB, one to several minutes", flush=True)
    pip("-r", "requirements.txt")
    pip("--no-deps", "--no-build-isolation", "-e", ".")
    shutil.rmtree(os.path.join(VENV, "ipywidgets7"), ignore_errors=True)
    pip("--no-deps", "--target", os.path.join(VENV, "ipywidgets7"), *WIDGETS_7)
    quieten_lab()
    with open(STAMP + ".part", "w") as file:
        file.write(wanted)
    os.replace(STAMP + ".part", STAMP)
    print("set-up: done", flush=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        fail("interrupted; run the same command again to go on")

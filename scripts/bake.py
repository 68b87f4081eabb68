"""Re-execute notebooks in place, so that what is committed is what a reader's machine prints.

    python scripts/bake.py [notebooks ...]

Two bakes of the same commit write the same text: progress bars, timings, widget state and the version of the
interpreter are left out. A notebook that fails is left as it was.
"""

import base64
import io
import os
import sys
import tempfile
from pathlib import Path

import course
import nbformat
from nbclient import NotebookClient
from PIL import Image
from tqdm import tqdm

HEAVY = 100_000  # characters of a stored picture


def bake(path: Path) -> None:
    """Execute one notebook from top to bottom and write it back, cleaned, with its pictures described."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        coalesce_streams=True,
    )
    with tempfile.TemporaryDirectory() as nobodys:  # progress and predictions: what is committed knows of none
        client.execute(env=os.environ | {"AECOURSE_DATA": nobodys})
    clean(notebook)
    course.describe(notebook)
    nbformat.validate(notebook)
    part = path.with_suffix(".part")
    nbformat.write(notebook, part)
    part.replace(path)


def clean(notebook: nbformat.NotebookNode) -> None:
    """Drop what differs from run to run: timings, interpreter, widgets, and what a finished progress bar has left."""
    language = {key: value for key, value in notebook.metadata.language_info.items() if key != "version"}
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    notebook.metadata = {"kernelspec": kernel, "language_info": language}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type != "code":
            continue
        for output in cell.outputs:
            if output.output_type == "stream":
                output.text = "\n".join(line.rsplit("\r", 1)[-1] for line in output.text.split("\n"))
                if output.name == "stderr":
                    raise RuntimeError(f"a cell writes to stderr: {output.text.strip()}")
            if "data" in output:  # a widget of a kernel that is gone; without it readers see the picture beside it
                output.data.pop("application/vnd.jupyter.widget-view+json", None)
            if len(output.get("data", {}).get("image/png", "")) > HEAVY:
                output.data["image/png"] = lighter(output.data["image/png"])
        cell.outputs = [o for o in cell.outputs if o.output_type != "stream" or o.text.strip()]


def lighter(png: str) -> str:
    """A picture in 256 colours of its own, which a map with a thousand arrows needs no more of."""
    with Image.open(io.BytesIO(base64.b64decode(png))) as picture:
        few = picture.convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(written := io.BytesIO(), "PNG", optimize=True)
    return min(base64.b64encode(written.getvalue()).decode(), png, key=len)


def main(arguments: list[str]) -> None:
    paths = [Path(a) for a in arguments] or course.PATHS
    for path in (bar := tqdm(paths)):
        bar.set_description(path.name)
        bake(path)


if __name__ == "__main__":
    main(sys.argv[1:])

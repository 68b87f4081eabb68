"""Who is observed when, and which task belongs where."""

from aecourse import figures, live
from aecourse.figures.task_regions import where
from aecourse.notation import PAPER, colour
from aecourse.style import new_figure
from aecourse.tasks import TASKS

RIGHT, WRONG = colour("h"), colour("E")


def settings() -> live.Live:
    """The diagram of a setting in training or in testing; observed variables are shaded."""
    figure, (ax,) = new_figure(size=(8.4, 3.9))

    def update(setting: str, phase: str) -> str:
        ax.clear()
        figures.diagram(setting, phase, ax)
        return f"{setting.capitalize()}, {phase}: {figures.SETTINGS[setting].reading}"

    controls = {
        "setting": live.menu("setting", list(figures.SETTINGS), "prediction"),
        "phase": live.menu("phase", ["training", "testing"]),
    }
    return live.Live(figure, controls, update)


def place_the_task() -> live.Live:
    """Choose a task and a place; the caption says of each of the three answers why it is right or wrong."""
    figure, (ax,) = new_figure(size=(9.6, 5.6))
    figures.regions(ax=ax)
    card = ax.text(0, 0, "", ha="center", va="center", fontsize=15, color=PAPER, weight="bold")

    def update(task: str, side: str, latent: bool, structured: bool) -> str:
        chosen = TASKS[task]
        answer = (side == "supervised", latent, structured)
        name = task.replace(" with ", "\nwith ").replace(" or ", "\nor ")
        card.set(text=f"{'✓' if answer == chosen.place else '✗'} {name}", position=where(answer))
        card.set_bbox({"boxstyle": "round,pad=.4", "fc": RIGHT if answer == chosen.place else WRONG, "ec": "none"})
        return feedback(task, *answer)

    controls = {
        "task": live.menu("task", list(TASKS)),
        "side": live.menu("half", ["supervised", "self-supervised"]),
        "latent": live.check("latent variable"),
        "structured": live.check("structured"),
    }
    return live.Live(figure, controls, update)


def feedback(task: str, supervised: bool, latent: bool, structured: bool) -> str:
    """What is right and what is wrong about a placement, each with its reason."""
    chosen = TASKS[task]
    said = []
    for answer, truth, yes, no, why in (
        (supervised, chosen.supervised, "supervised", "self-supervised", chosen.why_supervised),
        (latent, chosen.latent, "with a latent variable", "without a latent variable", chosen.why_latent),
        (structured, chosen.structured, "structured", "not structured", chosen.why_structured),
    ):
        mark = "✓" if answer == truth else f"✗ you chose {yes if answer else no}; it is"
        said.append(f"{mark} {yes if truth else no}, because {why}.")
    return "  ".join(said)


# On small made-up data, for tests, benchmark and whoever wants to look at a figure alone.
EXAMPLES = {"settings": settings, "place_the_task": place_the_task}

"""The live figures of the course, one function each, named by the idea that it moves.

how_many_numbers      a digit drawn from d numbers, the best possible
settings              who is observed when, as a diagram
place_the_task        put a task into its region and be told why
search_for_z          the energy of one y along z, and a descent into one of its valleys
matrix_and_squashing  what W and f do to a grid of points
costs                 both reconstruction costs and their slopes
watch_training        the energy over the plane while a model is trained
explore_the_code      what the decoder draws at every place of a two-number code
widen                 the energy over the plane as the code grows
tune_the_cure         a cure from "collapse" through "good" to "dead"
"""

from aecourse.demos.codes import explore_the_code
from aecourse.demos.costs import costs
from aecourse.demos.definitions import place_the_task, settings
from aecourse.demos.inference import search_for_z
from aecourse.demos.landscape import Sweep, tune_the_cure, watch_training, widen
from aecourse.demos.opening import how_many_numbers
from aecourse.demos.squashing import matrix_and_squashing

__all__ = [
    "Sweep",
    "costs",
    "explore_the_code",
    "how_many_numbers",
    "matrix_and_squashing",
    "place_the_task",
    "search_for_z",
    "settings",
    "tune_the_cure",
    "watch_training",
    "widen",
]

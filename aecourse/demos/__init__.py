"""The live figures of the course, one function each, named by the idea that it moves.

how_many_numbers      a digit drawn from d numbers, the best possible
settings              who is observed when, as a diagram
place_the_task        put a task into its region and be told why
search_for_z          the energy of one y along z, and a descent into one of its valleys
matrix_and_squashing  what W and f do to a grid of points
costs                 both reconstruction costs and their slopes
"""

from aecourse.demos.costs import costs
from aecourse.demos.definitions import place_the_task, settings
from aecourse.demos.inference import search_for_z
from aecourse.demos.opening import how_many_numbers
from aecourse.demos.squashing import matrix_and_squashing

__all__ = ["costs", "how_many_numbers", "matrix_and_squashing", "place_the_task", "search_for_z", "settings"]

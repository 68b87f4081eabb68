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
weigh_the_points      which clean points could have sent a noisy one
denoise_the_plane     the arrows of a trained denoiser beside the best possible ones, at any noise level
follow_the_arrows     where a point ends that follows them
watch_the_sampling    a cloud of pure noise becomes the data
explore_the_corruption  an image damaged in six ways, and what each denoiser makes of it
watch_the_codebook    which entries of a codebook come into use while it is trained
edit_a_token          the tokens of a digit as a picture, and what one of them does
play_with_captions    fifteen pictures from a caption, each with a verdict
dial_beta             the weight of the KL term: codes that crowd together, samples from the prior
"""

from aecourse.demos.chance import Trained, dial_beta
from aecourse.demos.codebook import edit_a_token, watch_the_codebook
from aecourse.demos.codes import explore_the_code
from aecourse.demos.corruptions import explore_the_corruption
from aecourse.demos.costs import costs
from aecourse.demos.definitions import place_the_task, settings
from aecourse.demos.denoising import denoise_the_plane, follow_the_arrows, watch_the_sampling, weigh_the_points
from aecourse.demos.inference import search_for_z
from aecourse.demos.landscape import Sweep, tune_the_cure, watch_training, widen
from aecourse.demos.opening import how_many_numbers
from aecourse.demos.playground import play_with_captions
from aecourse.demos.squashing import matrix_and_squashing

__all__ = [
    "Sweep",
    "Trained",
    "costs",
    "denoise_the_plane",
    "dial_beta",
    "edit_a_token",
    "explore_the_code",
    "explore_the_corruption",
    "follow_the_arrows",
    "how_many_numbers",
    "matrix_and_squashing",
    "place_the_task",
    "play_with_captions",
    "search_for_z",
    "settings",
    "tune_the_cure",
    "watch_the_codebook",
    "watch_the_sampling",
    "watch_training",
    "weigh_the_points",
    "widen",
]

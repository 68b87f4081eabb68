"""The autoencoder of the lecture and its relatives.

The modules::

    squashing  identity, top_k, and the slopes of the usual squashing functions
    shallow    one matrix in, one matrix out: Autoencoder, TiedAutoencoder
    deep       several layers on either side: mlp, DeepAutoencoder
    ensemble   many small ones of one shape, trained as one: Ensemble
    discrete   every patch of an image becomes one token: Codebook, DiscreteAutoencoder
    denoiser   told how strong the noise is: Denoiser
    inpainter  told which pixels are missing: Inpainter
    variational  its code is a distribution: VariationalAutoencoder
"""

from aecourse.models.deep import DeepAutoencoder, mlp
from aecourse.models.denoiser import Denoiser
from aecourse.models.discrete import Codebook, DiscreteAutoencoder
from aecourse.models.ensemble import Ensemble
from aecourse.models.inpainter import Inpainter
from aecourse.models.shallow import Autoencoder, TiedAutoencoder
from aecourse.models.squashing import Squashing, identity, top_k
from aecourse.models.variational import VariationalAutoencoder

__all__ = [
    "Autoencoder",
    "Codebook",
    "DeepAutoencoder",
    "Denoiser",
    "DiscreteAutoencoder",
    "Ensemble",
    "Inpainter",
    "Squashing",
    "TiedAutoencoder",
    "VariationalAutoencoder",
    "identity",
    "mlp",
    "top_k",
]

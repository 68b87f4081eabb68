"""aecourse: the package behind the notebooks on autoencoders as energy-based models.

The house, from the ground up; a module imports only from lower floors::

    ground   notation   the symbols: letter, name in code, role, colour, when observed
             tasks      eight tasks and where they belong
             guards     argument checks that name the argument
             descent    Adam, with a step size that stays or one that rises and falls once
             report     an issue that is filled in already
    first    style      the look of every figure
             data       spiral, embedded digits and garments, full downloads
             energies   costs C, penalties R and the free energy F = C + R
             corruption y -> y_hat: noise, missing pixels, blur
             models     the autoencoder and its relatives: tied, deep, many at once, denoiser, inpainter, variational,
                        discrete
             steps      around the steps of a training: a bar, who watches, Ctrl-C, divergence
    second   runtime    seeds, threads, device, a check of the machine, a report of a cell
             limits     the best possible: PCA, inner minimum, cross-entropy floor, Bayes denoiser, Gaussian rate
             measures   what we report: variance explained, low-energy fraction, collapse meter, ROC, PSNR
             training   fit(model, Y) -> History
             probes     how well a linear classifier, or a nearest neighbour, reads a code
             sampling   following the arrows of a denoiser, from noise to data
             likelihood an honest number for a model with a latent code: nats per image
             weights    reading and writing weights, each with its card
             figures    tensors in, Axes out
             live       the figure that moves
    third    text_to_image  captions, scenes, checker, tokens, prior, decoding, learning, shipped weights
             recipes    trainings that a chapter shows and that scripts and benchmarks repeat
             checking   exercises against known mistakes, predictions, self-tests, what has been done
    fourth   chapters   found, not listed: the exercises and the live figures of each notebook
    top      exercises  load one, check it; predict, compare; self-tests; progress

Import the module that you need: ``from aecourse import data, energies, models``.

Source: the lecture [canziani2021] of the course [lecun2021]; `[key]` stands for an entry of docs/sources.yaml.
"""

__version__ = "0.1.0"

"""Exercises of chapter 11: the KL term, the reparameterised sample, the energy in nats, and an honest bound."""

import math

import torch
from torch import Generator, Tensor
from torch.nn.functional import softplus

from aecourse.checking.engine import Exercise, Wrong
from aecourse.checking.quizzes import Question


def _gaussian(generator: Generator, k: int) -> tuple[Tensor, Tensor]:
    """Means and log variances of some codes, no two of one size."""
    return torch.randn(3 + k, 2 + k, generator=generator), 0.3 + torch.randn(3 + k, 2 + k, generator=generator)


def _with_noise(generator: Generator, k: int) -> tuple[Tensor, Tensor, Tensor]:
    return *_gaussian(generator, k), torch.randn(3 + k, 2 + k, generator=generator)


def _images(generator: Generator, k: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Binary images, logits for them, and codes."""
    y = (torch.rand(3 + k, 6 + k, generator=generator) < 0.4).float()
    return y, torch.randn(3 + k, 6 + k, generator=generator), *_gaussian(generator, k)


def _weights(generator: Generator, k: int) -> tuple[Tensor]:
    """Logarithms of importance weights, as small as those of images are."""
    return (-90 - 10 * k + 3 * torch.randn(4 + k, 7 + k, generator=generator),)


def kl(mu, log_var):
    return 0.5 * (mu.square() + log_var.exp() - 1 - log_var).sum(dim=1)


def reparameterise(mu, log_var, epsilon):
    return mu + (log_var / 2).exp() * epsilon


def variational_energy(y, logits, mu, log_var):
    cost = (softplus(logits) - y * logits).sum(dim=1)
    return cost + 0.5 * (mu.square() + log_var.exp() - 1 - log_var).sum(dim=1)


def bound(log_w):
    return math.log(log_w.shape[1]) - log_w.logsumexp(dim=1)


EXERCISES = (
    Exercise(
        "11.1", "the KL term",
        "`mu` and `log_var` are (batch, d), the mean and the logarithm of the variance of every code. Write `kl(mu, log_var)`: the KL divergence from N(μ, diag σ²) to N(0, I), summed over the code, (batch,), in nats.",
        ("One dimension: KL = ½ (μ² + σ² − 1 − log σ²).", "σ² is `log_var.exp()`, log σ² is `log_var` itself."),
        _gaussian, kl,
        (
            Wrong(lambda mu, log_var: 0.5 * (mu.square() + (2 * log_var).exp() - 1 - 2 * log_var).sum(dim=1), "`log_var` was taken for log σ: it is log σ², the logarithm of the variance"),
            Wrong(lambda mu, log_var: (mu.square() + log_var.exp() - 1 - log_var).sum(dim=1), "the factor ½ is missing"),
            Wrong(lambda mu, log_var: 0.5 * (mu.square() + log_var.exp() - 1 - log_var).mean(dim=1), "averaged over the code: the KL of independent components is a sum"),
            Wrong(lambda mu, log_var: 0.5 * (mu.square() + log_var.exp() - 1 - log_var).sum(), "the batch was summed too: every image has its own KL"),
            Wrong(lambda mu, log_var: 0.5 * (mu.square() + log_var.exp() - 1 - log_var).sum(dim=1).mean(), "the batch was averaged: every image has its own KL"),
            Wrong(lambda mu, log_var: -0.5 * (mu.square() + log_var.exp() - 1 - log_var).sum(dim=1), "the sign: a KL divergence is never negative"),
            Wrong(lambda mu, log_var: 0.5 * ((1 + mu.square()) / log_var.exp() - 1 + log_var).sum(dim=1), "that is KL(N(0, I) ‖ N(μ, σ²)), the other direction"),
            Wrong(lambda mu, log_var: 0.5 * (mu + log_var.exp() - 1 - log_var).sum(dim=1), "μ enters squared: KL does not care on which side of 0 the mean lies"),
            Wrong(lambda mu, log_var: 0.5 * (log_var.exp() - 1 - log_var).sum(dim=1), "the mean does not enter: a code far from 0 pays for that"),
        ),
        "zero exactly for μ = 0, σ = 1, and positive everywhere else",
    ),
    Exercise(
        "11.2", "a sample with a slope",
        "Given `mu`, `log_var` and `epsilon`, each (batch, d), with ε drawn from N(0, I): write `reparameterise(mu, log_var, epsilon)`, a sample h of N(μ, diag σ²), (batch, d).",
        ("h = μ + σ ε.", "σ is the root of the variance: half of the logarithm."),
        _with_noise, reparameterise,
        (
            Wrong(lambda mu, log_var, epsilon: mu + log_var.exp() * epsilon, "ε is multiplied by the variance: σ = exp(log σ² / 2) is wanted"),
            Wrong(lambda mu, log_var, epsilon: mu + log_var * epsilon, "ε is multiplied by the logarithm itself; that may even be negative"),
            Wrong(lambda mu, log_var, epsilon: mu + epsilon, "the spread is 1 for every code: σ was left out"),
            Wrong(lambda mu, log_var, epsilon: mu + (-log_var / 2).exp() * epsilon, "that is 1/σ: where the encoder is sure, the noise would be largest"),
            Wrong(lambda mu, log_var, epsilon: (log_var / 2).exp() * (mu + epsilon), "the mean is scaled too: only the noise is"),
            Wrong(lambda mu, log_var, epsilon: (log_var / 2).exp() * epsilon, "the mean is missing"),
        ),
        "chance stands outside, so slopes reach μ and σ",
    ),
    Exercise(
        "11.3", "an energy in nats",
        "`y` is (batch, n) of 0 and 1, `logits` (batch, n) are the decoder's, `mu` and `log_var` are (batch, d). Write `variational_energy(y, logits, mu, log_var)`: F = C + KL with β = 1, both in nats, (batch,).",
        ("C is the binary cross-entropy on logits, summed over pixels: log(1 + e^l) − y l.", "Add `kl` of 11.1. Neither part is averaged."),
        _images, variational_energy,
        (
            Wrong(lambda y, logits, mu, log_var: (softplus(logits) - y * logits).mean(dim=1) + kl(mu, log_var), "C is averaged over pixels and the KL is summed over codes: an unannounced β of n (784 for a digit)"),
            Wrong(lambda y, logits, mu, log_var: (softplus(logits) - y * logits).mean(dim=1) + kl(mu, log_var) / mu.shape[1], "both parts are averaged, each over something else: an unannounced β of n/d, and no longer nats per image"),
            Wrong(lambda y, logits, mu, log_var: (softplus(logits) - y * logits).sum(dim=1) - kl(mu, log_var), "the KL is subtracted: then codes are rewarded for lying far from the prior"),
            Wrong(lambda y, logits, mu, log_var: kl(mu, log_var) - (softplus(logits) - y * logits).sum(dim=1), "C has the wrong sign: that would reward bad reconstructions"),
            Wrong(lambda y, logits, mu, log_var: (softplus(logits) - y * logits).sum(dim=1), "the KL term is missing: that is a plain autoencoder with a noisy code"),
            Wrong(lambda y, logits, mu, log_var: (y - logits.sigmoid()).square().sum(dim=1) + kl(mu, log_var), "squared error of black-or-white pixels is not in nats: use the cross-entropy"),
        ),
        "the negative evidence lower bound, in nats per image",
    ),
    Exercise(
        "11.4", "an importance-weighted bound",
        "`log_w` is (batch, K): log p(y, h_k) − log q(h_k | y) for K samples of each image. Write `bound(log_w)`: −log of the mean weight, (batch,), in nats. The weights themselves are too small for a float.",
        ("−log (1/K Σ exp log_w) = log K − logsumexp.", "`Tensor.logsumexp(dim=1)`."),
        _weights, bound,
        (
            Wrong(lambda log_w: -log_w.mean(dim=1), "the mean of the logarithms: that is the bound with one sample, averaged; the mean comes inside the logarithm"),
            Wrong(lambda log_w: -log_w.logsumexp(dim=1), "the sum of the weights, not their mean: log K is missing, and the number too good"),
            Wrong(lambda log_w: log_w.logsumexp(dim=1) - math.log(log_w.shape[1]), "that is log p, the sign is missing"),
            Wrong(lambda log_w: -log_w.amax(dim=1), "only the best sample counts there; the mean of all is asked for"),
            Wrong(lambda log_w: (math.log(log_w.shape[1]) - log_w.logsumexp(dim=1)).mean(), "averaged over images too: one bound an image"),
            Wrong(lambda log_w: -log_w.double().exp().float().mean(dim=1).log(), "the weights were formed and became 0, so the bound is infinite: stay in logarithms"),
        ),
        "more samples can only bring it down, on average",
    ),
)  # fmt: skip

QUESTIONS = (
    Question(
        "A friend draws codes uniformly from [0, 1]^d, decodes them, and complains that all digits look alike. Why?",
        {
            "the decoder is too small": "It may be, but it was asked about one corner of the code space only.",
            "the codes of the data are spread like N(0, I), and a uniform draw visits a small part of that": "The KL term pulled the codes to a normal distribution; draw from that.",
            "β is too large": "Too large a β empties the codes; then samples look alike wherever they are drawn.",
        },
        "the codes of the data are spread like N(0, I), and a uniform draw visits a small part of that",
    ),
    Question(
        "Two papers report 0.12 and 94. Both say cross-entropy on MNIST. What can be concluded?",
        {
            "the first is better": "0.12 may be per pixel: times 784 it is 94.",
            "nothing, until both name unit and reduction": "Nats or bits, per pixel or per image, binarised or grey, a bound or the mean cross-entropy alone.",
            "the second one did not converge": "94 nats an image is a good number for binarised digits.",
        },
        "nothing, until both name unit and reduction",
    ),
    Question(
        "After training, five of twenty codes have μ near 0 and σ near 1 for every image. What has happened?",
        {
            "they are noise, the KL term has switched them off": "They cost nothing and say nothing: posterior collapse, code by code.",
            "they are the most important ones": "A code that says something differs from image to image, and pays for it.",
            "the encoder has diverged": "A diverged encoder pays a large KL; these pay none.",
        },
        "they are noise, the KL term has switched them off",
    ),
)  # fmt: skip

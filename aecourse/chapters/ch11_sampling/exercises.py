"""Exercises of chapter 11: the KL term, the reparameterised sample, the energy in nats, and an honest bound."""

import math
from collections.abc import Callable

import torch
from torch import Generator, Tensor
from torch.distributions import Normal
from torch.nn import functional

from aecourse import data
from aecourse.checking.differences import difference, same
from aecourse.checking.engine import Exercise, Wrong
from aecourse.checking.known import named
from aecourse.checking.predictions import Prediction
from aecourse.checking.quizzes import Question


def _gaussian(generator: Generator, k: int) -> tuple[Tensor, Tensor]:
    """Means and log variances of some codes, no two of one size; the last as the chapter's model has them: forty codes,
    some sure and some switched off."""
    if k == 4:
        mu, log_var = torch.randn(6, 40, generator=generator), -5 + torch.randn(6, 40, generator=generator)
        mu[:, ::3], log_var[:, ::3] = 0.01 * mu[:, ::3], 0.01 * (5 + log_var[:, ::3])
        return mu, log_var
    return torch.randn(3 + k, 2 + k, generator=generator), 0.3 + torch.randn(3 + k, 2 + k, generator=generator)


def _with_noise(generator: Generator, k: int) -> tuple[Tensor, Tensor, Tensor]:
    mu, log_var = _gaussian(generator, k)
    return mu, log_var, torch.randn(mu.shape, generator=generator)


def _images(generator: Generator, k: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Binary images, logits for them, and codes. The last are digits, with logits as large as a decoder's that is sure,
    and not always right."""
    codes = _gaussian(generator, k)
    if k == 4:
        y = (data.digits("test")[:6] > 0.5).float()
        logits = 25 * (y - 0.5) + 10 * torch.randn(y.shape, generator=generator)
        logits[:, 0] = 45.0  # a corner, never with ink
        return y, logits, *codes
    y = (torch.rand(3 + k, 6 + k, generator=generator) < 0.4).float()
    return y, torch.randn(3 + k, 6 + k, generator=generator), *codes


def _weights(generator: Generator, k: int) -> tuple[Tensor]:
    """Logarithms of importance weights, as small as those of images are; in the last trial of images for which they
    differ as much as for digits, from -60 to -380, and of one that is larger than a digit, where
    one sample is far better than the others."""
    if k == 4:
        middle = torch.tensor([-60.0, -95.0, -130.0, -380.0, -1200.0, -1200.0])[:, None]
        log_w = middle + 3 * torch.randn(6, 20, generator=generator)
        log_w[5, 7] = -100.0
        return (log_w,)
    middle = (-90, -100, -300, -900)[k]
    return (middle + 3 * torch.randn(4 + k, 7 + k, generator=generator),)


def kl_to_prior(mu, log_var):
    return 0.5 * (mu.square() + log_var.exp() - 1 - log_var).sum(dim=1)


def reparameterise(mu, log_var, epsilon):
    return mu + (log_var / 2).exp() * epsilon


def variational_energy(y, logits, mu, log_var):
    cost = torch.nn.functional.softplus(logits) - y * logits
    kl = 0.5 * (mu.square() + log_var.exp() - 1 - log_var)
    return cost.sum(dim=1) + kl.sum(dim=1)


def weighted_bound(log_w):
    return math.log(log_w.shape[1]) - log_w.logsumexp(dim=1)


def _cost(y, logits):
    """The cross-entropy of every pixel."""
    return functional.softplus(logits) - y * logits


def _shifted(log_w, most):
    return math.log(log_w.shape[1]) - (most + (log_w - most).exp().sum(dim=1, keepdim=True).log())[:, 0]


_NO_SAMPLES = (
    Wrong(lambda mu, log_var, epsilon: mu + log_var.exp() * epsilon, "ε is multiplied by the variance: σ = exp(log σ² / 2) is wanted"),
    Wrong(lambda mu, log_var, epsilon: mu + log_var * epsilon, "ε is multiplied by the logarithm itself; that may even be negative"),
    Wrong(lambda mu, log_var, epsilon: mu + log_var.sqrt() * epsilon, "the root of the logarithm: it is the variance, `log_var.exp()`, of which σ is the root"),
    Wrong(lambda mu, log_var, epsilon: mu + log_var / 2 * epsilon, "that is log σ: take its exponential"),
    Wrong(lambda mu, log_var, epsilon: mu + (2 * log_var).exp() * epsilon, "that is σ⁴: half of the logarithm is wanted, not twice"),
    Wrong(lambda mu, log_var, epsilon: mu - (log_var / 2).exp() * epsilon, "a sample too, but the one that −ε makes: add"),
    Wrong(lambda mu, log_var, epsilon: mu + epsilon, "the spread is 1 for every code: σ was left out"),
    Wrong(lambda mu, log_var, epsilon: mu + (-log_var / 2).exp() * epsilon, "that is 1/σ: where the encoder is sure, the noise would be largest"),
    Wrong(lambda mu, log_var, epsilon: (log_var / 2).exp() * (mu + epsilon), "the mean is scaled too: only the noise is"),
    Wrong(lambda mu, log_var, epsilon: (log_var / 2).exp() + mu * epsilon, "μ and σ are swapped: σ stretches the noise, μ moves it"),
    Wrong(lambda mu, log_var, epsilon: (log_var / 2).exp() * epsilon, "the mean is missing"),
    Wrong(lambda mu, log_var, epsilon: mu, "no chance: that is the mean of the code, not a sample"),
)  # fmt: skip


def _samples_with_slopes(fn: Callable, generator: Generator) -> str | None:
    """Whether `fn` makes the samples that were asked for, and slopes reach both mean and variance through them."""
    trials = [_with_noise(generator, k) for k in range(5)]
    handed = [(mu.clone().requires_grad_(), log_var.clone().requires_grad_(), e.clone()) for mu, log_var, e in trials]
    results = [fn(*arguments) for arguments in handed]
    if results[0] is None:
        return "your function returns None: is there a `return`?"
    if not same(fn(*handed[0]), results[0], 1e-6):
        return "another sample at each call: the noise is given, use that ε"
    expected = [reparameterise(*arguments) for arguments in trials]
    for arguments, h, right in zip(trials, results, expected, strict=True):
        if not same(h, right, 1e-4):
            return named(_NO_SAMPLES, trials, results, expected, 1e-4) or _shown(arguments, h, right)
    for (mu, log_var, epsilon), h in zip(handed, results, strict=True):
        right = torch.ones_like(mu), (log_var / 2).exp() * epsilon / 2
        total = h.sum() if isinstance(h, Tensor) and h.requires_grad else 0 * mu.sum().detach().requires_grad_()
        slopes = torch.autograd.grad(total, (mu, log_var), allow_unused=True)
        for name, slope, wanted in zip(("μ", "log σ²"), slopes, right, strict=True):
            if slope is None:
                return f"the numbers are right, but no slope reaches {name}: stay with torch, without `detach`, `no_grad`, `.item()` or NumPy"
            if not same(slope, wanted, 1e-3):
                return f"the numbers are right, but the slope by {name} is not that of these numbers"
    return None


def _shown(arguments: tuple, h: object, right: Tensor) -> str:
    """One entry that is wrong, with what it was made of."""
    text = difference(h, right, 1e-4)
    if not isinstance(h, Tensor) or h.shape != right.shape:
        return f"{text}"
    k = int((h - right).abs().nan_to_num(torch.inf).argmax())
    mu, log_var, epsilon = (a.flatten()[k].item() for a in arguments)
    return f"{text} (for μ = {mu:.3f}, log σ² = {log_var:.3f}, ε = {epsilon:.3f})"


EXERCISES = (
    Exercise(
        "11.1", "the KL term",
        "`mu` and `log_var` are (batch, d), the mean μ and log σ², the natural logarithm of the *variance*, of every code. Write `kl_to_prior(mu, log_var)`: the KL divergence from N(μ, diag σ²) to N(0, I), summed over the code, (batch,), in nats.",
        ("For which μ and σ has it to be 0? And which of the two, a σ of ½ or of 2, costs more?", "KL is the mean of log q(h) − log p(h) over h from q. With E h² = μ² + σ², what is left in one dimension?", "½ (μ² + σ² − 1 − log σ²), with `log_var.exp()` for σ²."),
        _gaussian, kl_to_prior,
        (
            Wrong(lambda mu, log_var: 0.5 * (mu.square() + (2 * log_var).exp() - 1 - 2 * log_var).sum(dim=1), "`log_var` was taken for log σ: it is log σ², the logarithm of the variance"),
            Wrong(lambda mu, log_var: 0.5 * (mu.square() + log_var - 1 - log_var.log()).sum(dim=1), "`log_var` was taken for the variance σ² itself: it is its logarithm, and may be negative"),
            Wrong(lambda mu, log_var: torch.distributions.kl_divergence(Normal(mu, log_var), Normal(0.0, 1.0)).sum(dim=1), "the scale of `Normal` is σ: half of `log_var`, then `exp`"),
            Wrong(lambda mu, log_var: (mu.square() + log_var.exp() - 1 - log_var).sum(dim=1), "the factor ½ is missing"),
            Wrong(lambda mu, log_var: 0.5 * (mu.square() + log_var.exp() - log_var).sum(dim=1), "the −1 is missing: for μ = 0, σ = 1 it has to be 0"),
            Wrong(lambda mu, log_var: 0.5 * (mu.square() + log_var.exp() - 1 + log_var).sum(dim=1), "the sign of log σ²: a code that is very sure, σ near 0, pays for that"),
            Wrong(lambda mu, log_var: 0.5 * (mu.square() + log_var.exp() - 1 - log_var).mean(dim=1), "averaged over the code: the KL of independent components is a sum"),
            Wrong(lambda mu, log_var: 0.5 * (mu.square() + log_var.exp() - 1 - log_var).sum(), "the batch was summed too: every image has its own KL"),
            Wrong(lambda mu, log_var: 0.5 * (mu.square() + log_var.exp() - 1 - log_var).sum(dim=1).mean(), "the batch was averaged: every image has its own KL"),
            Wrong(lambda mu, log_var: 0.5 * (mu.square() + log_var.exp() - 1 - log_var).mean(), "averaged over the batch and over the code: every image has its own KL, and the KL of independent components is a sum"),
            Wrong(lambda mu, log_var: 0.5 * (mu.square() + log_var.exp() - 1 - log_var).sum(dim=0), "summed over the batch: every image has its own KL, summed over its code, `dim=1`"),
            Wrong(lambda mu, log_var: 0.5 * (mu.square() + log_var.exp() - 1 - log_var), "not yet summed over the code: one number an image is asked for"),
            Wrong(lambda mu, log_var: -0.5 * (mu.square() + log_var.exp() - 1 - log_var).sum(dim=1), "the sign: a KL divergence is never negative"),
            Wrong(lambda mu, log_var: kl_to_prior(mu, log_var) / math.log(2), "that is in bits: asked are nats"),
            Wrong(lambda mu, log_var: 0.5 * ((1 + mu.square()) / log_var.exp() - 1 + log_var).sum(dim=1), "that is KL(N(0, I) ‖ N(μ, σ²)), the other direction"),
            Wrong(lambda mu, log_var: 0.5 * (mu + log_var.exp() - 1 - log_var).sum(dim=1), "μ enters squared: KL does not care on which side of 0 the mean lies"),
            Wrong(lambda mu, log_var: 0.5 * (log_var.exp() - 1 - log_var).sum(dim=1), "the mean does not enter: a code far from 0 pays for that"),
        ),
        "zero exactly for μ = 0, σ = 1, and positive everywhere else",
    ),
    Exercise(
        "11.2", "a sample with a slope",
        "Given are `mu` and `log_var`, the mean μ and log σ² of every code, and `epsilon`, drawn for you from N(0, I); each (batch, d). Write `reparameterise(mu, log_var, epsilon)`: the sample h of N(μ, diag σ²) that this ε makes, (batch, d), through which slopes reach mu and log_var: both are checked.",
        ("Which mean and which spread has ε? Which ones has h?", "Stretch ε to the spread of h, then move it.", "σ is the root of the variance: half of its logarithm, `(log_var / 2).exp()`."),
        None, reparameterise,
        (
            *_NO_SAMPLES,
            Wrong(lambda mu, log_var, epsilon: reparameterise(mu, log_var, epsilon).detach(), "the numbers are right, but no slope reaches μ: stay with torch, without `detach`, `no_grad`, `.item()` or NumPy"),
            Wrong(lambda mu, log_var, epsilon: reparameterise(mu, log_var.detach(), epsilon), "the numbers are right, but no slope reaches log σ²: stay with torch, without `detach`, `no_grad`, `.item()` or NumPy"),
            Wrong(lambda mu, log_var, epsilon: reparameterise(mu, log_var, torch.randn_like(mu)), "another sample at each call: the noise is given, use that ε"),
        ),
        "chance stands outside, so slopes reach μ and σ",
        judge=_samples_with_slopes,
    ),
    Exercise(
        "11.3", "an energy in nats",
        "`y` is (batch, n) of 0.0 and 1.0; `logits` (batch, n) are the decoder's, and may be as large as ±50; `mu` and `log_var` are (batch, d), μ and log σ² of the codes. Write `variational_energy(y, logits, mu, log_var)`: F = C + KL with β = 1, "
        "in nats per image, (batch,), C being the binary cross-entropy.",
        ("C and KL are added: so what must both be counted in, and over what has each to run?", "Both are sums, C over the pixels and KL over the code; nothing is averaged.", "C of a pixel is log(1 + e^l) − y l, with `torch.nn.functional.softplus`; the KL is that of 11.1."),
        _images, variational_energy,
        (
            Wrong(lambda y, logits, mu, log_var: _cost(y, logits).mean(dim=1) + kl_to_prior(mu, log_var), "C is averaged over pixels and the KL is summed over codes: an unannounced β of n (784 for a digit)"),
            Wrong(lambda y, logits, mu, log_var: _cost(y, logits).mean() + kl_to_prior(mu, log_var), "C is averaged over pixels and images, the default of torch, and the KL is summed over codes: an unannounced β of n (784 for a digit), and C the same for every image"),
            Wrong(lambda y, logits, mu, log_var: _cost(y, logits).mean() + kl_to_prior(mu, log_var).sum(), "C is averaged over pixels and images, the default of torch, and the KL is summed over both: an unannounced β of n times the batch"),
            Wrong(lambda y, logits, mu, log_var: _cost(y, logits).mean() + kl_to_prior(mu, log_var).mean(), "C is averaged over pixels, the default of torch, and the KL is summed over codes: an unannounced β of n; and both are averaged over the batch"),
            Wrong(lambda y, logits, mu, log_var: (_cost(y, logits).sum(dim=1) + kl_to_prior(mu, log_var)).mean(), "averaged over the batch: every image has its own energy"),
            Wrong(lambda y, logits, mu, log_var: _cost(y, logits).sum() + kl_to_prior(mu, log_var).sum(), "summed over the batch: every image has its own energy"),
            Wrong(lambda y, logits, mu, log_var: _cost(y, logits).sum() + kl_to_prior(mu, log_var), "C is summed over the batch too: every image has its own"),
            Wrong(lambda y, logits, mu, log_var: _cost(y, logits).sum(dim=1) + kl_to_prior(mu, log_var) / mu.shape[1], "the KL is averaged over the code and C is summed: an unannounced β of 1/d"),
            Wrong(lambda y, logits, mu, log_var: _cost(y, logits).sum(dim=1) + kl_to_prior(mu, log_var).mean() / mu.shape[1], "the KL is averaged over codes and images and C is summed over pixels: an unannounced β of 1/d, and the KL the same for every image"),
            Wrong(lambda y, logits, mu, log_var: _cost(y, logits).sum(dim=1) + kl_to_prior(mu, log_var).mean(), "the KL is averaged over the batch: every image has its own"),
            Wrong(lambda y, logits, mu, log_var: _cost(y, logits).sum(dim=1) + kl_to_prior(mu, log_var).sum(), "the KL is summed over the batch: every image has its own"),
            Wrong(lambda y, logits, mu, log_var: _cost(y, logits).sum(dim=1) + kl_to_prior(mu, log_var) / y.shape[1], "the KL is divided by the number of pixels and C is not: an unannounced β of 1/n (1/784 for a digit)"),
            Wrong(lambda y, logits, mu, log_var: _cost(y, logits).sum(dim=1) + 5e-4 * kl_to_prior(mu, log_var), "the KL is weighted 5e-4: that is a β, and here it is 1"),
            Wrong(lambda y, logits, mu, log_var: _cost(y, logits).mean(dim=1) + 5e-4 * kl_to_prior(mu, log_var) / mu.shape[1], "both parts are averaged and the KL is weighted 5e-4: that is another β, and no longer nats per image"),
            Wrong(lambda y, logits, mu, log_var: _cost(y, logits).mean() + 5e-4 * kl_to_prior(mu, log_var).mean() / mu.shape[1], "both parts are averaged, over the batch too, and the KL is weighted 5e-4: that is another β, and no longer nats per image"),
            Wrong(lambda y, logits, mu, log_var: _cost(y, logits).mean(dim=1) + kl_to_prior(mu, log_var) / mu.shape[1], "both parts are averaged, each over something else: an unannounced β of n/d, and no longer nats per image"),
            Wrong(lambda y, logits, mu, log_var: _cost(y, logits).mean() + kl_to_prior(mu, log_var).mean() / mu.shape[1], "both parts are averaged, over the batch too: an unannounced β of n/d, and no longer nats per image"),
            Wrong(lambda y, logits, mu, log_var: _cost(y, logits).mean() + kl_to_prior(mu, log_var).mean() / y.shape[1], "both parts are divided by the number of pixels and averaged over the batch: nats per pixel, one number for all. Asked are nats per image"),
            Wrong(lambda y, logits, mu, log_var: (_cost(y, logits).sum(dim=1) + kl_to_prior(mu, log_var)) / y.shape[1], "that is in nats per pixel; asked are nats per image"),
            Wrong(lambda y, logits, mu, log_var: (_cost(y, logits).sum(dim=1) + kl_to_prior(mu, log_var)) / math.log(2), "that is in bits; asked are nats"),
            Wrong(lambda y, logits, mu, log_var: _cost(y, logits).sum(dim=1) + 2 * kl_to_prior(mu, log_var), "the KL is twice as large as it should be: the factor ½ belongs to it"),
            Wrong(lambda y, logits, mu, log_var: _cost(y, logits).sum(dim=1) - kl_to_prior(mu, log_var), "the KL is subtracted: then codes are rewarded for lying far from the prior"),
            Wrong(lambda y, logits, mu, log_var: kl_to_prior(mu, log_var) - _cost(y, logits).sum(dim=1), "C has the wrong sign: that would reward bad reconstructions"),
            Wrong(lambda y, logits, mu, log_var: -_cost(y, logits).sum(dim=1) - kl_to_prior(mu, log_var), "that is the evidence lower bound; the energy is its negative"),
            Wrong(lambda y, logits, mu, log_var: _cost(y, logits).sum(dim=1), "the KL term is missing: that is a plain autoencoder with a noisy code"),
            Wrong(lambda y, logits, mu, log_var: _cost(y, logits.sigmoid()).sum(dim=1) + kl_to_prior(mu, log_var), "a sigmoid too many: the cross-entropy on logits takes the logits themselves"),
            Wrong(lambda y, logits, mu, log_var: functional.binary_cross_entropy(logits.sigmoid(), y, reduction="none").sum(dim=1) + kl_to_prior(mu, log_var), "for large logits the sigmoid rounds to 1, and `binary_cross_entropy` then says 100 nats for a pixel: stay with logits"),
            Wrong(lambda y, logits, mu, log_var: -(y * logits.sigmoid().log() + (1 - y) * (1 - logits.sigmoid()).log()).sum(dim=1) + kl_to_prior(mu, log_var), "for large logits the sigmoid rounds to 1, and log(1 − 1) is infinite: stay with logits"),
            Wrong(lambda y, logits, mu, log_var: -(y * logits.double().sigmoid().log() + (1 - y) * (1 - logits.double().sigmoid()).log()).sum(dim=1) + kl_to_prior(mu, log_var), "for the largest logits the sigmoid rounds to 1 in 64 bits too, and log(1 − 1) is infinite: stay with logits"),
            Wrong(lambda y, logits, mu, log_var: (y - logits.sigmoid()).square().sum(dim=1) + kl_to_prior(mu, log_var), "squared error of black-or-white pixels is not in nats: use the cross-entropy"),
            Wrong(lambda y, logits, mu, log_var: _cost(logits, y).sum(dim=1) + kl_to_prior(mu, log_var), "logits and y are swapped: it is log(1 + e^l) − y l"),
            Wrong(lambda y, logits, mu, log_var: _cost(1 - y, logits).sum(dim=1) + kl_to_prior(mu, log_var), "ink and paper are swapped: a pixel with y = 1 costs little where the logit is large"),
            Wrong(lambda y, logits, mu, log_var: -(y * functional.logsigmoid(logits)).sum(dim=1) + kl_to_prior(mu, log_var), "only pixels with ink count: those without cost −log(1 − p)"),
            Wrong(lambda y, logits, mu, log_var: -(y * (logits.sigmoid() + 1e-8).log() + (1 - y) * (1 - logits.sigmoid() + 1e-8).log()).sum(dim=1) + kl_to_prior(mu, log_var), "a small number in the logarithm: no pixel can then cost more than 18 nats. Stay with logits"),
            Wrong(lambda y, logits, mu, log_var: _cost(y, logits).sum(dim=1) + kl_to_prior(mu, 2 * log_var), "in the KL, `log_var` was taken for log σ: it is log σ²"),
        ),
        "the negative evidence lower bound, in nats per image",
    ),
    Exercise(
        "11.4", "an importance-weighted bound",
        "`log_w` is (batch, K): log p(y, h_k) − log q(h_k | y) for K samples of each image, anything from 0 down to −1500, and far apart from image to image. Write `weighted_bound(log_w)`: −log of the mean weight of each image, (batch,), in nats. "
        "The weights themselves are too small for any float.",
        ("The mean is over the weights, and stands inside the logarithm: what is the logarithm of a sum divided by K?", "Take the largest log_w of an image off before `exp`, and give it back after `log`.", "`Tensor.logsumexp(dim=1)` does that."),
        _weights, weighted_bound,
        (
            Wrong(lambda log_w: -log_w.mean(dim=1), "the mean of the logarithms: that is the bound with one sample, averaged; the mean comes inside the logarithm"),
            Wrong(lambda log_w: -log_w.logsumexp(dim=1), "the sum of the weights, not their mean: log K is missing, and the number too good"),
            Wrong(lambda log_w: -math.log(log_w.shape[1]) - log_w.logsumexp(dim=1), "log K has the wrong sign: divided by K, the mean weight is smaller than the sum, and the bound larger"),
            Wrong(lambda log_w: math.log(log_w.shape[1]) - log_w.mean(dim=1), "the mean of the logarithms, and log K on top: the mean is over the weights, inside the logarithm"),
            Wrong(lambda log_w: math.log(log_w.shape[1]) - (log_w - log_w.amax(dim=1, keepdim=True)).logsumexp(dim=1), "the largest was taken off before `exp`, and not given back after `log`"),
            Wrong(lambda log_w: math.log2(log_w.shape[1]) - log_w.logsumexp(dim=1), "log K is in bits, the rest in nats: `math.log`"),
            Wrong(lambda log_w: -(log_w.exp() + 1e-30).mean(dim=1).log(), "a small number in the logarithm: no bound can then be larger than its own logarithm. Stay in logarithms"),
            Wrong(lambda log_w: -log_w.logsumexp(dim=1) / log_w.shape[1], "the logarithm was divided by K: the mean divides the sum of the weights, inside the logarithm"),
            Wrong(lambda log_w: log_w.logsumexp(dim=1) - math.log(log_w.shape[1]), "that is log p, the sign is missing"),
            Wrong(lambda log_w: -log_w.amax(dim=1), "only the best sample counts there; the mean of all is asked for"),
            Wrong(lambda log_w: math.log(len(log_w)) - log_w.logsumexp(dim=0), "over the images: the mean is over the K samples of one image, `dim=1`"),
            Wrong(lambda log_w: math.log(len(log_w)) - log_w.logsumexp(dim=1), "log of the number of images was added: K is the number of samples of each, `log_w.shape[1]`"),
            Wrong(lambda log_w: (math.log(log_w.shape[1]) - log_w.logsumexp(dim=1)).mean(), "averaged over images too: one bound an image"),
            Wrong(lambda log_w: math.log(log_w.numel()) - log_w.flatten().logsumexp(dim=0), "one mean over all images and samples: one bound an image"),
            Wrong(lambda log_w: weighted_bound(log_w) / math.log(2), "that is in bits; asked are nats"),
            Wrong(lambda log_w: -log_w.double().exp().mean(dim=1).log(), "the weights were formed, and the smallest became 0, so the bound is infinite: stay in logarithms"),
            Wrong(lambda log_w: -log_w.exp().mean(dim=1).log(), "the weights were formed in 32 bits and became 0, so the bound is infinite: stay in logarithms"),
            Wrong(lambda log_w: _shifted(log_w, log_w.mean(dim=1, keepdim=True)), "shifted by the mean of an image: one sample that is far better than the others then has an infinite weight. Take the largest off"),
            Wrong(lambda log_w: _shifted(log_w, log_w.amax()), "shifted by the largest of the whole batch: for the other images all weights still became 0. Each image has its own largest"),
            Wrong(lambda log_w: _shifted(log_w.double(), log_w.amax()), "shifted by the largest of the whole batch: in 64 bits that saves more images, but not all. Each image has its own largest"),
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

PREDICTIONS = (
    Prediction(
        "11.1", "Draws from N(0, I), decoded by a plain autoencoder: what will the pictures be?",
        options={
            "digits of all ten kinds": "The codes of digits lie elsewhere and far apart: nobody asked them to fill N(0, I).",
            "mixtures of a few kinds": "N(0, I) covers a small middle of the codes, where a few kinds meet.",
            "noise": "The decoder knows strokes only: whatever it is given, it draws strokes.",
        },
        right="mixtures of a few kinds",
    ),
    Prediction(
        "11.5", "At which β is the sum C + KL of unseen digits smallest?",
        options={
            "near 0": "C is smallest there, but the codes are far from the prior, and KL is large.",
            "about 1": "There C and KL have the same price, and their sum is what was trained.",
            "large": "KL is nearly 0, and so is what the code says: C is large.",
        },
        right="about 1",
    ),
    Prediction(
        "11.7", "A grey pixel y lies between 0 and 1. If exp(−C) at ỹ = ½ were a probability density of y, its integral would be 1. What is it?",
        low=0, high=2, why="C is log 2 whatever y is, and exp(−log 2) is a half: it is no density.",
    ),
    Prediction(
        "11.9", "Which images does the variational autoencoder hold for more probable than unseen digits?",
        options={
            "none of them": "Probabilities add up to 1, but that leaves any single image free.",
            "mirrored digits": "They cost thirty nats more.",
            "blank paper": "White is the likeliest colour of almost every pixel.",
            "clothes": "They cost hundreds of nats more.",
        },
        right="blank paper",
    ),
)  # fmt: skip

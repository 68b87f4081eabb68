"""Steps downhill: Adam, with a step size that stays or one that rises and falls once."""

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.optim.adam import adam as update

BETAS = 0.9, 0.999  # of the running means of slopes and of their squares
EPSILON = 1e-8


def adam(parameters: list[Tensor], lr: float, cycle: int | None = None) -> Callable[[Tensor], None]:
    """The steps of torch.optim.Adam, and with a cycle those of its OneCycleLR, for less.

    At the size of the course's networks those two spend longer on being general than on the step, and the first of them
    loads a compiler: seconds, and whoever presses Ctrl-C meanwhile cannot load it again.

    Args:
        parameters: what to change; a parameter without a slope has the slope 0.
        lr: the step size; with a cycle its peak.
        cycle: how many steps the size rises and falls over, or None.

    Returns:
        descend(loss), which changes the parameters in place.

    Source: [kingma2015], Adam; [smith2018], the one-cycle rate.
    """
    means = [torch.zeros_like(p) for p in parameters]
    squares = [torch.zeros_like(p) for p in parameters]
    counts = [torch.zeros((), dtype=torch.float32, device=p.device) for p in parameters]
    done = 0

    def descend(loss: Tensor) -> None:
        nonlocal done
        rate, beta = (lr, BETAS[0]) if cycle is None else one_cycle(done, cycle, lr)
        for p in parameters:
            p.grad = None
        loss.backward()  # and not torch.autograd.grad, whose slopes may lie in memory in another order than p
        slopes = [torch.zeros_like(p) if p.grad is None else p.grad for p in parameters]
        with torch.no_grad():
            update(
                parameters, slopes, means, squares, [], counts, fused=True, lr=rate, beta1=beta, beta2=BETAS[1],
                eps=EPSILON, weight_decay=0.0, amsgrad=False, maximize=False,
            )  # fmt: skip
        done += 1

    return descend


def one_cycle(step: int, steps: int, peak: float) -> tuple[float, float]:
    """The step size of a step and the share of the running mean of slopes that it keeps.

    The size rises from peak / 25 over three tenths of the steps, then falls to peak / 250,000, both along half a
    cosine; the share falls from 0.95 to 0.85 and rises again.

    Args:
        step: from 0.
        steps: how many there are.
        peak: the largest step size.

    Returns:
        the step size and the share.

    Source: [smith2018], with the numbers of torch.optim.lr_scheduler.OneCycleLR.
    """
    top, end = 0.3 * steps - 1, steps - 1
    if step <= top:
        return _between(peak / 25, peak, step / top), _between(0.95, 0.85, step / top)
    share = (step - top) / (end - top)
    return _between(peak, peak / 250_000, share), _between(0.85, 0.95, share)


def _between(a: float, b: float, share: float) -> float:
    """From a to b along half a cosine."""
    return b + (a - b) / 2 * (1 + math.cos(math.pi * share))

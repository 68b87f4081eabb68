"""What a code is good for: how well a classifier with few labels reads it."""

import torch
from torch import Tensor

from aecourse import guards

STRENGTHS = (1.0, 10.0, 100.0, 1000.0)  # of scikit-learn's C, the weight of the data against the ridge


def linear(
    codes: Tensor, labels: Tensor, unseen: Tensor, truth: Tensor, *, strengths: tuple[float, ...] = STRENGTHS
) -> float:
    """Accuracy of a linear classifier: softmax regression with a ridge, fitted to `codes`, judged on `unseen`.

    Codes are centred and scaled to a mean squared length of 1, so that one ridge means the same for all of them; how
    strong it is, three-fold cross-validation within the labelled codes decides.

    Args:
        codes: (m, d), what the labels are for.
        labels: (m,), whole numbers, each at least three times.
        unseen: (m', d).
        truth: (m',), their labels.
        strengths: values of C to choose from.

    Returns:
        the share of `unseen` told right, from 0 to 1.

    Raises:
        ValueError: shapes that do not fit, a code that is not finite, or codes that are all the same.

    Source: [alain2016]; fitted by scikit-learn.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV
    from threadpoolctl import threadpool_limits

    fitted, asked = (h.double().cpu().numpy() for h in scaled(codes, _alike(codes, labels, unseen, truth)))
    search = GridSearchCV(LogisticRegression(max_iter=2000), {"C": list(strengths)}, cv=3)
    with threadpool_limits(1):  # many small products: threads would wait for one another
        return float(search.fit(fitted, labels.cpu().numpy()).score(asked, truth.cpu().numpy()))


def nearest(codes: Tensor, labels: Tensor, unseen: Tensor, truth: Tensor) -> float:
    """Accuracy of the nearest neighbour: every unseen code gets the label of the labelled code next to it.

    Args:
        codes: (m, d), what the labels are for.
        labels: (m,), whole numbers.
        unseen: (m', d).
        truth: (m',), their labels.

    Returns:
        the share of `unseen` told right, from 0 to 1.

    Raises:
        ValueError: shapes that do not fit, or a code that is not finite.
    """
    closest = torch.cdist(_alike(codes, labels, unseen, truth), codes).argmin(dim=1)
    return (labels[closest] == truth).double().mean().item()


def scaled(codes: Tensor, *others: Tensor) -> list[Tensor]:
    """The codes and others, minus the mean of the codes, over the root of the codes' mean squared length about it.

    Args:
        codes: (m, d).
        *others: each (m', d).

    Returns:
        as many tensors as were given, of the same shapes.

    Raises:
        ValueError: the codes are all the same, or not finite.
    """
    mean = guards.batch("codes", codes).mean(dim=0)
    length = (codes - mean).square().sum(dim=1).mean().sqrt()
    if length == 0:
        raise ValueError("codes: expected at least two different codes, got one and the same throughout")
    return [(h - mean) / length for h in (codes, *others)]


def _alike(codes: Tensor, labels: Tensor, unseen: Tensor, truth: Tensor) -> Tensor:
    """`unseen`, if all the shapes fit."""
    guards.batch("codes", codes)
    guards.batch("unseen", unseen, columns=codes.shape[1])
    for name, given, h in (("labels", labels, codes), ("truth", truth, unseen)):
        if given.shape != h.shape[:1] or given.is_floating_point():
            raise ValueError(f"{name}: expected {len(h)} whole numbers, got {given.dtype} of {tuple(given.shape)}")
    return unseen

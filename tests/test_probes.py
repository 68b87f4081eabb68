import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from aecourse import data, probes


@pytest.fixture(scope="module")
def digits():
    (train, label), (unseen, truth) = data.digits("train", labels=True), data.digits("test", labels=True)
    return train[:300], label[:300], unseen[:500], truth[:500]


def test_a_linear_probe_is_the_minimum_of_the_objective_that_the_chapter_writes(digits):
    train, label, unseen, truth = digits
    fitted, asked = (h.double() for h in probes.scaled(train, unseen))
    C, W, b = 10.0, torch.zeros(10, 784, dtype=torch.double), torch.zeros(10, dtype=torch.double)
    for value in (W, b):
        value.requires_grad_()
    optimiser = torch.optim.LBFGS([W, b], max_iter=1500, tolerance_grad=1e-9, line_search_fn="strong_wolfe")

    def objective():
        optimiser.zero_grad()
        loss = torch.nn.functional.cross_entropy(fitted @ W.T + b, label) + W.square().sum() / (2 * C * len(label))
        loss.backward()
        return loss

    optimiser.step(objective)
    theirs = LogisticRegression(C=C, max_iter=5000, tol=1e-8).fit(fitted.numpy(), label.numpy())
    np.testing.assert_allclose(W.detach().numpy(), theirs.coef_, atol=1e-3)
    told = ((asked @ W.T + b).argmax(dim=1) == truth).double().mean().item()
    assert probes.linear(*digits, strengths=(C,)) == pytest.approx(told, abs=0.003)


def test_the_strength_of_the_ridge_is_chosen_within_the_labelled_codes(digits):
    alone = {probes.linear(*digits, strengths=(C,)) for C in probes.STRENGTHS}
    assert probes.linear(*digits) in alone
    assert len(alone) > 1


def test_the_nearest_neighbour_is_that_of_scikit_learn(digits):
    train, label, unseen, truth = digits
    theirs = KNeighborsClassifier(1).fit(train.numpy(), label.numpy()).score(unseen.numpy(), truth.numpy())
    assert probes.nearest(*digits) == pytest.approx(theirs, abs=0.003)  # ties


def test_scale_and_place_of_a_code_do_not_matter(digits):
    train, label, unseen, truth = digits
    moved = (100 * train + 7, label, 100 * unseen + 7, truth)
    assert probes.linear(*moved, strengths=(10.0,)) == pytest.approx(
        probes.linear(*digits, strengths=(10.0,)), abs=0.003
    )
    assert probes.scaled(train)[0].square().sum(dim=1).mean().item() == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({0: torch.ones(300, 784)}, "^codes: expected at least two different"),
        ({1: torch.zeros(3, dtype=torch.long)}, "^labels: expected 300 whole numbers"),
        ({3: torch.zeros(500)}, "^truth: expected 500 whole numbers"),
        ({2: torch.zeros(500, 3)}, "^unseen"),
    ],
)
def test_bad_input_names_the_argument(digits, change, message):
    given = [change.get(k, value) for k, value in enumerate(digits)]
    with pytest.raises(ValueError, match=message):
        probes.linear(*given)

"""What chapter 8 claims is true: its numbers, its two identities, its live figure, its exercises."""

import re
import runpy
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch
from numpy.polynomial.hermite_e import hermegauss

from aecourse import data, exercises, limits, models, weights
from aecourse.chapters.ch08_the_cures.live_figures import Sweep, tune_the_cure
from aecourse.energies import TAU

ROOT = Path(__file__).resolve().parents[2]
TRAINING = runpy.run_path(str(ROOT / "scripts" / "train_cures.py"))
RECORDED, CARD = weights.read(weights.FOLDER / "cures.safetensors")
CURES = ("L1", "top-k", "contractive", "variational", "denoising")


def of(run, what):
    return RECORDED[f"{run}: {what}"].float()


def standard_error(values):
    return (values.std() / len(values) ** 0.5).item()


# --- what was recorded ----------------------------------------------------------------------------------------------


def test_the_best_cure_leaves_an_eighth_of_the_square_on_fresh_seeds():
    assert of("denoising, fresh", "share").mean() <= 0.13
    assert of("denoising, fresh", "C").mean() <= 0.0005
    assert of("denoising, fresh", "share").shape == (10,)


def test_denoising_is_ahead_by_more_than_three_standard_errors_except_of_l1_in_share():
    for cure in CURES[:-1]:
        gap = of("denoising, fresh", "overlap") - of(f"{cure}, fresh", "overlap")
        assert gap.mean() > 3 * standard_error(gap)
        gap = of(f"{cure}, fresh", "share") - of("denoising, fresh", "share")
        assert (gap.mean() > 3 * standard_error(gap)) == (cure != "L1")


@pytest.mark.parametrize("budget", TRAINING["BUDGETS"])
def test_more_steps_and_other_step_sizes_leave_denoising_ahead_in_overlap(budget):
    for cure in (*CURES[:-1], "tied"):
        gap = of(f"denoising, {budget}", "overlap") - of(f"{cure}, {budget}", "overlap")
        assert gap.mean() > 3 * standard_error(gap)


@pytest.mark.parametrize("cure", CURES)
def test_what_was_chosen_follows_the_rule(cure):
    C, share = (of(cure, what).mean(dim=1) for what in ("C", "share"))
    share[C > TAU / 5] = 2
    assert int(RECORDED[f"{cure}: chosen"]) == int(share.argmin())


@pytest.mark.parametrize("cure", CURES)
def test_the_strongest_setting_is_dead_and_the_weakest_cures_little(cure):
    C, share = (of(cure, what).mean(dim=1) for what in ("C", "share"))
    assert C[-1] > 5 * TAU
    assert share[0] > 0.3


def test_without_the_target_neither_noise_nor_contraction_leaves_less_than_three_times_the_region():
    noise = of("denoising", "share")[4]
    for control in ("noisy points as data", "whole map", "whole map, off the data"):
        assert torch.equal(of("denoising", "strengths"), of(control, "strengths"))
        assert of(control, "share")[4].mean() > 3 * noise.mean()
        longer = of(f"{control}, three times the steps", "share")
        assert longer.mean() > 3 * of("denoising, three times the steps", "share").mean()


def test_penalties_that_are_paid_fall_with_training_and_the_share_of_a_free_decoder_does_not():
    for cure in ("L1", "contractive"):
        paid, share = (of(f"{cure}, free", what).mean(dim=1) for what in ("paid", "share"))
        assert paid[2] < 0.3 * paid[0]
        assert share.min() > 0.35


def test_sparse_and_strongly_denoising_codes_are_read_better_by_a_line_and_not_by_neighbours():
    names = CARD["codes"].split(", ")
    linear, nearest = ({n: RECORDED[kind][k, 1] for k, n in enumerate(names)} for kind in ("linear", "nearest"))
    for code in ("L1 0.3", "top-k 50", "top-k 25", "denoising 0.5"):
        gain = linear[code] - linear["plain"]
        assert gain.mean() > 4 * standard_error(gain)
        assert gain.mean() > 0.02
        assert nearest[code].mean() < nearest["PCA 30"].mean()
    longer = dict(zip(CARD["longer"].split(", "), RECORDED["linear, longer"][:, 1], strict=True))
    for code in ("L1 0.3", "top-k 25", "denoising 0.5"):
        gain = longer[code] - longer["plain"]
        assert gain.mean() > 4 * standard_error(gain)


def test_the_script_gives_what_was_recorded():
    """The headline, trained again: denoising, ten fresh seeds."""
    model = TRAINING["train"]("denoising", [0.1], range(10, 20), 1400, torch.device("cpu"))
    again = TRAINING["judged"](model, 10)
    assert again["C"].mean().item() == pytest.approx(of("denoising, fresh", "C").mean().item(), rel=0.1)
    assert again["share"].mean().item() == pytest.approx(of("denoising, fresh", "share").mean().item(), abs=0.01)
    assert again["overlap"].mean().item() == pytest.approx(of("denoising, fresh", "overlap").mean().item(), abs=0.03)


# --- two identities -------------------------------------------------------------------------------------------------


def smooth_map(y):
    """r with second derivatives everywhere."""
    return torch.stack([(2 * y[..., 0]).sin() * y[..., 1], y[..., 0] ** 2 - 0.5 * y[..., 1]], dim=-1)


def test_small_noise_is_contraction_up_to_fourth_order():
    y = data.spiral(50).double()
    eps = 1e-4  # derivatives by finite differences, not by the chapter's autograd
    steps = eps * torch.eye(2, dtype=torch.double)
    J = torch.stack([(smooth_map(y + s) - smooth_map(y - s)) / (2 * eps) for s in steps], dim=2)
    laplacian = sum((smooth_map(y + s) - 2 * smooth_map(y) + smooth_map(y - s)) / eps**2 for s in steps)
    rest = y - smooth_map(y)
    slope = J.square().sum(dim=(1, 2)) - (rest * laplacian).sum(dim=1)
    x, weight = (torch.from_numpy(v) for v in hermegauss(12))
    nodes, chances = torch.cartesian_prod(x, x), torch.outer(weight, weight).flatten()
    chances = chances / chances.sum()
    left_over = []
    for sigma in (0.05, 0.025):
        noisy = (y[:, None] - smooth_map(y[:, None] + sigma * nodes)).square().sum(dim=2) @ chances
        left_over.append((noisy - rest.square().sum(dim=1) - sigma**2 * slope).abs().mean().item())
    assert left_over[0] / left_over[1] == pytest.approx(16, rel=0.1)  # fourth order: half the noise, a sixteenth
    without = (noisy - rest.square().sum(dim=1) - sigma**2 * J.square().sum(dim=(1, 2))).abs().mean()
    assert without > 20 * left_over[1]  # the Laplacian is needed


@pytest.mark.parametrize("sigma", [0.05, 0.1, 0.3])
def test_steins_identity_holds_within_four_standard_errors(sigma):
    generator = torch.Generator().manual_seed(0)
    y = data.spiral().double().repeat(300, 1)
    y_hat = (y + sigma * torch.randn(y.shape, generator=generator, dtype=torch.double)).requires_grad_()
    for r in (smooth_map, limits.BayesDenoiser(data.spiral().double(), sigma), models.Ensemble([0], 2, 9).double()):
        answer = r(y_hat).reshape(y.shape)
        div = sum(torch.autograd.grad(answer[:, k].sum(), y_hat, retain_graph=True)[0][:, k] for k in (0, 1))
        error, F = ((v - answer).square().sum(dim=1).detach() for v in (y, y_hat))
        gap = error - (2 * sigma**2 + F + 2 * sigma**2 * (div - 2))
        assert abs(gap.mean()) < 4 * standard_error(gap)
        assert standard_error(gap) < 0.1 * error.mean()


def test_of_the_best_denoiser_error_and_energy_add_up_to_the_noise():
    sigma, y = 0.1, data.spiral().double().repeat(300, 1)
    y_hat = y + sigma * torch.randn(y.shape, generator=torch.Generator().manual_seed(1), dtype=torch.double)
    r = limits.BayesDenoiser(data.spiral().double(), sigma)(y_hat)
    gap = (y - r).square().sum(dim=1) + (y_hat - r).square().sum(dim=1) - 2 * sigma**2
    assert abs(gap.mean()) < 4 * standard_error(gap)


def test_a_relu_code_shrinks_without_a_change_of_predictions_and_a_tanh_code_does_not():
    y = data.spiral()
    for f, moves in ((torch.relu, False), (torch.tanh, True)):
        model = models.Autoencoder(2, 40, f=f)
        before, h = model(y), model.encode(y)
        with torch.no_grad():
            for parameter, factor in ((model.W_h, 0.1), (model.b_h, 0.1), (model.W_y, 10)):
                parameter *= factor
        assert model.encode(y).abs().mean() < 0.2 * h.abs().mean()
        assert ((model(y) - before).abs().max() > 1e-3) == moves


@pytest.mark.parametrize("tied", [True, False])
def test_the_contraction_of_the_whole_map_is_that_of_autograd(tied):
    model, y = models.Ensemble(range(2), 2, 7, 9, tied=tied), data.spiral(11)
    for whole, f in ((True, model), (False, model.encode)):
        J = torch.autograd.functional.jacobian(lambda y, f=f: f(y).sum(dim=1), y)  # (2, outputs, 11, 2)
        torch.testing.assert_close(model.contractive(y, whole=whole), J.square().sum(dim=(1, 3)), rtol=1e-4, atol=1e-6)


# --- the live figure ------------------------------------------------------------------------------------------------

MAPS = torch.linspace(0.3, 0, 3)[:, None, None] * torch.rand(3, 9, 9, generator=torch.Generator().manual_seed(0))
THREE = torch.tensor([[0.1, 0.3], [0.5, 0.5], [0.8, 0.6]])


def sweep(maps):
    return Sweep("weight", torch.tensor([1.0, 10.0, 100.0]), maps, THREE.flip(0), THREE / 100, (1e-4, 0.9))


def test_the_caption_says_strength_mean_and_range_of_the_chosen_cure():
    picture = tune_the_cure({"wide": sweep(MAPS), "narrow": sweep(MAPS.flip(0))}, 0.1)
    caption = picture.set(cure="narrow", strength=1).caption
    assert "= 10:" in caption
    assert "50 % of the square explained (50 to 50 %" in caption
    assert "20 % of the square explained (10 to 30 %" in picture.set(strength=2).caption
    assert np.allclose(np.asarray(picture.figure.axes[0].images[0].get_array()), MAPS.flip(0)[2])


def test_without_a_cure_there_is_nothing_to_tune():
    with pytest.raises(ValueError, match="^sweeps: expected at least one"):
        tune_the_cure({}, 0.1)


def test_a_sweep_without_a_row_of_shares_for_each_strength_is_refused():
    with pytest.raises(ValueError, match="^share of a"):
        tune_the_cure({"a": Sweep("w", torch.ones(3), MAPS, THREE[:2], THREE, (1e-4, 0.9))}, 0.1)


# --- exercises ----------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def own_progress(monkeypatch, tmp_path):
    monkeypatch.setenv("AECOURSE_DATA", str(tmp_path))


def test_the_loop_to_mend_has_each_of_its_three_faults():
    (path,) = ROOT.glob("notebooks/08_*.ipynb")
    cells = [cell.source for cell in nbformat.read(path, as_version=4).cells]
    (loop,) = [source for source in cells if source.startswith("def train_denoiser(")]
    loop = loop.partition("\n\n\nexercises.")[0].replace("    raise NotImplementedError\n", "")
    line = re.search(r"    y_hat = .*\n", loop)[0]

    def check(text):
        scope = {"torch": torch}
        exec(text, scope)
        return exercises.load("8.4").check(scope["train_denoiser"], seed=1)

    for message, fault, cure in (
        ("the noise was drawn once", line + "    for _ in range(300):\n", f"    for _ in range(300):\n    {line}"),
        ("the noise is too weak", "sigma**2", "sigma"),
        ("it hands on what it reads", "F = (y_hat -", "F = (Y -"),
    ):
        assert check(loop).message.startswith(message)
        assert fault in loop
        loop = loop.replace(fault, cure)
    assert check(loop).passed


def _small_batches(model, Y, sigma):
    optimiser = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    for _ in range(100):
        for y in Y[torch.randperm(len(Y))].split(25):
            optimiser.zero_grad()
            torch.nn.functional.mse_loss(model(y + sigma * torch.randn(y.shape)), y).backward()
            optimiser.step()


@pytest.mark.parametrize("seed", range(3))
def test_another_loop_is_as_good(seed):
    assert exercises.load("8.4").check(_small_batches, seed=seed).passed


def test_a_model_that_is_not_trained_is_told_how_far_it_is():
    assert "times the least possible" in exercises.load("8.4").check(lambda model, Y, sigma: None, seed=0).message


def test_choosing_and_reporting_by_other_right_ways():
    def in_numpy(experiment, strengths):
        table = np.array([[experiment(s, seed) for seed in range(10)] for s in strengths])  # (strengths, seeds, 2)
        C, share = table[:, :5].mean(axis=1).T
        k = np.where(C <= 0.0005, share, np.inf).argmin()
        return strengths[k], table[k, 5:, 1].mean(), table[k, 5:, 1].std(ddof=1) / np.sqrt(5)

    for seed in range(20):
        assert exercises.load("8.5").check(in_numpy, seed=seed).passed


@pytest.mark.parametrize("probes", [1, 8])
def test_an_error_estimated_along_random_directions_is_accepted(probes):
    def along(denoise, y_hat, sigma):
        y_hat = y_hat.requires_grad_()
        y_tilde, div = denoise(y_hat), 0
        for _ in range(probes):
            v = torch.randint(0, 2, y_hat.shape) * 2.0 - 1
            (pulled,) = torch.autograd.grad(y_tilde, y_hat, v, retain_graph=True)
            div = div + (pulled * v).sum(dim=1).mean() / probes
        n = y_hat.shape[1]
        return (y_hat - y_tilde).square().sum(dim=1).mean() + 2 * sigma**2 * div - n * sigma**2

    for seed in range(5):
        assert exercises.load("8.6").check(along, seed=seed).passed

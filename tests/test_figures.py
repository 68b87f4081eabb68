import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.patches import Circle, FancyBboxPatch, Rectangle

from aecourse import figures, style
from aecourse.figures.task_regions import LATENT, STRUCTURED, where


def test_style_is_applied_and_a_new_figure_is_unknown_to_pyplot():
    before = plt.get_fignums()
    figure, axes = style.new_figure(3, rows=2)
    assert len(axes) == 6
    assert figure.get_facecolor() == (1, 1, 1, 1)
    assert plt.get_fignums() == before


def test_the_courses_style_is_the_same_whatever_was_in_use_before():
    style.use()
    quiet = dict(plt.rcParams)
    with plt.rc_context():
        plt.style.use(["dark_background", "ggplot"])
        plt.rcParams["font.family"] = "serif"
        style.use()
        assert dict(plt.rcParams) == quiet


def test_a_figure_draws_into_the_axes_it_is_given():
    _, (ax,) = style.new_figure()
    assert figures.points(torch.rand(5, 2), "y", ax) is ax
    assert figures.lines(torch.arange(3.0), {"a": torch.arange(3.0)}, "x", "y", ax) is ax
    assert figures.regions(ax=ax) is ax


def test_images_share_one_grey_scale():
    pale, dark = torch.full((2, 16), 0.2), torch.full((2, 16), 1.0)
    ax = figures.image_rows({"pale": pale, "dark": dark})
    (picture,) = ax.images
    assert picture.get_clim() == (0, 1)
    mosaic = np.asarray(picture.get_array())
    assert np.isclose(mosaic[4, 4], 0.2)
    assert mosaic.max() == 1


def test_image_rows_refuse_rows_of_different_length_and_odd_images():
    with pytest.raises(ValueError, match="^rows: expected the shape of the first row"):
        figures.image_rows({"a": torch.zeros(2, 16), "b": torch.zeros(3, 16)})
    with pytest.raises(ValueError, match="^rows: expected square images"):
        figures.image_rows({"a": torch.zeros(2, 15)})


def test_energy_maps_share_one_scale_and_lie_the_right_way_up():
    low, high = torch.zeros(9, 9), torch.zeros(9, 9)
    high[8, 0] = 2.0  # the last row is the top, the first column the left
    axes = figures.energy_maps({"low": low, "high": high})
    assert [ax.images[0].get_clim() for ax in axes] == [(0, 2), (0, 2)]
    picture = axes[1].images[0]
    assert picture.origin == "lower"
    assert picture.get_extent() == pytest.approx([-1.35, 1.35, -1.35, 1.35])  # pixels are centred on grid points


@pytest.mark.parametrize("setting", figures.SETTINGS)
@pytest.mark.parametrize("phase", ["training", "testing"])
def test_diagrams_draw_each_node_in_its_shape(setting, phase):
    ax = figures.diagram(setting, phase)
    kinds = [type(p) for p in ax.patches]
    nodes = figures.SETTINGS[setting].nodes
    modules = [n for n in nodes if n[0].isupper() and len(n) > 1]
    energies = [n for n in nodes if n in ("C", "E", "R", "F")]
    assert kinds.count(FancyBboxPatch) == len(modules)
    assert kinds.count(Rectangle) == len(energies)
    assert kinds.count(Circle) == len(nodes) - len(modules) - len(energies)


def test_a_diagram_shades_what_is_observed():
    def shaded(phase):
        return sum(
            isinstance(p, Circle) and p.get_facecolor()[3] < 1 for p in figures.diagram("prediction", phase).patches
        )

    assert (shaded("training"), shaded("testing")) == (2, 1)


def test_arrows_join_nodes_that_exist():
    for setting in figures.SETTINGS.values():
        assert {n for arrow in setting.arrows for n in arrow} == set(setting.nodes)


@pytest.mark.parametrize("latent", [True, False])
@pytest.mark.parametrize("structured", [True, False])
def test_a_task_stands_inside_just_its_regions(latent, structured):
    left, right = where((True, latent, structured)), where((False, latent, structured))
    assert left[0] < 0 < right[0]
    assert (LATENT[0] < left[1] < LATENT[1]) is latent
    assert (STRUCTURED[0] < left[1] < STRUCTURED[1]) is structured


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        (lambda: figures.points(torch.zeros(3, 3), "y"), r"^values: expected shape \(batch, 2\)"),
        (lambda: figures.lines(torch.zeros(3), {"a": torch.zeros(2)}, "x", "y"), "^a: expected the shape of x"),
        (lambda: figures.lines(torch.zeros(1), {"a": torch.tensor([torch.nan])}, "x", "y"), "^a: expected finite"),
        (lambda: figures.bars({"a": float("nan")}, "y"), "^a: expected a finite number"),
        (lambda: figures.energy_maps({"m": torch.full((2, 2), torch.inf)}), "^m: expected finite"),
        (lambda: style.new_figure(0), "^columns: "),
        (lambda: figures.points(torch.zeros(3, 2), "q"), "^symbol: expected one of"),
        (lambda: figures.energy_maps({}), "^maps: expected at least one"),
        (lambda: figures.image_rows({}), "^rows: expected at least one"),
        (
            lambda: figures.image_rows({"a": torch.zeros(1, 4), "b": torch.full((1, 4), torch.nan)}),
            "^b: expected finite",
        ),
        (lambda: figures.mosaic(torch.zeros(5, 16), 2), "^images: expected full rows of 2"),
        (lambda: figures.kernels({}), "^sets: expected at least one"),
        (lambda: figures.errors(torch.ones(2), {"a": torch.ones(3)}, {}, "y"), "^a: expected the shape of d"),
        (
            lambda: figures.dots(["a", "b"], {"c": torch.ones(3, 5)}, {"c": torch.ones(2)}, "y"),
            "^c: expected the shape of groups",
        ),
        (
            lambda: figures.dots(["a", "b"], {"c": torch.ones(2, 5)}, {"c": torch.ones(3)}, "y"),
            "^optimum of c: expected the shape of groups",
        ),
        (lambda: figures.roc({"a": (torch.ones(2), torch.ones(3))}), "^a: expected the shape of the share"),
        (lambda: figures.grid(1), "^side: "),
    ],
)
def test_figures_refuse_by_name(draw, said):
    with pytest.raises(ValueError, match=said):
        draw()


def test_an_unknown_setting_is_refused_by_name():
    with pytest.raises(ValueError, match="^setting: expected one of 'prediction'"):
        figures.diagram("perception")
    with pytest.raises(ValueError, match="^phase: expected one of"):
        figures.diagram("prediction", "sleeping")


def test_a_map_is_drawn_where_it_was_computed():
    """The energy |y_1 - 0.6| + |y_2 + 0.3| is lowest at (0.6, -0.3): there the picture must be darkest."""
    y = figures.grid(17)
    energy = (y - torch.tensor([0.6, -0.3])).abs().sum(dim=1).view(17, 17)
    (ax,) = figures.energy_maps({"m": energy})
    (picture,) = ax.images
    row, column = np.unravel_index(np.asarray(picture.get_array()).argmin(), (17, 17))
    left, right, bottom, top = picture.get_extent()
    assert left + (column + 0.5) * (right - left) / 17 == pytest.approx(0.6)
    assert bottom + (row + 0.5) * (top - bottom) / 17 == pytest.approx(-0.3)


def test_a_mosaic_has_its_images_row_by_row():
    images = torch.arange(6.0)[:, None].expand(6, 4) / 6
    picture = np.asarray(figures.mosaic(images, 3).images[0].get_array())
    assert picture.shape == (2 * 4, 3 * 4)
    assert np.allclose(picture[1::4, 1::4], np.arange(6).reshape(2, 3) / 6)


def test_kernels_are_scaled_each_by_its_own_and_signs_keep_their_colour():
    W = torch.zeros(2, 4)
    W[0, 0], W[1, 3] = 5.0, -0.1
    (ax,) = figures.kernels({"k": W}, columns=2)
    picture = np.asarray(ax.images[0].get_array())
    assert np.nanmax(picture) == 1
    assert np.nanmin(picture) == -1
    assert ax.images[0].get_clim() == (-1, 1)


def test_walks_and_error_curves_draw_every_curve():
    top, bottom = figures.walks({"a": torch.rand(3, 16)}, {"a": torch.rand(9), "b": torch.rand(9)}, "units")
    assert len(bottom.lines) == 2
    assert len(top.images) == 1
    d = torch.tensor([1.0, 2.0, 4.0])
    ax = figures.errors(d, {"deep": d.flip(0)}, {"best": d.flip(0) / 2}, "error")
    assert [line.get_label() for line in ax.lines] == ["best", "deep"]
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")


def test_dots_show_every_run_in_its_group_over_the_best_possible():
    runs = {"a": torch.tensor([[1.0, 2.0], [3.0, 4.0]]), "b": torch.tensor([[5.0, 6.0], [7.0, 8.0]])}
    ax = figures.dots(
        ["left", "right"], runs, {"a": torch.tensor([0.5, 1.5]), "b": torch.tensor([2.5, 3.5])}, "error", limit="PCA"
    )
    assert [line.get_ydata().tolist() for line in ax.lines] == [[1, 2, 3, 4], [5, 6, 7, 8]]
    for line in ax.lines:
        assert np.round(line.get_xdata()).tolist() == [0, 0, 1, 1]
    assert [[y for (_, y), _ in bars.get_segments()] for bars in ax.collections] == [[0.5, 1.5], [2.5, 3.5]]
    assert [text.get_text() for text in ax.get_xticklabels()] == ["left", "right"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b", "PCA"]


def test_cells_show_every_code_in_the_colour_of_its_token_and_every_entry_with_its_number():
    h, entries = torch.rand(20, 2), torch.rand(3, 2)
    ax = figures.cells(h, torch.arange(20) % 3, entries)
    np.testing.assert_allclose(ax.collections[0].get_offsets(), h, atol=1e-6)
    assert len(np.unique(ax.collections[0].get_array())) == 3
    assert [t.get_text() for t in ax.texts] == ["0", "1", "2"]
    with pytest.raises(ValueError, match="^token: expected one whole number"):
        figures.cells(h, torch.zeros(20), entries)


def test_colour_rows_keep_every_pixel_in_colour_and_grey():
    colour, grey = torch.rand(4, 3, 8, 8), torch.rand(4, 1, 8, 8)
    ax = figures.colour_rows({"colour": colour, "grey": grey}, gap=1)
    shown = torch.as_tensor(np.asarray(ax.images[0].get_array()))
    assert shown.shape == (20, 40, 3)
    assert torch.allclose(shown[1:9, 11:19].permute(2, 0, 1), colour[1], atol=1e-6)
    assert torch.allclose(shown[11:19, 31:39].permute(2, 0, 1), grey[3].expand(3, -1, -1), atol=1e-6)
    assert [t.get_text() for t in ax.get_yticklabels()] == ["colour", "grey"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ({}, "^rows: "),
        ({"a": torch.rand(4, 64)}, "^a: expected shape"),
        ({"a": torch.rand(4, 3, 8, 8) + 1}, "^a: expected values in"),
        ({"a": torch.rand(4, 3, 8, 8), "b": torch.rand(3, 3, 8, 8)}, "^b: expected as many images"),
    ],
)
def test_colour_rows_refuse_by_name(rows, said):
    with pytest.raises(ValueError, match=said):
        figures.colour_rows(rows)


def test_each_picture_stands_under_its_own_caption_with_its_own_verdict():
    images = torch.rand(5, 3, 8, 8)
    axes = figures.captioned(
        images, [f"picture {k}" for k in range(5)], torch.tensor([1, 0, 1, 1, 0]).bool(), columns=3
    )
    for k, ax in enumerate(axes):
        assert ax.get_title(loc="left") == f"picture {k}"
        assert ax.texts[0].get_text() == "✓✗✓✓✗"[k]
        assert np.allclose(ax.images[0].get_array(), images[k].permute(1, 2, 0))
    with pytest.raises(ValueError, match="^captions: expected one caption and one verdict an image, 5 of each"):
        figures.captioned(images, ["one"], torch.ones(5).bool())

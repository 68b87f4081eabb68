"""The pretended card refuses what a GPU refuses and allows what it allows: else the tests that stand on it say nothing.

The rules are torch's: one device for all tensors of an operation, but numbers of the CPU in arithmetic, indices of the
CPU for what lies on the card, and copies; a generator draws on its own device only; NumPy sees the CPU only.
"""

import copy

import card
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from aecourse import runtime

HERE = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
NUMBER = torch.tensor(2.0)
TWO_DEVICES, GENERATOR, NUMPY = "at least two devices", "device type for generator", "can't convert card:0 .* to numpy"


@pytest.fixture
def there():
    return HERE.to(card.CARD)


def drawn_with(generator_of, device=None):
    return torch.randn(3, generator=torch.Generator(generator_of).manual_seed(0), device=device)


def put(tensor, index, value):
    tensor[index] = value


REFUSED = {
    "arithmetic": (lambda x: x + HERE, RuntimeError, TWO_DEVICES),
    "a number of the CPU that changes": (lambda x: torch.tensor(1.0).add_(x.sum()), RuntimeError, TWO_DEVICES),
    "a matrix product": (lambda x: x @ HERE, RuntimeError, TWO_DEVICES),
    "a layer of the CPU": (lambda x: torch.nn.Linear(2, 2)(x), RuntimeError, TWO_DEVICES),
    "an input of the CPU": (lambda _: torch.nn.Linear(2, 2).to(card.CARD)(HERE), RuntimeError, TWO_DEVICES),
    "a choice between devices": (lambda x: torch.where(x > 0, x, HERE), RuntimeError, TWO_DEVICES),
    "a stack with a number": (lambda x: torch.stack([x.sum(), NUMBER]), RuntimeError, TWO_DEVICES),
    "a list of tensors": (lambda x: torch.cat([HERE, x]), RuntimeError, TWO_DEVICES),
    "a mask of the card on the CPU": (lambda x: HERE[x > 1], RuntimeError, TWO_DEVICES),
    "values put in by a mask": (lambda x: put(x, x > 1, torch.ones(3)), RuntimeError, TWO_DEVICES),
    "a comparison": (lambda x: torch.allclose(x, HERE), RuntimeError, TWO_DEVICES),
    "a comparison in a test": (lambda x: torch.testing.assert_close(x, HERE), AssertionError, "device"),
    "a generator of the CPU": (lambda _: drawn_with("cpu", device=card.CARD), RuntimeError, GENERATOR),
    "a generator of the card": (lambda _: drawn_with(card.CARD), RuntimeError, GENERATOR),
    "in place": (lambda x: x.exponential_(generator=torch.Generator()), RuntimeError, GENERATOR),
    "an order": (
        lambda _: torch.randperm(3, device=card.CARD, generator=torch.Generator()),
        RuntimeError,
        GENERATOR,
    ),
    "coins": (lambda x: torch.bernoulli(x / 4, generator=torch.Generator()), RuntimeError, GENERATOR),
    "numpy": (lambda x: x.numpy(), TypeError, NUMPY),
    "an array": (lambda x: np.asarray(x), TypeError, NUMPY),
    "a function of NumPy": (lambda x: np.hypot(x, 1.0), TypeError, NUMPY),
    "a curve": (lambda x: plt.figure().gca().plot(x[0], x[1]), TypeError, NUMPY),
    "points": (lambda x: plt.figure().gca().scatter(*x.T), TypeError, NUMPY),
    "a picture": (lambda x: plt.figure().gca().imshow(x), TypeError, NUMPY),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_gpu_refuses_is_refused(name, there):
    use, error, said = REFUSED[name]
    with pytest.raises(error, match=said):
        use(there)


SAME = {
    "arithmetic with numbers": lambda x: NUMBER * x + 1 - NUMBER,
    "a choice with a number": lambda x: torch.where(x > 2, x, NUMBER),
    "a slice": lambda x: x[:, 1:],
    "an index of the CPU": lambda x: x[torch.tensor([1])],
    "a mask of the CPU": lambda x: x[HERE > 1],
    "a mask of its own": lambda x: x[x > 1],
    "sorted": lambda x: x.sort(dim=1, descending=True).values,
    "a quantile": lambda x: x.quantile(0.3, dim=0),
    "principal directions": lambda x: torch.linalg.eigh(x @ x.T)[0],
    "made beside it": lambda x: torch.ones_like(x) + torch.zeros(2, device=x.device) + x.new_tensor([1.0, 2.0]),
    "made from numbers": lambda x: torch.tensor([[5.0, 6.0]], device=x.device) * x,
    "vmap": lambda x: torch.vmap(lambda row: row @ row)(x),
}


@pytest.mark.parametrize("name", SAME)
def test_what_a_gpu_can_do_gives_the_values_of_the_cpu_on_the_card(name, there):
    y = SAME[name](there)
    assert y.device == card.CARD
    torch.testing.assert_close(y.cpu(), SAME[name](HERE))


def test_a_tensor_says_where_it_is_and_comes_back(there):
    assert (there.device.type, there.device.index) == ("card", 0)
    assert there.cpu().device == there.to("cpu").device == HERE.device
    assert type(there.cpu()) is torch.Tensor
    assert there.to(card.CARD) is there
    np.testing.assert_array_equal(there.cpu().numpy(), HERE.numpy())


def test_a_copy_on_the_card_shares_nothing_with_the_cpu():
    here = HERE.clone()
    there = here.to(card.CARD)
    there[0] = 9.0
    here[1] = 8.0
    assert there.tolist() == [[9.0, 9.0], [3.0, 4.0]]
    assert here.tolist() == [[1.0, 2.0], [8.0, 8.0]]


def test_numbers_can_be_read(there):
    assert there.tolist() == HERE.tolist()
    assert there[0, 1].item() == float(there[0, 1]) == 2.0
    assert f"{there.sum():.2f}" == "10.00"
    assert bool((there > 0).all())
    assert "device='card:0'" in repr(there)


def test_what_changes_in_place_stays_the_same_tensor(there):
    row = there[0]
    assert there.mul_(2) is there
    there[1] = HERE[1]  # a copy may cross devices
    there[there > 3.5] = NUMBER
    assert there.tolist() == [[2.0, 2.0], [3.0, 2.0]]
    assert row.tolist() == [2.0, 2.0]
    assert row.unsqueeze_(0).shape == (1, 2)
    assert torch.add(there, there, out=there) is there
    assert there.tolist() == [[4.0, 4.0], [6.0, 4.0]]


def test_a_network_moves_and_learns_as_on_the_cpu():
    def learn(device):
        torch.manual_seed(0)
        model = torch.nn.Sequential(torch.nn.Linear(2, 8), torch.nn.Tanh(), torch.nn.Linear(8, 2))
        model = copy.deepcopy(model.to(device))
        optimiser = torch.optim.Adam(model.parameters(), lr=0.1, fused=True)
        for _ in range(5):
            optimiser.zero_grad()
            (model(HERE.to(device)) - 1).square().sum().backward()
            optimiser.step()
        return model

    on_card, on_cpu = learn(card.CARD), learn("cpu")
    assert all(p.device == p.grad.device == card.CARD for p in on_card.parameters())
    for a, b in zip(on_card.cpu().parameters(), on_cpu.parameters(), strict=True):
        assert isinstance(a, torch.nn.Parameter)
        torch.testing.assert_close(a, b)


def test_moving_a_network_keeps_its_parameters():
    model = torch.nn.Linear(2, 2)
    weight = model.weight
    assert model.to(card.CARD).weight is weight
    assert weight.device == card.CARD
    assert model.cpu().weight is weight
    assert weight.device == HERE.device


def test_a_generator_knows_its_device_and_draws_as_on_the_cpu():
    assert torch.Generator().device == torch.device("cpu")
    assert torch.Generator(card.CARD).device == card.CARD
    torch.testing.assert_close(drawn_with(card.CARD, device=card.CARD).cpu(), drawn_with("cpu"))


def test_cuda_in_the_environment_means_the_card(monkeypatch):
    assert runtime.setup().type == "cpu"
    monkeypatch.setenv("AECOURSE_DEVICE", "cuda")
    assert runtime.setup() == torch.device("card")
    assert runtime.setup(device="cpu").type == "cpu"

"""A pretended card: torch's spare device, renamed "card", on which the CPU does the work.

What lies on it says that it is on card:0, computes as on the CPU, and refuses what a GPU refuses: tensors of the CPU
(but those of no dimension, in arithmetic), generators of the CPU, NumPy, and with it matplotlib. After `insert()`,
AECOURSE_DEVICE=cuda means this card, so whatever forgets a device fails here as it would on a GPU.

Not pretended: memory, speed, rounding, and the draws of a GPU's own generators; here they equal those of the CPU.
"""

import functools
import weakref
from typing import Any, ClassVar

import torch
from torch.utils._mode_utils import no_dispatch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.backend_registration import _DummyBackendModule, _setup_privateuseone_for_python_backend

NAME = "card"
_CPU = torch.device("cpu")
# Indices may lie on the CPU where what they index lies on the card, but not the other way round.
_INDEXING = ("aten::index", "aten::_unsafe_index", "aten::index_put", "aten::index_put_", "aten::_index_put_impl_")
_COPIES = ("aten::copy_", "aten::_to_copy")


class _Backend(_DummyBackendModule):
    """What torch asks of a device: here only the types of numbers that `torch.autocast` may use."""

    def get_amp_supported_dtype(self) -> list[torch.dtype]:
        return [torch.bfloat16, torch.float16]


_setup_privateuseone_for_python_backend(NAME, _Backend())
CARD = torch.device(NAME, 0)


class OnCard(torch.Tensor):
    """A tensor that says it is on the card; `held` is a tensor of the CPU with its values."""

    __torch_function__ = torch._C._disabled_torch_function_impl
    held: torch.Tensor

    @staticmethod
    def __new__(cls, held: torch.Tensor) -> "OnCard":
        self = torch.Tensor._make_wrapper_subclass(
            cls, held.shape, held.stride(), held.storage_offset(), dtype=held.dtype, device=CARD
        )
        self.held = held
        return self

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        return _run(func, args, kwargs or {})

    def numpy(self, *, force: bool = False) -> Any:
        if force:
            return self.detach().cpu().numpy()
        raise TypeError(
            f"can't convert {CARD} device type tensor to numpy. "
            "Use Tensor.cpu() to copy the tensor to host memory first."
        )

    def __array__(self, *_: Any, **__: Any) -> Any:
        return self.numpy()

    # Both are torch's own for a tensor of a GPU, but refused to a subclass.
    def tolist(self) -> Any:
        return self.cpu().tolist()

    def __format__(self, form: str) -> str:
        return format(self.item(), form) if self.dim() == 0 else super().__format__(form)


class Generator(torch.Generator):
    """`torch.Generator` with a device that may be the card; the draws are those of the CPU."""

    # torch hands on the generator itself, not this object around it.
    _all: ClassVar[weakref.WeakValueDictionary] = weakref.WeakValueDictionary()

    def __new__(cls, device: torch.device | str = _CPU) -> "Generator":
        device = torch.device(device)
        self = super().__new__(cls, _CPU if device.type == NAME else device)
        self.place = CARD if device.type == NAME else device
        cls._all[self._cdata] = self
        return self

    @property
    def device(self) -> torch.device:
        return self.place

    @classmethod
    def place_of(cls, generator: torch.Generator) -> torch.device:
        return cls._all[generator._cdata].place if generator._cdata in cls._all else generator.device


def insert() -> None:
    """Put the card into this process, for good: AECOURSE_DEVICE=cuda is the card from now on."""
    torch.Generator = Generator
    torch.cuda.is_available = lambda: True
    torch._C._set_only_lift_cpu_tensors(True)  # torch.tensor(..., device=...) is made on the CPU and then moved
    torch.__future__.set_swap_module_params_on_conversion(True)  # Module.to keeps its parameters, as on a GPU
    torch.autograd.set_multithreading_enabled(False)
    _Card().__enter__()

    from aecourse import runtime

    asked = runtime._device
    runtime._device = lambda device: torch.device(NAME) if asked(device).type == "cuda" else _CPU


class _Card(TorchDispatchMode):
    """Sees every operation of torch, so also those of the CPU that are handed the card's generator."""

    def __torch_dispatch__(self, func: Any, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        if OnCard in types or (kwargs and ("device" in kwargs or "generator" in kwargs)):
            return _run(func, args, kwargs or {})
        return func(*args, **kwargs or {})


def _run(func: Any, args: tuple, kwargs: dict) -> Any:
    """One operation of torch, on the CPU or on the card."""
    tensors: list[torch.Tensor] = []
    held = _held(args, tensors)
    settings = {name: _held(value, tensors) for name, value in kwargs.items()}
    on_card = any(type(t) is OnCard for t in tensors)
    place = settings.get("device") or (CARD if on_card else _CPU)
    _same_generator(settings.get("generator"), place)
    if not on_card and place.type != NAME:
        return func(*args, **kwargs)
    if func is torch.ops.aten._fused_sdp_choice.default:
        return 0  # plain attention: the fused ones differ from device to device
    name, arithmetic, changes, reshapes = _kind(func)
    if on_card:
        _same_device(name, args, tensors, arithmetic, changes)
    if "device" in settings:
        settings["device"] = _CPU
    out = func(*held, **settings)
    if reshapes:  # such as squeeze_: the shape stands in both
        with no_dispatch():
            return func(*args, **kwargs)
    known = {id(_held(t, [])): t for t in tensors} if changes else {}  # what changed is the tensor that came
    return _given(out, known) if place.type == NAME else out


def _same_generator(generator: torch.Generator | None, place: torch.device) -> None:
    """Refuse a generator of another device."""
    if generator is not None and (found := Generator.place_of(generator).type) != place.type:
        raise RuntimeError(f"Expected a '{place.type}' device type for generator but found '{found}'")


def _same_device(name: str, args: tuple, tensors: list[torch.Tensor], arithmetic: bool, changes: bool) -> None:
    """Refuse what a GPU refuses of an operation that is handed a tensor of the card."""
    strangers = [t for t in tensors if type(t) is not OnCard]
    if not strangers or name in _COPIES:
        return
    if name in _INDEXING and type(args[0]) is OnCard:
        _held(args[2:], values := [])
        strangers = [t for t in values if type(t) is not OnCard]
    if arithmetic or name in _INDEXING:
        strangers = [t for t in strangers if t.dim() or (changes and t is args[0])]
    if strangers:
        raise RuntimeError(
            f"Expected all tensors to be on the same device, but found at least two devices, {CARD} and cpu! "
            f"(in {name}, of the CPU: {', '.join(str(tuple(t.shape)) for t in strangers)})"
        )


@functools.cache
def _kind(func: Any) -> tuple[str, bool, bool, bool]:
    """The name of an operation; whether numbers of the CPU may join; whether it changes an argument, or its shape."""
    tags = func.tags
    return func._schema.name, torch.Tag.pointwise in tags, func._schema.is_mutable, torch.Tag.inplace_view in tags


def _held(value: Any, tensors: list[torch.Tensor]) -> Any:
    """An argument as the CPU takes it; its tensors are added to the list."""
    kind = type(value)
    if kind is OnCard:
        tensors.append(value)
        return value.held
    if kind is tuple or kind is list:
        return [_held(part, tensors) for part in value]
    if isinstance(value, torch.Tensor):
        tensors.append(value)
    return value


def _given(value: Any, known: dict[int, torch.Tensor]) -> Any:
    """A result of the CPU, put on the card, if it is none of the known tensors."""
    if isinstance(value, torch.Tensor):
        return known[id(value)] if id(value) in known else OnCard(value)
    return type(value)(_given(part, known) for part in value) if isinstance(value, tuple | list) else value

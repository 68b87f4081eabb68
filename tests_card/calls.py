"""One call of every public function and method of the package that meets a tensor, with all its tensors on one device.

The calls stand in the modules `calls_*`. CALLS: the name within the package -> a call that takes a `Place`. ELSEWHERE:
a reason -> the names of those that meet no tensor of a caller. `test_public_functions` compares both with what exists.
"""

import copy
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import Module

from aecourse import data

P = data.spiral(12)
Y = data.digits("test")[:12]
F = Y.square().sum(dim=1)


@dataclass(frozen=True)
class Place:
    """A device, as a caller uses it: `on(value)` puts a tensor or a copy of a network there."""

    device: torch.device

    def __call__(self, value: Any) -> Any:
        return copy.deepcopy(value).to(self.device) if isinstance(value, Module) else value.to(self.device)

    def chance(self) -> torch.Generator:
        return torch.Generator(self.device).manual_seed(0)

"""Training both halves: the codebooks from images, then the prior from tokens. Resumes where it was interrupted."""

import json
from functools import partial
from pathlib import Path

import torch
import torch.distributed as dist
from torch import Tensor
from torch.nn import Module
from torch.nn.parallel import DistributedDataParallel

from aecourse import guards, weights
from aecourse.steps import Watch, counting, ctrl_c_held_back, finite, progress_bar, undone_if_not_finite
from aecourse.text_to_image.captions import check, random_captions
from aecourse.text_to_image.prior import Prior, energy
from aecourse.text_to_image.scenes import render
from aecourse.text_to_image.tokens import GRID, INKS, LENGTH, Tokens, check_tokens

MIX = (0.25, 0.45, 0.30)  # of one shape, two shapes, a thing


def learn_tokens(seed: int = 0, images: int = 6000) -> Tokens:
    """Both codebooks, from scenes of combinations that training shows: half a minute.

    Args:
        seed: of the scenes and of the first entries.
        images: how many scenes.

    Returns:
        the tokens, with both codebooks filled.

    Raises:
        ValueError: no seed, or images is no positive whole number.
    """
    generator = torch.Generator().manual_seed(guards.count("seed", seed, low=0))
    captions = random_captions(guards.count("images", images), generator, mix=(1, 1, 1))
    return Tokens().fit(render(captions, generator), generator)


def training_set(
    tokens: Tokens, count: int, seed: int = 0, *, mix: tuple[float, ...] = MIX, progress: bool = True
) -> tuple[Tensor, Tensor]:
    """A training set, only of combinations that are not held out. The same seed gives the same set.

    Args:
        tokens: the codebooks.
        count: how many scenes.
        seed: of captions and scenes.
        mix: chances of one shape, two shapes, a thing.
        progress: show a bar.

    Returns:
        captions, (count, 10), and the image tokens of one scene each, (count, 197) int16.

    Raises:
        ValueError: no tokens, no seed, no chances, or count is no positive whole number.
    """
    guards.instance("tokens", tokens, Tokens)
    generator = torch.Generator().manual_seed(guards.count("seed", seed, low=0))
    captions = random_captions(guards.count("count", count), generator, mix=mix)
    image_tokens = torch.empty(count, LENGTH, dtype=torch.int16)
    with progress_bar(count, " scenes", progress) as bar:
        for part in torch.arange(count).split(500):
            image_tokens[part] = tokens.encode(render(captions[part], generator)).short()
            bar.update(len(part))
    return captions, image_tokens


def fit(
    prior: Prior,
    captions: Tensor,
    image_tokens: Tensor,
    *,
    steps: int,
    batch: int = 64,
    lr: float = 2e-3,
    matrix_lr: float = 0.02,
    forget_word: float = 0.3,
    forget_all: float = 0.1,
    hide: float = 0.6,
    seed: int = 0,
    half: bool = False,
    checkpoint: Path | None = None,
    watch: Watch | None = None,
    progress: bool = True,
) -> list[float]:
    """Minimise the mean energy -log p(image | caption) on random batches; matrices with Muon, all else with Adam.

    Words of the captions are forgotten at random: so every word learns what it says alone, the prior can answer a
    caption that leaves things open, and guidance has a model without a caption to compare with. For the same reason
    neighbours are hidden: what is drawn in a patch should follow from the caption and the place, not only from what a
    thing in this very outline always looked like (CONTRIBUTING.md tells what happened without).

    Under torchrun every process takes its share of each batch, and slopes are averaged.

    Args:
        prior: changed in place.
        captions: (m, 10).
        image_tokens: (m, 197).
        steps: of `batch` scenes each, drawn at random.
        batch: scenes a step, over all processes.
        lr: peak step size of Adam.
        matrix_lr: peak step size of Muon.
        forget_word: in half of the captions, the chance of each word to be left out, twice this number at most 1.
        forget_all: the chance of a whole caption to be left out.
        hide: the share of the scenes, ink by ink, in which this share of the patches is not told the masks of its
            neighbours.
        seed: of batches and forgetting.
        half: multiply matrices in bfloat16, half as many bits: faster where the processor knows them.
        checkpoint: a file to write every 200 steps, at the end, and on Ctrl-C; training goes on from it if it exists.
        watch: called after each step with its number, from 1, and its mean energy.
        progress: show a bar.

    Returns:
        the mean energy of each step since the start or the resumption, in nats per image.

    Raises:
        ValueError: a bad argument, named.
        FloatingPointError: the energy is no longer finite; the prior is put back to where it was before.

    Source: [jordan2024], Muon; [loshchilov2019], AdamW.
    """
    _check_scenes(prior, captions, image_tokens)
    guards.count("steps", steps)
    guards.count("seed", seed, low=0)
    guards.number("forget_word", forget_word, 0, 0.5)
    guards.number("forget_all", forget_all, 0, 1)
    guards.number("hide", hide, 0, 1)
    guards.instance("half", half, bool)
    guards.instance("checkpoint", checkpoint, Path, type(None))
    if watch is not None:
        guards.function("watch", watch)
    rank, world = (dist.get_rank(), dist.get_world_size()) if dist.is_initialized() else (0, 1)
    if guards.count("batch", batch) % world:
        raise ValueError(f"batch: expected a multiple of the {world} processes, got {batch}")
    device = next(prior.parameters()).device
    captions, image_tokens = captions.to(device), image_tokens.to(device)
    scenes_of = partial(_batch, captions, image_tokens, batch, forget_word, forget_all, hide, seed)
    energies: list[float] = []
    with ctrl_c_held_back() as held:
        optimisers = _optimisers(prior, lr, matrix_lr)
        first = _resume(checkpoint, prior, optimisers) if checkpoint and checkpoint.exists() else 0
        model = DistributedDataParallel(prior) if world > 1 else prior
        bar = counting(steps, watch=watch, progress=progress and rank == 0, done=first)
        try:
            with undone_if_not_finite(prior, "try a smaller lr or matrix_lr"), bar as count:
                for step in range(first, steps):
                    batch_captions, batch_tokens, hidden = (part[rank::world] for part in scenes_of(step))
                    _set_rate(optimisers, step, steps)
                    energies.append(_step(model, optimisers, batch_captions, batch_tokens, hidden, half))
                    count(energies[-1])
                    if checkpoint and rank == 0 and (step % 200 == 199 or step == steps - 1):
                        _save(checkpoint, prior, optimisers, step + 1)
        except KeyboardInterrupt:
            if checkpoint and rank == 0 and held.times < 3:  # the third one may have torn a step
                _save(checkpoint, prior, optimisers, first + len(energies))
            print(f"stopped after {first + len(energies)} of {steps} steps; the prior keeps what it has learned so far")
    return energies


def knows_bfloat16(device: torch.device) -> bool:
    """Whether a device multiplies matrices of bfloat16 faster than those of float32.

    Args:
        device: a GPU or the CPU.

    Returns:
        whether it does.

    Raises:
        ValueError: no device.
    """
    guards.instance("device", device, torch.device)
    return device.type == "cuda" or torch.cpu._is_avx512_bf16_supported()


def _save(path: Path, prior: Prior, optimisers: list[torch.optim.Optimizer], step: int) -> None:
    """Write all that is needed to go on: weights, the optimisers' memory, the number of steps.

    Args:
        path: of the checkpoint, written in one piece.
        prior: whose weights.
        optimisers: as `fit` has them.
        step: how many steps are done.
    """
    state = {f"prior.{name}": value for name, value in prior.state_dict().items()}
    for k, optimiser in enumerate(optimisers):
        for index, memory in optimiser.state_dict()["state"].items():
            state |= {f"optimiser.{k}.{index}.{name}": torch.as_tensor(value) for name, value in memory.items()}
    state = {name: value.detach().cpu().contiguous() for name, value in state.items()}
    weights.write(state, path, {"step": step, "sizes": json.dumps(prior.sizes)})


def _resume(path: Path, prior: Prior, optimisers: list[torch.optim.Optimizer]) -> int:
    """Fill the prior and the optimisers from a checkpoint.

    Args:
        path: of the checkpoint.
        prior: of the same sizes.
        optimisers: as `fit` has them.

    Returns:
        how many steps are done.

    Raises:
        ValueError: the file cannot be read, or is no checkpoint of a prior of these sizes.
    """
    state, about = weights.read(path)
    if "step" not in about or json.loads(about.get("sizes", "{}")) != prior.sizes:
        found = about.get("sizes")
        raise ValueError(f"checkpoint: expected one of a prior of sizes {prior.sizes}, got {found} in {path}")
    prior.load_state_dict({name[6:]: value for name, value in state.items() if name.startswith("prior.")})
    for k, optimiser in enumerate(optimisers):
        memory: dict[int, dict[str, Tensor]] = {}
        for name, value in state.items():
            if name.startswith(f"optimiser.{k}."):
                index, entry = name.split(".")[2:]
                memory.setdefault(int(index), {})[entry] = value
        optimiser.load_state_dict({**optimiser.state_dict(), "state": memory})
    return int(about["step"])


def _check_scenes(prior: Prior, captions: Tensor, image_tokens: Tensor) -> None:
    """Refuse what `fit` cannot learn from. Tokens may be short whole numbers, as `training_set` gives them."""
    guards.instance("prior", prior, Prior)
    guards.instance("image_tokens", image_tokens, Tensor)
    for part in image_tokens.split(4096) if image_tokens.ndim else [image_tokens]:
        check_tokens(part.long() if part.dtype == torch.int16 else part, prior.colours, prior.masks)
    if len(check(captions)) != len(image_tokens):
        rows = f"{len(captions)} captions, got {len(image_tokens)}"
        raise ValueError(f"image_tokens: expected one row for each of {rows}")


def _step(
    model: Module,
    optimisers: list[torch.optim.Optimizer],
    captions: Tensor,
    image_tokens: Tensor,
    hidden: Tensor,
    half: bool,
) -> float:
    with torch.autocast(captions.device.type, torch.bfloat16, enabled=half):
        F = energy(model, captions, image_tokens, hidden)
    value = finite(F.mean().item())
    for optimiser in optimisers:
        optimiser.zero_grad(set_to_none=True)
    (F.mean() / image_tokens.shape[1]).backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    for optimiser in optimisers:
        optimiser.step()
    return value


def _batch(
    captions: Tensor,
    image_tokens: Tensor,
    batch: int,
    forget_word: float,
    forget_all: float,
    hide: float,
    seed: int,
    step: int,
) -> tuple[Tensor, Tensor, Tensor]:
    """Scenes of one step, the same for all processes and after a resumption: they depend on seed and step alone."""
    generator = torch.Generator().manual_seed(seed * 10_000_019 + step)
    rows = torch.randint(0, len(captions), (batch,), generator=generator)
    careless = torch.rand(batch, 1, generator=generator) < 0.5
    forget = torch.rand(batch, captions.shape[1], generator=generator) < 2 * forget_word * careless
    forget |= torch.rand(batch, 1, generator=generator) < forget_all
    hidden = torch.rand(batch, GRID, GRID, 1, generator=generator) < hide
    hidden = hidden & (torch.rand(batch, 1, 1, INKS, generator=generator) < hide)
    rows, forget, hidden = (t.to(captions.device) for t in (rows, forget, hidden))
    return torch.where(forget, 0, captions[rows]), image_tokens[rows].long(), hidden


def _optimisers(prior: Prior, lr: float, matrix_lr: float) -> list[torch.optim.Optimizer]:
    """Muon for the matrices of the transformer's blocks, Adam for embeddings, heads, norms and biases."""
    matrices = [p for block in prior.blocks for p in block.parameters() if p.ndim == 2]
    others = [p for p in prior.parameters() if not any(p is m for m in matrices)]
    rates = {"lr": guards.number("lr", lr, low=1e-12), "matrix_lr": guards.number("matrix_lr", matrix_lr, low=1e-12)}
    adam = torch.optim.AdamW(others, rates["lr"], betas=(0.9, 0.98), weight_decay=0.0, fused=True)
    muon = torch.optim.Muon(matrices, rates["matrix_lr"], momentum=0.95, weight_decay=0.01)
    for optimiser in (adam, muon):
        for group in optimiser.param_groups:
            group["peak"] = group["lr"]
    return [adam, muon]


def _set_rate(optimisers: list[torch.optim.Optimizer], step: int, steps: int) -> None:
    """Up within 50 steps, level until 40 % of all, then straight down to 0."""
    share = min(1, (step + 1) / 50) * min(1, (1 - step / steps) / 0.6)
    for optimiser in optimisers:
        for group in optimiser.param_groups:
            group["lr"] = group["peak"] * share

"""Train the text-to-image model from scratch, and write its weights with their card.

    python -m aecourse.text_to_image.train --to mine.safetensors
    torchrun --nproc_per_node 2 -m aecourse.text_to_image.train --to mine.safetensors

Learns the codebooks, draws the training scenes, trains the prior, and measures it: twenty minutes on one core.
Ctrl-C during the training ends it cleanly: the weights are written and their card says how many steps they had; with
--checkpoint FILE the same command goes on where it stopped.
"""

import argparse
import os
import sys
import time
from pathlib import Path

import torch
import torch.distributed as dist

from aecourse import runtime, weights
from aecourse.text_to_image import evaluation, learning, painter
from aecourse.text_to_image.prior import Prior


def main(arguments: list[str] | None = None) -> None:
    """Read the command line and train.

    Args:
        arguments: instead of those of the command line.

    Raises:
        SystemExit: a bad argument, or the training was stopped.
    """
    chosen = _checked(_parser(), arguments)
    world = int(os.environ.get("WORLD_SIZE", "1"))
    where = os.environ.get("AECOURSE_DEVICE") or ("cuda" if torch.cuda.is_available() else "cpu")
    if world > 1:
        dist.init_process_group("nccl" if where == "cuda" else "gloo")
        if where == "cuda":
            torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    first = not dist.is_initialized() or dist.get_rank() == 0
    device = runtime.setup(seed=chosen.seed, device=where, report=first)
    start = time.perf_counter()
    if first:
        print("learning the codebooks: half a minute", flush=True)
    tokens = learning.learn_tokens()
    captions, image_tokens = learning.training_set(tokens, chosen.scenes, chosen.seed, progress=first)
    prepared = time.perf_counter() - start
    prior = Prior(width=chosen.width, layers=chosen.layers, seed=chosen.seed).describe(tokens.masks).to(device)
    half = chosen.half == "yes" or (chosen.half == "auto" and learning.knows_bfloat16(device))
    settings = {"batch": chosen.batch, "seed": chosen.seed, "half": half, "checkpoint": chosen.checkpoint}
    done = _steps_done(chosen.checkpoint)
    energies = learning.fit(prior, captions, image_tokens, steps=chosen.steps, **settings)
    done += len(energies)
    seconds = time.perf_counter() - start
    if world > 1:
        dist.destroy_process_group()
    if not first:
        return
    model = painter.Painter(tokens, prior.cpu())
    card: dict[str, object] = {"scenes": chosen.scenes, "steps": done, "batch": chosen.batch, "seed": chosen.seed}
    card |= {"half": half, "processes": world, "device": str(device), "torch": torch.__version__}
    card |= {"seconds": round(seconds), "seconds of these before training": round(prepared)}
    if energies:
        card["energy of the last 100 steps"] = f"{sum(energies[-100:]) / len(energies[-100:]):.2f} nats"
    painter.save(model, chosen.to, card)  # before the measuring, which takes minutes and may be stopped
    if done < chosen.steps:
        sys.exit(f"stopped: what {done} of {chosen.steps} steps have taught is in {chosen.to}, not measured")
    if chosen.captions:
        card |= {k: f"{v:.1f} %" for k, v in evaluation.scores(model, count=chosen.captions).items()}
        painter.save(model, chosen.to, card)
    print(*(f"{name}: {value}" for name, value in card.items()), sep="\n")


def _steps_done(checkpoint: Path | None) -> int:
    return int(weights.read(checkpoint)[1].get("step", 0)) if checkpoint and checkpoint.exists() else 0


def _checked(parser: argparse.ArgumentParser, arguments: list[str] | None) -> argparse.Namespace:
    """The command line, refused before the training where it would fail after it."""
    chosen = parser.parse_args(arguments)
    for option, path in (("--to", chosen.to), ("--checkpoint", chosen.checkpoint)):
        if path is not None and (path.is_dir() or not path.absolute().parent.is_dir()):
            parser.error(f"argument {option}: expected a file in a folder that exists, got {path}")
    if not 0 <= chosen.captions <= evaluation.MOST:
        parser.error(f"argument --captions: expected 0 to {evaluation.MOST}, got {chosen.captions}")
    return chosen


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m aecourse.text_to_image.train", description="Train the text-to-image model."
    )
    parser.add_argument("--to", type=Path, required=True, help="file for the weights")
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--batch", type=int, default=64, help="scenes in a step, over all processes")
    parser.add_argument("--scenes", type=int, default=60_000, help="training scenes")
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--layers", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--half", choices=("auto", "yes", "no"), default="auto", help="multiply in bfloat16")
    parser.add_argument("--checkpoint", type=Path, help="file to write every 200 steps, and to go on from")
    parser.add_argument(
        "--captions", type=int, default=1000, help="captions to measure with, seen and never seen; 0: none"
    )
    return parser


if __name__ == "__main__":
    main()

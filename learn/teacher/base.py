"""The base model and how texts go into it: its weights, tokens, batches of like length, and the mean of its outputs.

Both programs use this. Nothing is fetched: the model is a folder that is already there.
"""

import argparse
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from transformers import AutoTokenizer, MPNetConfig, MPNetModel, PreTrainedTokenizerBase

WIDTH = 768
PAD = 1
# A batch of rows longer than this many tokens has fewer rows, so that memory does.
USUAL_TOKENS = 48
# Smaller matrices were not rounded.
ROUNDED_FROM = 10_000


class Base:
    """The base model's weights, ready to be copied into as many networks as there are teachers."""

    def __init__(self, folder: Path, rounded: bool) -> None:
        self.tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self._config = MPNetConfig.from_pretrained(folder, local_files_only=True)
        found = MPNetModel.from_pretrained(folder, local_files_only=True, add_pooling_layer=False)
        self._weights = {name: _rounded(w) if rounded else w for name, w in found.state_dict().items()}

    def network(self) -> MPNetModel:
        """A new copy. It is first made with random weights: the draws for that are part of a teacher's seed."""
        made = MPNetModel(self._config, add_pooling_layer=False)
        made.load_state_dict(self._weights)
        return made

    def tokens(self, texts: Iterable[str], most: int) -> list[list[int]]:
        """Each text's tokens in lower case, cut off after `most`."""
        return self.tokenizer([text.lower() for text in texts], truncation=True, max_length=most)["input_ids"]


def _rounded(weights: torch.Tensor) -> torch.Tensor:
    """Each large matrix as a signed byte a weight and one scale a row."""
    if weights.ndim != 2 or weights.numel() <= ROUNDED_FROM:
        return weights
    scale = weights.abs().amax(1, keepdim=True) / 127
    scale[scale == 0] = 1
    return (weights / scale).round() * scale


def batches(tokens: list[list[int]], order: Iterable[int], size: int) -> list[list[int]]:
    """Puts texts of like length together, at most `size` of them, and fewer of long ones."""
    out: list[list[int]] = []
    batch: list[int] = []
    for at in sorted(order, key=lambda at: len(tokens[at])):
        full = len(batch) >= size or len(tokens[at]) * (len(batch) + 1) > size * USUAL_TOKENS
        if batch and full:
            out.append(batch)
            batch = []
        batch.append(at)
    return [*out, batch]


def padded(tokens: list[list[int]], batch: list[int], device: str) -> tuple[torch.Tensor, torch.Tensor]:
    """A batch's tokens as one matrix, and which of its places hold a token."""
    longest = max(len(tokens[at]) for at in batch)
    ids = np.full((len(batch), longest), PAD, np.int64)
    mask = np.zeros((len(batch), longest), np.int64)
    for line, at in enumerate(batch):
        ids[line, : len(tokens[at])] = tokens[at]
        mask[line, : len(tokens[at])] = 1
    return torch.from_numpy(ids).to(device), torch.from_numpy(mask).to(device)


def mean(network: MPNetModel, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """The mean of the network's outputs over a text's tokens."""
    states = network(input_ids=ids, attention_mask=mask).last_hidden_state
    return (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)


def half(device: str) -> torch.autocast:
    """Sixteen bits a number on a GPU; a CPU reckons in full."""
    return torch.autocast(device, torch.bfloat16, enabled=device == "cuda")


def arguments(about: str) -> argparse.ArgumentParser:
    """The settings both programs have."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--requests", type=Path, default=Path("data/requests"), help="the folder of the rows")
    parser.add_argument("--base", type=Path, required=True, help="the folder of all-mpnet-base-v2")
    parser.add_argument("--work", type=Path, required=True, help="a folder for what is made on the way")
    parser.add_argument("--rounded", action="store_true", help="round the base weights to a signed byte each")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu", choices=["cuda", "cpu"])
    return parser

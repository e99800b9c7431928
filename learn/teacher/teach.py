"""Fine-tunes the teachers and writes what each says of the rows in other words, as variants.jsonl.

Teacher j of the first ten has not seen the rows of fold j, and the last has seen all. A teacher learns a row's task and,
where the data says one, its intent. Only the task it says is kept: no weights and no probabilities.
"""

import hashlib
import json
import random
import time
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

import base
from lessons import LONGEST, Lessons
from rows import FOLDS, LABELS, LETTERS, Row, heads, read_tests, read_training

ALL = FOLDS
ASKED_BATCH = 512
LEARNING_RATE, WEIGHT_DECAY, WARM_UP, LONGEST_STEP = 7e-5, 0.01, 100, 1.0
DROPOUT = 0.1
# What the intent counts beside the task.
INTENT_SHARE = 0.5
# An answer is the sum over this many of the likeliest outputs, in 255ths: so the answers of the run were kept.
LIKELIEST = 4

Say = Callable[[list[str]], np.ndarray]


class Teacher(torch.nn.Module):
    """The base model with one output a head."""

    def __init__(self, model: base.Base, outputs: int) -> None:
        super().__init__()
        self.body = model.network()
        self.dropout = torch.nn.Dropout(DROPOUT)
        self.out = torch.nn.Linear(base.WIDTH, outputs)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """The score of each head."""
        return self.out(self.dropout(base.mean(self.body, ids, mask)))


def loss(scores: torch.Tensor, head: torch.Tensor, label: torch.Tensor, of_label: torch.Tensor) -> torch.Tensor:
    """How little of the share went to the task's heads, and half as much for the intent's where there is one."""
    shares = scores.float().log_softmax(1)
    tasks = torch.log((shares.exp() @ of_label).clamp_min(1e-7))
    task = torch.nn.functional.nll_loss(tasks, label)
    known = head >= 0
    if not known.any():
        return task
    return task + INTENT_SHARE * torch.nn.functional.nll_loss(shares[known], head[known])


def optimizer(net: Teacher, steps: int) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LambdaLR]:
    """AdamW, with weight decay for matrices only; the rate rises over the first steps and then falls in a line."""
    matrices = [weights for weights in net.parameters() if weights.ndim > 1]
    others = [weights for weights in net.parameters() if weights.ndim <= 1]
    groups = [{"params": matrices, "weight_decay": WEIGHT_DECAY}, {"params": others, "weight_decay": 0}]
    made = torch.optim.AdamW(groups, lr=LEARNING_RATE, fused=True)
    rate = torch.optim.lr_scheduler.LambdaLR(
        made, lambda step: min((step + 1) / WARM_UP, max(0.0, (steps - step) / steps))
    )
    return made, rate


def taught(seed: int, rows: list[Row], model: base.Base, args: Namespace) -> Teacher:
    """Teacher number `seed`, who has learnt from the rows outside its fold."""
    torch.manual_seed(seed)
    draw = np.random.default_rng(seed)
    names, labels = heads(rows)
    of_label = torch.nn.functional.one_hot(torch.tensor(labels, device=args.device), len(LABELS)).float()
    lessons = Lessons([row for row in rows if row.fold != seed], names, model, random.Random(seed))
    net = Teacher(model, len(names)).to(args.device)
    stepper, rate = optimizer(net, lessons.steps(args.epochs))
    for _ in range(args.epochs):
        for batch in lessons.epoch(draw):
            with base.half(args.device):
                scores = net(*base.padded(lessons.tokens, batch, args.device))
            head = torch.tensor([lessons.heads[at] for at in batch], device=args.device)
            label = torch.tensor([lessons.labels[at] for at in batch], device=args.device)
            stepper.zero_grad(set_to_none=True)
            loss(scores, head, label, of_label).backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), LONGEST_STEP)
            stepper.step()
            rate.step()
    return net.eval()


def answers(net: Teacher, texts: list[str], labels: list[int], model: base.Base, device: str) -> np.ndarray:
    """The label the teacher says of each text."""
    if not texts:
        return np.zeros(0, np.int64)
    tokens = model.tokens(texts, LONGEST)
    shares = torch.empty(len(texts), len(labels), dtype=torch.float16)
    with torch.no_grad(), base.half(device):
        for batch in base.batches(tokens, range(len(texts)), ASKED_BATCH):
            shares[batch] = net(*base.padded(tokens, batch, device)).float().log_softmax(1).half().cpu()
    values, found = shares.float().exp().topk(LIKELIEST, 1)
    of_label = np.eye(len(LABELS))[np.array(labels)]
    return np.einsum("tk,tkl->tl", (values * 255).round().numpy(), of_label[found.numpy()]).argmax(1)


def right(said: np.ndarray, rows: list[Row]) -> str:
    """The share of the answers that are the rows' labels."""
    hits = sum(int(label) == row.label for label, row in zip(said, rows, strict=True))
    return f"{hits}/{len(rows)} = {hits / len(rows):.4f}" if rows else "none"


def figures(seed: int, rows: list[Row], say: Say, args: Namespace) -> dict[str, str]:
    """How often the teacher is right on BANKING77 rows it has not seen; the one who has seen all, on the test rows."""
    if seed < ALL:
        unseen = [row for row in rows if row.fold == seed and row.group == "b77"]
        return {"unseen banking77": right(say([row.text for row in unseen]), unseen)}
    out = {}
    for name, tests in read_tests(args.requests).items():
        for group in sorted({row.group for row in tests} if name == "dev" else {""}):
            asked = [row for row in tests if group in ("", row.group)]
            out[f"{name} {group}".strip()] = right(say([row.text for row in asked]), asked)
    return out


def ask(seed: int, rows: list[Row], model: base.Base, made: list[dict], args: Namespace) -> dict[str, str]:
    """Makes one teacher and writes what it says of each variant, `-` for those of its fold."""
    began = time.monotonic()
    net, labels = taught(seed, rows, model, args), heads(rows)[1]

    def say(texts: list[str]) -> np.ndarray:
        return answers(net, texts, labels, model, args.device)

    said = iter(say([line["text"] for line in made if line["fold"] != seed]))
    letters = "".join("-" if line["fold"] == seed else LETTERS[next(said)] for line in made)
    out = {"seconds": round(time.monotonic() - began)} | figures(seed, rows, say, args)
    print(json.dumps({"teacher": seed} | out), flush=True)
    return out | {"of": conditions(args), "said": letters}


def conditions(args: Namespace) -> list:
    """What must be the same for all teachers whose answers go into one file."""
    asked = hashlib.sha256((args.work / "reworded.jsonl").read_bytes()).hexdigest()
    return [asked, args.epochs, args.rounded]


def join(made: list[dict], args: Namespace) -> None:
    """Writes variants.jsonl beside the rows, once all eleven teachers have answered."""
    files = [args.work / f"teacher.{seed}.json" for seed in range(ALL + 1)]
    if missing := [file.name for file in files if not file.exists()]:
        print("variants.jsonl is not written yet; missing:", *missing)
        return
    told = [json.loads(file.read_text()) for file in files]
    if any(one["of"] != conditions(args) for one in told):
        raise SystemExit("the teachers' answers are of different variants or settings: run them all again")
    with (args.requests / "variants.jsonl").open("w", encoding="utf-8") as file:
        for line, *letters in zip(made, *(one["said"] for one in told), strict=True):
            entry = {"parent": line["parent"], "text": line["text"], "said": "".join(letters)}
            file.write(json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + "\n")


def main() -> None:
    """Teaches the teachers asked for, one after the other, and joins their answers."""
    parser = base.arguments(__doc__)
    parser.add_argument("--teachers", type=int, nargs="+", default=[ALL, *range(ALL)], choices=range(ALL + 1))
    parser.add_argument("--epochs", type=int, default=5)
    args = parser.parse_args()
    rows, model = read_training(args.requests), base.Base(args.base, args.rounded)
    with (args.work / "reworded.jsonl").open(encoding="utf-8") as file:
        made = [json.loads(line) for line in file]
    for seed in args.teachers:
        told = ask(seed, rows, model, made, args)
        (args.work / f"teacher.{seed}.json").write_text(json.dumps(told))
    join(made, args)


if __name__ == "__main__":
    main()

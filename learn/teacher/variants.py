"""Makes rows in other words: words replaced by their neighbours, left out, mistyped, or two rows of a kind crossed.

What such a text is about is for the teachers to say (teach.py). A variant has the fold of the row it was made from,
and borrows words of rows of that fold only. Texts put in a frame are made as well, for teach.py learns from such
frames; they are not kept, because the shipped trainer makes its own.
"""

import json
import math
import random
import re
from collections import Counter, defaultdict
from pathlib import Path

import torch

import base
from rows import Row, read_training, words

SEED = 5
# How many variants a row of each group has.
VARIANTS = {"b77": 6, "cb": 4, "oos": 6, "off": 1}
VARIANTS_ELSE = 6
LONGEST_PARENT = 400
NEIGHBOURS = 12
LEAST_LIKE = 0.45

STOP = set(
    "i im ive id a an the my me to of in on at it is was be been am are do did does for and or but with that this you "
    "your can could would will has have had not no so if from as by we us he she they them its".split()
)
REPORTS = [
    "customer says", "the customer says that", "customer reports", "client states that", "user writes that",
    "customer is asking", "the caller says", "customer claims", "member says", "cust says",
]  # fmt: skip
BEFORE = [
    "hi", "hello", "hi there", "good morning", "hey", "please help", "hello i hope you can help me",
    "hi i have a question", "um hi yeah so", "yeah hi um i was just calling because", "okay so basically", "right so",
    "i was wondering", "i'm calling about", "hi i'm ringing because", "so the thing is",
    "good afternoon my name is [name] and", "i need some help", "i've got a problem", "quick question",
    "just wanted to ask", "hiya", "excuse me", "to whom it may concern", "well uh",
]  # fmt: skip
AFTER = [
    "thanks", "thank you", "please help", "please advise", "can you help", "can you help me with that", "kind regards",
    "let me know", "what should i do", "cheers", "asap please", "could you look into it",
    "is that something you can do for me", "i'm not sure what to do", "it's urgent", "please sort this out",
    "thanks in advance", "you know",
]  # fmt: skip
FILLERS = ["um", "uh", "like", "you know", "i mean", "well", "so", "er", "basically", "just", "actually"]
TOLD = {
    "i": "they", "im": "they are", "i'm": "they are", "ive": "they have", "i've": "they have", "me": "them",
    "my": "their", "mine": "theirs", "myself": "themselves", "we": "they", "our": "their", "am": "are",
}  # fmt: skip
NEXT_KEYS = {
    "q": "wa", "w": "qe", "e": "wr", "r": "et", "t": "ry", "y": "tu", "u": "yi", "i": "uo", "o": "ip", "p": "o",
    "a": "sq", "s": "ad", "d": "sf", "f": "dg", "g": "fh", "h": "gj", "j": "hk", "k": "jl", "l": "k", "z": "x",
    "x": "zc", "c": "xv", "v": "cb", "b": "vn", "n": "bm", "m": "n",
}  # fmt: skip
WORD = re.compile(r"[\w']+")
PLAIN = re.compile(r"[a-z]{3,}")

Neighbours = dict[str, tuple[list[str], list[float]]]


def neighbours(model: base.Base, rows: list[Row], device: str) -> Neighbours:
    """For each word of the rows, the words whose mean output is most like its own, and their weights."""
    asked = (row for row in rows if row.group != "off")
    count = Counter(word for row in asked for word in set(WORD.findall(row.text.lower())))
    own = [word for word, n in count.items() if n >= 2 and word not in STOP and PLAIN.fullmatch(word)]
    known = sorted({word for word in model.tokenizer.get_vocab() if PLAIN.fullmatch(word)} | set(own))
    places = {word: at for at, word in enumerate(known)}
    vectors = _vectors(model, known, device)
    out = {}
    for word in own:
        likeness, found = (vectors @ vectors[places[word]]).topk(NEIGHBOURS + 1)
        near = [(known[at], like) for at, like in zip(found.tolist(), likeness.tolist())]
        near = [(other, like) for other, like in near if other != word and like > LEAST_LIKE]
        if near:
            out[word] = ([other for other, _ in near], [math.exp(8 * like) for _, like in near])
    return out


def _vectors(model: base.Base, known: list[str], device: str) -> torch.Tensor:
    network = model.network().to(device).eval()
    tokens = model.tokens(known, 12)
    parts = []
    with torch.no_grad():
        for start in range(0, len(known), 512):
            ids, mask = base.padded(tokens, list(range(start, min(start + 512, len(known)))), device)
            with base.half(device):
                parts.append(torch.nn.functional.normalize(base.mean(network, ids, mask).float()))
    return torch.cat(parts)


def mistyped(word: str, draw: random.Random) -> str:
    """A word of four letters or more with one left out, doubled, swapped with the next, or hit one key aside."""
    if len(word) < 4:
        return word
    kind, at = draw.randrange(4), draw.randrange(1, len(word))
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[:at] + word[at] + word[at:]
    if kind == 2 and at + 1 < len(word):
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + draw.choice(NEXT_KEYS.get(word[at], word[at])) + word[at + 1 :]


def framed(text: str, draw: random.Random, asides: list[str]) -> str:
    """The text reported by somebody, among off-topic sentences, or with a greeting, thanks and fillers."""
    kind = draw.random()
    if kind < 0.25:
        report = draw.choice(REPORTS)
        told = " ".join(TOLD.get(word, word) for word in text.lower().split())
        return report + " " + told.replace("their ", draw.choice(["their ", "the customer's "]), 1)
    if kind < 0.45 and asides:
        parts = [draw.choice(asides) for _ in range(draw.randint(1, 2))]
        parts.insert(draw.randrange(len(parts) + 1), text)
        return ". ".join(parts)
    if draw.random() < 0.7:
        text = draw.choice(BEFORE) + " " + text
    if draw.random() < 0.5:
        text = text + " " + draw.choice(AFTER)
    if draw.random() < 0.3:
        said = text.split()
        for _ in range(draw.randint(1, 3)):
            said.insert(draw.randrange(len(said) + 1), draw.choice(FILLERS))
        text = " ".join(said)
    return text


def reworded(text: str, draw: random.Random, near: Neighbours, kin: list[str]) -> str:
    """The text in other words; `kin` are the texts it may be crossed with."""
    said = WORD.findall(text.lower())
    if draw.random() < 0.22:
        other = WORD.findall(draw.choice(kin).lower())
        said = said[: max(2, int(len(said) * draw.uniform(0.3, 0.7)))] + other[int(len(other) * draw.uniform(0.3, 0.7)) :]
    out = []
    for word in said:
        if word in near and draw.random() < 0.22:
            out.append(draw.choices(*near[word])[0])
        elif word not in STOP and draw.random() < 0.04:
            continue
        else:
            out.append(mistyped(word, draw) if draw.random() < 0.05 else word)
    return " ".join(_disordered(out, draw))


def _disordered(said: list[str], draw: random.Random) -> list[str]:
    if draw.random() < 0.1 and len(said) > 3:
        at = draw.randrange(len(said) - 1)
        said[at], said[at + 1] = said[at + 1], said[at]
    if draw.random() < 0.1 and len(said) > 9:
        cut_end = draw.random() < 0.5
        said = said[: draw.randint(6, len(said) - 1)] if cut_end else said[draw.randint(1, 3) :]
    return said


def make(rows: list[Row], near: Neighbours) -> list[tuple[Row, str, bool]]:
    """Every variant with its parent, and whether it is in a frame only."""
    draw = random.Random(SEED)
    asides, kin = defaultdict(list), defaultdict(list)
    for row in rows:
        if row.group == "off":
            asides[row.fold].append(row.text)
        kin[row.kin].append(row.text)
    out = []
    for row in (row for row in rows if len(row.text) <= LONGEST_PARENT):
        for _ in range(VARIANTS.get(row.group, VARIANTS_ELSE)):
            in_frame = draw.random() < (0.5 if row.group == "off" else 0.3)
            text = row.text if in_frame else reworded(row.text, draw, near, kin[row.kin])
            if in_frame or draw.random() < 0.15:
                text = framed(text, draw, asides[row.fold])
            if len(words(text)) >= 2 and text != row.text.lower():
                out.append((row, text, in_frame))
    return out


def main() -> None:
    """Writes reworded.jsonl into the work folder."""
    args = base.arguments(__doc__).parse_args()
    rows = read_training(args.requests)
    made = make(rows, neighbours(base.Base(args.base, args.rounded), rows, args.device))
    kept = [{"parent": row.parent, "fold": row.fold, "text": text} for row, text, in_frame in made if not in_frame]
    args.work.mkdir(parents=True, exist_ok=True)
    with (args.work / "reworded.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in kept)
    print(f"{len(rows)} rows, {len(kept)} in other words")


if __name__ == "__main__":
    main()

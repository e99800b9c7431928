"""Reads the rows the teachers learn from and are measured on: their folds, their labels, their words.

Nothing here changes a row. The folds are those of the shipped trainer (the first four bytes of the SHA-256 of the id, modulo ten).
"""

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

LABELS = ["fraud_check", "kyc_lookup", "dispute_summary", "payment_status", "other"]
LETTERS = "fkdpo"
FOLDS = 10

# Read in this order. The draws of variants.py and teach.py depend on it, so a file goes in at the end or not at all.
TRAINING_FILES = ["train", "handwritten", "spoken.train", "written.train", "narratives.train"]
TEST_FILES = ["dev", "spoken.test", "narratives.test", "mixed.test", "chatter.test", "short.test"]

# Inside a word these are dropped, so that "don't" is one word.
JOINERS = set("'’‘ʼ`\u00ad\ufeff\u200b\u200c\u200d\u2060")
MASKED = re.compile(r"\[[a-z_]+:\d+\]")
LONGEST_WORD = 24


@dataclass(frozen=True)
class Row:
    """One request with its task. `parent` is the id in the file, which the sentence that decides a narrative shares."""

    id: str
    parent: str
    text: str
    task: str
    intent: str
    source: str

    @property
    def fold(self) -> int:
        """The fold whose teacher does not see this row."""
        return int(hashlib.sha256(self.id.encode()).hexdigest()[:8], 16) % FOLDS

    @property
    def label(self) -> int:
        """The task's place in LABELS."""
        return LABELS.index(self.task)

    @property
    def group(self) -> str:
        """What kind of row it is; banking rows, off-topic rows and rows out of scope are treated unlike."""
        if self.source == "banking77":
            return "b77"
        if self.source in ("clinc150/banking", "clinc150/credit_cards"):
            return "cb"
        if self.source == "clinc150/oos":
            return "oos"
        return "off" if self.source.startswith("clinc150") else self.source

    @property
    def head(self) -> str | None:
        """The output a teacher learns for this row beside its task; None where no data set says an intent."""
        if self.group in ("b77", "cb"):
            return f"{self.source}/{self.intent}"
        return self.source if self.group in ("off", "oos") else None

    @property
    def kin(self) -> tuple[int, str]:
        """Rows of one kin may be crossed: they share the fold and say the same kind of thing."""
        return self.fold, self.head or f"~{self.task}{self.source}"


def read_training(folder: Path) -> list[Row]:
    """The training rows; a narrative's deciding sentence is a row of its own behind it."""
    out = []
    for name in TRAINING_FILES:
        for line in _lines(folder, name):
            out.append(_row(line, name.split(".")[0]))
            if "key" in line:
                out.append(Row(line["id"] + "k", line["id"], line["key"], line["task"], "", "narratives"))
    return out


def read_tests(folder: Path) -> dict[str, list[Row]]:
    """The rows that only figures are made of, by their file."""
    return {name: [_row(line, name) for line in _lines(folder, name)] for name in TEST_FILES}


def heads(rows: list[Row]) -> tuple[list[str], list[int]]:
    """A teacher's outputs in order, and the label each counts for: one an intent, and one a task for rows without one."""
    label = {row.head: row.label for row in rows if row.head}
    label |= {f"~/{task}": at for at, task in enumerate(LABELS)}
    names = sorted(label)
    return names, [label[name] for name in names]


def words(text: str) -> list[str]:
    """The words of a text as the shipped model reads them."""
    out, word = [], ""
    for char in unicodedata.normalize("NFKC", MASKED.sub(" ", text)).lower():
        if char.isalnum():
            char = "0" if char.isnumeric() else char
            if len(word) < LONGEST_WORD and not (char == "0" and word.endswith("0")):
                word += char
        elif char not in JOINERS and word:
            out.append(word)
            word = ""
    return out + [word] if word else out


def _lines(folder: Path, name: str) -> list[dict]:
    path = folder / f"{name}.jsonl"
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def _row(line: dict, source: str) -> Row:
    return Row(line["id"], line["id"], line["text"], line["task"], line.get("intent", ""), line.get("source", source))

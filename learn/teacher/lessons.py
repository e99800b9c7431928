"""What one teacher learns, cut into batches: each row it may see as it is, and some in a frame.

The draws are the teacher's own: the same seed and the same rows give the same batches.
"""

import random

import numpy as np

import base
from rows import Row
from variants import LONGEST_PARENT, framed

BATCH, SORTED_TOGETHER = 96, 40
# A row is cut off after so many tokens.
LONGEST = 200
# In each epoch this share of the off-topic rows is seen, and this share of all is in a frame.
OFF_TOPIC_SEEN, FRAMED = 0.3, 0.3


class Lessons:
    """What one teacher learns: each row it may see as it is, and once more in a frame."""

    def __init__(self, rows: list[Row], names: list[str], model: base.Base, draw: random.Random) -> None:
        places = {name: at for at, name in enumerate(names)}
        asides = [row.text for row in rows if row.group == "off"]
        texts = [row.text for row in rows]
        texts += [framed(text, draw, asides) if len(text) < LONGEST_PARENT else text for text in texts]
        self.tokens = model.tokens(texts, LONGEST)
        self.heads = [places[row.head] if row.head else -1 for row in rows] * 2
        self.labels = [row.label for row in rows] * 2
        self.off_topic = np.array([row.group == "off" for row in rows])

    def steps(self, epochs: int) -> int:
        """About how many steps the epochs have; the learning rate falls to nothing over them."""
        seen = len(self.off_topic) - self.off_topic.sum() * (1 - OFF_TOPIC_SEEN)
        return epochs * int(seen / BATCH * 1.05) + 20

    def epoch(self, draw: np.random.Generator) -> list[list[int]]:
        """One epoch's batches: rows of like length together, in random order."""
        count = len(self.off_topic)
        seen = np.flatnonzero(~self.off_topic | (draw.random(count) < OFF_TOPIC_SEEN))
        picked = [int(at) + (count if draw.random() < FRAMED else 0) for at in seen]
        draw.shuffle(picked)
        out = []
        for start in range(0, len(picked), BATCH * SORTED_TOGETHER):
            out += base.batches(self.tokens, picked[start : start + BATCH * SORTED_TOGETHER], BATCH)
        draw.shuffle(out)
        return out

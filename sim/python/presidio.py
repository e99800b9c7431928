#!/usr/bin/env python3
"""Holds Presidio's recognisers with patterns against the messages of `cargo xtask proof pii`.

    python3 sim/python/presidio.py --messages FOLDER

The files in FOLDER have a line of JSON for each message: `set`, `kind`, `way`, `text`, `secret` (places of the characters that must not be left;
empty in messages that hold nothing). Prints one line of JSON: for each threshold and each set, kind and way how many messages there
are and how many it left something of or, where they hold nothing, touched. Its environment is made as those of the SDKs are.

Presidio has its best set-up for these kinds: every recogniser for them, telephone numbers of all the countries that are planted, words
of context by a tokeniser, and for "all" whatever it suspects at all. Names of persons are not compared: they need a language model.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

from run import python_of

THRESHOLDS = {"all": 0.0, "half": 0.5}


def analyzer():
    """Presidio with its patterns, and a tokeniser in place of a language model."""
    import spacy
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine
    from presidio_analyzer import predefined_recognizers as known

    class Tokeniser(NlpEngine):
        """Words alone: what recognisers with patterns take of a language."""

        def __init__(self):
            self.nlp = spacy.blank("en")

        def load(self):
            pass

        def is_loaded(self):
            return True

        def process_text(self, text, language):
            tokens = self.nlp(text)
            lemmas = [token.text.lower() for token in tokens]
            return NlpArtifacts([], tokens, [token.idx for token in tokens], lemmas, self, language)

        def process_batch(self, texts, language, **_):
            for text in texts:
                yield text, self.process_text(text, language)

        def is_stopword(self, word, language):
            return self.nlp.vocab[word].is_stop

        def is_punct(self, word, language):
            return self.nlp.vocab[word].is_punct

        def get_supported_entities(self):
            return []

        def get_supported_languages(self):
            return ["en"]

    regions = ("US", "GB", "DE", "FR", "ES", "IT", "NL", "IE", "PL")
    recognizers = [
        known.CreditCardRecognizer(),
        known.IbanRecognizer(),
        known.EmailRecognizer(),
        known.UsSsnRecognizer(),
        known.UsBankRecognizer(),
        known.PhoneRecognizer(supported_regions=regions),
    ]
    registry = RecognizerRegistry(recognizers=recognizers, supported_languages=["en"])
    return AnalyzerEngine(registry=registry, nlp_engine=Tokeniser(), supported_languages=["en"])


def compare(folder: Path) -> dict:
    engine = analyzer()
    tallies = {name: {} for name in THRESHOLDS}
    count, spent = 0, 0.0
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").split("\n")[:-1]:
            message = json.loads(line)
            began = time.process_time()
            found = engine.analyze(message["text"], language="en", score_threshold=0.0)
            spent += time.process_time() - began
            count += 1
            secret = message["secret"]
            for name, threshold in THRESHOLDS.items():
                spans = [(one.start, one.end) for one in found if one.score > 0 and one.score >= threshold]
                hidden = set()
                for start, end in spans:
                    hidden.update(range(start, end))
                failed = any(place not in hidden for place in secret) if secret else bool(spans)
                key = f'{message["set"]} / {message["kind"]} / {message["way"]}'
                tally = tallies[name].setdefault(key, [0, 0])
                tally[0] += 1
                tally[1] += failed
    return {"tallies": tallies, "messages": count, "cpu_us": round(1e6 * spent / max(count, 1))}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", required=True, type=Path)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        print(json.dumps(compare(options.messages)))
        return 0
    python = python_of("presidio")
    command = [python, __file__, "--messages", options.messages, "--inside"]
    os.execve(python, [str(part) for part in command], {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})


if __name__ == "__main__":
    sys.exit(main())

"""The text analysis: processor time per page, and how often it is right on the demo city's letters.

The letters come with their truth but from building blocks: the figures tell whether something got worse, not how
good the analysis is on a real city's post.
"""

import time
from collections import Counter
from collections.abc import Iterator

from bench.figures import Figure
from ocr.analysis.pipeline import analyse
from ocr.documents import Page, Reading
from workflows.demo.documents import plain_texts

LETTERS = 300
SEED = 20261
PAGES = 5
PAGE_SIZE = 2500
ROUNDS = 3
LIMIT_MS = 10.0
FIELDS = ("kind", "sender_kind", "sender", "recipient", "subject", "date")
LIMITS = {"kind": 0.85, "sender_kind": 0.95, "sender": 0.95, "recipient": 0.95, "subject": 0.95, "date": 0.98}  # fmt: skip
MOST_WRONG = 0.03


def documents() -> Iterator[Reading]:
    """Text documents of five pages of 2,500 characters: letters one after the other, bills left out, because a
    document is rarely both.
    """
    letters = "\n\n".join(t for t, truth in plain_texts(SEED, LETTERS) if not truth["invoice"])
    size = PAGES * PAGE_SIZE
    for start in range(0, len(letters) - size, size):
        chunk = letters[start : start + size]
        parts = [chunk[n : n + PAGE_SIZE] for n in range(0, size, PAGE_SIZE)]
        yield Reading(
            "text/plain", tuple(Page(n, part, "text", 1.0) for n, part in enumerate(parts, 1))
        )


def speed() -> Figure:
    import spacy

    tokenizer = spacy.blank("de")
    readings = list(documents())
    pages = [page.text for reading in readings for page in reading.pages]
    for reading in readings[:3]:
        analyse(reading)
    ours, plain = [], []
    for _ in range(ROUNDS):
        begin = time.process_time()
        for reading in readings:
            analyse(reading)
        middle = time.process_time()
        for text in pages:
            tokenizer.make_doc(text)
        plain.append(time.process_time() - middle)
        ours.append(middle - begin)
    value, reference = (1000 * min(seconds) / len(pages) for seconds in (ours, plain))
    return Figure(
        "Textanalyse, Prozessorzeit je Seite (2.500 Zeichen, fünf Seiten je Dokument)",
        value,
        "ms",
        reference,
        "spaCy blank(de), nur Wörter trennen",
        f"höchstens {LIMIT_MS:.0f} ms",
        value <= LIMIT_MS,
    )


def accuracy() -> list[Figure]:
    right: Counter[str] = Counter()
    wrong_kinds = 0
    for text, truth in plain_texts(SEED, LETTERS):
        fields = analyse(Reading("text/plain", (Page(1, text, "text", 1.0),))).fields
        stated = dict(truth)
        right.update(name for name in FIELDS if fields[name].value == stated[name])
        wrong_kinds += fields["kind"].value not in {None, stated["kind"]}
    figures = [
        Figure(
            f"Erfundene Post, Anteil richtig: {name}",
            right[name] / LETTERS,
            "",
            None,
            "",
            f"mindestens {LIMITS[name]:.2f}",
            right[name] / LETTERS >= LIMITS[name],
        )
        for name in FIELDS
    ]
    share = wrong_kinds / LETTERS
    figures.append(
        Figure(
            "Erfundene Post, falsche Dokumentart vorgeschlagen (statt sich zu enthalten)",
            share,
            "",
            None,
            "",
            f"höchstens {MOST_WRONG:.2f}",
            share <= MOST_WRONG,
        )
    )
    return figures


def measure() -> list[Figure]:
    return [speed(), *accuracy()]

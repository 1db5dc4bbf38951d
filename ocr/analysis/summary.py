"""A summary made of the document's own sentences: centrality in the sense of TextRank (Mihalcea and Tarau, 2004)
on TF-IDF vectors, with a prior for early sentences.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ocr.analysis.layout import Letter
from ocr.analysis.sheet import Sheet
from ocr.documents import Evidence

_END = re.compile(r"[.!?](?=\s|$)|\n\s*\n")
# What a point belongs to without ending a sentence: abbreviations, initials, ordinals („am 3. Mai“).
_NO_END = re.compile(
    r"(?:(?:^|[\s(])[A-Za-zÄÖÜäöü]|\b(?:Nr|bzw|ca|Abs|Art|Dr|Prof|Str|str|ggf|usw|inkl|vgl|gem|Tel|Ziff|Az|z\.B|d\.h|i\.d\.R|Hr|Fr|St|Mio|Mrd)"
    r"|(?:^|\D)\d{1,2})$"
)
_BEGINS = re.compile(r"\s*[A-ZÄÖÜ„\"(\d]|\s*$")
_WORD = re.compile(r"[^\W\d_]{4,}")
_STEM = 6
"""Letters that stand for a word: enough to bring German inflections together."""
_STOP = frozenset(
    "dieser dieses diesem diesen nicht haben hatte werden wurde wurden sind eine einer eines einem einen ihre ihrer ihrem ihren unser unsere unserer auch oder aber dass wenn sich nach durch über unter gegen bitte sowie kann können".split()  # noqa: SIM905
)
_SHORT, _LONG = 35, 400
_MAX_SENTENCES = 60
_PAGES = 5


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a page: ``text == page.text[start:end]``."""

    page: int
    start: int
    end: int
    text: str


def sentences(letter: Letter, sheets: Sequence[Sheet]) -> list[Sentence]:
    """Whole sentences of the letter's body and the pages behind it; no tables, no headers."""
    found: list[Sentence] = []
    for sheet in sheets[:_PAGES]:
        low, high = 0, len(sheet.text)
        if sheet is letter.sheet and letter.body:
            low, high = letter.body[0].start, letter.body[-1].end
        at = low
        for stop in _END.finditer(sheet.text, low, high):
            if stop[0] == "." and not _ends(sheet.text, stop.start(), stop.end()):
                continue
            _keep(found, sheet, at, stop.end())
            at = stop.end()
        _keep(found, sheet, at, high)
        if len(found) >= _MAX_SENTENCES:
            break
    return found[:_MAX_SENTENCES]


def _ends(text: str, point: int, behind: int) -> bool:
    return not _NO_END.search(text, max(0, point - 8), point) and bool(_BEGINS.match(text, behind))


def _keep(found: list[Sentence], sheet: Sheet, start: int, end: int) -> None:
    raw = sheet.text[start:end]
    text = raw.strip()
    if (
        not _SHORT <= len(text) <= _LONG
        or text[-1] not in ".!?"
        or not (text[0].isupper() or start <= 0 or text[0].islower())
    ):
        return
    digits = sum(map(str.isdigit, text))
    if digits > len(text) * 0.2 or text.count("\n") > 6 or len(text.split()) < 6:
        return
    start += len(raw) - len(raw.lstrip())
    found.append(Sentence(sheet.number, start, start + len(text), text))


def _stems(text: str) -> Counter[str]:
    return Counter(word[:_STEM] for word in _WORD.findall(text.lower()) if word not in _STOP)


def summarise(letter: Letter, sheets: Sequence[Sheet], count: int = 3) -> tuple[Evidence, ...]:
    """Up to ``count`` sentences in the order of the text, the weight being their share of the centrality."""
    candidates = sentences(letter, sheets)
    if not candidates:
        return ()
    scores = _centrality([_stems(sentence.text) for sentence in candidates])
    best = sorted(range(len(candidates)), key=lambda i: -scores[i])[:count]
    return tuple(
        Evidence(s.page, s.start, s.end, s.text, "summary.central", round(float(scores[i]), 3))
        for i in sorted(best)
        for s in [candidates[i]]
    )


def _centrality(bags: Sequence[Counter[str]]) -> list[float]:
    """Between 0 and 1 for each sentence: power iteration over cosine similarities, restarting at early sentences."""
    import numpy as np

    vocabulary = {
        stem: i for i, stem in enumerate(dict.fromkeys(stem for bag in bags for stem in bag))
    }
    n = len(bags)
    prior = 1.0 / (1.0 + np.arange(n) / 3.0)
    prior /= prior.sum()
    if n > 1 and vocabulary:
        matrix = np.zeros((n, len(vocabulary)), dtype=np.float32)
        for row, bag in enumerate(bags):
            for stem, times in bag.items():
                matrix[row, vocabulary[stem]] = times
        matrix *= np.log(1.0 + n / (matrix > 0).sum(axis=0))
        norms = np.linalg.norm(matrix, axis=1, keepdims=True)
        matrix /= np.where(norms > 0, norms, 1.0)
        similar = matrix @ matrix.T
        np.fill_diagonal(similar, 0.0)
        sums = similar.sum(axis=0)
        transition = np.where(sums > 0, similar / np.where(sums > 0, sums, 1.0), 1.0 / n)
        rank = prior.copy()
        for _ in range(20):
            rank = 0.7 * (transition @ rank) + 0.3 * prior
    else:
        rank = prior
    top = float(rank.max()) or 1.0
    return [float(value) / top for value in rank]

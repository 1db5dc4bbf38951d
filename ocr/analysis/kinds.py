"""The kind of a document, by weighted cues in its title and text (config/seed/kinds.yaml)."""

import re
from collections.abc import Sequence

from ocr.analysis import profiles
from ocr.analysis.layout import Letter
from ocr.analysis.profiles import Zone
from ocr.analysis.sheet import Line, Sheet, fold
from ocr.documents import Field

_SPACED = re.compile(
    r"^(?:[^\W_][ ]){3,}[^\W_](?![^\W_])|(?:[ ]|^)(?:[^\W_][ ]-?[ ]?){4,}[^\W_](?![^\W_])"
)
_PAGES = 3


def zones_of(letter: Letter, sheets: Sequence[Sheet], mail_subject: str | None) -> list[Zone]:
    """Title zones (subject, mail subject, headings) and the text of the first pages and the last."""
    zones: list[Zone] = []
    subject = letter.stated_subject if mail_subject else letter.subject_lines
    if mail_subject:
        zones.append(Zone("title", fold(mail_subject), mail_subject, None, None))
    zones.extend(_title(line, letter.sheet, 1.0) for line in subject)
    starts = {line.start for line in subject}
    zones.extend(
        _title(line, letter.sheet, 0.85)
        for line in letter.head[:45]
        if line.start not in starts and _is_heading(line)
    )
    shown = [*sheets[:_PAGES], *(sheets[-1:] if len(sheets) > _PAGES else ())]
    zones.extend(Zone("text", sheet.folded, sheet.text, sheet.number, 0) for sheet in shown)
    return zones


def _title(line: Line, sheet: Sheet, weight: float) -> Zone:
    if _SPACED.search(line.text):  # R E C H N U N G
        joined = re.sub(r"(?<=[^\W_])[ ](?=[^\W_](?:[ ]|$))", "", fold(line.text))
        return Zone("title", joined, line.text, sheet.number, line.start, whole=True, weight=weight)
    return Zone("title", fold(line.text), line.text, sheet.number, line.start, weight=weight)


def _is_heading(line: Line) -> bool:
    """Few words, no sentence, no „label: value“ unless it says what the document is."""
    text = line.text
    return (
        4 <= len(text) <= 70
        and sum(len(word) > 1 for word in text.split()) <= 7
        and text[-1] not in ",;"
        and (":" not in text or text.isupper())
        and any(c.isupper() for c in text[:3])
    )


def find_kind(zones: Sequence[Zone]) -> Field:
    """The document's kind, ``None`` where no kind is sure enough."""
    kinds, _ = profiles.seed()
    return profiles.decide(zones, kinds, rule="kind")

"""Invented letters, one or two for each kind: what the analysis makes of them."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from ocr.analysis.gazetteers import Gazetteers
from ocr.analysis.pipeline import analyse
from ocr.documents import Analysis, Page, Reading

LETTERS: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("letters.yaml").read_text("utf-8")
)
KINDS = {
    "Antrag", "Anzeige/Meldung", "Anfrage", "Bescheid", "Bescheinigung", "Anhörung", "Stellungnahme", "Widerspruch",
    "Einspruch", "Beschwerde", "Dienstaufsichtsbeschwerde", "Kündigung", "Vertrag", "Angebot", "Lieferschein", "Rechnung",
    "Gutschrift", "Mahnung", "Einladung", "Protokoll", "Vermerk", "Vollmacht", "Bewerbung", "Urteil", "Beschluss", "Ladung",
    "Zustellungsurkunde", "Newsletter/Werbung", "Sonstiges",
}  # fmt: skip


def reading(letter: dict[str, Any]) -> Reading:
    mail = letter.get("mail")
    return Reading(
        "message/rfc822" if mail else "application/pdf",
        (Page(1, letter["text"], "text", 1.0),),
        properties=dict(mail or {}),
    )


def test_every_kind_has_a_letter() -> None:
    assert {letter["kind"] for letter in LETTERS} == KINDS


@pytest.mark.parametrize("letter", LETTERS, ids=[f"{n}-{x['kind']}" for n, x in enumerate(LETTERS)])
def test_letter(letter: dict[str, Any], gazetteers: Gazetteers) -> None:
    analysis = analyse(reading(letter), gazetteers)
    found = {key: field.value for key, field in analysis.fields.items()}
    expected = {
        key: letter[key] for key in ("kind", "sender_kind", "subject", "sender") if key in letter
    }
    expected["date"] = str(letter["date"])
    assert {key: found[key] for key in expected} == expected
    _proves_itself(analysis, letter["text"])


def _proves_itself(analysis: Analysis, text: str) -> None:
    """Every piece of evidence with a place says what stands there."""
    pieces = [e for field in analysis.fields.values() for e in field.evidence] + list(
        analysis.summary
    )
    for piece in pieces:
        if piece.start is not None:
            assert text[piece.start : piece.end] == piece.text
    for finding in analysis.findings:
        assert text[finding.start : finding.end] == finding.value

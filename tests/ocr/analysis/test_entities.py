"""Gazetteers and models on spaCy: what a model adds, and what happens without it."""

from dataclasses import replace
from pathlib import Path

import pytest

from ocr.analysis.entities import find_entities
from ocr.analysis.gazetteers import Gazetteers
from ocr.analysis.sheet import Sheet
from ocr.documents import Page

TEXT = "Im Ort\nTomasz Brandl traf Quirina Zapf an der Lerchenhalde 5b."


def names(gazetteers: Gazetteers) -> list[tuple[str, str]]:
    sheet = Sheet(Page(1, TEXT, "text", 1.0))
    hits = list(find_entities(sheet, gazetteers))
    assert all(" ".join(TEXT[h.start : h.end].split()) for h in hits)
    return [(hit.rule, hit.normalized) for hit in hits]


def test_known_staff_and_streets_are_found_without_a_model(gazetteers: Gazetteers) -> None:
    assert names(gazetteers) == [
        ("person.gazetteer", "Tomasz Brandl"),
        ("address.gazetteer", "Lerchenhalde 5b"),
    ]


def test_an_installed_model_adds_its_entities(gazetteers: Gazetteers, tmp_path: Path) -> None:
    import spacy

    model = spacy.blank("de")
    ruler = model.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "PER", "pattern": "Quirina Zapf"}])  # type: ignore[attr-defined]
    model.to_disk(tmp_path / "model")
    found = names(replace(gazetteers, model=str(tmp_path / "model")))
    assert ("person.model", "Quirina Zapf") in found
    assert ("person.gazetteer", "Tomasz Brandl") in found


def test_a_missing_model_leaves_the_rules(
    gazetteers: Gazetteers, caplog: pytest.LogCaptureFixture
) -> None:
    assert names(replace(gazetteers, model="no_such_model")) == names(gazetteers)
    assert "no_such_model" in caplog.text


def test_the_demo_city_is_known_by_default() -> None:
    default = Gazetteers.default()
    assert default.organisations
    assert default.streets
    assert default.staff
    assert default.aktenzeichen_patterns

"""``rathaus ocr read``: one JSON document, or one German line and exit code 2."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ocr.commands import app

INVOICES = Path(__file__).parents[3].parent / "shared" / "samples" / "invoices"


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["read", *arguments])


def test_json_has_the_shape_of_the_contract(samples: Any, tmp_path: Path) -> None:
    path = tmp_path / "brief.pdf"
    path.write_bytes(
        samples.pdf(
            samples.printed(
                "Bitte überweisen Sie 12,50 EUR auf das Konto DE89 3704 0044 0532 0130 00."
            )
        )
    )

    result = run(str(path), "--json")

    assert result.exit_code == 0
    shown = json.loads(result.stdout)
    assert shown["type"] == "application/pdf"
    page = shown["pages"][0]
    assert {"number", "method", "confidence", "rotation", "text"} <= set(page)
    (iban,) = [finding for finding in shown["findings"] if finding["kind"] == "iban"]
    assert set(iban) >= {
        "kind", "value", "normalized", "valid", "page", "start", "end", "box", "rule", "confidence",
    }  # fmt: skip
    assert (iban["normalized"], iban["valid"], iban["page"]) == ("DE89370400440532013000", True, 1)
    assert page["text"][iban["start"] : iban["end"]] == iban["value"]
    assert len(iban["box"]) == 4
    assert set(shown["document"]) == {"kind", "date", "subject", "sender", "recipient", "language"}
    assert shown["attachments"] == []


def test_attachments_are_named_with_type_and_size(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(
        b"From: a@example.org\nTo: b@example.org\nSubject: x\nMIME-Version: 1.0\nContent-Type: application/pdf\n"
        b"Content-Disposition: attachment; filename=plan.pdf\n\n%PDF-1.4"
    )
    shown = json.loads(run(str(path), "--json").stdout)
    assert shown["attachments"] == [{"name": "plan.pdf", "type": "application/pdf", "size": 8}]
    assert shown["invoice"] is None


def test_without_json_people_can_read_it(samples: Any, tmp_path: Path) -> None:
    path = tmp_path / "brief.pdf"
    path.write_bytes(samples.pdf(samples.printed()))
    result = run(str(path))
    assert result.exit_code == 0
    assert "application/pdf" in result.stdout
    assert "Fundstellen" in result.stdout


@pytest.mark.parametrize("kind", ["missing", "folder", "empty", "program", "torn", "control"])
def test_what_can_not_be_read_is_one_german_line(kind: str, tmp_path: Path) -> None:
    path = tmp_path / ("b\nö\x1bse.pdf" if kind == "control" else "datei.pdf")
    if kind == "folder":
        path.mkdir()
    elif kind != "missing":
        content = {
            "empty": b"",
            "program": b"MZ" + bytes(200),
            "torn": b"%PDF-1.7\n1 0 obj",
            "control": b"",
        }
        path.write_bytes(content[kind])

    result = run(str(path), "--json")

    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.endswith((".\n", "!\n"))
    assert result.stderr.count("\n") == 1
    assert "\x1b" not in result.stderr


@pytest.mark.skipif(not INVOICES.is_dir(), reason="sample invoices are not beside this checkout")
def test_a_sample_invoice_with_embedded_data() -> None:
    shown = json.loads(run(str(INVOICES / "ZUGFeRD_1p0_BASIC_Einfach.pdf"), "--json").stdout)
    assert shown["attachments"][0]["type"] == "application/xml"
    assert shown["invoice"]["total"] == "235.62"
    assert shown["invoice"]["date"] == "2013-03-05"

"""Details of a kind: shown as understood, confirmed by people, written the German way."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflows.eakte.town import TREE_LETTER, Town, letter
from workflows.eakte.filing import change_document
from workflows.eakte.metadata import MetadataError, checked, details_of, shown
from workflows.eakte.queries import search_documents, versions
from workflows.eakte.versions import add_version


def test_a_bill_shows_what_was_understood_until_somebody_says_otherwise() -> None:
    stored = {"invoice": {"number": "R-7", "total": "119.00"}}
    values = {detail.key: value for detail, value in shown("Rechnung", stored)}
    assert (values["invoice_number"], values["total"], values["iban"]) == ("R-7", "119.00", None)
    stored["confirmed"] = {"total": "118.00"}
    assert {d.key: v for d, v in shown("Rechnung", stored)}["total"] == "118.00"


def test_values_are_normalised_or_explained() -> None:
    given_values = {
        "total": "1.234,5 €",
        "invoice_date": "3.9.2026",
        "invoice_number": " A  1 ",
        "iban": "",
    }
    assert checked("Rechnung", given_values) == {
        "total": "1234.50", "invoice_date": "2026-09-03", "invoice_number": "A 1", "iban": None,
    }  # fmt: skip
    for wrong in (
        {"total": "viel"},
        {"invoice_date": "31.02.2026"},
        {"gibtsnicht": "x"},
        {"total": "1e99"},
    ):
        with pytest.raises(MetadataError):
            checked("Rechnung", wrong)


@given(st.sampled_from(["Rechnung", "Vertrag", None]), st.text(max_size=40))
def test_any_input_is_taken_or_refused_with_a_german_line(kind: str | None, text: str) -> None:
    for detail in details_of(kind):
        with suppress(MetadataError):
            assert set(checked(kind, {detail.key: text})) == {detail.key}


def test_a_new_version_is_read_and_the_first_one_stays(town: Town) -> None:
    receipt = town.receive(letter(*TREE_LETTER), "antrag.pdf", actor=town.clerk)
    town.process()
    document = town.document(receipt)
    number = add_version(
        town.house, town.clerk, document.id, document.revision, "antrag-neu.pdf",
        letter("Betreff: Antrag auf Fällung einer Zeder", "Die Zeder ist morsch."), "berichtigt",
    )  # fmt: skip
    town.process()
    assert number == 2
    with town.house.database.read() as session:
        known = versions(session, town.clerk, document.id)
        assert [(each.number, each.file_name, each.note) for each in known] == [
            (1, "antrag.pdf", "Eingang"), (2, "antrag-neu.pdf", "berichtigt"),
        ]  # fmt: skip
        assert search_documents(session, town.clerk, "Zeder").total == 1
        assert (
            search_documents(session, town.clerk, "Birke").total == 1
        )  # in the confirmed title, not in the text
    assert town.house.blobs.read(receipt.sha256) == letter(*TREE_LETTER)
    assert town.document(receipt).kind == "Antrag"


def test_details_of_the_kind_are_kept_with_the_document(town: Town) -> None:
    receipt = town.receive(letter(*TREE_LETTER), "antrag.pdf", actor=town.clerk)
    town.process()
    document = town.document(receipt)
    change = {"kind": "Vertrag", "details": {"begins": "1.1.2027"}}
    town.house.database.run(
        lambda s: change_document(
            s, town.clerk, document.id, document.revision, change, now=town.clock()
        )
    )
    assert town.document(receipt).details["confirmed"] == {"begins": "2027-01-01"}

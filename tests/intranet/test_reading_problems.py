"""What could not be read is said on the document page and marked in the inbox."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from ocr.documents import Attachment, Page, Reading
from ocr.packing import pack_reading
from storage.actors import System
from workflows.eakte.queries import visible_document
from workflows.eakte.receiving import Incoming, receive
from workflows.eakte.tables import Document, StoredReading

Browse = Callable[..., AppTest]
HOUSE = System("test")


def words(app: AppTest) -> str:
    return " ".join(each.proto.body for each in app.get("html"))


def half_read(furnished: Any, small: Any, number: str) -> UUID:
    """A letter of two pages, of which one was skipped, with a file inside."""
    content = small.pdf(small.BILL.replace("2026-117", number))
    receipt = receive(
        furnished.house,
        HOUSE,
        Incoming(f"{number}.pdf", content, furnished.office("ordnungsamt")),
    )
    small.read_post(furnished.house)
    assert receipt.document is not None
    pages = (
        Page(1, "Rechnung", "text", 1.0),
        Page(2, "", "none", 0.0, problem="Diese Seite wurde ausgelassen."),
    )
    reading = Reading(
        "application/pdf", pages, (Attachment("tabelle.xml", "text/xml", 2048, b""),),
        warnings=("1 von 2 Seiten ohne lesbaren Text.",),
    )  # fmt: skip
    with furnished.house.database.write() as session:
        session.execute(
            update(StoredReading)
            .where(StoredReading.document_id == receipt.document)
            .values(content=pack_reading(reading))
        )
        document = session.get_one(Document, receipt.document)
        document.details = {**document.details, "problems": 2}
    return receipt.document


def test_the_page_names_what_was_not_read_and_reads_it_again(
    browse: Browse, furnished: Any, small: Any
) -> None:
    document = half_read(furnished, small, "L-1")
    assert "nicht alles gelesen" in words(browse("anna.beispiel", "posteingang.py"))
    app = browse("anna.beispiel", "dokument.py", id=str(document))
    (warning,) = app.warning
    assert r"Seite 2: Diese Seite wurde ausgelassen" in warning.value
    assert "ohne lesbaren Text" not in warning.value
    assert "tabelle.xml (2 KB)" in words(app)
    app.button(key="lesen").click().run()
    assert not app.exception
    small.read_post(furnished.house)
    with furnished.house.database.read() as session:
        row = visible_document(session, HOUSE, document)
    assert row.state == "ready"
    assert "problems" not in row.details
    assert not browse("anna.beispiel", "dokument.py", id=str(document)).warning

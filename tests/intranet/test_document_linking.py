"""Linking two documents: the other one is found by words or Aktenzeichen, never out of sight."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from streamlit.testing.v1 import AppTest

from storage.actors import System
from workflows.eakte.queries import links_of
from workflows.eakte.receiving import Incoming, receive

Browse = Callable[..., AppTest]
HOUSE = System("test")


def hand_in(
    furnished: Any, small: Any, number: str, what: str, office: str = "ordnungsamt"
) -> UUID:
    content = small.pdf(small.BILL.replace("2026-117", number).replace("Absperrgitter", what))
    incoming = Incoming(f"{number}.pdf", content, furnished.office(office))
    receipt = receive(furnished.house, HOUSE, incoming)
    small.read_post(furnished.house)
    assert receipt.document is not None
    return receipt.document


def field(app: AppTest) -> Any:
    return next(each for each in app.text_input if each.label == "Anderes Dokument suchen")


def offered(app: AppTest) -> list[str]:
    return [each for box in app.selectbox if box.label == "Dokument" for each in box.options]


def test_the_other_document_is_found_by_words_and_linked(
    browse: Browse, furnished: Any, small: Any
) -> None:
    one = hand_in(furnished, small, "V-1", "Poller")
    other = hand_in(furnished, small, "V-2", "Zwergziegen")
    hidden = hand_in(furnished, small, "V-3", "Zwergziegen", "hauptamt")
    app = browse("anna.beispiel", "dokument.py", id=str(one))
    field(app).set_value("Zwergzieg").run()
    (line,) = offered(app)
    assert "V-2" in line
    app.button(key="verknuepfen").click().run()
    assert not app.exception
    assert not app.error
    with furnished.house.database.read() as session:
        assert [each.id for _, each in links_of(session, HOUSE, one)] == [other]
    field(app).set_value(f"/dokument?id={hidden}").run()
    assert offered(app) == []
    field(app).set_value(f"http://rathaus.example/dokument?id={other}").run()
    assert len(offered(app)) == 1

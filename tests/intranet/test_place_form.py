"""Choosing where a document goes: one key never files a letter into another citizen's Vorgang."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from storage.actors import System
from workflows.eakte.akten import close_vorgang
from workflows.eakte.queries import visible_document
from workflows.eakte.receiving import Incoming, receive
from workflows.eakte.tables import Akte, Document, Vorgang

Browse = Callable[..., AppTest]
HOUSE = System("test")
LETTER = """{sender}
Gartenweg 5, 78901 Ahlenfurt

Stadt Ahlenfurt
Ordnungsamt

Datum: 12.02.2026

Rechnung {number}
{quote}

Sehr geehrte Damen und Herren,
bitte überweisen Sie den Rechnungsbetrag von 20,00 EUR für {what}.

Mit freundlichen Grüßen
{sender}
"""


def hand_in(furnished: Any, small: Any, sender: str, number: str, quote: str = "") -> UUID:
    text = LETTER.format(sender=sender, number=number, quote=quote, what=f"Auslagen {number}")
    receipt = receive(
        furnished.house,
        HOUSE,
        Incoming(f"{number}.pdf", small.pdf(text), furnished.office("ordnungsamt")),
    )
    small.read_post(furnished.house)
    assert receipt.document is not None
    return receipt.document


def stored(furnished: Any, document: UUID) -> Document:
    with furnished.house.database.read() as session:
        return visible_document(session, HOUSE, document)


def akte_of(furnished: Any, document: UUID) -> Akte:
    with furnished.house.database.read() as session:
        return session.get_one(Akte, stored(furnished, document).akte_id)  # type: ignore[no-any-return]


def vorgang_list(app: AppTest) -> Any:
    return next(each for each in app.selectbox if each.label == "Vorgang")


def captions(app: AppTest) -> str:
    return " ".join(str(each.value) for each in app.caption)


def file_at_once(browse: Browse, document: UUID) -> AppTest:
    app = browse("anna.beispiel", "dokument.py", id=str(document))
    app.button(key="ablegen").click().run()
    assert not app.exception
    assert not app.error
    return app


@pytest.fixture
def adele(browse: Browse, furnished: Any, small: Any) -> UUID:
    """A first citizen's letter, filed with one key."""
    document = hand_in(furnished, small, "Adele Krumm GmbH", "P-1")
    file_at_once(browse, document)
    return document


def test_one_key_opens_a_new_akte_for_another_sender(
    browse: Browse, furnished: Any, small: Any, adele: UUID
) -> None:
    other = hand_in(furnished, small, "Berthold Neu GmbH", "P-2")
    file_at_once(browse, other)
    assert stored(furnished, other).state == "filed"
    assert stored(furnished, other).vorgang_id != stored(furnished, adele).vorgang_id
    assert akte_of(furnished, other).id != akte_of(furnished, adele).id


def test_a_quoted_aktenzeichen_leads_to_its_vorgang_and_says_so(
    browse: Browse, furnished: Any, small: Any, adele: UUID
) -> None:
    mark = akte_of(furnished, adele).reference
    answer = hand_in(furnished, small, "Cäsar Anwalt GmbH", "P-3", f"Ihr Aktenzeichen: {mark}")
    app = browse("anna.beispiel", "dokument.py", id=str(answer))
    assert "Vorgeschlagen, weil das Schreiben das Aktenzeichen" in captions(app)
    app.button(key="ablegen").click().run()
    assert not app.error
    assert stored(furnished, answer).vorgang_id == stored(furnished, adele).vorgang_id


def test_a_closed_vorgang_leaves_its_akte_to_be_found_by_words(
    browse: Browse, furnished: Any, small: Any, adele: UUID
) -> None:
    house, akte = furnished.house, akte_of(furnished, adele)
    with house.database.write() as session:
        for vorgang in session.scalars(select(Vorgang.id).where(Vorgang.akte_id == akte.id)).all():
            close_vorgang(session, HOUSE, vorgang, now=house.clock())
    late = hand_in(furnished, small, "Dora Spät GmbH", "P-4")
    app = browse("anna.beispiel", "dokument.py", id=str(late))
    field = next(each for each in app.text_input if each.label == "Akte oder Vorgang suchen")
    field.set_value(akte.reference).run()
    assert vorgang_list(app).value is None
    app.button(key="ablegen").click().run()
    assert "Bitte wählen Sie zuerst den Vorgang" in app.error[0].value
    assert stored(furnished, late).state == "ready"
    assert vorgang_list(app).options[0].startswith(f"Neuer Vorgang in {akte.reference}")
    vorgang_list(app).select_index(0).run()
    app.button(key="ablegen").click().run()
    assert not app.error
    assert stored(furnished, late).akte_id == akte.id

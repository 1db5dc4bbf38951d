"""Several documents at once: only what one has seen is done, and what can't be done is said for each."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from storage.actors import System
from storage.database import Database
from workflows.eakte.queries import visible_document
from workflows.eakte.receiving import Incoming, receive
from workflows.eakte.tables import Document

Browse = Callable[..., AppTest]


@pytest.fixture
def two(furnished: Any, small: Any) -> list[UUID]:
    office = furnished.office("ordnungsamt")
    found = []
    for number in (811, 812):
        content = small.pdf(small.bill(f"2026-{number}"))
        receipt = receive(
            furnished.house, System("test"), Incoming(f"viele-{number}.pdf", content, office)
        )
        found.append(receipt.document)
    small.read_post(furnished.house)
    return found


def tick(browse: Browse, documents: list[UUID]) -> AppTest:
    app = browse("anna.beispiel", "posteingang.py")
    app.toggle(key="mehrere").set_value(True).run()
    for document in documents:
        app.checkbox(key=f"wahl-{document}-False").check()
    app.run()
    app.text_input[0].set_value("Werbung")
    return app


def states(furnished: Any, documents: list[UUID]) -> list[str]:
    with furnished.house.database.read() as session:
        return [visible_document(session, System("test"), each).state for each in documents]


def test_what_somebody_changed_since_it_was_drawn_is_left_alone(
    browse: Browse, furnished: Any, two: list[UUID]
) -> None:
    app = tick(browse, two)
    app.run()
    with furnished.house.database.write() as session:
        session.scalars(select(Document).where(Document.id == two[0])).one().revision += 1
    app.button(key="viele-weg").click().run()
    assert not app.exception
    assert states(furnished, two) == ["ready", "discarded"]
    (problem,) = [each.value for each in app.error]
    assert "2026" in problem
    again = tick(browse, two[:1])
    again.button(key="viele-weg").click().run()
    assert states(furnished, two) == ["discarded", "discarded"]


def test_a_database_that_is_held_is_said_for_each(
    browse: Browse, furnished: Any, two: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = tick(browse, two)
    app.run()
    other = Database(furnished.house.settings.database)
    monkeypatch.setattr("storage.database.BUSY_TIMEOUT_MS", 50)
    with other.write():
        app.button(key="viele-weg").click().run()
    other.close()
    assert not app.exception
    assert ["überlastet" in each.value for each in app.error] == [True, True]
    assert states(furnished, two) == ["ready", "ready"]

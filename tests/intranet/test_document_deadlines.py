"""Deadlines on the pages: every step in words, a first day that is missing, and the one that is due next."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from ocr.legal.calendar import next_working_day
from storage.actors import System
from storage.clock import local_date
from workflows.eakte.queries import visible_document
from workflows.eakte.receiving import Incoming, receive

Browse = Callable[..., AppTest]

LETTER = """Musterbau Beispiel GmbH
Hafenweg 3, 78901 Ahlenfurt

Datum: {letter}

Bescheid über Beiträge {number}

Sehr geehrte Damen und Herren,
bitte überweisen Sie spätestens bis zum {past}.
Gegen diesen Bescheid kann innerhalb eines Monats nach Bekanntgabe Widerspruch erhoben werden.
Reichen Sie die Nachweise binnen 14 Tagen ein.

Mit freundlichen Grüßen
Walter Tannhäußer
"""


def words(app: AppTest) -> str:
    return " ".join(each.proto.body for each in app.get("html"))


@pytest.fixture
def hand_in(furnished: Any, small: Any) -> Callable[[str], UUID]:
    today = local_date(furnished.house.clock())

    def put(number: str) -> UUID:
        text = LETTER.format(
            number=number,
            letter=f"{today - timedelta(3):%d.%m.%Y}",
            past=f"{today - timedelta(1):%d.%m.%Y}",
        )
        office = furnished.office("ordnungsamt")
        receipt = receive(
            furnished.house, System("test"), Incoming(f"{number}.pdf", small.pdf(text), office)
        )
        small.read_post(furnished.house)
        found: UUID = receipt.document
        return found

    return put


def stored(furnished: Any, document: UUID) -> Any:
    with furnished.house.database.read() as session:
        return visible_document(session, System("test"), document)


def test_every_step_is_shown_and_the_next_deadline_comes_first(
    browse: Browse, hand_in: Callable[[str], UUID]
) -> None:
    shown = words(browse("anna.beispiel", "dokument.py", id=str(hand_in("F-1"))))
    assert "Wert nicht bestätigt" in shown
    assert "§" in shown
    assert "bitte den ersten Tag eintragen" in shown
    objection, unknown, past = (
        shown.index("eines Monats"),
        shown.index("der letzte Tag ist noch offen"),
        shown.index("vorbei"),
    )
    assert objection < unknown < past


def test_a_missing_first_day_is_entered_on_the_page(
    browse: Browse, furnished: Any, hand_in: Callable[[str], UUID]
) -> None:
    document = hand_in("F-2")
    today = local_date(furnished.house.clock())
    app = browse("anna.beispiel", "dokument.py", id=str(document))
    field = next(each for each in app.date_input if each.label == "Erster Tag am")
    place = field.key.removeprefix("tag-").partition(f"-{document}")[0]
    field.set_value(today - timedelta(2)).run()
    app.button(key=f"rechnen-{place}").click().run()
    assert not app.exception
    assert not app.error
    last = next_working_day(today + timedelta(12))
    assert last.isoformat() in stored(furnished, document).details["deadlines"]
    assert "im Haus eingetragen" in words(app)


def test_filed_deadlines_wait_on_the_start_page_until_they_are_done(
    browse: Browse, furnished: Any, hand_in: Callable[[str], UUID]
) -> None:
    document = hand_in("F-3")
    due = local_date(furnished.house.clock()) + timedelta(20)
    app = browse("anna.beispiel", "dokument.py", id=str(document))
    next(each for each in app.text_input if each.label == "Frist").set_value(
        f"{due:%d.%m.%Y}"
    ).run()
    app.button(key="ablegen").click().run()
    assert not app.exception
    assert not app.error
    title = stored(furnished, document).title
    start = words(browse("anna.beispiel"))
    assert f"Frist: {title}" in start
    assert f"in 20 Tagen ({due:%d.%m.%Y})" in start
    app = browse("anna.beispiel", "dokument.py", id=str(document))
    assert "Nächste Frist" in words(app)
    app.button(key="frist-erledigt").click().run()
    assert not app.error
    assert due.isoformat() not in stored(furnished, document).details["deadlines"]


def test_the_inbox_names_the_deadline_a_person_entered(furnished: Any) -> None:
    from intranet.views.inbox import line
    from workflows.eakte.queries import InboxRow

    now = furnished.house.clock()
    due = local_date(now) + timedelta(5)
    row = InboxRow(
        UUID(int=1), 1, "ready", "Brief", "brief.pdf", None, None, now, None, UUID(int=2), 1, 1,
        {"deadline": "2020-01-01", "confirmed": {"deadline": due.isoformat()}}, None, None,
    )  # fmt: skip
    assert line(row, now).note == f"Frist {due:%d.%m.%Y}"

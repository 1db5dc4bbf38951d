"""What the pages of Anliegen say: deadlines told once, empty lists that help, names without signs, nothing silent."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from intranet.views.anliegen import load
from storage.clock import local_date, new_id
from storage.organisation.queries import load_staff
from tests.intranet.test_anliegen_pages import groups, opened, press, row_of, shown
from workflows.kiss.anliegen.tables import Anliegen, Likeness

Browse = Callable[..., AppTest]
__all__ = ["groups"]
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (-12, "seit 12 Tagen überfällig, 26.02.2026 13:25 Uhr"),
        (-1, "seit gestern überfällig, 13:25 Uhr"),
        (0, "heute fällig, 13:25 Uhr"),
        (3, "in 3 Tagen (13.03.2026), 13:25 Uhr"),
    ],
)
def test_a_deadline_names_its_day_once(
    furnished: Any, groups: dict[str, UUID], days: int, words: str
) -> None:
    anliegen, house = opened(furnished, groups), furnished.house
    with house.database.write() as session:
        session.get_one(Anliegen, anliegen).due_at = NOW + timedelta(days=days, hours=3, minutes=25)
    with house.database.read() as session:
        anna = load_staff(session, furnished.person("anna.beispiel").id, local_date(house.clock()))
        assert anna is not None
        assert dict(load(session, anna, anliegen, NOW).facts)["Frist"] == words


def test_an_empty_list_says_why_and_what_one_can_do(
    browse: Browse, furnished: Any, groups: dict[str, UUID]
) -> None:
    app = browse("anna.beispiel", "anliegen.py")
    app.session_state["anliegen-filter"] = "asked"
    app.run()
    assert "Sie haben noch nichts gestellt." in shown(app)
    app.text_input(key="anliegen-worte").set_value("Xylofon").run()
    assert "Dazu ist hier nichts zu finden." in shown(app)


def test_what_is_missing_is_asked_for(
    browse: Browse, furnished: Any, groups: dict[str, UUID]
) -> None:
    anliegen = opened(furnished, groups)
    app = browse("anna.beispiel", "anliegen.py", id=anliegen.hex)
    for label, asked in (
        ("Weitergeben", "Bitte wählen Sie eine Gruppe."),
        ("Zuweisen", "Bitte wählen Sie eine Person."),
        ("Bitten", "Bitte wählen Sie, wen Sie bitten."),
        ("An die Leitung geben", "Bitte wählen Sie, wen es betrifft."),
    ):
        press(app, label)
        assert asked in shown(app)


def test_documents_are_called_as_they_are(
    browse: Browse, furnished: Any, groups: dict[str, UUID]
) -> None:
    anliegen = opened(furnished, groups)
    app = browse("anna.beispiel", "anliegen.py", id=anliegen.hex)
    documents = next(each for each in app.multiselect if each.label == "Dokumente")
    assert documents.options
    assert not [each for each in documents.options if "\\" in each]


def test_merged_ones_say_where_they_are_answered(
    browse: Browse, furnished: Any, groups: dict[str, UUID]
) -> None:
    main, copy = opened(furnished, groups), opened(furnished, groups)
    app = browse("anna.beispiel", "anliegen.py", id=copy.hex)
    row = row_of(furnished, main)
    app.text_input(key="eins-nummer").set_value(f"{row.year}-{row.number:05d}").run()
    press(app, "Zusammenführen")
    app = browse("anna.beispiel", "anliegen.py", id=copy.hex)
    assert "Beantwortet wird es dort." in shown(app)
    app = browse("anna.beispiel", "anliegen.py", id=main.hex)
    assert "Die Antwort von hier geht auch dorthin." in shown(app)


def alike(furnished: Any, first: UUID, second: UUID) -> None:
    with furnished.house.database.write() as session:
        session.add(
            Likeness(
                id=new_id(), revision=1, first_id=min(first, second), second_id=max(first, second), score=0.9, reasons=[],
            )
        )  # fmt: skip


def test_what_is_closed_gives_no_hints(
    browse: Browse, furnished: Any, groups: dict[str, UUID]
) -> None:
    first, second = opened(furnished, groups), opened(furnished, groups)
    alike(furnished, first, second)
    assert "Vielleicht dasselbe" in shown(browse("anna.beispiel", "anliegen.py", id=first.hex))
    with furnished.house.database.write() as session:
        session.get_one(Anliegen, first).state = "closed"
    app = browse("anna.beispiel", "anliegen.py", id=first.hex)
    assert "Vielleicht dasselbe" not in shown(app)
    assert app.text_input(key="eins-nummer")


def test_of_many_alike_the_likeliest_stand_there_at_once(
    browse: Browse, furnished: Any, groups: dict[str, UUID]
) -> None:
    first = opened(furnished, groups)
    for _ in range(5):
        alike(furnished, first, opened(furnished, groups))
    app = browse("anna.beispiel", "anliegen.py", id=first.hex)
    assert "Weitere ähnliche (2)" in [each.label for each in app.expander]

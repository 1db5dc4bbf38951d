"""A person recognises a report to the reporting office: it is handed over, and nothing of it stays here."""

import pytest
from sqlalchemy import String, cast, func, select

from storage.blobs.tables import Blob
from storage.conflicts import ConflictError, NotFoundError
from storage.journal.tables import JournalPending
from storage.schema import Table
from storage.tasks.tables import Task
from tests.workflows.kiss.anliegen.test_life import deed, given_to
from tests.workflows.kiss.conftest import City
from tests.workflows.kiss.mail.conftest import TakeIn, everything, letter, written
from tests.workflows.kiss.mail.test_unopened import with_offices
from workflows.eakte.tables import Document
from workflows.engine.once import drain_once
from workflows.kiss.anliegen.answering import answer
from workflows.kiss.anliegen.contributing import ask_group
from workflows.kiss.anliegen.opening import Caller, Channel
from workflows.kiss.anliegen.tables import MessageFile
from workflows.kiss.mail.reporting_office import hand_to_reporting_office
from workflows.kiss.mail.tables import MailItem
from workflows.kiss.work import job_kinds

SECRET = "Der Platzwart unterschlägt Eintrittsgelder"


def rows_with(city: City, word: str) -> list[str]:
    """Every table that still holds the word, whatever column it stands in."""
    found = []
    with city.house.database.read() as session:
        for table in Table.metadata.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, String) or "JSON" in str(column.type):
                    like = cast(column, String).contains(word)
                    if session.scalar(select(func.count()).select_from(table).where(like)):
                        found.append(f"{table.name}.{column.name}")
    return found


def test_what_somebody_recognises_is_handed_over_and_erased(
    with_mailbox: City, take_in: TakeIn
) -> None:
    city = with_offices(with_mailbox, "beauftragte")
    house, kora = city.house, city.staff("kora")
    mail = letter(f"{SECRET}. Bitte prüfen.", SECRET)
    mail.add_attachment(
        b"\xff\xd8\xff\xe0 Bild", maintype="image", subtype="jpeg", filename="a.jpg"
    )
    take_in(mail)
    drain_once(house, job_kinds(house))
    written(city)
    [row] = everything(city)
    with pytest.raises(ConflictError):
        hand_to_reporting_office(house, kora, row.id, row.revision + 1)
    assert hand_to_reporting_office(house, kora, row.id, row.revision) == ()
    assert everything(city) == []
    assert rows_with(city, "unterschlägt") == []
    assert rows_with(city, row.id.hex) == []
    assert rows_with(city, "erika@example.org") == []
    with house.database.read() as session:
        [document] = session.scalars(select(Document)).all()
        [item] = session.scalars(select(MailItem)).all()
        entries = session.scalars(
            select(JournalPending).where(JournalPending.object_kind == "anliegen")
        ).all()
    assert (document.state, document.office_id) == ("unopened", city.offices["beauftragte"])
    assert house.blobs.read(document.sha256) == mail.as_bytes()
    assert (item.fate, item.anliegen_id, item.original) == ("handed_over", None, None)
    assert entries[-1].verb == "anliegen.to_reporting_office"
    assert all(each.details is None for each in entries)
    assert take_in(mail) == [None]


def test_what_came_by_telephone_goes_with_what_was_noted(with_mailbox: City) -> None:
    city = with_offices(with_mailbox, "beauftragte")
    anliegen = given_to(
        city, "tiefbau", text=SECRET, channel=Channel.PHONE, caller=Caller("Erika", phone="0123 4")
    )
    deed(city, answer, "tim", anliegen, "Wir sehen nach.")
    with pytest.raises(NotFoundError):
        hand_to_reporting_office(city.house, city.staff("otto"), anliegen, 1)
    revision = city.row(anliegen).revision
    hand_to_reporting_office(city.house, city.staff("tim"), anliegen, revision)
    with city.house.database.read() as session:
        [document] = session.scalars(select(Document)).all()
    text = city.house.blobs.read(document.sha256).decode()
    assert SECRET in text
    assert "0123 4" in text
    assert "Wir sehen nach" not in text
    assert rows_with(city, "Eintrittsgelder") == []


def test_the_bytes_of_what_is_erased_are_gone_as_well(with_mailbox: City, take_in: TakeIn) -> None:
    city = with_offices(with_mailbox, "beauftragte")
    mail = letter("Siehe Bild.")
    mail.add_attachment(
        b"\xff\xd8\xff\xe0 Bild", maintype="image", subtype="jpeg", filename="a.jpg"
    )
    take_in(mail)
    [row] = everything(city)
    with city.house.database.read() as session:
        sha256 = session.scalars(select(MessageFile.sha256)).one()
    hand_to_reporting_office(city.house, city.staff("kora"), row.id, row.revision)
    with city.house.database.read() as session:
        assert session.get_one(Blob, sha256).refs == 0


def test_no_task_keeps_the_number_of_what_was_handed_over(with_mailbox: City) -> None:
    city = with_offices(with_mailbox, "beauftragte")
    anliegen = given_to(city, "tiefbau", text=SECRET, topic="laerm")
    deed(city, ask_group, "tim", anliegen, city.groups["gruen"], "Wer hat den Schlüssel?")
    deed(city, answer, "tim", anliegen, "Wir sehen nach.")
    row = city.row(anliegen)
    number = f"{row.year}-{row.number:05d}"
    assert rows_with(city, number)
    hand_to_reporting_office(city.house, city.staff("tim"), anliegen, row.revision)
    assert rows_with(city, number) == []
    with city.house.database.read() as session:
        left = select(func.count()).where(Task.object_id == anliegen)
        assert session.scalar(left) == 0

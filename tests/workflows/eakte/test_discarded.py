"""What was thrown away or taken over goes for good in time; what waits too long is said."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from storage.blobs.tables import Blob
from storage.jobs.handlers import JobContext
from storage.journal.tables import JournalPending
from storage.tasks.list import tasks_for
from tests.workflows.eakte.town import TREE_LETTER, Town, letter
from workflows.eakte.akten import hold_akte
from workflows.eakte.discarded import KEPT, erase_discarded
from workflows.eakte.filing import file_document
from workflows.eakte.originals import take_original
from workflows.eakte.receiving import Incoming, receive
from workflows.eakte.tables import (
    Document,
    DocumentLink,
    DocumentVersion,
    StoredAnalysis,
    StoredReading,
    Vorgang,
)
from workflows.eakte.unfiled import discard_document
from workflows.eakte.unfiled_waiting import escalate_unfiled
from workflows.eakte.unopened import take_over


def throw_away(town: Town, document: UUID) -> None:
    with town.house.database.read() as session:
        revision = session.get_one(Document, document).revision
    town.house.database.run(
        lambda s: discard_document(s, town.clerk, document, revision, "Werbung", now=town.clock())
    )


def erase(town: Town) -> int:
    return erase_discarded(JobContext(town.house))["endgültig gelöscht"]


def there(town: Town, document: UUID) -> bool:
    with town.house.database.read() as session:
        return session.get(Document, document) is not None


def test_advertising_goes_after_its_time_with_all_that_was_made_of_it(any_town: Town) -> None:
    town = any_town
    document = town.receive(letter(*TREE_LETTER), "werbung.pdf").document
    assert document is not None
    town.process()
    throw_away(town, document)
    town.clock.now += KEPT - timedelta(days=1)
    assert erase(town) == 0
    town.clock.now += timedelta(days=2)
    assert erase(town) == 1
    assert erase(town) == 0
    with town.house.database.read() as session:
        for table in (Document, DocumentVersion, StoredReading, StoredAnalysis):
            assert session.scalar(select(func.count()).select_from(table)) == 0
        assert session.scalars(select(Blob.refs)).all() == [0]
        details = session.execute(
            select(JournalPending.verb, JournalPending.details).where(
                JournalPending.object_id == str(document)
            )
        ).all()
    assert "document.erase" in {verb for verb, _ in details}
    assert all(found is None for verb, found in details if verb == "document.receive")


def test_sealed_post_goes_once_its_addressee_has_fetched_it(town: Town) -> None:
    receipt = receive(
        town.house, town.registrar, Incoming("brief.pdf", letter("x"), town.bau, unopened=True)
    )
    document = receipt.document
    assert document is not None
    town.house.database.run(lambda s: take_over(s, town.clerk, document, now=town.clock()))
    town.clock.now += KEPT + timedelta(days=1)
    assert erase_discarded(JobContext(town.house)) == {
        "endgültig gelöscht": 0,
        "noch nicht geholt": 1,
    }
    take_original(town.house, town.clerk, document, 1)
    assert erase(town) == 1
    assert not there(town, document)


@pytest.mark.parametrize("hold", [True, False])
def test_what_belongs_to_something_on_hold_stays(town: Town, *, hold: bool) -> None:
    kept = town.receive(letter(*TREE_LETTER), "antrag.pdf").document
    copy = town.receive(letter("Anlage"), "anlage.pdf").document
    assert kept is not None
    assert copy is not None
    town.process()
    vorgang = town.vorgang(town.clerk, town.trees)
    _file(town, kept, vorgang)
    town.house.database.run(
        lambda s: s.add(DocumentLink(from_id=kept, to_id=copy, kind="attachment"))
    )
    throw_away(town, copy)
    town.house.database.run(
        lambda s: hold_akte(
            s, town.registrar, vorgang.akte_id, 2, hold=hold, reason="Klage", now=town.clock()
        )
    )
    town.clock.now += KEPT + timedelta(days=1)
    assert erase(town) == (0 if hold else 1)
    assert there(town, copy) is hold
    assert there(town, kept)


def test_what_has_nothing_to_do_with_a_held_akte_goes(any_town: Town) -> None:
    town = any_town
    names = ("antrag.pdf", "anlage.pdf", "werbung.pdf")
    kept, copy, advert = [town.receive(letter(name), name).document for name in names]
    assert kept is not None
    assert copy is not None
    assert advert is not None
    town.process()
    vorgang = town.vorgang(town.clerk, town.trees)
    _file(town, kept, vorgang)
    with town.house.database.write() as session:
        session.add(DocumentLink(from_id=kept, to_id=copy, kind="attachment"))
    throw_away(town, advert)
    with town.house.database.write() as session:
        hold_akte(
            session, town.registrar, vorgang.akte_id, 2, hold=True, reason="Klage", now=town.clock()
        )
    town.clock.now += KEPT + timedelta(days=1)
    assert erase(town) == 1
    assert not there(town, advert)


def test_the_same_advertising_comes_again_and_again(town: Town) -> None:
    documents = []
    for pause in (0, 30, 61):
        town.clock.now += timedelta(days=pause)
        erase(town)
        document = town.receive(letter("Angebot"), "werbung.pdf").document
        assert document is not None
        documents.append(document)
        town.process()
        throw_away(town, document)
    assert [there(town, each) for each in documents] == [False, True, True]


def _file(town: Town, document: UUID, vorgang: Vorgang) -> None:
    with town.house.database.read() as session:
        revision = session.get_one(Document, document).revision
    town.house.database.run(
        lambda s: file_document(s, town.clerk, document, revision, vorgang.id, now=town.clock())
    )


def test_an_office_is_told_of_post_that_waits_for_weeks_until_none_does(town: Town) -> None:
    document = town.receive(letter(*TREE_LETTER), "antrag.pdf").document
    assert document is not None
    town.process()

    def told() -> list[str]:
        escalate_unfiled(JobContext(town.house))
        with town.house.database.read() as session:
            return [task.title for task in tasks_for(session, town.clerk)]

    assert told() == []
    town.clock.now += timedelta(days=31)
    (title,) = told()
    assert "1 Sendung liegt seit mehr als 30 Tagen" in title
    assert "antrag" not in title.lower()
    throw_away(town, document)
    assert told() == []

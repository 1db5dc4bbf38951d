"""Deadlines from the letter to the task: which comes next, first days that are missing, and when they are done."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from storage.actors import Staff
from storage.clock import local_date
from storage.conflicts import ConflictError
from storage.tasks.list import tasks_for
from storage.tasks.tables import Task
from tests.workflows.eakte.town import Town, letter
from workflows.eakte.deadline_keeping import enter_first_day, finish_deadline
from workflows.eakte.deadline_queries import nearest
from workflows.eakte.deadlines import next_day, next_of, settled
from workflows.eakte.filing import change_document, file_document, move_document
from workflows.eakte.tables import Document
from workflows.eakte.unfiled import discard_document, retry_document

TODAY = date(2026, 11, 23)
TWO = (
    "Betreff: Erinnerung",
    "Ahlenfurt, den 16. November 2026",
    "Sehr geehrte Damen und Herren,",
    "bitte antworten Sie, wie schon erbeten, spätestens bis zum 20.11.2026.",
    "Die Unterlagen reichen Sie bitte spätestens bis zum 15.12.2026 nach.",
    "Mit freundlichen Grüßen",
    "Hedwig Lindner",
)
ON_RECEIPT = (
    "Betreff: Anhörung",
    "Ahlenfurt, den 16. November 2026",
    "Sehr geehrte Damen und Herren,",
    "bitte äußern Sie sich innerhalb von zwei Wochen nach Zugang dieses Schreibens.",
    "Mit freundlichen Grüßen",
    "Hedwig Lindner",
)
NAMELESS = (
    "Betreff: Mahnung",
    "Ahlenfurt, den 16. November 2026",
    "Sehr geehrte Damen und Herren,",
    "wir mahnen: Bitte antworten Sie binnen 14 Tagen.",
    "Mit freundlichen Grüßen",
    "Hedwig Lindner",
)


def ready(town: Town, lines: tuple[str, ...]) -> Document:
    receipt = town.receive(letter(*lines), "brief.pdf")
    town.process()
    return town.document(receipt)


def again(town: Town, document: Document) -> Document:
    return town.house.database.run(lambda s: s.get_one(Document, document.id))


def filed(town: Town, document: Document, **changes: Any) -> Document:
    vorgang = town.vorgang(town.clerk, town.trees)
    town.house.database.run(
        lambda s: file_document(
            s,
            town.clerk,
            document.id,
            document.revision,
            vorgang.id,
            changes=changes,
            now=town.clock(),
        )
    )
    return again(town, document)


def waiting(town: Town, actor: Staff) -> list[tuple[str, date | None]]:
    with town.house.database.read() as session:
        return [
            (task.title, local_date(task.due_at) if task.due_at else None)
            for task in tasks_for(session, actor)
            if task.kind == "deadline"
        ]


def test_of_two_deadlines_the_next_one_counts_and_not_the_expired_one(town: Town) -> None:
    document = ready(town, TWO)
    assert document.details["deadlines"] == ["2026-11-20", "2026-12-15"]
    assert document.details["deadline"] == "2026-12-15"


def test_without_a_date_stamp_receipt_is_the_day_the_letter_came_in(town: Town) -> None:
    assert ready(town, ON_RECEIPT).details["deadlines"] == ["2026-12-07"]


def test_a_missing_first_day_is_entered_and_counted_from(town: Town) -> None:
    document = ready(town, NAMELESS)
    assert "deadline" not in document.details
    (found,) = document.details["found_deadlines"]
    day = date(2026, 11, 18)
    town.house.database.run(
        lambda s: enter_first_day(
            s, town.clerk, document.id, document.revision, found["at"], day, now=town.clock()
        )
    )
    after = again(town, document)
    assert after.details["deadlines"] == ["2026-12-02"]
    assert after.revision == document.revision + 1
    with pytest.raises(ConflictError, match="anderen Tag"):
        town.house.database.run(
            lambda s: enter_first_day(
                s, town.clerk, document.id, after.revision, "9-9", day, now=town.clock()
            )
        )


def test_what_was_filed_unread_reminds_of_its_deadlines_once_it_is_read(town: Town) -> None:
    receipt = town.receive(letter(*TWO), "scan.pdf", actor=town.clerk)
    assert receipt.document is not None
    with town.house.database.write() as session:
        row = session.get_one(Document, receipt.document)
        row.state, row.reason = "quarantined", "Der Leser ist abgestürzt."
    document = filed(town, town.document(receipt), title="Von Hand")
    assert waiting(town, town.clerk) == []
    for _ in range(2):  # the second time there is nothing new
        town.house.database.run(
            lambda s: retry_document(s, town.clerk, document.id, now=town.clock())
        )
        town.process()
        after = again(town, document)
        assert (after.state, after.title) == ("filed", "Von Hand")
        assert after.revision == document.revision + 1
        assert after.details["deadlines"] == ["2026-11-20", "2026-12-15"]
        assert waiting(town, town.colleague) == [("Frist: Von Hand", date(2026, 12, 15))]


def test_reading_a_filed_letter_again_brings_no_deadline_back_that_is_done(town: Town) -> None:
    document = filed(town, ready(town, TWO), title="Erinnerung")
    with town.house.database.write() as session:
        row = session.get_one(Document, document.id)
        row.details = {**row.details, "problems": 1}
    town.house.database.run(
        lambda s: finish_deadline(s, town.clerk, document.id, date(2026, 12, 15), now=town.clock())
    )
    before = waiting(town, town.clerk)
    town.house.database.run(lambda s: retry_document(s, town.clerk, document.id, now=town.clock()))
    town.process()
    after = again(town, document)
    assert after.details["deadlines"] == ["2026-11-20"]
    assert "problems" not in after.details
    assert waiting(town, town.clerk) == before


def test_filing_leaves_a_task_for_the_office_until_the_deadline_is_done(any_town: Town) -> None:
    town = any_town
    document = filed(town, ready(town, TWO), title="Erinnerung")
    wanted = [("Frist: Erinnerung", date(2026, 12, 15))]
    assert waiting(town, town.clerk) == waiting(town, town.colleague) == wanted
    assert waiting(town, town.taxwoman) == []
    for _ in range(2):
        town.house.database.run(
            lambda s: finish_deadline(
                s, town.colleague, document.id, date(2026, 12, 15), now=town.clock()
            )
        )
    assert again(town, document).details["deadlines"] == ["2026-11-20"]
    assert waiting(town, town.clerk) == [("Frist: Erinnerung", date(2026, 11, 20))]


def test_a_corrected_deadline_is_the_one_that_counts(town: Town) -> None:
    document = filed(town, ready(town, TWO), details={"deadline": "11.12.2026"}, title="Erinnerung")
    assert next_of(document.details, TODAY) == date(2026, 12, 11)
    assert waiting(town, town.clerk) == [("Frist: Erinnerung", date(2026, 12, 11))]
    town.house.database.run(
        lambda s: change_document(
            s,
            town.clerk,
            document.id,
            document.revision,
            {"details": {"deadline": ""}},
            now=town.clock(),
        )
    )
    assert next_of(again(town, document).details, TODAY) is None
    assert waiting(town, town.clerk) == []


def test_the_task_moves_with_the_document_and_keeps_to_those_who_see_it(town: Town) -> None:
    document = filed(town, ready(town, TWO), title="Erinnerung")
    taxes = town.vorgang(town.taxwoman, town.taxes)
    both = Staff(
        town.clerk.person, "Beide", town.clerk.memberships | town.taxwoman.memberships,
        classes=town.taxwoman.classes,
    )  # fmt: skip
    town.house.database.run(
        lambda s: move_document(
            s, both, document.id, document.revision, taxes.id, "gehört zur Steuer", now=town.clock()
        )
    )
    assert waiting(town, town.clerk) == []
    assert waiting(town, town.taxwoman) == [("Frist: Erinnerung", date(2026, 12, 15))]
    unnamed = Staff(town.colleague.person, "Neu im Steueramt", town.taxwoman.memberships)
    assert waiting(town, unnamed) == []


def test_what_was_long_past_when_it_came_is_no_task(town: Town) -> None:
    old = tuple(line.replace("2026", "2024") for line in TWO)
    filed(town, ready(town, old))
    with town.house.database.read() as session:
        assert session.scalars(select(Task).where(Task.kind == "deadline")).all() == []


def test_post_that_is_thrown_away_has_no_deadline_any_more(town: Town) -> None:
    document = ready(town, TWO)
    town.house.database.run(
        lambda s: discard_document(
            s, town.clerk, document.id, document.revision, "Werbung", now=town.clock()
        )
    )
    assert waiting(town, town.clerk) == []


def test_what_an_earlier_release_found_still_counts() -> None:
    old = {"deadline": "2026-12-01"}
    assert next_of(old, TODAY) == date(2026, 12, 1)
    assert settled(old, TODAY, TODAY)["deadlines"] == ["2026-12-01"]
    corrected = {"deadline": "2026-12-01", "confirmed": {"deadline": "2026-12-03"}}
    assert next_of(corrected, TODAY) == date(2026, 12, 3)


DAYS = st.lists(st.dates(date(2026, 1, 1), date(2027, 12, 31)).map(str), unique=True).map(sorted)


@given(DAYS, st.dates(date(2026, 1, 1), date(2027, 12, 31)))
def test_the_next_day_is_the_first_not_past(days: list[str], today: date) -> None:
    found = next_day(days, today)
    left = [day for day in days if day >= today.isoformat()]
    assert (found and str(found)) == (min(left) if left else days[-1] if days else None)


@given(DAYS, DAYS, st.one_of(st.none(), st.dates().map(str)))
def test_settling_twice_changes_nothing(found: list[str], done: list[str], day: str | None) -> None:
    details: dict[str, Any] = {
        "found_deadlines": [{"at": str(n), "due": due} for n, due in enumerate(found)],
        "done_deadlines": done,
        "confirmed": {"deadline": day} if day else {},
    }
    now = datetime(2026, 11, 23, tzinfo=UTC)
    once = settled(details, local_date(now), TODAY)
    assert settled(once, local_date(now), TODAY) == once
    assert not {*once.get("deadlines", ())} & {*done}


def test_lists_ask_the_database_for_the_same_next_day(any_town: Town) -> None:
    town = any_town
    document = ready(town, TWO)
    for today in (date(2026, 11, 19), date(2026, 11, 21)):
        with town.house.database.read() as session:
            (found,) = nearest(session, town.clerk, today, 8)
            assert nearest(session, town.taxwoman, today, 8) == []
        assert found.document == document.id
        assert found.day == next_of(document.details, today)

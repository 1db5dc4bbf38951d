"""Filing: where it lies decides who sees it; two clerks at once, closed Vorgänge and moves."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import select, update

from storage.actors import ProtectionClass, Staff
from storage.conflicts import ConflictError, NotFoundError
from storage.jobs.handlers import JobContext
from storage.rights import NotAllowedError
from storage.tasks.list import tasks_for
from tests.workflows.eakte.town import TAX_LETTER, TREE_LETTER, Town, letter
from workflows.eakte import upkeep
from workflows.eakte.akten import close_akte, close_vorgang, open_akte, reopen_akte
from workflows.eakte.filing import change_document, file_document, move_document
from workflows.eakte.queries import history, inbox, search_documents
from workflows.eakte.tables import Akte, Decision, Document, StoredAnalysis, Vorgang
from workflows.eakte.unfiled import discard_document, forward_document, retry_document


def _ready(
    town: Town, lines: tuple[str, ...] = TREE_LETTER, office: UUID | None = None
) -> Document:
    receipt = town.receive(letter(*lines), "brief.pdf", office=office)
    town.process()
    return town.document(receipt)


def _file(
    town: Town, actor: Staff, document: Document, vorgang: Vorgang, **changes: object
) -> None:
    town.house.database.run(
        lambda s: file_document(
            s, actor, document.id, document.revision, vorgang.id, changes=changes, now=town.clock()
        )
    )


def test_filing_moves_a_document_out_of_the_inbox_into_the_akte(any_town: Town) -> None:
    town = any_town
    document = _ready(town)
    vorgang = town.vorgang(town.clerk, town.trees, "Birke Lindenallee")
    _file(town, town.clerk, document, vorgang, kind="Antrag", title="Birke fällen")
    filed = town.house.database.run(lambda s: s.get_one(Document, document.id))
    assert (filed.state, filed.protection, filed.title) == ("filed", "internal", "Birke fällen")
    with town.house.database.read() as session:
        assert inbox(session, town.clerk) == []
        hit = search_documents(session, town.clerk, "Birke").hits[0]
        assert hit.akte == "B1.01/2026-00001"
        assert search_documents(session, town.taxwoman, "Birke").total == 0
        steps = [step.text for step in history(session, town.clerk, document.id)]
        assert "abgelegt in B1.01/2026-00001" in steps[-1]


def test_confirmed_and_corrected_suggestions_are_remembered(town: Town) -> None:
    document = _ready(town)
    _file(town, town.clerk, document, town.vorgang(town.clerk, town.roads))
    with town.house.database.read() as session:
        decision = session.scalars(select(Decision).where(Decision.field == "plan_entry")).one()
    assert (decision.suggested, decision.chosen) == (town.trees.hex, town.roads.hex)


def test_of_two_clerks_filing_at_once_exactly_one_does(any_town: Town) -> None:
    town = any_town
    document = _ready(town)
    places = [town.vorgang(town.clerk, town.trees), town.vorgang(town.colleague, town.roads)]

    def attempt(actor: Staff, place: Vorgang) -> str:
        try:
            _file(town, actor, document, place)
        except ConflictError as error:
            return str(error)
        return ""

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(attempt, [town.clerk, town.colleague], places))
    assert sorted(bool(answer) for answer in answers) == [False, True]
    assert "schon abgelegt" in "".join(answers) or "schneller" in "".join(answers)
    with town.house.database.read() as session:
        assert session.scalars(select(Document.state)).all() == ["filed"]


def test_parallel_akten_get_different_references(any_town: Town) -> None:
    town = any_town

    def opened(number: int) -> str:
        with town.house.database.write() as session:
            akte = open_akte(
                session, town.clerk, plan_entry=town.trees, title=f"Baum {number}", now=town.clock()
            )
            return akte.reference

    with ThreadPoolExecutor(4) as pool:
        references = list(pool.map(opened, range(12)))
    assert sorted(references) == [f"B1.01/2026-{n:05d}" for n in range(1, 13)]


def test_a_protected_class_is_seen_only_by_those_it_was_opened_to(town: Town) -> None:
    document = _ready(town, TAX_LETTER, town.steuer)
    _file(town, town.taxwoman, document, town.vorgang(town.taxwoman, town.taxes))
    with town.house.database.read() as session:
        assert search_documents(session, town.taxwoman, "Hebesatz").total == 1
        for other in (town.clerk, town.registrar):
            assert search_documents(session, other, "Hebesatz").total == 0
            with pytest.raises(NotFoundError):
                history(session, other, document.id)


def test_a_stranger_can_neither_file_nor_open(town: Town) -> None:
    document = _ready(town)
    vorgang = town.vorgang(town.clerk, town.trees)
    with pytest.raises(NotFoundError):
        _file(town, town.taxwoman, document, vorgang)
    with pytest.raises(NotAllowedError), town.house.database.write() as session:
        open_akte(session, town.taxwoman, plan_entry=town.trees, title="Fremd", now=town.clock())


def test_an_akte_is_not_opened_under_a_weaker_class(town: Town) -> None:
    with pytest.raises(ConflictError, match="schwächer"), town.house.database.write() as session:
        open_akte(
            session,
            town.clerk,
            plan_entry=town.trees,
            title="X",
            protection=ProtectionClass.OPEN,
            now=town.clock(),
        )


def test_nothing_is_filed_into_a_closed_vorgang(town: Town) -> None:
    document = _ready(town)
    vorgang = town.vorgang(town.clerk, town.trees)
    town.house.database.run(lambda s: close_vorgang(s, town.clerk, vorgang.id, now=town.clock()))
    with pytest.raises(ConflictError, match="geschlossen"):
        _file(town, town.clerk, document, vorgang)


def test_closing_starts_the_retention_at_the_end_of_the_year_and_reopening_ends_it(
    town: Town,
) -> None:
    vorgang = town.vorgang(town.clerk, town.trees)
    town.house.database.run(
        lambda s: close_akte(
            s, town.clerk, vorgang.akte_id, _revision(town, vorgang.akte_id), now=town.clock()
        )
    )
    with town.house.database.read() as session:
        akte = session.get_one(Akte, vorgang.akte_id)
        assert (akte.state, str(akte.retain_until)) == ("closed", "2036-12-31")
        assert session.get_one(Vorgang, vorgang.id).state == "closed"
    town.house.database.run(
        lambda s: reopen_akte(
            s, town.clerk, vorgang.akte_id, _revision(town, vorgang.akte_id), now=town.clock()
        )
    )
    with town.house.database.read() as session:
        assert session.get_one(Akte, vorgang.akte_id).retain_until is None


def _revision(town: Town, akte: UUID) -> int:
    with town.house.database.read() as session:
        return session.get_one(Akte, akte).revision


def test_a_move_needs_a_reason_and_leaves_a_history(town: Town) -> None:
    document = _ready(town)
    _file(town, town.clerk, document, town.vorgang(town.clerk, town.trees, "Falsch"))
    right = town.vorgang(town.clerk, town.roads, "Richtig")
    filed = town.house.database.run(lambda s: s.get_one(Document, document.id))
    with pytest.raises(ConflictError, match="warum"):
        town.house.database.run(
            lambda s: move_document(
                s, town.clerk, filed.id, filed.revision, right.id, " ", now=town.clock()
            )
        )
    town.house.database.run(
        lambda s: move_document(
            s,
            town.clerk,
            filed.id,
            filed.revision,
            right.id,
            "falscher Eintrag",
            opened_to=ProtectionClass.OPEN,
            now=town.clock(),
        )
    )
    with town.house.database.read() as session:
        steps = history(session, town.clerk, document.id)
        assert [step.reason for step in steps[:2]] == [None, None]
        assert (steps[2].reason or "").startswith("falscher Eintrag")
        assert (
            search_documents(session, town.taxwoman, "Birke").total == 1
        )  # the new Akte is open to all


def test_forwarded_post_is_seen_by_the_new_office_only(town: Town) -> None:
    document = _ready(town, TAX_LETTER)
    town.house.database.run(
        lambda s: forward_document(
            s, town.clerk, document.id, document.revision, town.steuer, now=town.clock()
        )
    )
    with town.house.database.read() as session:
        assert inbox(session, town.clerk) == []
        assert [row.id for row in inbox(session, town.taxwoman)] == [document.id]
        assert search_documents(session, town.clerk, "Hebesatz").total == 0
        assert search_documents(session, town.taxwoman, "Hebesatz").total == 1


def test_an_old_revision_changes_nothing(town: Town) -> None:
    document = _ready(town)
    change = {"title": "Neu"}
    town.house.database.run(
        lambda s: change_document(
            s, town.clerk, document.id, document.revision, change, now=town.clock()
        )
    )
    with pytest.raises(ConflictError, match="noch einmal"):
        town.house.database.run(
            lambda s: change_document(
                s,
                town.colleague,
                document.id,
                document.revision,
                {"title": "Anders"},
                now=town.clock(),
            )
        )
    assert town.house.database.run(lambda s: s.get_one(Document, document.id)).title == "Neu"


def test_discarded_post_needs_a_reason_and_can_come_again(town: Town) -> None:
    document = _ready(town)
    town.house.database.run(
        lambda s: discard_document(
            s, town.clerk, document.id, document.revision, "Werbung", now=town.clock()
        )
    )
    assert town.receive(letter(*TREE_LETTER), "brief.pdf", actor=town.clerk).status == "received"


def test_a_quarantined_file_can_be_tried_again(town: Town) -> None:
    receipt = town.receive(b"%PDF-1.7 kaputt", "kaputt.pdf", actor=town.clerk)
    town.process()
    town.house.database.run(
        lambda s: retry_document(s, town.clerk, town.document(receipt).id, now=town.clock())
    )
    assert town.document(receipt).state == "received"
    town.process()
    assert town.document(receipt).state == "quarantined"


def test_the_index_follows_corrections_moves_and_throwing_away(town: Town) -> None:
    document = _ready(town, TAX_LETTER)
    change = {"title": "Zauberwort"}
    town.house.database.run(
        lambda s: change_document(
            s, town.clerk, document.id, document.revision, change, now=town.clock()
        )
    )
    with town.house.database.read() as session:
        assert search_documents(session, town.clerk, "Zauberwort").total == 1
    town.house.database.run(
        lambda s: forward_document(
            s, town.clerk, document.id, document.revision + 1, town.steuer, now=town.clock()
        )
    )
    with town.house.database.read() as session:
        assert (
            search_documents(session, town.taxwoman, "Zauberwort", offices=[town.steuer]).total == 1
        )
        assert (
            search_documents(session, town.registrar, "Zauberwort", offices=[town.bau]).total == 0
        )
    town.house.database.run(
        lambda s: discard_document(
            s, town.taxwoman, document.id, document.revision + 2, "Werbung", now=town.clock()
        )
    )
    with town.house.database.read() as session:
        assert search_documents(session, town.taxwoman, "Zauberwort").total == 0


def test_a_quarantined_letter_waits_for_the_office_it_was_passed_to(town: Town) -> None:
    receipt = town.receive(b"%PDF-1.7 kaputt", "kaputt.pdf", actor=town.clerk)
    town.process()
    document = town.document(receipt)
    town.house.database.run(
        lambda s: forward_document(
            s, town.clerk, document.id, document.revision, town.steuer, now=town.clock()
        )
    )
    with town.house.database.read() as session:
        assert tasks_for(session, town.clerk) == []
        assert {task.kind for task in tasks_for(session, town.taxwoman)} == {
            "quarantine",
            "forwarded",
        }


def test_suggestions_don_t_tell_of_other_offices_internal_files(town: Town) -> None:
    document = _ready(town)
    _file(town, town.clerk, document, town.vorgang(town.clerk, town.trees))
    quoting = (
        "Betreff: Ihr Zeichen B1.01/2026-00001",
        "Wie besprochen.",
        "Mit freundlichen Grüßen",
        "Hedwig Lindner",
    )
    receipt = town.receive(letter(*quoting), "a.pdf", office=town.steuer)
    town.process()
    with town.house.database.read() as session:
        options = session.get_one(StoredAnalysis, town.document(receipt).id).suggestions[
            "plan_entry"
        ]["options"]
    rules = {each["rule"] for option in options for each in option["evidence"]}
    assert not rules & {"aktenzeichen", "absender"}


def test_a_new_analysis_keeps_what_people_corrected(town: Town) -> None:
    document = _ready(town)
    change = {"title": "Von Hand"}
    town.house.database.run(
        lambda s: change_document(
            s, town.clerk, document.id, document.revision, change, now=town.clock()
        )
    )
    with town.house.database.write() as session:
        session.execute(update(StoredAnalysis).values(version="alt"))
    assert upkeep.analyse_again(JobContext(town.house)) == {
        "neu ausgewertet": 1,
        "fehlgeschlagen": 0,
    }
    again = town.house.database.run(lambda s: s.get_one(Document, document.id))
    assert (again.title, again.kind) == ("Von Hand", "Antrag")

"""Post for persons by name: nobody else of the house sees it, and where nobody is named nobody opens it."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from storage.actors import Grant, Role, Staff
from storage.clock import local_date
from storage.conflicts import ConflictError, NotFoundError
from storage.jobs.handlers import JobContext
from storage.journal.tables import JournalPending
from storage.organisation.queries import load_staff
from storage.organisation.tables import Membership, Office, RoleGrant
from storage.rights import NotAllowedError
from storage.tasks.list import tasks_for
from tests.workflows.eakte.town import SINCE, SYSTEM, Town, letter
from workflows.eakte.addressees import end_addressee, listed, name_addressee, warn_of_unnamed
from workflows.eakte.originals import take_original
from workflows.eakte.queries import inbox, visible_document
from workflows.eakte.receiving import Incoming, receive
from workflows.eakte.tables import Document
from workflows.eakte.unfiled import forward_document
from workflows.eakte.unopened import take_over
from workflows.eakte.unopened_waiting import escalate
from workflows.eakte.unsealing import enter_opening, open_and_read


def sealed(town: Town, rule: str, content: bytes = b"Geheim", name: str = "brief.txt") -> UUID:
    receipt = receive(
        town.house, SYSTEM, Incoming(name, content, town.bau, unopened=True, tick=rule)
    )
    assert receipt.status == "unopened"
    assert receipt.document is not None
    return receipt.document


def office(town: Town, key: str, *members: Staff) -> UUID:
    """An office as the rules know it, with people who work there."""

    def add(session: object) -> UUID:
        row = Office(
            key=key, number=key, name=key.title(), short=key.title(), keywords=[], valid_from=SINCE
        )
        session.add(row)  # type: ignore[attr-defined]
        session.flush()  # type: ignore[attr-defined]
        for member in members:
            session.add(  # type: ignore[attr-defined]
                Membership(person_id=member.person, office_id=row.id, valid_from=SINCE)
            )
        return row.id

    return town.house.database.run(add)


def officer(town: Town) -> Staff:
    """The data protection officer."""
    town.house.database.run(
        lambda s: s.add(
            RoleGrant(person_id=town.registrar.person, role=Role.PRIVACY.value, valid_from=SINCE)
        )
    )
    return today(town, town.registrar)


def today(town: Town, who: Staff) -> Staff:
    """Somebody with the rights they have now, and the office they work in."""
    with town.house.database.read() as session:
        found = load_staff(session, who.person, local_date(town.clock()))
    assert found is not None
    return replace(found, memberships=found.memberships | who.memberships)


def name(town: Town, by: Staff, rule: str, who: Staff) -> Staff:
    town.house.database.run(lambda s: name_addressee(s, by, rule, who.person, now=town.clock()))
    return today(town, who)


def kinds(town: Town, who: Staff) -> list[str]:
    with town.house.database.read() as session:
        return [task.kind for task in tasks_for(session, who)]


def seen(town: Town, who: Staff) -> set[UUID]:
    with town.house.database.read() as session:
        return {row.id for row in inbox(session, who)}


def state(town: Town, document: UUID) -> Document:
    with town.house.database.read() as session:
        return session.get_one(Document, document)


def test_members_of_the_office_see_and_open_only_what_they_are_named_for(any_town: Town) -> None:
    town = any_town
    office(town, "beauftragte", town.clerk, town.colleague)
    by = officer(town)
    clerk = name(town, by, "gleichstellung", town.clerk)
    colleague = name(town, by, "hinweisgeber", town.colleague)
    report, question = sealed(town, "hinweisgeber"), sealed(town, "gleichstellung", b"Frage")
    assert (seen(town, clerk), seen(town, colleague)) == ({question}, {report})
    assert kinds(town, clerk) == kinds(town, colleague) == ["unopened"]
    now = town.clock()
    for who, document in ((clerk, report), (by, report), (colleague, question)):
        with pytest.raises(NotFoundError):
            town.house.database.run(lambda s, w=who, d=document: take_over(s, w, d, now=now))
        with pytest.raises(NotFoundError):
            take_original(town.house, who, document, 1)
    town.house.database.run(lambda s: take_over(s, colleague, report, now=town.clock()))
    assert kinds(town, colleague) == []
    assert take_original(town.house, colleague, report, 1).number == 1
    with pytest.raises(NotFoundError):
        take_original(town.house, clerk, report, 1)


@pytest.mark.parametrize("rule", ["betriebsarzt", "bem", "hinweisgeber", "vergabe"])
def test_where_nobody_is_named_nobody_opens_it_and_somebody_is_asked_for(
    town: Town, rule: str
) -> None:
    """Also where the office of the rule does not exist: it stays shut for who received it."""
    if rule != "vergabe":
        office(town, "beauftragte", town.clerk)
        office(town, "personal", town.clerk)
    by = officer(town)
    document = sealed(town, rule)
    head = replace(today(town, town.clerk), grants=frozenset({Grant(Role.HEAD, town.bau)}))
    for who in (head, town.colleague, by):
        assert seen(town, who) == set()
        with town.house.database.read() as session, pytest.raises(NotFoundError):
            visible_document(session, who, document)
    assert kinds(town, by) == ["addressee.missing"]
    with town.house.database.read() as session:
        (warning,) = warn_of_unnamed(session, town.clock())
        (task,) = tasks_for(session, by)
    assert "benennen" in warning
    assert "brief" not in warning + task.title
    assert escalate(JobContext(town.house))["ohne Empfänger"] == 1
    named = name(town, by, rule, town.taxwoman)
    assert kinds(town, by) == []
    assert (kinds(town, named), seen(town, named)) == (["unopened"], {document})
    with town.house.database.read() as session:
        assert warn_of_unnamed(session, town.clock()) == []


def test_without_a_privacy_officer_the_administration_is_asked(town: Town) -> None:
    sealed(town, "bem")
    admin = replace(town.registrar, grants=frozenset({Grant(Role.ADMIN)}))
    assert kinds(town, admin) == ["addressee.missing"]
    assert kinds(town, town.clerk) == []


def test_naming_is_the_officers_alone_never_oneself_and_ends(town: Town) -> None:
    by, document = officer(town), sealed(town, "bem")
    with pytest.raises(NotAllowedError):
        name(town, town.clerk, "bem", town.colleague)
    with pytest.raises(NotAllowedError, match="Sich selbst"):
        name(town, by, "bem", by)
    with pytest.raises(NotFoundError):
        name(town, by, "persoenlich", town.clerk)
    for _ in range(2):
        named = name(town, by, "bem", town.clerk)
    with town.house.database.read() as session:
        found = {each.rule.key: each for each in listed(session, by, town.clock())}
        assert found["bem"].people == ((town.clerk.person, "Clara Bau"),)
        assert found["bem"].waiting == 1
        assert found["bewerbung"].office is None  # this town has no office of that key
    town.house.database.run(lambda s: end_addressee(s, by, "bem", named.person, now=town.clock()))
    again = today(town, named)
    assert (seen(town, again), kinds(town, again)) == (set(), [])
    assert kinds(town, by) == ["addressee.missing"]
    assert state(town, document).state == "unopened"


def test_what_is_no_such_post_is_opened_by_its_addressee_and_read_like_any_other(
    town: Town,
) -> None:
    office(town, "personal", town.taxwoman)
    clerk = today(town, town.taxwoman)
    pages = letter("Betreff: Bewerbung um einen Kita-Platz", "", "wir bewerben uns.")
    receipt = town.receive(pages, "Bewerbung um einen Kita-Platz.pdf")
    document = receipt.document
    assert document is not None
    assert state(town, document).unopened_rule == "bewerbung"

    def read(who: Staff) -> None:
        revision = state(town, document).revision
        town.house.database.run(
            lambda s: open_and_read(s, who, document, revision, town.bau, now=town.clock())
        )

    with pytest.raises(NotFoundError):
        read(town.clerk)
    read(clerk)
    town.process()
    row = state(town, document)
    assert (row.state, row.protection, row.office_id) == ("ready", "unfiled", town.bau)
    assert row.title == "Bewerbung um einen Kita-Platz"
    assert document in seen(town, town.clerk)
    assert "unopened" not in kinds(town, clerk)
    with town.house.database.read() as session:
        deeds = session.scalars(
            select(JournalPending.verb).where(JournalPending.object_id == str(document))
        ).all()
    assert "document.unseal" in deeds


def test_a_message_that_was_opened_is_not_shut_again_by_its_head(town: Town) -> None:
    mail = b"From: a@b.example\nTo: post@stadt.example\nSubject: Bewerbung um einen Platz\n\nGuten Tag\n"
    office(town, "personal", town.taxwoman)
    clerk = today(town, town.taxwoman)
    document = town.receive(mail, "nachricht.eml").document
    assert document is not None
    town.house.database.run(
        lambda s: take_over(s, clerk, document, now=town.clock())
    )  # also after it was taken over
    revision = state(town, document).revision
    town.house.database.run(
        lambda s: open_and_read(s, clerk, document, revision, town.bau, now=town.clock())
    )
    town.process()
    assert state(town, document).state == "ready"


def test_an_offer_stays_shut_until_its_opening(town: Town) -> None:
    office(town, "rechtsamt", town.taxwoman)
    clerk = today(town, town.taxwoman)
    document = sealed(town, "vergabe")

    def enter(hours: int) -> None:
        at, revision = town.clock() + timedelta(hours=hours), state(town, document).revision
        town.house.database.run(
            lambda s: enter_opening(s, clerk, document, revision, at, now=town.clock())
        )

    def read() -> None:
        revision = state(town, document).revision
        town.house.database.run(
            lambda s: open_and_read(s, clerk, document, revision, town.bau, now=town.clock())
        )

    def take() -> None:
        town.house.database.run(lambda s: take_over(s, clerk, document, now=town.clock()))

    for deed in (read, take):
        with pytest.raises(ConflictError, match="Öffnungstermin"):
            deed()
    enter(48)
    enter(24)
    for deed in (read, take):
        with pytest.raises(ConflictError, match="Öffnungstermin"):
            deed()
    town.clock.now += timedelta(hours=25)
    with pytest.raises(ConflictError, match="vorbei"):
        enter(48)
    read()
    assert state(town, document).state == "received"


def test_who_hands_sealed_post_on_puts_it_into_the_hands_of_the_other_head(town: Town) -> None:
    by = officer(town)
    clerk = name(town, by, "bem", town.clerk)
    document = sealed(town, "bem")
    revision = state(town, document).revision
    town.house.database.run(
        lambda s: forward_document(s, clerk, document, revision, town.steuer, now=town.clock())
    )
    assert document not in seen(town, clerk)
    assert kinds(town, clerk) == []
    head = replace(town.taxwoman, grants=frozenset({Grant(Role.HEAD, town.steuer)}))
    assert "unopened" in kinds(town, head)
    assert "unopened" not in kinds(town, town.taxwoman)

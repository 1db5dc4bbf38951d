"""Mails nobody could read: what is known of them, and what the coordination makes of them."""

from datetime import date, timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis.strategies import binary, sampled_from
from sqlalchemy import event, select, update

from storage.blobs.errors import BlobStoreError
from storage.clock import new_id
from storage.conflicts import ConflictError, NotFoundError
from storage.jobs.tables import Job, Mail
from storage.rights import NotAllowedError
from storage.tasks.list import tasks_for
from tests.workflows.kiss.conftest import City
from tests.workflows.kiss.mail.conftest import ADDRESS, TakeIn, everything, letter, said
from workflows.engine.once import drain_once
from workflows.kiss.anliegen.answering import TELL
from workflows.kiss.anliegen.tables import MessageFile
from workflows.kiss.mail.belonging import marks_of
from workflows.kiss.mail.by_hand import FILE_NAME, Understood, take_in_by_hand
from workflows.kiss.mail.fates import Fate
from workflows.kiss.mail.glance import HEAD, Glance, glance, others_post
from workflows.kiss.mail.quarantine import (
    LINK,
    ask_to_read_again,
    discard,
    quarantined,
    unread,
)
from workflows.kiss.mail.refused import note_refused
from workflows.kiss.mail.retrying import REREADING
from workflows.kiss.mail.settling import Arrived, Desk, settle_all
from workflows.kiss.mail.tables import MailItem

BROKEN = (
    b"From: =?utf-8?q?J=C3=BCrgen_Muster?= <juergen@example.org>\r\nSubject: =?utf-8?q?L=C3=A4rm?= im Hof\r\n"
    b"Message-ID: <9@example.org>\r\n\r\nan dem das Programm zerbricht"
)
WHY = "Das Leseprogramm brach bei dieser E-Mail mehrmals ab."


def keep_unread(city: City, content: bytes = BROKEN) -> list[Fate | None]:
    """As the import does where the reader process broke at it."""
    house = city.house
    desk = Desk(marks_of(house.settings), house.blobs, frozenset({ADDRESS}), city.clock())
    with house.blobs.stage(content) as staged, house.database.write() as session:
        arrived = Arrived(
            1, "feedback", sha256(content).hexdigest(), len(content), reason=WHY, original=staged, seen=glance(content),
        )  # fmt: skip
        return settle_all(session, desk, [arrived])


def waiting(city: City) -> list[MailItem]:
    with city.house.database.read() as session:
        return list(quarantined(session, city.staff("kora")))


def settled(city: City) -> MailItem:
    with city.house.database.read() as session:
        return session.scalars(select(MailItem).order_by(MailItem.id)).first()  # type: ignore[return-value]


def test_what_the_head_says_is_known(with_mailbox: City) -> None:
    assert keep_unread(with_mailbox) == [Fate.QUARANTINED]
    [item] = waiting(with_mailbox)
    assert (item.sender, item.subject) == ("Jürgen Muster <juergen@example.org>", "Lärm im Hof")
    with with_mailbox.house.database.read() as session:
        links = {task.link for task in tasks_for(session, with_mailbox.staff("kora"))}
    assert LINK in links


@pytest.mark.parametrize(
    "content",
    [b"", b"%PDF-1.7 nichts", b"\x00\xff" * 99, b"Subject:\r\n\r\n", b"From: <>\nSubject: \t\n\nx"],
)
def test_a_head_that_says_nothing_says_nothing(content: bytes) -> None:
    assert glance(content) == Glance()


@given(binary(max_size=300), sampled_from([b"", b"From: a@b.de\r\n", b"Subject: =?utf-8?b?"]))
def test_a_head_of_whatever_bytes_stops_no_import(rest: bytes, start: bytes) -> None:
    for each in (glance(start + rest).sender, glance(rest + start).subject):
        assert each is None or (each.isprintable() and each == each.strip())
    assert others_post(rest, date(2026, 3, 2)) is None


def test_a_head_without_end_and_signs_that_deceive_are_cut() -> None:
    found = glance(b"From: a@example.org\r\nSubject: \xe2\x80\xaeboshc\r\n b" + b"x" * HEAD)
    assert found.sender == "a@example.org"
    assert found.subject is not None
    assert "\u202e" not in found.subject
    assert len(found.subject) <= 300


def test_only_the_coordination_sees_them(with_mailbox: City) -> None:
    keep_unread(with_mailbox)
    [item] = waiting(with_mailbox)
    with with_mailbox.house.database.read() as session:
        for verb in (quarantined, lambda s, who: unread(s, who, item.id)):
            with pytest.raises(NotAllowedError):
                verb(session, with_mailbox.staff("hilde"))


def test_it_is_thrown_away_with_a_reason_once(with_mailbox: City) -> None:
    keep_unread(with_mailbox)
    [item] = waiting(with_mailbox)
    house, kora, now = with_mailbox.house, with_mailbox.staff("kora"), with_mailbox.clock()
    content = item.original
    assert content is not None
    with house.database.write() as session:
        with pytest.raises(ConflictError, match="warum"):
            discard(session, kora, house.blobs, item.id, "  ", now)
        discard(session, kora, house.blobs, item.id, "Kam noch einmal unverschlüsselt", now)
    with house.database.write() as session, pytest.raises(ConflictError, match="wartet nicht mehr"):
        discard(session, kora, house.blobs, item.id, "Werbung", now)
    row = settled(with_mailbox)
    assert (row.fate, row.reason) == ("discarded", "Kam noch einmal unverschlüsselt")
    assert (row.sender, row.subject, row.original) == (None, None, None)
    with house.database.write() as session:
        with pytest.raises(NotFoundError):
            unread(session, kora, item.id)
        with pytest.raises(BlobStoreError):
            house.blobs.share(session, content)
    assert keep_unread(with_mailbox) == [None]


def test_a_person_makes_an_anliegen_of_it(with_mailbox: City) -> None:
    keep_unread(with_mailbox)
    [item] = waiting(with_mailbox)
    house, kora = with_mailbox.house, with_mailbox.staff("kora")
    made = Understood("Nachts ist es laut.", "Lärm im Hof", name="Jürgen", mail="j@example.org")

    def deed(session: object) -> object:
        return take_in_by_hand(
            session, kora, house.blobs, item.id, made, now=with_mailbox.clock()  # type: ignore[arg-type]
        ).id  # fmt: skip

    with pytest.raises(ConflictError, match="beschreiben"):
        house.database.run(
            lambda session: take_in_by_hand(
                session, kora, house.blobs, item.id, Understood(" ", ""), now=with_mailbox.clock()
            )
        )
    house.database.run(deed)
    with pytest.raises(ConflictError, match="wartet nicht mehr"):
        house.database.run(deed)
    [row] = everything(with_mailbox)
    [message] = said(with_mailbox, row.id)
    assert (row.title, row.opened_by, message.text) == ("Lärm im Hof", kora.person, made.text)
    with house.database.read() as session:
        [file] = session.scalars(select(MessageFile))
        assert (file.name, house.blobs.read(file.sha256)) == (FILE_NAME, BROKEN)
        kinds = set(session.scalars(select(Job.kind)))
    assert {"kiss.route", TELL} <= kinds
    assert settled(with_mailbox).anliegen_id == row.id
    assert waiting(with_mailbox) == []
    assert keep_unread(with_mailbox) == [None]


def test_the_engine_reads_it_again_and_says_what_came_of_it(
    with_mailbox: City, take_in: TakeIn
) -> None:
    house, kora = with_mailbox.house, with_mailbox.staff("kora")
    assert take_in(b"%PDF-1.7 keine Mail") == [Fate.QUARANTINED]
    [item] = waiting(with_mailbox)

    def ask() -> None:
        with_mailbox.clock.forward(minutes=1)
        now = with_mailbox.clock()
        house.database.run(lambda session: ask_to_read_again(session, kora, item.id, now))
        with_mailbox.clock.forward(minutes=1)
        drain_once(house, [REREADING])

    ask()
    [again] = waiting(with_mailbox)
    assert again.asked_at is not None
    assert again.tried_at is not None
    assert again.tried_at > again.asked_at
    with house.database.write() as session:  # the day the program has learned to read it
        good = house.blobs.put(session, letter().as_bytes())
        session.execute(update(MailItem).values(original=good.sha256))
    ask()
    assert waiting(with_mailbox) == []
    assert [row.title for row in everything(with_mailbox)] == ["Schlagloch"]


def test_failed_mails_of_long_ago_are_not_looked_at_again(with_mailbox: City) -> None:
    house, now, many = with_mailbox.house, with_mailbox.clock(), 3_000
    ids = [new_id() for _ in range(many)]
    with house.database.write() as session:
        session.add_all(
            Mail(
                id=each,
                key=f"{TELL}:message:{new_id().hex}",
                recipient="a@example.org",
                subject="x",
                text="y",
                automatic=False,
                created_at=now,
            )
            for each in ids
        )
        session.add_all(
            Job(kind="mail", key=str(each), payload={"mail": str(each)}, priority=5, run_after=now, state="failed", attempts=9, created_at=now, finished_at=now)
            for each in ids
        )  # fmt: skip
    seen: list[object] = []

    def looked_at(mail: Mail, _context: object) -> None:
        seen.append(mail.id)

    event.listen(Mail, "load", looked_at)
    try:
        house.database.run(lambda session: note_refused(session, now))
        assert len(seen) == many
        seen.clear()
        later = now + timedelta(hours=2)
        house.database.run(lambda session: note_refused(session, later))
        with house.database.write() as session:
            session.execute(
                update(Job)
                .where(Job.key == str(ids[7]))
                .values(finished_at=later + timedelta(minutes=1))
            )
        seen.clear()
        last = later + timedelta(hours=3)
        house.database.run(lambda session: note_refused(session, last))
        assert seen == [ids[7]]
        seen.clear()
        house.database.run(lambda session: note_refused(session, last + timedelta(hours=2)))
        assert seen == []
    finally:
        event.remove(Mail, "load", looked_at)

"""What people write is not lost because it looks like a machine's; and no machine makes another one talk."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from storage.blobs.tables import Blob
from storage.conflicts import NotFoundError
from storage.rights import NotAllowedError
from storage.tasks.list import tasks_for
from tests.workflows.kiss.anliegen.test_life import deed, given_to
from tests.workflows.kiss.conftest import City
from tests.workflows.kiss.mail.conftest import (
    TakeIn,
    everything,
    letter,
    mark,
    said,
    written,
)
from workflows.engine.once import drain_once
from workflows.kiss.anliegen.answering import answer
from workflows.kiss.mail.fates import Fate
from workflows.kiss.mail.passed_over import KEPT, forget_passed_over, passed_over, take_in_anyway
from workflows.kiss.mail.quarantine import quarantined
from workflows.kiss.mail.retrying import REREADING
from workflows.kiss.mail.tables import MailItem


@pytest.mark.parametrize("precedence", ["list", "bulk"])
def test_what_comes_by_a_list_is_taken_in_and_answered_by_no_machine(
    with_mailbox: City, take_in: TakeIn, precedence: str
) -> None:
    mail = letter(Precedence=precedence, **{"List-Id": "<alle.stadt.example>"})
    assert take_in(mail) == [Fate.OPENED]
    assert len(everything(with_mailbox)) == 1
    assert written(with_mailbox) == []


@pytest.mark.parametrize(("precedence", "fate"), [("list", Fate.HEARD), ("bulk", Fate.NOTED)])
def test_a_reply_to_many_reopens_only_where_no_absence_notice_would_say_so(
    with_mailbox: City, take_in: TakeIn, precedence: str, fate: Fate
) -> None:
    anliegen = given_to(with_mailbox, "tiefbau")
    deed(with_mailbox, answer, "tim", anliegen, "Erledigt.")
    subject = f"AW: [{mark(with_mailbox, anliegen)}]"
    assert take_in(letter("Noch da.", subject, Precedence=precedence)) == [fate]
    reopened = fate is Fate.HEARD
    assert (with_mailbox.row(anliegen).state == "reopened") == reopened
    with with_mailbox.house.database.read() as session:
        kinds = [task.kind for task in tasks_for(session, with_mailbox.staff("tim"))]
    assert kinds == (["kiss.work"] if reopened else ["kiss.look"])


@pytest.mark.parametrize(
    "headers",
    [{"Auto-Submitted": "auto-generated"}, {"Subject": "Automatische Antwort kam an: Schlagloch"}],
)
def test_what_was_passed_over_can_be_taken_in_after_all(
    with_mailbox: City, take_in: TakeIn, headers: dict[str, str]
) -> None:
    house, kora = with_mailbox.house, with_mailbox.staff("kora")
    mail = letter(**headers)
    mail.add_attachment(
        b"\xff\xd8\xff\xe0 Bild", maintype="image", subtype="jpeg", filename="a.jpg"
    )
    assert take_in(mail) == [Fate.IGNORED]
    with house.database.read() as session:
        with pytest.raises(NotAllowedError):
            passed_over(session, with_mailbox.staff("tim"))
        [item] = passed_over(session, kora)
    assert (item.sender, item.subject) == ("erika@example.org", mail["Subject"])
    assert item.reason
    house.database.run(lambda session: take_in_anyway(session, kora, item.id, with_mailbox.clock()))
    drain_once(house, [REREADING])
    [row] = everything(with_mailbox)
    [message] = said(with_mailbox, row.id)
    assert message.original is not None
    assert house.blobs.read(message.original) == mail.as_bytes()
    assert written(with_mailbox) == []
    with house.database.read() as session:
        assert (passed_over(session, kora), quarantined(session, kora)) == ([], [])
        kept = session.get_one(MailItem, item.id)
    assert (kept.fate, kept.anliegen_id, kept.original, kept.subject) == (
        "opened", row.id, None, None,
    )  # fmt: skip
    assert take_in(mail) == [None]
    with pytest.raises(NotFoundError):
        house.database.run(
            lambda session: take_in_anyway(session, kora, item.id, with_mailbox.clock())
        )


def test_a_reply_that_was_passed_over_finds_its_anliegen(
    with_mailbox: City, take_in: TakeIn
) -> None:
    anliegen = given_to(with_mailbox, "tiefbau")
    deed(with_mailbox, answer, "tim", anliegen, "Wo genau?", asks=True)
    house, kora = with_mailbox.house, with_mailbox.staff("kora")
    ours = letter(
        "Vor Nummer 4.",
        **{"Message-ID": f"<{'ab' * 20}@stadt.example>", "Auto-Submitted": "auto-generated"},
    )
    assert take_in(ours) == [Fate.IGNORED]
    with house.database.read() as session:
        assert passed_over(session, kora) == []  # what is ours we have


def test_nobody_keeps_them_longer_than_promised(with_mailbox: City, take_in: TakeIn) -> None:
    house, kora = with_mailbox.house, with_mailbox.staff("kora")
    take_in(letter(**{"Auto-Submitted": "auto-generated"}))
    with house.database.read() as session:
        [item] = session.scalars(select(MailItem)).all()
    for days, gone in ((KEPT.days - 1, 0), (KEPT.days + 1, 1)):
        later = with_mailbox.clock() + timedelta(days=days)
        assert (
            house.database.run(
                lambda session, now=later: forget_passed_over(session, house.blobs, now)
            )
            == gone
        )
    with house.database.read() as session:
        assert passed_over(session, kora) == []
        assert session.get_one(Blob, item.original).refs == 0
        row = session.get_one(MailItem, item.id)
    assert (row.sender, row.subject, row.fate) == (None, None, "ignored")

"""Which mail belongs to which Anliegen, who is believed, and what machines may do."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from storage.actors import ProtectionClass
from storage.jobs.tables import Job
from storage.tasks.list import tasks_for
from tests.workflows.kiss.anliegen.test_life import deed, given_to
from tests.workflows.kiss.conftest import City
from tests.workflows.kiss.mail.conftest import (
    ADDRESS,
    TakeIn,
    everything,
    letter,
    mark,
    said,
    written,
)
from tests.workflows.kiss.mail.test_parsing import bounce
from workflows.eakte.tables import Document
from workflows.kiss.anliegen.answering import answer
from workflows.kiss.anliegen.merging import merge
from workflows.kiss.anliegen.opening import Caller
from workflows.kiss.anliegen.states import Kind
from workflows.kiss.anliegen.tables import Anliegen
from workflows.kiss.mail.deciding import LATE, NOT_ARRIVED
from workflows.kiss.mail.fates import Fate
from workflows.kiss.mail.tables import MailItem


def test_a_mail_becomes_an_anliegen(with_mailbox: City, take_in: TakeIn) -> None:
    mail = letter()
    mail.add_attachment(
        b"\xff\xd8\xff\xe0 Bild", maintype="image", subtype="jpeg", filename="loch.jpg"
    )
    assert take_in(mail) == [Fate.OPENED]
    [row] = everything(with_mailbox)
    assert (row.channel, row.title, row.kind) == ("mail", "Schlagloch", "fault")
    [message] = said(with_mailbox, row.id)
    assert message.text == "Vor dem Haus Lindenweg 4 ist ein Schlagloch."
    assert (message.sender, message.message_id) == ("erika@example.org", "<1@example.org>")
    assert message.original is not None
    assert with_mailbox.house.blobs.read(message.original) == mail.as_bytes()


def test_the_same_mail_to_two_inboxes_is_one_anliegen(with_mailbox: City, take_in: TakeIn) -> None:
    assert take_in(letter(), mailbox="feedback") == [Fate.OPENED]
    assert take_in(b"Delivered-To: x\n" + letter().as_bytes(), mailbox="tiefbau") == [None]
    assert take_in(letter(), letter()) == [None, None]
    assert len(everything(with_mailbox)) == 1
    with with_mailbox.house.database.read() as session:
        [item] = session.scalars(select(MailItem)).all()
    assert item.mailboxes == ["feedback", "tiefbau"]


def test_one_message_id_on_two_mails_hides_neither(with_mailbox: City, take_in: TakeIn) -> None:
    take_in(letter("Das eine."), letter("Das andere."))
    assert len(everything(with_mailbox)) == 2


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"From: a@b.de\nSubject: nur Betreff\n\n", "(Die E-Mail enthält keinen Text.)"),
        (b"Subject: von niemandem\n\nHallo", "Hallo"),
        (b"From: =?utf-8?q?a=2Cb?=@x.de\nSubject: x\n\nHallo", "Hallo"),
        (b"From: a@b.de\nSubject: x\n\nNull\x00 und halbe \xed\xa0\x80 Zeichen", None),
    ],
)
def test_malformed_mails_are_taken_in_all_the_same(
    with_mailbox: City, take_in: TakeIn, raw: bytes, text: str | None
) -> None:
    assert take_in(raw) == [Fate.OPENED]
    [row] = everything(with_mailbox)
    [message] = said(with_mailbox, row.id)
    assert text is None or message.text == text
    assert len(written(with_mailbox)) == (1 if b"From: a@b" in raw else 0)


def asked(city: City) -> "tuple[object, str]":
    """An Anliegen whose citizen was asked something, and its mark."""
    anliegen = given_to(city, "tiefbau")
    deed(city, answer, "tim", anliegen, "Wo genau?", asks=True)
    return anliegen, mark(city, anliegen)


@pytest.mark.parametrize(
    "headers",
    [
        {"References": "<x@y> <{mark}.0123456789abcdef@stadt.example>"},
        {"In-Reply-To": "<{mark}.0123456789abcdef@stadt.example>"},
        {"Subject": "AW: Eine Frage zu Ihrem Anliegen [{mark}]"},
        {"To": "feedback+{mark}@stadt.example"},
        {"Delivered-To": "feedback+{mark}@stadt.example"},
        {"Subject": "=?utf-8?q?WG=3A_=5B{mark}=5D?="},
    ],
)
def test_a_reply_finds_its_anliegen_however_little_a_program_keeps(
    with_mailbox: City, take_in: TakeIn, headers: dict[str, str]
) -> None:
    anliegen, seal = asked(with_mailbox)
    found = {name: value.format(mark=seal) for name, value in headers.items()}
    assert take_in(letter("Vor Hausnummer 4.", **found)) == [Fate.HEARD]
    [row] = everything(with_mailbox)
    assert (row.id, row.state) == (anliegen, "in_work")
    [_, reply] = said(with_mailbox, row.id)
    assert (reply.text, reply.trusted) == ("Vor Hausnummer 4.", True)


@pytest.mark.parametrize(
    "subject",
    [
        "AW: [2026-00001]",
        "AW: [2026-00001-aaaaaaaaaaaa]",
        "Anliegen 2026-00001",
        "[2026-99999-aaaaaaaaaaaa]",
    ],
)
def test_a_forged_reference_is_a_new_anliegen(
    with_mailbox: City, take_in: TakeIn, subject: str
) -> None:
    asked(with_mailbox)
    assert take_in(letter(subject=subject)) == [Fate.OPENED]
    first, second = everything(with_mailbox)
    assert (first.state, second.state) == ("waits_citizen", "new")
    assert len(said(with_mailbox, first.id)) == 1


def test_the_mark_of_another_anliegen_does_not_open_this_one(
    with_mailbox: City, take_in: TakeIn
) -> None:
    anliegen, seal = asked(with_mailbox)
    other = with_mailbox.open()
    stolen = seal.replace(
        f"-{with_mailbox.row(anliegen).number:05d}-",  # type: ignore[arg-type]
        f"-{with_mailbox.row(other).number:05d}-",
    )
    assert take_in(letter(subject=f"[{stolen}]")) == [Fate.OPENED]


def test_a_stranger_with_the_right_reference_changes_nothing(
    with_mailbox: City, take_in: TakeIn
) -> None:
    anliegen, seal = asked(with_mailbox)
    mail = letter("Hat sich erledigt.", f"AW: [{seal}]", "Karl <karl@anderswo.example>")
    assert take_in(mail) == [Fate.HEARD]
    [row] = everything(with_mailbox)
    assert (row.id, row.state) == (anliegen, "waits_citizen")
    [_, reply] = said(with_mailbox, row.id)
    assert (reply.trusted, reply.sender) == (False, "karl@anderswo.example")


def test_spelling_makes_nobody_a_stranger(with_mailbox: City, take_in: TakeIn) -> None:
    _, seal = asked(with_mailbox)
    take_in(letter("Da.", f"[{seal}]", "ERIKA@Example.ORG"))
    assert everything(with_mailbox)[0].state == "in_work"


@pytest.mark.parametrize(
    ("sender", "headers"),
    [
        ("karl@anderswo.example", {"Reply-To": "erika@example.org"}),
        ("karl@anderswo.example, erika@example.org", {}),
        ("erika@example.org, karl@anderswo.example", {"Sender": "karl@anderswo.example"}),
        ('"erika@example.org" <karl@anderswo.example>', {}),
        ("karl@anderswo.example", {"Sender": "erika@example.org"}),
    ],
)
def test_nobody_becomes_somebody_else_by_what_no_server_checks(
    with_mailbox: City, take_in: TakeIn, sender: str, headers: dict[str, str]
) -> None:
    _, seal = asked(with_mailbox)
    raw = letter("Hat sich erledigt.", f"[{seal}]", "x@y.example", **headers).as_bytes()
    take_in(raw.replace(b"From: x@y.example", f"From: {sender}".encode()))
    [row] = everything(with_mailbox)
    assert row.state == "waits_citizen"
    assert [each.trusted for each in said(with_mailbox, row.id)] == [True, False]


def test_a_second_from_line_makes_a_stranger(with_mailbox: City, take_in: TakeIn) -> None:
    _, seal = asked(with_mailbox)
    raw = letter("Hat sich erledigt.", f"[{seal}]").as_bytes()
    take_in(raw.replace(b"To: ", b"From: karl@anderswo.example\nTo: ", 1))
    assert everything(with_mailbox)[0].state == "waits_citizen"


def test_who_wrote_first_is_believed_wherever_answers_go(
    with_mailbox: City, take_in: TakeIn
) -> None:
    take_in(letter(sender="büro@firma.example", **{"Reply-To": "erika@example.org"}))
    [row] = everything(with_mailbox)
    seal = mark(with_mailbox, row.id)
    for number, sender in enumerate(("büro@firma.example", "erika@example.org", "k@x.example"), 2):
        take_in(letter(f"Noch etwas {number}.", f"[{seal}]", sender, number))
    assert [each.trusted for each in said(with_mailbox, row.id)] == [True, True, True, False]


def test_a_reply_to_what_was_closed_opens_it_again(with_mailbox: City, take_in: TakeIn) -> None:
    anliegen = given_to(with_mailbox, "tiefbau")
    deed(with_mailbox, answer, "tim", anliegen, "Erledigt.")
    take_in(letter("Das Loch ist noch da.", f"[{mark(with_mailbox, anliegen)}]"))
    assert with_mailbox.row(anliegen).state == "reopened"


def test_a_reply_to_what_was_merged_lands_in_the_main_one(
    with_mailbox: City, take_in: TakeIn
) -> None:
    main = given_to(with_mailbox, "tiefbau", caller=Caller("Karl", "karl@example.org"))
    second = given_to(with_mailbox, "tiefbau")
    deed(with_mailbox, merge, "tim", second, main)
    deed(with_mailbox, answer, "tim", main, "Wann?", asks=True)
    take_in(letter("Am Montag.", f"[{mark(with_mailbox, second)}]"))
    assert [each.trusted for each in said(with_mailbox, main)] == [True, True]
    assert with_mailbox.row(main).state == "in_work"
    assert with_mailbox.row(second).state == "closed"


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"Return-Path": "<>"},
        {"Subject": "Abwesenheitsnotiz: {seal}"},
    ],
)
def test_machines_never_reopen_and_become_notes(
    with_mailbox: City, take_in: TakeIn, headers: dict[str, str]
) -> None:
    anliegen = given_to(with_mailbox, "tiefbau")
    deed(with_mailbox, answer, "tim", anliegen, "Erledigt.")
    seal = mark(with_mailbox, anliegen)
    values = {"In-Reply-To": f"<{seal}.0123456789abcdef@stadt.example>"} | {
        name: value.format(seal=seal) for name, value in headers.items()
    }
    assert take_in(letter("Ich bin im Urlaub.", **values)) == [Fate.NOTED]
    assert with_mailbox.row(anliegen).state == "answered"
    assert len(said(with_mailbox, anliegen)) == 1
    [note] = said(with_mailbox, anliegen, "note")
    assert "Ich bin im Urlaub." in note.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-generated"},
        {"Precedence": "junk"},
        {"Message-ID": f"<{'ab' * 20}@stadt.example>"},
    ],
)
def test_what_machines_write_about_nothing_is_passed_over_and_counted(
    with_mailbox: City, take_in: TakeIn, headers: dict[str, str]
) -> None:
    assert take_in(letter(**headers)) == [Fate.IGNORED]
    assert everything(with_mailbox) == []
    with with_mailbox.house.database.read() as session:
        [item] = session.scalars(select(MailItem)).all()
    assert item.reason
    assert written(with_mailbox) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Auto-Response-Suppress": "All"},
        {"From": "Parkhaus <noreply@parken.example>"},
        {"From": f"Formular <{ADDRESS}>"},
    ],
)
def test_who_wants_no_automatic_answer_gets_none_and_is_heard(
    with_mailbox: City, take_in: TakeIn, headers: dict[str, str]
) -> None:
    assert take_in(letter(**headers)) == [Fate.OPENED]
    assert len(everything(with_mailbox)) == 1
    assert written(with_mailbox) == []


@pytest.mark.parametrize(("action", "words"), [("failed", NOT_ARRIVED), ("delayed", LATE)])
def test_a_bounce_is_a_note_for_who_has_it(
    with_mailbox: City, take_in: TakeIn, action: str, words: str
) -> None:
    anliegen = given_to(with_mailbox, "tiefbau")
    deed(with_mailbox, answer, "tim", anliegen, "Erledigt.")
    assert take_in(bounce(mark(with_mailbox, anliegen), action)) == [Fate.NOTED]
    [note] = said(with_mailbox, anliegen, "note")
    assert note.text.startswith(words)
    assert with_mailbox.row(anliegen).state == "answered"
    with with_mailbox.house.database.read() as session:  # nobody would look at what is answered
        assert [task.kind for task in tasks_for(session, with_mailbox.staff("tim"))] == [
            "kiss.look"
        ]


def test_a_delivery_report_of_success_is_no_news(with_mailbox: City, take_in: TakeIn) -> None:
    anliegen = given_to(with_mailbox, "tiefbau")
    assert take_in(bounce(mark(with_mailbox, anliegen), "delivered")) == [Fate.IGNORED]


def test_our_own_mail_that_comes_back_belongs_nowhere(with_mailbox: City, take_in: TakeIn) -> None:
    anliegen, seal = asked(with_mailbox)
    [question] = written(with_mailbox)
    back = letter(subject=question.subject, **{"Message-ID": str(question.message_id)})
    assert take_in(back) == [Fate.IGNORED]
    assert anliegen
    assert seal in question.subject


@pytest.mark.parametrize(
    ("subject", "text", "kind"),
    [
        ("Dienstaufsichtsbeschwerde", "über Herrn X", Kind.SUPERVISORY),
        ("Ihr Mitarbeiter", "Hiermit erhebe ich Dienstaufsichtsbeschwerde.", Kind.SUPERVISORY),
        ("Beschwerde über Lärm", "Es ist laut.", Kind.COMPLAINT),
        ("Vielen Dank", "Toll.", Kind.PRAISE),
        ("Eine Idee für den Park", "Bänke.", Kind.IDEA),
        ("Loch", "Wir hatten uns schon beschwert.", Kind.FAULT),
    ],
)
def test_what_kind_it_is(
    with_mailbox: City, take_in: TakeIn, subject: str, text: str, kind: Kind
) -> None:
    take_in(letter(text, subject))
    [row] = everything(with_mailbox)
    assert row.kind == kind.value
    assert (row.protection == ProtectionClass.PERSONNEL.value) == (kind is Kind.SUPERVISORY)


def test_a_reply_that_complains_about_who_answers_does_not_reach_them(
    with_mailbox: City, take_in: TakeIn
) -> None:
    anliegen, seal = asked(with_mailbox)
    complaint = "Jetzt reicht es. Ich erhebe Dienstaufsichtsbeschwerde gegen Herrn Beispiel."
    assert take_in(letter(complaint, f"AW: [{seal}]")) == [Fate.OPENED]
    first, second = everything(with_mailbox)
    assert (first.id, len(said(with_mailbox, first.id))) == (anliegen, 1)
    assert (second.kind, second.protection, second.person_id) == (
        "supervisory", "personnel", with_mailbox.people["hilde"],
    )  # fmt: skip


def test_a_head_who_has_it_does_not_get_the_complaint_that_follows(
    with_mailbox: City, take_in: TakeIn
) -> None:
    anliegen, seal = asked(with_mailbox)
    hilde = with_mailbox.people["hilde"]
    with with_mailbox.house.database.write() as session:
        session.get_one(Anliegen, anliegen).person_id = hilde
    complaint = "Ich erhebe Dienstaufsichtsbeschwerde gegen Ihren Sachbearbeiter."
    assert take_in(letter(complaint, f"AW: [{seal}]")) == [Fate.OPENED]
    first, second = everything(with_mailbox)
    assert (first.person_id, second.kind) == (hilde, "supervisory")
    assert second.person_id not in {None, hilde}


def test_reports_to_the_reporting_office_never_enter(with_mailbox: City, take_in: TakeIn) -> None:
    secret = "Im Amt X wird Geld veruntreut, ich bin Zeugin."
    mail = letter(secret, "Hinweisgebermeldung", "Zeugin <zeugin@example.org>")
    assert take_in(mail) == [Fate.HANDED_OVER]
    assert take_in(mail) == [None]
    assert everything(with_mailbox) == []
    house = with_mailbox.house
    with house.database.read() as session:
        [document] = session.scalars(select(Document)).all()
        [item] = session.scalars(select(MailItem)).all()
        jobs = session.scalar(select(func.count()).select_from(Job))
    assert (document.state, document.protection) == ("unopened", "unopened")
    assert house.blobs.read(document.sha256) == mail.as_bytes()
    assert (item.anliegen_id, item.reason, item.original) == (None, None, None)
    assert jobs == 0


def test_old_items_are_forgotten_and_unread_ones_kept(with_mailbox: City, take_in: TakeIn) -> None:
    from workflows.kiss.mail.fetching import forget

    assert take_in(letter(), b"%PDF-1.7 keine Mail") == [Fate.OPENED, Fate.QUARANTINED]
    later = with_mailbox.clock() + timedelta(days=400)
    assert with_mailbox.house.database.run(lambda session: forget(session, later)) == 1

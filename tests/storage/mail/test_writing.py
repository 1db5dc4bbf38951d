"""Outgoing mail: written with the deed, sent once as a file, forgotten in time; nothing is smuggled in."""

import contextlib
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from storage.house import House
from storage.jobs.tables import Mail, MailAttachment
from storage.mail import (
    Attachment,
    Conversation,
    MailRefusedError,
    compose,
    forget_sent,
    send_later,
    sendable,
)
from tests.storage.mail.post import CALENDAR, NOON, files, read, send, write


def test_without_a_server_a_mail_becomes_one_file(house: House) -> None:
    mail = write(house, reply_to="amt@stadt.example", attachments=[CALENDAR])
    assert write(house) == mail, "the same key is the same mail"
    assert send(house) == 1
    assert send(house) == 0
    [message] = files(house)
    assert message["Subject"] == "Schöne Grüße"
    assert message["To"] == "erika@stadt.example"
    assert message["Reply-To"] == "amt@stadt.example"
    assert message["Date"] == "Mon, 02 Mar 2026 13:00:00 +0100"
    assert message["Auto-Submitted"] == "auto-generated"
    body = message.get_body()
    assert body is not None
    assert body.get_content().splitlines() == ["Äöü ß „x“"]
    [part] = message.iter_attachments()
    assert part.get_filename() == "termin.ics"
    assert part.get_content_type() == "text/calendar"
    assert part.get_param("method") == "REQUEST"
    assert part.get_payload(decode=True) == CALENDAR.content
    with house.database.read() as session:
        assert session.get_one(Mail, mail).sent_at == NOON


def test_a_mail_whose_deed_rolls_back_is_never_sent(house: House) -> None:
    with contextlib.suppress(ZeroDivisionError), house.database.write() as session:
        send_later(session, "a@stadt.example", "x", "x", "k")
        _ = 1 / 0
    assert send(house) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"to": "a@x.example\nBcc: b@x.example"},
        {"to": "a@x.example, b@x.example"},
        {"to": "Erika <a@x.example>"},
        {"to": "niemand"},
        {"to": "=?utf-8?q?a=40evil.example=2C_b?=@x.example"},
        {"to": "=?utf-8?q?opfer=40evil.example=2C?=@x.example"},
        {"reply_to": "=?utf-8?b?YSxi?=@x.example"},
        {"to": "ü@x.example"},
        {"to": "a..b@x.example"},
        {"to": ".a@x.example"},
        {"to": "a@x..example"},
        {"to": "a@-x.example"},
        {"to": "a@=?utf-8?q?x?="},
        {"to": "a@ü_ü.example"},
        {"to": "a" * 65 + "@x.example"},
        {"to": "a@" + "ü" * 80 + ".example"},
        {"subject": "Hallo\u2028Bcc: b@x.example"},
        {"subject": "Hallo\x85Bcc: b@x.example"},
        {"subject": "\ud800"},
        {"reply_to": "a@x.example\r\nX: y"},
        {"subject": "Hallo\r\nBcc: b@x.example"},
        {"subject": "Hallo\nBcc: b@x.example"},
        {"subject": "Hallo\x00"},
        {"attachments": [Attachment("a\r\nX: y.pdf", "application/pdf", b"")]},
        {"attachments": [Attachment("a.pdf", "application/pdf\r\nX: y", b"")]},
    ],
)
def test_smuggled_headers_are_refused(house: House, wrong: dict[str, Any]) -> None:
    with pytest.raises(MailRefusedError):
        write(house, **wrong)
    assert send(house) == 0


@pytest.mark.parametrize(
    ("to", "sent"),
    [
        ("erika@müller.example", "erika@xn--mller-kva.example"),
        ("erika@Straße.example", "erika@xn--strae-oqa.example"),
        ("o'brien+post@Stadt.example", "o'brien+post@Stadt.example"),
        ("root@localhost", "root@localhost"),
    ],
)
def test_domains_with_umlauts_go_out_as_servers_know_them(house: House, to: str, sent: str) -> None:
    write(house, to=to)
    assert send(house) == 1
    [message] = files(house)
    assert message["To"] == sent
    assert len(message["To"].addresses) == 1


@given(st.from_regex(r"[!-~]{1,30}@[a-z0-9.=?-]{1,20}", fullmatch=True))
def test_an_accepted_address_is_one_recipient(address: str) -> None:
    try:
        accepted = sendable(address)
    except MailRefusedError:
        return
    mail = Mail(key="k", recipient=accepted, subject="S", text="T", created_at=NOON)
    message = read(compose(mail, [], "rathaus@stadt.example").as_bytes())
    assert [each.addr_spec for each in message["To"].addresses] == [accepted]


def test_a_no_break_space_is_no_smuggling(house: House) -> None:
    subject = "Frist\u00a0läuft: 14\u202fTage, Silben\u00adtrennung 😀"
    write(house, subject=subject)
    send(house)
    [message] = files(house)
    assert message["Subject"] == subject


@settings(max_examples=60, deadline=None)
@given(
    subject=st.text(max_size=200), text=st.text(max_size=400), name=st.text(min_size=1, max_size=60)
)
def test_any_words_arrive_as_written_or_are_refused(subject: str, text: str, name: str) -> None:
    if not (subject + name).isprintable():
        return
    try:
        (subject + text + name).encode()
    except UnicodeEncodeError:  # lone surrogates are no text
        return
    mail = Mail(key="k", recipient="a@x.example", subject=subject, text=text, created_at=NOON)
    attachment = MailAttachment(position=0, name=name, media_type="text/plain", content=b"\x00\xff")
    message = read(compose(mail, [attachment], "rathaus@stadt.example").as_bytes())
    assert len(message.keys()) == len(set(message.keys()))
    assert message["To"] == "a@x.example"
    assert next(iter(message.iter_attachments())).get_payload(decode=True) == b"\x00\xff"


def test_sent_mail_is_forgotten_in_time(house: House) -> None:
    write(house, attachments=[CALENDAR])
    send(house)
    write(house, "unsent")
    with house.database.write() as session:
        assert forget_sent(session, NOON + timedelta(days=29)) == 0
        assert forget_sent(session, NOON + timedelta(days=31)) == 1
        assert session.scalars(select(MailAttachment)).all() == []
        assert [mail.key for mail in session.scalars(select(Mail))] == ["unsent"]
        assert forget_sent(session, NOON + timedelta(days=90)) == 0
        assert forget_sent(session, NOON + timedelta(days=91)) == 1


def test_a_mail_in_a_conversation_names_what_it_answers(house: House) -> None:
    ids = [f"<{'lang' * 15}.{number}@sehr-langer-name.example>" for number in range(60)]
    conversation = Conversation("post@stadt.example", "<eigene@stadt.example>", ids[-1], ids)
    write(house, subject="Termin", conversation=conversation, automatic=False)
    send(house)
    [message] = files(house)
    assert message["From"] == "post@stadt.example"
    assert message["Message-ID"] == "<eigene@stadt.example>"
    assert message["In-Reply-To"] == ids[-1]
    assert message["References"].split() == [ids[0], *ids[-20:]]
    assert "Auto-Submitted" not in message
    [path] = (house.settings.data_dir / "mail").glob("*")
    assert max(map(len, path.read_bytes().splitlines())) < 998, "RFC 5322, 2.1.1"
    assert b"=?utf-8?" not in path.read_bytes(), "Message-IDs are never encoded"


@pytest.mark.parametrize("wrong", ["<a@b>\r\nBcc: x@y", "keine", "<a b@c>", "<@>", "<ä@x>", ""])
def test_message_ids_of_strangers_smuggle_nothing_in(house: House, wrong: str) -> None:
    write(house, conversation=Conversation(in_reply_to=wrong, earlier=[wrong, "<gut@x.example>"]))
    send(house)
    [message] = files(house)
    assert "In-Reply-To" not in message
    assert message["References"] == "<gut@x.example>"
    assert message["Auto-Submitted"] == "auto-generated"


def test_a_notice_that_answers_says_so(house: House) -> None:
    write(house, conversation=Conversation(in_reply_to="<gut@x.example>"))
    send(house)
    assert files(house)[0]["Auto-Submitted"] == "auto-replied"

"""The mails a town hall gets: each case of the notes, read without a fault and told what is wrong with it."""

import binascii
import struct
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr.documents import UnreadableError
from tests.workflows.kiss.mail.conftest import letter
from workflows.kiss.mail.automatic import Ours
from workflows.kiss.mail.parsing import ParsedMail, parse

OURS = Ours("stadt.example", frozenset({"feedback@stadt.example"}))


def read(mail: EmailMessage | bytes | str) -> ParsedMail:
    if isinstance(mail, str):
        return parse(mail.encode(), OURS)
    return parse(mail if isinstance(mail, bytes) else mail.as_bytes(), OURS)


def test_a_plain_mail() -> None:
    mail = read(letter("Grüße aus dem Lindenweg"))
    assert (mail.sender, mail.name) == ("erika@example.org", "Erika Muster")
    assert (mail.subject, mail.text) == ("Schlagloch", "Grüße aus dem Lindenweg")
    assert mail.date == "2026-03-02T08:30:00+01:00"
    assert (mail.automatic, mail.defects, mail.marks) == (False, (), ())


@pytest.mark.parametrize(
    ("raw", "defect"),
    [
        ("Subject: x\n\ny", "Der Absender fehlt."),
        ("From: \nSubject: x\n\ny", "Der Absender fehlt."),
        ("From: Erika\nSubject: x\n\ny", "Die Adresse des Absenders ist unvollständig."),
        ("From: a@b.de\n\ny", "Der Betreff fehlt."),
        ("From: a@b.de\nSubject:\n\ny", "Der Betreff fehlt."),
        ("From: a@b.de\nSubject: x\n\n", "Die E-Mail enthält keinen Text."),
        ("From: a@b.de\nSubject: x\nDate: gestern\n\ny", "Das Datum ist nicht zu lesen."),
        ("From: a@b.de\nSubject: x\nDate: Mon, 99 Foo 2026 25:99:99 +9999\n\ny", "Das Datum ist nicht zu lesen."),
        ("From: a@b.de\nSubject: x\nDate: Mon, 2 Mar 99999 08:00:00 +0100\n\ny", "Das Datum ist nicht zu lesen."),
        ("From: a@b.de\nFrom: c@d.de\nSubject: x\n\ny", "Die Kopfzeile From steht mehrmals da."),
        ("From: a@b.de, c@d.de\nSubject: x\n\ny", "Die E-Mail nennt mehrere Absender."),
        ("From: a@b.de\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed\n\ny",
         "Die Teile der E-Mail sind nicht voneinander getrennt."),
        ("From: a@b.de\nSubject: x\nMIME-Version: 1.0\nContent-Transfer-Encoding: base64\n\n!!!kein base64!!!",
         "Ein Teil ist beschädigt (Base64)."),
    ],
)  # fmt: skip
def test_what_is_missing_or_wrong_is_said(raw: str, defect: str) -> None:
    assert defect in read(raw).defects


@pytest.mark.parametrize("charset", ["x-unknown", "utf-9", "", "klingon\x00"])
def test_an_unknown_charset_is_guessed(charset: str) -> None:
    raw = (
        b"From: a@b.de\nSubject: x\nMIME-Version: 1.0\nContent-Type: text/plain; charset="
        + charset.encode()
        + b"\nContent-Transfer-Encoding: 8bit\n\nGr\xfc\xdfe aus der Stra\xdfe"
    )
    assert read(raw).text == "Grüße aus der Straße"


def test_uuencoded_files_in_the_text_are_attachments() -> None:
    content = bytes(range(200))
    lines = "".join(
        binascii.b2a_uu(content[at : at + 45]).decode() for at in range(0, len(content), 45)
    )
    mail = read(letter(f"Anbei das Bild.\nbegin 644 ../../bild.bin\n{lines}`\nend\nGruß\n"))
    assert [(each.name, each.content) for each in mail.attachments] == [("bild.bin", content)]
    assert mail.text.split() == ["Anbei", "das", "Bild.", "Gruß"]


def test_text_that_only_looks_uuencoded_stays_text() -> None:
    assert "begin 644 nichts" in read(letter("begin 644 nichts\nHier steht Text.\nend\n")).text


def _tnef(name: str, content: bytes) -> bytes:
    def attribute(level: int, kind: int, data: bytes) -> bytes:
        return (
            struct.pack("<BII", level, kind, len(data))
            + data
            + struct.pack("<H", sum(data) & 0xFFFF)
        )

    return (
        b"\x78\x9f\x3e\x22\x01\x00"
        + attribute(2, 0x00069002, bytes(14))
        + attribute(2, 0x00018010, name.encode("cp1252") + b"\x00")
        + attribute(2, 0x0006800F, content)
    )


def test_winmail_dat_is_taken_apart() -> None:
    message = letter()
    message.add_attachment(
        _tnef("Plan.txt", b"Inhalt"), maintype="application", subtype="ms-tnef", filename="winmail.dat"
    )  # fmt: skip
    assert [(each.name, each.content) for each in read(message).attachments] == [
        ("Plan.txt", b"Inhalt")
    ]


def test_a_mail_within_a_mail_is_an_attachment_and_not_its_text() -> None:
    inner = letter("Das steht innen.", "Innen", number=2)
    outer = letter("Das steht außen.")
    outer.add_attachment(inner)
    mail = read(outer)
    assert mail.text == "Das steht außen."
    assert [(each.name, each.type) for each in mail.attachments] == [
        ("Innen.eml", "message/rfc822")
    ]


def test_mails_within_mails_without_end_are_cut_off() -> None:
    inner: EmailMessage | MIMEMultipart = letter("ganz innen")
    for _ in range(120):
        wrapped = MIMEMultipart()
        wrapped["From"], wrapped["Subject"] = "a@b.de", "tief"
        wrapped.attach(inner)
        inner = wrapped
    assert read(inner.as_bytes()).sender == "a@b.de"


def test_an_encrypted_mail_says_so() -> None:
    raw = (
        "From: a@b.de\nSubject: geheim\nMIME-Version: 1.0\nContent-Transfer-Encoding: base64\n"
        "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\n\nMIAGCSqGSIb3DQ==\n"
    )
    mail = read(raw)
    assert any("verschlüsselt" in each for each in mail.defects)
    assert [each.name for each in mail.attachments] == ["smime.p7m"]


def test_an_encoded_sender_does_not_become_another_address() -> None:
    mail = read(
        "From: =?utf-8?q?Oberb=C3=BCrgermeister_ob=40stadt.example?= <gauner@x.example>\nSubject: x\n\ny"
    )
    assert (mail.sender, mail.name) == ("gauner@x.example", "Oberbürgermeister ob@stadt.example")
    assert "Der Name des Absenders sieht aus wie eine andere E-Mail-Adresse." in mail.defects


@pytest.mark.parametrize(
    "sender",
    ["=?utf-8?q?ob=40stadt.example=2C_x?=@x.example", "=?utf-8?b?b2JAc3RhZHQuZXhhbXBsZQ==?="],
)
def test_an_encoded_word_is_no_address(sender: str) -> None:
    assert not read(f"From: {sender}\nSubject: x\n\ny").sender.startswith("ob@stadt.example")


def test_signs_that_turn_names_around_are_gone() -> None:
    mail = read(
        "From: =?utf-8?q?Erika_=E2=80=AE?= <e@x.example>\nSubject: =?utf-8?q?a=E2=80=AEb=00c?=\n\ny"
    )
    assert (mail.name, mail.subject.isprintable()) == ("Erika", True)


def test_a_thousand_recipients() -> None:
    many = ", ".join(f"p{n}@example.org" for n in range(1000))
    mail = read(letter(To=many))
    assert len(mail.to) == 1000
    assert "Die E-Mail ging an 1000 Empfänger." in mail.defects


def test_no_header_is_smuggled_in_by_encoded_words() -> None:
    mail = read("From: a@b.de\nSubject: =?utf-8?q?Hallo=0D=0ABcc:_opfer=40x.example?=\n\ny")
    assert mail.subject == "Hallo Bcc: opfer@x.example"
    assert mail.cc == ()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system.ini", "system.ini"),
        ("/tmp/x\x00y.pdf", "xy.pdf"),
        ("..", None),
        ("a" * 400 + ".pdf", "a" * 146 + ".pdf"),
        ("rechnung\u202efdp.exe", "rechnungfdp.exe"),
    ],
)
def test_file_names_lead_nowhere(given: str, kept: str | None) -> None:
    message = letter()
    message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf")
    part = next(iter(message.iter_attachments()))
    raw = message.as_bytes().replace(
        b"Content-Disposition: attachment",
        b"Content-Disposition: attachment; filename*=utf-8''"
        + "".join(f"%{byte:02X}" for byte in given.encode()).encode(),
    )
    assert part.get_content_type() == "application/pdf"
    [found] = read(raw).attachments
    assert kept is None or found.name == kept
    assert not set(found.name) & set("/\\\0\u202e")
    assert found.name not in {"", ".", ".."}


def test_scripts_and_tracking_pictures_do_not_reach_the_text() -> None:
    html = (
        "<html><head><style>p{}</style><script>steal()</script></head><body onload='x()'><p>Guten Tag,</p>"
        "<p>bitte <a href='javascript:x()'>helfen</a> Sie.</p><img src='https://t.example/p.gif?id=1' width=1></body></html>"
    )
    message = MIMEText(html, "html", "utf-8")
    message["From"], message["Subject"] = "a@b.de", "x"
    mail = read(message.as_bytes())
    assert mail.text.split() == ["Guten", "Tag,", "bitte", "helfen", "Sie."]


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"Auto-Submitted": "auto-generated; x=y"},
        {"Precedence": "bulk"},
        {"Precedence": "auto_reply"},
        {"X-Auto-Response-Suppress": "All"},
        {"X-Auto-Response-Suppress": "DR, OOF, AutoReply"},
        {"X-Autoreply": "yes"},
        {"Return-Path": "<>"},
        {"From": "MAILER-DAEMON@mx.example.org"},
        {"From": "Parkhaus <no-reply@parken.example>"},
        {"From": "noreply+77@parken.example"},
        {"From": "nicht-antworten@amt.example"},
        {"From": "Feedback <Feedback@Stadt.example>"},
        {"From": "feedback+2026-00001-abcdefghijkl@stadt.example"},
        {"Message-ID": f"<{'ab' * 20}@stadt.example>"},
        {"Message-ID": "<2026-00042-abcdefghijkl.0123456789abcdef@stadt.example>"},
        {"Subject": "Automatische Antwort: Schlagloch"},
        {"Subject": "Abwesenheitsnotiz: Ihre Nachricht"},
        {"List-Id": "<liste.verein.example>"},
    ],
)
def test_machines_are_recognised(headers: dict[str, str]) -> None:
    assert read(letter(**headers)).automatic


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "no"},
        {"Precedence": "first-class"},
        {"X-Auto-Response-Suppress": "DR, RN"},
        {"From": "Erika Nore <e.nore@example.org>"},
        {"Subject": "AW: Automatische Antwort: Schlagloch"},
        {"Return-Path": "<erika@example.org>"},
        {"Message-ID": f"<{'ab' * 20}@example.org>"},
    ],
)
def test_people_are_taken_for_people(headers: dict[str, str]) -> None:
    assert not read(letter(**headers)).automatic


def test_a_bounce_tells_which_mail_did_not_arrive() -> None:
    mail = read(bounce("2026-00042-abcdefghijkl"))
    assert (mail.bounce, mail.action) == (True, "failed")
    assert mail.marks == ("2026-00042-abcdefghijkl",)


def bounce(mark: str, action: str = "failed") -> bytes:
    """As Postfix writes it (RFC 3464)."""
    return f"""Return-Path: <>
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
To: rathaus@stadt.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Message-ID: <b1@mx.example.org>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain; charset=us-ascii

The mail system could not deliver your message.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; erika@example.org
Action: {action}
Status: 5.1.1

--B
Content-Type: text/rfc822-headers

From: rathaus@stadt.example
To: erika@example.org
Message-ID: <{mark}.0123456789abcdef@stadt.example>
Subject: Antwort auf Ihr Anliegen

--B--
""".encode()


@pytest.mark.parametrize(
    "content", [b"", b"\n\n  \n", b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n" + bytes(99), b"Nur ein Text."]
)
def test_what_is_no_mail_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableError):
        parse(content)


def test_the_same_mail_in_two_inboxes_has_one_key() -> None:
    first = b"Delivered-To: a\r\nReceived: from x\r\n" + letter().as_bytes().replace(b"\n", b"\r\n")
    second = b"Delivered-To: b\nX-Spam: no\n" + letter().as_bytes()
    assert read(first).key == read(second).key


@pytest.mark.parametrize(
    "other",
    [letter("Etwas anderes."), letter(number=2), letter(subject="x"), letter(sender="k@x.de")],
)
def test_another_mail_has_another_key(other: EmailMessage) -> None:
    assert read(letter()).key != read(other).key


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.binary(max_size=600))
def test_no_bytes_break_it(head: bytes, body: bytes) -> None:
    raw = b"From: a@b.de\nSubject: x\n" + head + b"\n\n" + body
    try:
        mail = read(raw)
    except UnreadableError:
        return
    for text in (mail.subject, mail.name, mail.sender, mail.message_id, *mail.references):
        assert text.isprintable()

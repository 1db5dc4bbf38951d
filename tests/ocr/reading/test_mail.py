"""Mail: malformed is normal, nested is capped, names are made safe."""

from email.message import EmailMessage
from typing import Any

import pytest

from ocr.reading import read


def mail(**headers: str) -> EmailMessage:
    message = EmailMessage()
    defaults = {
        "From": "Jürgen Krämer <j.kraemer@example.org>",
        "To": "Bürgerbüro <post@lindenbrueck.example>, bauamt@lindenbrueck.example",
        "Subject": "Schlagloch in der Gartenstraße",
        "Date": "Sun, 15 Mar 2026 10:30:00 +0100",
        "Message-ID": "<1@example.org>",
    }
    for name, value in (defaults | headers).items():
        message[name.replace("_", "-")] = value
    return message


def test_headers_body_and_attachment() -> None:
    message = mail(Cc="rat@lindenbrueck.example", In_Reply_To="<0@example.org>")
    message.set_content("Guten Tag,\nbitte ausbessern.\n")
    message.add_alternative("<p>Guten Tag, <b>nur HTML</b></p>", subtype="html")
    message.add_attachment(
        b"%PDF-1.4 x", maintype="application", subtype="pdf", filename="../../Plan\x07.pdf"
    )

    reading = read(message.as_bytes(), "a.eml")

    assert reading.type == "message/rfc822"
    assert reading.pages[0].text == "Guten Tag,\nbitte ausbessern."
    stated = reading.properties
    assert (stated["from"], stated["from_name"]) == ("j.kraemer@example.org", "Jürgen Krämer")
    assert stated["to"] == ["post@lindenbrueck.example", "bauamt@lindenbrueck.example"]
    assert stated["cc"] == ["rat@lindenbrueck.example"]
    assert stated["subject"] == "Schlagloch in der Gartenstraße"
    assert stated["date"] == "2026-03-15T10:30:00+01:00"
    assert stated["message_id"] == "<1@example.org>"
    assert stated["references"] == ["<0@example.org>"]
    assert stated["automatic"] is False
    (attachment,) = reading.attachments
    assert (attachment.name, attachment.type, attachment.size) == (
        "Plan.pdf",
        "application/pdf",
        10,
    )
    assert attachment.content == b"%PDF-1.4 x"


def test_html_only_mail_is_read_as_text() -> None:
    message = mail()
    message.set_content(
        "<html><body><p>Grüße</p><script>x()</script></body></html>", subtype="html"
    )
    assert read(message.as_bytes(), "a.eml").pages[0].text == "Grüße"


@pytest.mark.parametrize(
    "header",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"Return_Path": "<>"},
        {"X_Autoreply": "yes"},
    ],
)
def test_mail_from_machines_is_recognised(header: dict[str, str]) -> None:
    message = mail(**header)
    message.set_content("Ich bin nicht im Büro.")
    assert read(message.as_bytes(), "a.eml").properties["automatic"] is True
    assert read(mail(Auto_Submitted="no").as_bytes(), "a.eml").properties["automatic"] is False


def test_fifty_mails_within_mails() -> None:
    message = mail(Subject="0")
    message.set_content("ganz innen")
    for level in range(1, 51):
        outer = mail(Subject=str(level))
        outer.set_content("Hülle")
        outer.add_attachment(message)
        message = outer

    reading = read(message.as_bytes(), "a.eml")

    assert reading.properties["subject"] == "50"
    assert reading.pages[0].text == "Hülle"
    (inner,) = reading.attachments
    assert (inner.name, inner.type) == ("49.eml", "message/rfc822")
    assert read(inner.content, inner.name).properties["subject"] == "49"


@pytest.mark.parametrize("kind", ["multipart", "message"])
def test_nesting_without_end_gives_at_least_the_head(kind: str) -> None:
    data = b"From: a@example.org\nTo: b@example.org\nSubject: tief\nMIME-Version: 1.0\n"
    for level in range(3000):
        data += (
            b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level)
            if kind == "multipart"
            else b"Content-Type: message/rfc822\n\n"
        )
    reading = read(data + b"Content-Type: text/plain\n\nx", "a.eml")
    assert reading.properties["subject"] == "tief"
    assert reading.warnings


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        ("Subject: Größe".encode("latin-1"), "Größe"),
        ("Subject: Größe".encode(), "Größe"),
        (b"Subject: =?utf-8?Q?Gr=C3=B6=C3=9Fe?=", "Größe"),
        (b"Subject: =?iso-8859-1?Q?Gr=F6=DFe?=", "Größe"),
        (b"Subject: =?utf-8?B?R3LDtsOfZQ==?=", "Größe"),
        (b"Subject: =?no-such-charset?Q?Gr=F6=DFe?=", "Größe"),
        (b"Subject: a\r\n\tb", "a b"),
    ],
)
def test_subjects_as_they_come(raw: bytes, subject: str) -> None:
    data = b"From: a@example.org\r\nTo: b@example.org\r\n" + raw + b"\r\n\r\nText"
    assert read(data, "a.eml").properties["subject"] == subject


@pytest.mark.parametrize(
    "data",
    [
        b"From: a@example.org\nTo: b@example.org\nSubject: x\nDate: irgendwann\n\nText",
        b"From: <<>>@@,,;\nTo: :::\nSubject: =?utf-8?B?####?=\nContent-Type: text/plain; charset=\xff\n\nText",
        b"From: a@example.org\nTo: b\nSubject: x\nContent-Type: multipart/mixed\n\n--kein Ende\nText",
        b"From: a@example.org\nTo: b\nSubject: x\nContent-Transfer-Encoding: base64\n\n%%%kaputt%%%",
    ],
)
def test_malformed_mail_is_read_as_far_as_it_goes(data: bytes) -> None:
    reading = read(data, "a.eml")
    assert reading.type == "message/rfc822"
    assert set(reading.properties) >= {
        "from",
        "from_name",
        "to",
        "cc",
        "subject",
        "date",
        "message_id",
    }


def test_a_broken_winmail_is_kept_and_named() -> None:
    message = mail()
    message.set_content("Siehe Anhang")
    message.add_attachment(
        b"\x78\x9f\x3e\x22" + bytes(40),
        maintype="application",
        subtype="ms-tnef",
        filename="winmail.dat",
    )
    reading = read(message.as_bytes(), "a.eml")
    assert reading.attachments[0].type == "application/ms-tnef"
    assert "winmail.dat" in reading.warnings[0]


def test_logos_of_signatures_are_no_attachments(samples: Any) -> None:
    message = mail()
    message.set_content("<p>Gruß</p><img src='cid:logo'>", subtype="html")
    message.add_related(
        b"\x89PNG\r\n\x1a\n" + bytes(90), maintype="image", subtype="png", cid="<logo>"
    )
    assert read(message.as_bytes(), "a.eml").attachments == ()

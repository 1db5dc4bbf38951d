"""What a file is, whatever it is called."""

import struct

import pytest

from ocr.detection import detect
from ocr.documents import UnreadableError

MAIL = b"Received: from a\r\nFrom: a@example.org\r\nTo: b@example.org\r\nSubject: x\r\n\r\nHallo"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7\n", "application/pdf"),
        (b"\r\n\x00rubbish%PDF-1.7\n", "application/pdf"),
        (b"\x89PNG\r\n\x1a\nxxxx", "image/png"),
        (b"\xff\xd8\xff\xe0xxxx", "image/jpeg"),
        (b"II*\x00xxxx", "image/tiff"),
        (b"MM\x00*xxxx", "image/tiff"),
        (b"{\\rtf1 x}", "application/rtf"),
        (MAIL, "message/rfc822"),
        (b"From a@example.org Mon Jan  5\n" + MAIL, "message/rfc822"),
        (b"<!DOCTYPE html><html></html>", "text/html"),
        (b"\xef\xbb\xbf  <html lang='de'><body>", "text/html"),
        ("<html><body>Grüße</body>".encode("utf-16"), "text/html"),
        (b"<?xml version='1.0'?><Invoice/>", "application/xml"),
        (b"<rsm:CrossIndustryInvoice xmlns:rsm='x'>", "application/xml"),
        (b"Sehr geehrte Damen und Herren", "text/plain"),
        (b"An: Rathaus\nBetreff: kein Kopf einer Mail", "text/plain"),
        ("Größe".encode("cp1252"), "text/plain"),
        (b"PK\x05\x06" + bytes(18), "application/zip"),
    ],
)
@pytest.mark.parametrize("name", ["", "falsch.pdf", "a.jpg"])
def test_content_decides(data: bytes, kind: str, name: str) -> None:
    assert detect(data, name) == kind


def test_the_name_decides_between_what_looks_alike() -> None:
    short = b"Subject: Anfrage\n\nText"
    assert detect(short, "a.eml") == "message/rfc822"
    assert detect(short, "a.txt") == "text/plain"
    fragment = b"<p>Eins</p><p>Zwei</p>"
    assert detect(fragment, "a.html") == "text/html"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"MZ\x90\x00" + bytes(300), "ausführbares Programm"),
        (b"\x7fELF" + bytes(300), "ausführbares Programm"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(range(200)), "7-Zip"),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(200), "Typ|Video|Format"),
        (bytes(range(1, 32)) * 20, "Format|Typ"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "WordDocument".encode("utf-16-le"),
            "Word",
        ),
    ],
)
def test_what_can_not_be_read_is_named(data: bytes, says: str) -> None:
    with pytest.raises(UnreadableError, match=says) as raised:
        detect(data, "datei")
    assert raised.value.code == "unsupported"
    assert "\n" not in raised.value.message


@pytest.mark.parametrize("data", [b"", b"\x00" * 50, b"  \r\n"])
def test_empty_files(data: bytes) -> None:
    with pytest.raises(UnreadableError) as raised:
        detect(data, "a.pdf")
    assert raised.value.code == "empty"


def test_an_encrypted_office_file_is_told_from_a_broken_one() -> None:
    data = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + struct.pack("<200x")
        + "EncryptedPackage".encode("utf-16-le")
    )
    with pytest.raises(UnreadableError) as raised:
        detect(data, "a.docx")
    assert raised.value.code == "encrypted"

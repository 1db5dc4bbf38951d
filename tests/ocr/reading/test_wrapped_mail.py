"""Mails within wrappings: opaquely signed (S/MIME) and Outlook's winmail.dat."""

import struct
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from hypothesis import given
from hypothesis import strategies as st

from ocr.documents import Reading
from ocr.limits import Limits
from ocr.readers.signed import signed_content
from ocr.readers.tnef import unpack_tnef
from ocr.reading import read

INNER = EmailMessage()
INNER.set_content("Der Antrag liegt bei.\n")
INNER.add_attachment(b"%PDF-1.4\n", maintype="application", subtype="pdf", filename="antrag.pdf")


def certificate(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Erfundene Firma")])
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    return (
        x509.CertificateBuilder(name, name, key.public_key(), 1, begin, begin + timedelta(days=900))
        .sign(key, hashes.SHA256())
    )  # fmt: skip


def signed(content: bytes) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content)
    builder = builder.add_signer(certificate(key), key, hashes.SHA256())
    return builder.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])


def encrypted(content: bytes) -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(content).add_recipient(certificate(key))
    return builder.encrypt(serialization.Encoding.DER, [])


def wrapped(content: bytes, kind: str = "signed-data") -> Reading:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "a@example.org", "Antrag"
    mail.set_content(
        content, maintype="application", subtype="pkcs7-mime", filename="smime.p7m",
        params={"smime-type": kind},
    )  # fmt: skip
    return read(mail.as_bytes(), "post.eml")


def check_inner(reading: Reading) -> None:
    assert reading.pages[0].text == "Der Antrag liegt bei."
    assert [part.name for part in reading.attachments] == ["antrag.pdf"]
    assert reading.attachments[0].content == b"%PDF-1.4\n"
    assert reading.properties["subject"] == "Antrag"


def test_a_signed_mail_is_read_and_said_to_be_unverified() -> None:
    reading = wrapped(signed(INNER.as_bytes()))
    check_inner(reading)
    assert reading.warnings == (
        "Die Nachricht ist elektronisch signiert; die Signatur wurde nicht geprüft.",
    )


def test_a_signed_mail_of_indefinite_lengths_in_pieces_is_read() -> None:
    content = INNER.as_bytes()
    pieces = b"".join(
        b"\x04" + bytes([len(piece)]) + piece
        for piece in (content[at : at + 100] for at in range(0, len(content), 100))
    )
    data = bytes.fromhex(
        "3080 0609 2a864886f70d010702 a080 3080 020101 3100 3080 0609 2a864886f70d010701 a080 2480"
    )
    check_inner(wrapped(data + pieces + b"\0\0" * 3 + b"\x31\x00" + b"\0\0" * 3))


def test_an_encrypted_mail_says_so_and_is_kept() -> None:
    reading = wrapped(encrypted(INNER.as_bytes()), "enveloped-data")
    assert [part.name for part in reading.attachments] == ["smime.p7m"]
    (warning,) = reading.warnings
    assert "verschlüsselt" in warning


@given(st.binary(max_size=200))
def test_any_bytes_are_signed_or_not(data: bytes) -> None:
    assert signed_content(data) is None or isinstance(signed_content(data), bytes)


@pytest.mark.parametrize("piece", [b"\x30\x80", b"\x24\x80", b"0\x84\xff\xff\xff\xff"])
def test_deep_and_lying_lengths_end_quickly(piece: bytes) -> None:
    assert signed_content(piece * 50_000) is None


def record(attribute: int, content: bytes, level: int = 2) -> bytes:
    check = sum(content) & 0xFFFF
    return struct.pack("<BII", level, attribute, len(content)) + content + struct.pack("<H", check)


def properties(*pairs: tuple[int, int, bytes]) -> bytes:
    listed = struct.pack("<I", len(pairs) + 1) + struct.pack("<HHI", 0x03, 0x3705, 1)
    for name, kind, value in pairs:
        listed += (
            struct.pack("<HHII", kind, name, 1, len(value)) + value + b"\0" * (-len(value) % 4)
        )
    return listed


def winmail() -> bytes:
    return (
        b"\x78\x9f\x3e\x22\x01\x00"
        + record(0x00089006, struct.pack("<I", 0x10000), 1)
        + record(
            0x00069003, properties((0x1000, 0x1F, "Grüße aus Outlook\0".encode("utf-16-le"))), 1
        )
        + record(0x00069002, bytes(14))
        + record(0x00018010, b"ANTRA~1.PDF\0")
        + record(0x0006800F, b"%PDF-1.4\n")
        + record(0x00069005, properties((0x3707, 0x1F, "../Größe.pdf\0".encode("utf-16-le"))))
        + record(0x00069002, bytes(14))
        + record(0x00018010, "Übersicht.txt\0".encode("cp1252"))
        + record(0x0006800F, b"Hallo")
    )


def outlook_mail(content: bytes, text: str = "") -> Reading:
    mail = EmailMessage()
    mail["Subject"] = "Post"
    mail.set_content(text)
    mail.add_attachment(content, maintype="application", subtype="ms-tnef", filename="winmail.dat")
    return read(mail.as_bytes(), "post.eml")


def test_winmail_is_taken_apart() -> None:
    reading = outlook_mail(winmail())
    assert reading.pages[0].text == "Grüße aus Outlook"
    assert [(part.name, part.type, part.content) for part in reading.attachments] == [
        ("Größe.pdf", "application/pdf", b"%PDF-1.4\n"),
        ("Übersicht.txt", "text/plain", b"Hallo"),
    ]
    assert reading.warnings == ()


def test_the_mails_own_text_wins() -> None:
    assert outlook_mail(winmail(), "Guten Tag").pages[0].text == "Guten Tag"


def test_a_torn_winmail_is_kept_with_what_could_be_had() -> None:
    reading = outlook_mail(winmail()[:-4])
    assert [part.name for part in reading.attachments][:2] == ["winmail.dat", "Größe.pdf"]
    assert "beschädigt" in reading.warnings[0]


@given(st.data())
def test_any_change_of_a_winmail_is_survived(data: st.DataObject) -> None:
    content = bytearray(winmail())
    at = data.draw(st.integers(6, len(content) - 1))
    piece = data.draw(st.binary(max_size=6))
    content[at : at + len(piece)] = piece
    cut = data.draw(st.integers(4, len(content)))
    unpacked = unpack_tnef(bytes(content[:cut]), Limits())
    assert unpacked is not None
    assert len(unpacked.files) <= 100

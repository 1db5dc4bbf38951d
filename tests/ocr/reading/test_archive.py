"""ZIP archives: members become attachments with safe names, bombs stay closed."""

import struct
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from ocr.documents import UnreadableError
from ocr.limits import Limits
from ocr.reading import read


def archive(members: dict[str, bytes]) -> bytes:
    output = BytesIO()
    with ZipFile(output, "w", ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return output.getvalue()


def test_members_become_attachments_with_safe_names() -> None:
    data = archive(
        {
            "../../etc/passwd": b"root",
            "C:\\Windows\\brief.txt": b"Guten Tag",
            "ordner/brief.txt": b"Zweiter",
            "a\nb\u202etxt.exe": b"x",
            "ordner/": b"",
            "..": b"nichts",
        }
    )

    reading = read(data, "post.zip")

    assert reading.type == "application/zip"
    names = [attachment.name for attachment in reading.attachments]
    assert names == ["passwd", "brief.txt", "brief (2).txt", "abtxt.exe", "Datei-5"]
    assert reading.attachments[1].type == "text/plain"
    assert reading.attachments[1].content == b"Guten Tag"


def test_a_zip_in_a_zip_stays_packed() -> None:
    inner = archive({"a.txt": b"x"})
    (attachment,) = read(archive({"innen.zip": inner}), "a.zip").attachments
    assert (attachment.type, attachment.content) == ("application/zip", inner)


@pytest.mark.parametrize(
    "limits",
    [Limits(members=5), Limits(unpacked=1_000_000), Limits(ratio=50)],
    ids=["number", "size", "ratio"],
)
def test_archives_beyond_the_caps_are_not_opened(limits: Limits) -> None:
    data = archive({f"{number}.txt": b"\0" * 4_000_000 for number in range(6)})
    with pytest.raises(UnreadableError) as raised:
        read(data, "bombe.zip", limits)
    assert raised.value.code == "bomb"


def test_a_member_that_lies_about_its_size_gives_no_more_than_it_says() -> None:
    data = bytearray(archive({"a.txt": b"\0" * 9_000_000}))
    honest = struct.pack("<I", 9_000_000)
    while honest in data:
        position = data.index(honest)
        data[position : position + 4] = struct.pack("<I", 10)
    with pytest.raises(UnreadableError) as raised:
        read(bytes(data), "a.zip")
    assert raised.value.code == "damaged"


def test_a_damaged_member_does_not_spoil_the_others() -> None:
    data = archive({"gut.txt": b"Guten Tag", "kaputt.txt": bytes(range(256)) * 40})
    start = data.index(b"kaputt.txt") + len("kaputt.txt")
    data = data[: start + 5] + b"\xff" * 20 + data[start + 25 :]

    reading = read(data, "a.zip")

    assert [attachment.name for attachment in reading.attachments] == ["gut.txt"]
    assert "kaputt.txt" in reading.warnings[0]


def test_an_encrypted_archive_says_what_to_do() -> None:
    data = bytearray(archive({"a.txt": b"x"}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    with pytest.raises(UnreadableError, match="Kennwort") as raised:
        read(bytes(data), "a.zip")
    assert raised.value.code == "encrypted"


def test_an_empty_archive_is_empty() -> None:
    with pytest.raises(UnreadableError) as raised:
        read(archive({}), "a.zip")
    assert raised.value.code == "empty"

"""Outlook's own files, made here: a compound file (MS-CFB) with the properties of a message (MS-OXMSG)."""

import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.documents import UnreadableError
from ocr.readers.outlook_rtf import unpack_rtf
from ocr.reading import read

SECTOR, MINI = 512, 64
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


@dataclass
class Entry:
    """A storage (``content`` is None) or a stream of the compound file."""

    name: str
    content: bytes | None = None
    children: list["Entry"] = field(default_factory=list)
    start: int = END


def padded(data: bytes, size: int) -> bytes:
    return data + bytes(-len(data) % size)


def chain(start: int, count: int) -> list[int]:
    return [*range(start + 1, start + count), END] if count else []


def directory(entries: list[Entry], mini: bytes, mini_start: int) -> bytes:
    """Siblings hang on each other's right: no balanced tree is needed to be found."""
    output = b""
    position = {id(entry): number for number, entry in enumerate(entries)}
    right = {
        id(a): position[id(b)]
        for entry in entries
        for a, b in zip(entry.children, entry.children[1:], strict=False)
    }
    for number, entry in enumerate(entries):
        name = entry.name.encode("utf-16-le")
        kind = 5 if number == 0 else (1 if entry.content is None else 2)
        start, size = (
            (mini_start, len(mini)) if number == 0 else (entry.start, len(entry.content or b""))
        )
        output += struct.pack(
            "<64sHBBIII16sI8s8sIQ", name, len(name) + 2, kind, 1, FREE, right.get(id(entry), FREE),
            position[id(entry.children[0])] if entry.children else FREE,
            b"", 0, b"", b"", start if kind != 1 else 0, size,
        )  # fmt: skip
    return padded(output, SECTOR)


def compound(root: Entry) -> bytes:
    entries: list[Entry] = []

    def collect(entry: Entry) -> None:
        entries.append(entry)
        for child in entry.children:
            collect(child)

    collect(root)
    mini, mini_fat, large = b"", [], b""
    big: list[tuple[Entry, int]] = []
    for entry in entries:
        if entry.content and len(entry.content) < 4096:
            entry.start = len(mini) // MINI
            piece = padded(entry.content, MINI)
            mini_fat += chain(entry.start, len(piece) // MINI)
            mini += piece
        elif entry.content:
            big.append((entry, len(padded(entry.content, SECTOR)) // SECTOR))
    mini_sectors = padded(mini, SECTOR)
    mini_table = padded(struct.pack(f"<{len(mini_fat)}I", *mini_fat), SECTOR)
    sectors, table = b"", [FAT]
    sectors += mini_sectors
    table += chain(1, len(mini_sectors) // SECTOR)
    mini_table_start = len(table)
    sectors += mini_table
    table += chain(mini_table_start, len(mini_table) // SECTOR)
    for entry, count in big:
        entry.start = len(table)
        table += chain(entry.start, count)
        sectors += padded(entry.content or b"", SECTOR)
    listing = directory(entries, mini, 1 if mini else END)
    directory_start = len(table)
    table += chain(directory_start, len(listing) // SECTOR)
    sectors += listing + large
    assert len(table) <= SECTOR // 4
    fat = struct.pack(f"<{SECTOR // 4}I", *table, *[FREE] * (SECTOR // 4 - len(table)))
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, b"",
        0, 1, directory_start, 0, 4096, mini_table_start if mini else END, len(mini_table) // SECTOR, END, 0, 0,
    )  # fmt: skip
    return header + struct.pack("<108I", *[FREE] * 108) + fat + sectors


TEXT, BINARY, NUMBER, TIME = 0x1F, 0x102, 0x3, 0x40


def storage(name: str, head: int, values: dict[tuple[int, int], Any], *children: Entry) -> Entry:
    """A storage with its property stream; ``head`` is the length of that stream's header."""
    properties, streams = bytes(head), []
    for (number, kind), value in values.items():
        if kind in {TEXT, BINARY}:
            content = value.encode("utf-16-le") if kind == TEXT else value
            streams.append(Entry(f"__substg1.0_{number:04X}{kind:04X}", content))
            properties += struct.pack("<HHIII", kind, number, 6, len(content), 0)
        elif kind == NUMBER:
            properties += struct.pack("<HHIII", kind, number, 6, value, 0)
        else:
            properties += struct.pack("<HHIQ", kind, number, 6, value)
    return Entry(name, None, [Entry("__properties_version1.0", properties), *streams, *children])


def message(**changes: Any) -> bytes:
    sent = datetime(2026, 3, 15, 9, 30, tzinfo=UTC)
    ticks = int((sent - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10_000_000
    values: dict[tuple[int, int], Any] = {
        (0x340D, NUMBER): 0x00040000,  # the strings are Unicode
        (0x0037, TEXT): "Rückfrage zum Bauantrag",
        (0x1000, TEXT): "Guten Tag,\r\nbitte um Rückruf.",
        (0x0C1A, TEXT): "Jürgen Krämer",
        (0x0C1F, TEXT): "j.kraemer@example.org",
        (0x0039, TIME): ticks,
    } | changes.get("values", {})
    to = storage("__recip_version1.0_#00000000", 8, {
        (0x39FE, TEXT): "bauamt@lindenbrueck.example", (0x3001, TEXT): "Bauamt", (0x0C15, NUMBER): 1,
    })  # fmt: skip
    copy = storage("__recip_version1.0_#00000001", 8, {
        (0x39FE, TEXT): "rat@lindenbrueck.example", (0x3001, TEXT): "Rat", (0x0C15, NUMBER): 2,
    })  # fmt: skip
    plan = storage("__attach_version1.0_#00000000", 8, {
        (0x3707, TEXT): "..\\Plan\x07.pdf", (0x3701, BINARY): b"%PDF-1.4 " + b"x" * 6000, (0x3705, NUMBER): 1,
    })  # fmt: skip
    return compound(storage("Root Entry", 32, values, to, copy, plan))


def test_an_outlook_file_is_read_like_a_mail() -> None:
    reading = read(message(), "a.msg")

    assert reading.type == "application/vnd.ms-outlook"
    assert reading.pages[0].text == "Guten Tag,\nbitte um Rückruf."
    stated = reading.properties
    assert stated["subject"] == "Rückfrage zum Bauantrag"
    assert (stated["from"], stated["from_name"]) == ("j.kraemer@example.org", "Jürgen Krämer")
    assert stated["to"] == ["bauamt@lindenbrueck.example"]
    assert stated["cc"] == ["rat@lindenbrueck.example"]
    assert datetime.fromisoformat(stated["date"]) == datetime(2026, 3, 15, 9, 30, tzinfo=UTC)
    (attachment,) = reading.attachments
    assert (attachment.name, attachment.type, attachment.size) == (
        "Plan.pdf",
        "application/pdf",
        6009,
    )


def test_html_is_read_where_there_is_no_plain_text() -> None:
    html = "<html><body><p>Grüße aus <b>Outlook</b></p></body></html>".encode()
    reading = read(
        message(values={(0x1000, TEXT): "", (0x1013, BINARY): html, (0x3FDE, NUMBER): 65001}),
        "a.msg",
    )
    assert reading.pages[0].text == "Grüße aus Outlook"


def test_html_in_an_unknown_code_page_is_still_read() -> None:
    html = "<p>Grüße</p>".encode("cp1252")
    values = {(0x1000, TEXT): "", (0x1013, BINARY): html, (0x3FDE, NUMBER): 65001}
    assert read(message(values=values), "a.msg").pages[0].text == "Grüße"


def test_a_body_kept_as_packed_rtf_is_unpacked() -> None:
    # The example of MS-OXRTFCP, and a body kept without packing.
    example = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a00726370673132354232"
        "0af32068656c090020627705b06c647d0a800fa0"
    )
    assert unpack_rtf(example) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    for body in (
        example,
        b"\x00" * 4 + struct.pack("<I", 12) + b"MELA" + bytes(4) + b"{\\rtf1 hallo}",
    ):
        text = (
            read(message(values={(0x1000, TEXT): "", (0x1009, BINARY): body}), "a.msg")
            .pages[0]
            .text
        )
        assert text in {"hello world", "hallo"}
    with pytest.raises(UnreadableError):
        unpack_rtf(example[:10])


@given(st.binary(max_size=300))
def test_rubbish_in_place_of_packed_rtf_never_surprises(rest: bytes) -> None:
    try:
        unpacked = unpack_rtf(struct.pack("<II4sI", 0, 5_000, b"LZFu", 0) + rest)
    except UnreadableError as error:
        unpacked = error.code.encode()
    assert len(unpacked) <= 5_000


def test_transport_headers_win() -> None:
    headers = "From: =?utf-8?Q?J=C3=BCrgen?= <j@example.org>\r\nTo: a@example.org\r\nMessage-ID: <9@x>\r\nPrecedence: bulk\r\n"
    stated = read(message(values={(0x007D, TEXT): headers}), "a.msg").properties
    assert (stated["from"], stated["from_name"]) == ("j@example.org", "Jürgen")
    assert (stated["message_id"], stated["automatic"]) == ("<9@x>", True)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.8])
def test_a_torn_outlook_file_is_refused_or_read_as_far_as_it_goes(share: float) -> None:
    data = message()
    try:
        reading = read(data[: int(len(data) * share)], "a.msg")
    except UnreadableError as error:
        code = error.code
    else:
        code = reading.type
    assert code in {"damaged", "unsupported", "application/vnd.ms-outlook"}

"""Receiving files from somebody unknown: few, of limited size, held in memory and never as a plain file on the disk.

What a picture is, its first bytes say; nothing is decoded here. Documents are looked into by a reader process
(``workflows.kiss.citizens.examining``). The original is kept as it came, encrypted, and who works on it saves it;
everybody else sees only pictures that were drawn anew (``workflows.kiss.citizens.redrawing``).
"""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack

import anyio
from anyio import to_thread
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response

from intranet.public.bodies import TERMS, TOO_SLOW, Meter, Places, Terms, UploadRefusedError
from intranet.public.sending import LARGEST, MOST_FIELDS, TooLargeError, address_of, read_form
from ocr.detection import DOCX, ODT, PDF, TEXT
from ocr.documents import UnreadableError
from presence.citizens.throttle import source
from workflows.kiss.citizens.examining import OTHER, examine

MOST = 3
LARGEST_FILE = 10 * 1024 * 1024
LARGEST_BODY = MOST * LARGEST_FILE + LARGEST
REPORT = frozenset({PDF})
REPLY = frozenset({PDF, DOCX, ODT, TEXT})
"""Documents taken with a first report, and behind a link, where somebody may have asked for them."""
TOO_MANY = "Bitte höchstens drei Dateien."
TOO_LARGE = "Eine Datei darf höchstens 10 MB groß sein. Bitte verkleinern Sie sie."
HEIC = "Bilder im Format HEIC können wir nicht zeigen. Bitte speichern Sie das Bild als JPEG, oder machen Sie ein Bildschirmfoto davon."
NO_PICTURE = "Bitte nehmen Sie Bilder im Format JPEG, PNG oder WebP, oder PDF-Dateien."
NO_FILE = "Bitte nehmen Sie Bilder (JPEG, PNG oder WebP), PDF, Word (DOCX), OpenDocument (ODT) oder einfachen Text."
AGAIN = "Bitte wählen Sie auch die Dateien noch einmal aus."

File = tuple[str, bytes]
Answer = Callable[[Request, Mapping[str, str], Sequence[File]], Response]
Gate = Callable[[Request], Response | None]


class _Parser(MultiPartParser):
    spool_max_size = LARGEST_BODY + 1  # what the parser put on the disk would be plain there


class Receiver:
    """Reads forms with files, a few large ones at a time; to be made once for each server."""

    def __init__(self, terms: Terms = TERMS) -> None:
        self._terms = terms
        self._places: Places | None = None

    async def receive(self, answer: Answer, request: Request, gate: Gate | None = None) -> Response:
        """Read what was sent, and answer on a thread. ``gate`` may answer before anything is read.

        Raises ``TooLargeError`` or ``UploadRefusedError``.
        """
        refusal = gate(request) if gate else None
        if refusal is not None:
            return refusal
        if self._places is None:  # it belongs to the loop that runs
            self._places = Places(self._terms)
        async with AsyncExitStack() as held:
            data, files = await _read(request, _Body(request, self._places, held))
            return await to_thread.run_sync(answer, request, data, files)


class _Body:
    """What comes in, as long as it is not too much and not too slow; more than a form without files takes a place."""

    def __init__(self, request: Request, places: Places, held: AsyncExitStack) -> None:
        self._request, self._places, self._held = request, places, held
        self._meter = Meter(places.terms, places.clock)

    async def parts(self) -> AsyncGenerator[bytes, None]:
        stream, size = self._request.stream(), 0
        while True:
            try:
                with anyio.fail_after(self._meter.left()):
                    part = await anext(stream, None)
            except TimeoutError:
                raise UploadRefusedError(408, TOO_SLOW) from None
            if part is None:
                return
            before, size = size, size + len(part)
            if size > LARGEST_BODY:
                raise TooLargeError
            self._meter.grew(len(part))
            if before <= LARGEST < size:
                sender = source(address_of(self._request))
                await self._held.enter_async_context(self._places.one(sender))
                self._meter.placed()
            yield part


async def _read(request: Request, body: _Body) -> tuple[dict[str, str], list[File]]:
    """Raises ``TooLargeError``; what is no form at all gives no fields."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await read_form(request, body.parts()), []
    parser = _Parser(
        request.headers, body.parts(), max_files=MOST * 2, max_fields=MOST_FIELDS,
        max_part_size=LARGEST,
    )  # fmt: skip
    try:
        form = await parser.parse()
    except MultiPartException:
        raise TooLargeError from None
    data, files = {}, []
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            content = await value.read()
            if content or value.filename:
                files.append((value.filename or "Datei", content))
        else:
            data[name] = value
    await form.close()
    return data, files


def problem_of(files: Sequence[File], documents: frozenset[str]) -> str | None:
    """In German why these files are not taken, as far as their first bytes tell; ``None``: they may be."""
    if len(files) > MOST:
        return TOO_MANY
    for _, content in files:
        if len(content) > LARGEST_FILE:
            return TOO_LARGE
        if content[4:8] == b"ftyp":
            return HEIC
        if not content or not (_is_picture(content) or _may_be(content, documents)):
            return other(documents)
    return None


def refused_document(files: Sequence[File], documents: frozenset[str]) -> str | None:
    """In German why a document is not taken, after a reader process has looked into it; pictures are not looked into."""
    for name, content in files:
        if _is_picture(content):
            continue
        try:
            examine(content, name, documents)
        except UnreadableError as error:
            return other(documents) if error.message == OTHER else error.message
    return None


def other(documents: frozenset[str]) -> str:
    """What is taken instead."""
    return NO_FILE if documents == REPLY else NO_PICTURE


def _may_be(content: bytes, documents: frozenset[str]) -> bool:
    """PDF alone shows at once; the others need a closer look."""
    return documents == REPLY or b"%PDF-" in content[:1024]


def _is_picture(content: bytes) -> bool:
    return content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (
        content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    )

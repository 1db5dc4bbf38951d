"""ZIP archives, taken apart under caps on number, size and ratio. Members become attachments and are read later."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile, LargeZipFile, ZipFile, ZipInfo
from zlib import error as ZlibError  # noqa: N812 - the module names it like a variable

from ocr import progress
from ocr.detection import detect
from ocr.documents import Attachment, Page, Reading, UnreadableError
from ocr.limits import Limits
from ocr.names import safe_folder, safe_name

_DAMAGED = "Dieses Archiv ist beschädigt oder unvollständig. Bitte erneut anfordern."
_SMALL = 1024 * 1024  # below it a high ratio is harmless
_ENCRYPTED = 0x1
FAULTS = (BadZipFile, LargeZipFile, ZlibError, OSError, ValueError, EOFError, RuntimeError, NotImplementedError,
          KeyError, IndexError, OverflowError)  # fmt: skip


@contextmanager
def open_zip(source: bytes | Path, limits: Limits) -> Iterator[ZipFile]:
    """The archive after a look at its directory. Raises UnreadableError (``bomb``, ``encrypted``, ``damaged``)."""
    try:
        archive = ZipFile(BytesIO(source) if isinstance(source, bytes) else source)
    except FAULTS as error:
        raise UnreadableError("damaged", _DAMAGED) from error
    with archive:
        _check(archive.infolist(), limits)
        yield archive


def _check(members: list[ZipInfo], limits: Limits) -> None:
    if len(members) > limits.members:
        raise UnreadableError(
            "bomb",
            f"Das Archiv enthält {len(members)} Dateien; erlaubt sind {limits.members}. Bitte aufteilen.",
        )
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if unpacked > limits.unpacked or (
        unpacked > 100 * _SMALL // 10 and unpacked > limits.ratio * max(packed, 1)
    ):
        raise UnreadableError(
            "bomb",
            "Das Archiv wird beim Auspacken zu groß und wird aus Sicherheitsgründen nicht geöffnet.",
        )


def member(archive: ZipFile, name: str | ZipInfo) -> bytes:
    """The content of a member. Raises UnreadableError (``encrypted`` or ``damaged``)."""
    try:
        information = name if isinstance(name, ZipInfo) else archive.getinfo(name)
        if information.flag_bits & _ENCRYPTED:
            raise UnreadableError(
                "encrypted",
                "Dieses Archiv ist mit einem Kennwort geschützt. Bitte ohne Kennwort anfordern.",
            )
        return archive.read(information)
    except FAULTS as error:
        raise UnreadableError("damaged", _DAMAGED) from error


def read_archive(source: bytes | Path, limits: Limits) -> Reading:
    """The members as attachments with safe names; a page lists them. Damaged members are named in the warnings."""
    found: list[Attachment] = []
    warnings: list[str] = []
    refusals: list[UnreadableError] = []
    names: set[str] = set()
    with open_zip(source, limits) as archive:
        members = [entry for entry in archive.infolist() if not entry.is_dir()]
        for number, entry in enumerate(members, start=1):
            name = _unique(safe_name(entry.filename, f"Datei-{number}"), names)
            try:
                content = member(archive, entry)
            except UnreadableError as error:
                refusals.append(error)
                warnings.append(f"„{name}“ im Archiv: {error.message}")
                continue
            kind, folder = type_of(content, name), safe_folder(entry.filename)
            found.append(Attachment(name, kind, len(content), content, folder))
            progress.report(number, len(members))
    if refusals and not found:
        raise refusals[0]
    if not found:
        raise UnreadableError("empty", "Das Archiv enthält keine Dateien.")
    listing = "\n".join(attachment.name for attachment in found)
    page = Page(1, listing, "text", 1.0)
    return Reading("application/zip", (page,), tuple(found), {}, tuple(warnings))


def type_of(content: bytes, name: str) -> str:
    """The media type, or ``application/octet-stream`` for what can't be read."""
    try:
        return detect(content, name)
    except UnreadableError:
        return "application/octet-stream"


def _unique(name: str, taken: set[str]) -> str:
    """``name`` or ``name (2)``: two folders may hold files of one name."""
    stem, dot, ending = name.rpartition(".")
    candidate, count = name, 1
    while candidate.casefold() in taken:
        count += 1
        candidate = f"{stem} ({count}){dot}{ending}" if dot and stem else f"{name} ({count})"
    taken.add(candidate.casefold())
    return candidate

"""A stored file handed to a reader process: decrypted, looked at by the virus scanner, read, forgotten."""

from concurrent.futures import Future
from pathlib import Path
from typing import Protocol

from storage.blobs.errors import BlobStoreError
from storage.house import House
from storage.virus import VirusFoundError, scan
from workflows.eakte.understanding import UNDERSTAND, Answer


class Readers(Protocol):
    """The pool of reader processes (``ocr.isolation.ReaderPool``)."""

    def submit(self, function: str, *args: object) -> "Future[Answer]": ...


def begin_reading(
    house: House, readers: Readers, sha256: str, name: str, path: Path
) -> "Future[Answer]":
    """Decrypt a stored file to ``path`` and have it read; the copy goes as soon as the reader has answered.

    The result, or ``UnreadableError``, ``VirusFoundError``, ``BlobStoreError`` or ``OSError``, comes with the future.
    """
    try:
        house.blobs.copy_to(sha256, path)
        scan(house.settings, path)
    except (BlobStoreError, OSError, VirusFoundError) as error:
        answer: Future[Answer] = Future()
        answer.set_exception(error)
    else:
        answer = readers.submit(UNDERSTAND, str(path.resolve()), name)  # they work elsewhere
    answer.add_done_callback(lambda _: path.unlink(missing_ok=True))
    return answer

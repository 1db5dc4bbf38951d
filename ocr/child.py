"""A reader process: takes calls from its pool through a pipe, one at a time, and answers with plain values.

Started as ``python -m ocr.child``. Calls are a length (8 bytes, big endian) and a pickle of ``(function, args, pages
to leave out)`` from the parent, who is trusted. Answers are a kind (1 byte), a length and a pickle; kind ``p`` reports progress. The
number of the page being read stands in a file (``PAGE``), where the parent finds it if this process dies.
"""

import importlib
import operator
import os
import pickle
import resource
import signal
import struct
import threading
import time
import traceback
from typing import Any, BinaryIO

from ocr import progress
from ocr.documents import UnreadableError

HEADER = struct.Struct(">cQ")
LENGTH = struct.Struct(">Q")
RESULT, FAILURE, PROGRESS = b"r", b"f", b"p"
MEMORY, OUTPUT, WARM = "RATHAUS_OCR_MEMORY", "RATHAUS_OCR_OUTPUT", "RATHAUS_OCR_WARM"
PAGE = "page-being-read"
_MODULES = (
    "ocr.readers.pdf",
    "ocr.readers.image",
    "ocr.readers.mail",
    "ocr.readers.word",
    "pypdfium2",
    "cv2",
)
_LOOKS_AFTER_PARENT = 2.0  # seconds
_TOO_MUCH_MEMORY = "Die Datei braucht beim Lesen zu viel Speicher."


def resolve(function: str) -> Any:
    """``package.module:name`` as the callable."""
    module, _, name = function.partition(":")
    return operator.attrgetter(name)(importlib.import_module(module))


def _answer(channel: BinaryIO, kind: bytes, value: Any) -> None:
    body = pickle.dumps(value, protocol=5)
    limit = int(os.environ.get(OUTPUT, "0"))
    if limit and len(body) > limit and kind == RESULT:
        message = "Der Inhalt der Datei ist ausgepackt zu groß."
        kind, body = FAILURE, pickle.dumps(("too_large", message, True))
    channel.write(HEADER.pack(kind, len(body)))
    channel.write(body)
    channel.flush()


def _call(channel: BinaryIO, request: bytes, page: int) -> None:
    def report(done: int, total: int) -> None:
        _answer(channel, PROGRESS, (done, total))

    def note(number: int) -> None:
        os.pwrite(page, LENGTH.pack(number), 0)

    try:
        function, arguments, left_out = pickle.loads(request)  # noqa: S301 - from our own parent
        with progress.listening(report), progress.noting(note, left_out):
            result = resolve(function)(*arguments)
        _answer(channel, RESULT, result)
    except UnreadableError as error:
        _answer(channel, FAILURE, (error.code, error.message, error.permanent))
    except MemoryError:
        _answer(channel, FAILURE, ("memory", _TOO_MUCH_MEMORY, True))
    except Exception as error:  # noqa: BLE001 - reported to the parent, which decides
        # Without the message, which may quote the document.
        detail = "".join(traceback.format_tb(error.__traceback__, limit=-6)) + type(error).__name__
        _answer(channel, FAILURE, ("fault", detail, False))


def _take(channel: BinaryIO, size: int) -> bytes | None:
    data = channel.read(size)
    return data if len(data) == size else None


def _end_with(parent: int) -> None:
    """Ends this process and the programs it started once the parent is gone, even amid a long page."""
    while os.getppid() == parent:
        time.sleep(_LOOKS_AFTER_PARENT)
    os.killpg(0, signal.SIGKILL)


def _warm(entry: str) -> None:
    """Imports ``module``, or calls ``module:function`` so that what loads late is loaded now."""
    if ":" in entry:
        resolve(entry)()
    else:
        importlib.import_module(entry)


def main() -> None:
    """Serves calls until the pipe closes."""
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    limit = int(os.environ.get(MEMORY, "0"))
    if limit:
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    calls = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    page = os.open(PAGE, os.O_RDWR | os.O_CREAT, 0o600)
    quiet = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):  # whatever a parser prints must not reach the pipe
        os.dup2(quiet, stream)
    for entry in (*_MODULES, *filter(None, os.environ.get(WARM, "").split(","))):
        _warm(entry)
    _answer(answers, PROGRESS, (0, 0))
    while (head := _take(calls, LENGTH.size)) is not None:
        request = _take(calls, LENGTH.unpack(head)[0])
        if request is None:
            break
        _call(answers, request, page)


if __name__ == "__main__":
    main()

"""Untrusted files are read in other processes, so that a crash, a hang or a flood of memory stays theirs.

A pool keeps warm reader processes (``ocr.child``) and replaces each after so many calls, and at once when it died or
had to be ended. A page at which a reader died is left out when a fresh one reads the file again. Only plain values of ours are accepted from them: an answer can't make the parent run anything.
"""

import contextlib
import io
import logging
import os
import pickle
import queue
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import ocr
from config.settings import get_settings
from ocr import child
from ocr.documents import Reading, UnreadableError
from ocr.limits import Limits
from ocr.slots import FOLDER, make_slots

__all__ = ["Limits", "ReaderPool"]

log = logging.getLogger(__name__)

_PASSED_ON = (
    "PATH",
    "LANG",
    "LC_ALL",
    "TESSDATA_PREFIX",
    "LD_LIBRARY_PATH",
    "VIRTUAL_ENV",
    "RATHAUS_SPACY_MODEL",
)
_START_SECONDS = 180.0  # importing takes its time on a machine that is busy elsewhere
_PLAIN_VALUES = {
    "datetime": {"date", "datetime", "time", "timedelta", "timezone"},
    "decimal": {"Decimal"},
    "collections": {"OrderedDict"},
    "uuid": {"UUID"},
    "ocr.documents": {
        "Analysis",
        "Attachment",
        "Evidence",
        "Field",
        "Finding",
        "Invoice",
        "InvoiceLine",
        "Page",
        "Reading",
        "Word",
    },
    "ocr.understanding": {"Understood"},
}
"""The classes an answer may consist of, by module: a fixed list, since a name of pickle's may hold dots and so reach
whatever a module has imported.
"""
_HANGS = "Das Lesen der Datei dauert zu lange und wurde abgebrochen."
_TOO_MUCH_MEMORY = "Die Datei braucht beim Lesen zu viel Speicher."
_CRASHED = "Die Datei ist so beschädigt, dass das Leseprogramm daran abstürzt."
_FAULT = "Die Datei konnte nicht gelesen werden: Sie ist anders aufgebaut als erwartet."

_PAGES_LEFT_OUT = 5  # of one file, before it is given up
_LEFT_OUT = "Diese Seite wurde ausgelassen: "
_REASONS = {
    "timeout": _LEFT_OUT + "Sie zu lesen dauert zu lange.",
    "memory": _LEFT_OUT + "Sie braucht beim Lesen zu viel Speicher.",
    "damaged": _LEFT_OUT + "Sie ist so beschädigt, dass das Leseprogramm an ihr abstürzt.",
}

Listener = Callable[[int, int], None]


class _PlainUnpickler(pickle.Unpickler):
    """Knows a few plain values and the dataclasses that answers are made of; everything else is refused unheard."""

    def find_class(self, module: str, name: str) -> Any:
        if name in _PLAIN_VALUES.get(module, ()):
            return child.resolve(f"{module}:{name}")
        raise pickle.UnpicklingError(f"not a plain value: {module}.{name}")


class _LostReaderError(Exception):
    """A reader process is gone or had to go: what to say of it, and the page it was reading (0: none)."""

    def __init__(self, error: BaseException, page: int) -> None:
        super().__init__(error, page)
        self.error = error
        self.page = page

    @property
    def reason(self) -> str | None:
        """Why to leave the page out; ``None`` where the page is not to blame."""
        if not self.page or not isinstance(self.error, UnreadableError) or not self.error.permanent:
            return None
        return _REASONS.get(self.error.code)


class _Reader:
    """One reader process and the pipe to it."""

    def __init__(self, limits: Limits, folder: Path, warm: tuple[str, ...]) -> None:
        self.calls = 0
        self._limits = limits
        self._scratch = Path(tempfile.mkdtemp(dir=folder))
        root = str(Path(ocr.__file__).parents[1])
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        city = get_settings().city_file  # also where .env names it, which no reader sees
        if city is not None:
            environment["RATHAUS_CITY_FILE"] = str(city.resolve())
        environment |= {
            "PYTHONPATH": root,
            "HOME": str(self._scratch),
            "TMPDIR": str(self._scratch),
            "OMP_THREAD_LIMIT": "1",
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "MALLOC_ARENA_MAX": "2",
            FOLDER: str(folder),
            child.MEMORY: str(limits.memory),
            child.OUTPUT: str(limits.output),
            child.WARM: ",".join(warm),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ocr.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=self._scratch,
            start_new_session=True,  # its Tesseract programs end with it
        )
        self.ready = False
        self._ending = threading.Lock()
        self._ended: tuple[int, int] | None = None

    def _exactly(self, size: int, until: float) -> bytes:
        """Reads ``size`` bytes. Raises TimeoutError or EOFError."""
        assert self.process.stdout is not None
        pipe = self.process.stdout.fileno()
        poll = select.poll()
        poll.register(pipe, select.POLLIN)
        parts = bytearray()
        while len(parts) < size:
            remaining = until - time.monotonic()
            if remaining <= 0 or not poll.poll(remaining * 1000):
                raise TimeoutError
            part = os.read(pipe, min(size - len(parts), 1 << 20))
            if not part:
                raise EOFError
            parts += part
        return bytes(parts)

    def _frame(self, until: float) -> tuple[bytes, Any]:
        kind, size = child.HEADER.unpack(self._exactly(child.HEADER.size, until))
        if size > self._limits.output + 4096:
            raise pickle.UnpicklingError("answer too large")
        body = self._exactly(size, until)
        try:
            return kind, _PlainUnpickler(io.BytesIO(body)).load()
        except Exception as error:  # a broken pickle raises nearly anything
            raise pickle.UnpicklingError(str(error)) from error

    def _wait_until_ready(self) -> None:
        try:
            self._frame(time.monotonic() + _START_SECONDS)
        except (EOFError, TimeoutError) as error:
            log.critical("a reader process does not start; try: python -m ocr.child")
            raise UnreadableError(
                "timeout", "Das Leseprogramm startet nicht.", permanent=False
            ) from error
        self.ready = True

    def call(self, call: tuple[Any, ...], seconds: float, listener: Listener | None) -> Any:
        """The result of the call (see ``ocr.child``). Raises UnreadableError, or one of TimeoutError, EOFError, OSError and UnpicklingError
        after which the process is of no more use.
        """
        if not self.ready:
            self._wait_until_ready()
        request = pickle.dumps(call, protocol=5)
        assert self.process.stdin is not None
        self.process.stdin.write(child.LENGTH.pack(len(request)) + request)
        self.process.stdin.flush()
        self.calls += 1
        last = time.monotonic() + seconds
        while True:
            kind, value = self._frame(min(last, time.monotonic() + self._limits.patience))
            if kind == child.PROGRESS:
                if listener is not None:
                    listener(*value)
            elif kind == child.RESULT:
                return value
            else:
                raise _failure(*value)

    def page(self) -> int:
        """The page being read, 0 where it is none. Works as long as the process has not been ended from here."""
        with contextlib.suppress(OSError, struct.error):
            number = child.LENGTH.unpack((self._scratch / child.PAGE).read_bytes())[0]
            return int(number)
        return 0

    def end(self) -> tuple[int, int]:
        """Ends the process and what it started; gives the exit code it ended with (its own, if it was dead already) and
        its peak memory in bytes.
        """
        with self._ending:
            if self._ended is None:
                self._ended = self._end()
        return self._ended

    def _end(self) -> tuple[int, int]:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        shutil.rmtree(self._scratch, ignore_errors=True)
        return self.process.returncode, usage.ru_maxrss * 1024


def _failure(code: str, message: str, permanent: bool) -> UnreadableError:
    if code != "fault":
        return UnreadableError(code, message, permanent=permanent)
    log.error("fault while reading a file:\n%s", message)
    return UnreadableError("damaged", _FAULT, permanent=permanent)


class ReaderPool:
    """``workers`` reader processes, each replaced after ``recycle_after`` calls. Safe to use from many threads.

    ``warm`` names modules to import and functions (``module:name``) to call ahead of the first file. Close the pool, or
    use it as a context manager.
    """

    def __init__(
        self, workers: int, limits: Limits, recycle_after: int = 200, warm: tuple[str, ...] = ()
    ) -> None:
        self._limits = limits
        self._recycle_after = recycle_after
        self._warm = warm
        self.folder = Path(tempfile.mkdtemp(prefix="rathaus-readers-"))
        make_slots(self.folder, max(1, min(os.cpu_count() or 1, workers * limits.threads)))
        self._idle: queue.LifoQueue[_Reader | None] = queue.LifoQueue()
        for _ in range(workers):
            self._idle.put(None)
        self._all: set[_Reader] = set()
        self._lock = threading.Lock()
        self._closed = False
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="reader")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def processes(self) -> list[int]:
        """Ids of the reader processes that run now."""
        with self._lock:
            return [reader.process.pid for reader in self._all]

    def read(self, path: Path, name: str, listener: Listener | None = None) -> Reading:
        """Reads a file in a reader process; ``listener(done, total)`` hears of each page.

        Raises UnreadableError (besides the readers' own codes: ``timeout``, ``memory``, ``damaged``).
        """
        result = self.run(
            "ocr.reading:read", Path(path).resolve(), name, self._limits, listener=listener
        )
        assert isinstance(result, Reading)
        return result

    def run(self, function: str, *arguments: Any, listener: Listener | None = None) -> Any:
        """Calls ``module:name`` in a reader process and waits for its result.

        Arguments are pickled; the result must consist of plain values and of ``ocr``'s dataclasses for documents. A page that makes
        reader after reader die or hang is left out, within twice the time a file may take.
        """
        left_out: dict[int, str] = {}
        until = time.monotonic() + 2 * self._limits.seconds
        while True:
            seconds = min(self._limits.seconds, until - time.monotonic())
            try:
                return self._call((function, arguments, left_out), seconds, listener)
            except _LostReaderError as lost:
                reason = lost.reason
                if (
                    reason is None
                    or lost.page in left_out
                    or len(left_out) >= _PAGES_LEFT_OUT
                    or time.monotonic() >= until
                ):
                    raise lost.error from lost
                left_out[lost.page] = reason

    def _call(self, call: tuple[Any, ...], seconds: float, listener: Listener | None) -> Any:
        reader = self._idle.get()
        try:
            if reader is None or self._closed:
                reader = self._start()
            try:
                return reader.call(call, seconds, listener)
            except UnreadableError:
                if not reader.ready:
                    self._drop(reader)
                    reader = None
                raise
            except BaseException as error:
                broken, reader = reader, None
                page = broken.page()
                raise _LostReaderError(self._loss(broken, error), page) from error
            finally:
                if reader is not None and reader.calls >= self._recycle_after:
                    self._drop(reader)
                    reader = None
        finally:
            self._idle.put(reader)

    def submit(self, function: str, *arguments: Any) -> "Future[Any]":
        """Like ``run``, without waiting."""
        return self._threads.submit(self.run, function, *arguments)

    def close(self) -> None:
        """Ends all reader processes; calls under way fail."""
        self._closed = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            readers, self._all = self._all, set()
        for reader in readers:
            reader.end()
        self._threads.shutdown(wait=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self) -> _Reader:
        with self._lock:
            if self._closed:
                raise UnreadableError("timeout", "Das Lesen wurde beendet.", permanent=False)
            reader = _Reader(self._limits, self.folder, self._warm)
            self._all.add(reader)
        return reader

    def _drop(self, reader: _Reader) -> tuple[int, int]:
        with self._lock:
            self._all.discard(reader)
        return reader.end()

    def _loss(self, reader: _Reader, error: BaseException) -> BaseException:
        """What to tell of a reader process that is gone or has to go."""
        code, peak = self._drop(reader)
        if self._closed:
            return UnreadableError("timeout", "Das Lesen wurde beendet.", permanent=False)
        if isinstance(error, TimeoutError):
            return UnreadableError("timeout", _HANGS)
        if isinstance(error, EOFError | BrokenPipeError | ConnectionError):
            log.warning("reader process ended with %s, peak memory %d MiB", code, peak >> 20)
            if peak > self._limits.memory // 2:
                return UnreadableError("memory", _TOO_MUCH_MEMORY)
            # A kill from outside says nothing about the file.
            return UnreadableError("damaged", _CRASHED, permanent=code != -signal.SIGKILL)
        if isinstance(error, pickle.UnpicklingError | struct.error | ImportError | AttributeError):
            log.error("reader process sent what we do not take: %s", error)
            return UnreadableError("damaged", _FAULT)
        return error

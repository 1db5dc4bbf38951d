"""Reader processes: what dies, hangs or grows in them stays theirs, and the next file is read."""

import io
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest

from ocr.documents import Attachment, Page, Reading, UnreadableError, Word
from ocr.isolation import ReaderPool, _PlainUnpickler
from ocr.limits import Limits


def test_reads_a_file_in_another_process_and_tells_of_its_pages(
    samples: Any, pool: ReaderPool, tmp_path: Path
) -> None:
    path = tmp_path / "brief.pdf"
    path.write_bytes(samples.pdf(*[samples.printed(f"Seite {number}") for number in range(3)]))
    heard: list[tuple[int, int]] = []

    reading = pool.read(path, "brief.pdf", lambda done, total: heard.append((done, total)))

    assert [page.text for page in reading.pages] == ["Seite 0", "Seite 1", "Seite 2"]
    assert heard == [(1, 3), (2, 3), (3, 3)]
    assert os.getpid() not in pool.processes()


def test_runs_any_function_that_can_be_imported(pool: ReaderPool) -> None:
    assert pool.run("ocr.names:safe_name", "../a\u202eb.pdf") == "ab.pdf"
    assert pool.submit("ocr.names:safe_name", "x/y.txt").result(timeout=120) == "y.txt"


def test_what_a_reader_refuses_arrives_as_it_was_said(pool: ReaderPool, tmp_path: Path) -> None:
    path = tmp_path / "leer.pdf"
    path.write_bytes(b"")

    with pytest.raises(UnreadableError, match="leer") as raised:
        pool.read(path, "leer.pdf")

    assert (raised.value.code, raised.value.permanent) == ("empty", True)


def test_a_hanging_reader_is_ended_and_replaced() -> None:
    with ReaderPool(1, Limits(patience=3), warm=("ocr.names",)) as readers:
        readers.run("ocr.names:safe_name", "warm")
        before = readers.processes()
        with pytest.raises(UnreadableError, match="dauert zu lange") as raised:
            readers.run("time:sleep", 60)
        assert raised.value.code == "timeout"
        assert readers.run("ocr.names:safe_name", "a.pdf") == "a.pdf"
        assert readers.processes() != before
        assert not any(map(psutil.pid_exists, before))


def test_a_reader_that_eats_memory_is_stopped() -> None:
    with ReaderPool(1, Limits(memory=1 << 30)) as readers:
        with pytest.raises(UnreadableError, match="Speicher") as raised:
            readers.run("builtins:bytearray", 4 << 30)
        assert raised.value.code == "memory"
        assert readers.run("ocr.names:safe_name", "a.pdf") == "a.pdf"


def test_an_answer_that_is_too_large_is_refused() -> None:
    with ReaderPool(1, Limits(output=1 << 20)) as readers:
        with pytest.raises(UnreadableError) as raised:
            readers.run("builtins:bytes", 2 << 20)
        assert raised.value.code == "too_large"
        assert readers.run("ocr.names:safe_name", "a.pdf") == "a.pdf"


@pytest.mark.parametrize("with_signal", [signal.SIGKILL, signal.SIGSEGV])
def test_a_killed_reader_costs_one_file(with_signal: signal.Signals) -> None:
    with ReaderPool(1, Limits()) as readers:
        readers.run("ocr.names:safe_name", "warm")
        (victim,) = readers.processes()
        future = readers.submit("time:sleep", 60)
        threading.Timer(0.2, os.kill, (victim, with_signal)).start()
        with pytest.raises(UnreadableError) as raised:
            future.result(timeout=120)
        # Who is killed from outside may be read again; who makes the reader crash will do so again.
        assert (raised.value.code, raised.value.permanent) == (
            "damaged",
            with_signal != signal.SIGKILL,
        )
        assert readers.run("ocr.names:safe_name", "a.pdf") == "a.pdf"


def test_readers_are_replaced_after_so_many_files() -> None:
    with ReaderPool(1, Limits(), recycle_after=2) as readers:
        seen = []
        for _ in range(4):
            readers.run("ocr.names:safe_name", "a")
            seen.append(tuple(readers.processes()))
        assert seen[0]
        assert seen[1] == ()
        assert seen[2]
        assert seen[2] != seen[0]


def test_a_fault_of_ours_is_an_unreadable_file_and_no_crash(pool: ReaderPool) -> None:
    with pytest.raises(UnreadableError, match="anders aufgebaut") as raised:
        pool.run("builtins:int", "no number")
    assert not raised.value.permanent


def test_only_plain_values_are_accepted_from_a_reader() -> None:
    with ReaderPool(1, Limits()) as readers:
        with pytest.raises(UnreadableError):
            readers.run("pathlib:Path", "/etc/passwd")
        assert readers.run("ocr.names:safe_name", "a.pdf") == "a.pdf"


def _calls(module: str, name: str, *arguments: object) -> bytes:
    """A pickle that asks its reader to call ``module.name``, as a reader process that was taken over would send."""
    words = b"".join(
        pickle.SHORT_BINUNICODE + bytes([len(word)]) + word.encode() for word in (module, name)
    )
    values = pickle.dumps(arguments, protocol=3)[2:-1]
    return b"\x80\x04" + words + pickle.STACK_GLOBAL + values + pickle.REDUCE + pickle.STOP


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("ocr.isolation", "subprocess.Popen"),  # protocol 4 allows dots in names
        ("ocr.isolation", "ReaderPool"),
        ("ocr.isolation", "ThreadPoolExecutor"),  # imported there: a class, but none of ours
        ("ocr.documents", "Path"),
        ("ocr.documents", "Reading.__class__"),
        ("ocr.reading", "read"),
        ("datetime", "datetime.__class__"),
        ("datetime", "sys.exit"),
    ],
)
def test_an_answer_can_not_make_the_parent_run_anything(
    module: str, name: str, tmp_path: Path
) -> None:
    answer = _calls(module, name, ["touch", str(tmp_path / "taken-over")])
    with pytest.raises(pickle.UnpicklingError, match="not a plain value"):
        _PlainUnpickler(io.BytesIO(answer)).load()
    assert not list(tmp_path.iterdir())


def test_what_readers_answer_with_is_accepted() -> None:
    page = Page(1, "Text", "text", 1.0, words=(Word("Text", 0, 4, (0.0, 0.0, 1.0, 1.0)),))
    part = Attachment("a.txt", "text/plain", 1, b"x")
    reading = Reading("text/plain", (page,), (part,), {"date": datetime(2026, 3, 2, tzinfo=UTC)})
    assert _PlainUnpickler(io.BytesIO(pickle.dumps(reading, protocol=5))).load() == reading


def test_secrets_of_the_parent_stay_with_the_parent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RATHAUS_SECRET", "geheim")
    with ReaderPool(1, Limits()) as readers:
        assert readers.run("os:getenv", "RATHAUS_SECRET") is None
        assert readers.run("os:getenv", "OMP_THREAD_LIMIT") == "1"


def test_readers_end_with_a_parent_that_was_killed() -> None:
    program = (
        "import sys, time\n"
        "from ocr.isolation import ReaderPool\n"
        "from ocr.limits import Limits\n"
        "pool = ReaderPool(1, Limits())\n"
        "pool.run('ocr.names:safe_name', 'warm')\n"
        "pool.submit('time:sleep', 600)\n"
        "print(pool.processes()[0], flush=True)\n"
        "time.sleep(600)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    reader = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    until = time.monotonic() + 120
    while _runs(reader) and time.monotonic() < until:
        threading.Event().wait(0.1)
    assert not _runs(reader)


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_readers_are_warmed_ahead_of_the_first_file() -> None:
    with ReaderPool(1, Limits(), warm=("ocr.tables", "gc:disable")) as readers:
        assert readers.run("sys:modules.__contains__", "ocr.tables")
        assert not readers.run("gc:isenabled")


def test_closing_leaves_nothing_behind() -> None:
    readers = ReaderPool(2, Limits())
    readers.run("ocr.names:safe_name", "warm")
    pids = readers.processes()
    folder = readers.folder
    readers.close()
    assert pids
    assert not any(map(psutil.pid_exists, pids))
    assert not folder.exists()
    with pytest.raises(UnreadableError):
        readers.run("ocr.names:safe_name", "x")

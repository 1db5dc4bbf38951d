"""The supervisor with small real programs: it restarts what dies, ends all, and leaves no orphans."""

import io
import os
import re
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest

from storage.supervision import (
    LONGEST_PAUSE,
    MARK_HEADER,
    Program,
    Supervisor,
    answers,
    pause_before,
)

PATIENCE = 120.0

CHILD = """
import os, pathlib, sys, time
pathlib.Path(sys.argv[1]).open("a").write(f"{os.getpid()} {os.environ['RATHAUS_RESTARTS']}\\n")
print("bereit äöü", flush=True)
time.sleep(600)
"""

STUBBORN = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + CHILD


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)  # polling with a deadline


def program(name: str, notes: Path, code: str = CHILD) -> Program:
    return Program(name, [sys.executable, "-c", textwrap.dedent(code), str(notes)])


def starts(notes: Path) -> list[tuple[int, int]]:
    """(pid, restarts so far) of each start."""
    text = notes.read_text() if notes.exists() else ""
    return [(int(a), int(b)) for a, b in (line.split() for line in text.splitlines())]


def alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def run_with(supervisor: Supervisor, deed: Callable[[], None]) -> None:
    """The supervisor on the main thread, as in production; the deed beside it."""
    trouble: list[BaseException] = []

    def beside() -> None:
        try:
            deed()
        except BaseException as error:  # noqa: BLE001 - raised again on the main thread
            trouble.append(error)
        finally:
            supervisor.stop()

    thread = threading.Thread(target=beside)
    thread.start()
    supervisor.run()
    thread.join()
    if trouble:
        raise trouble[0]


def test_a_killed_program_is_started_again(tmp_path: Path) -> None:
    notes, output, ready = tmp_path / "web", io.StringIO(), threading.Event()
    supervisor = Supervisor([program("web", notes)], on_ready=ready.set, output=output)

    def deed() -> None:
        until(lambda: len(starts(notes)) == 1)
        os.kill(starts(notes)[0][0], signal.SIGKILL)
        until(lambda: len(starts(notes)) == 2)
        assert ready.wait(PATIENCE)

    run_with(supervisor, deed)
    assert [restarts for _, restarts in starts(notes)] == [0, 1]
    assert not any(alive(pid) for pid, _ in starts(notes))
    assert "web | bereit äöü" in output.getvalue()
    assert "Signal SIGKILL), neuer Start in 0.5 s" in output.getvalue()


def test_pauses_double_up_to_half_a_minute(tmp_path: Path) -> None:
    assert [pause_before(n) for n in range(1, 8)] == [0.5, 1, 2, 4, 8, 16, LONGEST_PAUSE]
    notes, output = tmp_path / "web", io.StringIO()
    broken = Program("web", [sys.executable, "-c", "raise SystemExit(3)"])
    steady = program("engine", notes)

    def deed() -> None:
        until(lambda: "neuer Start in 1 s" in output.getvalue() and starts(notes))

    run_with(Supervisor([broken, steady], output=output), deed)
    assert re.search(r"web    \| beendet \(Code 3\), neuer Start in 0.5 s", output.getvalue())
    assert len(starts(notes)) == 1, "a neighbour's death disturbs nobody"


def test_a_minute_of_health_forgets_the_deaths_before(tmp_path: Path) -> None:
    output = io.StringIO()
    broken = Program("web", [sys.executable, "-c", ""])

    def deed() -> None:
        until(lambda: output.getvalue().count("neuer Start in 0.5 s") == 2)

    run_with(Supervisor([broken], output=output, healthy_after=0.0), deed)


def test_ready_is_said_once_and_only_when_all_serve(tmp_path: Path) -> None:
    open_doors, said = threading.Event(), []
    waiting = Program(
        "web", [sys.executable, "-c", "import time; time.sleep(600)"], ready=open_doors.is_set
    )

    def deed() -> None:
        until((tmp_path / "engine").exists)
        assert not said
        open_doors.set()
        until(lambda: said)

    supervisor = Supervisor(
        [waiting, program("engine", tmp_path / "engine")],
        on_ready=partial(said.append, "bereit"),
        output=io.StringIO(),
    )
    run_with(supervisor, deed)
    assert said == ["bereit"]


def test_nobody_answers_at_a_closed_port() -> None:
    assert not answers("http://127.0.0.1:9/health", "x")()


@pytest.mark.parametrize(("shown", "ready"), [("unseres", True), ("fremd", False), (None, False)])
def test_only_our_own_process_makes_us_ready(shown: str | None, ready: bool) -> None:
    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            if shown:
                self.send_header(MARK_HEADER, shown)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Health) as server:
        threading.Thread(target=server.serve_forever).start()
        probe = answers(f"http://127.0.0.1:{server.server_port}/health", "unseres")
        try:
            assert probe() is ready
        finally:
            server.shutdown()


SUPERVISE = """
import sys
from storage import supervision
from storage.supervision import Program, Supervisor
supervision.STOP_SECONDS = 1.0
code, *notes = sys.argv[1:]
Supervisor([Program(f"p{n}", [sys.executable, "-c", code, path]) for n, path in enumerate(notes)]).run()
"""


def supervise(code: str, notes: list[Path]) -> subprocess.Popen[bytes]:
    parent = subprocess.Popen(
        [sys.executable, "-c", SUPERVISE, code, *map(str, notes)],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    until(lambda: all(map(starts, notes)))
    return parent


@pytest.mark.parametrize("code", [CHILD, STUBBORN])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_child_outlives_its_supervisor(tmp_path: Path, number: int, code: str) -> None:
    notes = [tmp_path / "one", tmp_path / "two"]
    parent = supervise(code, notes)
    parent.send_signal(number)
    parent.wait(PATIENCE)
    until(lambda: not any(alive(starts(note)[0][0]) for note in notes))
    if number != signal.SIGKILL:
        assert parent.returncode == 0

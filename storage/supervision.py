"""Starting the processes of the house on one machine, and starting again what dies.

Each process is a child without a terminal; its lines are passed on with its name in front. A dead one is started
again after 0.5 s, doubling to 30 s; a minute of health starts the count anew. SIGINT and SIGTERM stop all
children; on Linux the kernel stops them too, should this process be killed (``storage.children``).
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import TextIO

from storage import children

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
HEALTHY_AFTER = 60.0
STOP_SECONDS = 10.0
LOOK_SECONDS = 0.1
MARK, MARK_HEADER = "RATHAUS_PROCESS_MARK", "X-Rathaus-Process"
"""Environment variable and header by which a web process shows that it was started here."""

Probe = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Program:
    """A process to keep running. ``ready`` says whether it serves already (None: as soon as it runs)."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    ready: Probe | None = None


@dataclass
class _Watched:
    program: Program
    child: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    restarts: int = 0
    quick_deaths: int = 0
    is_ready: bool = False


def answers(url: str, mark: str) -> Probe:
    """A probe: whether the address answers with a success, and bears the mark its process was given (``MARK``).

    Without the mark anybody's process at that port would pass for ours.
    """

    def probe() -> bool:
        import httpx

        try:
            answer = httpx.get(url, timeout=2.0, trust_env=False)
        except httpx.HTTPError:
            return False
        return answer.is_success and answer.headers.get(MARK_HEADER) == mark

    return probe


def pause_before(quick_deaths: int) -> float:
    """Seconds to wait before the next start, after so many deaths in a row that came soon."""
    return float(min(FIRST_PAUSE * 2 ** min(quick_deaths - 1, 20), LONGEST_PAUSE))


class Supervisor:
    """Keeps programs running until told to stop.

    ``on_ready`` is called once, when every program has been ready; ``output`` takes the children's lines.
    """

    def __init__(
        self,
        programs: Sequence[Program],
        *,
        on_ready: Callable[[], None] = lambda: None,
        output: TextIO = sys.stdout,
        healthy_after: float = HEALTHY_AFTER,
    ) -> None:
        self._watched = [_Watched(program) for program in programs]
        self._on_ready = on_ready
        self._output = output
        self._healthy_after = healthy_after
        self._stop = threading.Event()
        self._write = threading.Lock()
        self._width = max((len(program.name) for program in programs), default=0)

    def run(self) -> None:
        """Run until ``stop`` or a signal; then end all children. Call from the main thread."""
        before = {
            number: signal.signal(number, self._on_signal)
            for number in (signal.SIGINT, signal.SIGTERM)
        }
        prober = threading.Thread(target=self._probe, name="readiness", daemon=True)
        try:
            for watched in self._watched:
                self._start(watched)
            prober.start()
            while not self._stop.wait(LOOK_SECONDS):
                for watched in self._watched:
                    self._look_after(watched)
        finally:
            self._stop.set()
            self._end_all()
            for number, handler in before.items():
                signal.signal(number, handler)

    def stop(self) -> None:
        """Ask it to end (from any thread)."""
        self._stop.set()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stop.set()

    def _start(self, watched: _Watched) -> None:
        program = watched.program
        environment = {
            **os.environ,
            **program.environment,
            "RATHAUS_RESTARTS": str(watched.restarts),
            "PYTHONUNBUFFERED": "1",
        }
        watched.child = children.start(
            program.command, environment=environment, output=subprocess.PIPE
        )
        watched.started_at = time.monotonic()
        threading.Thread(
            target=self._pass_on, args=(program.name, watched.child), daemon=True
        ).start()

    def _look_after(self, watched: _Watched) -> None:
        now = time.monotonic()
        if watched.child is None:
            if now >= watched.start_at:
                watched.restarts += 1
                self._start(watched)
            return
        if watched.child.poll() is None:
            return
        lived = now - watched.started_at
        watched.quick_deaths = 1 if lived >= self._healthy_after else watched.quick_deaths + 1
        pause = pause_before(watched.quick_deaths)
        children.end(watched.child, 0)  # what it left behind in its group
        self._say(
            watched.program.name,
            f"beendet ({_ending(watched.child.returncode)}), neuer Start in {pause:g} s",
        )
        watched.child, watched.start_at = None, now + pause

    def _probe(self) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            for watched in self._watched:
                if not watched.is_ready and watched.child is not None:
                    ready = watched.program.ready
                    watched.is_ready = ready is None or ready()
            if all(watched.is_ready for watched in self._watched):
                self._on_ready()
                return

    def _pass_on(self, name: str, child: subprocess.Popen[bytes]) -> None:
        assert child.stdout is not None
        with child.stdout as lines:
            for line in lines:
                self._say(name, line.decode("utf-8", "replace").rstrip())

    def _say(self, name: str, line: str) -> None:
        with self._write:
            self._output.write(f"{name:<{self._width}} | {line}\n")
            self._output.flush()

    def _end_all(self) -> None:
        """All at once, in ten seconds altogether; who has not ended then is killed."""
        living = [watched.child for watched in self._watched if watched.child is not None]
        for child in living:
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for child in living:
            children.end(child, max(0.0, deadline - time.monotonic()))


def _ending(code: int) -> str:
    if code >= 0:
        return f"Code {code}"
    try:
        return f"Signal {signal.Signals(-code).name}"
    except ValueError:
        return f"Signal {-code}"

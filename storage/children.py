"""Child processes that never outlive their parent."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import IO

# PR_SET_PDEATHSIG is 1 (linux/prctl.h). A program of its own instead of preexec_fn, which may deadlock in a process
# with threads; the setting survives exec. The parent may have died before it was made: then the check ends us.
_BOUND = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGKILL)
if os.getppid() != int(sys.argv[1]):
    sys.exit(1)
os.execvp(sys.argv[2], sys.argv[2:])
"""


def start(
    command: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    output: int | IO[bytes] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a program in a process group of its own (Ctrl-C reaches it only through us).

    On Linux the kernel ends it when the thread that started it dies, even by kill -9: start children from a thread
    that lives as long as they should.
    """
    bound = [sys.executable, "-I", "-S", "-c", _BOUND, str(os.getpid())]
    return subprocess.Popen(
        [*(bound if sys.platform == "linux" else []), *command],
        env=None if environment is None else dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        start_new_session=True,
    )


def stop(child: subprocess.Popen[bytes], grace: float) -> None:
    """Ask it to end with SIGTERM, and ``end`` it."""
    if child.poll() is None:
        child.terminate()
    end(child, grace)


def end(child: subprocess.Popen[bytes], grace: float) -> None:
    """Wait for its end for ``grace`` seconds; then SIGKILL to its whole group, and to what it left behind there."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(grace)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)  # the group has the child's number
    child.wait()

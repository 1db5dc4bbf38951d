"""Whether somebody still has a file open for writing.

Linux grants a read lease on a file only while nobody has it open for writing (fcntl(2), F_SETLEASE). It gives
leases to a file's owner alone, and network file systems refuse them for reasons of their own.
"""

import contextlib
import errno
import fcntl
import os
import secrets
import signal
from pathlib import Path


def has_writer(path: Path) -> bool | None:
    """Whether anybody has the file open for writing; ``None`` where that can't be told."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        # Who opens the file this very moment breaks the lease: the usual SIGIO would end this process.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return True if error.errno == errno.EAGAIN else None
    finally:
        os.close(descriptor)
    return False


def writers_are_seen(folder: Path) -> bool:
    """Whether ``has_writer`` can be believed here: some file systems refuse every lease as if somebody wrote."""
    probe = folder / f".{secrets.token_hex(8)}"
    try:
        probe.touch(mode=0o600)
        return has_writer(probe) is False
    except OSError:
        return False
    finally:
        with contextlib.suppress(OSError):
            probe.unlink(missing_ok=True)

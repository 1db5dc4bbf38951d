"""A PostgreSQL server of a benchmark's own, in a temporary folder."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def server() -> Iterator[str]:
    """Its URL; it is stopped and removed at the end. Settings are PostgreSQL's own, fsync stays on."""
    programs = max(Path("/usr/lib/postgresql").glob("*/bin/initdb")).parent
    folder = Path(tempfile.mkdtemp(prefix="rathaus-bench-"))
    user: list[str] = []
    if os.geteuid() == 0:  # initdb refuses root
        shutil.chown(folder, "postgres")
        user = ["runuser", "-u", "postgres", "--"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = str(folder / "data")
    control = [*user, str(programs / "pg_ctl"), "-D", data, "-w", "-s"]
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1"
    _run([*user, str(programs / "initdb"), "-D", data, "-A", "trust", "-U", "rathaus",
          "-E", "UTF8", "--locale=C.UTF-8"])  # fmt: skip
    try:
        _run([*control, "-l", str(folder / "log"), "-o", options, "start"])
        yield f"postgresql+psycopg://rathaus@127.0.0.1:{port}/postgres"
    finally:
        _run([*control, "-m", "fast", "stop"])
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")

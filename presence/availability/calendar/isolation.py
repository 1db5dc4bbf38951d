"""Starting the process that reads a calendar, and trusting nothing but plain values from it."""

import base64
import json
import os
import subprocess
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from presence.availability.calendar.fetching import Link
from presence.availability.calendar.reading import STATUSES, BusyTimes, CalendarError

SECONDS = 25.0
LARGEST_ANSWER = 16 * 1024 * 1024
_ROOT = Path(__file__).parents[3]
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "VIRTUAL_ENV", "SSL_CERT_FILE", "SSL_CERT_DIR")


def read_file(data: bytes, begins: datetime, ends: datetime) -> BusyTimes:
    """What ``reading.read_busy`` says about a file. Raises ``CalendarError`` also where it takes too long."""
    return _ask({"data": base64.b64encode(data).decode()}, begins, ends)


def read_link(
    link: Link, begins: datetime, ends: datetime, hosts: frozenset[str] = frozenset()
) -> BusyTimes:
    """Fetch and read. Raises ``CalendarError``."""
    return _ask({"link": asdict(link), "hosts": sorted(hosts)}, begins, ends)


def _ask(request: dict[str, Any], begins: datetime, ends: datetime) -> BusyTimes:
    request |= {"from": begins.isoformat(), "to": ends.isoformat()}
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "presence.availability.calendar.child"],
            input=json.dumps(request).encode(),
            capture_output=True,
            timeout=SECONDS,
            env=environment | {"PYTHONPATH": str(_ROOT)},
            cwd="/",
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise CalendarError(
            "Das Lesen des Kalenders dauert zu lange und wurde abgebrochen."
        ) from None
    if done.returncode or len(done.stdout) > LARGEST_ANSWER:
        raise CalendarError(
            "Der Kalender ist zu aufwendig zu lesen (endlose oder sehr dichte Wiederholungen)."
        )
    return _taken(json.loads(done.stdout))


def _taken(answer: dict[str, Any]) -> BusyTimes:
    if "error" in answer:
        raise CalendarError(str(answer["error"]))
    result = BusyTimes({status: [] for status in STATUSES}, [str(w) for w in answer["warnings"]])
    for starts, finish, status in answer["rows"]:
        result.spans[status].append(
            (datetime.fromisoformat(starts), datetime.fromisoformat(finish))
        )
    return result

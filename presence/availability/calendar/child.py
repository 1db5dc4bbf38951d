"""A process that reads one calendar and ends: ``python -m presence.availability.calendar.child``.

Takes one JSON request from its standard input (so that a secret address stands in no process list and no
environment), answers with one JSON document. It sets its own limits before it touches a foreign byte.
"""

import base64
import json
import resource
import sys
import warnings
from datetime import datetime
from typing import Any

from presence.availability.calendar.fetching import Link, fetch
from presence.availability.calendar.reading import CalendarError, read_busy

CPU_SECONDS = 12
MEMORY = 768 * 1024 * 1024


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """``{"rows": [[start, end, status], ...], "warnings": [...]}`` or ``{"error": sentence}``."""
    begins, ends = (datetime.fromisoformat(request[name]) for name in ("from", "to"))
    try:
        if request.get("link") is not None:
            data = fetch(Link(**request["link"]), begins, ends, frozenset(request["hosts"]))
        else:
            data = base64.b64decode(request["data"])
        busy = read_busy(data, begins, ends)
    except CalendarError as error:
        return {"error": str(error)}
    except (MemoryError, RecursionError):
        return {"error": "Der Kalender braucht beim Lesen zu viel Speicher."}
    except Exception:  # noqa: BLE001 - the parser failed; its message may quote the calendar
        return {
            "error": "Der Kalender ist anders aufgebaut als erwartet und kann nicht gelesen werden."
        }
    rows = [
        [starts.isoformat(), finish.isoformat(), status] for starts, finish, status in busy.rows()
    ]
    return {"rows": rows, "warnings": busy.warnings}


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    warnings.simplefilter("ignore")
    json.dump(answer(json.load(sys.stdin)), sys.stdout)


if __name__ == "__main__":
    main()

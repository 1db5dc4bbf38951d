"""What is sent to screens: server-sent events (WHATWG HTML, 9.2), each with the full state, so that any of them will do."""

import json
from datetime import datetime
from enum import StrEnum
from typing import Any

from presence.monitor.snapshot import Board, Snapshot
from presence.monitor.subjects import Kind, Mode, Spec, Theme


class State(StrEnum):
    """``AWAY``: nobody can say anything just now; ``OFF``: no Dienstvereinbarung is in force."""

    SHOWN = "da"
    OFF = "aus"
    GONE = "weg"
    AWAY = "stumm"


OFF_TITLE = "Der Anwesenheitsmonitor ist ausgeschaltet."
OFF_TEXT = (
    "Er zeigt erst etwas, wenn eine Dienstvereinbarung über den Anwesenheitsmonitor gilt. "
    "Zurzeit ist keine in Kraft."
)

_OPEN_ONLY = "Zu sehen sind Beschäftigte aus Ämtern, die ihre Erreichbarkeit für das ganze Haus geöffnet haben"
NOBODY = {
    Kind.OFFICE: "In diesem Amt arbeitet zurzeit niemand.",
    Kind.FLOOR: f"{_OPEN_ONLY} und deren Raum mit Geschoss im Verzeichnis steht, zum Beispiel „A 204“ oder „2.14“.",
    Kind.GROUP: f"{_OPEN_ONLY}.",
}
"""Why a board may be empty."""


def content(spec: Spec, theme: Theme, seen: Snapshot) -> str:
    """Everything a screen of this kind shows, as JSON; equal contents look equal."""
    told: dict[str, Any] = {
        "dunkel": theme is Theme.DARK or (theme is Theme.AUTO and seen.evening),
        "ruhe": seen.resting,
    }
    board = seen.boards.get(spec)
    if not seen.allowed:
        told |= {"zustand": State.OFF, "titel": OFF_TITLE, "text": OFF_TEXT}
    elif board is None or board.gone:
        told |= {
            "zustand": State.GONE,
            "titel": "Hier gibt es nichts mehr zu zeigen.",
            "text": "Das Amt, die Etage oder die Arbeitsgruppe dieses Monitors gibt es nicht mehr.",
        }
    else:
        told |= _shown(board) | {"leer": "" if board.rows else NOBODY[spec.kind]}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _shown(board: Board) -> dict[str, Any]:
    return {
        "zustand": State.SHOWN,
        "titel": board.title,
        "art": "namen" if board.mode is Mode.NAMES else "zahlen",
        "zeilen": [
            {
                "name": row.title,
                "stufe": int(row.level),
                "wort": row.word,
                "bis": row.until,
                "dazu": row.detail,
            }
            for row in board.rows
        ],
    }


AWAY = json.dumps(
    {
        "zustand": State.AWAY,
        "titel": "Zurzeit ist keine Auskunft möglich.",
        "text": "Sobald es wieder geht, erscheint die Tafel von selbst.",
    },
    ensure_ascii=False,
)


def board_event(told: str, version: str, now: datetime) -> bytes:
    """``version`` is that of page and script: a screen with an older one loads itself anew."""
    return _event("tafel", f'{{"jetzt":{_milliseconds(now)},"fassung":"{version}","tafel":{told}}}')


def pulse_event(now: datetime) -> bytes:
    """All is well, and what is shown still counts."""
    return _event("puls", f'{{"jetzt":{_milliseconds(now)}}}')


def end_event(reason: str) -> bytes:
    """The last one: this screen gets nothing any more."""
    return _event("ende", json.dumps({"grund": reason}, ensure_ascii=False))


def again_event() -> bytes:
    """The server restarts: come back in a moment."""
    return _event("neustart", "{}")


def _event(name: str, data: str) -> bytes:
    return f"event: {name}\ndata: {data}\n\n".encode()


def _milliseconds(now: datetime) -> int:
    return round(now.timestamp() * 1000)

"""Signs of life and what the status says about them (contracts.md: ``rathaus status --json``)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage import processes
from storage.database import Database
from storage.jobs import queue
from storage.processes import Beat, this_process

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ENGINE = Beat("engine", "vm", 42, NOON, 0)
WEB = Beat("web", "vm", 43, NOON, 2)


def beat(
    database: Database,
    who: Beat,
    at: datetime = NOON,
    state: str = "running",
    note: str | None = None,
) -> None:
    database.run(lambda s: processes.beat(s, who, at, state, note))


def status(database: Database, at: datetime = NOON) -> Any:
    return processes.status(database, at)


def test_a_house_at_work(database: Database) -> None:
    for who in (ENGINE, WEB, WEB):
        beat(database, who)
    assert status(database) == {
        "processes": [
            {
                "name": "engine",
                "state": "running",
                "since": NOON.isoformat(),
                "restarts": 0,
                "machine": "vm",
            },
            {
                "name": "web",
                "state": "running",
                "since": NOON.isoformat(),
                "restarts": 2,
                "machine": "vm",
            },
        ],
        "queues": [],
        "warnings": [],
    }


def test_silence_is_noticed_and_said_in_german(database: Database) -> None:
    beat(database, ENGINE)
    beat(database, WEB, NOON + timedelta(minutes=3))
    later = status(database, NOON + timedelta(minutes=3))
    assert [each["state"] for each in later["processes"]] == ["silent", "running"]
    assert later["warnings"] == [
        "Ablaufsteuerung auf vm meldet sich seit 3 Minuten nicht.",
        "Die Ablaufsteuerung läuft nicht: Aufträge bleiben liegen.",
    ]


def test_who_said_goodbye_is_not_missed(database: Database) -> None:
    beat(database, ENGINE)
    beat(database, WEB, state="stopped")
    beat(database, ENGINE, NOON + timedelta(days=1))
    assert status(database, NOON + timedelta(days=1))["warnings"] == []


def test_notes_and_queues_that_pile_up_become_warnings(database: Database) -> None:
    beat(database, ENGINE, NOON + timedelta(minutes=20), note="Der Prefect-Server antwortet nicht.")
    database.run(lambda s: queue.enqueue(s, "mail", "a", now=NOON))
    shown = status(database, NOON + timedelta(minutes=20))
    assert shown["queues"] == [{"kind": "mail", "waiting": 1, "oldest_seconds": 1200.0}]
    assert shown["warnings"] == [
        "Der Prefect-Server antwortet nicht.",
        "Die Warteschlange „mail“ staut sich: 1 Aufträge, der älteste wartet seit 20 Minuten.",
    ]


def test_rooms_add_warnings_of_their_own(database: Database) -> None:
    beat(database, ENGINE)
    shown = processes.status(database, NOON, [lambda _session, _now: ["Virenprüfung aus"]])
    assert shown["warnings"] == ["Virenprüfung aus"]


def test_owners_that_fell_silent(database: Database) -> None:
    beat(database, ENGINE)
    owners = {ENGINE.owner, "vm/41/0"}
    with database.read() as session:
        assert processes.silent_owners(session, owners, NOON) == {"vm/41/0"}
        assert processes.silent_owners(session, owners, NOON + timedelta(minutes=1)) == owners


def test_rows_of_processes_long_gone_are_deleted(database: Database) -> None:
    beat(database, ENGINE)
    database.run(lambda s: processes.forget_gone(s, NOON + timedelta(days=8)))
    assert status(database)["processes"] == []


def test_a_process_knows_its_restarts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATHAUS_RESTARTS", "3")
    assert this_process("web", NOON).restarts == 3

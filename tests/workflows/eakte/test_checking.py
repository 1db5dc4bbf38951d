"""The nightly checks: what they find comes before people's eyes, and goes when it is mended."""

import asyncio
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text

from storage import schedules
from storage.actors import Grant, Role, Staff
from storage.clock import new_id
from storage.house import House
from storage.jobs import runs
from storage.journal.anchor import Anchor
from storage.journal.sealer import seal
from storage.processes import status
from storage.tasks.list import tasks_for
from tests.workflows.eakte.town import Town, letter
from workflows.eakte.checking import BLOBS, JOURNAL, NO_SCAN, warners
from workflows.eakte.work import schedules as definitions
from workflows.engine.runs import STATES, list_runs
from workflows.engine.scheduling import Scheduler, by_key

ADMIN = Staff(new_id(), "Systemverwaltung", grants=frozenset({Grant(Role.ADMIN)}))
PRIVACY = Staff(new_id(), "Datenschutz", grants=frozenset({Grant(Role.PRIVACY)}))


def check(house: House, key: str) -> str:
    """Have the schedule run as the engine does it; the state its last run is shown with."""

    async def once() -> None:
        scheduler = Scheduler(house, by_key(definitions()), "test/1/1")
        scheduler.register()
        house.database.run(lambda s: schedules.run_now(s, ADMIN, key, house.clock()))
        await scheduler.turn()
        assert await scheduler.stop(30)

    asyncio.run(once())
    with house.database.read() as session:
        line = next(each for each in schedules.lines(session, ADMIN) if each.key == key)
        newest = list_runs(session, ADMIN, subject=key)[0]
    assert line.last_run is not None
    assert line.last_run.state == newest.state
    return newest.state


def warnings(house: House) -> list[str]:
    shown = status(house.database, house.clock(), warners(house.settings))["warnings"]
    return [each for each in shown if "Ablaufsteuerung" not in each]


def tasks(house: House, who: Staff) -> list[str]:
    with house.database.read() as session:
        return [task.title for task in tasks_for(session, who)]


def stored_file(town: Town, sha256: str) -> Path:
    folder = town.house.settings.in_data("blobs", "x").parent
    return next(each for each in folder.rglob(f"*{sha256[4:]}*") if each.is_file())


def test_a_manipulated_file_is_told_until_it_is_mended(town: Town) -> None:
    document = town.document(town.receive(letter("Antrag"), "antrag.pdf"))
    assert check(town.house, BLOBS) == "done"
    assert warnings(town.house) == [NO_SCAN]
    file = stored_file(town, document.sha256)
    whole = file.read_bytes()
    file.write_bytes(whole[:60] + bytes([whole[60] ^ 1]) + whole[61:])

    assert check(town.house, BLOBS) == "findings"
    assert STATES["findings"] == "fertig, mit Auffälligkeiten"
    (warning,) = set(warnings(town.house)) - {NO_SCAN}
    assert warning.startswith("In der Ablage sind Dateien beschädigt")
    assert warning.endswith("Auffälligkeiten: 1).")
    for who in (ADMIN, PRIVACY):
        (title,) = tasks(town.house, who)
        assert document.sha256 in title
    assert tasks(town.house, town.clerk) == []

    file.write_bytes(whole)
    assert check(town.house, BLOBS) == "done"
    assert warnings(town.house) == [NO_SCAN]
    assert tasks(town.house, ADMIN) == tasks(town.house, PRIVACY) == []


def test_a_manipulated_journal_is_told(town: Town) -> None:
    for number in range(6):
        town.receive(letter(f"Antrag {number}"), f"{number}.pdf")
    seal(town.house.database, Anchor.from_settings(town.house.settings), town.clock)
    assert check(town.house, JOURNAL) == "done"
    town.house.database.run(
        lambda s: s.execute(
            text("UPDATE journal_entry SET verb = 'document.file' WHERE number = 3")
        )
    )
    assert check(town.house, JOURNAL) == "findings"
    assert any("Das Journal ist nicht unversehrt" in each for each in warnings(town.house))
    (title,) = tasks(town.house, PRIVACY)
    assert "Eintrag 3" in title


def test_many_findings_are_named_by_the_first_and_counted(town: Town) -> None:
    for number in range(5):
        town.receive(letter(f"Antrag {number}"), f"{number}.pdf")
    for file in town.house.settings.in_data("blobs", "x").parent.rglob("*"):
        if file.is_file():
            file.unlink()
    check(town.house, BLOBS)
    (title,) = tasks(town.house, ADMIN)
    assert title.count("fehlt in der Ablage") == 3
    assert title.endswith("Und 2 weitere.")


def test_the_last_result_is_kept_however_old(town: Town) -> None:
    document = town.document(town.receive(letter("Antrag"), "antrag.pdf"))
    stored_file(town, document.sha256).unlink()
    check(town.house, BLOBS)
    check(town.house, BLOBS)
    later = town.clock() + timedelta(days=90)
    assert town.house.database.run(lambda s: runs.forget_old(s, later)) == 1
    assert any("In der Ablage" in each for each in warnings(town.house))


def test_a_scan_folder_nobody_empties_is_told(town: Town) -> None:
    folder = town.house.settings.inbox_folder
    folder.mkdir(parents=True)
    town.house.settings = town.house.settings.model_copy(
        update={"clamd_socket": Path("/run/clamd"), "post_office": "kanzlei"}
    )
    assert warnings(town.house) == []
    (folder / "brief.pdf").write_bytes(b"%PDF")
    (warning,) = warnings(town.house)
    assert "„kanzlei“ gibt es nicht" in warning
    assert "RATHAUS_POST_OFFICE" in warning


def test_the_virus_scan_is_missed_only_where_it_is_off(town: Town) -> None:
    town.house.settings = town.house.settings.model_copy(
        update={"clamd_socket": Path("/run/clamd")}
    )
    assert warnings(town.house) == []

"""Faults around the intake: two engines, a database that drops its connections, a manipulated file, a full disk."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from storage.blobs.errors import BlobStoreError
from storage.jobs.handlers import JobContext
from storage.journal.tables import JournalPending
from tests.workflows.eakte.town import TREE_LETTER, Town, letter
from workflows.eakte import checking, upkeep
from workflows.eakte.receiving import Incoming, receive
from workflows.eakte.tables import Document, StoredAnalysis
from workflows.eakte.watching import Watcher


def _count(town: Town, state: str) -> int:
    with town.house.database.read() as session:
        return session.scalar(select(func.count(Document.id)).where(Document.state == state)) or 0


def test_two_engines_read_each_document_once(any_town: Town) -> None:
    town = any_town
    for number in range(12):
        town.receive(letter(f"Betreff: Anfrage {number}", "Guten Tag"), f"{number}.pdf")
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(town.process) for _ in range(2)]:
            done.result()
    assert _count(town, "ready") == 12
    with town.house.database.read() as session:
        assert session.scalar(select(func.count(StoredAnalysis.document_id))) == 12
        ready = select(func.count()).where(JournalPending.verb == "document.ready")
        assert session.scalar(ready) == 12


@pytest.mark.parametrize(
    "database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
def test_after_a_restart_of_postgresql_work_goes_on(any_town: Town) -> None:
    town = any_town
    town.receive(letter(*TREE_LETTER), "vorher.pdf")
    with (
        town.house.database.engine.connect() as connection
    ):  # as a restart does: every other connection is cut
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid, 20000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND backend_type = 'client backend'"
            )
        )  # with a timeout it waits for their end: until then they would still answer
    town.receive(letter("Betreff: Danach"), "nachher.pdf")
    town.process()
    assert _count(town, "ready") == 2


def test_a_manipulated_file_is_found_and_named(town: Town) -> None:
    receipt = town.receive(letter(*TREE_LETTER), "a.pdf")
    (stored,) = [
        path
        for path in (town.house.settings.data_dir / "blobs").rglob("*")
        if path.is_file() and receipt.sha256 in path.name
    ]
    content = bytearray(stored.read_bytes())
    content[-20] ^= 1
    stored.write_bytes(content)
    lines: list[str] = []
    counts = checking.check_blobs(JobContext(town.house, lambda _, line: lines.append(line)))
    assert counts == {"Auffälligkeiten": 1}
    assert receipt.sha256 in lines[0]


def test_a_damaged_store_puts_the_document_aside_instead_of_losing_it(town: Town) -> None:
    receipt = town.receive(letter(*TREE_LETTER), "a.pdf")
    for path in (town.house.settings.data_dir / "blobs").rglob("*"):
        if path.is_file() and receipt.sha256 in path.name:
            path.unlink()
    for _ in range(4):
        town.process()
        town.clock.now = town.clock.now.replace(year=town.clock.now.year + 1)
    assert town.document(receipt).state == "quarantined"
    assert town.document(receipt).reason


def test_with_a_full_disk_nothing_is_taken_and_the_scan_stays(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise BlobStoreError("Der Speicherplatz der Ablage ist erschöpft.")

    folder = town.house.settings.inbox_folder
    folder.mkdir(parents=True)
    (folder / "brief.pdf").write_bytes(letter(*TREE_LETTER))
    with (
        monkeypatch.context() as patched
    ):  # the disk is the one part that can't be real here; the store's own tests fill one
        patched.setattr("storage.blobs.directory.Directory.publish", full)
        with pytest.raises(BlobStoreError, match="erschöpft"):
            receive(town.house, town.clerk, Incoming("a.pdf", letter("x"), town.bau))
        watcher = Watcher(town.house)
        for _ in range(4):
            watcher.look()
    assert (folder / "brief.pdf").exists()
    assert _count(town, "received") == 0
    for _ in range(4):
        watcher.look()
    assert _count(town, "received") == 1


def test_stuck_documents_are_taken_up_again(town: Town) -> None:
    receipt = town.receive(letter(*TREE_LETTER), "a.pdf")
    with town.house.database.write() as session:
        session.execute(text("DELETE FROM job"))
        session.execute(text("UPDATE document SET state = 'reading'"))
    town.clock.now = town.clock.now.replace(hour=town.clock.now.hour + 1)
    assert upkeep.resume_stuck(JobContext(town.house))["wieder aufgenommen"] == 1
    town.process()
    assert town.document(receipt).state == "ready"


def test_hostile_files_end_in_quarantine_with_a_german_line(town: Town, tmp_path: Path) -> None:
    nested = b"Subject: tief\n\n"
    for _ in range(50):
        nested = (
            b'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: message/rfc822\n\n'
            + nested
            + b"\n--b--\n"
        )
    bomb = '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]><Invoice>&y;</Invoice>'
    xxe = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><Invoice>&x;</Invoice>'
    for name, content in (
        ("bombe.xml", bomb.encode()),
        ("xxe.xml", xxe.encode()),
        ("tief.eml", nested),
    ):
        town.receive(content, name, actor=town.clerk)
    town.process()
    with town.house.database.read() as session:
        rows = session.scalars(select(Document).where(Document.parent_id.is_(None))).all()
    for row in rows:
        assert row.state in {"quarantined", "ready"}
        assert row.state == "ready" or row.reason
        assert "root:" not in (row.title or "")
    assert {row.state for row in rows if row.file_name.endswith(".xml")} == {"quarantined"}


def test_a_job_that_failed_for_good_puts_its_document_aside(any_town: Town) -> None:
    town = any_town
    receipt = town.receive(letter(*TREE_LETTER), "a.pdf")
    with town.house.database.write() as session:
        session.execute(text("UPDATE job SET state = 'failed', reason = 'Brach ab.'"))
    town.clock.now = town.clock.now.replace(hour=town.clock.now.hour + 1)
    assert upkeep.resume_stuck(JobContext(town.house))["in Quarantäne"] == 1
    assert (town.document(receipt).state, town.document(receipt).reason) == (
        "quarantined",
        "Brach ab.",
    )


def test_a_busy_document_is_not_reset(any_town: Town) -> None:
    town = any_town
    town.receive(letter(*TREE_LETTER), "a.pdf")
    town.clock.now = town.clock.now.replace(hour=town.clock.now.hour + 1)
    counts = upkeep.resume_stuck(JobContext(town.house))
    assert (counts["wieder aufgenommen"], counts["in Quarantäne"]) == (0, 0)


def test_copies_left_by_a_killed_process_are_removed(town: Town) -> None:
    left = town.house.settings.in_data("tmp", "alt", "geheim")
    left.write_text("geheim")
    os.utime(left.parent, (0, 0))
    young = town.house.settings.in_data("tmp", "neu", "noch")
    young.write_text("wird gelesen")
    assert upkeep.resume_stuck(JobContext(town.house))["Reste entfernt"] == 1
    assert not left.exists()
    assert young.exists()

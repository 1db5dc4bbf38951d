"""Recording, sealing, and finding every falsification, on both databases."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, func, select, update

from config.settings import Settings
from storage.database import Database
from storage.journal import record
from storage.journal.anchor import Anchor, JournalBrokenError
from storage.journal.entries import FIRST_CHAIN, next_chain
from storage.journal.erasure import erase_details
from storage.journal.merkle import Frontier
from storage.journal.nodes import ENTRY_COLUMNS, entry_of
from storage.journal.sealer import seal
from storage.journal.tables import JournalDetail, JournalEntry, JournalHead, JournalPending
from storage.journal.verification import Verification, verify

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
Fill = Callable[..., list[UUID]]


def clock() -> datetime:
    return NOW


def change(database: Database, statement: Any) -> None:
    with database.write() as session:
        session.execute(statement)


def reasons(found: Verification) -> list[tuple[int | None, str]]:
    return [(problem.entry, problem.reason) for problem in found.problems]


def rewrite(database: Database) -> None:
    """What a careful forger does: give every row the chain that fits its content, and the head too."""
    with database.write() as session:
        tree, chain = Frontier(), FIRST_CHAIN
        for row in session.execute(select(*ENTRY_COLUMNS).order_by(JournalEntry.number)).all():
            leaf = entry_of(row).leaf()
            chain = next_chain(chain, leaf)
            tree.push(leaf)
            session.execute(
                update(JournalEntry).where(JournalEntry.number == row.number).values(chain=chain)
            )
        session.execute(
            update(JournalHead).values(size=tree.size, chain=chain, frontier=tree.to_bytes())
        )


def test_sealed_entries_verify(database: Database, anchor: Anchor, fill: Fill) -> None:
    ids = fill(database, 5)
    found = verify(database, anchor)
    assert found.to_json() == {
        "sealed": 5,
        "unsealed": 0,
        "first": 1,
        "last": 5,
        "first_at": NOW.isoformat(),
        "last_at": NOW.isoformat(),
        "ok": True,
        "problems": [],
    }
    with database.read() as session:
        assert session.scalars(select(JournalEntry.id).order_by(JournalEntry.number)).all() == ids


def test_what_is_not_sealed_yet_is_counted(
    sqlite_database: Database, anchor: Anchor, fill: Fill
) -> None:
    fill(sqlite_database, 2)
    with sqlite_database.write() as session:
        record(session, actor="system:x", verb="v", object_kind="k", object_id="1", at=NOW)
    found = verify(sqlite_database, anchor)
    assert (found.sealed, found.unsealed, found.ok) == (2, 1, True)


def test_an_empty_journal_fails(sqlite_database: Database, anchor: Anchor) -> None:
    found = verify(sqlite_database, anchor)
    assert not found.ok
    assert reasons(found) == [(None, "Das Journal ist leer.")]


def test_an_emptied_journal_fails(sqlite_database: Database, anchor: Anchor, fill: Fill) -> None:
    fill(sqlite_database, 3)
    for table in (JournalDetail, JournalEntry, JournalHead):
        change(sqlite_database, delete(table))
    found = verify(sqlite_database, anchor)
    assert (None, "Das Journal ist leer.") in reasons(found)
    assert any("Das Ende fehlt" in reason for _, reason in reasons(found))


def test_a_rolled_back_deed_leaves_no_entry(sqlite_database: Database, anchor: Anchor) -> None:
    with sqlite_database.read() as session:
        record(session, actor="system:x", verb="v", object_kind="k", object_id="1", at=NOW)
    assert seal(sqlite_database, anchor, clock) == 0


@pytest.mark.parametrize(
    "values",
    [
        {"actor": "person:2"},
        {"verb": "document.read"},
        {"object_id": "d9"},
        {"at": datetime(2020, 1, 1, tzinfo=UTC)},
        {"details_hash": bytes(32)},
        {"details_hash": None},
        {"chain": bytes(32)},
        {"id": UUID(int=7)},
    ],
)
def test_a_changed_row_is_named(
    sqlite_database: Database, anchor: Anchor, values: dict[str, Any]
) -> None:
    seal_some(sqlite_database, anchor, 5)
    change(sqlite_database, update(JournalEntry).where(JournalEntry.number == 3).values(**values))
    found = verify(sqlite_database, anchor)
    assert not found.ok
    assert found.problems[0].entry == 3
    assert "Eintrag 3" in found.problems[0].reason


def seal_some(database: Database, anchor: Anchor, count: int, limit: int = 1000) -> None:
    with database.write() as session:
        for i in range(count):
            record(
                session,
                actor="person:1",
                verb="v",
                object_kind="document",
                object_id=str(i),
                details={"n": i},
                at=NOW,
            )
    while seal(database, anchor, clock, limit):
        pass


def test_a_missing_row_is_named(sqlite_database: Database, anchor: Anchor, fill: Fill) -> None:
    fill(sqlite_database, 5)
    change(sqlite_database, delete(JournalDetail).where(JournalDetail.number.in_([2, 3])))
    change(sqlite_database, delete(JournalEntry).where(JournalEntry.number.in_([2, 3])))
    found = verify(sqlite_database, anchor)
    assert (2, "Die Einträge 2 bis 3 fehlen.") in reasons(found)
    assert found.sealed == 3


def test_a_cut_off_end_is_named(database: Database, anchor: Anchor, fill: Fill) -> None:
    fill(database, 5)
    change(database, delete(JournalDetail).where(JournalDetail.number > 3))
    change(database, delete(JournalEntry).where(JournalEntry.number > 3))
    rewrite(database)
    found = verify(database, anchor)
    assert [entry for entry, _ in reasons(found)] == [4]
    with pytest.raises(JournalBrokenError, match="endet bei Eintrag 3"):
        fill(database, 1)


def test_a_rewritten_journal_contradicts_the_head_outside(
    database: Database, anchor: Anchor, fill: Fill
) -> None:
    fill(database, 5)
    change(database, update(JournalEntry).where(JournalEntry.number == 2).values(actor="person:9"))
    rewrite(database)
    found = verify(database, anchor)
    assert any("umgeschrieben" in reason for _, reason in reasons(found))
    with pytest.raises(JournalBrokenError, match="setzt den gesicherten Stand nicht fort"):
        fill(database, 1)


def test_swapped_rows_are_named(sqlite_database: Database, anchor: Anchor, fill: Fill) -> None:
    fill(sqlite_database, 5)
    change(sqlite_database, delete(JournalDetail))  # their foreign key would hinder the forger
    for old, new in ((2, 20), (4, 2), (20, 4)):
        change(
            sqlite_database,
            update(JournalEntry).where(JournalEntry.number == old).values(number=new),
        )
    found = verify(sqlite_database, anchor)
    assert {2, 4} <= {entry for entry, _ in reasons(found)}


def test_a_lost_or_forged_head_outside_is_a_problem(
    sqlite_database: Database, anchor: Anchor, fill: Fill, settings: Settings
) -> None:
    fill(sqlite_database, 2)
    file = settings.data_dir / "journal" / "head.json"
    text = file.read_text()
    file.write_text(text.replace('"size": 2', '"size": 1'))
    assert any("Unterschrift" in reason for _, reason in reasons(verify(sqlite_database, anchor)))
    file.write_text("{")
    assert any("unlesbar" in reason for _, reason in reasons(verify(sqlite_database, anchor)))
    file.unlink()
    assert any("fehlt" in reason for _, reason in reasons(verify(sqlite_database, anchor)))
    with pytest.raises(JournalBrokenError, match="fehlt"):
        fill(sqlite_database, 1)
    file.write_text(text)
    assert verify(sqlite_database, anchor).ok


def test_changed_details_are_found_and_erased_ones_are_fine(
    database: Database, anchor: Anchor, fill: Fill
) -> None:
    fill(database, 3)
    with database.write() as session:
        erased = erase_details(
            session, object_kind="document", object_id="d1", actor="person:1", at=NOW
        )
    assert erased == 1
    seal(database, anchor, clock)
    found = verify(database, anchor)
    assert found.ok
    assert found.sealed == 4  # the erasure itself is journalled
    change(database, update(JournalDetail).where(JournalDetail.number == 3).values(details="{}"))
    assert [entry for entry, _ in reasons(verify(database, anchor))] == [3]


def test_details_can_be_erased_before_they_are_sealed(database: Database, anchor: Anchor) -> None:
    with database.write() as session:
        record(
            session, actor="a", verb="v", object_kind="k", object_id="1", details={"a": 1}, at=NOW
        )
    with database.write() as session:
        assert erase_details(session, object_kind="k", object_id="1", actor="a", at=NOW) == 1
    assert seal(database, anchor, clock) == 2
    assert verify(database, anchor).ok
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(JournalDetail)) == 0


def test_a_head_that_did_not_get_out_is_caught_up(
    database: Database, anchor: Anchor, fill: Fill, settings: Settings
) -> None:
    file = settings.data_dir / "journal" / "head.json"
    fill(database, 300)
    old = file.read_bytes()
    fill(database, 310)
    newest = anchor.read()
    file.write_bytes(old)  # as after a death between commit and writing the head
    assert verify(database, anchor).ok
    assert seal(database, anchor, clock) == 0
    caught_up = anchor.read()
    assert caught_up
    assert newest
    assert (caught_up.head.size, caught_up.head.root) == (610, newest.head.root)


def test_small_batches_make_the_same_tree(sqlite_database: Database, anchor: Anchor) -> None:
    seal_some(sqlite_database, anchor, 700, limit=37)
    found = verify(sqlite_database, anchor)
    assert (found.sealed, found.ok) == (700, True)


@pytest.mark.parametrize("actor", ["Erika Muster", "e.muster@stadt.example", ""])
def test_names_and_addresses_are_no_actors(sqlite_database: Database, actor: str) -> None:
    with sqlite_database.read() as session, pytest.raises(ValueError, match="opaque"):
        record(session, actor=actor, verb="v", object_kind="k", object_id="1", at=NOW)


def test_nothing_waits_after_sealing(sqlite_database: Database, fill: Fill) -> None:
    fill(sqlite_database, 3)
    with sqlite_database.read() as session:
        assert session.scalar(select(func.count()).select_from(JournalPending)) == 0

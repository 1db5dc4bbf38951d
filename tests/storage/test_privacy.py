"""No table of any room stands without its line in the register."""

import importlib
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, text

from storage.all_tables import create_all
from storage.database import Database
from storage.privacy import MissingPrivacyEntryError, RegisterLine, entry_of, privacy, register
from storage.schema import Table as Base

ROOT = Path(__file__).parents[2]
PARTS_OF_OTHERS = ("sqlite_", "fulltext_tokens_", "fulltext_vocabulary")
"""SQLite's own, what FTS5 keeps its index in, and a view of that."""
ROOMS = ("storage", "ocr", "presence", "learning", "video", "workflows", "intranet")


def all_tables_modules() -> list[str]:
    return sorted(
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for room in ROOMS
        for path in (ROOT / room).rglob("tables.py")
    )


def all_metadata() -> list[MetaData]:
    """What the ``tables`` modules fill: the common base's, and that of the full-text index."""
    found = {id(Base.metadata): Base.metadata}
    for name in all_tables_modules():
        module = importlib.import_module(name)
        found |= {id(each): each for each in vars(module).values() if isinstance(each, MetaData)}
    return list(found.values())


def test_every_table_of_every_room_has_an_entry() -> None:
    metadata = all_metadata()
    lines = register(*metadata)
    assert {line.table for line in lines} == {name for each in metadata for name in each.tables}


def test_every_table_of_the_database_is_in_the_register(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'haus.sqlite'}")
    create_all(database.engine)
    with database.read() as session:
        names = set(session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")))
    database.close()
    known = {line.table for line in register(*all_metadata())}
    assert known <= names
    assert {name for name in names - known if not name.startswith(PARTS_OF_OTHERS)} == set()


def test_a_table_without_an_entry_is_named() -> None:
    metadata = MetaData()
    Table("bare", metadata, Column("id", Integer))
    Table(
        "wrong", metadata, Column("id", Integer), info=privacy("Zweck", "nobody", "1 Jahr", "keep")
    )
    with pytest.raises(MissingPrivacyEntryError) as caught:
        register(metadata)
    assert caught.value.tables == ["bare", "wrong"]


def test_the_register_tells_what_the_table_says() -> None:
    metadata = MetaData()
    table = Table(
        "letters",
        metadata,
        Column("id", Integer),
        Column("sender", String),
        info=privacy("Posteingang", "sender", "10 Jahre", "anonymise"),
    )
    assert register(metadata) == [
        RegisterLine("letters", "Posteingang", "sender", "10 Jahre", "anonymise")
    ]
    entry = entry_of(table)
    assert entry is not None
    assert entry.on_erase == "anonymise"


@pytest.mark.parametrize(("purpose", "retention"), [("", "1 Jahr"), ("Zweck", " ")])
def test_blank_sentences_are_refused(purpose: str, retention: str) -> None:
    with pytest.raises(ValueError, match="sentences"):
        privacy(purpose, None, retention, "keep")

"""No table of any room stands without its line in the register."""

import importlib
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table

from storage.privacy import MissingPrivacyEntryError, RegisterLine, entry_of, privacy, register
from storage.schema import Table as Base

ROOT = Path(__file__).parents[2]
ROOMS = ("storage", "ocr", "presence", "learning", "video", "workflows", "intranet")


def all_tables_modules() -> list[str]:
    return sorted(
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for room in ROOMS
        for path in (ROOT / room).rglob("tables.py")
    )


def test_every_table_of_every_room_has_an_entry() -> None:
    modules = all_tables_modules()
    for module in modules:
        importlib.import_module(module)
    lines = register(Base.metadata)
    assert {line.table for line in lines} == set(Base.metadata.tables)


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

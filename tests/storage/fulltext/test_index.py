"""Finding what was put in, on both databases."""

from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from storage.database import Database
from storage.fulltext import ddl
from storage.fulltext import index as fulltext
from storage.fulltext.index import Entry, Filters, search
from storage.fulltext.tokens import analyse_entry

LETTER = """Frau Müller beantragt für das Grundstück Hauptstraße 5 eine Baugenehmigung.
Unser Zeichen: 632.20-2026/0042. Die Gebühr überweisen Sie bitte auf DE89 3704 0044 0532 0130 00."""


@pytest.fixture
def letter(index: Database) -> UUID:
    entry = uuid4()
    with index.write() as session:
        fulltext.put(session, entry, "document", "bau1", "Antrag Carport", LETTER)
        fulltext.put(session, uuid4(), "document", "bau1", "Rede", "Der Gemeinderat tagt am Abend.")
    return entry


def found(
    index: Database, query: str, tokens: frozenset[str] | None = None, **more: object
) -> list[UUID]:
    with index.read() as session:
        hits = search(session, query, tokens, **more)  # type: ignore[arg-type]
    assert hits.total == len(hits.hits)
    return [hit.entry for hit in hits.hits]


@pytest.mark.parametrize(
    "query",
    [
        "Müller", "Mueller", "muller", "MÜLLER", "Hauptstraße", "hauptstrasse", "Straße", "Strasse", "Straßen",
        "Grundstücke", "Genehmigung", "Genehmigungen", "Baugenehmigungen", "Baugen*", "genehmigu*",
        "632.20-2026/0042", "632.20", "2026/0042", "0042", "DE89370400440532013000", "DE89 3704 0044 0532 0130 00",
        "de8937040044", "3704 0044", "0532013000", "532013000", "37040044", '"eine Baugenehmigung"',
        "„Frau Müller beantragt“", '"Müller bean*"', "Müller -Meier", "Antrag", "Carport",
    ],
)  # fmt: skip
def test_a_letter_is_found_however_people_type(index: Database, letter: UUID, query: str) -> None:
    assert found(index, query) == [letter]


@pytest.mark.parametrize(
    "query",
    [
        "Müll", '"Müller Frau"', '"Baugenehmigungen"', "Müller -Baugenehmigung", 'Müller -"für das Grundstück"',
        "Müller Meier", "-Müller", "632.21", "20.632", '"Carport Frau"', "", "  ", "*", '"', "-", "Müller -Bau*",
    ],
)  # fmt: skip
def test_what_does_not_match_is_not_found(index: Database, letter: UUID, query: str) -> None:
    assert found(index, query) == []


def test_while_typing_the_last_word_is_open(index: Database, letter: UUID) -> None:
    assert found(index, "müller baugene") == []
    assert found(index, "müller baugene", typing=True) == [letter]


def test_putting_again_replaces(index: Database, letter: UUID) -> None:
    with index.write() as session:
        fulltext.put(
            session, letter, "document", "bau1", "Antrag", "Jetzt steht hier etwas über Bäume."
        )
    assert found(index, "Müller") == []
    assert found(index, "Baum") == [letter]


def test_removed_entries_leave_nothing_behind(index: Database, letter: UUID) -> None:
    with index.write() as session:
        fulltext.remove(session, letter)
        fulltext.remove(session, uuid4())
    assert found(index, "Müller") == []
    assert len(found(index, "Gemeinderat")) == 1


def test_a_rolled_back_deed_is_not_indexed(index: Database) -> None:
    def deed() -> None:
        with index.write() as session:
            fulltext.put(session, uuid4(), "document", "bau1", "Entwurf", "Zypressenhain")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        deed()
    assert found(index, "Zypressenhain") == []


def test_access_is_part_of_the_question(index: Database, letter: UUID) -> None:
    assert found(index, "Müller", frozenset({"bau1", "ordnung2"})) == [letter]
    for tokens in (frozenset(), frozenset({"bau"}), frozenset({"BAU1"}), frozenset({"bau1 OR x"})):
        assert found(index, "Müller", tokens) == []


def test_access_changes_at_once(index: Database, letter: UUID) -> None:
    with index.write() as session:
        fulltext.set_access(session, letter, "soziales-3")
        fulltext.set_access(session, uuid4(), "soziales-3")
    assert found(index, "Müller", frozenset({"bau1"})) == []
    assert found(index, "Müller", frozenset({"soziales-3"})) == [letter]
    with index.write() as session:
        fulltext.remove(session, letter)
    assert found(index, "Müller") == []


def test_filters(index: Database) -> None:
    first, second = uuid4(), uuid4()
    with index.write() as session:
        fulltext.put_many(
            session,
            [
                Entry(
                    first,
                    "document",
                    "a",
                    "Plan",
                    "",
                    date(2025, 12, 31),
                    {"akte": "A 1", "office": "bau"},
                ),
                Entry(second, "anliegen", "a", "Plan", "", date(2026, 3, 1), {"akte": "A/1"}),
                Entry(uuid4(), "anliegen", "a", "Plan", ""),
            ],
        )
    assert len(found(index, "Plan")) == 3
    assert found(index, "Plan", filters=Filters(kinds=["document"])) == [first]
    assert found(index, "Plan", filters=Filters(facets={"akte": "A 1"})) == [first]
    assert found(index, "Plan", filters=Filters(facets={"akte": ["A/1", "B"]})) == [second]
    assert found(index, "Plan", filters=Filters(first=date(2026, 1, 1))) == [second]
    assert found(index, "Plan", filters=Filters(last=date(2025, 12, 31))) == [first]
    assert (
        found(index, "Plan", filters=Filters(first=date(2026, 3, 2), last=date(2026, 3, 1))) == []
    )
    assert len(found(index, "Plan", filters=Filters(first=date(2024, 1, 1)))) == 2


def test_the_better_match_comes_first(index: Database) -> None:
    titled, often, once = uuid4(), uuid4(), uuid4()
    filler = "Heute berichten wir aus dem Rathaus. " * 20
    with index.write() as session:
        fulltext.put(session, once, "document", "a", "Bericht", filler + "Ein Spielplatz.")
        fulltext.put(session, often, "document", "a", "Bericht", filler + "Spielplatz, Spielplatz.")
        fulltext.put(session, titled, "document", "a", "Spielplatz", filler)
    assert found(index, "Spielplätze") == [titled, often, once]


def test_pages(index: Database) -> None:
    with index.write() as session:
        fulltext.put_many(session, (Entry(uuid4(), "d", "a", "Plan", "x " * n) for n in range(30)))
    with index.read() as session:
        whole = search(session, "Plan", None, limit=30)
        parts = [search(session, "Plan", None, limit=10, offset=at) for at in (0, 10, 20, 30)]
    assert whole.total == 30
    assert [hit for part in parts for hit in part.hits] == list(whole.hits)
    assert all(part.total == 30 for part in parts)


def test_the_index_can_be_made_anew(index: Database, letter: UUID) -> None:
    with index.write() as session:
        assert fulltext.rebuild(session) == 2
    assert found(index, "Müller", frozenset({"bau1"})) == [letter]
    with index.write() as session:
        fulltext.remove(session, letter)
    assert found(index, "Müller") == []


def test_endless_texts_and_labels_are_no_trouble(index: Database) -> None:
    entry = uuid4()
    text = "Anfang " + " ".join(f"{number}wort{number * 7919:030d}" for number in range(40_000))
    long = "ä" * 5_000
    with index.write() as session:
        fulltext.put(session, entry, "document", long, "Protokoll", text, facets={long: long})
    assert found(index, "Protokoll", frozenset({long})) == [entry]
    assert found(index, "Protokoll", filters=Filters(facets={long: long})) == [entry]
    assert found(index, "Protokoll", frozenset({long + "ä"})) == []
    with index.write() as session:
        fulltext.remove(session, entry)
    assert found(index, "Protokoll") == []


def test_a_text_analysed_elsewhere_is_found_like_any_other(index: Database) -> None:
    entry = uuid4()
    body = analyse_entry("", LETTER)
    with index.write() as session:
        fulltext.put_many(
            session, [Entry(entry, "document", "bau1", "Carport", "Meier Carport", body=body)]
        )
    for query in (
        "Carport",
        "Meier",
        "Müller",
        "Genehmigung",
        '"Meier Carport"',
        "632.20-2026/0042",
    ):
        assert found(index, query) == [entry], query
    assert found(index, '"Carport Frau"') == []
    with index.write() as session:
        fulltext.set_access(session, entry, "bau2")
        fulltext.remove(session, entry)
    assert found(index, "Müller") == []


def test_what_is_erased_leaves_no_word_behind(tmp_path: Path) -> None:
    """In FTS5's own blocks, where what is only removed stays until they are merged."""
    database = Database(f"sqlite:///{tmp_path / 'index.db'}")
    blocks = text("SELECT block FROM fulltext_tokens_data")
    removed, erased, kept = uuid4(), uuid4(), uuid4()
    with database.write() as session:
        ddl.create(session.connection())
        fulltext.put(session, kept, "document", "bau1", "Rede", "Der Gemeinderat tagt.")
        fulltext.put(session, removed, "document", "bau1", "Brief", "Xylander wohnt hier.")
        fulltext.put(session, erased, "document", "bau1", "Brief", "Xylander wohnt dort.")

    def stands() -> bool:
        with database.read() as session:
            return any(b"xyland" in block for block in session.scalars(blocks))

    with database.write() as session:
        fulltext.remove(session, removed)
    assert stands()
    with database.write() as session:
        fulltext.erase(session, [erased])
    assert not stands()
    assert found(database, "Gemeinderat") == [kept]
    database.close()

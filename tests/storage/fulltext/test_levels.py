"""More matches than are ranked one by one: the best of them all the same."""

import random
from uuid import UUID

import pytest

from storage.database import Database
from storage.fulltext import index as fulltext
from storage.fulltext.index import Entry, search
from storage.fulltext.search import CAP

COUNT = 1_500
TOP = 10


def entries() -> list[Entry]:
    """Every one holds „Stadt“ and „Haus“, one in ten „Verwaltung…“; all differ in how often and how long."""
    rng = random.Random(4)
    made = []
    for number in range(COUNT):
        words = (
            ["Stadt"] * rng.randint(1, 9)
            + ["Haus"] * rng.randint(1, 9)
            + ["xx"] * rng.randint(5, 60)
        )
        words += [f"Verwalt{rng.choice(('er', 'ung', 'ungsakt', 'ete'))}"] * (number % 10 == 0)
        access = "few" if number % 50 == 0 else "many"
        made.append(Entry(UUID(int=number + 1), "document", access, "", " ".join(words)))
    return made


def impact(often: int, length: int, mean: float) -> float:
    return often * 2.2 / (often + 1.2 * (0.25 + 0.75 * length / mean))


@pytest.mark.parametrize("counted", [False, True])
def test_the_best_of_very_many(index: Database, counted: bool) -> None:
    made = entries()
    with index.write() as session:
        fulltext.put_many(session, made)
        if counted:
            fulltext.refresh(session)
    texts = {entry.entry: entry.text.split() for entry in made}
    mean = sum(map(len, texts.values())) / COUNT if counted else 250
    few = [entry.entry for entry in made if entry.access == "few"]
    with index.read() as session:
        for asked in (["Stadt"], ["Haus"], ["Stadt", "Haus"]):
            exact = {
                entry: sum(impact(words.count(one), len(words), mean) for one in asked)
                for entry, words in texts.items()
            }
            for tokens, visible in ((None, list(texts)), (frozenset({"few"}), few)):
                hits = search(session, " ".join(asked), tokens, limit=TOP)
                assert hits.capped is (tokens is None)
                assert hits.total == (CAP if tokens is None else len(few))
                least = sorted((exact[entry] for entry in visible), reverse=True)[TOP - 1]
                right = sum(exact[hit.entry] >= least - 1e-9 for hit in hits.hits)
                assert right >= 0.9 * TOP, (asked, tokens)


def test_counts_up_to_the_cap_are_exact(index: Database) -> None:
    with index.write() as session:
        fulltext.put_many(session, entries())
        fulltext.refresh(session)
    with index.read() as session:
        assert search(session, "verwal*", None).total == COUNT // 10
        assert search(session, "stadt -verwalt*", frozenset({"few"})).total == 0
        assert search(session, "stadt haus", frozenset({"few"})).total == COUNT // 50
        assert search(session, '"haus xx"', frozenset({"few"})).total == COUNT // 50
        deep = search(session, "stadt", None, limit=20, offset=500)
    assert len(deep.hits) == 20


def test_common_prefixes(index: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the bound of common prefixes lowered, so that a small index has some."""
    monkeypatch.setattr("storage.fulltext.search.WIDE", 100)
    with index.write() as session:
        fulltext.put_many(session, entries())
        fulltext.refresh(session)
    few = frozenset({"few"})
    with index.read() as session:
        assert search(session, "sta*", few).total == COUNT // 50
        assert search(session, "verwal* stadt", few).total == COUNT // 50
        assert search(session, "stadt -verwal*", few).total == 0
        assert search(session, "stadt -xx*", few).total == 0
        whole = search(session, "sta*", None)
        assert (whole.total, whole.capped) == (CAP, True)
        assert [h.entry for h in whole.hits] == [
            h.entry for h in search(session, "stadt", None).hits
        ]
        assert search(session, '"haus x*"', few).total == COUNT // 50
        assert search(session, "zzz*", None).total == 0

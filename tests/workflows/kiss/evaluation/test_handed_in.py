"""Logs of other systems, handed in on the page: evaluated by the engine, seen by few, gone in time."""

import gzip
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis.strategies import dictionaries, lists, sampled_from, text
from sqlalchemy import select, update

from storage.blobs.errors import BlobMissingError
from storage.conflicts import ConflictError, NotFoundError
from storage.rights import NotAllowedError
from tests.storage.promises import promised_end
from tests.workflows.kiss.conftest import City
from workflows.engine.once import drain_once
from workflows.kiss.evaluation import handed_in
from workflows.kiss.evaluation.handed_in import (
    ANALYSING,
    KEPT,
    forget_logs,
    hand_in,
    log_of,
    logs,
    remove,
    result_of,
    say_columns,
)
from workflows.kiss.evaluation.log_columns import CASE, GROUP, MEANINGS, PERSONS, recognise
from workflows.kiss.evaluation.tables import HandedInLog

HEADER = "case:concept:name,time:timestamp,concept:name,org:group"


def csv(header: str = HEADER, cases: int = 6, zone: str = "+01:00", separator: str = ",") -> bytes:
    """Cases that go from A to B and back."""
    lines = [header]
    for case in range(cases):
        for hour, group in enumerate("ABA"):
            lines.append(f"{case},2026-03-0{case % 9 + 1}T0{hour}:00:00{zone},Arbeit,{group}")
    return "\n".join(lines).replace(",", separator).encode()


def xes(key: str = "org:group") -> bytes:
    traces = "".join(
        f'<trace><string key="concept:name" value="{case}"/>'
        + "".join(
            f'<event><string key="{key}" value="{group}"/><string key="concept:name" value="x"/>'
            f'<date key="time:timestamp" value="2026-03-01T0{hour}:00:00Z"/></event>'
            for hour, group in enumerate("AB")
        )
        + "</trace>"
        for case in range(5)
    )
    return f"<log>{traces}</log>".encode()


def evaluated(city: City, name: str, content: bytes, who: str = "kora") -> HandedInLog:
    log = hand_in(city.house, city.staff(who), name, content)
    return worked_off(city, log)


def worked_off(city: City, log: UUID) -> HandedInLog:
    drain_once(city.house, [ANALYSING])
    with city.house.database.read() as session:
        return log_of(session, city.staff("kora"), log)


@pytest.mark.parametrize(
    ("name", "content", "hand_overs"),
    [
        ("log.csv", csv(), 12),
        ("Export Februar.CSV", csv("Ticketnummer;Zeitstempel;Status;Team", separator=";"), 12),
        ("log.xes", xes(), 5),
        ("log.xes.gz", gzip.compress(xes()), 5),
        ("anders.xes", xes("assignment_group"), 5),
    ],
)
def test_what_is_recognised_is_evaluated_at_once(
    city: City, name: str, content: bytes, hand_overs: int
) -> None:
    row = evaluated(city, name, content)
    found = result_of(row)
    assert (row.problem, row.offered) == (None, None)
    assert found is not None
    assert found.report is not None
    assert found.report.whole is not None
    assert found.report.title == f"Protokoll {name}"
    assert found.figures is not None
    assert found.figures.handovers == found.report.whole.hand_overs == hand_overs
    assert row.original is None, "the file itself is kept no longer than needed"


def test_what_stands_where_is_asked_and_said(city: City) -> None:
    header = "Nr,Wann,Was,Wer,Bearbeiter"
    content = csv(header).replace(b",A\n", b",A,Frau X\n")
    log = hand_in(city.house, city.staff("tina"), "log.csv", content)
    row = worked_off(city, log)
    assert row.offered == header.split(",")
    assert (row.result, row.problem) == (None, None)
    tina, now = city.staff("tina"), city.clock()
    right = dict(zip(MEANINGS, header.split(","), strict=False))
    with city.house.database.write() as session:
        for wrong, why in (
            ({}, "wählen Sie noch"),
            (right | {GROUP: "Gibt es nicht"}, "wählen Sie noch"),
            (right | {GROUP: "Nr"}, "nur eines"),
            (right | {GROUP: "Bearbeiter"}, "nie nach Personen"),
        ):
            with pytest.raises(ConflictError, match=why):
                say_columns(session, tina, log, wrong, now=now)
        say_columns(session, tina, log, right, now=now)
        with pytest.raises(ConflictError, match="schon ausgewertet"):
            say_columns(session, tina, log, right, now=now)
    row = worked_off(city, log)
    assert row.problem is None
    assert (found := result_of(row)) is not None
    assert found.figures is not None
    assert found.figures.handovers == 12


def test_of_an_xes_log_only_the_group_is_asked(city: City) -> None:
    row = evaluated(city, "log.xes", xes("wer_auch_immer"))
    assert row.offered is not None
    assert "wer_auch_immer" in row.offered
    with city.house.database.write() as session:
        say_columns(
            session, city.staff("kora"), row.id, {GROUP: "wer_auch_immer"}, now=city.clock()
        )
    assert worked_off(city, row.id).result is not None


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("log.csv", b"\x00\x01" * 50, "keine Textdatei"),
        ("log.csv", HEADER.encode(), "keine Ereignisse"),
        ("log.csv", (HEADER + "\n1,heute,x,A").encode(), "kein Zeitpunkt"),
        ("log.csv", (HEADER + "\n1,,x,A").encode(), "mit Zeiten"),
        ("log.xes", b"<log><trace>", "kein lesbares"),
        ("log.xes.gz", b"nicht gepackt", "gzip"),
        ("log.xes", xes("org:resource"), None),
    ],
)
def test_what_can_not_be_evaluated_says_so(
    city: City, name: str, content: bytes, why: str | None
) -> None:
    row = evaluated(city, name, content)
    assert row.result is None
    if why is None:  # persons are never taken for groups
        assert row.offered is not None
        return
    assert row.problem is not None
    assert why in row.problem
    assert "protokoll." not in row.problem
    assert row.original is None


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("log.xlsx", b"x", "kein Protokoll"),
        ("log.csv", b"", "leer"),
        ("log.csv", b"x" * 11, "größer als"),
    ],
)
def test_what_is_no_log_is_not_even_taken(
    city: City, name: str, content: bytes, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handed_in, "LARGEST", 10)
    with pytest.raises(ConflictError, match=why):
        hand_in(city.house, city.staff("kora"), name, content)


def test_too_many_events_are_told(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handed_in, "MOST_EVENTS", 17)
    assert "mehr als 17 Ereignisse" in (evaluated(city, "log.csv", csv()).problem or "")


def test_mixed_time_zones_are_evaluated_and_remarked(city: City, tmp_path: Path) -> None:
    content = csv(zone="") + csv(zone="Z").partition(b"\n")[2].join([b"\n", b""])
    found = result_of(evaluated(city, "log.csv", content))
    assert found is not None
    [remark] = found.remarks
    assert "18 Ereignisse sind ohne Zeitzone, 18 Ereignisse sind mit einer" in remark
    later = content + b"\n9,,Arbeit,A\n9,2026-03-01T08:00:00Z,Arbeit,\n"
    again = result_of(evaluated(city, "log.csv", later))
    assert again is not None
    assert [each.partition(":")[0] for each in again.remarks][1:] == [
        "Ein Ereignis ist ohne Zeitpunkt",
        "Ein Ereignis ist ohne Stelle",
    ]


def test_fewer_than_five_cases_tell_nothing(city: City) -> None:
    found = result_of(evaluated(city, "log.csv", csv(cases=4)))
    assert found is not None
    assert found.report is not None
    assert found.report.whole is None
    assert found.figures is None


def test_only_who_handed_it_in_and_the_coordination_see_it(city: City) -> None:
    row = evaluated(city, "log.csv", csv(), who="tina")
    with city.house.database.write() as session:
        assert [each.id for each in logs(session, city.staff("tina"))] == [row.id]
        assert [each.id for each in logs(session, city.staff("kora"))] == [row.id]
        assert logs(session, city.staff("olga")) == []
        with pytest.raises(NotFoundError):
            log_of(session, city.staff("olga"), row.id)
        with pytest.raises(NotFoundError):
            remove(session, city.staff("olga"), city.house.blobs, row.id, now=city.clock())
        with pytest.raises(NotAllowedError):
            logs(session, city.staff("tim"))
    with pytest.raises(NotAllowedError):
        hand_in(city.house, city.staff("tim"), "log.csv", csv())


def test_it_is_gone_when_its_time_is_over_or_somebody_says_so(city: City) -> None:
    house = city.house
    asked = evaluated(city, "offen.csv", csv("a,b,c,d"))
    assert asked.original is not None
    assert asked.handed_in_at + KEPT == promised_end(HandedInLog, asked.handed_in_at)
    gone = evaluated(city, "log.csv", csv())
    with house.database.write() as session:
        remove(session, city.staff("kora"), house.blobs, gone.id, now=city.clock())
        assert forget_logs(session, house.blobs, asked.handed_in_at + KEPT) == 0
        assert forget_logs(session, house.blobs, asked.handed_in_at + KEPT * 1.01) == 1
        assert session.scalars(select(HandedInLog)).all() == []
        with pytest.raises(BlobMissingError):
            house.blobs.share(session, asked.original)


def test_removed_while_it_is_evaluated_it_stays_removed(city: City) -> None:
    log = hand_in(city.house, city.staff("kora"), "log.csv", csv())
    with city.house.database.write() as session:
        remove(session, city.staff("kora"), city.house.blobs, log, now=city.clock())
    drain_once(city.house, [ANALYSING])
    with city.house.database.read() as session:
        assert session.scalars(select(HandedInLog)).all() == []


def test_asked_again_nothing_is_evaluated_twice(city: City) -> None:
    row = evaluated(city, "log.csv", csv())
    with city.house.database.write() as session:
        session.execute(update(HandedInLog).values(result="bleibt"))
    assert worked_off(city, row.id).result == "bleibt"


@given(lists(text(max_size=20), max_size=12))
def test_whatever_the_headings_only_what_stands_there_once_is_recognised(header: list[str]) -> None:
    found = recognise(header)
    assert set(found) <= set(MEANINGS)
    assert all(header.count(name) == 1 for name in found.values())


@given(dictionaries(sampled_from(sorted(PERSONS)), text(max_size=3), min_size=1))
def test_people_are_never_taken_for_groups(header: dict[str, str]) -> None:
    assert recognise(list(header)) == {}
    assert recognise([*header, "Fall"]) == {CASE: "Fall"}

"""The real Aktenplan comes as a table: dated, explained where it is wrong, nothing in use deleted."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from storage.clock import local_date
from storage.conflicts import ConflictError
from storage.rights import NotAllowedError
from tests.workflows.eakte.town import Town
from workflows.eakte.akten import close_akte, hold_akte
from workflows.eakte.aktenplan import PlanChange, read_table, take_over_plan
from workflows.eakte.plan import plan_entries
from workflows.eakte.tables import Akte, PlanEntry

HEAD = "number;title;parent;office;years;fate;protection;keywords;kinds\n"
TABLE = (
    HEAD
    + "B;Bauen;;;;;open;;\nB1.01;Bäume;B;bau;15;anbieten;internal;Baum, Birke;Antrag\nB9.01;Brücken;B;61;30;anbieten;open;Brücke;\n"
)
DAY = date(2027, 1, 1)


def test_a_table_makes_updates_and_ends_entries(town: Town) -> None:
    rows, day = read_table("\ufeff" + TABLE), local_date(town.clock())
    change = town.house.database.run(
        lambda s: take_over_plan(s, town.registrar, rows, valid_from=day, now=town.clock())
    )
    assert change == PlanChange(create=2, update=1, unchanged=0, end=2)
    with town.house.database.read() as session:
        assert [entry.number for entry in plan_entries(session, day)] == ["B", "B1.01", "B9.01"]
        trees = session.get_one(PlanEntry, town.trees)
        assert (trees.retention_years, trees.keywords, trees.title) == (
            15,
            ["Baum", "Birke"],
            "Bäume",
        )
    again = town.house.database.run(
        lambda s: take_over_plan(s, town.registrar, rows, valid_from=day, now=town.clock())
    )
    assert again == PlanChange(create=0, update=0, unchanged=3, end=0)


def test_what_an_entry_said_on_earlier_days_is_kept(town: Town) -> None:
    day = local_date(town.clock())
    with town.house.database.write() as session:
        before = {each.number: each.retention_years for each in plan_entries(session, day)}
        take_over_plan(session, town.registrar, read_table(TABLE), valid_from=day, now=town.clock())
    with town.house.database.read() as session:
        yesterday = plan_entries(session, day - timedelta(days=1))
        assert {each.number: each.retention_years for each in yesterday} == before


def test_entries_come_and_end_on_a_day_ahead_but_change_on_the_day_itself(town: Town) -> None:
    def take_over(table: str) -> PlanChange:
        return town.house.database.run(
            lambda s: take_over_plan(
                s, town.registrar, read_table(table), valid_from=DAY, now=town.clock()
            )
        )

    with pytest.raises(ConflictError, match=r"am 01\.01\.2027 ein; .* Anders als bisher: B1\.01\."):
        take_over(TABLE)
    with town.house.database.read() as session:
        assert session.get_one(PlanEntry, town.trees).retention_years != 15
        unchanged = session.get_one(PlanEntry, town.trees)
        line = ";".join(
            (
                unchanged.number, unchanged.title, "", "bau", str(unchanged.retention_years or ""), unchanged.fate or "",
                unchanged.protection, ",".join(unchanged.keywords), ",".join(unchanged.kinds),
            )
        )  # fmt: skip
    assert take_over(HEAD + line + "\nB9;Brücken;;bau;30;;open;;\n").create == 1
    with town.house.database.read() as session:
        assert "B9" in [each.number for each in plan_entries(session, DAY)]
        assert "B9" not in [each.number for each in plan_entries(session, local_date(town.clock()))]


def test_only_the_registry_changes_the_plan(town: Town) -> None:
    with pytest.raises(NotAllowedError), town.house.database.write() as session:
        take_over_plan(session, town.clerk, read_table(TABLE), valid_from=DAY, now=town.clock())


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("X;Titel;Y;bau;;;;;", "übergeordnete"), ("X;;;;;;;;", "Titel"), ("X;T;;bau;viele;;;;", "Jahren"),
        ("X;T;;bau;5;verbrennen;;;", "vernichten"), ("X;T;;bau;5;;geheim;;", "Schutzklasse"), ("X;T;;;;;;;\nX;T;;;;;;;", "zweimal"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_named(line: str, word: str) -> None:
    with pytest.raises(ConflictError, match=word) as error:
        read_table(HEAD + line)
    assert "Zeile" in str(error.value)


def test_an_unknown_office_changes_nothing(town: Town) -> None:
    rows = read_table(HEAD + "X;Neu;;bau;5;;;;\nY;Auch;;gibtsnicht;5;;;;")
    with pytest.raises(ConflictError, match="gibtsnicht"), town.house.database.write() as session:
        take_over_plan(session, town.registrar, rows, valid_from=DAY, now=town.clock())
    with town.house.database.read() as session:
        assert session.scalars(select(PlanEntry).where(PlanEntry.number == "X")).all() == []


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    for content in (text, HEAD + text):
        try:
            assert all(row.number and row.title for row in read_table(content))
        except ConflictError as error:
            assert str(error)  # noqa: PT017 - either outcome is right


def test_a_held_akte_says_so(town: Town) -> None:
    vorgang = town.vorgang(town.clerk, town.trees)
    with town.house.database.write() as session:
        akte = session.get_one(Akte, vorgang.akte_id)
        hold_akte(
            session,
            town.registrar,
            akte.id,
            akte.revision,
            hold=True,
            reason="Klage",
            now=town.clock(),
        )
        close_akte(session, town.clerk, akte.id, akte.revision, now=town.clock())
    with town.house.database.read() as session:
        assert session.get_one(Akte, vorgang.akte_id).hold

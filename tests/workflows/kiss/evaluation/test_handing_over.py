"""Hand-overs, ping-pong and revisits, against an implementation of plain loops."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflows.kiss.evaluation.naive import figures
from workflows.kiss.evaluation.event_log import EventLog, LogBuilder
from workflows.kiss.evaluation.handing_over import hand_overs

START = datetime(2026, 3, 2, 8, tzinfo=UTC)


def log_of(*ways: str) -> EventLog:
    """A letter for each event's group, a blank where it names none; a day between events."""
    builder = LogBuilder()
    for case, way in enumerate(ways):
        for day, group in enumerate(way):
            builder.add(str(case), START + timedelta(days=day), "x", group.strip() or None)
    return builder.build()


def test_a_case_that_stays_has_no_hand_over() -> None:
    found = hand_overs(log_of("AAA"))
    assert (found.cases, found.events, found.handovers, found.revisit_cases) == (1, 3, 0, 0)
    assert found.median_days == {"none": 2.0, "handover": None, "ping_pong": None}


def test_there_and_back_is_ping_pong_and_a_revisit() -> None:
    found = hand_overs(log_of("AABBA", "ABC"))
    assert (found.handovers, found.ping_pong_cases, found.ping_pong_total) == (4, 1, 1)
    assert (found.cases_with_handover, found.revisit_cases) == (2, 1)


def test_a_longer_way_back_is_a_revisit_only() -> None:
    found = hand_overs(log_of("ABCA"))
    assert (found.ping_pong_total, found.revisit_cases) == (0, 1)


def test_to_and_fro_counts_every_return() -> None:
    assert hand_overs(log_of("ABABA")).ping_pong_total == 3


def test_an_event_without_a_group_parts_nothing() -> None:
    found = hand_overs(log_of("A A", "  "))
    assert (found.cases, found.events, found.handovers) == (1, 2, 0)


def test_an_empty_log_has_no_figures() -> None:
    found = hand_overs(LogBuilder().build())
    assert (found.cases, found.units, found.median_days["none"]) == (0, 0, None)


def test_times_without_zone_are_the_town_halls_where_others_have_one() -> None:
    builder = LogBuilder()
    builder.add("1", datetime.fromisoformat("2026-07-01T10:00"), "x", "A")
    builder.add("1", datetime(2026, 7, 1, 8, 30, tzinfo=UTC), "x", "B")
    builder.add("1", datetime(2026, 7, 1, 11, tzinfo=UTC), "x", "B")
    assert hand_overs(builder.build()).median_days["handover"] == pytest.approx(3 / 24)


def test_an_undated_event_stays_behind_the_one_before() -> None:
    builder = LogBuilder()
    for at, group in ((None, "A"), (START, "B"), (None, "A"), (START + timedelta(days=1), "B")):
        builder.add("1", at, "x", group)
    found = hand_overs(builder.build())
    assert (found.handovers, found.median_days["ping_pong"]) == (3, 1.0)


def test_a_case_without_any_time_counts_but_has_no_duration() -> None:
    builder = LogBuilder()
    builder.add("1", None, "x", "A")
    assert hand_overs(builder.build()).median_days["none"] is None


@given(
    st.lists(
        st.tuples(
            st.sampled_from("1234"),
            st.integers(0, 30),
            st.one_of(st.none(), st.sampled_from(["A", "B", "C"])),
        ),
        max_size=40,
    )
)
def test_the_figures_are_those_of_plain_loops(rows: list[tuple[str, int, str | None]]) -> None:
    events = [(case, START + timedelta(hours=hour), group) for case, hour, group in rows]
    builder = LogBuilder()
    for case, at, group in events:
        builder.add(case, at, "x", group)
    found, expected = asdict(hand_overs(builder.build())), figures(events)
    medians, wanted = found.pop("median_days"), expected.pop("median_days")
    assert found == expected
    assert medians == {
        kind: pytest.approx(value) if value is not None else None for kind, value in wanted.items()
    }

"""Which deeds fit which state, for every way through them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.conflicts import ConflictError
from workflows.kiss.anliegen.states import (
    KIND_NAMES,
    OPEN_STATES,
    RUNNING,
    STATE_NAMES,
    Deed,
    Kind,
    State,
    after,
    allowed,
)

DEEDS = st.lists(st.sampled_from(Deed), max_size=30)


@given(DEEDS)
def test_any_way_ends_where_somebody_can_go_on(deeds: list[Deed]) -> None:
    state = State.NEW
    for deed in deeds:
        if allowed(state, deed):
            state = after(state, deed)
        else:
            with pytest.raises(ConflictError):
                after(state, deed)
    assert allowed(state, Deed.CLOSE) or allowed(state, Deed.REOPEN)


@given(DEEDS)
def test_what_is_closed_opens_by_reopening_only(deeds: list[Deed]) -> None:
    state = State.CLOSED
    for deed in deeds:
        if deed is Deed.REOPEN:
            break
        assert not allowed(state, deed)


def test_the_clock_stands_while_the_citizen_is_asked_and_after_the_answer() -> None:
    assert set(State) - RUNNING == {State.WAITS_CITIZEN, State.ANSWERED, State.CLOSED}
    assert State.WAITS_CITIZEN in OPEN_STATES


def test_everything_has_a_german_name() -> None:
    assert set(KIND_NAMES) == set(Kind)
    assert set(STATE_NAMES) == set(State)

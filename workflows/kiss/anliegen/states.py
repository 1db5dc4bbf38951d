"""Kinds and states of an Anliegen, and which deed leads from which state to which. Pure."""

from enum import StrEnum

from storage.conflicts import ConflictError


class Kind(StrEnum):
    """What somebody comes with (notes of the law: complaints)."""

    FAULT = "fault"
    IDEA = "idea"
    PRAISE = "praise"
    COMPLAINT = "complaint"
    SUPERVISORY = "supervisory"
    INTERNAL = "internal"


KIND_NAMES: dict[Kind, str] = {
    Kind.FAULT: "Störung",
    Kind.IDEA: "Idee",
    Kind.PRAISE: "Lob",
    Kind.COMPLAINT: "Beschwerde",
    Kind.SUPERVISORY: "Dienstaufsichtsbeschwerde",
    Kind.INTERNAL: "Internes Anliegen",
}


class State(StrEnum):
    """Where an Anliegen stands."""

    NEW = "new"
    ASSIGNED = "assigned"
    IN_WORK = "in_work"
    WAITS_CITIZEN = "waits_citizen"
    WAITS_OFFICE = "waits_office"
    ANSWERED = "answered"
    CLOSED = "closed"
    REOPENED = "reopened"


STATE_NAMES: dict[State, str] = {
    State.NEW: "neu",
    State.ASSIGNED: "zugewiesen",
    State.IN_WORK: "in Arbeit",
    State.WAITS_CITIZEN: "wartet auf Bürgerin oder Bürger",
    State.WAITS_OFFICE: "wartet auf andere Stelle",
    State.ANSWERED: "beantwortet",
    State.CLOSED: "geschlossen",
    State.REOPENED: "wieder geöffnet",
}

OPEN_STATES = frozenset(State) - {State.ANSWERED, State.CLOSED}
"""Somebody has to do something, or waits for it."""
OPEN_VALUES = tuple(sorted(state.value for state in OPEN_STATES))
"""The same as rows have it."""
RUNNING = OPEN_STATES - {State.WAITS_CITIZEN}
"""The clock of the target runs; it pauses while the citizen is asked, and stops with the answer."""
RUNNING_VALUES = tuple(sorted(state.value for state in RUNNING))

_WORKED_ON = frozenset({State.IN_WORK, State.WAITS_CITIZEN, State.WAITS_OFFICE})
_BEGUN = frozenset({State.ASSIGNED, State.REOPENED}) | _WORKED_ON


class Deed(StrEnum):
    """What changes the state."""

    ASSIGN = "assign"
    TAKE_UP = "take_up"
    ASK_CITIZEN = "ask_citizen"
    ASK_OFFICE = "ask_office"
    ANSWER = "answer"
    HEAR = "hear"
    CLOSE = "close"
    REOPEN = "reopen"


_LEADS: dict[Deed, tuple[frozenset[State], State]] = {
    Deed.ASSIGN: (OPEN_STATES, State.ASSIGNED),
    Deed.TAKE_UP: (_BEGUN | {State.NEW}, State.IN_WORK),
    Deed.ASK_CITIZEN: (_BEGUN | {State.NEW, State.ANSWERED}, State.WAITS_CITIZEN),
    Deed.ASK_OFFICE: (_BEGUN | {State.NEW}, State.WAITS_OFFICE),
    Deed.ANSWER: (_BEGUN | {State.NEW, State.ANSWERED}, State.ANSWERED),
    Deed.HEAR: (frozenset({State.WAITS_CITIZEN, State.WAITS_OFFICE}), State.IN_WORK),
    Deed.CLOSE: (frozenset(State) - {State.CLOSED}, State.CLOSED),
    Deed.REOPEN: (frozenset({State.ANSWERED, State.CLOSED}), State.REOPENED),
}

_REFUSALS: dict[Deed, str] = {
    Deed.ASSIGN: "Dieses Anliegen ist beantwortet oder geschlossen. Bitte öffnen Sie es erst wieder.",
    Deed.TAKE_UP: "Dieses Anliegen ist schon beantwortet oder geschlossen.",
    Deed.ASK_CITIZEN: "Dieses Anliegen ist geschlossen. Bitte öffnen Sie es erst wieder.",
    Deed.ASK_OFFICE: "Dieses Anliegen ist beantwortet oder geschlossen. Bitte öffnen Sie es erst wieder.",
    Deed.ANSWER: "Dieses Anliegen ist geschlossen. Bitte öffnen Sie es erst wieder.",
    Deed.HEAR: "Auf dieses Anliegen wartet gerade niemand.",
    Deed.CLOSE: "Dieses Anliegen ist schon geschlossen.",
    Deed.REOPEN: "Dieses Anliegen ist noch offen.",
}


def allowed(state: State, deed: Deed) -> bool:
    """Whether the deed fits the state."""
    return state in _LEADS[deed][0]


def after(state: State, deed: Deed) -> State:
    """The state a deed leads to. Raises ``ConflictError`` with what to do instead."""
    if not allowed(state, deed):
        raise ConflictError(_REFUSALS[deed])
    return _LEADS[deed][1]

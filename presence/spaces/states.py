"""What a booking can be, and what may become of it. Pure."""

from enum import StrEnum

from storage.conflicts import ConflictError


class State(StrEnum):
    """Only ``CONFIRMED`` holds its time; requests wait beside one another until somebody decides, or their time comes
    first (``EXPIRED``).
    """

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    DISPLACED = "displaced"
    RELEASED = "released"
    EXPIRED = "expired"


STATE_NAMES: dict[State, str] = {
    State.REQUESTED: "angefragt",
    State.CONFIRMED: "gebucht",
    State.DECLINED: "abgelehnt",
    State.CANCELLED: "abgesagt",
    State.DISPLACED: "durch die Stadt belegt",
    State.RELEASED: "freigegeben",
    State.EXPIRED: "verfallen",
}

FOLLOWING: dict[State, frozenset[State]] = {
    State.REQUESTED: frozenset({State.CONFIRMED, State.DECLINED, State.CANCELLED, State.EXPIRED}),
    State.CONFIRMED: frozenset({State.CANCELLED, State.DISPLACED, State.RELEASED}),
}
"""What may come next; what is missing here is final."""


class Party(StrEnum):
    """For whom a space is booked; it decides on fee and precedence."""

    CITY = "city"
    CLUB = "club"
    CITIZEN = "citizen"


PARTY_NAMES: dict[Party, str] = {
    Party.CITY: "Stadtverwaltung",
    Party.CLUB: "Verein",
    Party.CITIZEN: "Bürgerinnen und Bürger",
}


def require_step(before: State, after: State) -> None:
    """Raise ``ConflictError`` where a booking can't become that any more."""
    if after not in FOLLOWING.get(before, frozenset()):
        raise ConflictError(f"Das geht nicht mehr: Die Buchung ist {STATE_NAMES[before]}.")

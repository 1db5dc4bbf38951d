"""Which deadlines of a document count, and which comes next. Pure.

What was found stands in its details (``found_deadlines``). People add what the text can't say: the day a period began
(``first_days``), another last day (``confirmed``), what is not to be kept (``dropped_deadlines``) and what is done
(``done_deadlines``). From these follow ``deadlines``, the days to keep, which lists and tasks are made from.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from ocr.analysis.deadline_days import count_from

BY_HAND = ("confirmed", "by_hand", "first_days", "dropped_deadlines", "done_deadlines")
"""What people added to the details: no new analysis takes it away."""
LONG_AGO = timedelta(days=14)
"""What passed earlier than this is history: it comes last in lists and is no task, unless a person entered it."""
ENTERED = "im Haus eingetragen"
AS_RECEIVED = "laut Eingang bei uns; ein Eingangsstempel oder Umschlag mit anderem Tag geht vor"


def reckoned(
    deadline: Mapping[str, Any], first_day: date | None, received: date
) -> Mapping[str, Any]:
    """The deadline with its last day and steps as they stand now: counted from the day a person entered, else as
    read; where only the day of receipt is missing, from the day the document came in.
    """
    if not deadline.get("law"):
        return deadline
    if first_day is not None:
        return count_from(deadline, first_day, ENTERED)
    if not deadline.get("due") and deadline.get("missing") == "stamp":
        return count_from(deadline, received, AS_RECEIVED)
    return deadline


def first_days(details: Mapping[str, Any]) -> dict[str, date]:
    """First days entered by people, by the place of their deadline."""
    return {at: date.fromisoformat(day) for at, day in details.get("first_days", {}).items()}


def settled(details: Mapping[str, Any], received: date, today: date) -> dict[str, Any]:
    """The details with ``deadlines``, the days to keep in their order, and ``deadline``, the one that comes next."""
    entered = first_days(details)
    dues = {
        due
        for each in _found(details)
        if (due := reckoned(each, entered.get(each["at"]), received).get("due"))
    }
    confirmed = details.get("confirmed", {}).get("deadline")
    if "deadline" in details.get("confirmed", {}) and confirmed is None:
        dues.clear()  # somebody said there is none
    elif confirmed is not None:
        dues.add(confirmed)
    left = sorted(
        dues - {*details.get("dropped_deadlines", ()), *details.get("done_deadlines", ())}
    )
    kept = {name: value for name, value in details.items() if name not in {"deadline", "deadlines"}}
    if "found_deadlines" not in kept and details.get("deadline"):
        kept["found_deadlines"] = _found(details)
    if not kept.get("found_deadlines") and confirmed is None:
        return kept
    following = next_day(left, today)
    return kept | {"deadlines": left} | ({"deadline": following.isoformat()} if following else {})


def confirmed_as(details: Mapping[str, Any], day: str | None) -> dict[str, Any]:
    """The details where a person put ``day`` in the place of the deadline that came next; others stay."""
    before = details.get("confirmed", {}).get("deadline") or details.get("deadline")
    dropped = {*details.get("dropped_deadlines", ()), *({before} if before else ())} - {day}
    done = {*details.get("done_deadlines", ())} - {day}
    return {**details, "dropped_deadlines": sorted(dropped), "done_deadlines": sorted(done)}


def next_of(details: Mapping[str, Any] | None, today: date) -> date | None:
    """The next deadline that is not past, else the last one that is."""
    known = details or {}
    if "deadlines" in known:
        return next_day(known["deadlines"], today)
    only = known.get("confirmed", {}).get("deadline") or known.get("deadline")
    return next_day([only] if only else [], today)


def next_day(days: Iterable[str], today: date) -> date | None:
    """Of days in their order the first one not past, else the last."""
    known = [date.fromisoformat(day) for day in days]
    return next((day for day in known if day >= today), known[-1] if known else None)


def worth_a_task(day: date, entered: Collection[str | None], today: date) -> bool:
    """Whether somebody is to be reminded: not of what was long past when it came, unless a person entered it."""
    return day >= today - LONG_AGO or day.isoformat() in entered


def _found(details: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What was found; of documents read by earlier releases only one day is known."""
    if "found_deadlines" in details:
        return list(details["found_deadlines"])
    return [{"at": "", "due": details["deadline"]}] if details.get("deadline") else []

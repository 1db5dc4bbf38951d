"""Recurrence rules that would keep a computer busy rather than a person: found before they are expanded."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from presence.availability.calendar.moments import value_of

MOST = 100_000
"""Steps of a rule from its beginning to the window's end: every hour for eleven years."""
_STEPS = {
    "SECONDLY": timedelta(seconds=1),
    "MINUTELY": timedelta(minutes=1),
    "HOURLY": timedelta(hours=1),
}


def leave_out_floods(calendar: Any, ends: datetime) -> bool:
    """Take components out whose rule has too many steps before ``ends``. Returns whether there were any."""
    found = False
    for parent in calendar.walk():
        kept = [part for part in parent.subcomponents if not _floods(part, ends)]
        if len(kept) < len(parent.subcomponents):
            parent.subcomponents[:] = kept
            found = True
    return found


def _floods(component: Any, ends: datetime) -> bool:
    rules = component.get("RRULE") if component.name in {"VEVENT", "AVAILABLE"} else None
    first = value_of(component, "DTSTART")
    if rules is None or not isinstance(first, date):
        return False
    return any(
        _steps(rule, _moment(first), ends) > MOST
        for rule in (rules if isinstance(rules, list) else [rules])
        if isinstance(rule, dict)
    )


def _steps(rule: Any, first: datetime, ends: datetime) -> float:
    """How often the rule is tried at most; rules by the day and longer never flood."""
    step = _STEPS.get(str(_one(rule, "FREQ", "")).upper())
    if step is None:
        return 0
    until = _one(rule, "UNTIL", None)
    last = min(ends, _moment(until)) if isinstance(until, date) else ends
    tried = (last - first) / (step * max(1, int(_one(rule, "INTERVAL", 1))))
    count = _one(rule, "COUNT", None)
    # A counted rule with further conditions may search long for its next one: then the time decides.
    plain = not any(name.upper().startswith("BY") for name in rule)
    return min(tried, int(count)) if count is not None and plain else tried


def _one(rule: Any, name: str, default: Any) -> Any:
    given = rule.get(name, default)
    return given[0] if isinstance(given, list) and given else given


def _moment(value: date) -> datetime:
    if not isinstance(value, datetime):
        value = datetime.combine(value, time())
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value

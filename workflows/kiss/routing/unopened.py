"""What KISS must not open: whistleblower reports (HinSchG § 8) and other post for its addressee alone. Pure.

The one recogniser of all channels. The dated rules are those of the inbox (config/seed/unopened.yaml); the reporting office's
is asked first and by itself, so that no other takes a report from it. A message that calls itself a report under the HinSchG is
also known by its text and by the names of its files, because whoever writes one to the general address must not pay for it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from ocr.analysis.unopened import UnopenedRule, fold, forward_unopened, seed
from storage.conflicts import ConflictError
from workflows.kiss.routing.deciding import Decision

WHISTLEBLOWER = "hinweisgeber"
_READ = 20_000
_SENTENCES = re.compile(r"[.!?]+(?=\s|$)|\n[ \t]*\n")
_SAYS_SO = re.compile(
    r"\b(?:hinschg|hinweisgeberschutz\w*|hinweisgeber(?:in)?meldung\w*|whistleblow\w*|als hinweisgeb(?:er|erin|ende)\b"
    r"|interne[nr]? meldestelle)"
)
_ASKS = re.compile(
    r"\b(?:wo finde|wie erreiche|wer ist|gibt es)\b.*\b(?:hinweisgeber|hinschg|whistleblow|interne[nr]? meldestelle)"
)


def recognised(
    headers: Mapping[str, Any],
    text: str,
    day: date,
    rules: Sequence[UnopenedRule] | None = None,
    *,
    names: Iterable[str] = (),
) -> UnopenedRule | None:
    """The rule that claims a message, ``None`` where it may be opened: by its head, else (a report) by its text and the ``names`` of
    its files. ``headers``: names in lower case.
    """
    return claimed(headers, day, rules) or for_reporting_office({}, text, day, rules, names=names)


def for_reporting_office(
    headers: Mapping[str, Any],
    text: str,
    day: date,
    rules: Sequence[UnopenedRule] | None = None,
    *,
    names: Iterable[str] = (),
) -> UnopenedRule | None:
    """The reporting office's rule where it claims the message, by head, text or the name of a file."""
    known = seed() if rules is None else rules
    own = [rule for rule in _on(known, day) if rule.key == WHISTLEBLOWER]
    if not own:
        return None
    found = forward_unopened("", None, headers, own) or next(
        (hit for name in names if (hit := forward_unopened(name, None, {}, own))), None
    )
    return found or (own[0] if _says_so(text) else None)


def claimed(
    headers: Mapping[str, Any], day: date, rules: Sequence[UnopenedRule] | None = None
) -> UnopenedRule | None:
    """The rule that claims a message by its head alone: before anything else of it is looked at."""
    return for_reporting_office(headers, "", day, rules) or forward_unopened(
        "", None, headers, rules, today=day
    )


def refuse_reports(text: str, day: date, names: Iterable[str]) -> None:
    """Raises ``ConflictError`` where somebody of the house is about to enter a report; nothing was kept."""
    if for_reporting_office({}, text, day, names=names) is not None:
        raise ConflictError(
            "Das liest sich wie eine Meldung für die Meldestelle (HinSchG) und wurde hier nicht gespeichert. "
            "Bitte geben Sie es an die Meldestelle: Nur dort ist es geschützt."
        )


def office_named(key: str, day: date) -> str | None:
    """Key of the office that a rule hands over to; ``None`` for the person the envelope names."""
    return next((rule.forward_to for rule in _on(seed(), day) if rule.key == key), None)


def _on(rules: Iterable[UnopenedRule], day: date) -> Iterator[UnopenedRule]:
    return (
        rule
        for rule in rules
        if rule.valid_from <= day and (rule.valid_to is None or day <= rule.valid_to)
    )


def _says_so(text: str) -> bool:
    """Whether some sentence does that is no question for the way there."""
    return any(
        _SAYS_SO.search(each) and not _ASKS.search(each)
        for each in map(fold, _SENTENCES.split(text[:_READ]))
    )


def unopened(rule: UnopenedRule) -> Decision:
    """Handed over as it came: nothing of it is suggested, shown or learned from."""
    return Decision(
        "unopened",
        None,
        rule.forward_to,
        None,
        None,
        because=(f"Die Nachricht wird ungeöffnet weitergegeben: {rule.title} ({rule.source}).",),
        rule=rule.key,
    )

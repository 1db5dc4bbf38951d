"""What KISS must not open: whistleblower reports (HinSchG § 8) and other post for its addressee alone. Pure.

The dated rules are those of the inbox (config/seed/unopened.yaml). A mail that calls itself a report under the HinSchG is
also known by its text, because whoever writes one to the general address must not pay for it.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from ocr.analysis.unopened import UnopenedRule, fold, forward_unopened, seed
from workflows.kiss.routing.deciding import Decision

WHISTLEBLOWER = "hinweisgeber"
_READ = 3_000
_SAYS_SO = re.compile(
    r"\b(?:hinschg|hinweisgeberschutz\w*|hinweisgeber(?:in)?meldung\w*|whistleblow\w*|als hinweisgeber(?:in)?)\b"
)
_ASKS = re.compile(
    r"\b(?:wo finde|wie erreiche|wer ist|gibt es)\b[^.!?]*\b(?:hinweisgeber|hinschg|whistleblow)"
)


def recognised(
    headers: Mapping[str, Any],
    text: str,
    day: date,
    rules: Sequence[UnopenedRule] | None = None,
) -> UnopenedRule | None:
    """The rule that claims a message, ``None`` where it may be opened. ``headers``: names in lower case."""
    known = seed() if rules is None else rules
    found = forward_unopened("", None, headers, known, today=day)
    if found is not None:
        return found
    begun = fold(text[:_READ])
    if not _SAYS_SO.search(begun) or _ASKS.search(begun):
        return None
    return next(
        (
            rule
            for rule in known
            if rule.key == WHISTLEBLOWER
            and rule.valid_from <= day
            and (rule.valid_to is None or day <= rule.valid_to)
        ),
        None,
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

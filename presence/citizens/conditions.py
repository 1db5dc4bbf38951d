"""What somebody agreed to: the room's rules and what each day costs. Kept with the sending, compared when it is confirmed.

Pure. The rules themselves are not kept, only what names their wording.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

_LENGTH = 20


@dataclass(frozen=True, slots=True)
class Conditions:
    """``fees``: cents by day, as ISO dates."""

    rules: str
    fees: Mapping[str, int]

    def as_row(self) -> dict[str, Any]:
        return {"rules": _digest(self.rules), "fees": dict(self.fees)}

    def are(self, agreed: Mapping[str, Any]) -> bool:
        """Whether these are what was agreed to; what is cheaper by now, and days that fell away, need no new word."""
        known: Mapping[str, int] = agreed["fees"]
        dearer = [day for day, cents in self.fees.items() if cents > known.get(day, -1)]
        return not dearer and agreed["rules"] == _digest(self.rules)

    def mark(self, of: str = "") -> str:
        """Names them: letters and digits."""
        return _digest(json.dumps([of, self.rules, sorted(self.fees.items())]))


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:_LENGTH]

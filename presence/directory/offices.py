"""Which office a name in the directory means, though offices are renamed and closed meanwhile. Pure."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID


def spelled(name: str) -> str:
    """The same for all spellings of one office's name: without case, blanks collapsed, composed letters."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


@dataclass(frozen=True, slots=True)
class OfficeBook:
    """Offices by each of their names (key, number, short and full name), ``spelled`` alike.

    ``known``: today's offices, also by what they were called before. ``carried_on``: names of closed offices, with
    the office that carries on today.
    """

    known: Mapping[str, UUID] = field(default_factory=dict)
    carried_on: Mapping[str, UUID] = field(default_factory=dict)

    def find(self, name: str) -> UUID | None:
        """Today's office of this name, or who carries on for it."""
        text = spelled(name)
        return self.known.get(text) or self.carried_on.get(text)

    def has_closed(self, name: str) -> bool:
        """Whether the name is that of a closed office, which another carries on."""
        text = spelled(name)
        return text not in self.known and text in self.carried_on

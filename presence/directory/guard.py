"""When a sync would take so much away that it is more likely a fault of the directory, and nothing is done. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from presence.directory.mapping import Rights
from storage.actors import Grant, Role

FEW = 2
"""So many people may lose something in one sync, however small the house is."""
NAMED = 3


@dataclass
class Given:
    """What somebody holds just now because the directory gave it."""

    offices: set[UUID] = field(default_factory=set)
    grants: set[Grant] = field(default_factory=set)

    @property
    def roles(self) -> set[Role]:
        return {grant.role for grant in self.grants}

    def lost_with(self, rights: Rights) -> set[Role]:
        """The roles that these rights would take away wholly."""
        return self.roles - {grant.role for grant in rights.grants} - rights.lasting

    def homeless_with(self, rights: Rights) -> bool:
        """Whether no office at all would be left."""
        return bool(self.offices) and not rights.offices and not rights.offices_last

    def shrinks_with(self, rights: Rights) -> bool:
        """Whether these rights would take anything away."""
        return not (self.grants <= rights.grants and self.offices <= rights.offices)


def too_few(seen: int, active: int, minimum_percent: int) -> str | None:
    """Why a complete reading is not believed that shows only ``seen`` of ``active`` known people."""
    if seen * 100 >= minimum_percent * active:
        return None
    return (
        f"Das Verzeichnis nennt nur noch {seen} von {active} bekannten Personen; "
        f"verlangt sind {minimum_percent} %."
    )


def too_many_leave(leaving: int, active: int, minimum_percent: int) -> str | None:
    """Why so many are not disabled at once, whether they are missing or locked there."""
    if not _suspicious(leaving, active, minimum_percent):
        return None
    return f"Auf einmal würden {leaving} von {active} bekannten Personen ausscheiden; {_wanted(minimum_percent)}"


def too_many_lose(
    changes: Iterable[tuple[UUID, Rights]], given: Mapping[UUID, Given], minimum_percent: int
) -> str | None:
    """Why rights are not withdrawn from so many at once. ``changes``: what each of these people is to hold."""
    roles = homes = 0
    for person, rights in changes:
        held = given.get(person, Given())
        roles += len(held.lost_with(rights))
        homes += held.homeless_with(rights)
    all_roles = sum(len(each.roles) for each in given.values())
    if _suspicious(roles, all_roles, minimum_percent):
        return (
            f"Auf einmal würden {roles} von {all_roles} Rollen aus dem Verzeichnis entzogen; "
            f"{_wanted(minimum_percent)}"
        )
    all_homes = sum(bool(each.offices) for each in given.values())
    if _suspicious(homes, all_homes, minimum_percent):
        return (
            f"Auf einmal wären {homes} von {all_homes} Personen in keinem Amt mehr; "
            f"{_wanted(minimum_percent)}"
        )
    return None


FACTS = {
    "title": "Titel",
    "email": "E-Mail-Adressen",
    "phone": "Telefonnummern",
    "room": "Räumen",
}
"""What entries may lack, as in ``Entry.facts``."""


def too_many_forget(
    changes: Iterable[tuple[UUID, Mapping[str, str | None]]],
    known: Mapping[UUID, Mapping[str, str | None]],
    minimum_percent: int,
) -> str | None:
    """Why what is known of so many people is not taken away at once: rather the service account no longer sees it.

    ``changes``: the facts these people are to have; ``known``: what everybody's are now.
    """
    coming = list(changes)
    for fact, called in FACTS.items():
        lost = sum(
            bool(known.get(person, {}).get(fact)) and not facts.get(fact)
            for person, facts in coming
        )
        held = sum(bool(each.get(fact)) for each in known.values())
        if _suspicious(lost, held, minimum_percent):
            return f"Auf einmal würden {lost} von {held} {called} verschwinden; {_wanted(minimum_percent)}"
    return None


def groups_gone(names: Collection[str]) -> str:
    """Why nothing is done while groups of the mapping are not to be seen."""
    listed = ", ".join(f"„{name}“" for name in sorted(names)[:NAMED])
    more = f" und {len(names) - NAMED} weitere" if len(names) > NAMED else ""
    return (
        f"Im Verzeichnis nicht zu sehen: {listed}{more}. Bitte die Zuordnung der Gruppen angleichen "
        "(RATHAUS_LDAP_MAPPING), oder sie dort wieder anlegen."
    )


def _suspicious(lost: int, held: int, minimum_percent: int) -> bool:
    return lost > FEW and lost * 100 > (100 - minimum_percent) * held


def _wanted(minimum_percent: int) -> str:
    return f"höchstens {100 - minimum_percent} % sind erlaubt."

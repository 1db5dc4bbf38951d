"""What a sync has to do, worked out before anything is written. Pure.

People are recognised by the directory's lasting key, so a new login or another place in the tree is the same person.
Somebody who comes back under a new key is recognised by personnel number, or by login and name together; a login that
was given to somebody else is no sign of the same person, and the new one inherits nothing.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from presence.directory import guard
from presence.directory.entries import Entry
from presence.directory.mapping import Rights
from presence.logins import alike

NAMED = 5
"""So many logins are named in one message."""


@dataclass(frozen=True, slots=True)
class Known:
    """An identity the house knows already; ``login`` and ``name`` are the person's today."""

    identity: UUID
    person: UUID
    key: str
    active: bool
    number: str | None
    fingerprint: str
    login: str
    name: str


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody in the house's own table."""

    person: UUID
    login: str
    name: str
    works: bool


@dataclass(frozen=True, slots=True)
class Conflict:
    """What nobody but an administrator can settle; ``about`` keeps the same conflict the same, ``text`` is German."""

    about: str
    text: str
    link: str | None = None
    """The page where it is settled, where that is not the directory."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody the house expects: entered with their Laufzettel, before the directory knew them."""

    person: UUID
    login: str
    name: str
    office: UUID | None
    day: date


def newcomer_key(person: UUID) -> str:
    """What a conflict about an expected person is called."""
    return f"newcomer:{person.hex}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """An entry and the fingerprint of all that would be taken over."""

    entry: Entry
    fingerprint: str


@dataclass
class Plan:
    """``link``: the entry belongs to somebody the house knew without it. ``aside``: people who left, and whose login
    somebody else has now. ``refused`` says why nothing at all is done.
    """

    create: list[Wanted] = field(default_factory=list)
    link: list[tuple[Wanted, UUID, Known | None]] = field(default_factory=list)
    update: list[tuple[Wanted, Known]] = field(default_factory=list)
    disable: list[Known] = field(default_factory=list)
    aside: list[UUID] = field(default_factory=list)
    renames: dict[UUID, str] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)
    unchanged: int = 0
    refused: str | None = None


def make_plan(
    wanted: Sequence[Wanted],
    known: Collection[Known],
    residents: Mapping[str, Resident],
    *,
    complete: bool,
    minimum_percent: int = 0,
    newcomers: Sequence[Newcomer] = (),
    offices: Mapping[str, Collection[UUID]] | None = None,
) -> Plan:
    """``residents`` by login. ``newcomers``: who is expected, maybe under another login; ``offices``: those of each entry, by
    its key. ``complete``: the entries are all there are, so whoever is missing has left.

    Refused where less than ``minimum_percent`` of the known people would be left.
    """
    active = {each.key for each in known if each.active}
    refused: str | None = None
    if complete:
        refused = (
            guard.too_few(
                len(active & {each.entry.key for each in wanted}), len(active), minimum_percent
            )
            if wanted
            else "Die Suche im Verzeichnis hat niemanden gefunden."
        )
    if refused is None:
        plan = _Planner(wanted, known, residents, newcomers, offices or {}, complete).plan()
        refused = guard.too_many_leave(len(plan.disable), len(active), minimum_percent)
    return Plan(refused=refused) if refused else plan


def office_conflicts(rights: Iterable[Rights]) -> list[Conflict]:
    """Names of offices that the directory has to be put right about, each once."""
    unknown: Counter[str] = Counter()
    closed: Counter[str] = Counter()
    for each in rights:
        unknown.update(each.unknown)
        closed.update(each.closed)
    return [
        Conflict(
            f"office:{name}",
            f"Im Verzeichnis steht das Amt „{name}“ ({count} Personen), das es hier nicht gibt. "
            "Wer dort geführt wird, behält hier seine bisherigen Ämter.",
        )
        for name, count in sorted(unknown.items())
    ] + [
        Conflict(
            f"closed:{name}",
            f"Im Verzeichnis gibt das geschlossene Amt „{name}“ noch Rollen ({count} Personen). "
            "Wer sie im übernehmenden Amt hat, ist dort oder hier zu entscheiden.",
        )
        for name, count in sorted(closed.items())
    ]


class _Planner:
    def __init__(
        self,
        wanted: Sequence[Wanted],
        known: Collection[Known],
        residents: Mapping[str, Resident],
        newcomers: Sequence[Newcomer],
        offices: Mapping[str, Collection[UUID]],
        complete: bool,
    ) -> None:
        self._wanted = list({each.entry.key or each.entry.dn: each for each in wanted}.values())
        self._known = {each.key: each for each in known}
        self._by_person = {each.person: each for each in known}
        self._residents, self._complete = residents, complete
        self._newcomers, self._offices = newcomers, offices
        self._seen = {each.entry.key for each in self._wanted}
        self._returning = {
            each.number: each for each in known if each.number and self._is_gone(each)
        }
        self._taken_over: set[str] = set()
        self._moving: dict[UUID, str] = {}
        self._plan = Plan()

    def plan(self) -> Plan:
        unclear = self._unclear()
        clear = [
            each for each in self._wanted if not each.entry.lacks and each.entry.key not in unclear
        ]
        self._moving = self._movers(clear)
        for each in clear:
            before = self._known.get(each.entry.key)
            if before is not None:
                self._meet_again(each, before)
            elif not each.entry.locked:
                self._meet(each)
            else:
                self._plan.unchanged += 1
        if self._complete:
            self._plan.disable += [
                each
                for each in self._known.values()
                if each.active and each.key not in self._seen and each.key not in self._taken_over
            ]
        return self._plan

    def _unclear(self) -> set[str]:
        """Keys of entries that are left alone: without what they need, or two with one login."""
        logins = Counter(each.entry.login for each in self._wanted if each.entry.login)
        twice = {login for login, count in logins.items() if count > 1}
        for login in sorted(twice):
            names = sorted(
                each.entry.name or each.entry.dn
                for each in self._wanted
                if each.entry.login == login
            )
            self._conflict(
                login,
                f"Im Verzeichnis haben mehrere den Anmeldenamen „{login}“: {', '.join(names[:NAMED])}. "
                "Keiner davon wird abgeglichen.",
            )
        for each in self._wanted:
            if each.entry.lacks:
                self._conflict(
                    each.entry.dn,
                    f"Im Verzeichnis fehlt bei „{each.entry.dn}“: {', '.join(each.entry.lacks)}.",
                )
        return {each.entry.key for each in self._wanted if each.entry.login in twice}

    def _movers(self, clear: Sequence[Wanted]) -> dict[UUID, str]:
        """Known people who get another login, as far as it is or becomes free: a chain holds only from its end."""
        moving = {
            before.person: each.entry.login
            for each in clear
            if (before := self._known.get(each.entry.key))
            and not each.entry.locked
            and each.entry.login != before.login
        }
        while blocked := [
            person
            for person, login in moving.items()
            if (holder := self._residents.get(login))
            and holder.person not in moving
            and not self._has_left(holder)
        ]:
            for person in blocked:
                del moving[person]
        return moving

    def _meet_again(self, each: Wanted, before: Known) -> None:
        if each.entry.locked:
            if before.active:
                self._plan.disable.append(before)
            else:
                self._plan.unchanged += 1
            return
        if before.active and before.fingerprint == each.fingerprint:
            self._plan.unchanged += 1
            return
        if each.entry.login != before.login and not self._rename(each, before.person):
            return
        self._plan.update.append((each, before))

    def _rename(self, each: Wanted, person: UUID) -> bool:
        """Plan the new login, where nobody who works here has it (any more, once this sync is done)."""
        login = each.entry.login
        resident = self._residents.get(login)
        if resident is not None and resident.person != person and not self._gives_way(resident):
            self._conflict(
                login,
                f"„{each.entry.name}“ heißt im Verzeichnis jetzt „{login}“; so heißt hier schon „{resident.name}“.",
            )
            return False
        self._plan.renames[person] = login
        return True

    def _meet(self, each: Wanted) -> None:
        """Somebody under a new key."""
        entry = each.entry
        back = self._returning.get(entry.number or "")
        if back is not None and back.key not in self._taken_over:
            if entry.login == back.login or self._rename(each, back.person):
                self._take_over(each, back)
            return
        resident = self._residents.get(entry.login)
        if resident is None:
            self._enter(each)
            return
        before = self._by_person.get(resident.person)
        if before is None:
            self._meet_resident(each, resident)
        elif self._is_gone(before) and _same_person(entry, before):
            self._take_over(each, before)
        elif self._gives_way(resident):
            self._plan.create.append(each)
        else:
            self._conflict(
                entry.login,
                f"Den Anmeldenamen „{entry.login}“ hat im Verzeichnis jetzt ein anderer Eintrag. "
                "Der nächste vollständige Abgleich klärt das.",
            )

    def _enter(self, each: Wanted) -> None:
        """Somebody new, unless it may be somebody who is expected: nobody is to be here twice."""
        entry = each.entry
        there = self._offices.get(entry.key, ())
        for expected in self._newcomers:
            if alike(expected.name) == alike(entry.name) and expected.office in there:
                self._plan.conflicts.append(
                    Conflict(
                        newcomer_key(expected.person),
                        f"„{entry.name}“ steht im Verzeichnis als „{entry.login}“; erwartet wird hier „{expected.login}“ "
                        f"im selben Amt zum {expected.day:%d.%m.%Y}. Bitte bestätigen, dass das dieselbe Person ist; "
                        "sonst die Namen unterscheidbar machen.",
                        "/personen?"
                        + urlencode({"wer": expected.person.hex, "heisst": entry.login}),
                    )
                )
                return
        self._plan.create.append(each)

    def _meet_resident(self, each: Wanted, resident: Resident) -> None:
        """The login belongs to somebody the house knows without the directory."""
        same_name = alike(resident.name) == alike(each.entry.name)
        if same_name:
            self._plan.link.append((each, resident.person, None))
        elif (
            resident.works
        ):  # whoever it is, they would inherit rights that somebody else was given
            self._conflict(
                each.entry.login,
                f"„{each.entry.login}“ heißt hier „{resident.name}“ und im Verzeichnis „{each.entry.name}“. "
                "Bitte klären, wer das ist, und den Namen oder den Anmeldenamen angleichen.",
            )
        else:
            self._plan.aside.append(resident.person)
            self._plan.create.append(each)

    def _take_over(self, each: Wanted, before: Known) -> None:
        self._taken_over.add(before.key)
        self._plan.link.append((each, before.person, before))

    def _gives_way(self, resident: Resident) -> bool:
        """Whether the login will be free: its holder is renamed in this sync, or has left and is put aside."""
        if resident.person in self._moving:
            return True
        left = self._has_left(resident)
        if left and resident.person not in self._plan.aside:
            self._plan.aside.append(resident.person)
        return left

    def _has_left(self, resident: Resident) -> bool:
        before = self._by_person.get(resident.person)
        return not resident.works if before is None else self._is_gone(before)

    def _is_gone(self, before: Known) -> bool:
        return before.key not in self._seen and (not before.active or self._complete)

    def _conflict(self, about: str, text: str) -> None:
        self._plan.conflicts.append(Conflict(about, text))


def _same_person(entry: Entry, before: Known) -> bool:
    """Personnel numbers decide where both are known, else the name."""
    if entry.number and before.number:
        return entry.number == before.number
    return alike(entry.name) == alike(before.name)

"""A branch of the directory in which a test may do as it likes, and a house beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ldap3 import MODIFY_ADD, MODIFY_DELETE, MODIFY_REPLACE, Connection
from ldap3.utils.dn import escape_rdn
from sqlalchemy import func, select

from bench import slapd
from presence.directory.sync import SyncResult, synchronise
from presence.sessions import check
from presence.sign_in import Refusal, Token, sign_in
from storage.actors import Role, Staff, System
from storage.clock import local_date
from storage.house import House
from storage.organisation.operations import add_office, add_person, grant_role
from storage.organisation.queries import load_staff, person_by_login
from storage.organisation.tables import Office, Person
from storage.tasks.list import tasks_for

ACTOR = System("test")
OFFICES = ("10", "32", "50")


def connected_to(server: slapd.Running, **more: Any) -> dict[str, Any]:
    """Settings for the whole crowd."""
    return {
        "sign_in_source": "ldap",
        "ldap_servers": (server.ldaps,),
        "ldap_ca_file": server.authority.file,
        "ldap_bind_dn": slapd.SERVICE,
        "ldap_bind_password": slapd.SERVICE_PASSWORD,
        "ldap_base": slapd.PEOPLE,
        "ldap_group_base": slapd.GROUPS,
    } | more


def furnish(house: House) -> None:
    """Three offices, and Ada who administers with a local account's rights."""
    now = house.clock()
    with house.database.write() as session:
        for key, number, name in (
            ("hauptamt", "10", "Hauptamt"),
            ("ordnungsamt", "32", "Ordnungsamt"),
            ("sozialamt", "50", "Sozialamt"),
        ):
            add_office(
                session,
                ACTOR,
                key=key,
                number=number,
                name=name,
                short=name,
                valid_from=now.date(),
                now=now,
            )
        ada = add_person(
            session,
            ACTOR,
            login="ada.notfall",
            name="Ada Notfall",
            office=None,
            valid_from=now.date(),
            now=now,
        )
        grant_role(session, ACTOR, ada.id, Role.ADMIN, None, now=now)


@dataclass
class Town:
    """A branch of the directory and a house beside it."""

    house: House
    server: slapd.Running
    base: str
    root: Connection
    mapping_file: Path

    @property
    def people_base(self) -> str:
        return f"ou=p,{self.base}"

    def dn(self, login: str) -> str:
        return f"uid={escape_rdn(login)},{self.people_base}"

    def add(self, login: str, given: str, family: str, **more: str | Sequence[str]) -> str:
        _, attributes = slapd.person(login, given, family, **more)
        self.do(self.root.add(self.dn(login), attributes=dict(attributes)))
        return self.dn(login)

    def group(self, name: str, *members: str) -> str:
        dn = f"cn={escape_rdn(name)},{self.base}"
        attributes = {"objectClass": ["groupOfNames"], "cn": [name], "member": list(members)}
        self.do(self.root.add(dn, attributes=attributes))
        return dn

    def join(self, group: str, member: str) -> None:
        self.do(self.root.modify(group, {"member": [(MODIFY_ADD, [member])]}))

    def leave(self, group: str, member: str) -> None:
        self.do(self.root.modify(group, {"member": [(MODIFY_DELETE, [member])]}))

    def change(self, dn: str, **values: str) -> None:
        changes = {name: [(MODIFY_REPLACE, [value])] for name, value in values.items()}
        self.do(self.root.modify(dn, changes))

    def move(self, dn: str, rdn: str, under: str | None = None) -> None:
        self.do(self.root.modify_dn(dn, rdn, new_superior=under))

    def delete(self, dn: str) -> None:
        self.do(self.root.delete(dn))

    def do(self, outcome: bool) -> None:
        assert outcome, self.root.result

    def map(self, text: str) -> None:
        self.mapping_file.write_text(text, "utf-8")

    def sync(self, **options: Any) -> SyncResult:
        return synchronise(self.house, System("directory"), **options)

    def person(self, login: str) -> Person | None:
        with self.house.database.read() as session:
            return session.scalars(select(Person).where(Person.login == login)).one_or_none()

    def office(self, key: str) -> Office:
        with self.house.database.read() as session:
            return session.scalars(select(Office).where(Office.key == key)).one()


def staff(house: House, login: str) -> Staff | None:
    """Who this is today, with today's rights; ``None`` for who does not work here."""
    today = local_date(house.clock())
    with house.database.read() as session:
        person = person_by_login(session, login, today)
        return load_staff(session, person.id, today) if person else None


def tasks(house: House) -> list[str]:
    """What waits for Ada, in words."""
    admin = staff(house, "ada.notfall")
    assert admin
    with house.database.read() as session:
        return [task.title for task in tasks_for(session, admin)]


def count(house: House, table: Any) -> int:
    with house.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def anybody(_login: str, /, *, sent_on: bool = False) -> bool:
    """No brake."""
    return True


def enter(house: House, login: str, password: str = slapd.PASSWORD) -> Token | Refusal:
    return sign_in(house, login, password, "10.0.0.1", user_agent="Firefox/140 Linux")


def welcome(house: House, outcome: Token | Refusal) -> Any:
    assert isinstance(outcome, Token)
    found = check(house.database, outcome.value, house.clock())
    assert found is not None
    assert not found.must_change
    return found.staff

"""What is otherwise in Active Directory, against a real domain controller (Samba)."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import ldap_town as here
import pytest
import samba_dc
from ldap3 import MODIFY_ADD, MODIFY_DELETE, MODIFY_REPLACE, Connection, Server

from presence.directory import connection
from presence.directory.connection import connect
from presence.directory.reading import recognise
from presence.directory.sync import synchronise
from presence.operations import create_account, disable_account
from presence.passwords import initial_password
from presence.sessions import check
from presence.sign_in import REFUSED, Refusal, Token, sign_in
from storage.actors import Grant, Role, System
from storage.house import House
from storage.organisation.tables import Person

pytestmark = [
    pytest.mark.ldap,
    pytest.mark.skipif(os.geteuid() != 0, reason="a domain controller needs port 389, so root"),
]
DIRECTORY = System("directory")
UNIT = f"OU=Stadt,{samba_dc.BASE}"
NORMAL, DISABLED = 0x200, 0x202


@pytest.fixture(scope="module")
def controller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[samba_dc.Controller]:
    with samba_dc.running(tmp_path_factory.mktemp("samba")) as server:
        yield server


class Domain:
    """Somebody who administers the domain."""

    def __init__(self, controller: samba_dc.Controller) -> None:
        server = Server(
            controller.address,
            port=636,
            use_ssl=True,
            get_info="NO_INFO",
            tls=connection._VerifiedTls(_context(controller)),
        )
        self.link = Connection(
            server, samba_dc.ADMINISTRATOR, samba_dc.PASSWORD, auto_bind="NO_TLS", check_names=False
        )

    def unit(self) -> None:
        if not self.link.search(UNIT, "(objectClass=*)", "BASE"):
            self.do(self.link.add(UNIT, "organizationalUnit"))

    def person(self, login: str, given: str, family: str, **more: Any) -> str:
        dn = f"CN={given} {family},{UNIT}"
        attributes = {
            "sAMAccountName": login,
            "userPrincipalName": f"{login}@ad.ahlenfurt.example",
            "givenName": given,
            "sn": family,
            "displayName": f"{family}, {given}",
            "unicodePwd": f'"{samba_dc.PASSWORD}"'.encode("utf-16-le"),
            "userAccountControl": NORMAL,
        }
        self.do(self.link.add(dn, "user", attributes | more))
        return dn

    def group(self, name: str, *members: str) -> str:
        dn = f"CN={name},{UNIT}"
        self.do(self.link.add(dn, "group", {"sAMAccountName": name, "member": list(members)}))
        return dn

    def change(self, dn: str, **values: Any) -> None:
        self.do(self.link.modify(dn, {n: [(MODIFY_REPLACE, [v])] for n, v in values.items()}))

    def join(self, group: str, member: str) -> None:
        self.do(self.link.modify(group, {"member": [(MODIFY_ADD, [member])]}))

    def leave(self, group: str, member: str) -> None:
        self.do(self.link.modify(group, {"member": [(MODIFY_DELETE, [member])]}))

    def do(self, outcome: bool) -> None:
        assert outcome, self.link.result

    def clear(self) -> None:
        self.link.search(UNIT, "(!(objectClass=organizationalUnit))", "SUBTREE")
        for dn in [each["dn"] for each in self.link.response or () if "dn" in each]:
            self.do(self.link.delete(dn))


def _context(controller: samba_dc.Controller) -> Any:
    from config.settings import Settings

    return connection.tls_context(Settings(_env_file=None, ldap_ca_file=controller.authority.file))


@pytest.fixture
def domain(controller: samba_dc.Controller) -> Iterator[Domain]:
    made = Domain(controller)
    made.unit()
    yield made
    made.clear()
    made.link.unbind()


@pytest.fixture
def house(
    controller: samba_dc.Controller, make_house: Callable[..., House], tmp_path: Path
) -> House:
    mapping = tmp_path / "gruppen.yaml"
    mapping.write_text("{}")
    made = make_house(
        sign_in_source="ldap",
        ldap_servers=(controller.ldaps,),
        ldap_ca_file=controller.authority.file,
        ldap_bind_dn=samba_dc.ADMINISTRATOR,
        ldap_bind_password=samba_dc.PASSWORD,
        ldap_base=UNIT,
        ldap_mapping=mapping,
        ldap_minimum_percent=10,
    )
    here.furnish(made)
    return made


def sync(house: House, **options: Any) -> Any:
    return synchronise(house, DIRECTORY, **options)


def person(house: House, login: str) -> Person | None:
    with house.database.read() as session:
        return session.query(Person).filter_by(login=login).one_or_none()


def enter(house: House, login: str, password: str = samba_dc.PASSWORD) -> Any:
    outcome = sign_in(house, login, password, "10.0.0.1")
    if isinstance(outcome, Refusal):
        return outcome
    assert isinstance(outcome, Token)
    found = check(house.database, outcome.value, house.clock())
    assert found
    return found.staff


def test_it_is_recognised(house: House, domain: Domain) -> None:
    with connect(house.settings) as conversation:
        server = recognise(conversation, house.settings)
    assert server.kind.name == "ad"
    assert int(server.usn) > 0
    assert len(server.identity.rpartition("/")[2]) == 32


def test_people_come_with_name_office_and_roles_of_nested_groups(
    house: House, domain: Domain
) -> None:
    dn = domain.person(
        "jmueller",
        "Jörg",
        "Müller, Dr.".replace(",", ""),
        department="Ordnungsamt",
        mail="j@stadt.example",
        physicalDeliveryOfficeName="A 1",
        employeeNumber="7",
    )
    inner = domain.group("Bürger-Büro (Süd)", dn)
    outer = domain.group("aussen", inner)
    domain.join(inner, outer)  # a ring
    house.settings.ldap_mapping.write_text(  # type: ignore[union-attr]
        f"roles:\n  - {{group: '{outer}', role: cash}}\n  - {{group: '{inner}', role: head}}\n",
        "utf-8",
    )
    assert sync(house).created == 1
    found = person(house, "jmueller")
    assert found
    assert (found.name, found.email, found.room) == ("Jörg Müller Dr.", "j@stadt.example", "A 1")
    staff = enter(house, "JMueller")
    (office,) = staff.memberships
    assert staff.grants == {Grant(Role.CASH), Grant(Role.HEAD, office)}
    assert sync(house).unchanged == 1, "sync and sign-in find the same groups"
    assert enter(house, "jmueller@ad.ahlenfurt.example").person == found.id
    domain.leave(inner, dn)
    assert sync(house).updated == 1
    assert not enter(house, "jmueller").grants


def test_a_disabled_account_is_out_and_back_when_enabled(house: House, domain: Domain) -> None:
    dn = domain.person("ina", "Ina", "Innen")
    sync(house)
    domain.change(dn, userAccountControl=DISABLED)
    assert enter(house, "ina") == Refusal(REFUSED)
    assert sync(house).disabled == 1
    assert sync(house).unchanged == 1
    domain.change(dn, userAccountControl=NORMAL)
    assert sync(house).updated == 1
    assert enter(house, "ina").name == "Ina Innen"


def test_an_account_past_its_end_is_out(house: House, domain: Domain) -> None:
    domain.person("bleibt", "Britta", "Bleibt")
    dn = domain.person("elke", "Elke", "Ende")
    sync(house)
    ended = house.clock() - timedelta(days=1) - datetime(1601, 1, 1, tzinfo=UTC)
    domain.change(dn, accountExpires=int(ended.total_seconds()) * 10_000_000)
    assert sync(house).disabled == 1
    assert enter(house, "elke") == Refusal(REFUSED)


def test_a_wrong_and_an_empty_password_are_refused(house: House, domain: Domain) -> None:
    domain.person("ina", "Ina", "Innen")
    for password in ("", "falsch", "\0"):
        assert enter(house, "ina", password) == Refusal(REFUSED)
    for login in ("*", "i*", "ina)(objectClass=*", "*@ad.ahlenfurt.example"):
        assert enter(house, login) == Refusal(REFUSED)


def test_renamed_and_moved_is_the_same_person_by_object_guid(house: House, domain: Domain) -> None:
    dn = domain.person("eva", "Eva", "Alt")
    sync(house)
    before = person(house, "eva")
    domain.do(domain.link.modify_dn(dn, "CN=Eva Neu"))
    domain.change(f"CN=Eva Neu,{UNIT}", sAMAccountName="eneu", sn="Neu")
    result = sync(house)
    assert (result.created, result.updated, result.disabled) == (0, 1, 0)
    after = person(house, "eneu")
    assert before
    assert after
    assert (after.id, after.name) == (before.id, "Eva Neu")


def test_a_delta_counts_by_usn(house: House, domain: Domain) -> None:
    dn = domain.person("dora", "Dora", "Delta")
    group = domain.group("archiv", domain.person("anton", "Anton", "Archiv"))
    house.settings.ldap_mapping.write_text(f"roles:\n  - {{group: '{group}', role: archivist}}\n")  # type: ignore[union-attr]
    assert sync(house).complete
    domain.change(dn, roomNumber="C 3")
    result = sync(house, full=False)
    assert not result.complete
    assert (result.updated, result.disabled) == (1, 0)
    domain.join(group, dn)
    result = sync(house, full=False)
    assert result.complete
    assert Grant(Role.ARCHIVIST) in enter(house, "dora").grants


def test_the_domains_own_accounts_are_no_people(house: House, domain: Domain) -> None:
    house.settings.ldap_base = samba_dc.BASE
    domain.person("ina", "Ina", "Innen")
    sync(house)
    assert person(house, "ina")
    for login in ("administrator", "guest", "krbtgt"):
        assert person(house, login) is None


def test_both_names_of_a_person_share_one_brake_and_one_lock(house: House, domain: Domain) -> None:
    principal = "paula.beispiel@ad.ahlenfurt.example"
    domain.person("pbeispiel", "Paula", "Beispiel", userPrincipalName=principal)
    sync(house)
    assert enter(house, principal).name == "Paula Beispiel"
    assert enter(house, "PAULA.Beispiel@AD.ahlenfurt.example\u00a0").name == "Paula Beispiel"
    for _ in range(house.settings.sign_in_attempts):
        assert enter(house, principal, "falsch") == Refusal(REFUSED)
    assert enter(house, "pbeispiel") == Refusal(REFUSED)
    assert enter(house, "\uff50beispiel") == Refusal(REFUSED)
    house.clock.forward(minutes=11)  # type: ignore[attr-defined]
    found = person(house, "pbeispiel")
    assert found
    now = house.clock()
    with house.database.write() as session:
        create_account(session, DIRECTORY, found.id, initial_password(), now=now)
        disable_account(session, DIRECTORY, found.id, now=now)
    assert enter(house, principal) == Refusal(REFUSED), "locked in the house by any name"


@pytest.mark.parametrize("full", [True, False])
def test_many_locked_at_once_are_not_disabled_unasked(
    house: House, domain: Domain, full: bool
) -> None:
    house.settings.ldap_minimum_percent = 80
    entries = [domain.person(f"m{number}", "Max", f"Muster {number}") for number in range(10)]
    sync(house)
    for dn in entries[:2]:
        domain.change(dn, userAccountControl=DISABLED)
    assert sync(house, full=full).disabled == 2, "a few may go on any day"
    for dn in entries[2:5]:
        domain.change(dn, userAccountControl=DISABLED)
    result = sync(house, full=full)
    assert "3 von 8" in (result.refused or "")
    assert result.disabled == 0
    assert sync(house, full=full, force=True).disabled == 3


def test_a_group_that_was_renamed_takes_nothing_from_anybody(house: House, domain: Domain) -> None:
    dn = domain.person("ina", "Ina", "Innen")
    group = domain.group("kasse", dn)
    house.settings.ldap_mapping.write_text(f"roles:\n  - {{group: '{group}', role: cash}}\n")  # type: ignore[union-attr]
    sync(house)
    domain.do(domain.link.modify_dn(group, "CN=Kasse neu"))
    for full in (True, False):
        assert group in (sync(house, full=full).refused or "")
    assert enter(house, "ina").grants == {Grant(Role.CASH)}

"""Signing in with the directory, as people, attackers and broken servers notice it."""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import ldap_town as here
import pytest
from ldap3 import MODIFY_ADD, MODIFY_DELETE
from sqlalchemy import func, select

from bench import slapd
from presence.directory import connection
from presence.directory.authenticator import DirectoryAccounts
from presence.directory.tables import DirectoryIdentity
from presence.operations import create_account, disable_account, preset_password
from presence.passwords import initial_password
from presence.sessions import check, token_hash
from presence.sign_in import REFUSED, Refusal, Token, sign_in
from presence.tables import WebSession
from storage.actors import Grant, Role, System
from storage.clock import local_date
from storage.database import Database
from storage.house import House
from storage.organisation.tables import Person
from tests.presence.conftest import Clock

pytestmark = pytest.mark.ldap
PASSWORD = slapd.PASSWORD
LOCAL = "nur-fuer-den-notfall-1"


@pytest.fixture(autouse=True)
def fresh() -> None:
    """No server is known to be away."""
    connection._resting.clear()


def test_somebody_the_sync_has_not_met_yet_gets_in_with_office_and_roles(town: here.Town) -> None:
    dn = town.add("neu.hier", "Nele", "Neu", departmentNumber="32", mail="n@stadt.example")
    inner = town.group("innen", dn)
    outer = town.group("aussen", inner)
    town.join(inner, outer)  # a ring
    town.map(f"roles:\n  - {{group: '{outer}', role: head}}\n")
    staff = here.welcome(town.house, here.enter(town.house, " Neu.Hier "))
    office = town.office("ordnungsamt").id
    assert staff.memberships == {office}
    assert staff.grants == {Grant(Role.HEAD, office)}
    assert town.sync().unchanged == 1, "the sync finds what the sign-in wrote"


def test_a_role_withdrawn_in_the_directory_is_gone_at_the_next_sign_in(town: here.Town) -> None:
    dn = town.add("rolf", "Rolf", "Rolle")
    group = town.group("kasse", dn, town.add("olaf", "Olaf", "Ohne"))
    town.map(f"roles:\n  - {{group: '{group}', role: cash}}\n")
    assert here.welcome(town.house, here.enter(town.house, "rolf")).grants == {Grant(Role.CASH)}
    town.leave(group, dn)
    assert not here.welcome(town.house, here.enter(town.house, "rolf")).grants


def test_who_has_left_is_told_so_while_the_directory_still_knows_them(town: here.Town) -> None:
    """The password is right: they may know. A wrong one says nothing."""
    town.add("rita", "Rita", "Rente")
    person = here.welcome(town.house, here.enter(town.house, "rita")).person
    today = local_date(town.house.clock())
    with town.house.database.write() as session:
        row = session.get_one(Person, person)
        row.valid_to = today
    last = f"{today - timedelta(days=1):%d.%m.%Y}"
    told = here.enter(town.house, "rita")
    assert isinstance(told, Refusal)
    assert told.message.startswith(f"Ihr Konto ist beendet: Ihr letzter Arbeitstag war der {last}.")
    assert here.enter(town.house, "rita", "falsch") == Refusal(REFUSED)
    with town.house.database.write() as session:
        row = session.get_one(Person, person)
        row.valid_from, row.valid_to = today + timedelta(days=3), None
    early = here.enter(town.house, "rita")
    assert isinstance(early, Refusal)
    assert early.message.startswith("Ihr Konto gilt ab dem ")
    with town.house.database.read() as session:
        opened = session.scalars(select(WebSession).where(WebSession.person_id == person)).all()
    assert len(opened) == 1  # that of the first sign-in


@pytest.mark.parametrize("login", ["öznur.weiß", "jörg (it)", "a*b", "back\\slash", "mia👩🏽‍💻"])
def test_unusual_logins_are_taken_literally(town: here.Town, login: str) -> None:
    town.add(login, "Una", "Üblich")
    assert here.welcome(town.house, here.enter(town.house, login)).name == "Una Üblich"


@pytest.mark.parametrize(
    "login",
    [
        "*",
        "p0*",
        "a)(uid=*",
        "anna*)(|(uid=*",
        "*)(objectClass=*",
        "anna\\2a",
        "anna)(&(uid=anna",
        "\\00",
        "anna\x00",
        "uid=anna",
    ],
)
def test_a_login_is_never_part_of_the_filter(town: here.Town, login: str) -> None:
    town.add("anna", "Anna", "Beispiel")
    assert here.enter(town.house, login) == Refusal(REFUSED)


@pytest.mark.parametrize(
    "password",
    ["", "\0", PASSWORD + "\0", "\0" + PASSWORD, "falsch", "*", " ", "\u00ad", "\x07", "\ufffe"],
)
def test_empty_and_strange_passwords_never_sign_in(town: here.Town, password: str) -> None:
    town.add("anna", "Anna", "Beispiel")
    assert here.enter(town.house, "anna", password) == Refusal(REFUSED)
    assert DirectoryAccounts(town.house).authenticate("anna", password, here.anybody) is None


@pytest.mark.parametrize(
    "name", ["Büro (Süd), Nord*", 'A "B" \\ C', "#1 = <x>; +", " vorn und hinten ", "🏛️ Rat"]
)
def test_unusual_groups_are_taken_literally(town: here.Town, name: str) -> None:
    dn = town.add("anna", "Anna", "Beispiel")
    inner = town.group(name, dn)
    outer = town.group("aussen", inner)
    town.mapping_file.write_text(
        json.dumps(
            {"roles": [{"group": inner, "role": "cash"}, {"group": outer, "role": "strategy"}]}
        )
    )
    both = {Grant(Role.CASH), Grant(Role.STRATEGY)}
    assert here.welcome(town.house, here.enter(town.house, "anna")).grants == both
    assert town.sync().unchanged == 1, "the sync finds the same"


def test_somebody_renamed_signs_in_by_the_new_name_as_the_same_person(town: here.Town) -> None:
    dn = town.add("eva.alt", "Eva", "Alt")
    town.sync()
    before = town.person("eva.alt")
    assert before
    town.move(dn, "uid=eva.neu")
    town.change(town.dn("eva.neu"), sn="Neu")
    assert here.enter(town.house, "eva.alt") == Refusal(REFUSED)
    staff = here.welcome(town.house, here.enter(town.house, "eva.neu"))
    assert (staff.person, staff.name) == (before.id, "Eva Neu")


def test_somebody_hired_again_signs_in_as_who_they_were(town: here.Town) -> None:
    town.house.settings.ldap_minimum_percent = 0
    town.add("bleibt", "Britta", "Bleibt")
    dn = town.add("rita", "Rita", "Rückkehr", employeeNumber="4711")
    town.sync()
    before = town.person("rita")
    assert before
    town.delete(dn)
    assert town.sync().disabled == 1
    town.add("rita.neu", "Rita", "Rückkehr-Müller", employeeNumber="4711")
    assert here.welcome(town.house, here.enter(town.house, "rita.neu")).person == before.id


def test_a_login_given_to_somebody_else_signs_nobody_in_before_that_is_clear(
    town: here.Town,
) -> None:
    town.house.settings.ldap_minimum_percent = 0
    dn = town.add("amueller", "Anton", "Müller", employeeNumber="1")
    town.sync()
    old = town.person("amueller")
    assert old
    town.delete(dn)
    town.add("amueller", "Anna", "Müller", employeeNumber="2")
    assert here.enter(town.house, "amueller") == Refusal(REFUSED)
    assert any("amueller" in title for title in here.tasks(town.house))
    town.sync()
    staff = here.welcome(town.house, here.enter(town.house, "amueller"))
    assert (staff.name, staff.person == old.id) == ("Anna Müller", False)


def test_two_entries_of_one_login_are_nobody(town: here.Town) -> None:
    town.add("doppelt", "Dora", "Erste")
    town.do(town.root.add(f"ou=b,{town.people_base}", "organizationalUnit"))
    _, attributes = slapd.person("doppelt", "Doris", "Zweite")
    town.do(town.root.add(f"uid=doppelt,ou=b,{town.people_base}", attributes=dict(attributes)))
    assert here.enter(town.house, "doppelt") == Refusal(REFUSED)


def test_a_locked_account_gets_the_same_answer_even_with_the_right_password(
    town: here.Town,
) -> None:
    town.add("lars", "Lars", "Gesperrt")
    accounts = DirectoryAccounts(town.house)
    for _ in range(3):  # pwdMaxFailure
        assert accounts.authenticate("lars", "falsch", here.anybody) is None
    assert here.enter(town.house, "lars") == Refusal(REFUSED)


@pytest.mark.parametrize("told", [True, False], ids=["told", "control"])
def test_guessing_from_many_addresses_does_not_lock_the_account_in_the_directory(
    town: here.Town, clock: Clock, *, told: bool
) -> None:
    town.add("anna", "Anna", "Beispiel")
    town.house.settings.ldap_lockout_attempts = 3 if told else 0  # pwdMaxFailure
    for number in range(6):
        outcome = sign_in(town.house, "anna", "falsch", f"10.0.0.{number}")
        assert outcome == Refusal(REFUSED)
    assert here.enter(town.house, "anna") == Refusal(REFUSED)
    proof = DirectoryAccounts(town.house).authenticate("anna", slapd.PASSWORD, here.anybody)
    assert (proof is not None) == told
    if told:
        clock.forward(minutes=town.house.settings.ldap_lockout_minutes + 1)
        here.welcome(town.house, here.enter(town.house, "anna"))


def test_no_is_said_in_the_same_time_to_known_and_unknown(town: here.Town) -> None:
    town.add("anna", "Anna", "Beispiel")
    accounts = DirectoryAccounts(town.house)

    def seconds(login: str) -> float:
        began = time.monotonic()
        assert accounts.authenticate(login, "falsch", here.anybody) is None
        return time.monotonic() - began

    # The quickest of many count: others use this machine as well.
    known, unknown = seconds("anna"), seconds("niemand")
    for turn in range(20):
        if turn > 1 and abs(known - unknown) < 0.2:
            break
        known, unknown = min(known, seconds("anna")), min(unknown, seconds("niemand"))
    assert min(known, unknown) >= 0.25
    assert abs(known - unknown) < 0.2


def test_who_is_locked_by_an_administrator_is_signed_out_with_the_next_sync(
    town: here.Town,
) -> None:
    town.house.settings.ldap_minimum_percent = 0
    dn, other = town.add("geht", "Gabi", "Geht"), town.add("irrt", "Ines", "Irrt")
    gone, stays = here.enter(town.house, "geht"), here.enter(town.house, "irrt")
    assert isinstance(gone, Token)
    assert isinstance(stays, Token)
    for _ in range(
        3
    ):  # pwdMaxFailure: a lock-out that ends by itself is no reason to sign anybody out
        DirectoryAccounts(town.house).authenticate("irrt", "falsch", here.anybody)
    town.do(town.root.search(other, "(pwdAccountLockedTime=*)", "BASE"))
    town.change(dn, pwdAccountLockedTime="000001010000Z")
    assert town.sync(full=False).disabled == 1
    assert check(town.house.database, gone.value, town.house.clock()) is None
    assert check(town.house.database, stays.value, town.house.clock()) is not None
    assert here.enter(town.house, "geht") == Refusal(REFUSED)
    town.do(town.root.modify(dn, {"pwdAccountLockedTime": [(MODIFY_DELETE, [])]}))
    town.sync()
    here.welcome(town.house, here.enter(town.house, "geht"))


def test_disabled_at_once_when_the_sync_misses_them_and_back_when_they_return(
    town: here.Town,
) -> None:
    town.house.settings.ldap_minimum_percent = 0
    town.add("bleibt", "Britta", "Bleibt")
    dn = town.add("geht", "Gabi", "Geht")
    outcome = here.enter(town.house, "geht")
    assert isinstance(outcome, Token)
    town.delete(dn)
    town.sync()
    assert check(town.house.database, outcome.value, town.house.clock()) is None
    assert here.enter(town.house, "geht") == Refusal(REFUSED)
    town.add("geht", "Gabi", "Geht")
    assert here.welcome(town.house, here.enter(town.house, "geht")).name == "Gabi Geht"


def with_local_account(town: here.Town, login: str) -> None:
    person = town.person(login)
    assert person
    now = town.house.clock()
    with town.house.database.write() as session:
        create_account(session, System("test"), person.id, initial_password(), now=now)
        preset_password(session, System("test"), person.id, LOCAL, now=now)


def test_an_emergency_account_works_beside_the_directory_and_without_it(town: here.Town) -> None:
    town.add("anna", "Anna", "Beispiel")
    town.sync()
    with_local_account(town, "ada.notfall")
    with_local_account(town, "anna")
    assert (
        here.welcome(town.house, here.enter(town.house, "ada.notfall", LOCAL)).name == "Ada Notfall"
    )
    assert here.enter(town.house, "anna", LOCAL) == Refusal(REFUSED), "the directory decides"
    town.house.settings.ldap_servers = (f"ldaps://localhost:{slapd.free_port()}",)
    assert (
        here.welcome(town.house, here.enter(town.house, "ada.notfall", LOCAL)).name == "Ada Notfall"
    )
    assert here.welcome(town.house, here.enter(town.house, "anna", LOCAL)).name == "Anna Beispiel"
    assert here.enter(town.house, "anna") == Refusal(REFUSED)


def test_a_lock_in_the_house_counts_for_the_directory_too(town: here.Town) -> None:
    town.add("anna", "Anna", "Beispiel")
    town.sync()
    with_local_account(town, "anna")
    person = town.person("anna")
    assert person
    with town.house.database.write() as session:
        disable_account(session, System("test"), person.id, now=town.house.clock())
    assert here.enter(town.house, "anna") == Refusal(REFUSED)


def test_somebody_new_who_signs_in_several_times_at_once_is_one_person(
    directory: slapd.Running, database: Database, make_house: Callable[..., House]
) -> None:
    house = make_house(database, **here.connected_to(directory))
    here.furnish(house)
    accounts = DirectoryAccounts(house)
    with ThreadPoolExecutor(6) as pool:
        people = set(
            pool.map(lambda _: accounts.authenticate("p00042", PASSWORD, here.anybody), range(6))
        )
    assert len(people) == 1
    assert None not in people
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(DirectoryIdentity)) == 1


@pytest.mark.parametrize(
    "login",
    [
        "ANNA.GROß",
        "anna.gro\u00df\u00a0",
        "\uff41\uff4e\uff4e\uff41.groß",
        "anna.groß",
        " anna.groß",
        "anna.gro\u017f\u017f",
        "anna.groß\u200b",
        "an\u00adna.groß",
        "anna.groß\t",
    ],
)
def test_the_brake_counts_a_person_once_however_the_login_is_spelled(
    town: here.Town, login: str
) -> None:
    """The directory finds one entry by many spellings: full-width letters, other blanks, signs it leaves out."""
    town.house.settings.sign_in_attempts = 2
    town.add("anna.groß", "Anna", "Groß")
    for _ in range(2):
        assert here.enter(town.house, "anna.groß", "falsch") == Refusal(REFUSED)
    assert here.enter(town.house, login) == Refusal(REFUSED)


@pytest.mark.parametrize("login", ["jörg  müller", "jo\u0308rg\u00a0müller", "JÖRG MÜLLER"])
def test_a_login_may_be_typed_in_its_own_way(town: here.Town, login: str) -> None:
    town.add("jörg müller", "Jörg", "Müller")
    town.house.settings.sign_in_attempts = 2
    assert here.welcome(town.house, here.enter(town.house, login)).name == "Jörg Müller"
    for _ in range(2):
        assert here.enter(town.house, login, "falsch") == Refusal(REFUSED)
    assert here.enter(town.house, "jörg müller") == Refusal(REFUSED)


def test_a_second_login_of_an_entry_is_the_same_person_and_the_same_brake(town: here.Town) -> None:
    dn = town.add("anna", "Anna", "Beispiel")
    town.do(town.root.modify(dn, {"uid": [(MODIFY_ADD, ["zweite.anna"])]}))
    town.house.settings.sign_in_attempts = 2
    assert here.welcome(town.house, here.enter(town.house, "zweite.anna")) == here.welcome(
        town.house, here.enter(town.house, "anna")
    )
    for _ in range(2):
        assert here.enter(town.house, "zweite.anna", "falsch") == Refusal(REFUSED)
    assert here.enter(town.house, "anna") == Refusal(REFUSED)


def test_an_emergency_sign_in_is_no_sign_in_by_the_directory(town: here.Town) -> None:
    """The first password given out for an emergency has to be changed, though the directory knows the person."""
    town.add("anna", "Anna", "Beispiel")
    town.sync()
    person, first = town.person("anna"), initial_password()
    assert person
    with town.house.database.write() as session:
        create_account(session, System("test"), person.id, first, now=town.house.clock())
    town.house.settings.ldap_servers = (f"ldaps://localhost:{slapd.free_port()}",)
    outcome = here.enter(town.house, "anna", first.text)
    assert isinstance(outcome, Token)
    with town.house.database.read() as session:
        assert session.get_one(WebSession, token_hash(outcome.value)).source == "local"
    found = check(town.house.database, outcome.value, town.house.clock())
    assert found
    assert found.must_change
    town.house.settings.ldap_servers = (town.server.ldaps,)
    connection._resting.clear()
    here.welcome(town.house, here.enter(town.house, "anna"))

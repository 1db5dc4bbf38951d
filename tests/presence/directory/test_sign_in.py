"""Signing in with the directory, as people, attackers and broken servers notice it."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import ldap_town as here
import pytest
from ldap3 import MODIFY_ADD
from sqlalchemy import func, select

from bench import slapd
from bench.relay import relaying
from presence.authenticators import SourceAwayError
from presence.directory import connection
from presence.directory.authenticator import DirectoryAccounts
from presence.directory.tables import DirectoryIdentity
from presence.operations import create_account, disable_account, preset_password
from presence.passwords import initial_password
from presence.sessions import check, token_hash
from presence.sign_in import AWAY, REFUSED, Refusal, Token, sign_in
from presence.tables import WebSession
from storage.actors import Grant, Role, System
from storage.database import Database
from storage.house import House

pytestmark = pytest.mark.ldap
PASSWORD = slapd.PASSWORD
LOCAL = "nur-fuer-den-notfall-1"


@pytest.fixture(autouse=True)
def fresh() -> None:
    """No server is known to be away."""
    connection._resting.clear()


def anybody(_login: str) -> bool:
    """No brake."""
    return True


def enter(house: House, login: str, password: str = PASSWORD) -> Token | Refusal:
    return sign_in(house, login, password, "10.0.0.1", user_agent="Firefox/140 Linux")


def welcome(house: House, outcome: Token | Refusal) -> Any:
    assert isinstance(outcome, Token)
    found = check(house.database, outcome.value, house.clock())
    assert found is not None
    assert not found.must_change
    return found.staff


def test_somebody_the_sync_has_not_met_yet_gets_in_with_office_and_roles(town: here.Town) -> None:
    dn = town.add("neu.hier", "Nele", "Neu", departmentNumber="32", mail="n@stadt.example")
    inner = town.group("innen", dn)
    outer = town.group("aussen", inner)
    town.join(inner, outer)  # a ring
    town.map(f"roles:\n  - {{group: '{outer}', role: head}}\n")
    staff = welcome(town.house, enter(town.house, " Neu.Hier "))
    office = town.office("ordnungsamt").id
    assert staff.memberships == {office}
    assert staff.grants == {Grant(Role.HEAD, office)}
    assert town.sync().unchanged == 1, "the sync finds what the sign-in wrote"


def test_a_role_withdrawn_in_the_directory_is_gone_at_the_next_sign_in(town: here.Town) -> None:
    dn = town.add("rolf", "Rolf", "Rolle")
    group = town.group("kasse", dn, town.add("olaf", "Olaf", "Ohne"))
    town.map(f"roles:\n  - {{group: '{group}', role: cash}}\n")
    assert welcome(town.house, enter(town.house, "rolf")).grants == {Grant(Role.CASH)}
    town.leave(group, dn)
    assert not welcome(town.house, enter(town.house, "rolf")).grants


@pytest.mark.parametrize("login", ["öznur.weiß", "jörg (it)", "a*b", "back\\slash", "mia👩🏽‍💻"])
def test_unusual_logins_are_taken_literally(town: here.Town, login: str) -> None:
    town.add(login, "Una", "Üblich")
    assert welcome(town.house, enter(town.house, login)).name == "Una Üblich"


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
    assert enter(town.house, login) == Refusal(REFUSED)


@pytest.mark.parametrize(
    "password",
    ["", "\0", PASSWORD + "\0", "\0" + PASSWORD, "falsch", "*", " ", "\u00ad", "\x07", "\ufffe"],
)
def test_empty_and_strange_passwords_never_sign_in(town: here.Town, password: str) -> None:
    town.add("anna", "Anna", "Beispiel")
    assert enter(town.house, "anna", password) == Refusal(REFUSED)
    assert DirectoryAccounts(town.house).authenticate("anna", password, anybody) is None


def test_two_entries_of_one_login_are_nobody(town: here.Town) -> None:
    town.add("doppelt", "Dora", "Erste")
    town.do(town.root.add(f"ou=b,{town.people_base}", "organizationalUnit"))
    _, attributes = slapd.person("doppelt", "Doris", "Zweite")
    town.do(town.root.add(f"uid=doppelt,ou=b,{town.people_base}", attributes=dict(attributes)))
    assert enter(town.house, "doppelt") == Refusal(REFUSED)


def test_a_locked_account_gets_the_same_answer_even_with_the_right_password(
    town: here.Town,
) -> None:
    town.add("lars", "Lars", "Gesperrt")
    accounts = DirectoryAccounts(town.house)
    for _ in range(3):  # pwdMaxFailure
        assert accounts.authenticate("lars", "falsch", anybody) is None
    assert enter(town.house, "lars") == Refusal(REFUSED)


def test_no_is_said_in_the_same_time_to_known_and_unknown(town: here.Town) -> None:
    town.add("anna", "Anna", "Beispiel")
    accounts = DirectoryAccounts(town.house)

    def seconds(login: str) -> float:
        began = time.monotonic()
        assert accounts.authenticate(login, "falsch", anybody) is None
        return time.monotonic() - began

    known, unknown = seconds("anna"), seconds("gibt.es.nicht")
    assert min(known, unknown) >= 0.25
    assert abs(known - unknown) < 0.2


def test_disabled_at_once_when_the_sync_misses_them_and_back_when_they_return(
    town: here.Town,
) -> None:
    town.house.settings.ldap_minimum_percent = 0
    town.add("bleibt", "Britta", "Bleibt")
    dn = town.add("geht", "Gabi", "Geht")
    outcome = enter(town.house, "geht")
    assert isinstance(outcome, Token)
    town.delete(dn)
    town.sync()
    assert check(town.house.database, outcome.value, town.house.clock()) is None
    assert enter(town.house, "geht") == Refusal(REFUSED)
    town.add("geht", "Gabi", "Geht")
    assert welcome(town.house, enter(town.house, "geht")).name == "Gabi Geht"


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
    assert welcome(town.house, enter(town.house, "ada.notfall", LOCAL)).name == "Ada Notfall"
    assert enter(town.house, "anna", LOCAL) == Refusal(REFUSED), "the directory decides"
    town.house.settings.ldap_servers = (f"ldaps://localhost:{slapd.free_port()}",)
    assert welcome(town.house, enter(town.house, "ada.notfall", LOCAL)).name == "Ada Notfall"
    assert welcome(town.house, enter(town.house, "anna", LOCAL)).name == "Anna Beispiel"
    assert enter(town.house, "anna") == Refusal(REFUSED)


def test_a_lock_in_the_house_counts_for_the_directory_too(town: here.Town) -> None:
    town.add("anna", "Anna", "Beispiel")
    town.sync()
    with_local_account(town, "anna")
    person = town.person("anna")
    assert person
    with town.house.database.write() as session:
        disable_account(session, System("test"), person.id, now=town.house.clock())
    assert enter(town.house, "anna") == Refusal(REFUSED)


def test_somebody_new_who_signs_in_several_times_at_once_is_one_person(
    directory: slapd.Running, database: Database, make_house: Callable[..., House]
) -> None:
    house = make_house(database, **here.connected_to(directory))
    here.furnish(house)
    accounts = DirectoryAccounts(house)
    with ThreadPoolExecutor(6) as pool:
        people = set(
            pool.map(lambda _: accounts.authenticate("p00042", PASSWORD, anybody), range(6))
        )
    assert len(people) == 1
    assert None not in people
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(DirectoryIdentity)) == 1


def test_a_server_that_is_away_is_no_failed_attempt(town: here.Town) -> None:
    town.add("anna", "Anna", "Beispiel")
    town.house.settings.ldap_servers = (f"ldaps://localhost:{slapd.free_port()}",)
    for _ in range(town.house.settings.sign_in_attempts + 1):
        assert enter(town.house, "anna") == Refusal(AWAY)


def test_the_next_server_is_asked_where_one_is_away_and_remembered(town: here.Town) -> None:
    town.add("anna", "Anna", "Beispiel")
    with relaying(town.server.secure, silent=True) as mute:
        town.house.settings.ldap_receive_seconds = 1
        town.house.settings.ldap_servers = (f"ldaps://localhost:{mute.port}", town.server.ldaps)
        welcome(town.house, enter(town.house, "anna"))
        began = time.monotonic()
        welcome(town.house, enter(town.house, "anna"))
        assert time.monotonic() - began < 0.9, "the silent one is asked last now"
        assert mute.lines == 1


def test_starttls_is_as_good_as_ldaps_and_plain_only_goes_to_this_machine(town: here.Town) -> None:
    town.add("anna", "Anna", "Beispiel")
    town.house.settings.ldap_servers = (town.server.ldap,)
    welcome(town.house, enter(town.house, "anna"))
    town.house.settings.ldap_starttls = False
    welcome(town.house, enter(town.house, "anna"))
    town.house.settings.ldap_servers = ("ldap://verzeichnis.example:389",)
    with pytest.raises(SourceAwayError):
        DirectoryAccounts(town.house).authenticate("anna", PASSWORD, anybody)


def bad_certificate(kind: str, authority: slapd.Authority, folder: Path) -> tuple[Path, Path]:
    match kind:
        case "expired":
            return authority.issue("alt", begins=timedelta(days=-9), ends=timedelta(days=-2))
        case "not yet":
            return authority.issue("jung", begins=timedelta(days=2), ends=timedelta(days=9))
        case "wrong name":
            return authority.issue("fremd", ["verzeichnis.example", "10.1.2.3"])
        case _:
            return slapd.Authority(folder, "Fremde Stelle").issue("falsch")


@pytest.mark.parametrize("kind", ["expired", "not yet", "wrong name", "unknown authority"])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_wrong_certificate_gets_no_password(
    town: here.Town, tmp_path: Path, kind: str, host: str
) -> None:
    town.add("anna", "Anna", "Beispiel")
    certificate = bad_certificate(kind, town.server.authority, tmp_path)
    with relaying(town.server.plain, certificate=certificate) as relay:
        town.house.settings.ldap_servers = (f"ldaps://{host}:{relay.port}",)
        assert enter(town.house, "anna") == Refusal(AWAY)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_the_right_certificate_passes_the_same_relay(town: here.Town, host: str) -> None:
    town.add("anna", "Anna", "Beispiel")
    with relaying(town.server.plain, certificate=town.server.authority.issue("gut")) as relay:
        town.house.settings.ldap_servers = (f"ldaps://{host}:{relay.port}",)
        welcome(town.house, enter(town.house, "anna"))


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
        assert enter(town.house, "anna.groß", "falsch") == Refusal(REFUSED)
    assert enter(town.house, login) == Refusal(REFUSED)


@pytest.mark.parametrize("login", ["jörg  müller", "jo\u0308rg\u00a0müller", "JÖRG MÜLLER"])
def test_a_login_may_be_typed_in_its_own_way(town: here.Town, login: str) -> None:
    town.add("jörg müller", "Jörg", "Müller")
    town.house.settings.sign_in_attempts = 2
    assert welcome(town.house, enter(town.house, login)).name == "Jörg Müller"
    for _ in range(2):
        assert enter(town.house, login, "falsch") == Refusal(REFUSED)
    assert enter(town.house, "jörg müller") == Refusal(REFUSED)


def test_a_second_login_of_an_entry_is_the_same_person_and_the_same_brake(town: here.Town) -> None:
    dn = town.add("anna", "Anna", "Beispiel")
    town.do(town.root.modify(dn, {"uid": [(MODIFY_ADD, ["zweite.anna"])]}))
    town.house.settings.sign_in_attempts = 2
    assert welcome(town.house, enter(town.house, "zweite.anna")) == welcome(
        town.house, enter(town.house, "anna")
    )
    for _ in range(2):
        assert enter(town.house, "zweite.anna", "falsch") == Refusal(REFUSED)
    assert enter(town.house, "anna") == Refusal(REFUSED)


def test_an_emergency_sign_in_is_no_sign_in_by_the_directory(town: here.Town) -> None:
    """The first password given out for an emergency has to be changed, though the directory knows the person."""
    town.add("anna", "Anna", "Beispiel")
    town.sync()
    person, first = town.person("anna"), initial_password()
    assert person
    with town.house.database.write() as session:
        create_account(session, System("test"), person.id, first, now=town.house.clock())
    town.house.settings.ldap_servers = (f"ldaps://localhost:{slapd.free_port()}",)
    outcome = enter(town.house, "anna", first.text)
    assert isinstance(outcome, Token)
    with town.house.database.read() as session:
        assert session.get_one(WebSession, token_hash(outcome.value)).source == "local"
    found = check(town.house.database, outcome.value, town.house.clock())
    assert found
    assert found.must_change
    town.house.settings.ldap_servers = (town.server.ldaps,)
    connection._resting.clear()
    welcome(town.house, enter(town.house, "anna"))


def test_where_everybody_may_search_groups_are_read_as_nobody(town: here.Town) -> None:
    """Without a service account; neither as the person, who may see more or less of the groups than the sync."""
    base = f"ou=a{town.base.partition(',')[0][3:]},{slapd.OPEN}"
    for dn in (base, f"ou=p,{base}", f"ou=intern,{base}"):
        town.do(town.root.add(dn, "organizationalUnit"))
    _, attributes = slapd.person("anna", "Anna", "Beispiel", departmentNumber="32")
    anna = f"uid=anna,ou=p,{base}"
    town.do(town.root.add(anna, attributes=dict(attributes)))
    for name, place in (("offen", base), ("versteckt", f"ou=intern,{base}")):
        kinds = {"objectClass": ["groupOfNames"], "cn": [name], "member": [anna]}
        town.do(town.root.add(f"cn={name},{place}", attributes=kinds))
    settings = town.house.settings
    settings.ldap_bind_dn = settings.ldap_bind_password = ""
    settings.ldap_base, settings.ldap_group_base = f"ou=p,{base}", base
    town.map(f"roles:\n  - {{group: 'cn=offen,{base}', role: cash}}\n")
    staff = welcome(town.house, enter(town.house, "anna"))
    assert staff.grants == {Grant(Role.CASH)}
    assert town.sync().unchanged == 1
    town.map(
        f"roles:\n  - {{group: 'cn=offen,{base}', role: cash}}\n"
        f"  - {{group: 'cn=versteckt,ou=intern,{base}', role: archivist}}\n"
    )
    assert welcome(town.house, enter(town.house, "anna")).grants == {Grant(Role.CASH)}


def test_a_server_gone_in_the_middle_is_no_failed_attempt(town: here.Town) -> None:
    dn = town.add("anna", "Anna", "Beispiel")
    group = town.group("kasse", dn)
    town.map(f"roles:\n  - {{group: '{group}', role: cash}}\n")
    outcomes = []
    for passed in (300, 1500, 1700, 1900, 2100, 2300, 2500, 2700, 3000, 50_000):
        connection._resting.clear()
        with relaying(town.server.secure, cut_after=passed) as relay:
            town.house.settings.ldap_servers = (f"ldaps://localhost:{relay.port}",)
            outcomes.append(enter(town.house, "anna"))
    assert outcomes[0] == Refusal(AWAY)
    assert welcome(town.house, outcomes[-1]).grants == {Grant(Role.CASH)}
    assert Refusal(REFUSED) not in outcomes, "more than may fail"


def test_starttls_trusts_no_strange_authority(town: here.Town, tmp_path: Path) -> None:
    town.add("anna", "Anna", "Beispiel")
    town.house.settings.ldap_servers = (town.server.ldap,)
    town.house.settings.ldap_ca_file = slapd.Authority(tmp_path, "Fremde Stelle").file
    assert enter(town.house, "anna") == Refusal(AWAY)

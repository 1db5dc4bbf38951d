"""Signing in with the directory: servers that are away, certificates, and who reads there."""

from datetime import timedelta
from pathlib import Path

import ldap_town as here
import pytest

from bench import slapd
from bench.relay import Relay, relaying
from presence.authenticators import SourceAwayError
from presence.directory import connection
from presence.directory.authenticator import DirectoryAccounts
from presence.sign_in import AWAY, REFUSED, Refusal
from storage.actors import Grant, Role

pytestmark = pytest.mark.ldap
PASSWORD = slapd.PASSWORD


@pytest.fixture(autouse=True)
def fresh() -> None:
    """No server is known to be away."""
    connection._resting.clear()


def test_a_server_that_is_away_is_no_failed_attempt(town: here.Town) -> None:
    town.add("anna", "Anna", "Beispiel")
    town.house.settings.ldap_servers = (f"ldaps://localhost:{slapd.free_port()}",)
    for _ in range(town.house.settings.sign_in_attempts + 1):
        assert here.enter(town.house, "anna") == Refusal(AWAY)


def test_the_next_server_is_asked_where_one_is_away_and_remembered(town: here.Town) -> None:
    town.add("anna", "Anna", "Beispiel")
    with relaying(town.server.secure, silent=True) as mute:
        town.house.settings.ldap_receive_seconds = 1
        town.house.settings.ldap_servers = (f"ldaps://localhost:{mute.port}", town.server.ldaps)
        here.welcome(town.house, here.enter(town.house, "anna"))
        here.welcome(town.house, here.enter(town.house, "anna"))
        assert mute.lines == 1, "the silent one is asked last now"


def test_starttls_is_as_good_as_ldaps_and_plain_only_goes_to_this_machine(town: here.Town) -> None:
    town.add("anna", "Anna", "Beispiel")
    town.house.settings.ldap_servers = (town.server.ldap,)
    here.welcome(town.house, here.enter(town.house, "anna"))
    town.house.settings.ldap_starttls = False
    here.welcome(town.house, here.enter(town.house, "anna"))
    town.house.settings.ldap_servers = ("ldap://verzeichnis.example:389",)
    with pytest.raises(SourceAwayError):
        DirectoryAccounts(town.house).authenticate("anna", PASSWORD, here.anybody)


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
        assert here.enter(town.house, "anna") == Refusal(AWAY)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_the_right_certificate_passes_the_same_relay(town: here.Town, host: str) -> None:
    town.add("anna", "Anna", "Beispiel")
    with relaying(town.server.plain, certificate=town.server.authority.issue("gut")) as relay:
        town.house.settings.ldap_servers = (f"ldaps://{host}:{relay.port}",)
        here.welcome(town.house, here.enter(town.house, "anna"))


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
    staff = here.welcome(town.house, here.enter(town.house, "anna"))
    assert staff.grants == {Grant(Role.CASH)}
    assert town.sync().unchanged == 1
    town.map(
        f"roles:\n  - {{group: 'cn=offen,{base}', role: cash}}\n"
        f"  - {{group: 'cn=versteckt,ou=intern,{base}', role: archivist}}\n"
    )
    assert here.welcome(town.house, here.enter(town.house, "anna")).grants == {Grant(Role.CASH)}


def test_a_server_gone_in_the_middle_is_no_failed_attempt(town: here.Town) -> None:
    dn = town.add("anna", "Anna", "Beispiel")
    group = town.group("kasse", dn)
    town.map(f"roles:\n  - {{group: '{group}', role: cash}}\n")
    outcomes = []
    for passed in (300, 1500, 1700, 1900, 2100, 2300, 2500, 2700, 3000, 50_000):
        connection._resting.clear()
        with relaying(town.server.secure, cut_after=passed) as relay:
            town.house.settings.ldap_servers = (f"ldaps://localhost:{relay.port}",)
            outcomes.append(here.enter(town.house, "anna"))
    assert outcomes[0] == Refusal(AWAY)
    assert here.welcome(town.house, outcomes[-1]).grants == {Grant(Role.CASH)}
    assert Refusal(REFUSED) not in outcomes, "more than may fail"


def test_starttls_trusts_no_strange_authority(town: here.Town, tmp_path: Path) -> None:
    town.add("anna", "Anna", "Beispiel")
    town.house.settings.ldap_servers = (town.server.ldap,)
    town.house.settings.ldap_ca_file = slapd.Authority(tmp_path, "Fremde Stelle").file
    assert here.enter(town.house, "anna") == Refusal(AWAY)


def first_of_two(town: here.Town, relay: Relay) -> str:
    """The relay comes first, the server itself second, both in plain words; the relay's address."""
    first = f"ldap://localhost:{relay.port}"
    town.house.settings.ldap_servers = (first, town.server.ldap)
    town.house.settings.ldap_starttls = False
    return first


def test_a_server_that_breaks_off_in_mid_sign_in_rests_and_the_next_one_is_asked(
    town: here.Town,
) -> None:
    dn = town.add("anna", "Anna", "Beispiel")
    group = town.group("kasse", dn)
    town.map(f"roles:\n  - {{group: '{group}', role: cash}}\n")
    at_once = 0
    for passed in (10, 20, 40, 100, 200, 300):
        connection._resting.clear()
        with relaying(town.server.plain, cut_after=passed) as broken:
            first = first_of_two(town, broken)
            outcome = here.enter(town.house, "anna")
            assert first in connection._resting
            at_once += outcome != Refusal(AWAY)  # else it broke while it looked at the password
            staff = here.welcome(town.house, here.enter(town.house, "anna"))
            assert staff.grants == {Grant(Role.CASH)}
            assert broken.lines == 1
    assert at_once >= 4


def test_a_wrong_password_is_never_said_to_two_servers(town: here.Town) -> None:
    """It would count twice where they share their count of failures."""
    town.add("anna", "Anna", "Beispiel")
    with relaying(town.server.plain) as broken:
        first = first_of_two(town, broken)
        broken.cut_at = b"falsch"
        assert here.enter(town.house, "anna", "falsch") == Refusal(AWAY)
        assert broken.cuts == 1
        assert first in connection._resting
        assert here.enter(town.house, "anna", "falsch") == Refusal(REFUSED)
        assert broken.cuts == 1


@pytest.mark.parametrize("code", [51, 52])
def test_a_server_too_busy_to_search_rests_and_the_next_one_is_asked(
    town: here.Town, code: int
) -> None:
    town.add("anna", "Anna", "Beispiel")
    done = b"\x65\x07\x0a\x01"  # SearchResultDone and its result code (RFC 4511, 4.5.2)
    with relaying(town.server.plain) as busy:
        first = first_of_two(town, busy)
        busy.instead = done + b"\x00", done + bytes([code])
        here.welcome(town.house, here.enter(town.house, "anna"))
        assert first in connection._resting


def test_where_all_are_busy_it_is_no_failed_attempt(town: here.Town) -> None:
    town.add("anna", "Anna", "Beispiel")
    done = b"\x65\x07\x0a\x01"
    with relaying(town.server.plain) as busy:
        first = first_of_two(town, busy)
        town.house.settings.ldap_servers = (first,)
        busy.instead = done + b"\x00", done + b"\x33"
        assert here.enter(town.house, "anna") == Refusal(AWAY)
        assert busy.lines == 1

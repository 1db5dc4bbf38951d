"""``rathaus presence check-directory`` and ``sync``: what people read on the command line."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import ldap_town as here
import pytest

from bench import slapd
from bench.relay import relaying
from presence.directory.checking import Step, check

pytestmark = pytest.mark.ldap
ROOT = Path(__file__).parents[3]
Rathaus = Callable[..., subprocess.CompletedProcess[str]]


def failures(town: here.Town) -> list[Step]:
    return [step for step in check(town.house) if step.ok is False]


def only(town: here.Town) -> str:
    (step,) = failures(town)
    return f"{step.title}: {step.text}"


@pytest.fixture
def settled(town: here.Town) -> here.Town:
    """A directory in which everything is right."""
    dn = town.add("anna", "Anna", "Beispiel", departmentNumber="32", mail="a@stadt.example")
    group = town.group("leitung", dn)
    town.map(f"roles:\n  - {{group: '{group}', role: head, office: '32'}}\n")
    return town


def test_everything_right_is_said_step_by_step(settled: here.Town) -> None:
    steps = list(check(settled.house))
    assert all(step.ok for step in steps), steps
    told = "\n".join(f"{step.title}: {step.text}" for step in steps)
    for piece in (
        "Name auflösen: localhost",
        "offen",
        "TLSv1.3, Zertifikat gültig noch 29 Tage, ausgestellt von „CN=Eigene Zertifizierungsstelle“",
        "OpenLDAP",
        "findet 1 Personen",
        "1 Mitglieder, verschachtelte mitgezählt",
        "Dauer",
    ):
        assert piece in told


def test_starttls_is_looked_at_like_ldaps(settled: here.Town) -> None:
    settled.house.settings.ldap_servers = (settled.server.ldap,)
    assert not failures(settled)
    settled.house.settings.ldap_ca_file = None
    assert "Aussteller „CN=Eigene Zertifizierungsstelle“ ist nicht bekannt" in only(settled)


def test_a_server_nobody_knows(settled: here.Town) -> None:
    settled.house.settings.ldap_servers = ("ldaps://verzeichnis.invalid",)
    assert "„verzeichnis.invalid“ kennt der Namensdienst nicht" in only(settled)


def test_a_port_where_nothing_listens(settled: here.Town) -> None:
    settled.house.settings.ldap_servers = (f"ldaps://localhost:{slapd.free_port()}",)
    assert "nimmt keine Verbindung an" in only(settled)


def test_of_several_servers_each_is_looked_at(settled: here.Town) -> None:
    dead = f"ldaps://localhost:{slapd.free_port()}"
    settled.house.settings.ldap_servers = (dead, settled.server.ldaps)
    assert "nimmt keine Verbindung an" in only(settled)
    assert any("findet 1" in step.text for step in check(settled.house))


def test_ldaps_towards_a_plain_port(settled: here.Town) -> None:
    settled.house.settings.ldap_servers = (f"ldaps://localhost:{settled.server.plain}",)
    assert "TLS" in only(settled)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("expired", "ist abgelaufen: gültig bis"),
        ("not yet", "gilt noch nicht"),
        ("wrong name", "gilt nicht für „localhost“, sondern für: verzeichnis.example, 10.1.2.3"),
        ("unknown", "Aussteller „CN=Fremde Stelle“ ist nicht bekannt"),
    ],
)
def test_a_wrong_certificate_is_explained(
    settled: here.Town, tmp_path: Path, kind: str, words: str
) -> None:
    authority = settled.server.authority
    match kind:
        case "expired":
            pair = authority.issue("a", begins=timedelta(days=-9), ends=timedelta(days=-2))
        case "not yet":
            pair = authority.issue("b", begins=timedelta(days=2), ends=timedelta(days=9))
        case "wrong name":
            pair = authority.issue("c", ["verzeichnis.example", "10.1.2.3"])
        case _:
            pair = slapd.Authority(tmp_path, "Fremde Stelle").issue("d")
    with relaying(settled.server.plain, certificate=pair) as relay:
        settled.house.settings.ldap_servers = (f"ldaps://localhost:{relay.port}",)
        assert words in only(settled)


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("ldap_bind_password", "falsch", "nimmt das Dienstkonto nicht an"),
        ("ldap_bind_password", "", "fehlt RATHAUS_LDAP_BIND_PASSWORD"),
        ("ldap_base", "ou=gibt,dc=es,dc=nicht", "gibt es nicht"),
        ("ldap_filter", "(uid=niemand)", "findet niemanden"),
        ("ldap_filter", "(uid=", "nicht richtig geschrieben"),
        ("ldap_login", "carLicense", "carLicense: fehlt bei 1 (uid=anna"),
        ("ldap_ca_file", Path("/gibt/es/nicht.pem"), "fehlt oder enthält kein Zertifikat"),
        ("ldap_servers", (), "RATHAUS_LDAP_SERVERS"),
    ],
)
def test_a_wrong_setting_is_explained(
    settled: here.Town, setting: str, value: Any, words: str
) -> None:
    setattr(settled.house.settings, setting, value)
    assert words in "\n".join(f"{step.title}: {step.text}" for step in failures(settled))


def test_offices_unknown_here_are_a_note_and_no_failure(settled: here.Town) -> None:
    settled.house.settings.ldap_office = "sn"
    steps = list(check(settled.house))
    assert not [step for step in steps if step.ok is False]
    (noted,) = [step for step in steps if step.title == "Ämter"]
    assert (noted.ok, "unbekannt: Beispiel" in noted.text) == (None, True)


def test_a_size_limit_is_explained(directory: slapd.Running, make_house: Any) -> None:
    house = make_house(**here.connected_to(directory, ldap_bind_dn=slapd.LIMITED))
    (failed,) = [step for step in check(house) if step.ok is False]
    assert "Größenbegrenzung" in failed.text


def test_a_group_or_office_that_does_not_exist(settled: here.Town) -> None:
    settled.map(f"roles:\n  - {{group: 'cn=weg,{settled.base}', role: head, office: Standesamt}}\n")
    texts = [step.text for step in failures(settled)]
    assert texts == ["gibt es nicht.", "Hier gibt es nicht: Standesamt"]


@pytest.fixture
def rathaus(settled: here.Town, tmp_path: Path) -> Rathaus:
    """Runs the real command beside the house."""
    settings = settled.house.settings

    def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "RATHAUS_DATA_DIR": str(tmp_path),
            "RATHAUS_LDAP_SERVERS": ",".join(settings.ldap_servers),
            "RATHAUS_LDAP_CA_FILE": str(settings.ldap_ca_file),
            "RATHAUS_LDAP_BIND_DN": settings.ldap_bind_dn,
            "RATHAUS_LDAP_BIND_PASSWORD": settings.ldap_bind_password,
            "RATHAUS_LDAP_BASE": settings.ldap_base,
            "RATHAUS_LDAP_GROUP_BASE": settings.ldap_group_base,
            "RATHAUS_LDAP_MAPPING": str(settings.ldap_mapping),
        }
        return subprocess.run(
            [sys.executable, "-m", "rathaus", "presence", *arguments],
            env=os.environ | {"PYTHONPATH": str(ROOT)} | environment | more,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_the_commands(rathaus: Rathaus, settled: here.Town) -> None:
    checked = rathaus("check-directory")
    assert checked.returncode == 0
    assert "✓ Filter: „(objectClass=inetOrgPerson)“ findet 1 Personen" in checked.stdout
    done = rathaus("sync", "--json")
    assert done.returncode == 0
    result = json.loads(done.stdout)
    wanted = {"seen": 1, "created": 1, "updated": 0, "disabled": 0, "unchanged": 0, "refused": None}
    assert wanted.items() <= result.items()
    assert result["seconds"] > 0
    person = settled.person("anna")
    assert person
    assert person.email == "a@stadt.example"


def test_a_sync_that_changes_nothing_does_not_end_as_done(
    rathaus: Rathaus, settled: here.Town
) -> None:
    assert rathaus("sync").returncode == 0
    settled.map(f"roles:\n  - {{group: 'cn=weg,{settled.base}', role: head}}\n")
    done = rathaus("sync", "--json")
    assert done.returncode == 2
    assert "cn=weg" in json.loads(done.stdout)["refused"]
    (line,) = done.stderr.splitlines()
    assert line.startswith("Es wurde nichts geändert. Im Verzeichnis nicht zu sehen")


def test_the_commands_say_what_is_wrong(rathaus: Rathaus, settled: here.Town) -> None:
    dead = f"ldaps://localhost:{slapd.free_port()}"
    checked = rathaus("check-directory", "--json", RATHAUS_LDAP_SERVERS=dead)
    assert checked.returncode == 1
    assert json.loads(checked.stdout)["ok"] is False
    for settings, code, words in (
        ({"RATHAUS_LDAP_SERVERS": dead}, 4, "antwortet nicht"),
        ({"RATHAUS_LDAP_BIND_PASSWORD": "x"}, 2, "Dienstkonto"),
    ):
        done = rathaus("sync", "--json", **settings)
        assert (done.returncode, done.stdout) == (code, "")
        assert words in done.stderr
        assert done.stderr.count("\n") == 1
    assert rathaus("sync", RATHAUS_SIGN_IN_SOURCE="kerberos").returncode == 2

"""One real slapd for the whole session, and in it a place of its own for each test."""

import itertools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ldap3 import Connection, Server

sys.path.insert(0, str(Path(__file__).parent))
import ldap_town

from bench import slapd
from config.settings import Settings
from storage.database import Database
from storage.house import House

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[slapd.Running]:
    """A server with 1,000 people, one group an office and a ring of groups in groups."""
    people = slapd.crowd(1000, ldap_town.OFFICES)
    first = [dn for dn, _ in people[:30]]
    nested = [
        slapd.group("leitung", [f"cn=leitung-nord,{slapd.GROUPS}", *first[:3]]),
        slapd.group("leitung-nord", [f"cn=leitung-ost,{slapd.GROUPS}", *first[3:6]]),
        slapd.group("leitung-ost", [f"cn=leitung,{slapd.GROUPS}", *first[6:9]]),
    ]
    with slapd.running(tmp_path_factory.mktemp("slapd"), [*people, *nested]) as server:
        yield server


@pytest.fixture
def make_house(tmp_path: Path, clock: Any, request: pytest.FixtureRequest) -> Callable[..., House]:
    """A house with these settings, on SQLite unless a database is given."""

    def make(database: Database | None = None, **settings: Any) -> House:
        made = House(Settings(data_dir=tmp_path, _env_file=None, **settings), clock)
        made.__dict__["database"] = database or request.getfixturevalue("sqlite_database")
        return made

    return make


@pytest.fixture
def town(
    directory: slapd.Running, make_house: Callable[..., House], tmp_path: Path
) -> Iterator[ldap_town.Town]:
    root = Connection(
        Server("127.0.0.1", port=directory.plain, get_info="NO_INFO"),
        f"cn=root,{slapd.BASE}",
        "wurzel",
        auto_bind="NO_TLS",
        check_names=False,
    )
    base = f"ou=t{next(_numbers)},{slapd.BASE}"
    for dn in (base, f"ou=p,{base}"):
        root.add(dn, "organizationalUnit")
    mapping = tmp_path / "gruppen.yaml"
    mapping.write_text("{}")
    settings = ldap_town.connected_to(
        directory, ldap_base=f"ou=p,{base}", ldap_group_base=base, ldap_mapping=mapping
    )
    house = make_house(**settings)
    ldap_town.furnish(house)
    yield ldap_town.Town(house, directory, base, root, mapping)
    root.unbind()

"""The sync of the directory on the page „Systemzustand“."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from config.settings import Settings
from intranet.views.directory import load
from presence.directory.conflicts import PROVIDER_CONFLICT, report_conflicts
from presence.directory.plan import Conflict
from presence.directory.state import Position, finish, start
from presence.directory.sync import SyncResult
from presence.directory.tables import DirectoryIdentity
from presence.oidc.accounts import unclear
from storage.actors import Grant, Role, Staff, System
from storage.clock import new_id
from storage.database import Database
from storage.house import House
from storage.rights import NotAllowedError

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ADA = Staff(new_id(), "Ada Admin", grants=frozenset({Grant(Role.ADMIN)}))


@pytest.fixture
def house(tmp_path: Path, sqlite_database: Database) -> House:
    settings = Settings(data_dir=tmp_path, _env_file=None, ldap_servers=("ldaps://dc1",))
    made = House(settings, lambda: NOW)
    made.__dict__["database"] = sqlite_database
    return made


def after(house: House, result: SyncResult) -> dict[str, str]:
    assert start(house) is not None
    finish(house, System("directory"), result.as_json(), [], Position())
    view = load(house, ADA)
    assert view is not None
    return dict(view.rows) | {"warning": view.warning or ""}


def test_before_the_first_sync_it_says_so(house: House) -> None:
    view = load(house, ADA)
    assert view is not None
    assert view.rows == [("zuletzt vollständig", "noch nie")]


def test_the_last_sync_in_numbers(house: House) -> None:
    seen = after(house, SyncResult(seen=1200, created=3, unchanged=1197))
    assert seen["zuletzt vollständig"] == "heute 9:00"
    assert seen["neue Personen"] == "3"
    assert seen["warning"] == ""


def test_a_refused_sync_is_a_warning(house: House) -> None:
    seen = after(house, SyncResult(refused="Niemand da."))
    assert seen["warning"] == "Niemand da."
    assert seen["zuletzt vollständig"] == "noch nie"


def test_only_who_looks_after_the_system_sees_it(house: House) -> None:
    with pytest.raises(NotAllowedError):
        load(house, Staff(new_id(), "Anna"))
    house.settings.ldap_servers = ()
    assert load(house, ADA) is None


def test_the_administrator_takes_a_wrong_link_back(browse: Any, furnished: Any) -> None:
    person = furnished.person("neu.hier")
    with furnished.house.database.write() as session:
        session.add(
            DirectoryIdentity(
                source="https://anmeldung.example",
                key="falsch",
                person_id=person.id,
                active=True,
                number=None,
                fingerprint="",
                changed_at=furnished.house.clock(),
            )
        )
    question = Conflict(unclear("neu.hier"), "„Eve Fremd“ meldet sich als „neu.hier“ an.")
    report_conflicts(furnished.house, [question], PROVIDER_CONFLICT)
    app = browse("ada.admin", "personen.py")
    app.text_input[0].set_value("neu.hier").run()
    assert "Eve Fremd" in app.warning[0].value
    app.button(key="geklaert").click().run()
    assert not app.warning
    told = " ".join(each.proto.body for each in app.get("html"))
    assert "Verknüpft mit" in told
    assert "https://anmeldung.example" in told
    next(each for each in app.button if each.label.startswith("Lösen")).click().run()
    assert not app.exception
    assert not app.error
    assert not any(each.label.startswith("Lösen") for each in app.button)
    with furnished.house.database.read() as session:
        assert not session.scalars(
            select(DirectoryIdentity).where(DirectoryIdentity.person_id == person.id)
        ).all()

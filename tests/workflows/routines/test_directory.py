"""The schedules of the directory."""

from pathlib import Path

import pytest

from config.settings import Settings
from storage.database import Database
from storage.house import House
from storage.jobs.handlers import JobContext, PermanentError, TemporaryError
from workflows.routines.directory import read_changes, read_everything, schedules


@pytest.fixture
def house(tmp_path: Path, sqlite_database: Database) -> House:
    settings = Settings(
        data_dir=tmp_path, _env_file=None, ldap_servers=("ldaps://127.0.0.1:9",), ldap_base="dc=x"
    )
    made = House(settings)
    made.__dict__["database"] = sqlite_database
    return made


def test_there_are_none_without_a_directory(house: House) -> None:
    assert [each.key for each in schedules(house.settings)] == [
        "verzeichnis.abgleich",
        "verzeichnis.aenderungen",
    ]
    house.settings.ldap_servers = ()
    assert schedules(house.settings) == []


def test_a_server_that_is_away_is_tried_again_later(house: House) -> None:
    with pytest.raises(TemporaryError, match="antwortet nicht"):
        read_everything(JobContext(house))


def test_a_wrong_setting_is_a_failure_with_a_reason(house: House) -> None:
    house.settings.ldap_base = ""
    with pytest.raises(PermanentError, match="RATHAUS_LDAP_BASE"):
        read_changes(JobContext(house))

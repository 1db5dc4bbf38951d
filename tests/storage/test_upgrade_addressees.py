"""Sealed post of a filled house leaves its office's sight where it is for people by name, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

from storage.house import House
from storage.migration import configuration, upgrade
from tests.storage.releases import RELEASES, differences, restore


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """The first release, filled, brought to the revision before."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else None
    house = restore(RELEASES[0], tmp_path, url)
    with house.database.engine.execution_options(writer=True).begin() as connection:
        command.upgrade(configuration(connection), "0022")
    yield house
    house.close()


@pytest.mark.parametrize(("rule", "for_people"), [("hinweisgeber", True), ("personalrat", False)])
def test_letters_for_people_are_theirs_from_then_on(
    old: House, *, rule: str, for_people: bool
) -> None:
    with old.database.engine.execution_options(writer=True).begin() as connection:
        connection.execute(
            text("update document set unopened_rule = :rule where state = 'unopened'"),
            {"rule": rule},
        )
        connection.execute(text("update document set state = 'discarded' where state = 'ready'"))
    upgrade(old.database)
    assert differences(old.database) == []
    with old.database.read() as session:
        rows = session.execute(text("select state, access, discarded_at from document")).all()
    sealed = [access for state, access, _ in rows if state == "unopened"]
    assert sealed
    assert all((access == f"zzur{rule}") is for_people for access in sealed)
    assert all((since is not None) == (state == "discarded") for state, _, since in rows)
    assert any(state == "discarded" for state, _, _ in rows)

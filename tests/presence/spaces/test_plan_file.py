"""``rathaus presence furnish``: a city enters its buildings from a file."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml
from sqlalchemy import select
from typer.testing import CliRunner

from presence.commands import presence_commands
from presence.spaces.tables import Floor, Space, SpaceFee
from storage.house import House

FILE: dict[str, Any] = {
    "hours": {"haus": {"days": [0, 1], "spans": ["08:00-12:00", "13:00-25:00"]}},
    "desk": {"hours": "haus", "office": "hauptamt"},
    "room": {"hours": "haus", "office": "hauptamt"},
    "fees": {"valid_from": "2026-01-01", "source": "Entgeltordnung"},
    "buildings": [
        {
            "key": "h", "name": "Haus", "address": "Weg 1",
            "floors": [
                {
                    "level": 0, "name": "EG", "size": [20, 10],
                    "areas": [
                        {"name": "Büro", "at": [0, 0, 10, 10],
                         "desks": {"first": 1, "columns": 2, "rows": 2}},
                        {"name": "Saal", "at": [10, 0, 10, 10],
                         "room": {"capacity": 20, "fees": {"club": [500, 2000]}}},
                    ],
                }
            ],
        }
    ],
}  # fmt: skip


@pytest.fixture
def run(house: House, offices: dict[str, UUID], tmp_path: Path) -> Any:
    app = presence_commands(lambda: house)

    def call(data: Any) -> Any:
        path = tmp_path / "gebaeude.yaml"
        text = data if isinstance(data, str) else yaml.safe_dump(data, allow_unicode=True)
        path.write_text(text, "utf-8")
        return CliRunner().invoke(app, ["furnish", str(path), "--json"])

    return call


def _floor(**more: Any) -> dict[str, Any]:
    building = FILE["buildings"][0]
    return {**FILE, "buildings": [{**building, "floors": [{**building["floors"][0], **more}]}]}


def test_a_file_is_entered_once(run: Any, house: House) -> None:
    for _ in range(2):
        done = run(FILE)
        assert done.exit_code == 0, done.output
        assert json.loads(done.stdout) == {"Gebäude": 1, "Geschosse": 1, "Plätze": 4, "Räume": 1}
    with house.database.read() as session:
        spaces = {row.name: row for row in session.scalars(select(Space))}
        (fee,) = session.scalars(select(SpaceFee))
    assert sorted(spaces) == ["Platz 001", "Platz 002", "Platz 003", "Platz 004", "Saal"]
    assert spaces["Saal"].hours == [[0, 480, 720], [0, 780, 1500], [1, 480, 720], [1, 780, 1500]]
    assert (fee.party, fee.per_hour, fee.per_day) == ("club", 500, 2000)


def test_a_fee_that_was_changed_since_stays(run: Any, house: House) -> None:
    run(FILE)
    with house.database.write() as session:
        session.scalars(select(SpaceFee)).one().per_hour = 700
    assert run(FILE).exit_code == 0
    with house.database.read() as session:
        assert session.scalars(select(SpaceFee)).one().per_hour == 700


def test_a_floor_brings_its_own_plan(run: Any, house: House, tmp_path: Path) -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 420 220"><script/><path d="M0 0L9 9"/></svg>'
    (tmp_path / "eg.svg").write_text(svg, "utf-8")
    assert run(_floor(plan="eg.svg")).exit_code == 0
    with house.database.read() as session:
        plan = session.scalars(select(Floor.plan)).one()
    assert "M0 0L9 9" in plan
    assert "script" not in plan


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("{", "kein gültiges YAML"),
        ([], "fehlt oder ist nicht"),
        ({**FILE, "buildings": [{"key": "h"}]}, "„buildings.0.name“"),
        ({**FILE, "room": {"hours": "haus", "office": "nirgends"}}, "„nirgends“ gibt es nicht"),
        ({**FILE, "room": {"hours": "nie", "office": "hauptamt"}}, "„nie“ gibt es nicht"),
        ({**FILE, "room": {**FILE["room"], "kapazität": 3}}, "„Saal.kapazität“"),
        ({**FILE, "hours": {"haus": {"days": [0], "spans": ["acht"]}}}, "keine Zeit wie"),
        ({**FILE, "hours": {"haus": {"days": [9], "spans": ["08:00-09:00"]}}}, "Öffnungszeiten"),
        ({**FILE, "fees": None}, "den Tag, ab dem sie gelten"),
        (_floor(areas=[{"name": "B", "at": [0, 0, 1, 1], "desks": {}}]), "first, columns und rows"),
        (_floor(plan="../geheim.svg"), "liegt nicht im Ordner"),
        (_floor(plan="fehlt.svg"), "nicht lesbar"),
    ],
)
def test_a_wrong_file_enters_nothing_and_says_why(
    run: Any, house: House, data: Any, says: str
) -> None:
    done = run(data)
    assert done.exit_code == 2
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    with house.database.read() as session:
        assert session.scalars(select(Floor)).all() == []

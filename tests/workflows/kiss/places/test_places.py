"""A city's places from a table: clear errors, nothing by halves, and what was there stays."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from storage.rights import NotAllowedError
from tests.workflows.kiss.conftest import City
from workflows.kiss.anliegen.tables import KnownPlace
from workflows.kiss.citizens.reporting import known_places
from workflows.kiss.delimited import TableError
from workflows.kiss.places.keeping import Taken, end_place, find_places, import_places
from workflows.kiss.places.table import PlaceRow, read_places

HEAD = "Name;Ortsteil;Breite;Länge\n"
GOOD = (
    HEAD
    + "Marktplatz;Altstadt;48,53125;9,84217\nAm Bach;Süd;48.53;9.85\nSeestraße;Süd;48,54;9,86\n"
)


def table(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "orte.csv"
    path.write_bytes(text.encode(encoding))
    return path


def take(city: City, *rows: PlaceRow, login: str = "kora") -> Taken:
    with city.house.database.write() as session:
        return import_places(session, city.staff(login), rows, now=city.clock())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_table_as_people_save_it(tmp_path: Path, encoding: str) -> None:
    rows, faults = read_places(table(tmp_path, GOOD, encoding))
    assert faults == []
    assert rows[0] == PlaceRow("Marktplatz", "Altstadt", 48.53125, 9.84217)
    assert rows[2].name == "Seestraße"


@pytest.mark.parametrize(
    ("line", "row", "column", "told"),
    [
        (";Süd;48,5;9,8", 5, "Name", "fehlt"),
        ("Neu;Süd;acht;9,8", 5, "Breite", "48,53125"),
        ("Neu;Süd;48,5;", 5, "Länge", "9,84217"),
        ("Neu;Süd;95;9,8", 5, "Breite", "zwischen -90 und 90"),
        ("Neu;Süd;nan;9,8", 5, "Breite", "Grad"),
        ("MARKTPLATZ;Nord;48,5;9,8", 5, "Name", "schon in Zeile 2"),
        ("Neu;Süd;9,84;48,53", 5, "Breite", "vertauscht"),
        ("Neu;Süd;3582102;5377002", 5, "Breite", "Grad"),
    ],
)
def test_what_is_wrong_is_named_with_row_and_column(
    tmp_path: Path, line: str, row: int, column: str, told: str
) -> None:
    _, faults = read_places(table(tmp_path, GOOD + line + "\n"))
    assert (faults[0].row, faults[0].column) == (row, column)
    assert told in faults[0].message


@pytest.mark.parametrize("text", ["", "Name;Breite;Länge\nA;1;2\n", "\0\0\0"])
def test_what_is_no_such_table_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(TableError):
        read_places(table(tmp_path, text))


@given(st.text(max_size=300))
def test_no_text_breaks_it(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "beliebig.csv"
    path.write_bytes((HEAD + text).encode("utf-8", "surrogatepass"))
    try:
        rows, _ = read_places(path)
    except TableError:
        return
    assert all(-90 <= row.latitude <= 90 and -180 <= row.longitude <= 180 for row in rows)


def test_taken_over_again_only_what_is_different_changes(city: City) -> None:
    one, two = PlaceRow("Marktplatz", "Altstadt", 48.5, 9.8), PlaceRow("Am Bach", "", 48.6, 9.9)
    assert take(city, one, two) == Taken(2, 0, 0)
    assert take(city, one, PlaceRow("am Bach", "Süd", 48.6, 9.9)) == Taken(0, 1, 1)
    with city.house.database.read() as session:
        offered = [(each.name, each.district) for each in known_places(session, city.clock())]
    assert offered == [("am Bach", "Süd"), ("Marktplatz", "Altstadt")]


def test_places_stand_where_germans_look_for_them(city: City) -> None:
    take(
        city,
        *(PlaceRow(each, "", 48.5, 9.8) for each in ("Zollamt", "Ährenfeld", "Am Bach", "am Tor")),
    )
    wanted = ["Ährenfeld", "Am Bach", "am Tor", "Zollamt"]
    with city.house.database.read() as session:
        assert [each.name for each in known_places(session, city.clock())] == wanted
        rows, number = find_places(session, "", city.clock(), limit=2)
    assert ([each.name for each in rows], number) == (wanted[:2], 4)


def test_an_ended_place_is_offered_no_more_until_it_is_taken_over_again(city: City) -> None:
    row = PlaceRow("Marktplatz", "Altstadt", 48.5, 9.8)
    take(city, row)
    with city.house.database.write() as session:
        place = session.scalars(select(KnownPlace.id)).one()
        end_place(session, city.staff("kora"), place, now=city.clock())
    with city.house.database.read() as session:
        assert find_places(session, "markt alt", city.clock())[1] == 0
    assert take(city, row) == Taken(0, 1, 0)
    with city.house.database.read() as session:
        assert find_places(session, "markt alt", city.clock())[1] == 1


def test_only_the_coordination_keeps_places(city: City) -> None:
    with pytest.raises(NotAllowedError):
        take(city, PlaceRow("Marktplatz", "", 48.5, 9.8), login="tim")

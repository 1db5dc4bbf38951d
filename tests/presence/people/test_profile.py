"""Profiles: who may tell what about whom; groups; what a card and a picture give away."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from threading import Barrier
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import select

from ocr.documents import UnreadableError
from presence.people.groups import end_group, forget_members, found_group, join_group, leave_group
from presence.people.portrait import SIDE, redraw, square
from presence.people.profile import offer_skills, set_languages, set_tasks
from presence.people.queries import find_people, group_members, sheet
from presence.people.tables import WorkingGroupMember
from presence.people.vcard import LONGEST_LINE, Visitor, vcard
from storage.actors import Citizen, Role, Staff, System
from storage.clock import new_id
from storage.conflicts import ConflictError, NotFoundError
from storage.house import House
from storage.organisation.operations import grant_role, withdraw_role
from storage.organisation.staff_changes import end_person, return_person
from storage.rights import NotAllowedError

Load = Callable[[str], Staff]
People = dict[str, UUID]
SYSTEM = System("test")


def found(house: House, typed: str, actor: Staff | System = SYSTEM) -> list[str]:
    with house.database.read() as session:
        return [each.name for each in find_people(session, None, actor, typed, house.clock())]


def test_tasks_are_told_by_oneself_or_the_head_and_found_at_once(
    house: House, staff: Load, people: People
) -> None:
    kati = people["kati"]
    with house.database.write() as session:
        set_tasks(session, staff("kati"), kati, ["Wohngeld "], 0, now=house.clock())
    assert found(house, "Wohngeld") == ["Kati Beispiel"]
    with house.database.write() as session:
        set_tasks(session, staff("hans"), kati, ["Grundsicherung", ""], 1, now=house.clock())
    assert found(house, "Wohngeld") == []
    assert found(house, "Grundsicherung") == ["Kati Beispiel"]
    for other in ("nora", "ada", "petra"):
        with house.database.write() as session, pytest.raises(NotAllowedError):
            set_tasks(session, staff(other), kati, ["Unsinn"], 2, now=house.clock())


def test_nobody_overwrites_what_they_have_not_seen(
    house: House, staff: Load, people: People
) -> None:
    with house.database.write() as session:
        set_tasks(session, staff("kati"), people["kati"], ["Wohngeld"], 0, now=house.clock())
    with house.database.write() as session, pytest.raises(ConflictError, match="inzwischen"):
        set_tasks(session, staff("hans"), people["kati"], ["Anderes"], 0, now=house.clock())


def test_skills_are_ones_own_and_can_be_taken_back(
    house: House, staff: Load, people: People
) -> None:
    kati = people["kati"]
    with house.database.write() as session, pytest.raises(NotAllowedError):
        offer_skills(session, staff("hans"), kati, ["Excel"], now=house.clock())
    with house.database.write() as session, pytest.raises(NotAllowedError):
        set_languages(session, staff("hans"), kati, ["Englisch"], 0)
    with house.database.write() as session:
        offer_skills(
            session, staff("kati"), kati, ["Excel", "Excel", "Moderation"], now=house.clock()
        )
    assert found(house, "Moderation", staff("ida")) == ["Kati Beispiel"]
    with house.database.write() as session:
        offer_skills(session, staff("kati"), kati, ["Excel"], now=house.clock())
    assert found(house, "Moderation") == []
    with house.database.read() as session:
        assert sheet(session, None, staff("ida"), kati, house.clock()).skills == ["Excel"]


def test_who_left_is_not_found(house: House, staff: Load, people: People) -> None:
    assert found(house, "Nora") == ["Nora Beispiel"]
    with house.database.write() as session:
        end_person(session, SYSTEM, people["nora"], now=house.clock())
    assert found(house, "Nora") == []
    with house.database.read() as session, pytest.raises(NotFoundError):
        sheet(session, None, staff("ida"), people["nora"], house.clock())


def test_the_directory_is_for_staff_only(house: House, people: People) -> None:
    with house.database.read() as session, pytest.raises(NotAllowedError):
        find_people(session, None, Citizen(new_id()), "Kati", house.clock())


def test_a_guide_wears_the_badge(house: House, people: People, offices: dict[str, UUID]) -> None:
    with house.database.write() as session:
        grant_role(
            session, SYSTEM, people["ida"], Role.LOTSE, offices["hauptamt"], now=house.clock()
        )
    with house.database.read() as session:
        card, *_ = find_people(session, None, SYSTEM, "Ida", house.clock())
    assert card.lotse
    assert found(house, "Digitallotse") == ["Ida Beispiel"]
    assert found(house, "Leitung Soziales") == ["Hans Beispiel"]
    with house.database.write() as session:
        withdraw_role(
            session, SYSTEM, people["ida"], Role.LOTSE, offices["hauptamt"], now=house.clock()
        )
    assert found(house, "Digitallotse") == []


def test_groups_are_joined_once_found_and_left(
    house: House, staff: Load, people: People, offices: dict[str, UUID]
) -> None:
    now = house.clock()
    today = now.date()
    with house.database.write() as session:
        group = found_group(
            session, staff("hans"), "Hitzeaktionsplan", "Hitze", offices["soziales"], now=now
        ).id
        for _ in range(2):
            join_group(session, staff("hans"), group, people["ida"], now=now)
    assert found(house, "Hitzeaktionsplan") == ["Ida Beispiel"]
    with house.database.write() as session, pytest.raises(NotAllowedError):
        leave_group(session, staff("kati"), group, people["ida"], now=now)
    with house.database.write() as session:
        assert list(group_members(session, group, today)) == [people["ida"]]
        leave_group(session, staff("hans"), group, people["ida"], now=now + timedelta(days=1))
        assert not group_members(session, group, today + timedelta(days=1))
        assert forget_members(session, now + timedelta(days=3 * 365)) == 0
        assert forget_members(session, now + timedelta(days=3 * 366 + 1)) == 1
        end_group(session, staff("hans"), group, now=now)
        with pytest.raises(ConflictError, match="beendet"):
            join_group(session, staff("hans"), group, people["kati"], now=now)


def test_an_end_that_is_moved_is_found_so_at_once(
    house: House, staff: Load, people: People, offices: dict[str, UUID]
) -> None:
    """From one day to another, and from one person to another: as many rows, as many ends."""
    now = house.clock()
    today = now.date()
    with house.database.write() as session:
        group = found_group(session, staff("hans"), "Hitze", "", offices["soziales"], now=now).id
        for login in ("ida", "kati"):
            join_group(session, staff("hans"), group, people[login], now=now)

    def end(**days: int | None) -> None:
        with house.database.write() as session:
            for login, ends in days.items():
                row = session.scalars(
                    select(WorkingGroupMember).where(WorkingGroupMember.person_id == people[login])
                ).one()
                row.valid_to = None if ends is None else today + timedelta(days=ends)

    end(ida=0, kati=9)
    assert found(house, "Hitze") == ["Kati Beispiel"]
    end(ida=9, kati=0)
    assert found(house, "Hitze") == ["Ida Beispiel"]
    end(ida=9, kati=8)
    assert sorted(found(house, "Hitze")) == ["Ida Beispiel", "Kati Beispiel"]
    end(ida=0, kati=None)
    assert found(house, "Hitze") == ["Kati Beispiel"]
    end(ida=None, kati=0)
    assert found(house, "Hitze") == ["Ida Beispiel"]


def test_memberships_end_with_the_work_here_and_are_forgotten(
    house: House, staff: Load, people: People, offices: dict[str, UUID]
) -> None:
    now = house.clock()
    with house.database.write() as session:
        group = found_group(session, staff("hans"), "Hitze", "", offices["soziales"], now=now).id
        for login in ("ida", "kati"):
            join_group(session, staff("hans"), group, people[login], now=now)
        end_person(session, SYSTEM, people["ida"], now=now + timedelta(days=1))
    with house.database.write() as session:
        assert forget_members(session, now + timedelta(days=2)) == 0
        return_person(session, SYSTEM, people["ida"], now=now + timedelta(days=2))
        assert list(group_members(session, group, now.date() + timedelta(days=2))) == [
            people["kati"]
        ]
        assert forget_members(session, now + timedelta(days=3 * 365 + 1)) == 0
        assert forget_members(session, now + timedelta(days=3 * 365 + 2)) == 1
        end_group(session, staff("hans"), group, now=now + timedelta(days=3))
    with house.database.write() as session:
        assert forget_members(session, now + timedelta(days=3 * 366 + 4)) == 1


def test_nothing_typed_reaches_the_database_that_it_would_refuse(
    house: House, staff: Load, people: People, offices: dict[str, UUID]
) -> None:
    now = house.clock()
    with house.database.write() as session:
        set_tasks(session, staff("kati"), people["kati"], ["Wohn\0geld\ud800", "\0"], 0, now=now)
        offer_skills(session, staff("kati"), people["kati"], ["Erste\tHilfe\0"], now=now)
        found_group(session, staff("hans"), "Hitze\0", "\0", offices["soziales"], now=now)
    with house.database.read() as session:
        told = sheet(session, None, staff("ida"), people["kati"], now)
    assert (list(told.tasks), list(told.skills)) == (["Wohn geld"], ["Erste Hilfe"])


def test_two_who_found_one_group_at_once_make_one(
    house: House, staff: Load, offices: dict[str, UUID]
) -> None:
    actor, gate = staff("hans"), Barrier(4)

    def enter(_: int) -> bool:
        gate.wait()
        try:
            with house.database.write() as session:
                found_group(session, actor, "Hitze", "", offices["soziales"], now=house.clock())
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(enter, range(4))) == [False, False, False, True]


def test_a_head_founds_groups_for_the_own_office_only(
    house: House, staff: Load, offices: dict[str, UUID]
) -> None:
    with house.database.write() as session, pytest.raises(NotAllowedError):
        found_group(session, staff("hans"), "Fremd", "", offices["hauptamt"], now=house.clock())


def test_a_card_has_escaped_values_and_short_lines() -> None:
    name = "Dr. Käthe Müller; BEGIN:VCARD\r\nTEL:110, " + "ü" * 90
    text = vcard(Visitor(new_id(), name, ["Stadt, Amt"], "Leitung", "07089 204-1", None)).decode()
    assert text.count("BEGIN:VCARD\r\n") == 1
    assert "\r\nTEL:110" not in text
    assert "ORG:Stadt\\, Amt\r\n" in text
    assert all(len(line.encode()) <= LONGEST_LINE for line in text.split("\r\n"))


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Anna Beispiel", "Beispiel;Anna;;;"),
        ("Prof. Dr. Anna Maria von der Heide", "von der Heide;Anna Maria;;Prof. Dr.;"),
        ("Dr.-Ing. Karl-Heinz Müller-Lüdenscheidt", "Müller-Lüdenscheidt;Karl-Heinz;;Dr.-Ing.;"),
        ("Dr. med. Ida Gräfin von Berg", "Gräfin von Berg;Ida;;Dr. med.;"),
        ("Van Nguyen", "Nguyen;Van;;;"),
        ("Beispiel", "Beispiel;;;;"),
    ],
)
def test_a_card_knows_what_belongs_to_the_family_name(name: str, parts: str) -> None:
    assert f"N:{parts}\r\n" in vcard(Visitor(new_id(), name, ["Stadt"])).decode()


@given(st.text(max_size=200), st.text(max_size=80))
def test_no_name_makes_a_line_of_its_own(name: str, room: str) -> None:
    text = vcard(Visitor(new_id(), name, ["Stadt"], room=room)).decode()
    unfolded = text.replace("\r\n ", "")
    known = ("BEGIN", "VERSION", "UID", "KIND", "FN", "N", "ORG", "NOTE", "END")
    assert all(line.split(":")[0] in known for line in unfolded.split("\r\n")[:-1])


def test_a_picture_keeps_nothing_but_pixels(house: House) -> None:
    out, exif = BytesIO(), Image.Exif()
    exif[0x0112] = 6  # held upright
    exif[0x010F] = "Kamera Geheim"
    exif.get_ifd(0x8825)[2] = (48.0, 30.0, 0.0)
    Image.new("RGB", (800, 400), "teal").save(out, "JPEG", exif=exif, comment=b"geheim")
    drawn = redraw(house, out.getvalue())
    with Image.open(BytesIO(drawn)) as picture:
        assert (picture.format, picture.size) == ("WEBP", (SIDE, SIDE))
        assert not picture.getexif()
    assert b"eheim" not in drawn
    assert b"EXIF" not in drawn


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n kaputt", b"<svg/>"])
def test_what_is_no_picture_is_refused(house: House, data: bytes) -> None:
    with pytest.raises(ConflictError, match="JPEG, PNG oder WebP"):
        redraw(house, data)
    assert not list(house.settings.data_dir.glob("**/portrait-*"))


def test_a_flood_of_pixels_is_refused(tmp_path: Path) -> None:

    file = tmp_path / "gross.png"
    Image.new("1", (9000, 9000)).save(file)
    with pytest.raises(UnreadableError):
        square(file)

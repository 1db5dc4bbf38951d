"""Setting up screens: who may, what is kept of the token, what the journal says."""

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from presence.monitor.devices import (
    Wanted,
    change_monitor,
    create_monitor,
    revoke_monitor,
    rotate_monitor,
)
from presence.monitor.queries import by_token, monitors, subjects_for
from presence.monitor.subjects import Kind, Mode, Theme
from storage.actors import Staff
from storage.clock import local_date, new_id
from storage.conflicts import ConflictError, NotFoundError
from storage.house import House
from storage.rights import NotAllowedError

Load = Callable[[str], Staff]


@pytest.fixture
def wanted(offices: dict[str, UUID]) -> Wanted:
    return Wanted("Flur", "Haus A, 1. OG", Kind.OFFICE, offices["ordnungsamt"], Mode.NAMES)


def _journal(house: House) -> list[str]:
    with house.database.read() as session:
        rows = session.scalars(
            text("SELECT verb FROM journal_pending WHERE object_kind = 'monitor'")
        )
        return list(rows)


@pytest.mark.parametrize("login", ["ada", "dora"])
def test_administration_and_the_offices_own_head_set_up_screens(
    house: House, staff: Load, wanted: Wanted, login: str
) -> None:
    with house.database.write() as session:
        row, token = create_monitor(session, staff(login), wanted, now=house.clock())
    assert token
    today = local_date(house.clock())
    with house.database.read() as session:
        known = by_token(session, token, today)
        assert known is not None
        assert known.device.token == row.id
        assert known.ended is None
        assert by_token(session, token + "x", today) is None
        assert by_token(session, "x" * 5000, today) is None
        kept = session.execute(text("SELECT * FROM monitor_device")).one()
    assert token not in str(kept)
    assert _journal(house) == ["monitor.create"]


@pytest.mark.parametrize("login", ["anna", "emil", "paul"])
def test_nobody_else_does(house: House, staff: Load, wanted: Wanted, login: str) -> None:
    with pytest.raises(NotAllowedError), house.database.write() as session:
        create_monitor(session, staff(login), wanted, now=house.clock())


def test_a_head_answers_for_the_own_office_only(
    house: House, staff: Load, wanted: Wanted, offices: dict[str, UUID]
) -> None:
    other = dataclasses.replace(wanted, subject=offices["bauamt"])
    with pytest.raises(NotAllowedError), house.database.write() as session:
        create_monitor(session, staff("dora"), other, now=house.clock())
    with house.database.write() as session:
        create_monitor(session, staff("ada"), other, now=house.clock())
        create_monitor(session, staff("ada"), wanted, now=house.clock())
    with house.database.read() as session:
        assert len(monitors(session, staff("ada"))) == 2
        ((row, subject),) = monitors(session, staff("dora"))
        assert subject is not None
        assert (row.subject_id, subject.title) == (offices["ordnungsamt"], "Ordnungsamt")
        assert monitors(session, staff("anna")) == []
        titles = [
            each.title for each in subjects_for(session, staff("dora"), local_date(house.clock()))
        ]
    assert titles == ["Ordnungsamt"]


def test_setting_up_twice_under_one_id_is_once(house: House, staff: Load, wanted: Wanted) -> None:
    device = new_id()
    with house.database.write() as session:
        _, token = create_monitor(session, staff("ada"), wanted, now=house.clock(), device=device)
    with house.database.write() as session:
        row, again = create_monitor(session, staff("ada"), wanted, now=house.clock(), device=device)
    assert token
    assert again is None
    assert row.id == device
    assert _journal(house) == ["monitor.create"]


def test_a_new_link_ends_the_old_one_and_taking_off_ends_both(
    house: House, staff: Load, hang: Callable[..., tuple[UUID, str]]
) -> None:
    device, old = hang()
    today = local_date(house.clock())
    with house.database.write() as session:
        new = rotate_monitor(session, staff("dora"), device, now=house.clock())
    with house.database.read() as session:
        assert by_token(session, old, today) is None
        assert by_token(session, new, today) is not None
    for _ in range(2):
        with house.database.write() as session:
            revoke_monitor(session, staff("dora"), device, now=house.clock())
    with house.database.read() as session:
        known = by_token(session, new, today)
    assert known is not None
    assert known.ended == "Dieser Monitor wurde abgemeldet."
    with pytest.raises(ConflictError), house.database.write() as session:
        rotate_monitor(session, staff("dora"), device, now=house.clock())
    with pytest.raises(NotAllowedError), house.database.write() as session:
        revoke_monitor(session, staff("emil"), device, now=house.clock())
    assert _journal(house) == ["monitor.create", "monitor.rotate", "monitor.revoke"]


def test_it_is_renamed_moved_and_given_an_end(
    house: House, staff: Load, hang: Callable[..., tuple[UUID, str]]
) -> None:
    device, token = hang()
    today = local_date(house.clock())

    def change(revision: int, **new: object) -> None:
        told = {"name": "Teeküche", "place": "Haus B", "theme": Theme.DARK, "valid_to": None} | new
        with house.database.write() as session:
            change_monitor(session, staff("dora"), device, revision, **told, now=house.clock())  # type: ignore[arg-type]

    change(1, valid_to=today + timedelta(days=1))
    with house.database.read() as session:
        known, later = (by_token(session, token, today + timedelta(days=d)) for d in (0, 1))
    assert known is not None
    assert later is not None
    assert (known.theme, known.ended) == (Theme.DARK, None)
    assert later.ended
    for wrong in ({"name": " "}, {"place": "x" * 81}, {"valid_to": today}):
        with pytest.raises(ConflictError):
            change(2, **wrong)
    with pytest.raises(ConflictError, match="inzwischen geändert"):
        change(1)


def test_what_is_not_there_can_not_be_shown(house: House, staff: Load, wanted: Wanted) -> None:
    for kind in Kind:
        nothing = dataclasses.replace(wanted, kind=kind, subject=new_id())
        with pytest.raises(NotFoundError), house.database.write() as session:
            create_monitor(session, staff("ada"), nothing, now=house.clock())

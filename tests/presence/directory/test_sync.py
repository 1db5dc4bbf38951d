"""The sync of people, as the administration and the people notice it. Everything against a real slapd."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import ldap_town as here
import pytest
from sqlalchemy import event, func, select

from bench import slapd
from presence.directory.queries import health
from presence.directory.sync import synchronise
from presence.identities import is_the_newcomer, newcomer_question
from presence.people.laufzettel import Newcomer, open_joining, open_leaving
from presence.sessions import check, issue
from presence.sign_in import REFUSED, Refusal, sign_in
from storage.actors import Grant, Role, System
from storage.clock import local_date
from storage.database import Database
from storage.house import House
from storage.organisation.operations import add_person
from storage.organisation.tables import RoleGrant

DIRECTORY = System("directory")
pytestmark = pytest.mark.ldap


def test_a_thousand_people_come_with_office_and_nested_roles(
    directory: slapd.Running,
    database: Database,
    make_house: Callable[..., House],
    tmp_path: Any,
) -> None:
    mapping = tmp_path / "gruppen.yaml"
    mapping.write_text(
        f"roles:\n  - {{group: 'cn=leitung,{slapd.GROUPS}', role: head}}\n"
        f"  - {{group: 'cn=leitung-ost,{slapd.GROUPS}', role: strategy}}\n"
    )
    house = make_house(database, **here.connected_to(directory, ldap_mapping=mapping))
    here.furnish(house)
    result = synchronise(house, DIRECTORY)
    assert (result.seen, result.created, result.refused) == (1000, 1000, None)
    first = here.staff(house, "p00000")
    assert first
    assert first.name == "Änne Müller 0"
    assert len(first.memberships) == 1
    office = next(iter(first.memberships))
    assert {Grant(Role.HEAD, office), Grant(Role.STRATEGY)} == first.grants, "in a ring of groups"
    again = synchronise(house, DIRECTORY)
    assert (again.created, again.updated, again.disabled, again.unchanged) == (0, 0, 0, 1000)
    with database.read() as session:
        heads = session.scalar(select(func.count()).where(RoleGrant.role == "head"))
    assert heads == 9


def test_unchanged_people_cost_no_writes(town: here.Town) -> None:
    for number in range(20):
        town.add(f"u{number}", "Uwe", f"Unverändert {number}", departmentNumber="32")
    town.sync()
    writes: list[str] = []

    def note(_c: Any, _k: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("SELECT", "BEGIN", "PRAGMA")):
            writes.append(statement.split()[1 if statement.startswith("UPDATE") else 2])

    event.listen(town.house.database.engine, "before_cursor_execute", note)
    assert town.sync().unchanged == 20
    assert set(writes) <= {"directory_state", "task"}
    assert len(writes) < 6


def test_missing_people_are_disabled_and_signed_out_but_not_deleted(town: here.Town) -> None:
    kept = [town.add(f"k{number}", "Kai", f"Bleibt {number}") for number in range(9)]
    gone = town.add("geht", "Gabi", "Geht", departmentNumber="32")
    town.sync()
    person = town.person("geht")
    assert person
    with town.house.database.write() as session:
        token = issue(
            session,
            person.id,
            device="",
            hours=8,
            idle_minutes=60,
            source="ldap",
            now=town.house.clock(),
        )
    assert check(town.house.database, token, town.house.clock())
    town.delete(gone)
    result = town.sync()
    assert (result.disabled, result.unchanged) == (1, len(kept))
    assert check(town.house.database, token, town.house.clock()) is None
    assert here.staff(town.house, "geht") is None
    left = town.person("geht")
    assert left
    assert left.valid_to == local_date(town.house.clock())


def test_who_is_unlocked_still_leaves_on_the_day_that_was_entered(town: here.Town) -> None:
    [town.add(f"u{number}", "Ute", f"Bleibt {number}") for number in range(9)]
    attributes = ("sperre", "Susi", "Sperre")
    locked = town.add(*attributes)
    town.sync()
    now = town.house.clock()
    person = town.person("sperre")
    assert person
    last = local_date(now) + timedelta(days=40)
    with town.house.database.write() as session:
        open_leaving(session, DIRECTORY, person.id, last, now=now)
    town.delete(locked)
    assert town.sync().disabled == 1
    town.add(*attributes)
    town.sync()
    back = town.person("sperre")
    assert back
    assert (back.id, back.valid_to) == (person.id, last + timedelta(days=1))


def test_who_is_to_come_has_not_left(town: here.Town) -> None:
    """Nobody else is given their login before their first day."""
    now = town.house.clock()
    with town.house.database.write() as session:
        coming = add_person(
            session,
            DIRECTORY,
            login="n.neu",
            name="Nora Neu",
            office=None,
            valid_from=local_date(now) + timedelta(days=30),
            now=now,
        ).id
    town.add("n.neu", "Norbert", "Neu")
    result = town.sync()
    assert (result.created, result.conflicts) == (0, 1)
    held = town.person("n.neu")
    assert held
    assert held.id == coming


def test_a_renamed_and_moved_person_is_the_same_person(town: here.Town) -> None:
    dn = town.add("eva.alt", "Eva", "Alt", departmentNumber="32")
    town.sync()
    before = town.person("eva.alt")
    assert before
    town.do(town.root.add(f"ou=neu,{town.people_base}", "organizationalUnit"))
    town.move(dn, "uid=eva.neu", f"ou=neu,{town.people_base}")
    town.change(f"uid=eva.neu,ou=neu,{town.people_base}", sn="Neu")
    result = town.sync()
    assert (result.created, result.updated, result.disabled) == (0, 1, 0)
    after = town.person("eva.neu")
    assert after
    assert (after.id, after.name) == (before.id, "Eva Neu")
    assert town.person("eva.alt") is None


def test_two_people_may_swap_their_logins(town: here.Town) -> None:
    one, two = town.add("eins", "Olga", "Eins"), town.add("zwei", "Zita", "Zwei")
    town.sync()
    first = town.person("eins")
    assert first
    town.move(one, "uid=drei")
    town.move(two, "uid=eins")
    town.move(town.dn("drei"), "uid=zwei")
    assert town.sync().updated == 2
    swapped = town.person("zwei")
    assert swapped
    assert swapped.id == first.id


def test_somebody_who_comes_back_under_a_new_entry_is_recognised(town: here.Town) -> None:
    town.add("bleibt", "Britta", "Bleibt")
    dn = town.add("rita", "Rita", "Rückkehr", employeeNumber="4711", departmentNumber="32")
    town.house.settings.ldap_minimum_percent = 10
    town.sync()
    before = town.person("rita")
    town.delete(dn)
    assert town.sync().disabled == 1
    town.add("rita.neu", "Rita", "Rückkehr-Müller", employeeNumber="4711", departmentNumber="50")
    result = town.sync()
    assert (result.created, result.updated) == (0, 1)
    after = town.person("rita.neu")
    assert after
    assert before
    assert after.id == before.id
    here_now = here.staff(town.house, "rita.neu")
    assert here_now
    assert here_now.memberships == {town.office("sozialamt").id}


def test_two_entries_with_one_login_are_left_alone_and_named(town: here.Town) -> None:
    town.add("klar", "Karla", "Klar")
    first = town.add("doppelt", "Dora", "Erste", roomNumber="A 1")
    town.sync()
    known = town.person("doppelt")
    town.do(town.root.add(f"ou=b,{town.people_base}", "organizationalUnit"))
    _, attributes = slapd.person("doppelt", "Doris", "Zweite")
    town.do(town.root.add(f"uid=doppelt,ou=b,{town.people_base}", attributes=dict(attributes)))
    town.change(first, roomNumber="B 2")
    result = town.sync()
    assert (result.created, result.updated, result.disabled, result.conflicts) == (0, 0, 0, 1)
    after = town.person("doppelt")
    assert known
    assert after
    assert after.room == "A 1"
    assert any("Dora Erste, Doris Zweite" in title for title in here.tasks(town.house))
    town.delete(f"uid=doppelt,ou=b,{town.people_base}")
    assert town.sync().updated == 1
    assert not any("doppelt" in title for title in here.tasks(town.house))


def test_umlauts_emoji_and_several_values_arrive_readable(town: here.Town) -> None:
    town.add(
        "öznur.weiß",
        "Öznur 👩🏽‍💻",
        "Weiß  von und\tzu Groß",
        mail=["z@stadt.example", "a@stadt.example"],
        roomNumber="Zimmer „Süd“",
    )
    town.sync()
    person = town.person("öznur.weiß")
    assert person
    assert person.name == "Öznur 👩🏽‍💻 Weiß von und zu Groß"
    assert (person.email, person.room) == ("a@stadt.example", "Zimmer „Süd“")
    assert town.sync().unchanged == 1


def test_a_delta_takes_changes_over_and_a_changed_group_makes_it_full(town: here.Town) -> None:
    dn = town.add("dora", "Dora", "Delta", departmentNumber="32")
    group = town.group("archiv", town.add("anton", "Anton", "Archiv"))
    town.map(f"roles:\n  - {{group: '{group}', role: archivist}}\n")
    assert town.sync().complete
    town.change(dn, roomNumber="C 3")
    town.add("neu", "Nora", "Neu")
    result = town.sync(full=False)
    assert not result.complete
    assert (result.created, result.updated, result.disabled) == (1, 1, 0)
    person = town.person("dora")
    assert person
    assert person.room == "C 3"
    town.join(group, dn)
    result = town.sync(full=False)
    assert result.complete, "membership does not show in the people's own entries"
    found = here.staff(town.house, "dora")
    assert found
    assert Grant(Role.ARCHIVIST) in found.grants


def test_people_of_the_house_are_linked_by_login_and_name(town: here.Town) -> None:
    """Whoever only has the login of somebody would inherit their roles."""
    now = town.house.clock()
    with town.house.database.write() as session:
        add_person(
            session,
            DIRECTORY,
            login="hans",
            name="Hans Haus",
            office=None,
            valid_from=now.date(),
            now=now,
        )
        add_person(
            session,
            DIRECTORY,
            login="m.beck",
            name="Maria Beck",
            office=None,
            valid_from=now.date(),
            now=now,
        )
    town.add("hans", "Hans", "Haus")
    town.add("m.beck", "Max", "Beck")
    town.add("ada.notfall", "Eve", "Fremd")
    result = town.sync()
    assert (result.created, result.updated, result.conflicts) == (0, 1, 2)
    names = [town.person(login) for login in ("hans", "m.beck", "ada.notfall")]
    assert [each and each.name for each in names] == ["Hans Haus", "Maria Beck", "Ada Notfall"]
    assert isinstance(sign_in(town.house, "m.beck", slapd.PASSWORD, "10.0.0.1"), Refusal)


def test_the_administration_sees_how_it_went(town: here.Town) -> None:
    town.add("a", "Anna", "A")
    town.sync()
    with town.house.database.read() as session:
        found = health(session, DIRECTORY, town.house.clock())
    assert found
    assert found.full_at == town.house.clock()
    assert found.result["created"] == 1
    assert found.refused is None


def test_somebody_expected_under_another_login_is_asked_about_and_not_entered_twice(
    town: here.Town,
) -> None:
    now, house = town.house.clock(), town.house
    newcomer = Newcomer("Nele Neu", "nele.neu")
    with house.database.write() as session:
        day = local_date(now) + timedelta(days=1)
        office = town.office("ordnungsamt").id
        open_joining(session, System("test"), newcomer, office, day, now=now)
    town.add("neu01", "Nele", "Neu", departmentNumber="32")
    town.add("neu02", "Nele", "Neu", departmentNumber="50")  # in another office: somebody else
    assert town.sync().created == 1
    assert here.enter(house, "neu01") == Refusal(REFUSED)
    assert town.person("neu01") is None
    expected, admin = town.person("nele.neu"), here.staff(house, "ada.notfall")
    assert expected
    assert admin
    (asked,) = [title for title in here.tasks(house) if "im Verzeichnis als „neu01“" in title]
    with house.database.write() as session:
        assert newcomer_question(session, admin, expected.id) == (asked, "neu01")
        is_the_newcomer(session, admin, expected.id, now=now)
    assert asked not in here.tasks(house)
    assert town.sync().conflicts == 0
    linked = town.person("neu01")
    assert linked
    assert linked.id == expected.id
    assert town.person("nele.neu") is None

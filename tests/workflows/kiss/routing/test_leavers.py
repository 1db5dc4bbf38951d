"""Who belonged to a group is forgotten when the register says, on both databases."""

from datetime import date, timedelta

from storage.actors import System
from storage.clock import new_id
from storage.organisation.staff_changes import end_person
from tests.storage.promises import promised_end
from tests.workflows.kiss.conftest import City
from workflows.kiss.anliegen.tables import Group, GroupMember
from workflows.kiss.routing.leavers import forget_members


def test_groups_forget_who_left(city: City) -> None:
    now = city.clock()
    with city.house.database.write() as session:
        group = session.query(Group).first()
        assert group is not None
        session.query(GroupMember).delete()
        session.add_all(
            GroupMember(
                id=new_id(), group_id=group.id, person_id=city.people[login],
                valid_from=date(2020, 1, 1), valid_to=None,
            )
            for login in ("tim", "tom")
        )  # fmt: skip
        end_person(session, System("test"), city.people["tim"], now=now)
    end = promised_end(GroupMember, now)
    with city.house.database.write() as session:
        assert forget_members(session, end - timedelta(days=1)) == 0
        assert forget_members(session, end) == 1
        assert [row.person_id for row in session.query(GroupMember)] == [city.people["tom"]]

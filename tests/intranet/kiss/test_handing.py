"""To whom in one's own group an Anliegen can be given: the page offers nobody whom a complaint seems to name."""

from intranet.views.anliegen import load
from storage.organisation.tables import Person
from tests.workflows.kiss.conftest import City, city, clock, house
from workflows.kiss.anliegen.states import Kind

__all__ = ["city", "clock", "house"]


def test_the_own_group_offers_nobody_whom_the_complaint_seems_to_name(city: City) -> None:
    with city.house.database.write() as session:
        session.get_one(Person, city.people["kora"]).name = "Kora Brandt"
    complaint = city.open("Frau Brandt schreit die Leute an.", kind=Kind.SUPERVISORY)
    with city.house.database.read() as session:
        view = load(session, city.staff("hilde"), complaint, city.clock())
    assert city.people["kora"] not in view.people
    assert city.people["hilde"] in view.people

"""Whatever way it comes in: a report to the reporting office is not taken in, and a complaint about a person goes to the superior."""

import pytest
from sqlalchemy import func, select

from storage.conflicts import ConflictError
from tests.workflows.kiss.conftest import SYSTEM, City
from workflows.kiss.anliegen.opening import Channel, Incoming
from workflows.kiss.anliegen.states import Kind
from workflows.kiss.anliegen.tables import Anliegen
from workflows.kiss.anliegen.taking_in import take_in
from workflows.kiss.citizens.reporting import ForReportingOfficeError, Report, send_report
from workflows.kiss.routing.complaints import is_about_a_person

REPORT = "Eine Frau meldet als Hinweisgeberin, dass im Bauhof Geld fehlt."
COMPLAINT = "Ich war im Amt. " * 100 + "Hiermit erhebe ich Dienstaufsichtsbeschwerde."


@pytest.mark.parametrize("channel", [Channel.PHONE, Channel.INTERNAL, Channel.EAKTE])
def test_nobody_of_the_house_enters_a_report(city: City, channel: Channel) -> None:
    actor = SYSTEM if channel is Channel.EAKTE else city.staff("tim")
    with pytest.raises(ConflictError, match="Meldestelle"):
        take_in(city.house, actor, Incoming("eins", channel, Kind.COMPLAINT, REPORT))
    with pytest.raises(ConflictError, match="Meldestelle"):
        take_in(
            city.house,
            actor,
            Incoming("zwei", channel, Kind.COMPLAINT, "Siehe Anlage."),
            [("Meldung HinSchG.pdf", b"%PDF-1.4")],
        )
    with city.house.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Anliegen)) == 0


@pytest.mark.parametrize(
    ("channel", "kind"),
    [
        (Channel.PHONE, Kind.COMPLAINT),
        (Channel.EAKTE, Kind.COMPLAINT),
        (Channel.MAIL, Kind.FAULT),
        (Channel.INTERNAL, Kind.INTERNAL),
    ],
)
def test_a_complaint_about_a_person_goes_to_the_superior_by_every_channel(
    city: City, channel: Channel, kind: Kind
) -> None:
    taken = [
        take_in(city.house, SYSTEM, Incoming("eins", channel, kind, COMPLAINT)),
        take_in(
            city.house,
            SYSTEM,
            Incoming("zwei", channel, kind, "Siehe Anlage."),
            [("Dienstaufsichtsbeschwerde_Amt66.pdf", b"%PDF-1.4")],
        ),
    ]
    for each in map(city.row, taken):
        assert (each.kind, each.protection) == ("supervisory", "personnel")
        assert each.person_id == city.people["hilde"]


def test_in_the_form_as_well_and_it_is_never_published(city: City) -> None:
    report = Report(Kind.COMPLAINT, COMPLAINT, topic=city.topics["strasse"], may_publish=True)
    with city.house.database.write() as session:
        row = send_report(session, SYSTEM, report, Channel.FORM, key="eins", now=city.clock())
        assert (row.kind, row.protection, row.topic_id) == ("supervisory", "personnel", None)
        assert not row.may_publish
        with pytest.raises(ForReportingOfficeError):
            send_report(
                session, SYSTEM, Report(Kind.FAULT, REPORT), Channel.FORM, key="zwei", now=city.clock()
            )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "about_a_person"),
    [
        ("Dienst-Aufsichtsbeschwerde gegen Frau K.", True),
        ("Ich beschwere mich über Ihren Mitarbeiter am Schalter.", True),
        ("Beschwerde gegen die Sachbearbeiterin, Zimmer 12", True),
        ("Beschwerde über Ihre unfreundliche Kollegin im Bürgerbüro", True),
        ("Beschwerde über den Lärm der Nachbarn", False),
        ("Ihr Mitarbeiter war sehr freundlich, vielen Dank.", False),
    ],
)
def test_whom_it_is_about(text: str, about_a_person: bool) -> None:
    assert is_about_a_person(text) is about_a_person

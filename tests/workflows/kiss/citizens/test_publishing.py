"""What may be published, by whom, and what of it is seen."""

from uuid import UUID

import pytest

from storage.actors import Citizen, ProtectionClass
from storage.clock import new_id
from storage.conflicts import ConflictError, NotFoundError
from storage.rights import NotAllowedError
from tests.workflows.kiss.conftest import SYSTEM, City
from workflows.kiss.anliegen.assigning import To, assign, protect
from workflows.kiss.anliegen.closing import close
from workflows.kiss.anliegen.merging import merge
from workflows.kiss.anliegen.opening import Caller, Channel
from workflows.kiss.anliegen.states import Kind
from workflows.kiss.anliegen.tables import Anliegen
from workflows.kiss.citizens.published import Asked, published
from workflows.kiss.citizens.publishing import (
    publish,
    take_back_consent,
    why_not,
    withdraw_publication,
)
from workflows.kiss.citizens.reporting import Report, send_report
from workflows.kiss.citizens.where import Where, usual
from workflows.kiss.places.keeping import import_places
from workflows.kiss.places.table import PlaceRow


def reported(city: City, *, consent: bool = True, kind: Kind = Kind.FAULT) -> UUID:
    """Reported by form, and given to the Tiefbauamt."""
    report = Report(
        kind, "Ein Loch vor meinem Haus", city.topics["strasse"], "Hauptstraße",
        caller=Caller("Erika Muster", "erika@example.org", "07089 12345"), may_publish=consent,
    )  # fmt: skip
    with city.house.database.write() as session:
        row = send_report(
            session, Citizen(new_id()), report, Channel.FORM, key=new_id().hex, now=city.clock()
        )
        if kind is Kind.FAULT:
            to = To(city.groups["tiefbau"], city.people["tim"], city.topics["strasse"])
            assign(session, SYSTEM, row.id, row.revision, to, now=city.clock())
        return row.id


def release(city: City, anliegen: UUID, text: str = "Ein Loch", by: str = "tim") -> None:
    row = city.row(anliegen)
    with city.house.database.write() as session:
        publish(
            session, city.staff(by), anliegen, row.revision, text, blobs=city.house.blobs, now=city.clock()
        )  # fmt: skip


def listed(city: City) -> list[str]:
    with city.house.database.read() as session:
        return [each.text for each in published(session)]


def test_a_person_of_the_office_publishes_changes_and_withdraws(city: City) -> None:
    anliegen = reported(city)
    assert listed(city) == []
    release(city, anliegen)
    release(city, anliegen, "  Ein tiefes\n Loch ")
    assert listed(city) == ["Ein tiefes Loch"]
    for _ in range(2):
        row = city.row(anliegen)
        with city.house.database.write() as session:
            withdraw_publication(
                session, city.staff("tim"), anliegen, row.revision, blobs=city.house.blobs, now=city.clock()
            )  # fmt: skip
    assert listed(city) == []


def test_another_office_can_not(city: City) -> None:
    anliegen = reported(city)
    with pytest.raises((NotFoundError, NotAllowedError)):
        release(city, anliegen, by="greta")
    assert listed(city) == []


@pytest.mark.parametrize(
    "text",
    [
        "", "  ", "x" * 1001, "Loch bei Erika Muster", "Frag erika@example.org", "Ruf 07089 12345 an",
        "Ruf 0171 / 555 44 33 an", "Schreib an irgendwen@stadt.example",
    ],
)  # fmt: skip
def test_texts_that_name_somebody_are_refused(city: City, text: str) -> None:
    anliegen = reported(city)
    with pytest.raises(ConflictError):
        release(city, anliegen, text)
    assert listed(city) == []


def test_without_consent_and_after_it_is_taken_back(city: City) -> None:
    with pytest.raises(ConflictError, match="einverstanden"):
        release(city, reported(city, consent=False))
    anliegen = reported(city)
    release(city, anliegen)
    for _ in range(2):
        with city.house.database.write() as session:
            take_back_consent(session, Citizen(anliegen), blobs=city.house.blobs, now=city.clock())
    assert listed(city) == []
    with pytest.raises(ConflictError, match="einverstanden"):
        release(city, anliegen)


def test_complaints_about_people_never(city: City) -> None:
    anliegen = reported(city, kind=Kind.SUPERVISORY)
    with pytest.raises(ConflictError):
        release(city, anliegen, by="hilde")


def test_what_is_protected_later_is_not_seen_any_more(city: City) -> None:
    anliegen = reported(city)
    release(city, anliegen)
    row = city.row(anliegen)
    with city.house.database.write() as session:
        protect(
            session, city.staff("tim"), anliegen, row.revision, ProtectionClass.SOCIAL, now=city.clock()
        )  # fmt: skip
    assert listed(city) == []


def test_the_second_of_two_clerks_sees_that_it_changed(city: City) -> None:
    anliegen = reported(city)
    row = city.row(anliegen)
    release(city, anliegen)
    with (
        city.house.database.write() as session,
        pytest.raises(ConflictError, match="gerade geändert"),
    ):
        publish(
            session, city.staff("tim"), anliegen, row.revision, "Alt", blobs=city.house.blobs, now=city.clock()
        )  # fmt: skip
    assert listed(city) == ["Ein Loch"]


def test_consent_without_a_topic_counts_once_somebody_found_one(city: City) -> None:
    report = Report(Kind.FAULT, "Ein Loch", None, "Hauptstraße", may_publish=True)
    with city.house.database.write() as session:
        row = send_report(
            session, Citizen(new_id()), report, Channel.FORM, key="ohne", now=city.clock()
        )
        assert (
            why_not(session, row) == "Veröffentlicht werden nur Meldungen zu öffentlichen Themen."
        )
        session.flush()
        to = To(city.groups["tiefbau"], city.people["tim"], city.topics["strasse"])
        assign(session, SYSTEM, row.id, row.revision, to, now=city.clock())
        anliegen = row.id
    release(city, anliegen)
    assert listed(city) == ["Ein Loch"]


def test_a_merged_one_stands_as_what_it_goes_on_in(city: City) -> None:
    one, two = reported(city), reported(city)
    release(city, one)
    with city.house.database.write() as session:
        merge(session, city.staff("tim"), one, city.row(one).revision, two, now=city.clock())
    for is_open in (True, False):
        with city.house.database.read() as session:
            (found,) = published(session)
            asked = [published(session, Asked(is_open=each)) for each in (True, False)]
        assert found.is_open is is_open
        assert (found.due is not None) is is_open
        assert [len(each) for each in asked] == [int(is_open), int(not is_open)]
        if is_open:
            with city.house.database.write() as session:
                close(session, city.staff("tim"), two, city.row(two).revision, now=city.clock())


@pytest.mark.parametrize(
    ("where", "place", "latitude"),
    [(None, "Hauptstraße", 48.5313), (Where.COARSE, "Nord", 48.53), (Where.NONE, None, None)],
)
def test_the_place_is_as_exact_as_a_person_said(
    city: City, where: Where | None, place: str | None, latitude: float | None
) -> None:
    with city.house.database.write() as session:
        known = PlaceRow("Hauptstraße", "Nord", 48.53126, 9.84217)
        import_places(session, SYSTEM, [known], now=city.clock())
    anliegen = reported(city)
    with city.house.database.write() as session:
        publish(
            session, city.staff("tim"), anliegen, city.row(anliegen).revision, "Ein Loch", where=where,
            blobs=city.house.blobs, now=city.clock(),
        )  # fmt: skip
    with city.house.database.read() as session:
        (found,) = published(session)
    assert (found.place, found.latitude) == (place, latitude)


def test_of_a_complaint_nobody_learns_the_address_unless_somebody_says_so() -> None:
    assert [usual(kind) for kind in (Kind.FAULT, Kind.IDEA, Kind.PRAISE, Kind.COMPLAINT)] == [
        Where.EXACT, Where.COARSE, Where.NONE, Where.NONE,
    ]  # fmt: skip


def test_numbers_find_theirs_alone(city: City) -> None:
    first, second = reported(city), reported(city)
    for each, text in ((first, "eins"), (second, "zwei")):
        release(city, each, text)
    row: Anliegen = city.row(first)
    with city.house.database.read() as session:
        found = published(session, Asked(numbers=(f"{row.year}-{row.number:05d}",)))
    assert [each.text for each in found] == ["eins"]

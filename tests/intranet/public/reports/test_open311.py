"""Open311 GeoReport v2: other programs read what was published and report for somebody, and learn nothing else."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from openapi_spec_validator import validate
from sqlalchemy import select
from starlette.routing import Route

from intranet.public.open311 import pace, records, rendering
from intranet.public.open311.posting import RefusedError
from intranet.public.open311.routes import LONGEST, asked_for
from presence.citizens.tables import FormAttempt
from tests.intranet.public.conftest import Clock
from tests.intranet.public.reports.conftest import KEY, Reports, picture
from workflows.kiss.anliegen.tables import Contact, MessageFile
from workflows.kiss.citizens.publishing import publish, withdraw_publication
from workflows.kiss.citizens.redrawing import redraw

V2 = records.PATH
GOOD = {
    "api_key": KEY, "service_code": "strasse", "description": "Ein Loch <b>hier</b>", "lat": "48.531234567",
    "long": "9.842", "email": "erika@example.org", "first_name": "Erika", "last_name": "Muster",
    "attribute[veroeffentlichen]": "ja",
}  # fmt: skip


def get(reports: Reports, path: str, **query: str) -> Any:
    answer = reports.browser.get(V2 + path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def post(reports: Reports, **changes: str) -> httpx.Response:
    return reports.browser.post(f"{V2}/requests.json", {**GOOD, **changes})


def release(reports: Reports, text: str = "Ein Loch in der Straße") -> None:
    """Tim publishes it with its pictures."""
    reports.hand_to_tim()
    row, house = reports.row(), reports.house
    with house.database.read() as session:
        files = session.scalars(select(MessageFile)).all()
    drawn = {file.id: redraw(house, file.sha256) for file in files}
    from contextlib import ExitStack

    with ExitStack() as stack, house.database.write() as session:
        staged = {
            key: stack.enter_context(house.blobs.stage(content)) for key, content in drawn.items()
        }
        publish(
            session, reports.staff("tim"), row.id, row.revision, text, staged, blobs=house.blobs,
            now=reports.clock(),
        )  # fmt: skip


def test_services_are_the_public_topics(reports: Reports) -> None:
    (service,) = get(reports, "/services.json")
    assert service == {
        "service_code": "strasse", "service_name": "Straßenschäden", "description": "Alles zu: Straßenschäden",
        "metadata": True, "type": "batch", "keywords": "Loch,Asphalt", "group": "Störung",
    }  # fmt: skip
    definition = get(reports, "/services/strasse.json")
    assert definition["attributes"][0]["code"] == "veroeffentlichen"
    for code in ("intern", "nichts"):
        assert reports.browser.get(f"{V2}/services/{code}.json").status_code == 404


def test_a_report_gets_a_token_then_a_number_and_is_listed_when_released(reports: Reports) -> None:
    (told,) = post(reports).json()
    row = reports.row()
    assert (row.channel, row.kind, row.may_publish) == ("open311", "fault", True)
    with reports.house.database.read() as session:
        assert session.scalars(select(Contact.name)).one() == "Erika Muster"
    (found,) = get(reports, f"/tokens/{told['token']}.json")
    number = found["service_request_id"]
    assert number == f"{row.year}-{row.number:05d}"
    assert get(reports, "/requests.json") == []
    assert reports.browser.get(f"{V2}/requests/{number}.json").status_code == 404
    release(reports)
    (shown,) = get(reports, f"/requests/{number}.json")
    assert shown["description"] == "Ein Loch in der Straße"
    assert (shown["status"], shown["lat"], shown["long"]) == ("open", 48.5312, 9.842)
    assert shown["agency_responsible"] == "Tiefbauamt"
    assert "Erika" not in str(shown)
    assert "hier" not in str(shown)


def test_the_same_report_twice_is_one(reports: Reports) -> None:
    assert post(reports).json() == post(reports).json()
    assert len(reports.rows()) == 1


def test_a_report_without_consent_can_not_be_published(reports: Reports) -> None:
    from storage.conflicts import ConflictError

    post(reports, **{"attribute[veroeffentlichen]": "nein"})
    with pytest.raises(ConflictError, match="nicht einverstanden"):
        release(reports)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"api_key": ""}, 403),
        ({"api_key": "ä" * 20}, 403),
        ({"service_code": "intern"}, 400),
        ({"description": "  "}, 400),
        ({"lat": ""}, 400),
        ({"lat": "", "long": ""}, 400),
        ({"lat": "nan"}, 400),
        ({"lat": "inf"}, 400),
        ({"long": "200"}, 400),
        ({"email": "kein-at"}, 400),
        ({"media_url": "javascript:alert(1)"}, 400),
        ({"description": "x" * 5001}, 400),
        ({"description": "Als Hinweisgeberin melde ich Betrug nach dem HinSchG"}, 400),
    ],
)
def test_what_is_wrong_is_told_and_nothing_kept(
    reports: Reports, changes: dict[str, str], status: int
) -> None:
    answer = post(reports, **changes)
    assert answer.status_code == status
    (error,) = answer.json()
    assert error["code"] == status
    assert error["description"]
    assert reports.rows() == []
    with reports.house.database.read() as session:
        assert session.scalars(select(FormAttempt)).all() == []


def test_a_place_in_words_is_enough(reports: Reports) -> None:
    post(reports, lat="", long="", address_string="marktplatz")
    row = reports.row()
    assert (row.place, row.latitude) == ("Marktplatz", 48.53125)


def test_filters(reports: Reports) -> None:
    post(reports)
    release(reports)
    number = f"{reports.row().year}-{reports.row().number:05d}"
    at = reports.row().received_at
    day = timedelta(days=1)
    for query, found in (
        ({}, 1),
        ({"status": "open"}, 1),
        ({"status": "closed"}, 0),
        ({"status": "open,closed"}, 1),
        ({"service_code": "strasse,nichts"}, 1),
        ({"service_code": "nichts"}, 0),
        ({"start_date": (at - day).isoformat(), "end_date": (at + day).isoformat()}, 1),
        ({"end_date": (at - day).isoformat()}, 0),
        ({"start_date": (at + day).isoformat()}, 0),
        ({"service_request_id": f"2020-1,{number}", "status": "closed"}, 1),
        ({"service_request_id": "' or 1=1 --"}, 0),
    ):
        assert len(get(reports, "/requests.json", **query)) == found, query
    for query in (
        {"status": "neu"},
        {"start_date": "gestern"},
        {"start_date": "2026-01-01", "end_date": "2026-12-31"},
        {"start_date": "2026-02-01", "end_date": "2026-01-01"},
    ):
        assert reports.browser.get(f"{V2}/requests.json", params=query).status_code == 400


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_date_breaks_the_filter(first: str, second: str) -> None:
    now = Clock().now
    for query in (
        {"start_date": first},
        {"end_date": second},
        {"start_date": first, "end_date": second},
    ):
        try:
            found = asked_for(query, now)
        except RefusedError:
            continue
        assert found.since is not None
        assert found.until is not None
        assert found.until - found.since <= LONGEST


def test_extreme_dates_are_refused_or_answered(reports: Reports) -> None:
    for date in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", "0001-01-01", "9999-12-31"):
        for name in ("start_date", "end_date"):
            answer = reports.browser.get(f"{V2}/requests.json", params={name: date})
            assert answer.status_code in {200, 400}


@pytest.mark.parametrize(
    ("path", "root"),
    [
        ("/services.xml", "services"),
        ("/services/strasse.xml", "service_definition"),
        ("/requests.xml", "service_requests"),
        ("/discovery.xml", "discovery"),
        ("/requests/2020-1.xml", "errors"),
        ("/tokens/kurz.xml", "errors"),
    ],
)
def test_everything_is_there_as_xml(reports: Reports, path: str, root: str) -> None:
    post(reports)
    release(reports)
    answer = reports.browser.get(V2 + path)
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    tree = etree.fromstring(answer.content)
    assert tree.tag == root
    if root == "service_requests":
        assert tree.findtext("request/status") == "open"
        assert tree.findtext("request/service_name") == "Straßenschäden"
    if root == "service_definition":
        assert tree.findtext("attributes/attribute/values/value/key") == "ja"
        assert tree.findtext("attributes/attribute/variable") == "true"


@given(st.text())
def test_no_text_breaks_the_xml(text: str) -> None:
    from contextlib import suppress

    with suppress(UnicodeEncodeError):
        text.encode()
        answer = rendering.answer("xml", "a", "b", [{"c": text}])
        told = etree.fromstring(bytes(answer.body)).findtext("b/c")
        kept = rendering._NOT_XML.sub("\ufffd", text).replace("\r\n", "\n").replace("\r", "\n")
        assert (told or "").replace("\r\n", "\n").replace("\r", "\n") == kept


def test_other_formats_and_addresses_are_refused(reports: Reports) -> None:
    assert reports.browser.get(f"{V2}/services.yaml").status_code == 400
    assert reports.browser.get("/open311/discovery.json").json()["endpoints"][0]["url"].endswith(V2)
    assert reports.browser.get(f"{V2}/services.json").headers["access-control-allow-origin"] == "*"


def test_the_description_is_valid_and_names_every_address(reports: Reports) -> None:
    described = get(reports, "/openapi.json")
    validate(described)
    served = {
        (route.path, method)
        for route in reports.browser.app.routes
        if isinstance(route, Route) and route.path.startswith("/open311")
        for method in (route.methods or set()) - {"HEAD"}
    }
    told = {(path, name.upper()) for path, held in described["paths"].items() for name in held}
    assert served == told
    shown = set(described["components"]["schemas"]["Request"]["properties"])
    post(reports)
    release(reports)
    assert set(get(reports, "/requests.json")[0]) == shown


def test_one_address_may_ask_so_often(reports: Reports) -> None:
    codes = [reports.browser.get(f"{V2}/services.json").status_code for _ in range(pace.MOST + 1)]
    assert codes == [200] * pace.MOST + [429]
    reports.clock.forward(seconds=61)
    assert reports.browser.get(f"{V2}/services.json").status_code == 200


def test_a_released_picture_holds_nothing_but_pixels(reports: Reports) -> None:
    reports.send({"veroeffentlichen": "ja"}, [("bilder", ("loch.jpg", picture(), "image/jpeg"))])
    assert b"Geheimkamera" in picture()
    release(reports)
    (shown,) = get(reports, "/requests.json")
    path = "/" + shown["media_url"].split("/", 3)[3]
    image = reports.browser.get(path)
    assert image.headers["content-type"] == "image/webp"
    assert b"Geheimkamera" not in image.content
    assert b"EXIF" not in image.content
    listed = reports.browser.get("/meldungen").text
    assert path in listed
    assert shown["address"] == "Marktplatz"
    assert "vor Haus 3" not in listed
    row = reports.row()
    with reports.house.database.write() as session:
        withdraw_publication(
            session, reports.staff("tim"), row.id, row.revision, blobs=reports.house.blobs, now=reports.clock()
        )  # fmt: skip
    assert reports.browser.get(path).status_code == 404
    assert get(reports, "/requests.json") == []
    assert "Zurzeit ist nichts veröffentlicht." in reports.browser.get("/meldungen").text

"""What the interface tells, in the standard's fields. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from config.seeds import City
from workflows.kiss.anliegen.states import KIND_NAMES, Kind
from workflows.kiss.anliegen.tables import Topic
from workflows.kiss.citizens.published import Published

CONSENT = "veroeffentlichen"
"""The attribute by which somebody agrees that a shortened text may be published."""
CHANGED = "2026-11-01T00:00:00Z"
PATH = "/open311/v2"


def discovery(city: City, address: str) -> dict[str, Any]:
    """Where the interface is and whom to ask for a key."""
    formats = ["application/json", "text/xml"]
    endpoint = {
        "specification": "http://wiki.open311.org/GeoReport_v2", "url": f"{address}{PATH}",
        "changeset": CHANGED, "type": "production", "formats": formats,
    }  # fmt: skip
    return {
        "changeset": CHANGED,
        "contact": f"{city.title}, {city.email}, Telefon {city.phone}",
        "key_service": f"Schlüssel (api_key) vergibt {city.title} auf Anfrage: {city.email}",
        "endpoints": [endpoint],
    }


def services(topics: Sequence[Topic]) -> list[dict[str, Any]]:
    """``batch``: a report gets a token at once, and is listed when a person has released it."""
    return [
        {
            "service_code": each.key, "service_name": each.title, "description": each.description,
            "metadata": True, "type": "batch", "keywords": ",".join(each.keywords),
            "group": KIND_NAMES[Kind(each.kind)],
        }
        for each in topics
    ]  # fmt: skip


def definition(topic: Topic) -> dict[str, Any]:
    """The one question every topic has."""
    return {
        "service_code": topic.key,
        "attributes": [
            {
                "variable": True, "code": CONSENT, "datatype": "singlevaluelist", "required": False,
                "datatype_description": "ja oder nein; ohne Angabe: nein", "order": 1,
                "description": "Darf die Stadt die Meldung gekürzt und ohne Namen veröffentlichen?",
                "values": [{"key": "ja", "name": "Ja"}, {"key": "nein", "name": "Nein"}],
            }
        ],
    }  # fmt: skip


def request(each: Published, address: str, now: datetime) -> dict[str, Any]:
    """A published report; what is not known is null."""
    return {
        "service_request_id": each.number,
        "status": "open" if each.is_open else "closed",
        "status_notes": None,
        "service_name": each.topic,
        "service_code": each.topic_key,
        "description": each.text,
        "agency_responsible": each.office,
        "service_notice": None,
        "requested_datetime": each.received,
        "updated_datetime": each.changed,
        "expected_datetime": each.due if each.due and each.due > now else None,
        "address": each.place,
        "address_id": None,
        "zipcode": None,
        "lat": each.latitude,
        "long": each.longitude,
        "media_url": picture_url(each, address) if each.pictures else None,
    }


def picture_url(each: Published, address: str) -> str:
    """The first picture; the standard knows one."""
    return f"{address}/meldungen/{each.number}/bild/{each.pictures[0].hex}"

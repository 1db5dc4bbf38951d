"""The interface described in OpenAPI 3.1, for programs and for people who write them."""

from typing import Any

from intranet.public.open311.posting import FIELDS
from intranet.public.open311.records import CONSENT, PATH

_TEXT = {"type": "string"}
_MAYBE = {"type": ["string", "null"]}
_NUMBER = {"type": ["number", "null"]}
_TIME = {"type": "string", "format": "date-time"}
_FORMAT = {
    "name": "format", "in": "path", "required": True, "schema": {"type": "string", "enum": ["json", "xml"]},
}  # fmt: skip
_SERVICE = {
    **dict.fromkeys(("service_code", "service_name", "description", "keywords", "group"), _TEXT),
    "metadata": {"type": "boolean"},
    "type": {"type": "string", "enum": ["batch"]},
}
_REQUEST = {
    **dict.fromkeys(("service_request_id", "service_name", "service_code", "description"), _TEXT),
    **dict.fromkeys(
        ("status_notes", "agency_responsible", "service_notice", "address", "address_id", "zipcode", "media_url"),
        _MAYBE,
    ),
    "status": {"type": "string", "enum": ["open", "closed"]},
    "requested_datetime": _TIME,
    "updated_datetime": _TIME,
    "expected_datetime": {"type": ["string", "null"], "format": "date-time"},
    "lat": _NUMBER,
    "long": _NUMBER,
}  # fmt: skip
_TOKEN = {"token": _TEXT, "service_notice": _MAYBE, "account_id": _MAYBE}
_ATTRIBUTE = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("code", "datatype", "datatype_description", "description"), _TEXT),
        "variable": {"type": "boolean"},
        "required": {"type": "boolean"},
        "order": {"type": "integer"},
        "values": {
            "type": "array",
            "items": {"type": "object", "properties": {"key": _TEXT, "name": _TEXT}},
        },
    },
}
_FILTERS = {
    "service_request_id": "Nummern, durch Komma getrennt; alle anderen Filter gelten dann nicht",
    "service_code": "Dienste, durch Komma getrennt",
    "start_date": "gemeldet ab (RFC 3339); ohne Angabe: die letzten 90 Tage",
    "end_date": "gemeldet bis (RFC 3339); höchstens 90 Tage nach start_date",
    "status": "open oder closed, durch Komma getrennt",
}


def description(address: str) -> dict[str, Any]:
    """The whole document; ``address`` is that of the citizens' pages."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Open311 GeoReport v2",
            "version": "2.0",
            "description": "Meldungen lesen, die ein Mensch veröffentlicht hat, und neue abgeben.",
        },
        "servers": [{"url": address}],
        "paths": _paths(),
        "components": {
            "schemas": {
                "Service": _object(_SERVICE),
                "Definition": _object(
                    {"service_code": _TEXT, "attributes": {"type": "array", "items": _ATTRIBUTE}}
                ),
                "Request": _object(_REQUEST),
                "Token": _object(_TOKEN),
                "Number": _object({"service_request_id": _TEXT, "token": _TEXT}),
                "Discovery": {"type": "object"},
                "Error": _object({"code": {"type": "integer"}, "description": _TEXT}),
            }
        },
    }


def _paths() -> dict[str, Any]:
    discovery = {"get": _get("Wo die Schnittstelle ist", _ref("Discovery"))}
    return {
        "/open311/discovery.{format}": discovery,
        f"{PATH}/discovery.{{format}}": {"get": _get("Dasselbe", _ref("Discovery"))},
        f"{PATH}/openapi.json": {
            "get": {"summary": "Diese Beschreibung", "responses": {"200": {"description": "OpenAPI 3.1"}}}
        },
        f"{PATH}/services.{{format}}": {"get": _get("Was gemeldet werden kann", _many("Service"))},
        f"{PATH}/services/{{code}}.{{format}}": {
            "get": _get("Was ein Dienst fragt", _ref("Definition"), "code", missing=True)
        },
        f"{PATH}/requests.{{format}}": {
            "get": _get("Veröffentlichte Meldungen, die neuesten zuerst", _many("Request"), filters=True),
            "post": _post(),
        },
        f"{PATH}/requests/{{number}}.{{format}}": {
            "get": _get("Eine veröffentlichte Meldung", _many("Request"), "number", missing=True)
        },
        f"{PATH}/tokens/{{token}}.{{format}}": {
            "get": _get("Welche Nummer eine Meldung bekommen hat", _many("Number"), "token", missing=True)
        },
    }  # fmt: skip


def _get(
    summary: str, schema: Any, named: str = "", *, filters: bool = False, missing: bool = False
) -> dict[str, Any]:
    parameters: list[Any] = [_FORMAT]
    if named:
        parameters.append({"name": named, "in": "path", "required": True, "schema": _TEXT})
    if filters:
        parameters += [
            {"name": name, "in": "query", "description": words, "schema": _TEXT}
            for name, words in _FILTERS.items()
        ]
    return {
        "summary": summary,
        "parameters": parameters,
        "responses": _responses(schema, *([404] if missing else [])),
    }


def _post() -> dict[str, Any]:
    fields = {
        "api_key": _TEXT,
        "service_code": _TEXT,
        "lat": {"type": "number"},
        "long": {"type": "number"},
        **{each.name: {"type": "string", "maxLength": each.longest} for each in FIELDS},
        f"attribute[{CONSENT}]": {"type": "string", "enum": ["ja", "nein"]},
    }
    return {
        "summary": "Eine Meldung abgeben; nötig sind lat und long oder address_string",
        "parameters": [_FORMAT],
        "requestBody": {
            "required": True,
            "content": {
                "application/x-www-form-urlencoded": {
                    "schema": _object(fields, ["api_key", "service_code", "description"])
                }
            },
        },
        "responses": _responses(_many("Token"), 403),
    }


def _responses(schema: Any, *more: int) -> dict[str, Any]:
    def told(words: str, content: Any) -> dict[str, Any]:
        return {
            "description": words,
            "content": {"application/json": {"schema": content}, "text/xml": {}},
        }

    words = {
        400: "So geht es nicht",
        403: "Kein gültiger Schlüssel",
        404: "Gibt es nicht",
        429: "Zu oft",
    }
    refused = {str(code): told(words[code], _many("Error")) for code in (400, *more, 429)}
    return {"200": told("Gut", schema), **refused}


def _object(properties: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required or list(properties)}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _many(name: str) -> dict[str, Any]:
    return {"type": "array", "items": _ref(name)}

"""Answers of the interface as JSON or XML, as the standard shapes both. Pure."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from lxml import etree
from starlette.responses import Response

FORMATS = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}
_ONE = {"attributes": "attribute", "values": "value", "endpoints": "endpoint", "formats": "format"}
"""What the parts of a list are called in XML."""
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""XML 1.0, 2.2."""
OPEN = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
"""Other people's maps may read it: there is nothing personal in it, and it knows no cookie."""

Record = Mapping[str, Any]


def answer(
    form: str,
    root: str,
    item: str | None,
    content: Sequence[Record] | Record,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """``root`` and ``item`` name the elements of XML; JSON has no names for them. Times become RFC 3339."""
    if form == "xml":
        body = etree.tostring(_element(root, item, content), xml_declaration=True, encoding="utf-8")
    else:
        body = json.dumps(content, ensure_ascii=False, default=_plain).encode()
    kept = {**OPEN, "Cache-Control": "no-store", **(headers or {})}
    return Response(
        body, status_code=status, headers=kept, media_type=FORMATS.get(form, FORMATS["json"])
    )


def refusal(
    form: str, status: int, description: str, headers: Mapping[str, str] | None = None
) -> Response:
    """The standard's error: a list of codes with what is wrong, for people."""
    found = [{"code": status, "description": description}]
    return answer(form, "errors", "error", found, status=status, headers=headers)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    raise TypeError(type(value).__name__)


def _element(name: str, item: str | None, content: Any) -> Any:
    element = etree.Element(name)
    if isinstance(content, Mapping):
        element.extend(_element(key, _ONE.get(key), value) for key, value in content.items())
    elif isinstance(content, list | tuple):
        element.extend(_element(item or "item", None, each) for each in content)
    elif content is not None:
        element.text = _NOT_XML.sub("\ufffd", _word(content))
    return element


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _plain(value) if isinstance(value, datetime) else str(value)

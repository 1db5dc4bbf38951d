"""Reports other programs make for somebody: with a key, read like a form, taken in once."""

import hmac
import math
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy.orm import Session

from intranet.public.forms import Field, Filled, read
from intranet.public.kit import MAIL_LIMITS
from intranet.public.open311.records import CONSENT
from presence.citizens.links import KEY_NAME
from presence.citizens.throttle import Limit, one_at_a_time, reserve
from presence.keys import load_key
from storage.actors import Citizen
from storage.clock import local_date, new_id
from storage.conflicts import ConflictError, NotFoundError
from storage.house import House
from workflows.kiss.anliegen.opening import Caller, Channel
from workflows.kiss.anliegen.states import Kind
from workflows.kiss.anliegen.tables import Anliegen, Topic
from workflows.kiss.citizens.reporting import LONGEST, Report, send_report, taken

LIMITS = (Limit(300, timedelta(hours=1)), Limit(2_000, timedelta(days=1)))
"""Of one key."""
FIELDS = (
    Field("description", "description", "long", longest=LONGEST),
    Field("address_string", "address_string", required=False, longest=200),
    Field("first_name", "first_name", required=False),
    Field("last_name", "last_name", required=False),
    Field("email", "email", "email", required=False, longest=200),
    Field("phone", "phone", "tel", required=False, longest=30),
    Field("media_url", "media_url", required=False, longest=500),
)
_WEB = re.compile(r"https?://[^\s<>\"]+")


class RefusedError(Exception):
    """``status`` and, in German, what is wrong."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def post(house: House, topic: Topic, data: Mapping[str, str]) -> Anliegen:
    """Take a report in. The same one of the same key on the same day is one. Raises ``RefusedError``."""
    key = data.get("api_key", "")
    if not any(
        hmac.compare_digest(key.encode(), each.encode()) for each in house.settings.open311_keys
    ):
        raise RefusedError(403, "Der Schlüssel (api_key) fehlt oder gilt nicht.")
    report, now = _report(topic, data), house.clock()

    def run(session: Session) -> Anliegen:
        once = (
            f"open311:{_digest(key, local_date(now).isoformat(), *sorted(map(str, data.items())))}"
        )
        one_at_a_time(session, once)
        known = taken(session, once)
        if known is None:
            _brake(session, house, key, report.caller.mail, now)
        return known or send_report(
            session, Citizen(new_id()), report, Channel.OPEN311, key=once, now=now
        )

    try:
        return house.database.run(run)
    except (ConflictError, NotFoundError) as error:
        raise RefusedError(400, str(error)) from None


def _report(topic: Topic, data: Mapping[str, str]) -> Report:
    filled = read(FIELDS, data)
    for name, message in filled.errors.items():
        raise RefusedError(400, f"{name}: {message}")
    values = filled.values
    latitude, longitude = _degrees(data, "lat", 90), _degrees(data, "long", 180)
    if (latitude is None) != (longitude is None):
        raise RefusedError(400, "lat und long gehören zusammen.")
    if latitude is None and not values["address_string"]:
        raise RefusedError(400, "Es fehlt der Ort: lat und long, oder address_string.")
    name = " ".join(each for each in (values["first_name"], values["last_name"]) if each)
    return Report(
        Kind(topic.kind), _text(filled), topic.id, values["address_string"] or "",
        latitude=latitude, longitude=longitude,
        caller=Caller(name or None, values["email"], values["phone"]),
        may_publish=data.get(f"attribute[{CONSENT}]") == "ja",
    )  # fmt: skip


def _text(filled: Filled) -> str:
    """With the address of a picture, which people may open; this program fetches nothing."""
    text, picture = str(filled.values["description"]), filled.values["media_url"]
    if picture is None:
        return text
    if not _WEB.fullmatch(picture):
        raise RefusedError(400, "media_url: Bitte eine Adresse mit http oder https.")
    return f"{text}\n\nBild: {picture}"


def _degrees(data: Mapping[str, str], name: str, most: int) -> float | None:
    if not data.get(name, "").strip():
        return None
    try:
        found = float(data[name])
    except ValueError:
        found = math.nan
    if not abs(found) <= most:
        raise RefusedError(400, f"{name}: Bitte Grad mit Punkt, zum Beispiel 48.53125.")
    return found


def _brake(session: Session, house: House, key: str, mail: str | None, now: datetime) -> None:
    own = load_key(house.settings, KEY_NAME)
    if not reserve(session, own, "open311", key, LIMITS, now=now) or (
        mail and not reserve(session, own, "mail", mail, MAIL_LIMITS, now=now)
    ):
        raise RefusedError(429, "Zu viele Meldungen. Bitte später noch einmal.")


def _digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode()).hexdigest()

"""Receiving a form from somebody unknown: small, sealed, not by a machine. No script and no foreign captcha needed.

Three things betray machines: they fill in a field people don't see, they need no time, and they come back too often.
Whoever is refused by mistake sees the form again, with everything they typed and what to do.
"""

from collections.abc import AsyncIterable, Mapping
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from starlette.requests import Request

from intranet.public.seals import Seal, Seals

LARGEST = 64 * 1024
MOST_FIELDS = 60
TRAP = "webseite"
"""A field hidden from people and named so that machines like it."""
SHORTEST = timedelta(seconds=3)

STALE = (
    "Die Seite war lange offen, oder Ihr Browser nimmt keine Cookies an. Ihre Angaben sind noch da. "
    "Bitte senden Sie sie noch einmal ab."
)
TRAPPED = "Bitte lassen Sie das Feld „Webseite“ leer und senden Sie noch einmal ab."
TOO_FAST = "Das ging sehr schnell. Bitte prüfen Sie Ihre Angaben und senden Sie noch einmal ab."
TOO_OFTEN = (
    "Von Ihrem Anschluss oder an diese E-Mail-Adresse kamen heute schon viele Anfragen. "
    "Bitte versuchen Sie es später noch einmal, oder rufen Sie uns an."
)


class TooLargeError(Exception):
    """More than any form of ours holds."""


async def read_form(request: Request, parts: AsyncIterable[bytes] | None = None) -> dict[str, str]:
    """The fields of an urlencoded form. Raises ``TooLargeError``; what is no form at all gives no fields."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return {}
    body = bytearray()
    async for part in parts or request.stream():
        body += part
        if len(body) > LARGEST:
            raise TooLargeError
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise TooLargeError from None
    return dict(pairs)


def examine(
    seals: Seals, purpose: str, request: Request, data: Mapping[str, str], now: datetime
) -> tuple[Seal | None, str | None]:
    """The form's seal, and in German why it is not accepted like this; ``None``: it is."""
    seal = seals.read(purpose, request, data.get("siegel", ""), now)
    if seal is None:
        return None, STALE
    if data.get(TRAP):
        return seal, TRAPPED
    if seal.age < SHORTEST:
        return seal, TOO_FAST
    return seal, None


def address_of(request: Request) -> str:
    """Where a request comes from; behind a trusted proxy, what the proxy says."""
    return request.client.host if request.client else "unknown"

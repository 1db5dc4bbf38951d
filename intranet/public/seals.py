"""Forms without accounts: a signed double-submit cookie says that a form was ours and given to this very browser.

The seal also carries when the form was drawn, so that one filled in within a moment is known for a machine's, and a
number of its own: the same form sent twice is one sending.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest

from starlette.requests import Request
from starlette.responses import Response

from presence.keys import keyed_hash

GOOD_FOR = timedelta(hours=6)
_COOKIE = re.compile(r"[\w-]{32}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Seal:
    """What a genuine seal says: the form's own number, and how long ago the form was drawn."""

    number: str
    age: timedelta


class Seals:
    """Makes and reads seals; ``secure``: with https the ``__Host-`` prefix (RFC 6265bis) binds the cookie to us."""

    def __init__(self, key: bytes, *, secure: bool) -> None:
        self._key, self._secure = key, secure
        self.cookie = "__Host-stadt-formular" if secure else "stadt-formular"

    def holder(self, request: Request) -> str:
        """The browser's cookie, or a new one. A second tab keeps the first one's, so that both forms stay good."""
        held = request.cookies.get(self.cookie, "")
        return held if _COOKIE.fullmatch(held) else secrets.token_urlsafe(24)

    def make(self, purpose: str, holder: str, now: datetime) -> str:
        drawn, number = format(int(now.timestamp()), "x"), secrets.token_hex(12)
        return f"{drawn}.{number}.{self._sign(purpose, holder, drawn, number)}"

    def read(self, purpose: str, request: Request, seal: str, now: datetime) -> Seal | None:
        """``None``: not ours, of another form or browser, or too old."""
        drawn, _, rest = seal.partition(".")
        number, _, mac = rest.partition(".")
        held = request.cookies.get(self.cookie, "")
        expected = self._sign(purpose, held, drawn, number)
        if not _COOKIE.fullmatch(held) or not compare_digest(mac.encode(), expected.encode()):
            return None
        age = timedelta(seconds=int(now.timestamp()) - int(drawn, 16))
        return Seal(number, age) if timedelta(0) <= age <= GOOD_FOR else None

    def give(self, response: Response, holder: str) -> None:
        """Lax, for people come from the link in a mail; the browser forgets it when the form is too old anyway."""
        response.set_cookie(
            self.cookie,
            holder,
            max_age=int(GOOD_FOR.total_seconds()),
            httponly=True,
            secure=self._secure,
            samesite="lax",
            path="/",
        )

    def _sign(self, purpose: str, holder: str, drawn: str, number: str) -> str:
        return keyed_hash(self._key, f"form:{purpose}", f"{holder}\0{drawn}\0{number}")

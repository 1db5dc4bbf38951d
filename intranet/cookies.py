"""The cookies staff get: one for the session, two that tie a sign-in to the browser in which it was begun; and the one
of a wall monitor.
"""

from dataclasses import dataclass
from typing import Literal

from starlette.responses import Response

FORM_SECONDS = 3600
SCREEN_SECONDS = 400 * 24 * 3600
"""The longest browsers keep a cookie (RFC 6265bis, 5.5); each visit begins it anew."""


@dataclass(frozen=True, slots=True)
class Cookies:
    """Names and flags. With https the ``__Host-`` prefix (RFC 6265bis) keeps other hosts and paths from setting them."""

    secure: bool

    @property
    def session(self) -> str:
        return "__Host-rathaus" if self.secure else "rathaus"

    @property
    def form(self) -> str:
        return "__Host-rathaus-formular" if self.secure else "rathaus-formular"

    @property
    def attempt(self) -> str:
        """For the way to the provider of OpenID Connect and back."""
        return "__Host-rathaus-oidc" if self.secure else "rathaus-oidc"

    @property
    def screen(self) -> str:
        """A wall monitor's token."""
        return "__Host-rathaus-monitor" if self.secure else "rathaus-monitor"

    def set_session(self, response: Response, token: str) -> None:
        """Until the browser closes; the server ends it earlier."""
        self._set(response, self.session, token, "lax")

    def set_form(self, response: Response, value: str) -> None:
        self._set(response, self.form, value, "strict", FORM_SECONDS)

    def set_attempt(self, response: Response, value: str, seconds: int) -> None:
        """Lax: the browser brings it when the provider sends it back here."""
        self._set(response, self.attempt, value, "lax", seconds)

    def set_screen(self, response: Response, token: str) -> None:
        """Strict: no other page can lead a browser to what the screen may see."""
        self._set(response, self.screen, token, "strict", SCREEN_SECONDS)

    def _set(
        self,
        response: Response,
        name: str,
        value: str,
        samesite: Literal["lax", "strict"],
        max_age: int | None = None,
    ) -> None:
        """No script reads any of them (HttpOnly)."""
        response.set_cookie(
            name,
            value,
            max_age=max_age,
            httponly=True,
            secure=self.secure,
            samesite=samesite,
            path="/",
        )

    def drop(self, response: Response, name: str) -> None:
        response.delete_cookie(name, path="/", secure=self.secure, httponly=True, samesite="lax")

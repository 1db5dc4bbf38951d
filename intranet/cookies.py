"""The cookies staff get: one for the session, two that tie a sign-in to the browser in which it was begun; and the one
of a wall monitor.
"""

from dataclasses import dataclass

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
        response.set_cookie(
            self.session, token, httponly=True, secure=self.secure, samesite="lax", path="/"
        )

    def set_form(self, response: Response, value: str) -> None:
        response.set_cookie(
            self.form,
            value,
            max_age=FORM_SECONDS,
            httponly=True,
            secure=self.secure,
            samesite="strict",
            path="/",
        )

    def set_attempt(self, response: Response, value: str, seconds: int) -> None:
        """Lax: the browser brings it when the provider sends it back here."""
        response.set_cookie(
            self.attempt,
            value,
            max_age=seconds,
            httponly=True,
            secure=self.secure,
            samesite="lax",
            path="/",
        )

    def set_screen(self, response: Response, token: str) -> None:
        """Strict: no other page can lead a browser to what the screen may see."""
        response.set_cookie(
            self.screen,
            token,
            max_age=SCREEN_SECONDS,
            httponly=True,
            secure=self.secure,
            samesite="strict",
            path="/",
        )

    def drop(self, response: Response, name: str) -> None:
        response.delete_cookie(name, path="/", secure=self.secure, httponly=True, samesite="lax")

"""The cookies staff get: one for the session, two that tie a sign-in to the browser in which it was begun."""

from dataclasses import dataclass

from starlette.responses import Response

FORM_SECONDS = 3600


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

    def drop(self, response: Response, name: str) -> None:
        response.delete_cookie(name, path="/", secure=self.secure, httponly=True, samesite="lax")

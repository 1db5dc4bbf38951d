"""The two cookies staff get: one for the session, one that ties the sign-in form to the browser it was sent to."""

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

    def drop(self, response: Response, name: str) -> None:
        response.delete_cookie(name, path="/", secure=self.secure, httponly=True, samesite="lax")

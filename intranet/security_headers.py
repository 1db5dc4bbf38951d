"""Security headers of every answer (OWASP Secure Headers), and pure-ASGI middleware that adds them."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_BASE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


def staff_policy(socket_origin: str) -> str:
    """The Content-Security-Policy Streamlit's own scripts can live with; nothing from other hosts."""
    return (
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; "
        f"connect-src 'self' {socket_origin}; worker-src 'self' blob:; "
        "frame-src 'none'; frame-ancestors 'none'; object-src 'none'; base-uri 'self'; form-action 'self'"
    )


PLAIN_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
"""For pages without any script."""


def add_headers(headers: MutableHeaders, policy: str, *, secure: bool) -> None:
    """Add what is missing; a route's own, stricter policy stays."""
    for name, value in _BASE.items():
        headers.setdefault(name, value)
    headers.setdefault("Content-Security-Policy", policy)
    if secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if "server" in headers:
        del headers["server"]


class SecurityHeaders:
    """Middleware for servers without a guard of their own (the public pages)."""

    def __init__(self, app: ASGIApp, *, policy: str, secure: bool) -> None:
        self._app, self._policy, self._secure = app, policy, secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_headers(MutableHeaders(scope=message), self._policy, secure=self._secure)
            await send(message)

        await self._app(scope, receive, dressed)

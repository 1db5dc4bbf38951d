"""A small real OpenID Connect provider, made with Authlib, on a free port of this machine."""

import os
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode
from flask import Flask, Response, jsonify, redirect, request
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

CLIENT, SECRET = "rathaus", "nur-fuer-den-test-42"


@dataclass
class Provider:
    """Who signs in there just now, and what it does wrong on purpose (``spoil``)."""

    issuer: str = ""
    subject: str = "s-1"
    claims: dict[str, str] = field(default_factory=dict)
    spoil: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "eins"}))
    shown_key: RSAKey | None = None
    codes: dict[str, Any] = field(default_factory=dict)
    redirect_uris: list[str] = field(default_factory=list)
    key_reads: int = 0
    down: bool = False
    turned_away: int = 0
    """How often it was asked while it was down."""


class _Client:
    """The one client that is registered."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self.client_id = CLIENT
        self.id_token_signed_response_alg = "RS256"

    def get_client_id(self) -> str:
        return CLIENT

    def get_default_redirect_uri(self) -> str:
        return self._provider.redirect_uris[0]

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, uri: str) -> bool:
        return uri in self._provider.redirect_uris

    def check_client_secret(self, secret: str) -> bool:
        return secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, kind: str) -> bool:
        return kind == "code"

    def check_grant_type(self, kind: str) -> bool:
        return kind == "authorization_code"


class _Code(SimpleNamespace):
    def get_redirect_uri(self) -> str:
        return str(self.redirect_uri)

    def get_scope(self) -> str:
        return str(self.scope)

    def get_nonce(self) -> str:
        return str(self.nonce)

    def get_auth_time(self) -> int:
        return int(self.auth_time)

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


def _grant(provider: Provider) -> type[AuthorizationCodeGrant]:
    class Grant(AuthorizationCodeGrant):  # type: ignore[misc]
        TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)

        def save_authorization_code(self, code: str, asked: Any) -> None:
            data = asked.payload.data
            provider.codes[code] = _Code(
                code=code,
                redirect_uri=asked.payload.redirect_uri,
                scope=asked.payload.scope,
                nonce=provider.spoil.get("nonce", data.get("nonce")),
                auth_time=int(time.time()),
                code_challenge=data.get("code_challenge"),
                code_challenge_method=data.get("code_challenge_method"),
            )

        def query_authorization_code(self, code: str, client: Any) -> Any:
            return provider.codes.get(code)

        def delete_authorization_code(self, code: Any) -> None:
            provider.codes.pop(code.code, None)

        def authenticate_user(self, code: Any) -> Any:
            return SimpleNamespace(id=provider.subject, get_user_id=lambda: provider.subject)

    return Grant


def _open_id(provider: Provider) -> OpenIDCode:
    class Code(OpenIDCode):  # type: ignore[misc]
        def exists_nonce(self, nonce: str, asked: Any) -> bool:
            return False

        def resolve_client_private_key(self, client: Any) -> RSAKey:
            return provider.key

        def get_encode_header(self, client: Any) -> dict[str, str]:
            return {"alg": "RS256", "kid": provider.key.kid or ""}

        def get_compatible_claims(self, asked: Any) -> dict[str, Any]:
            now = int(time.time()) + provider.spoil.get("shift", 0)
            return {
                "iss": provider.spoil.get("iss", provider.issuer),
                "aud": provider.spoil.get("aud", [CLIENT]),
                "iat": now,
                "exp": now + 300,
            }

        def get_client_algorithm(self, client: Any) -> str:
            return "RS256"

        def generate_user_info(self, user: Any, scope: str) -> dict[str, str]:
            return {"sub": provider.subject} | provider.claims

    return Code(require_nonce=True)


def _application(provider: Provider) -> Flask:
    application = Flask("provider")
    server = AuthorizationServer(
        application,
        query_client=lambda identifier: _Client(provider) if identifier == CLIENT else None,
        save_token=lambda token, asked: None,
    )
    server.register_grant(_grant(provider), [CodeChallenge(required=True), _open_id(provider)])

    @application.before_request
    def away() -> tuple[str, int] | None:
        provider.turned_away += provider.down
        return ("away", 503) if provider.down else None

    @application.get("/.well-known/openid-configuration")
    def metadata() -> Response:
        return jsonify(
            {
                "issuer": provider.spoil.get("metadata", provider.issuer),
                "authorization_endpoint": f"{provider.issuer}/authorize",
                "token_endpoint": f"{provider.issuer}/token",
                "jwks_uri": f"{provider.issuer}/keys",
                "end_session_endpoint": f"{provider.issuer}/logout",
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            }
        )

    @application.get("/authorize")
    def authorize() -> Any:
        grant = server.get_consent_grant(end_user=SimpleNamespace(id=provider.subject))
        return server.create_authorization_response(
            grant=grant, grant_user=SimpleNamespace(id=provider.subject)
        )

    @application.post("/token")
    def token() -> Any:
        answer = server.create_token_response()
        if "token" in provider.spoil:
            answer.set_data(provider.spoil["token"](answer.get_json()))
        return answer

    @application.get("/keys")
    def keys() -> Response:
        provider.key_reads += 1
        shown = provider.shown_key or provider.key
        return jsonify({"keys": [shown.as_dict(private=False)]})

    @application.get("/logout")
    def logout() -> Any:
        return redirect(request.args["post_logout_redirect_uri"])

    return application


@contextmanager
def running() -> Iterator[Provider]:
    """Serve it until the end of the block."""
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # no TLS towards this very machine
    provider = Provider(subject=secrets.token_hex(4))
    server = make_server("127.0.0.1", 0, _application(provider), threaded=True)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join(120)
        server.server_close()
        os.environ.pop("AUTHLIB_INSECURE_TRANSPORT", None)

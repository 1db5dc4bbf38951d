"""The provider: where it is reached, sending people there, and believing its answer only after every check.

OpenID Connect Core 1.0 (3.1.3.7: validation of the ID token), Discovery 1.0, PKCE (RFC 7636), issuer in the answer
(RFC 9207).
"""

import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any
from urllib.parse import urlencode

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from requests import RequestException

from config.settings import Settings

SIGNED_BY = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
"""Signatures with the provider's key pair; never ``none``, never one with a shared secret."""
KEEP_SECONDS = 3600.0
TIMEOUT = (3.0, 10.0)
AWAY_SECONDS = 10.0
"""So long a provider that did not answer is not asked again: whoever presses the button would wait, and others behind."""
LEEWAY = 60
"""Seconds that two clocks may differ."""


class ProviderError(Exception):
    """Nobody has signed in. The message is for the log, never with secrets."""


class ProviderAwayError(ProviderError):
    """The provider can't be asked just now."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The provider's addresses, out of its metadata."""

    authorization: str
    token: str
    keys: str
    end_session: str | None
    token_auth: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """What has to be remembered between leaving for the provider and coming back, by the browser that left."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> "Attempt":
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)))


@dataclass(frozen=True, slots=True)
class Proven:
    """Who has signed in, as the provider says. ``subject`` is for ever theirs; ``login`` may change."""

    subject: str
    login: str
    name: str


class Provider:
    """The provider of an installation; its metadata and keys are kept for an hour."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._endpoints: tuple[float, Endpoints] | None = None
        self._keys: tuple[float, KeySet] | None = None
        self._away_until = 0.0

    def address(self, attempt: Attempt, redirect_uri: str) -> str:
        """Where the browser is sent. Raises ``ProviderError``."""
        endpoints = self.endpoints()
        with self._client(redirect_uri) as client:
            url, _ = client.create_authorization_url(
                endpoints.authorization,
                state=attempt.state,
                nonce=attempt.nonce,
                code_verifier=attempt.verifier,
            )
        return str(url)

    def complete(self, attempt: Attempt, answer: Mapping[str, str], redirect_uri: str) -> Proven:
        """Who has signed in, out of the answer the browser brought back. Raises ``ProviderError``."""
        if not compare_digest(answer.get("state", "").encode(), attempt.state.encode()):
            raise ProviderError("state does not match")
        if answer.get("iss", self._settings.oidc_issuer).rstrip("/") != self._settings.oidc_issuer:
            raise ProviderError("the answer is another issuer's")
        if "error" in answer or not answer.get("code"):
            raise ProviderError(f"no code: {answer.get('error', '')[:80]!r}")
        endpoints = self.endpoints()
        try:
            with self._client(redirect_uri) as client:
                token = client.fetch_token(
                    endpoints.token,
                    grant_type="authorization_code",
                    code=answer["code"],
                    code_verifier=attempt.verifier,
                    timeout=TIMEOUT,
                    allow_redirects=False,
                )
        except RequestException as error:
            raise ProviderAwayError("token endpoint away") from error
        except (OAuthError, ValueError) as error:
            raise ProviderError("the code was not accepted") from error
        return self._believe(token, attempt.nonce)

    def end_session(self, back_to: str) -> str | None:
        """Where somebody signs out of the provider itself (RP-Initiated Logout 1.0); ``None`` where it has no such place."""
        address = self.endpoints().end_session
        if not address:
            return None
        query = {"client_id": self._settings.oidc_client_id, "post_logout_redirect_uri": back_to}
        return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"

    def endpoints(self) -> Endpoints:
        """Out of the metadata. Raises ``ProviderAwayError``, or ``ProviderError`` where they are another issuer's."""
        with self._lock:
            if self._endpoints and time.monotonic() - self._endpoints[0] < KEEP_SECONDS:
                return self._endpoints[1]
        issuer = self._settings.oidc_issuer
        found = self._read(f"{issuer}/.well-known/openid-configuration")
        if str(found.get("issuer", "")).rstrip("/") != issuer:
            raise ProviderError("the metadata are another issuer's")
        supported = found.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        preferred = ("client_secret_basic", "client_secret_post", "none")
        try:
            endpoints = Endpoints(
                found["authorization_endpoint"],
                found["token_endpoint"],
                found["jwks_uri"],
                found.get("end_session_endpoint"),
                next((each for each in preferred if each in supported), preferred[0]),
            )
        except KeyError as error:
            raise ProviderError(f"the metadata lack {error}") from error
        with self._lock:
            self._endpoints = (time.monotonic(), endpoints)
        return endpoints

    def _believe(self, token: Mapping[str, Any], nonce: str) -> Proven:
        """Check signature, issuer, audience, time, nonce and the access token's hash."""
        text = token.get("id_token")
        if not isinstance(text, str):
            raise ProviderError("no ID token")
        settings = self._settings
        try:
            decoded = self._decode(text)
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                {
                    "iss": {"essential": True, "value": decoded.claims.get("iss", "")},
                    "aud": {"essential": True, "value": settings.oidc_client_id},
                    "exp": {"essential": True},
                },
                {
                    "nonce": nonce,
                    "client_id": settings.oidc_client_id,
                    "access_token": token.get("access_token"),
                },
            )
            claims.validate(leeway=LEEWAY)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise ProviderError(f"the ID token is not valid: {type(error).__name__}") from error
        if str(claims.get("iss", "")).rstrip("/") != settings.oidc_issuer:
            raise ProviderError("the ID token is another issuer's")
        subject = claims.get("sub")
        if not isinstance(subject, str) or not 0 < len(subject) <= 255:
            raise ProviderError("the ID token names nobody")
        login = claims.get(settings.oidc_login_claim)
        return Proven(subject, str(login or ""), str(claims.get("name") or ""))

    def _decode(self, text: str) -> jwt.Token:
        """With the keys we have; once more with fresh ones, as providers change theirs."""
        try:
            return jwt.decode(text, self._key_set(), algorithms=SIGNED_BY)
        except (JoseError, ValueError):
            with self._lock:
                self._keys = None
            return jwt.decode(text, self._key_set(), algorithms=SIGNED_BY)

    def _key_set(self) -> KeySet:
        with self._lock:
            if self._keys and time.monotonic() - self._keys[0] < KEEP_SECONDS:
                return self._keys[1]
        found = self._read(self.endpoints().keys)
        keys = KeySet.import_key_set({"keys": list(found.get("keys", []))})
        with self._lock:
            self._keys = (time.monotonic(), keys)
        return keys

    def _read(self, url: str) -> dict[str, Any]:
        if time.monotonic() < self._away_until:
            raise ProviderAwayError("the provider did not answer a moment ago")
        try:
            with self._client("") as client:
                answer = client.get(
                    url, withhold_token=True, timeout=TIMEOUT, allow_redirects=False
                )
                answer.raise_for_status()
                found = answer.json()
        except (RequestException, ValueError) as error:
            self._away_until = time.monotonic() + AWAY_SECONDS
            raise ProviderAwayError("the provider's metadata can't be read") from error
        if not isinstance(found, dict):
            raise ProviderError("the provider's metadata are no object")
        return found

    def _client(self, redirect_uri: str) -> Any:
        settings = self._settings
        known = self._endpoints[1].token_auth if self._endpoints else "client_secret_basic"
        client = OAuth2Session(
            settings.oidc_client_id,
            settings.oidc_client_secret or None,
            scope=settings.oidc_scopes,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            token_endpoint_auth_method=known if settings.oidc_client_secret else "none",
        )
        if settings.oidc_ca_file:
            client.verify = str(settings.oidc_ca_file)
        client.trust_env = False
        return client

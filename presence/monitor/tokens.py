"""Tokens of screens: 256 random bits, shown once, kept as a hash."""

import hashlib
import secrets

LONGEST = 100


def new_token() -> str:
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """SHA-256 in hex. Random as the token is, it needs no salt and no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()

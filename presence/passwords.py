"""Passwords: what is accepted, and how it is kept (argon2id, RFC 9106).

Cost as the OWASP Password Storage Cheat Sheet gives it for argon2id: 19 MiB, two passes, one lane. At most two are
computed at a time, so that a burst of sign-ins takes neither the machine's memory nor all of its cores.
"""

import secrets
import threading
import unicodedata
from dataclasses import dataclass, field

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MINIMUM_LENGTH = 12
MAXIMUM_LENGTH = 256
MINIMUM_DIFFERENT = 5

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_AT_A_TIME = threading.BoundedSemaphore(2)
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike on paper


class PasswordRefusedError(Exception):
    """The new password is not good enough. The message says what to do."""


@dataclass(frozen=True, slots=True)
class InitialPassword:
    """A password for the first sign-in, hashed already: hashing takes too long for a transaction others wait for."""

    text: str = field(repr=False)
    stored: str = field(repr=False)


def initial_password() -> InitialPassword:
    """A new one, to be made before the transaction that sets it."""
    text = generate()
    return InitialPassword(text, hash_password(text))


def check_new(password: str, login: str) -> None:
    """Raise ``PasswordRefusedError`` unless the password may be set for this login.

    Length decides, not the kinds of characters (NIST SP 800-63B, BSI ORP.4.A8).
    """
    if "\0" in password or len(password) > MAXIMUM_LENGTH:
        raise PasswordRefusedError(
            f"Das Passwort darf höchstens {MAXIMUM_LENGTH} Zeichen lang sein und keine Steuerzeichen enthalten."
        )
    if len(password) < MINIMUM_LENGTH:
        raise PasswordRefusedError(
            f"Bitte wählen Sie ein Passwort mit mindestens {MINIMUM_LENGTH} Zeichen."
        )
    if len(set(password)) < MINIMUM_DIFFERENT:
        raise PasswordRefusedError(
            f"Bitte verwenden Sie mindestens {MINIMUM_DIFFERENT} verschiedene Zeichen."
        )
    if login.casefold() in password.casefold():
        raise PasswordRefusedError("Das Passwort darf Ihren Anmeldenamen nicht enthalten.")


def hash_password(password: str) -> str:
    """The PHC string of the password (argon2id)."""
    with _AT_A_TIME:
        return _HASHER.hash(_prepared(password))


def verify(stored: str, password: str) -> bool:
    """Whether the password belongs to the stored hash; what could never have been set is refused unheard."""
    if not password or "\0" in password or len(password) > MAXIMUM_LENGTH:
        return False
    try:
        with _AT_A_TIME:
            return _HASHER.verify(stored, _prepared(password))
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


def needs_rehash(stored: str) -> bool:
    """Whether the hash was made with other costs than today's."""
    return _HASHER.check_needs_rehash(stored)


def generate() -> str:
    """A password for the first sign-in: four groups of five, about 99 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))


def _prepared(password: str) -> str:
    """One spelling for what people type alike on different keyboards (RFC 8265, OpaqueString: NFC)."""
    return unicodedata.normalize("NFC", password)


NOBODY = hash_password(secrets.token_urlsafe(24))
"""Checked for unknown logins, so that they take as long as known ones."""

"""Keys of the staff web, made at first use and kept in the data directory, readable by us only."""

import hashlib
import hmac
import secrets

from config.settings import Settings
from storage.keyfiles import keep_secret

KEY_BYTES = 32


def load_key(settings: Settings, name: str) -> bytes:
    """The key called ``name``: 32 bytes, the same in every process of this data directory."""
    path = settings.in_data("keys", f"{name}.key")
    return keep_secret(path, secrets.token_bytes(KEY_BYTES))


def keyed_hash(key: bytes, purpose: str, text: str) -> str:
    """HMAC-SHA-256 of the text for one purpose, in hex: comparable, but not to be guessed without the key."""
    message = f"{purpose}\0{text}".encode(errors="replace")
    return hmac.new(key, message, hashlib.sha256).hexdigest()

"""The master keys that wrap each blob's own key: small files below ``data_dir/keys``, readable by us only."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from storage.blobs.errors import BlobStoreError
from storage.keyfiles import keep_secret

KEY_BYTES = 32
KEY_ID_BYTES = 8


@dataclass(frozen=True, slots=True)
class MasterKey:
    """New blobs are wrapped under ``current``; older keys stay for the blobs that name them."""

    current: str
    keys: Mapping[str, bytes]

    def __repr__(self) -> str:
        return f"MasterKey(current={self.current!r})"  # keys must not stray into a log

    @classmethod
    def generate(cls) -> "MasterKey":
        identifier = secrets.token_hex(KEY_ID_BYTES // 2)
        return cls(identifier, {identifier: secrets.token_bytes(KEY_BYTES)})


def load_master_key(folder: Path) -> MasterKey:
    """Read ``blob-*.key`` from ``folder``; make the first one where there is none.

    The newest by name (its number counts up) is current. Raises ``BlobStoreError`` for a key of wrong length.
    """
    files = sorted(folder.glob("blob-*.key"))
    if not files:
        _create(folder, 1)
        files = sorted(folder.glob("blob-*.key"))
    keys = {file.stem.removeprefix("blob-"): file.read_bytes() for file in files}
    for identifier, key in keys.items():
        if len(key) != KEY_BYTES or len(identifier) != KEY_ID_BYTES:
            raise BlobStoreError(f"Die Schlüsseldatei blob-{identifier}.key ist unbrauchbar.")
    return MasterKey(max(keys), keys)


def rotate_master_key(folder: Path) -> MasterKey:
    """Add a key that wraps all blobs from now on; blobs of the older ones stay readable."""
    current = load_master_key(folder).current
    _create(folder, int(current) + 1)
    return load_master_key(folder)


def _create(folder: Path, number: int) -> None:
    target = folder / f"blob-{number:0{KEY_ID_BYTES}d}.key"
    keep_secret(target, secrets.token_bytes(KEY_BYTES))

"""Encryption of one blob, in chunks, so that memory stays bounded and reading may start anywhere.

Each blob has a random key of its own (AES-256-GCM). The chunks follow the STREAM construction (Hoang, Reyhanitabar,
Rogaway, Vizár: Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance, CRYPTO 2015): the nonce is the
chunk's number and a flag for the last one, so that chunks can't be swapped, dropped or cut off unseen. The blob's
key is wrapped under the master key with the SHA-256 of the content as associated data, so that a file can't be
passed off as another one.

Layout: magic (8), id of the master key (8), nonce (12), wrapped key (48), then chunks of 256 KiB + 16 each.
"""

import io
import secrets
from hashlib import sha256
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from typing_extensions import Buffer

from storage.blobs.errors import BlobCorruptError, BlobStoreError
from storage.blobs.keys import KEY_BYTES, KEY_ID_BYTES, MasterKey

MAGIC = b"RWBLOB1\n"
CHUNK = 256 * 1024
TAG = 16
NONCE = 12
HEADER = len(MAGIC) + KEY_ID_BYTES + NONCE + KEY_BYTES + TAG


def encrypt(source: BinaryIO, target: BinaryIO, master: MasterKey) -> tuple[str, int]:
    """Encrypt ``source`` into ``target`` (seekable, empty); the content's SHA-256 (hex) and its size in bytes."""
    key = secrets.token_bytes(KEY_BYTES)
    cipher = AESGCM(key)
    digest = sha256()
    size = number = 0
    target.write(bytes(HEADER))
    chunk = _read_fully(source)
    while True:
        following = _read_fully(source) if len(chunk) == CHUNK else b""
        digest.update(chunk)
        size += len(chunk)
        target.write(cipher.encrypt(_nonce(number, last=not following), chunk, None))
        if not following:
            break
        chunk = following
        number += 1
    name = digest.hexdigest()
    target.seek(0)
    target.write(_header(master, key, name))
    return name, size


class DecryptingReader(io.RawIOBase):
    """The content of an encrypted blob, seekable. Reading raises ``BlobCorruptError`` where a byte was changed."""

    def __init__(self, source: BinaryIO, name: str, master: MasterKey) -> None:
        super().__init__()
        self._source = source
        self._name = name
        self._cipher = AESGCM(_unwrap(source.read(HEADER), master, name))
        stored = source.seek(0, io.SEEK_END) - HEADER
        if stored < TAG:
            raise BlobCorruptError(name)
        self._chunks = -(-stored // (CHUNK + TAG))
        self.size = stored - self._chunks * TAG
        """Bytes of the content."""
        self._position = 0
        self._held: tuple[int, bytes] = (-1, b"")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        self._position = max(0, start + offset)
        return self._position

    def readinto(self, buffer: Buffer, /) -> int:
        view = memoryview(buffer).cast("B")
        number, offset = divmod(self._position, CHUNK)
        if number >= self._chunks:
            return 0
        part = self._chunk(number)[offset : offset + len(view)]
        view[: len(part)] = part
        self._position += len(part)
        return len(part)

    def close(self) -> None:
        if not self.closed:
            self._source.close()
        super().close()

    def _chunk(self, number: int) -> bytes:
        if self._held[0] != number:
            self._source.seek(HEADER + number * (CHUNK + TAG))
            last = number == self._chunks - 1
            try:
                plain = self._cipher.decrypt(
                    _nonce(number, last=last), self._source.read(CHUNK + TAG), None
                )
            except (InvalidTag, ValueError) as error:
                raise BlobCorruptError(self._name) from error
            self._held = (number, plain)
        return self._held[1]


def _read_fully(source: BinaryIO) -> bytes:
    """A whole chunk, or less only at the end (a pipe may give less at once)."""
    parts, missing = [], CHUNK
    while missing and (part := source.read(missing)):
        parts.append(part)
        missing -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(NONCE - 1, "big") + (b"\x01" if last else b"\x00")


def _header(master: MasterKey, key: bytes, name: str) -> bytes:
    nonce = secrets.token_bytes(NONCE)
    start = MAGIC + master.current.encode()
    wrapped = AESGCM(master.keys[master.current]).encrypt(nonce, key, start + bytes.fromhex(name))
    return start + nonce + wrapped


def _unwrap(header: bytes, master: MasterKey, name: str) -> bytes:
    start = header[: len(MAGIC) + KEY_ID_BYTES]
    if len(header) != HEADER or not start.startswith(MAGIC):
        raise BlobCorruptError(name)
    wrapping = master.keys.get(start[len(MAGIC) :].decode("ascii", "replace"))
    if wrapping is None:
        raise BlobStoreError(f"Der Schlüssel zur Datei {name} fehlt (Verzeichnis „keys“).")
    nonce = header[len(start) : len(start) + NONCE]
    try:
        return AESGCM(wrapping).decrypt(
            nonce, header[len(start) + NONCE :], start + bytes.fromhex(name)
        )
    except InvalidTag as error:
        raise BlobCorruptError(name) from error

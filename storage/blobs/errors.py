"""What can go wrong with blobs, in words for people."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class BlobStoreError(Exception):
    """The store can't do it just now (no space, no bucket). Nothing was stored by halves, nothing lost."""


class BlobMissingError(BlobStoreError):
    """There is no such blob."""

    def __init__(self, sha256: str) -> None:
        self.sha256 = sha256
        super().__init__(f"Die Datei {sha256} fehlt in der Ablage.")


class BlobCorruptError(BlobStoreError):
    """The stored bytes are not those that were put: changed, cut off or exchanged."""

    def __init__(self, sha256: str) -> None:
        self.sha256 = sha256
        super().__init__(f"Die Datei {sha256} ist in der Ablage beschädigt oder verändert worden.")


@contextmanager
def explained() -> Iterator[None]:
    """Turn the operating system's errors while storing into a ``BlobStoreError``."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise BlobStoreError(
                "Der Speicherplatz der Ablage ist erschöpft. Die Datei wurde nicht gespeichert; "
                "bitte Platz schaffen und noch einmal versuchen."
            ) from error
        raise BlobStoreError(
            f"Die Datei konnte nicht gespeichert werden: {error.strerror or error}."
        ) from error

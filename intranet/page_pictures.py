"""Pictures of document pages, made in a reader process with limits and kept for a while in memory.

The web process itself never parses a file: a broken or hostile one ends a reader process, not the intranet.
"""

import threading
from collections import OrderedDict
from dataclasses import replace
from uuid import uuid4

from ocr.documents import UnreadableError
from ocr.isolation import ReaderPool
from ocr.limits import Limits
from storage.house import House

KEPT_BYTES = 24 * 1024 * 1024
SECONDS = 20.0
DPI = 110


class PagePictures:
    """Renders pages one after the other; the latest stay in memory, up to ``KEPT_BYTES``."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._pool: ReaderPool | None = None
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, int, int], bytes] = OrderedDict()
        self._size = 0

    def page(self, sha256: str, media_type: str, number: int, rotation: int) -> bytes:
        """The page as WebP. Raises ``UnreadableError`` for formats without layout and for broken files."""
        key = (sha256, number, rotation)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        picture = self._render(sha256, media_type, number, rotation)
        with self._lock:
            self._keep(key, picture)
        return picture

    def close(self) -> None:
        if self._pool is not None:
            self._pool.close()

    def _render(self, sha256: str, media_type: str, number: int, rotation: int) -> bytes:
        pool = self._started_pool()
        path = self._house.settings.in_data("tmp", f"bild-{uuid4().hex}")
        try:
            self._house.blobs.copy_to(sha256, path)
            made = pool.run(
                "ocr.pictures:render_page", path.resolve(), media_type, number, DPI, rotation
            )
        finally:
            path.unlink(missing_ok=True)
        if not isinstance(made, bytes):
            raise UnreadableError("damaged", "Diese Seite kann nicht gezeigt werden.")
        return made

    def _started_pool(self) -> ReaderPool:
        with self._lock:
            if self._pool is None:
                self._pool = ReaderPool(
                    1, replace(Limits(), seconds=SECONDS), warm=("ocr.pictures",)
                )
            return self._pool

    def _keep(self, key: tuple[str, int, int], picture: bytes) -> None:
        self._size += len(picture) - len(self._kept.get(key, b""))
        self._kept[key] = picture
        while self._size > KEPT_BYTES and len(self._kept) > 1:
            _, dropped = self._kept.popitem(last=False)
            self._size -= len(dropped)

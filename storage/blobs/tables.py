"""The table of blobs. What a blob means, and who may see it, is said by the documents that refer to it."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.privacy import privacy
from storage.schema import Table


class Blob(Table):
    """One content. ``refs`` counts who refers to it; unreferenced since ``released_at``, it may be swept."""

    __tablename__ = "blob"
    __table_args__ = (
        CheckConstraint("refs >= 0", name="refs"),
        Index("ix_blob_released_at", "released_at", postgresql_where=text("refs = 0")),
        {
            "info": privacy(
                "Verschlüsselte Ablage der Dateien; wen sie betreffen, sagt das Dokument dazu",
                None,
                "solange ein Dokument darauf verweist, danach einen Tag",
                "keep",
            )
        },
    )

    sha256: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    """Bytes of the content, not of its encrypted form."""
    refs: Mapped[int]
    stored_at: Mapped[datetime]
    released_at: Mapped[datetime | None]

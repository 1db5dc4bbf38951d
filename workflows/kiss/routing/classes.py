"""Which protection class a topic or a group may bring along."""

from storage.actors import FILING_CLASSES, SHARED_CLASSES, ProtectionClass
from storage.conflicts import ConflictError
from workflows.kiss.anliegen.tables import Group, Topic


def class_of(wanted: ProtectionClass | None, before: str) -> str:
    """The class as it is stored. Raises ``ConflictError`` for one of the inbox."""
    if wanted is not None and wanted not in FILING_CLASSES:
        raise ConflictError("Diese Schutzklasse gibt es nur im Posteingang.")
    return wanted.value if wanted is not None else before


def check_coordination(row: Group) -> None:
    """Raises ``ConflictError`` where everything that comes in would be protected."""
    if row.coordination and ProtectionClass(row.protection) not in SHARED_CLASSES:
        raise ConflictError(
            "Die Koordination bekommt, wofür sich niemand findet. Sie kann keine Schutzklasse haben."
        )


def check_public(row: Topic) -> None:
    """Raises ``ConflictError`` where what is protected might be published."""
    if row.public and ProtectionClass(row.protection) not in SHARED_CLASSES:
        raise ConflictError(
            "Ein geschütztes Thema kann nicht öffentlich angeboten werden: Was dazu gemeldet wird, könnte veröffentlicht werden."
        )

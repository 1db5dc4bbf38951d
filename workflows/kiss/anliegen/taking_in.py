"""Taking an Anliegen in with its files: bytes staged first, one transaction, and the second of two equal ones finds the first."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ocr.names import safe_name
from ocr.readers.archive import type_of
from storage.actors import Actor
from storage.house import House
from workflows.kiss.anliegen.conversation import FileIn
from workflows.kiss.anliegen.opening import Incoming, open_anliegen


@contextmanager
def staged(house: House, files: Sequence[tuple[str, bytes]]) -> Iterator[list[FileIn]]:
    """Files ready for a transaction: named safely, encrypted, not yet counted. Raises ``BlobStoreError``."""
    with ExitStack() as stack:
        yield [
            FileIn(
                safe_name(name, "Anhang"),
                type_of(content, name),
                stack.enter_context(house.blobs.stage(content)),
            )
            for name, content in files
        ]


def take_in(
    house: House, actor: Actor, incoming: Incoming, files: Sequence[tuple[str, bytes]] = ()
) -> UUID:
    """Open it, whatever else happens at the same moment; gives its id.

    Raises what ``open_anliegen`` raises, ``BlobStoreError`` (no space) or ``StorageBusyError``; nothing was taken then.
    """
    with staged(house, files) as ready:
        whole = replace(incoming, files=ready)

        def deed(session: Session) -> UUID:
            return open_anliegen(session, actor, whole, blobs=house.blobs, now=house.clock()).id

        try:
            return house.database.run(deed)
        except IntegrityError:  # the same came in at the same moment; now it is there
            return house.database.run(deed)

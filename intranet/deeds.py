"""Carrying out a verb from a page: in one transaction, with its refusal shown in words."""

from collections.abc import Callable
from typing import TypeVar

import streamlit as st
from sqlalchemy.orm import Session

from intranet import words
from intranet.visit import Visit
from presence.passwords import PasswordRefusedError
from storage.blobs.errors import BlobStoreError
from storage.conflicts import ConflictError, NotFoundError
from storage.cron import CronError
from storage.database import StorageBusyError
from storage.rights import NotAllowedError

T = TypeVar("T")

REFUSALS = (
    ConflictError,
    NotFoundError,
    NotAllowedError,
    PasswordRefusedError,
    CronError,
    BlobStoreError,
    StorageBusyError,
)
"""What stops a deed without being a fault of the program; each message is for people."""


def carry_out(visit: Visit, deed: Callable[[Session], T]) -> tuple[bool, T | None]:
    """Whether it was done, and what it gave. A refusal is shown where we stand on the page."""
    return attempt(lambda: visit.house.database.run(deed))


def attempt(deed: Callable[[], T]) -> tuple[bool, T | None]:
    """The same for a verb that opens its transaction itself."""
    try:
        return True, deed()
    except REFUSALS as refusal:
        st.error(words.plain(str(refusal)), icon=":material/error:")
        return False, None

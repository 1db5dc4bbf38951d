"""What who came with an internal Anliegen sees of it: what citizens see of theirs."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from intranet.views import anliegen
from storage.actors import Staff
from storage.conflicts import NotFoundError
from workflows.kiss.anliegen.opening import Channel
from workflows.kiss.anliegen.requesters import is_told
from workflows.kiss.anliegen.requesting import request
from workflows.kiss.citizens.following import Following, follow


@dataclass(frozen=True, slots=True)
class Request:
    """``replies``: it is their own; else they took a call down and may give the caller the link."""

    public: Following
    replies: bool


@dataclass(frozen=True, slots=True)
class Found:
    """The whole of it for who may see that, else the public part of one's own."""

    shown: anliegen.View | Request
    told: bool
    """The person came with it, and has not read yet what was answered."""


def load(session: Session, staff: Staff, wanted: UUID, now: datetime) -> Found:
    """Raises ``NotFoundError`` for who may see neither."""
    try:
        return Found(anliegen.load(session, staff, wanted, now), is_told(session, staff, wanted))
    except NotFoundError:
        row = request(session, staff, wanted, now)
        shown = Request(follow(session, row), row.channel == Channel.INTERNAL.value)
        return Found(shown, is_told(session, staff, wanted))

"""Confirming that one asks for a room: what is asked for, and what it costs by now, then one button."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.routing import Route

from intranet.public import confirming
from intranet.public.pages import Visitor
from intranet.public.rooms import BACK
from presence.citizens.letters import when
from presence.citizens.queries import last_end
from presence.citizens.room_links import CONFIRM, RoomLinks
from presence.citizens.room_requests import (
    CHANGED,
    KIND,
    ConditionsChangedError,
    confirm_sending,
    look_at,
)
from presence.citizens.tables import RoomRequest, Submission
from presence.spaces.fees import in_words
from storage.house import House

TITLE = "Anfrage bestätigen"


def routes(house: House) -> list[Route]:
    """``/anfrage/bestaetigen/…``."""
    links = RoomLinks(house.settings)

    def carry_out(session: Session, submission: UUID, seen: str, now: datetime) -> str | None:
        try:
            made = confirm_sending(session, submission, agreed=seen, now=now)
        except ConditionsChangedError:
            return None
        request = session.get_one(RoomRequest, made)
        return f"/anfrage/{links.status_token(request, last_end(session, request.id) or now)}"

    kind = confirming.Confirmation(
        KIND, CONFIRM, "raum_bestaetigen.html", TITLE, _shown, carry_out, BACK
    )
    return confirming.routes(house, "/anfrage/bestaetigen", kind)


def _shown(session: Session, row: Submission, who: Visitor, now: datetime) -> Mapping[str, Any]:
    sent = look_at(session, row, now)
    return {
        "sent": sent,
        "seen": sent.mark,
        "changed": CHANGED,
        "fee": in_words(sent.fee),
        "days": [when(who.say, (each.starts, each.ends)) for each in sent.days],
    }

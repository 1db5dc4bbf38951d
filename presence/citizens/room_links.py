"""The two links people get for a room: one to confirm what they sent, one to follow what becomes of it."""

from datetime import datetime

from config.settings import Settings
from presence.citizens.links import Links, links_of
from presence.citizens.tables import RoomRequest, Submission
from presence.spaces.upkeep import ROOMS_NAMED

CONFIRM = "raumanfrage.bestaetigen"
STATUS = "raumanfrage"


class RoomLinks:
    """Makes addresses on the citizens' pages, and reads their last part (``links``)."""

    def __init__(self, settings: Settings) -> None:
        self._address = settings.citizens_url
        self.links: Links = links_of(settings)

    def confirming(self, submission: Submission) -> str:
        token = self.links.sign(CONFIRM, submission.id, expires=submission.expires_at)
        return f"{self._address}/anfrage/bestaetigen/{token}"

    def status(self, request: RoomRequest, last: datetime) -> str:
        """Good until the names are forgotten, counted from the end of the last day asked for."""
        return f"{self._address}/anfrage/{self.status_token(request, last)}"

    def status_token(self, request: RoomRequest, last: datetime) -> str:
        return self.links.sign(
            STATUS, request.id, expires=last + ROOMS_NAMED, revision=request.link_revision
        )

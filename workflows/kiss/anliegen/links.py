"""The link by which somebody follows their Anliegen, on the citizens' pages."""

import re
from datetime import datetime, timedelta

from config.settings import Settings
from presence.citizens.links import LENGTH, Links, SignedLink, links_of
from workflows.kiss.anliegen.tables import Anliegen

STATUS = "anliegen"
GOOD_FOR = timedelta(days=3 * 366)
"""From the day it came in. What is forgotten earlier is shown no more, link or not."""

_CHARACTER = r"[\w-](?:\r?\n[> \t]*)?"
_IN_TEXT = re.compile(
    rf"(anliegen(?:/|%2F)(?:\r?\n[> \t]*)?)(?:{_CHARACTER}){{{LENGTH - 1}}}[\w-](?![\w-])",
    re.ASCII | re.IGNORECASE,
)


def blotted(text: str) -> str:
    """The text without the secret of a link that was quoted in it, also where a mail program broke or encoded it.

    Who reads the text in the house or in an Akte could do with it what its owner can, for three years.
    """
    return _IN_TEXT.sub(r"\1[Link entfernt]", text)


class AnliegenLinks:
    """Makes addresses on the citizens' pages, and reads their last part."""

    def __init__(self, settings: Settings) -> None:
        self._address = settings.citizens_url
        self.links: Links = links_of(settings)

    def status(self, row: Anliegen) -> str:
        """The same in every mail, until ``link_revision`` is raised."""
        return self.address(self.status_token(row))

    def address(self, token: str) -> str:
        """Where a token leads."""
        return f"{self._address}/anliegen/{token}"

    def status_token(self, row: Anliegen) -> str:
        return self.links.sign(
            STATUS, row.id, expires=row.received_at + GOOD_FOR, revision=row.link_revision
        )

    def read(self, token: str, now: datetime) -> SignedLink:
        """Raises ``LinkError``; whoever reads compares the revision with the row's."""
        return self.links.read(STATUS, token, now)

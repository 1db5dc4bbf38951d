"""Reports to the reporting office (HinSchG § 8) never enter KISS: recognised by their headers, they are handed over as they
came, unread, and nothing of them stays here.
"""

from pathlib import Path

from storage.clock import local_date
from storage.house import House
from storage.organisation.queries import office_by_key
from workflows.eakte.receiving import Incoming, receive
from workflows.kiss.anliegen.groups import coordination_group
from workflows.kiss.mail.belonging import ACTOR

FILE_NAME = "Nachricht.eml"


def hand_over(house: House, content: bytes | Path) -> None:
    """Into the sealed post of the reporting office. Twice is once: the same bytes are one letter there.

    Where no rule names an office any more it stays sealed with the coordination's own.
    """
    today = local_date(house.clock())
    with house.database.read() as session:
        office = office_by_key(session, "beauftragte", today)
        inbox = office.id if office else coordination_group(session, today).office_id
    receive(house, ACTOR, Incoming(FILE_NAME, content, inbox, source="mail", unopened=True))

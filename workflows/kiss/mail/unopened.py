"""Post for others (whistleblower reports, HinSchG § 8; staff council, applications, tenders …) never enters KISS: it is handed
over as it came, and nothing of it stays here.
"""

from pathlib import Path

from storage.clock import local_date
from storage.house import House
from storage.organisation.queries import office_by_key
from workflows.eakte.receiving import Incoming, receive
from workflows.kiss.anliegen.groups import coordination_group
from workflows.kiss.mail.belonging import ACTOR
from workflows.kiss.routing.unopened import office_named

FILE_NAME = "Nachricht.eml"


def hand_over(
    house: House,
    content: bytes | Path,
    rule: str,
    office: str | None = None,
    *,
    name: str = FILE_NAME,
    source: str = "mail",
) -> None:
    """Into the sealed post of the office the rule names. Twice is once: the same bytes are one letter there.

    What is for a person lies sealed with the ``office`` (key) it was written to; where there is none, or the rule names none
    that exists any more, with the coordination's own.
    """
    today = local_date(house.clock())
    with house.database.read() as session:
        keys = (office_named(rule, today), office)
        offices = [office_by_key(session, key, today) for key in keys if key is not None]
        inbox = next((each.id for each in offices if each is not None), None)
        inbox = inbox or coordination_group(session, today).office_id
    receive(house, ACTOR, Incoming(name, content, inbox, source=source, unopened=True, tick=rule))

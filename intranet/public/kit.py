"""The kit of the citizens' forms: what every form without an account needs, and nothing any one of them knows.

How a new form takes it (``room_form`` is the example in use, ``test_kit`` the shortest one):

1. Fields: a list of ``forms.Field``. ``forms.read`` gives values and German messages beside the fields; nothing typed
   is lost. Say what only your rules know with ``filled.refuse(field, message)``.
2. Page: ``FormKit.draw`` with the template ``formular.html``, or one of yours that fills its blocks, and the values it
   asks for: ``title``, ``action`` (the path), ``submit`` (the button's words).
3. Receiving: ``receive`` reads the body off the event loop and calls you with what was typed. ``FormKit.examine`` says
   whether the form was ours, sent by a person and in time; ``FormKit.send`` brakes, and runs your verb once however
   often the button is pressed: the verb keeps the sending (``presence.citizens.submissions.submit``) and writes the
   mail with the link (``presence.citizens.links``).
4. Confirming: a ``confirming.Confirmation`` with your kind of sending, the template ``bestaetigen.html`` or one of yours
   that fills its block ``was``, and the verb that carries it out (``submissions.confirm``); ``confirming.routes`` does
   the rest. ``gesendet.html`` says before that a mail is on its way.
5. Words: German in the code; ``config/locale`` holds the other languages, and ``test_translations`` finds what is missing
   (name your messages there). Answers of one person go out with ``pages.PERSONAL``.

Seals, traps and brakes: ``seals``, ``sending``, ``presence.citizens.throttle``. Attempts and unconfirmed sendings are
forgotten by the night (``presence.citizens.forgetting``) whatever form they come from.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from anyio import to_thread
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from intranet.public.forms import Field, Filled
from intranet.public.pages import PERSONAL, page, visitor
from intranet.public.seals import Seal, Seals
from intranet.public.sending import address_of, examine, read_form
from presence.citizens.links import KEY_NAME
from presence.citizens.submissions import is_sent
from presence.citizens.throttle import Limit, booked, reserve, source
from presence.keys import load_key
from storage.house import House

LIMITS = (Limit(5, timedelta(hours=1)), Limit(15, timedelta(days=1)))
"""Of one form from one address."""
MAIL_LIMITS = (Limit(3, timedelta(hours=1)), Limit(6, timedelta(days=1)))
"""To one mail address, of all forms together: else our mails would be a means to pester somebody."""

Answer = Callable[[Request, Mapping[str, str]], Response]


class FormKit:
    """One form's share of the kit; ``purpose`` keeps its seals and brakes apart from those of other forms."""

    def __init__(
        self, house: House, purpose: str, *, secure: bool, limits: Sequence[Limit] = LIMITS
    ) -> None:
        self._house, self._purpose, self._limits = house, purpose, limits
        self._key = load_key(house.settings, KEY_NAME)
        self._seals = Seals(self._key, secure=secure)

    def examine(
        self, request: Request, data: Mapping[str, str], now: datetime
    ) -> tuple[Seal | None, str | None]:
        """The form's seal, and in German why it is not accepted like this; ``None``: it is."""
        return examine(self._seals, self._purpose, request, data, now)

    def sent_lately(self, request: Request, now: datetime) -> int:
        """How many forms of this kind came from there within the last hour."""
        with self._house.database.read() as session:
            sender = source(address_of(request))
            return booked(session, self._key, self._purpose, sender, timedelta(hours=1), now=now)

    def send(
        self,
        request: Request,
        seal: Seal,
        said: Mapping[str, Any],
        mail: str | None,
        verb: Callable[[Session, str], object],
        *,
        known: Callable[[Session, str], bool] = is_sent,
        now: datetime,
    ) -> str | None:
        """Run the verb in a transaction, and give the key of this sending. ``None``: too often; nothing was done.

        The same form again is the same sending, and neither done nor braked a second time, unless somebody went back
        and ``said`` something else. ``mail`` is the address that gets a mail because of it; ``known`` says whether a
        sending has come already, for verbs that keep no ``Submission``.
        """
        words = json.dumps(said, sort_keys=True, default=str)
        key = f"{seal.number}:{sha256(words.encode()).hexdigest()[:16]}"

        def run(session: Session) -> str | None:
            if known(session, key):
                return key
            sender = source(address_of(request))
            if not reserve(session, self._key, self._purpose, sender, self._limits, now=now):
                return None
            if mail and not reserve(session, self._key, "mail", mail, MAIL_LIMITS, now=now):
                return None
            verb(session, key)
            return key

        return self._house.database.run(run)

    def draw(
        self,
        request: Request,
        template: str,
        filled: Filled,
        fields: Sequence[Field],
        *,
        note: str | None = None,
        status: int | None = None,
        seal: str | None = None,
        **values: Any,
    ) -> Response:
        """The form as it was filled in; a ``seal`` that is good stays, so that mending takes no new time."""
        holder = self._seals.holder(request)
        wrong = bool(note or filled.errors)
        answer = page(
            visitor(request), template, headers=PERSONAL, status=status or (422 if wrong else 200),
            filled=filled, felder=fields, note=note,
            seal=seal or self._seals.make(self._purpose, holder, self._house.clock()), **values,
        )  # fmt: skip
        self._seals.give(answer, holder)
        return answer


async def receive(answer: Answer, request: Request) -> Response:
    """Read what was sent, and answer on a thread, where the database may be waited for."""
    data = await read_form(request)
    return await to_thread.run_sync(answer, request, data)

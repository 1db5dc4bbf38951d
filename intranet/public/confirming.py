"""Confirming by the link in a mail: a page with one button, and the deed behind it, the same for every form."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from intranet.public.kit import receive
from intranet.public.pages import PERSONAL, START, Visitor, message, page, visitor
from presence.citizens.links import LinkError, links_of
from presence.citizens.submissions import waiting
from presence.citizens.tables import Submission
from storage.conflicts import ConflictError, NotFoundError
from storage.house import House

OVER = "Das geht nicht mehr"

Show = Callable[[Session, Submission, Visitor, datetime], Mapping[str, Any]]
CarryOut = Callable[[Session, UUID, str, datetime], str | None]


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What is particular to one kind of sending. All messages are German.

    ``purpose`` is what its links were signed for. ``show`` gives the template's values, among them ``seen``, which names
    what is shown; ``carry_out`` gets that back with the sending's id, and gives the path to go to, or ``None`` where
    what was seen no longer holds: then the page is shown once more. ``back``: path and words of the way on where it is too
    late. Both may raise ``LinkError`` and ``ConflictError``.
    """

    kind: str
    purpose: str
    template: str
    title: str
    show: Show
    carry_out: CarryOut
    back: tuple[str, str] = START


def routes(house: House, path: str, confirmation: Confirmation) -> list[Route]:
    """GET and POST of ``path/…``, where the mail leads."""
    desk = _Desk(house, confirmation)
    there = f"{path}/{{token}}"
    return [
        Route(there, desk.show, methods=["GET"]),
        Route(there, partial(receive, desk.confirm), methods=["POST"]),
    ]


class _Desk:
    def __init__(self, house: House, confirmation: Confirmation) -> None:
        self._house, self._links, self._of = house, links_of(house.settings), confirmation

    def show(self, request: Request) -> Response:
        """Only a button: programs that follow every link of a mail must not confirm anything."""
        return self._guarded(request, partial(self._page, request, status=200))

    def confirm(self, request: Request, data: Mapping[str, str]) -> Response:
        return self._guarded(request, partial(self._done, request, data.get("gesehen", "")))

    def _page(self, request: Request, link: UUID, now: datetime, *, status: int) -> Response:
        who = visitor(request)
        with self._house.database.read() as session:
            row = waiting(session, self._of.kind, link, now)
            done = row.result_id is not None
            values = {} if done else self._of.show(session, row, who, now)
        return page(
            who, self._of.template, status=status, headers=PERSONAL, title=self._of.title,
            done=done, **values,
        )  # fmt: skip

    def _done(self, request: Request, seen: str, link: UUID, now: datetime) -> Response:
        path = self._house.database.run(
            lambda session: self._of.carry_out(session, link, seen, now)
        )
        if path is None:
            return self._page(request, link, now, status=409)
        return RedirectResponse(visitor(request).url(path), status_code=303, headers=PERSONAL)

    def _guarded(self, request: Request, answer: Callable[[UUID, datetime], Response]) -> Response:
        who, now = visitor(request), self._house.clock()
        try:
            link = self._links.read(self._of.purpose, request.path_params["token"], now)
            return answer(link.id, now)
        except LinkError as error:
            return message(who, OVER, str(error), status=410, back=self._of.back)
        except (ConflictError, NotFoundError) as error:
            return message(who, OVER, str(error), status=409, back=self._of.back)

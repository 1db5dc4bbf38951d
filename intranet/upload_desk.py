"""Where browsers hand in files, in place of Streamlit's own route, which reads each file into memory and keeps it."""

import re

from anyio import to_thread
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from intranet.uploads import Spool

WAY = re.compile(r"/_stcore/upload_file/([\w-]{1,64})/([\w-]{1,64})")
AROUND = 64 * 1024
"""Bytes a multipart body has beyond its file."""
TOO_LARGE, NO_ROOM = "Die Datei ist zu groß.", "Gerade wird zu viel auf einmal hochgeladen."


class TooLargeError(Exception):
    """More came than was announced, or than is allowed."""


class UploadDesk:
    """ASGI middleware behind the guard: takes files to the spool and tells Streamlit their names only.

    ``limit``: bytes a file may have.
    """

    def __init__(self, app: ASGIApp, *, spool: Spool, limit: int) -> None:
        self._app, self._spool, self._limit = app, spool, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        way = WAY.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if way is None or scope["method"] not in {"PUT", "DELETE"}:
            await self._app(scope, receive, send)
            return
        session, file = way[1], way[2]
        if scope["method"] == "PUT":
            answer = await self._take(scope, receive, session, file)
            await answer(scope, receive, send)
            return
        await to_thread.run_sync(self._spool.drop, session, file)
        await self._app(scope, receive, send)

    async def _take(self, scope: Scope, receive: Receive, session: str, file: str) -> Response:
        announced = Request(scope).headers.get("content-length", "")
        refusal = await self._refusal(session, file, announced)
        if refusal is not None:
            return refusal
        kept = False
        try:
            kept = await self._keep(
                Request(scope, _at_most(int(announced), receive)), session, file
            )
        except (TooLargeError, MultiPartException, ClientDisconnect):
            return PlainTextResponse("Die Datei kam nicht vollständig an.", status_code=400)
        except OSError:
            return PlainTextResponse(NO_ROOM, status_code=507)
        finally:
            if not kept:
                await to_thread.run_sync(self._spool.drop, session, file)
        return Response(status_code=204) if kept else PlainTextResponse("Keine Datei.", 400)

    async def _refusal(self, session: str, file: str, announced: str) -> Response | None:
        """Why the file is not taken; ``None`` where it may come, and then there is room kept for it."""
        from streamlit.runtime import get_instance

        is_open = get_instance().is_active_session
        if not is_open(session):
            return PlainTextResponse("Diese Seite ist nicht mehr offen.", status_code=400)
        if not announced.isdecimal():
            return PlainTextResponse("Die Größe der Datei fehlt.", status_code=411)
        if int(announced) > self._limit + AROUND:
            return PlainTextResponse(TOO_LARGE, status_code=413)
        await to_thread.run_sync(self._spool.sweep, is_open)
        if not self._spool.reserve(session, file, int(announced)):
            return PlainTextResponse(NO_ROOM, status_code=507)
        return None

    async def _keep(self, request: Request, session: str, file: str) -> bool:
        from streamlit.runtime import get_instance
        from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
        from streamlit.runtime.uploaded_file_manager import UploadedFileRec

        uploads = get_instance().uploaded_file_mgr
        assert isinstance(uploads, MemoryUploadedFileManager)
        async with request.form(max_files=1, max_fields=1) as form:
            sent = [value for value in form.values() if isinstance(value, UploadFile)]
            if len(sent) != 1:
                return False
            await to_thread.run_sync(self._spool.put, session, file, sent[0].file)
            kind = sent[0].content_type or "application/octet-stream"
            uploads.add_file(session, UploadedFileRec(file, sent[0].filename or "", kind, b""))
        return True


def _at_most(size: int, receive: Receive) -> Receive:
    """The body, as long as it keeps to what was announced."""
    came = 0

    async def counted() -> Message:
        nonlocal came
        message = await receive()
        came += len(message.get("body", b""))
        if came > size:
            raise TooLargeError
        return message

    return counted

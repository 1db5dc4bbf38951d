"""What happens to the session a browser comes with when somebody signs in or out in it."""

from anyio import to_thread
from starlette.requests import Request

from intranet.cookies import Cookies
from intranet.guard import session_token
from presence.sessions import sign_out
from storage.house import House


async def end_former_session(house: House, cookies: Cookies, request: Request) -> None:
    """End it: a token known to somebody else is worth nothing afterwards."""
    token = session_token(request.headers, cookies)
    if token:
        await to_thread.run_sync(
            lambda: house.database.run(lambda session: sign_out(session, token))
        )

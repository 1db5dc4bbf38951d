"""Who visits a page: asked anew at every rerun, because the cookies are frozen at the WebSocket's handshake."""

from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext

from intranet.addresses import addresses
from intranet.cookies import Cookies
from intranet.door import the_house
from presence.sessions import SignedIn, check
from storage.actors import Staff
from storage.house import House

_KEY = "rathaus-besuch"
GOODBYE = '<p data-weiter="/anmelden?beendet">Ihre Sitzung ist beendet. <a href="/anmelden">Zur Anmeldung</a></p>'


@dataclass(frozen=True, slots=True)
class Visit:
    """The house and who stands in it, for one rerun."""

    house: House
    staff: Staff
    token: str
    must_change: bool


def session_token() -> str | None:
    """The session's token of this page's WebSocket."""
    name = Cookies(addresses(the_house().settings).secure).session
    value = st.context.cookies.get(name)
    return str(value) if value else None


def visit(*, active: bool = True) -> Visit:
    """Who is here now, with today's rights. Whoever's session is over is led to the sign-in page, and the rerun ends.

    ``main.py`` and every fragment begin with this; fragments that refresh themselves say ``active=False``: of their
    reruns only those that somebody's click has brought about count as a sign of life. Where the whole script runs,
    ``main.py`` has asked a moment ago, and its answer stands.
    """
    context = get_script_run_ctx()
    if not active and context is not None and not context.fragment_ids_this_run:
        return visitor()
    house, token = the_house(), session_token()
    somebody = active or not _by_the_clock(context)
    signed_in: SignedIn | None = check(house.database, token, house.clock(), active=somebody)
    if signed_in is None or token is None:
        st.html(GOODBYE)
        st.stop()
    return Visit(house, signed_in.staff, token, signed_in.must_change)


def _by_the_clock(context: ScriptRunContext | None) -> bool:
    """Whether the page's own timer asked for this rerun. The browser says so with its request, Streamlit keeps that to
    itself; a test notices should it be kept elsewhere one day.
    """
    if context is None or context.script_requests is None:
        return True
    return context.script_requests._rerun_data.is_auto_rerun  # noqa: SLF001 - there is no public way to it


def welcome() -> Visit:
    """The same for ``main.py``, which keeps it for the page of this rerun."""
    found = visit()
    st.session_state[_KEY] = found
    return found


def visitor() -> Visit:
    """Who ``main.py`` let in at the beginning of this rerun: for pages, which run after it."""
    found: Visit = st.session_state[_KEY]
    return found

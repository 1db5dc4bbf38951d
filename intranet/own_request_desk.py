"""One's own internal Anliegen: where it stands, what was answered, and a reply. Of a call just taken down, the link."""

import streamlit as st

from intranet import html, words
from intranet.deeds import carry_out
from intranet.link_form import link_form
from intranet.notes import note
from intranet.views.requests import Request
from intranet.visit import Visit
from storage.clock import new_id
from workflows.kiss.anliegen.requesting import add_to_request, read_request
from workflows.kiss.anliegen.states import STATE_NAMES


def request_page(here: Visit, found: Request, *, told: bool) -> None:
    """What citizens see behind their link, within the house."""
    public = found.public
    st.title(words.plain(public.row.title), anchor=False)
    st.caption(f"Anliegen {public.number}")
    st.html(
        html.table(
            "Auf einen Blick",
            ["Angabe", html.Column("Inhalt", "frei")],
            [("Stand", STATE_NAMES[public.state]), ("Liegt bei", public.office)],
        )
    )
    if not found.replies:
        st.caption(
            "Sie haben dieses Anliegen aufgenommen. Was dazu geschrieben wird, sieht nur, wer zuständig ist."
        )
        if not public.has_mail:
            link_form(here, public.row.id)
        return
    for line in public.lines:
        with st.container(border=True):
            st.markdown(
                f"**{'Antwort' if line.ours else 'Ihre Nachricht'}** · {words.moment(line.at)}"
            )
            st.html(f'<div class="gesagt">{html.text(line.text)}</div>')
            for file in line.files:
                st.caption(words.plain(file.name))
    _reply(here, found, told=told)


def _reply(here: Visit, found: Request, *, told: bool) -> None:
    anliegen, now = found.public.row.id, here.house.clock()
    turn = f"anfrage-{anliegen.hex}"
    key = st.session_state.setdefault(turn, new_id().hex)
    with st.form("anfrage-antworten", border=False, clear_on_submit=True):
        text = st.text_area("Antworten oder ergänzen", max_chars=20_000)
        sent = st.form_submit_button("Senden", type="primary")
    if sent:
        done, _ = carry_out(
            here,
            lambda session: add_to_request(
                session, here.staff, anliegen, text, f"own:{key}", now=now
            ),
        )
        if done:
            del st.session_state[turn]
            note("Gesendet.")
            st.rerun()
    if told and st.button("Gelesen", key="anfrage-gelesen"):
        done, _ = carry_out(
            here, lambda session: read_request(session, here.staff, anliegen, now=now)
        )
        if done:
            note("Gemerkt.")
            st.rerun()

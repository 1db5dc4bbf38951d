"""Das nervt: anybody says what gets in the way; Lotsen and the coordination see to it and say what comes of it."""

from uuid import UUID

import streamlit as st

from intranet import html, words
from intranet.choosing import again, choice
from intranet.deeds import carry_out
from intranet.visit import visitor
from storage.actors import Role
from storage.clock import local_date
from storage.organisation.queries import offices
from workflows.kiss.evaluation.hearing import annoyances, complain, take_care
from workflows.kiss.evaluation.tables import Annoyance

here = visitor()
now = here.house.clock()
STATES = {"open": "neu", "taken": "jemand kümmert sich", "done": "erledigt"}
st.title("Das nervt", anchor=False)
st.caption(
    "Was hält auf, wird doppelt gemacht oder landet immer bei den Falschen? Ein Satz genügt."
)
with here.house.database.read() as session:
    known: dict[UUID, str] = {row.id: row.short for row in offices(session, local_date(now))}
    rows = annoyances(session, here.staff)


def tell() -> None:
    with st.form("nervt", clear_on_submit=True):
        text = st.text_area("Was nervt?", max_chars=4000)
        office = choice(st, "Welches Amt betrifft es? (freiwillig)", known, None, "nervt-amt")
        named = st.checkbox(
            "Mein Name darf dabeistehen",
            value=True,
            help="Ohne Namen kann niemand nachsehen, von wem es kam. Eine Antwort sehen Sie dann nicht.",
        )
        sent = st.form_submit_button("Absenden", type="primary")
    if sent:
        done, _ = carry_out(
            here,
            lambda session: complain(
                session, here.staff, text, office=office, named=named, now=now
            ),
        )
        again("Danke. Die Koordination und die Digitallotsen kümmern sich darum.", done=done)


def show(row: Annoyance, *, cares: bool) -> None:
    with st.container(border=True):
        st.html(f'<div class="gesagt">{html.text(row.text)}</div>')
        about = f" · {known[row.office_id]}" if row.office_id in known else ""
        st.caption(f"{STATES[row.state]} · {words.day(local_date(row.at))}{about}")
        if row.answer:
            st.html(f'<div class="gesagt"><strong>Antwort:</strong> {html.text(row.answer)}</div>')
        if not cares or row.state == "done":
            return
        with st.form(f"kuemmern-{row.id.hex}", border=False):
            answer = st.text_input("Was wird daraus?", row.answer or "", max_chars=4000)
            one, two = st.columns(2)
            taken, done_with = (
                one.form_submit_button("Ich kümmere mich"),
                two.form_submit_button("Erledigt"),
            )
        if taken or done_with:
            done, _ = carry_out(
                here,
                lambda session: take_care(
                    session, here.staff, row.id, row.revision, answer, done=bool(done_with), now=now
                ),
            )
            again("Notiert.", done=done)


tell()
caring = any(grant.role in {Role.LOTSE, Role.FEEDBACK} for grant in here.staff.grants)
for each in rows[:50]:
    show(each, cares=caring)

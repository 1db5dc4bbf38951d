"""Das nervt: anybody says what gets in the way; Lotsen and the coordination see to it and say what comes of it."""

from uuid import UUID

import streamlit as st

from intranet import html, words
from intranet.choosing import again, choice
from intranet.deeds import carry_out
from intranet.seen import before_their_eyes, was_clicked
from intranet.visit import visitor
from storage.actors import Role
from storage.clock import local_date
from storage.organisation.queries import names, offices
from workflows.kiss.anliegen.topics import topics
from workflows.kiss.evaluation.hearing import annoyances, complain, have_read, take_care, unread
from workflows.kiss.evaluation.tables import Annoyance

here = visitor()
now = here.house.clock()
MEANWHILE = (
    "Inzwischen hat jemand anders das erledigt. Was Sie gerade wollten, wurde nicht übernommen."
)
PAGE = 50
NOWHERE = "ohne Amt"
STATES = {"open": "neu", "taken": "jemand kümmert sich", "done": "erledigt"}
st.title("Das nervt", anchor=False)
st.caption(
    "Was hält auf, wird doppelt gemacht oder landet immer bei den Falschen? Ein Satz genügt."
)
with here.house.database.read() as session:
    known: dict[UUID, str] = {row.id: row.short for row in offices(session, local_date(now))}
    themes = {row.id: row.title for row in topics(session, now)}
    rows = annoyances(session, here.staff)
    said_by = names(session, {row.reporter_id for row in rows if row.reporter_id})
    news = unread(session, here.staff)
own = min(here.staff.memberships & known.keys(), default=None)
if news:
    carry_out(here, lambda session: have_read(session, here.staff, now=now))


def tell() -> None:
    with st.form("nervt", clear_on_submit=True):
        text = st.text_area("Was nervt?", max_chars=4000)
        one, two = st.columns(2)
        places: list[UUID | str] = [NOWHERE, *known]
        place = one.selectbox(
            "Welches Amt betrifft es?",
            places,
            index=places.index(own or NOWHERE),
            format_func=lambda each: known[each] if isinstance(each, UUID) else each,
            help="Mit Amt sehen es auch dessen Leitung und Digitallotsen, ohne Amt nur die Koordination.",
            key="nervt-amt",
        )
        topic = choice(two, "Um welches Thema geht es? (freiwillig)", themes, None, "nervt-thema")
        named = st.checkbox(
            "Mein Name darf dabeistehen",
            value=True,
            help="Ohne Namen kann niemand nachsehen, von wem es kam, und Sie bekommen keine Antwort. Ist Ihr Amt klein, wählen Sie dazu „ohne Amt“.",
        )
        sent = st.form_submit_button("Absenden", type="primary")
    if sent:
        office = place if isinstance(place, UUID) else None
        done, _ = carry_out(
            here,
            lambda session: complain(
                session, here.staff, text, office=office, topic=topic, named=named, now=now
            ),
        )
        again("Danke. Die Koordination und die Digitallotsen kümmern sich darum.", done=done)


def show(row: Annoyance, seen: int, *, cares: bool) -> None:
    with st.container(border=True):
        st.html(f'<div class="gesagt">{html.text(row.text)}</div>')
        told = [STATES[row.state], words.day(local_date(row.at))]
        told += [known[row.office_id]] if row.office_id in known else []
        told += [themes[row.topic_id]] if row.topic_id in themes else []
        told += [f"von {said_by[row.reporter_id]}"] if row.reporter_id in said_by else []
        st.caption(words.plain(" · ".join(told)))
        if row.answer:
            st.html(f'<div class="gesagt"><strong>Antwort:</strong> {html.text(row.answer)}</div>')
        mark = row.id.hex
        if row.state == "done" and was_clicked(f"kuemmern-{mark}", f"erledigt-{mark}"):
            st.error(MEANWHILE, icon=":material/error:")
        if not cares or row.state == "done":
            return
        with st.form(f"nervt-{mark}", border=False):
            answer = st.text_input("Was wird daraus?", row.answer or "", max_chars=4000)
            one, two = st.columns(2)
            taken, done_with = (
                one.form_submit_button("Ich kümmere mich", key=f"kuemmern-{mark}"),
                two.form_submit_button("Erledigt", key=f"erledigt-{mark}"),
            )
        if taken or done_with:
            done, _ = carry_out(
                here,
                lambda session: take_care(
                    session, here.staff, row.id, seen, answer, done=bool(done_with), now=now
                ),
            )
            again("Notiert.", done=done)


tell()
caring = any(grant.role in {Role.LOTSE, Role.FEEDBACK} for grant in here.staff.grants)
start = st.session_state.get("nervt-ab", 0)
start = start if start < len(rows) else 0
for each in rows[start : start + PAGE]:
    with before_their_eyes(f"nervt-{each.id.hex}", each.revision) as seen:
        show(each, seen, cares=caring)
top, on, _ = st.columns([1, 1, 4])
if start and top.button("Zum Anfang", key="nervt-anfang"):
    st.session_state["nervt-ab"] = 0
    st.rerun()
if start + PAGE < len(rows) and on.button("Weitere", key="nervt-weitere"):
    st.session_state["nervt-ab"] = start + PAGE
    st.rerun()

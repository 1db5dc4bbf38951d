"""Start: what waits for me, and what is new."""

from collections.abc import Sequence

import streamlit as st

from intranet import html, words
from intranet.views.start import StartView, load
from intranet.visit import visit, visitor

here = visitor()


def numbers(view: StartView) -> str:
    """The inbox in four numbers, each a link to where the work is."""
    items: Sequence[tuple[int, str, str]] = (
        (view.waiting, "Aufgaben", "/"),
        (view.ready, "bereit zum Ablegen", "/posteingang"),
        (view.reading, "werden gelesen", "/posteingang"),
        (view.quarantined, "in Quarantäne", "/posteingang"),
    )
    return (
        '<ul class="zahlen">'
        + "".join(
            f'<li><a class="hier hier-karte" href="{link}" target="_self"><strong>{number}</strong> {text}</a></li>'
            for number, text, link in items
        )
        + "</ul>"
    )


def overview() -> None:
    """Refreshes itself every half minute."""
    guest = visit(active=False)
    with guest.house.database.read() as session:
        view = load(session, guest.staff, guest.house.clock())
    st.html(numbers(view))
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.header("Das wartet auf Sie", anchor=False)
        if view.tasks:
            st.html(
                html.table(
                    "Aufgaben",
                    ["Aufgabe", html.Column("Frist", "zeit")],
                    [
                        (
                            html.page_link(task.link, task.title),
                            html.state(task.due) if task.overdue else task.due,
                        )
                        for task in view.tasks
                    ],
                )
            )
        else:
            st.html(
                html.empty("Nichts wartet auf Sie.", "Neue Aufgaben erscheinen hier von selbst.")
            )
        if view.deadlines:
            st.header("Fristen in der Post", anchor=False)
            st.html(
                html.table(
                    "Im Text gefundene Fristen, noch nicht bestätigt",
                    ["Dokument", html.Column("Frist", "zeit")],
                    [
                        (
                            html.page_link(f"/dokument?id={each.id}", each.title),
                            html.state(each.due) if each.overdue else each.due,
                        )
                        for each in view.deadlines
                    ],
                )
            )
    with right:
        st.header("Neu in meinem Amt", anchor=False)
        if view.latest:
            st.html(
                html.table(
                    "Zuletzt abgelegt",
                    ["Dokument", html.Column("Abgelegt", "zeit")],
                    [
                        (html.page_link(f"/dokument?id={each.id}", each.title), each.when)
                        for each in view.latest
                    ],
                )
            )
        else:
            st.html(html.empty("Noch nichts abgelegt.", "Hier erscheint, was Ihr Amt ablegt."))


st.title(f"Guten Tag, {words.plain(here.staff.name)}", anchor=False)
with st.form("suche", border=False):
    one, two = st.columns([5, 1], vertical_alignment="bottom")
    query = one.text_input("Suchen", placeholder="Wörter, Namen, Aktenzeichen …")
    sent = two.form_submit_button("Suchen", icon=":material/search:", width="stretch")
if sent and query.strip():
    st.session_state.suchworte = query
    st.switch_page("app_pages/suche.py")
st.fragment(overview, run_every="30s")()

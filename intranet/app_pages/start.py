"""Start: what waits for me, and what is new."""

import streamlit as st

from config.rooms import Room
from intranet import html, words
from intranet.views.start import PostView, StartView, load
from intranet.visit import visit, visitor

here = visitor()


def numbers(view: StartView) -> str:
    """Tasks and the inbox in numbers, each a link to where the work is."""
    items: list[tuple[int, str, str]] = [(view.waiting, "Aufgaben", "/")]
    if view.post:
        items += [
            (view.post.ready, "bereit zum Ablegen", "/posteingang"),
            (view.post.reading, "werden gelesen", "/posteingang"),
            (view.post.quarantined, "in Quarantäne", "/posteingang"),
        ]
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
        rooms_off = guest.house.settings.rooms_off
        view = load(session, guest.staff, guest.house.clock(), rooms_off)
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
        if view.post and view.post.deadlines:
            deadlines(view.post)
    with right:
        if view.post:
            latest(view.post)


def deadlines(post: PostView) -> None:
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
                for each in post.deadlines
            ],
        )
    )


def latest(post: PostView) -> None:
    st.header("Neu in meinem Amt", anchor=False)
    if not post.latest:
        st.html(html.empty("Noch nichts abgelegt.", "Hier erscheint, was Ihr Amt ablegt."))
        return
    st.html(
        html.table(
            "Zuletzt abgelegt",
            ["Dokument", html.Column("Abgelegt", "zeit")],
            [
                (html.page_link(f"/dokument?id={each.id}", each.title), each.when)
                for each in post.latest
            ],
        )
    )


def search() -> None:
    """Straight from here into the search."""
    with st.form("suche", border=False):
        one, two = st.columns([5, 1], vertical_alignment="bottom")
        query = one.text_input("Suchen", placeholder="Wörter, Namen, Aktenzeichen …")
        sent = two.form_submit_button("Suchen", icon=":material/search:", width="stretch")
    if sent and query.strip():
        st.session_state.suchworte = query
        st.switch_page("app_pages/suche.py")


st.title(f"Guten Tag, {words.plain(here.staff.name)}", anchor=False)
if here.house.settings.is_on(Room.EAKTE):
    search()
st.fragment(overview, run_every="30s")()

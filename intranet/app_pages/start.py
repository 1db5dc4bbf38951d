"""Start: what waits for me, and what is new."""

import streamlit as st

from config.rooms import Room
from intranet import html, words
from intranet.levels import level
from intranet.status_desk import back_again, others_deeds, switch
from intranet.views.availability import stand_ins
from intranet.views.start import PostView, StartView, TaskLine, load
from intranet.visit import visit, visitor
from presence.availability.current import current_store
from presence.availability.queries import lines_of

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


def task_link(task: TaskLine) -> html.Safe:
    """The task, and whose it is where one only stands in."""
    link = html.page_link(task.link, task.title)
    if task.stands_in_for is None:
        return link
    return html.Safe(f"{link.html} {html.quiet(f'in Vertretung für {task.stands_in_for}').html}")


def reachability() -> None:
    """How I am seen just now, one touch to change it, and for whom I stand in."""
    store = current_store(here.house)
    now = here.house.clock()
    with here.house.database.read() as session:
        (line,) = lines_of(session, store, [here.staff.person], now)
        others = stand_ins(session, here.staff, now)
    others_deeds(here)
    answer = line.availability
    st.html(
        f'<p class="mein-status">{level(answer.level).html} {html.quiet(answer.because).html} '
        f"{html.page_link('/mein-status', 'Mein Status').html}</p>"
    )
    if answer.source == "absence":
        back_again(here, here.staff.person)
    else:
        switch(here, here.staff.person, answer, wide=False)
    for each in others:
        when = "zurzeit" if each.running else "demnächst"
        st.caption(f"Sie vertreten {when} {words.plain(each.name)}: {words.plain(each.span)}.")


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
                            task_link(task),
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


def search(*, documents: bool) -> None:
    """Straight from here into the search, or to somebody: one box for both."""
    with st.form("suche", border=False):
        one, *buttons = st.columns([5, 1, 1] if documents else [5, 1], vertical_alignment="bottom")
        query = one.text_input(
            "Suchen",
            placeholder="Wörter, Aktenzeichen, Namen, Aufgaben, Durchwahl …"
            if documents
            else "Name, Aufgabe, Durchwahl, Raum …",
        )
        sent = documents and buttons[0].form_submit_button(
            "Suchen", icon=":material/search:", width="stretch"
        )
        person = buttons[-1].form_submit_button(
            "Person", icon=":material/person_search:", width="stretch"
        )
    if sent and query.strip():
        st.session_state.suchworte = query
        st.switch_page("app_pages/suche.py")
    if person:
        st.session_state.personensuche = query
        st.switch_page("app_pages/personensuche.py")


st.title(f"Guten Tag, {words.plain(here.staff.name)}", anchor=False)
if here.house.settings.is_on(Room.AVAILABILITY):
    reachability()
search(documents=here.house.settings.is_on(Room.EAKTE))
st.fragment(overview, run_every="30s")()

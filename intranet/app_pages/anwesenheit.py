"""Anwesenheit: how the people of an office, a floor or a working group can be reached just now, as far as I may know."""

from collections.abc import Sequence
from uuid import UUID

import streamlit as st

from intranet import html
from intranet.levels import level
from intranet.status_desk import back_again, switch
from intranet.views.presence import PersonLine, choices, people_on
from intranet.visit import visit, visitor
from presence.availability.current import current_store
from presence.availability.queries import NotAgreedError, lines_of
from presence.monitor.messages import NOBODY
from presence.monitor.subjects import KIND_NAMES, Kind

REFRESH = "15s"
"""My own touch draws the page anew at once; what others do may take that long."""
OFF = str(NotAgreedError())
KEYS = {Kind.OFFICE: "amt", Kind.FLOOR: "etage", Kind.GROUP: "arbeitsgruppe"}
here = visitor()


def own() -> None:
    """My own status, and one touch to change it."""
    with here.house.database.read() as session:
        (line,) = lines_of(
            session, current_store(here.house), [here.staff.person], here.house.clock()
        )
    answer = line.availability
    st.html(
        f'<p class="mein-status">{level(answer.level).html} {html.quiet(answer.because).html} '
        f"{html.page_link('/mein-status', 'Mein Status').html}</p>"
    )
    if answer.source == "absence":
        back_again(here, here.staff.person)
    else:
        switch(here, here.staff.person, answer, wide=False)


def table(title: str, lines: Sequence[PersonLine]) -> str:
    columns: list[html.Column | str] = [
        "Name",
        "Erreichbarkeit",
        html.Column("bis", "zeit"),
        html.Column("Ort", "frei"),
        "Vertretung",
        html.Column("Grund und Nachricht", "frei"),
    ]
    return html.table(
        title,
        columns,
        [
            (
                each.name,
                level(each.line.availability.level),
                each.until,
                each.line.availability.place or "",
                each.line.substitute or "",
                " · ".join(_why(each)),
            )
            for each in lines
        ],
    )


def cards(lines: Sequence[PersonLine]) -> str:
    return '<ul class="leute">' + "".join(map(_card, lines)) + "</ul>"


def _card(each: PersonLine) -> str:
    answer = each.line.availability
    facts = [
        f"bis {each.until}" if each.until else "",
        f"Vertretung: {each.line.substitute}" if each.line.substitute else "",
        answer.place or "",
        *_why(each),
    ]
    rest = "<br>".join(html.text(fact) for fact in facts if fact)
    return (
        f"<li><strong>{html.text(each.name)}</strong><br>{level(answer.level).html}<br>{rest}</li>"
    )


def _why(each: PersonLine) -> list[str]:
    answer = each.line.availability
    return [told for told in (answer.because, answer.message) if told]


def people(kind: Kind, subject: UUID, title: str, *, as_cards: bool) -> None:
    """Refreshes itself; rights and agreement are asked anew each time."""
    guest = visit(active=False)
    with guest.house.database.read() as session:
        store, now = current_store(guest.house), guest.house.clock()
        lines = people_on(session, store, guest.staff, kind, subject, now)
    if lines is None:
        st.info(OFF, icon=":material/handshake:")
    elif not lines:
        st.html(html.empty("Hier ist niemand zu sehen.", NOBODY[kind]))
    else:
        st.html(cards(lines) if as_cards else table(title, lines))


st.title("Anwesenheit", anchor=False)
own()
with here.house.database.read() as session:
    view = choices(session, here.staff, here.house.clock())
if not view.allowed:
    st.info(OFF, icon=":material/handshake:")
elif not view.titles:
    st.html(html.empty("Kein Amt zu sehen.", "Ihnen ist noch kein Amt zugeordnet."))
else:
    one, two = st.columns([3, 1], vertical_alignment="bottom")
    kinds = list(view.titles)
    kind = one.segmented_control(
        "Wen möchten Sie sehen?",
        kinds,
        default=kinds[0],
        format_func=KIND_NAMES.__getitem__,
        required=True,
        key="art",
    )
    shape = two.segmented_control("Ansicht", ["Tabelle", "Karten"], default="Tabelle", key="form")
    titles = view.titles[kind]
    chosen = st.selectbox(
        KIND_NAMES[kind], list(titles), format_func=titles.__getitem__, key=KEYS[kind]
    )
    st.fragment(people, run_every=REFRESH)(kind, chosen, titles[chosen], as_cards=shape == "Karten")

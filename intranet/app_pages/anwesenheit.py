"""Anwesenheit: how the people of my office, and of those open to me, can be reached just now."""

from collections.abc import Sequence
from uuid import UUID

import streamlit as st

from intranet import html
from intranet.levels import level
from intranet.status_desk import back_again, switch
from intranet.views.presence import PersonLine, office_board, offices_to_see
from intranet.visit import visit, visitor
from presence.availability.current import current_store
from presence.availability.queries import NotAgreedError, lines_of

REFRESH = "5s"
OFF = str(NotAgreedError())
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


def people(office: UUID, title: str, *, as_cards: bool) -> None:
    """Refreshes itself every few seconds; rights and agreement are asked anew each time."""
    guest = visit(active=False)
    with guest.house.database.read() as session:
        lines = office_board(
            session, current_store(guest.house), guest.staff, office, guest.house.clock()
        )
    if lines is None:
        st.info(OFF, icon=":material/handshake:")
    elif not lines:
        st.html(html.empty("Hier arbeitet zurzeit niemand.", "Wählen Sie oben ein anderes Amt."))
    else:
        st.html(cards(lines) if as_cards else table(title, lines))


st.title("Anwesenheit", anchor=False)
own()
with here.house.database.read() as session:
    view = offices_to_see(session, here.staff, here.house.clock())
if not view.allowed:
    st.info(OFF, icon=":material/handshake:")
elif not view.choices:
    st.html(html.empty("Kein Amt zu sehen.", "Ihnen ist noch kein Amt zugeordnet."))
else:
    one, two = st.columns([3, 1], vertical_alignment="bottom")
    chosen = one.selectbox(
        "Amt", list(view.choices), format_func=lambda each: view.choices[each], key="amt"
    )
    shape = two.segmented_control("Ansicht", ["Tabelle", "Karten"], default="Tabelle", key="form")
    st.fragment(people, run_every=REFRESH)(chosen, view.choices[chosen], as_cards=shape == "Karten")

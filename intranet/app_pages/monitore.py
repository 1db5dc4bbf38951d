"""Monitore: the screens on the walls, who may see what on them, and whether they are connected."""

import streamlit as st

from intranet import html, words
from intranet.monitor_desk import change_desk, fresh_link, new_monitor
from intranet.screens import connections
from intranet.views.presence import boards_agreed, monitor_lines, what_to_show
from intranet.visit import visit, visitor

REFRESH = "10s"
here = visitor()


def overview() -> None:
    """Refreshes itself, because screens come and go."""
    guest = visit(active=False)
    with guest.house.database.read() as session:
        lines = monitor_lines(session, guest.staff, connections(), guest.house.clock())
    if not lines:
        st.html(html.empty("Noch kein Monitor.", "Richten Sie unten den ersten ein."))
        return
    st.html(
        html.table(
            f"Monitore ({len(lines)})",
            [
                html.Column("Name", "frei"),
                html.Column("Standort", "frei"),
                "Zeigt",
                "Wie",
                "Stand",
                html.Column("Letzter Kontakt", "zeit"),
            ],
            [
                (
                    each.name,
                    each.place,
                    each.shows,
                    each.mode,
                    html.state(each.state),
                    each.contact,
                )
                for each in lines
            ],
        )
    )
    if any(count > 1 for count in connections().values()):
        st.caption(
            "Mehrere Verbindungen heißt: Derselbe Link wird auf mehreren Bildschirmen gezeigt. War das nicht Ihre Absicht, "
            "stellen Sie einen neuen Link aus."
        )


st.title("Monitore", anchor=False)
now = here.house.clock()
with here.house.database.read() as session:
    allowed = boards_agreed(session, now)
    choices = what_to_show(session, here.staff, now)
    lasting = {
        each.id: each for each in monitor_lines(session, here.staff, {}, now) if not each.revoked
    }
if not allowed:
    st.info(
        "Monitore zeigen erst etwas, wenn eine Dienstvereinbarung über den Anwesenheitsmonitor gilt. Einrichten können Sie "
        "sie schon.",
        icon=":material/handshake:",
    )
fresh_link()
st.fragment(overview, run_every=REFRESH)()
st.header("Einrichten", anchor=False)
if choices:
    new_monitor(here, choices)
else:
    st.html(
        html.empty("Sie leiten kein Amt.", "Monitore richten Leitung und Systemverwaltung ein.")
    )
if lasting:
    st.header("Ändern und abmelden", anchor=False)
    chosen = st.selectbox(
        "Monitor",
        list(lasting),
        index=None,
        format_func=lambda each: f"{lasting[each].name} ({lasting[each].place})",
        placeholder="Bitte wählen",
    )
    if chosen is not None:
        st.write(f"**{words.plain(lasting[chosen].shows)}**, {lasting[chosen].mode}")
        change_desk(here, lasting[chosen])

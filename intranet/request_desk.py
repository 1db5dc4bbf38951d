"""One room request on a clerk's page: what is asked for, what stands against it, and the three answers."""

from datetime import time

import streamlit as st

from intranet import html, words
from intranet.choosing import again
from intranet.deeds import carry_out
from intranet.views.room_requests import DayLine, RequestView
from intranet.visit import Visit
from presence.citizens.deciding import approve, decline
from presence.citizens.offers import offer
from presence.citizens.wishes import end_of
from presence.spaces.fees import in_words
from presence.spaces.opening import at
from storage.clock import local


def request_page(here: Visit, view: RequestView) -> None:
    """The whole page."""
    st.title(f"Raumanfrage: {words.plain(view.all.space.name)}", anchor=False)
    _facts(view)
    _days(view)
    if not view.all.waiting:
        st.html(html.empty("Entschieden.", "Hier wartet nichts mehr auf Sie."))
        return
    if view.all.offered:
        until = view.all.request.offer_until
        shown = f" bis {words.moment(until)} Uhr" if until else ""
        st.info(
            f"Angeboten ist „{words.plain(view.all.offered.name)}“. Die Antwort kann{shown} kommen.",
            icon=":material/hourglass_empty:",
        )
    _yes(here, view)
    _no(here, view)
    if len(view.all.waiting) == 1:
        _instead(here, view)


def _facts(view: RequestView) -> None:
    request, first = view.all.request, view.all.bookings[0]
    rows = [
        ("Zweck", first.title),
        ("Für", f"{request.club} ({view.party})" if request.club else view.party),
        ("Von", request.name),
        ("Personen", f"{first.people} (Platz für {view.all.space.capacity})"),
        ("E-Mail", request.mail),
        ("Telefon", request.phone or "keine Angabe"),
        ("Nachricht", first.message or "keine"),
        ("Entgelt", in_words(view.all.fee)),
    ]
    if request.series:
        rows.insert(1, ("Serie", request.series))
    st.html(html.table("Die Anfrage", ["Angabe", html.Column("Inhalt", "frei")], rows))


def _days(view: RequestView) -> None:
    st.html(
        html.table(
            "Angefragte Zeiten",
            ["Zeit", "Stand", html.Column("Was dagegen spricht", "frei")],
            [
                (
                    f"{line.room}, {line.times}" if line.room else line.times,
                    html.state(line.state),
                    _against(line),
                )
                for line in view.days
            ],
        )
    )


def _against(line: DayLine) -> str:
    if line.over:
        return "Die Zeit ist schon vorbei."
    more = words.counted(line.beside, "weitere Anfrage", "weitere Anfragen")
    return "; ".join(line.against) or (more if line.beside else "nichts")


def _yes(here: Visit, view: RequestView) -> None:
    request, now = view.all.request, here.house.clock()
    without = view.conflicts > 0
    if not view.grantable:
        taken = "In dieser Zeit ist der Raum nicht zu haben. Was dagegen spricht, steht oben."
        over = "Die angefragte Zeit ist schon vorbei."
        st.warning(taken if without else over, icon=":material/event_busy:")
        return
    label = "Zusagen"
    if view.grantable < len(view.all.waiting):
        label = (
            f"Die freien {view.grantable} Tage zusagen"
            if view.grantable > 1
            else "Den freien Tag zusagen"
        )
    if left := _left_out(view):
        st.caption(left)
    if st.button(label, type="primary", icon=":material/check:", key="zusagen"):
        done, days = carry_out(
            here,
            lambda session: approve(
                session, here.staff, request.id, request.revision, without_taken=without, now=now
            ),
        )
        again(
            f"Zugesagt: {words.counted(days or 0, 'Tag', 'Tage')}. Die Antwort geht per E-Mail hinaus.",
            done=done,
        )


def _left_out(view: RequestView) -> str:
    """What becomes of the days that can't be granted."""
    over = sum(day.over for day in view.days)
    parts = [
        f"Abgelehnt wird, was nicht zu haben ist ({view.conflicts})." if view.conflicts else "",
        f"Vorbei ist schon: {over}." if over else "",
    ]
    return " ".join(part for part in parts if part)


def _no(here: Visit, view: RequestView) -> None:
    request, now = view.all.request, here.house.clock()
    with st.expander("Ablehnen"), st.form("ablehnen", border=False):
        reason = st.text_area("Grund", max_chars=2000, help="Steht in der E-Mail.")
        if st.form_submit_button("Ablehnen und schreiben"):
            done, _ = carry_out(
                here,
                lambda session: decline(
                    session, here.staff, request.id, request.revision, reason=reason, now=now
                ),
            )
            again("Abgelehnt. Die Antwort geht per E-Mail hinaus.", done=done)


def _instead(here: Visit, view: RequestView) -> None:
    asked, request, now = view.all.waiting[0], view.all.request, here.house.clock()
    begins, finish = local(asked.starts), local(asked.ends)
    with st.expander("Etwas anderes anbieten"), st.form("anbieten", border=False):
        if view.offers:
            free = ", ".join(f"„{each.name}“" for each in view.offers)
            st.caption(words.plain(f"Zur angefragten Zeit frei: {free}"))
        names, first = view.rooms, view.offers[0].space if view.offers else asked.space_id
        options = list(names)
        room = st.selectbox(
            "Raum",
            options,
            index=options.index(first) if first in options else 0,
            format_func=lambda each: names[each],
        )
        one, two, three = st.columns(3)
        day = one.date_input("Tag", begins.date(), format="DD.MM.YYYY")
        start = two.time_input("Beginn", begins.time())
        end = three.time_input("Ende", finish.time())
        if st.form_submit_button("Anbieten und schreiben"):
            minutes = _minute(start), end_of(_minute(start), _minute(end))
            span = at(day, minutes[0]), at(day, minutes[1])
            done, _ = carry_out(
                here,
                lambda session: offer(
                    session, here.staff, request.id, request.revision, space=room,
                    starts=span[0], ends=span[1], now=now,
                ),
            )  # fmt: skip
            again("Angeboten. Die Antwort kommt über den Link in der E-Mail.", done=done)


def _minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute

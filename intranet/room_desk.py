"""A room: what it is, its week, and booking it, once or as a series whose conflicts are shown before it is saved."""

from collections.abc import Sequence
from datetime import date, timedelta

import streamlit as st
from sqlalchemy.orm import Session

from intranet import html, plan_view, words
from intranet.booking_desk import cancel_desk, deed, deed_key, when_form
from intranet.deeds import attempt
from intranet.series_desk import rhythm_form, series_desk
from intranet.views.spaces import RoomFacts, week_plan
from intranet.views.when import MOST_PEOPLE, USUAL_PEOPLE, When, people_asked_for, when_of
from intranet.visit import Visit, visit
from presence.spaces.booking import LONGEST_TITLE, Holder, Wish, book, unfit
from presence.spaces.recurrence import Pattern
from presence.spaces.series import SKIPPED, Occurrence, preview
from presence.spaces.states import PARTY_NAMES, Party
from presence.spaces.tables import Space
from storage.clock import local_date

PAGE = "raeume?raum"


def room_page(here: Visit, space: Space, facts: RoomFacts) -> None:
    """Everything about one room."""
    st.title(words.plain(space.name), anchor=False)
    st.html(_facts(space, facts))
    st.header("Belegungsplan", anchor=False)
    monday = _week(here)
    st.fragment(_plan, run_every="30s")(space, monday)
    st.header("Buchen", anchor=False)
    if facts.may_book:
        _book(here, space, facts)
    else:
        st.html(
            html.empty("Diesen Raum bucht nur das Amt, das ihn betreut.", "Bitte fragen Sie dort.")
        )
    if facts.may_cancel:
        cancel_desk(here, space)


def _facts(space: Space, facts: RoomFacts) -> str:
    rows = [
        ("Ort", facts.place),
        ("Personen", str(space.capacity)),
        ("Ausstattung", ", ".join(space.equipment) or "keine"),
        ("Geöffnet", "; ".join(facts.hours)),
        ("Gesperrt", "; ".join(facts.shut)),
        ("Regeln", space.rules),
        ("Video", "Begegnungszone: mit Videoraum buchbar" if space.video else ""),
    ]
    told = "".join(
        f"<div><dt>{name}</dt><dd>{html.text(value)}</dd></div>" for name, value in rows if value
    )
    fees = ""
    if facts.fees:
        fees = html.table(
            "Entgelte", ["Für", html.Column("je Stunde", "zahl"), html.Column("höchstens am Tag", "zahl")],
            facts.fees,
        )  # fmt: skip
    return f'<dl class="steckbrief">{told}</dl>{fees}'


def _week(here: Visit) -> date:
    today = local_date(here.house.clock())
    asked = when_of(st.query_params, today)
    narrow, _ = st.columns([1, 3])
    day = narrow.date_input(
        "Woche ab", asked.day if asked else today, format="DD.MM.YYYY", key="woche"
    )
    return day - timedelta(days=day.weekday())


def _plan(space: Space, monday: date) -> None:
    guest = visit(active=False)
    with guest.house.database.read() as session:
        days = week_plan(session, guest.staff, space, monday)
    caption = f"{space.name}, Woche vom {words.day(monday)}"
    st.html(plan_view.week(caption, days, guest.house.clock()))


def _book(here: Visit, space: Space, facts: RoomFacts) -> None:
    title = st.text_input(
        "Wofür?", max_chars=LONGEST_TITLE, key="raum-titel",
        help="Alle Beschäftigten sehen den Titel im Belegungsplan. Bitte keine Namen von Betroffenen.",
    )  # fmt: skip
    by_day = space.mode != "hourly"
    people = st.number_input(
        "Wie viele Personen?", 1, MOST_PEOPLE,
        people_asked_for(st.query_params) or min(USUAL_PEOPLE, space.capacity), key="raum-personen",
    )  # fmt: skip
    columns = st.columns([2, 2, 1, 1] if by_day else [2, 1, 1], vertical_alignment="bottom")
    when = when_form(here, "buchung", columns, whole=by_day)
    pattern = rhythm_form(when)
    holder, displace = _for_whom(space) if facts.caretaker else (None, False)
    span = when.span(space, here.house.clock())
    if span is None:
        st.warning(f"{words.plain(space.name)} ist an diesem Tag geschlossen.")
        return
    if when.skipped:
        st.warning(SKIPPED)
        return
    if refusal := unfit(space, people):
        st.warning(refusal)
        return
    wish = Wish(space.id, *span, whole_day=when.hours is None, title=title, people=people)
    if pattern is None:
        _book_once(here, wish, holder, when, displace=displace)
        return
    series_desk(here, wish, pattern, holder, when, PAGE, displace=displace)


def _for_whom(space: Space) -> tuple[Holder | None, bool]:
    """Whoever looks after the room also books for clubs and others, and moves clubs where the city needs it."""
    party = st.segmented_control(
        "Für wen?", list(Party), default=Party.CITY, format_func=lambda each: PARTY_NAMES[each],
        key="raum-fuer",
    )  # fmt: skip
    if party in {None, Party.CITY}:
        if space.notice_days is None:
            return None, False
        move = st.checkbox(
            f"Buchungen von Vereinen verlegen, wenn mindestens {space.notice_days} Tage Zeit sind",
            key="verlegen",
        )
        return None, move
    one, two = st.columns(2)
    name = one.text_input("Name", max_chars=LONGEST_TITLE, key="raum-name")
    mail = two.text_input("E-Mail", max_chars=200, key="raum-mail")
    return Holder(party, name=name.strip() or None, mail=mail.strip() or None), False


def _book_once(
    here: Visit, wish: Wish, holder: Holder | None, when: When, *, displace: bool
) -> None:
    """Who would give way is shown first; who came meanwhile does not."""
    now = here.house.clock()
    moves = _giving_way(here, wish, when) if displace else ()
    if moves:
        titles = words.plain(", ".join(f"„{each}“" for each in moves))
        st.warning(f"Für Ihre Buchung weicht: {titles}. Wer gebucht hatte, bekommt Bescheid.")
    if not st.button("Buchen", type="primary", icon=":material/event_available:"):
        return
    key = deed_key()

    def run(session: Session) -> None:
        book(
            session, here.staff, wish, key=key, now=now, holder=holder, displace=bool(moves),
            tell=holder is not None,
        )  # fmt: skip

    deed(here, run, "Der Raum ist gebucht.", PAGE, when)


def _giving_way(here: Visit, wish: Wish, when: When) -> Sequence[str]:
    """The titles of what clubs hold at that time and would lose."""

    def look() -> list[Occurrence]:
        only = Pattern("day", until=when.day)
        with here.house.database.read() as session:
            return preview(session, here.staff, wish, only, now=here.house.clock(), displace=True)

    _, found = attempt(look)
    return [title for each in found or () for title in each.moves]

"""Taking an Anliegen in on the staff's side: a note of a telephone call, or something from inside."""

from collections.abc import Mapping
from uuid import UUID

import streamlit as st

from intranet.deeds import attempt
from intranet.notes import note
from intranet.visit import Visit
from storage.clock import local_date, new_id
from storage.organisation.queries import people
from workflows.kiss.anliegen.opening import Caller, Channel, Incoming, Place
from workflows.kiss.anliegen.states import KIND_NAMES, Kind
from workflows.kiss.anliegen.taking_in import take_in
from workflows.kiss.anliegen.topics import topics
from workflows.kiss.citizens.reporting import known_places

WHISTLEBLOWING = (
    "Meldet jemand einen Rechtsverstoß in der Verwaltung (Hinweisgeberschutz)? Dann bitte nichts aufschreiben: "
    "Verbinden Sie mit der Meldestelle. Nur sie darf es aufnehmen."
)
LONGEST_PLACE = 200
CHANNELS = {Channel.PHONE: "Anruf oder Besuch", Channel.INTERNAL: "Aus dem Haus"}


_TURN = "anliegen-aufnahme"
"""Counts what was taken down here: the next form is a new one, and nobody reads what was in the last."""


def take_down(here: Visit) -> None:
    """The form, folded away until it is needed; empty again once it was taken down."""
    turn = st.session_state.setdefault(_TURN, 0)
    with st.expander("Anliegen aufnehmen", icon=":material/add_call:"):
        channel = st.segmented_control(
            "Woher?", list(CHANNELS), default=Channel.PHONE, format_func=lambda each: CHANNELS[each],
            key=f"anliegen-woher-{turn}",
        )  # fmt: skip
        kinds = (
            [Kind.INTERNAL]
            if channel is Channel.INTERNAL
            else [each for each in Kind if each is not Kind.INTERNAL]
        )
        kind = st.selectbox(
            "Art", kinds, format_func=lambda each: KIND_NAMES[each], key=f"anliegen-art-{turn}"
        )
        st.caption(WHISTLEBLOWING)
        with st.form(f"anliegen-aufnehmen-{turn}", border=False, clear_on_submit=False):
            _fields(here, channel or Channel.PHONE, kind or Kind.FAULT)


def _fields(here: Visit, channel: Channel, kind: Kind) -> None:
    now = here.house.clock()
    with here.house.database.read() as session:
        known = {row.id: row.title for row in topics(session, now)}
        places = {row.name: (row.latitude, row.longitude) for row in known_places(session, now)}
        staff = (
            {person.id: person.name for person, _ in people(session, local_date(now))}
            if kind is Kind.SUPERVISORY
            else {}
        )
    text = st.text_area("Worum geht es?", max_chars=20_000, height=140)
    about: UUID | None = None
    if kind is Kind.SUPERVISORY:
        about = st.selectbox(
            "Wen betrifft es?", list(staff), index=None, format_func=lambda each: staff[each],
            placeholder="nicht bekannt",
            help="Die Beschwerde geht an die vorgesetzte Leitung. Wen sie betrifft, sieht sie nicht, und Sie selbst danach auch nicht mehr.",
        )  # fmt: skip
    topic = st.selectbox(
        "Thema",
        list(known),
        index=None,
        format_func=lambda each: known[each],
        placeholder="das Haus findet es",
    )
    one, two = st.columns(2)
    place = one.selectbox(
        "Ort", list(places), index=None, placeholder="wählen oder tippen", accept_new_options=True,
        help="Bekannte Straßen und Plätze stehen in der Liste; dazu kommen ihre Koordinaten.",
    )  # fmt: skip
    nearer = two.text_input("Wo genau?", placeholder="Hausnummer, gegenüber von …", max_chars=200)
    caller = Caller()
    if channel is Channel.PHONE:
        one, two, three = st.columns(3)
        caller = Caller(
            one.text_input("Name", max_chars=120).strip() or None,
            two.text_input("E-Mail", max_chars=200).strip() or None,
            three.text_input("Telefon", max_chars=60).strip() or None,
        )
    if not st.form_submit_button("Aufnehmen", type="primary"):
        return
    key = st.session_state.setdefault("anliegen-schluessel", new_id().hex)
    incoming = Incoming(
        key=f"staff:{key}", channel=channel, kind=kind, text=text, caller=caller,
        place=_where(place or "", nearer, places), topic=topic, about=about,
    )  # fmt: skip
    done, anliegen = attempt(lambda: take_in(here.house, here.staff, incoming))
    if done and anliegen is not None:
        del st.session_state["anliegen-schluessel"]
        st.session_state[_TURN] += 1
        if kind is Kind.SUPERVISORY:
            note("Aufgenommen. Die Beschwerde liegt jetzt bei der Leitung, die sie bearbeitet.")
        else:
            note("Aufgenommen. Das Haus sucht, wer zuständig ist.")
            st.query_params["id"] = anliegen.hex
        st.rerun()


def _where(place: str, nearer: str, places: Mapping[str, tuple[float, float]]) -> Place:
    """A known place brings where it lies; words of one's own stay words."""
    words = ", ".join(each for each in (place.strip()[:LONGEST_PLACE], nearer.strip()) if each)
    latitude, longitude = places.get(place.strip(), (None, None))
    return Place(words or None, latitude, longitude)

"""Where does it go? The suggested entries of the Aktenplan, then the Vorgang. Used for filing and for moving."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import streamlit as st

from intranet import words
from intranet.filing import Choice
from intranet.views.document import DocumentView, Place
from intranet.visit import Visit
from workflows.eakte.akten_queries import open_vorgaenge_under

FITS = 45
"""Letters of a line that can be read in the closed list; longer ones are written out below it."""
OTHER = Place(UUID(int=0), "anderer Eintrag des Aktenplans …", None)


@dataclass(frozen=True, slots=True)
class Target:
    """A line of the list "Vorgang": an existing one, a new one in an Akte, or a new Akte."""

    label: str
    choice: Choice
    new_akte: bool = False
    new_vorgang: bool = False


def place_form(visit: Visit, view: DocumentView) -> Choice | None:
    """Draw both questions; the suggested answers are set already. ``None`` while something is missing."""
    entry = _entry(view)
    if entry is None:
        return None
    targets = _targets(visit, entry.entry)
    target = st.selectbox(
        "Vorgang",
        targets,
        format_func=lambda each: each.label,
        key=f"vorgang-{view.document.id}-{entry.entry}",
    )
    if len(target.label) > FITS:
        st.caption(words.plain(target.label))
    title = view.document.title[:120]
    akte_title = vorgang_title = ""
    if target.new_akte:
        akte_title = st.text_input("Name der neuen Akte", value=title, key=f"akte-{entry.entry}")
    if target.new_vorgang:
        vorgang_title = st.text_input(
            "Name des neuen Vorgangs", value=title, key=f"name-{entry.entry}-{target.label}"
        )
    chosen = target.choice
    return Choice(chosen.vorgang, chosen.akte, chosen.entry, akte_title, vorgang_title)


def _entry(view: DocumentView) -> Place | None:
    options: list[Place] = [*view.places, OTHER]
    with st.container(key=_evidence_key(view)):
        chosen = st.radio(
            "Aktenplan",
            options,
            index=0 if view.sure or not view.places else None,
            format_func=_label,
            captions=[_because(each) for each in options],
            key=f"eintrag-{view.document.id}",
        )
    if not view.sure and view.places:
        st.caption("Unsicher: Bitte wählen Sie selbst.")
    if chosen is not None and chosen.entry != OTHER.entry:
        return chosen
    if chosen is None:
        return None
    found: Place | None = st.selectbox(
        "Eintrag des Aktenplans",
        view.entries,
        index=None,
        format_func=lambda each: each.label,
        placeholder="Nummer oder Wort eintippen",
        key=f"anderer-{view.document.id}",
    )
    return found


def _evidence_key(view: DocumentView) -> str:
    return f"beleg-ort-{view.places[0].entry.hex}" if view.places else "ort-ohne-beleg"


def _label(place: Place) -> str:
    share = "" if place.probability is None else f" · {words.percent(place.probability)}"
    return words.plain(place.label) + share


def _because(place: Place) -> str:
    return (
        "wegen " + ", ".join(f"„{words.plain(each)}“" for each in place.because[:4])
        if place.because
        else ""
    )


def _targets(visit: Visit, entry: UUID) -> Sequence[Target]:
    with visit.house.database.read() as session:
        rows = open_vorgaenge_under(session, visit.staff, entry)
    existing = [
        Target(
            f"{akte.reference} {akte.title} › {vorgang.number}. {vorgang.title}",
            Choice(vorgang=vorgang.id),
        )
        for akte, vorgang in rows
    ]
    akten = {akte.id: akte for akte, _ in rows}
    in_akte = [
        Target(
            f"Neuer Vorgang in {akte.reference} {akte.title}",
            Choice(akte=akte.id),
            new_vorgang=True,
        )
        for akte in akten.values()
    ]
    new = Target(
        "Neue Akte mit neuem Vorgang", Choice(entry=entry), new_akte=True, new_vorgang=True
    )
    return [*existing, *in_akte, new]

"""Where does it go? The suggested entries of the Aktenplan, then the Vorgang. Used for filing and for moving.

A Vorgang is only chosen beforehand where something speaks for it, and the reason is said; else a new Akte is proposed,
which can't be somebody else's, or, where the sender is known from several Vorgänge, nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import streamlit as st

from intranet import words
from intranet.filing import Choice
from intranet.views.document import DocumentView, Place
from intranet.visit import Visit
from workflows.eakte.places import AktePlaces, Known, known_place, open_akten, quoted_akten
from workflows.eakte.tables import Akte, Vorgang

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


@dataclass(frozen=True, slots=True)
class Answer:
    """What was chosen; without a ``choice``, ``missing`` says what is to be done first."""

    choice: Choice | None
    missing: str = ""


def place_form(visit: Visit, view: DocumentView) -> Answer:
    """Draw both questions, answered beforehand as far as something speaks for an answer."""
    with visit.house.database.read() as session:
        quoted = quoted_akten(session, visit.staff, view.references)
    entry = _entry(view, _quoted_entry(view, quoted))
    if entry is None:
        return Answer(None, "Bitte wählen Sie zuerst einen Eintrag des Aktenplans.")
    asked = st.text_input(
        "Akte oder Vorgang suchen",
        placeholder="Aktenzeichen, Name oder Wort",
        key=f"ablage-suche-{view.document.id}",
        help="Sucht in allen offenen Akten, in die Sie ablegen dürfen. Leer: die Akten des gewählten Eintrags.",
    ).strip()
    target = _target(visit, view, quoted, entry.entry, asked)
    if target is None:
        return Answer(None, "Bitte wählen Sie zuerst den Vorgang oder eine neue Akte.")
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
    return Answer(Choice(chosen.vorgang, chosen.akte, chosen.entry, akte_title, vorgang_title))


def _quoted_entry(view: DocumentView, quoted: Sequence[AktePlaces]) -> UUID | None:
    """The entry of the one Akte the letter quotes: the surest evidence there is."""
    entries = {each.akte.plan_entry_id for each in quoted}
    return entries.pop() if len(entries) == 1 and view.document.state != "filed" else None


def _entry(view: DocumentView, quoted: UUID | None) -> Place | None:
    suggested = list(view.places)
    if quoted is not None:
        named = [each for each in (*suggested, *view.entries) if each.entry == quoted][:1]
        suggested = [*named, *(each for each in suggested if each.entry != quoted)]
    options: list[Place] = [*suggested, OTHER]
    sure = view.sure or quoted is not None
    with st.container(key=_evidence_key(view)):
        chosen = st.radio(
            "Aktenplan",
            options,
            index=0 if sure or not suggested else None,
            format_func=_label,
            captions=[_because(each) for each in options],
            key=f"eintrag-{view.document.id}",
        )
    if not sure and suggested:
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


def _target(
    visit: Visit, view: DocumentView, quoted: Sequence[AktePlaces], entry: UUID, asked: str
) -> Target | None:
    """The list of places, with what speaks for the one that is chosen beforehand."""
    document, moving = view.document, view.document.state == "filed"
    with visit.house.database.read() as session:
        rows = (
            open_akten(session, visit.staff, words=asked)
            if asked
            else open_akten(session, visit.staff, plan_entry=entry)
        )
        known = (
            None
            if moving or asked
            else known_place(
                session, visit.staff, quoted, document.sender, document.sender_kind, entry
            )
        )
    new = Target(
        "Neue Akte mit neuem Vorgang", Choice(entry=entry), new_akte=True, new_vorgang=True
    )
    first = _of_known(known) if known else None
    targets = [*_of(rows, document.vorgang_id), new]
    if first is not None:
        targets = [first, *(each for each in targets if each.choice != first.choice)]
    before = _before(targets, new, known, first, chosen_by_hand=moving or bool(asked))
    if asked and not rows:
        st.caption("Keine offene Akte gefunden, in die Sie ablegen dürfen.")
    chosen: Target | None = st.selectbox(
        "Vorgang",
        targets,
        index=before,
        format_func=lambda each: each.label,
        placeholder="Bitte wählen",
        key=f"vorgang-{document.id}-{entry}-{asked}",
    )
    if known is not None and (said := _said(known, first, chosen)):
        st.caption(words.plain(said))
    return chosen


def _before(
    targets: Sequence[Target],
    new: Target,
    known: Known | None,
    first: Target | None,
    *,
    chosen_by_hand: bool,
) -> int | None:
    """Which line is chosen beforehand: the known place; without one a new Akte; where it is unclear, none."""
    if first is not None:
        return 0
    if chosen_by_hand or known is not None:
        return None
    return targets.index(new)


def _said(known: Known, first: Target | None, chosen: Target | None) -> str:
    if first is None:
        return f"{known.because} Bitte wählen Sie den Vorgang."
    return f"Vorgeschlagen, {known.because}." if chosen == first else ""


def _of_known(known: Known) -> Target | None:
    if known.akte is None:
        return None
    return _existing(known.akte, known.vorgang) if known.vorgang else _in_akte(known.akte)


def _of(rows: Sequence[AktePlaces], present: UUID | None) -> list[Target]:
    """Existing Vorgänge, without the one the document lies in, then a new one in each Akte."""
    existing = [
        _existing(each.akte, vorgang)
        for each in rows
        for vorgang in each.vorgaenge
        if vorgang.id != present
    ]
    return [*existing, *(_in_akte(each.akte) for each in rows)]


def _existing(akte: Akte, vorgang: Vorgang) -> Target:
    return Target(
        f"{akte.reference} {akte.title} › {vorgang.number}. {vorgang.title}",
        Choice(vorgang=vorgang.id),
    )


def _in_akte(akte: Akte) -> Target:
    return Target(
        f"Neuer Vorgang in {akte.reference} {akte.title}", Choice(akte=akte.id), new_vorgang=True
    )

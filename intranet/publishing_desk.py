"""Publishing a report from its page: the text everybody may read, and each picture as everybody would see it."""

from contextlib import ExitStack
from uuid import UUID

import streamlit as st
from sqlalchemy.orm import Session

from intranet import words
from intranet.deeds import attempt, carry_out
from intranet.notes import note
from intranet.visit import Visit
from ocr.documents import UnreadableError
from storage.blobs.errors import BlobStoreError
from workflows.kiss.anliegen.tables import Anliegen, MessageFile
from workflows.kiss.citizens.published import districts
from workflows.kiss.citizens.publishing import (
    LONGEST,
    pictures_of,
    publish,
    usual_where,
    why_not,
    withdraw_publication,
)
from workflows.kiss.citizens.redrawing import redraw
from workflows.kiss.citizens.where import WHERE_NAMES, Where, shown


def publishing(here: Visit, row: Anliegen, seen: int) -> None:
    """An expander; nothing at all where whoever reported it has not agreed. ``seen``: the revision looked at."""
    with here.house.database.read() as session:
        refusal, files = why_not(session, row), pictures_of(session, row)
    if refusal and row.published_at is None:
        return
    with st.expander("Veröffentlichen", icon=":material/public:"):
        if row.published_at is not None:
            shown = sum(file.shown_sha256 is not None for file in files)
            st.caption(f"Veröffentlicht. Freigegebene Bilder: {shown}.")
            if st.button("Zurückziehen", key="veroeffentlichung-zurueck"):
                _withdraw(here, row, seen)
        if refusal is None:
            _form(here, row, files, seen)


def _form(here: Visit, row: Anliegen, files: list[MessageFile], seen: int) -> None:
    text = st.text_area(
        "Text für alle", value=row.published_text or "", max_chars=LONGEST, key=f"text-{row.id.hex}",
        help="Kurz und sachlich. Keine Namen, Telefonnummern, Kennzeichen oder Hausnummern von Privatleuten.",
    )  # fmt: skip
    chosen = {}
    if files:
        drawn = _drawn(here, row, files)
        for number, file in enumerate(files, start=1):
            if file.id not in drawn:
                continue
            st.image(drawn[file.id], caption=f"Bild {number}, wie alle es sehen würden")
            if st.checkbox(
                f"Bild {number} freigeben: Es zeigt keine Gesichter und keine Kennzeichen.",
                value=file.shown_sha256 is not None, key=f"bild-{file.id.hex}",
            ):  # fmt: skip
                chosen[file.id] = drawn[file.id]
    where = _where(here, row)
    label = "Veröffentlichung ändern" if row.published_at else "Veröffentlichen"
    if st.button(label, type="primary", key="veroeffentlichen"):
        done, _ = attempt(lambda: _publish(here, row.id, seen, text, chosen, where))
        if done:
            note("Veröffentlicht.")
            st.rerun()


def _drawn(here: Visit, row: Anliegen, files: list[MessageFile]) -> dict[UUID, bytes]:
    """Drawn when asked for, as it takes a second, or to change what is out; what is looked at is what is published."""
    key = f"gezeichnet-{row.id.hex}"
    if key not in st.session_state:
        released = any(file.shown_sha256 is not None for file in files)
        if not released and not st.button("Bilder ansehen", key="bilder-ansehen"):
            return {}
        st.session_state[key] = {}
        for file in files:
            try:
                st.session_state[key][file.id] = redraw(here.house, file.sha256)
            except (UnreadableError, BlobStoreError):
                st.warning(f"„{words.plain(file.name)}“ lässt sich nicht zeigen.")
    found: dict[UUID, bytes] = st.session_state[key]
    return found


def _where(here: Visit, row: Anliegen) -> Where:
    """How exactly everybody may know the place, and what they would see."""
    with here.house.database.read() as session:
        usually, known = usual_where(session, row), districts(session)
    options = list(Where)
    where = st.radio(
        "Ort für alle", options, index=options.index(Where(row.published_where or usually)),
        format_func=lambda each: WHERE_NAMES[each], key=f"ort-{row.id.hex}",
        help="Bei Lärm oder Streit zu Hause wäre der Ort eine Adresse: Dann bitte ungefähr oder ohne Ort.",
    )  # fmt: skip
    seen = shown(row, where, known)
    told = [words.plain(seen.place)] if seen.place else []
    if seen.latitude is not None and seen.longitude is not None:
        told.append(f"{seen.latitude} N / {seen.longitude} O".replace(".", ","))
    st.caption(
        f"Alle sehen: {', '.join(told) or 'keinen Ort'}. Gemeldet wurde: {words.plain(row.place or 'kein Ort')}."
    )
    return where


def _publish(
    here: Visit, anliegen: UUID, seen: int, text: str, chosen: dict[UUID, bytes], where: Where
) -> None:
    house = here.house
    with ExitStack() as stack:
        staged = {
            file: stack.enter_context(house.blobs.stage(content))
            for file, content in chosen.items()
        }

        def deed(session: Session) -> None:
            publish(
                session, here.staff, anliegen, seen, text, staged, where=where, blobs=house.blobs,
                now=house.clock(),
            )  # fmt: skip

        house.database.run(deed)


def _withdraw(here: Visit, row: Anliegen, seen: int) -> None:
    house = here.house
    done, _ = carry_out(
        here,
        lambda session: withdraw_publication(
            session, here.staff, row.id, seen, blobs=house.blobs, now=house.clock()
        ),
    )
    if done:
        note("Zurückgezogen. Außerhalb des Hauses ist es nicht mehr zu sehen.")
        st.rerun()

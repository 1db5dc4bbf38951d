"""Texts to begin answers with, on the page of responsibilities: everybody reads them, who answers keeps them."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import streamlit as st

from intranet import html
from intranet.choosing import again, choice, with_former
from intranet.deeds import carry_out
from intranet.views.responsibility import Book
from intranet.visit import Visit
from workflows.kiss.anliegen.placeholders import KNOWN
from workflows.kiss.anliegen.tables import AnswerTemplate
from workflows.kiss.anliegen.templates import (
    LONGEST,
    LONGEST_TITLE,
    TemplateForm,
    add_template,
    change_template,
    end_template,
    keeper,
    templates,
)

Names = Mapping[UUID, str]
ALL = "alle"


def templates_tab(here: Visit, book: Book) -> None:
    """The list, and a form for those the person may keep."""
    with here.house.database.read() as session:
        rows = templates(session, here.house.clock())
        keeps = keeper(session, here.staff)
    mine = [row for row in rows if keeps.may_keep(row.topic_id, row.office_id)]
    topics, offices = (
        {key: name for key, name in book.topic_names.items() if keeps.may_keep(key, None)},
        {key: name for key, name in book.office_names.items() if keeps.may_keep(None, key)},
    )
    if rows:
        _table(book, rows)
    else:
        st.html(
            html.empty(
                "Es gibt noch keine Textbausteine.", "Wer antwortet, kann hier Texte anlegen."
            )
        )
    if topics or offices:
        _form(here, mine, topics, offices, everywhere=keeps.everything)


def _table(book: Book, rows: Sequence[AnswerTemplate]) -> None:
    st.html(
        html.table(
            "Textbausteine",
            ["Name", html.Column("Text", "frei"), "Thema", "Amt"],
            [
                (
                    row.title, row.text, _named(book.topic_names, row.topic_id),
                    _named(book.office_names, row.office_id),
                )
                for row in rows
            ],
        )
    )  # fmt: skip


def _named(names: Names, key: UUID | None) -> str:
    return names.get(key, "gibt es nicht mehr") if key else ALL


def _form(
    here: Visit, mine: Sequence[AnswerTemplate], topics: Names, offices: Names, *, everywhere: bool
) -> None:
    rows = {row.id: row for row in mine}
    chosen = st.selectbox(
        "Textbaustein ändern", list(rows), index=None, format_func=lambda each: rows[each].title,
        placeholder="oder unten einen neuen anlegen", key="baustein",
    )  # fmt: skip
    old, now = rows.get(chosen) if chosen else None, here.house.clock()
    mark = f"{old.id.hex}-{old.revision}" if old else "neu"
    with st.form(f"baustein-{mark}"):
        title = st.text_input("Name", old.title if old else "", max_chars=LONGEST_TITLE)
        text = st.text_area("Text", old.text if old else "", max_chars=LONGEST, height=160)
        st.caption(
            "Platzhalter füllt das Haus aus: " + ", ".join(f"{{{name}}} ({KNOWN[name]})" for name in KNOWN) + "."
        )  # fmt: skip
        one, two = st.columns(2)
        topic = choice(
            one, "Für welches Thema?", with_former(topics, old.topic_id if old else None, "Thema"),
            old.topic_id if old else None, f"baustein-thema-{mark}", unchosen="alle Themen",
        )  # fmt: skip
        office = choice(
            two, "Für welches Amt?", with_former(offices, old.office_id if old else None, "Amt"),
            old.office_id if old else None, f"baustein-amt-{mark}", unchosen="alle Ämter",
        )  # fmt: skip
        if not everywhere:
            st.caption(
                "Bitte wählen Sie ein Thema Ihrer Gruppe oder Ihr Amt. Texte für alle pflegt die Koordination."
            )
        save = st.form_submit_button("Speichern", type="primary")
        end = old is not None and st.form_submit_button("Textbaustein beenden")
    if end and old is not None:
        done, _ = carry_out(
            here, lambda session: end_template(session, here.staff, old.id, old.revision, now=now)
        )
        again("Der Textbaustein wird nicht mehr angeboten.", done=done)
    if not save:
        return
    form = TemplateForm(title, text, topic, office)
    if old is None:
        done, _ = carry_out(
            here, lambda session: add_template(session, here.staff, form, now=now).id
        )
    else:
        done, _ = carry_out(
            here,
            lambda session: change_template(
                session, here.staff, old.id, old.revision, form, now=now
            ),
        )
    again("Gespeichert.", done=done)

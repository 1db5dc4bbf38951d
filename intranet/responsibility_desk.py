"""Topics and groups on the page of responsibilities, and trying out who would get a text; each form is one verb."""

from uuid import UUID

import streamlit as st

from intranet import html
from intranet.choosing import choice, split, with_former
from intranet.deeds import carry_out
from intranet.editing import Opened, key_field, open_one
from intranet.trial_view import show_trial
from intranet.views.responsibility import Book, GroupLine, TopicLine
from intranet.visit import Visit
from storage.actors import CLASS_NAMES, FILING_CLASSES, ProtectionClass
from workflows.kiss.anliegen.states import KIND_NAMES, Kind
from workflows.kiss.routing.group_keeping import GroupForm, add_group, change_group, end_group
from workflows.kiss.routing.responsibility import MOST_HOURS
from workflows.kiss.routing.topic_keeping import TopicForm, add_topic, change_topic, end_topic
from workflows.kiss.routing.trials import LONGEST_ADDRESS, try_text

CLASSES = [
    ProtectionClass.INTERNAL,
    *(
        each
        for each in FILING_CLASSES
        if each not in {ProtectionClass.INTERNAL, ProtectionClass.OPEN}
    ),
]


def try_tab(here: Visit) -> None:
    """Paste a text, see who would get it and why."""
    text = st.text_area(
        "Text", key="probe-text", height=180, max_chars=20_000,
        placeholder="Zum Beispiel: Auf der Bahnhofstraße ist seit gestern die Laterne dunkel.",
    )  # fmt: skip
    to = st.text_input(
        "An welche Adresse? (freiwillig)", key="probe-an", max_chars=LONGEST_ADDRESS,
        placeholder="tiefbau@…",
    )  # fmt: skip
    if st.button("Wer ist zuständig?", type="primary", key="probe"):
        done, trial = carry_out(
            here,
            lambda session: try_text(
                session, here.staff, text, recipient=to, now=here.house.clock()
            ),
        )
        if done and trial is not None:
            st.session_state["probe-versuch"] = trial
    show_trial(here, st.session_state.get("probe-versuch"))


def topics_tab(here: Visit, book: Book, *, changes: bool) -> None:
    """The topics with their targets."""
    st.html(
        html.table(
            "Themen",
            [html.Column("Thema", "frei"), "Art", "Gruppe", html.Column("Frist (Dienststunden)", "zahl"), "Vier Augen", "Für Bürgerinnen und Bürger"],
            [
                (
                    line.row.title, line.kind, line.group, str(line.row.hours),
                    "ja" if line.row.four_eyes else "nein", "ja" if line.row.public else "nein",
                )
                for line in book.topics
            ],
        )
    )  # fmt: skip
    if changes:
        _topic_form(here, book)


def _topic_form(here: Visit, book: Book) -> None:
    opened = open_one(
        "Thema ändern", book.topics, lambda line: line.row.title,
        new="oder unten ein neues anlegen", key="thema",
    )  # fmt: skip
    now, staff = here.house.clock(), here.staff
    with st.form(f"thema-{opened.mark}"):
        key = key_field(opened)
        form = _topic_fields(book, opened)
        save = st.form_submit_button("Speichern", type="primary")
        end = opened.line is not None and st.form_submit_button("Thema beenden")
    if save or end:
        opened.settle(
            here, form, ends=end, missing="Bitte wählen Sie eine Gruppe.",
            ended="Das Thema wird nicht mehr angeboten.",
            add=lambda s, made: add_topic(s, staff, key, made, now=now),
            change=lambda s, line, made: change_topic(
                s, staff, line.row.id, line.row.revision, made, now=now
            ),
            end=lambda s, line: end_topic(s, staff, line.row.id, line.row.revision, now=now),
        )  # fmt: skip


def _topic_fields(book: Book, opened: Opened[TopicLine]) -> TopicForm | None:
    old, kinds = opened.line.row if opened.line else None, list(Kind)
    one, two = st.columns(2)
    title = one.text_input("Name", old.title if old else "")
    kind = two.selectbox(
        "Art",
        kinds,
        index=kinds.index(Kind(old.kind)) if old else 0,
        format_func=lambda each: KIND_NAMES[each],
    )
    held = old.group_id if old else None
    one, two = st.columns(2)  # row by row, as one reads and tabs
    names = with_former(book.group_names, held, opened.line.group if opened.line else "")
    group = choice(one, "Gruppe", names, held, f"thema-gruppe-{opened.mark}")
    hours = two.number_input("Frist in Dienststunden", 1, MOST_HOURS, old.hours if old else 24)
    description = st.text_input("Beschreibung für das Formular", old.description if old else "")
    keywords = st.text_input("Stichwörter", ", ".join(old.keywords) if old else "")
    one, two = st.columns(2)
    four = one.checkbox("Antworten gibt eine zweite Person frei", value=bool(old and old.four_eyes))
    public = two.checkbox(
        "Im Formular für Bürgerinnen und Bürger anbieten", value=bool(old and old.public)
    )
    protection = _protection(old.protection if old else None, f"thema-schutz-{opened.mark}")
    if group is None:
        return None
    return TopicForm(
        title, group, kind, int(hours), description, split(keywords), four, public, protection
    )


def _protection(held: str | None, key: str) -> ProtectionClass:
    return st.selectbox(
        "Schutzklasse", CLASSES, index=CLASSES.index(ProtectionClass(held)) if held else 0, key=key,
        format_func=lambda each: CLASS_NAMES[each],
        help="Was dazukommt, sieht nur, wer für diese Klasse freigeschaltet ist, sonst die Leitung. Auch die Koordination sieht es dann nicht mehr.",
    )  # fmt: skip


def groups_tab(here: Visit, book: Book, *, changes: bool) -> None:
    """The groups and their people."""
    st.html(
        html.table(
            "Gruppen",
            [
                "Gruppe",
                "Amt",
                html.Column("Wer", "frei"),
                html.Column("Frist (Dienststunden)", "zahl"),
            ],
            [
                (
                    f"{line.row.name} (Koordination)" if line.row.coordination else line.row.name,
                    line.office,
                    "alle im Amt" if line.row.general else ", ".join(line.people) or "niemand",
                    str(line.row.hours),
                )
                for line in book.groups
            ],
        )
    )
    if changes:
        _group_form(here, book)


def _group_form(here: Visit, book: Book) -> None:
    opened = open_one(
        "Gruppe ändern", book.groups, lambda line: line.row.name,
        new="oder unten eine neue anlegen", key="gruppe",
    )  # fmt: skip
    old, now, staff = opened.line.row if opened.line else None, here.house.clock(), here.staff
    with st.form(f"gruppe-{opened.mark}"):
        key = key_field(opened)
        form = _group_fields(book, opened)
        save = st.form_submit_button("Speichern", type="primary")
        end = old is not None and not old.general and st.form_submit_button("Gruppe beenden")
    if save or end:
        opened.settle(
            here, form, ends=end, missing="Bitte wählen Sie ein Amt.",
            ended="Die Gruppe gibt es nicht mehr.",
            add=lambda s, made: add_group(s, staff, key, made, now=now),
            change=lambda s, line, made: change_group(
                s, staff, line.row.id, line.row.revision, made, now=now
            ),
            end=lambda s, line: end_group(s, staff, line.row.id, line.row.revision, now=now),
        )  # fmt: skip


def _group_fields(book: Book, opened: Opened[GroupLine]) -> GroupForm | None:
    line = opened.line
    old = line.row if line else None
    one, two = st.columns(2)
    name = one.text_input("Name", old.name if old else "")
    hours = two.number_input(
        "Frist in Dienststunden ohne Thema", 1, MOST_HOURS, old.hours if old else 40
    )
    office = old.office_id if old else choice(st, "Amt", book.office_names, None, "gruppe-amt")
    members: list[UUID] = []
    if not (old and old.general):
        members = st.multiselect(
            "Wer gehört dazu?",
            list(book.people),
            sorted(line.members) if line else [],
            format_func=lambda each: book.people[each],
        )
    one, two = st.columns(2)
    spreads = one.checkbox(
        "Neues an Anwesende verteilen",
        value=bool(old and old.spreads),
        help="Sonst nimmt die Gruppe ihre Anliegen selbst auf.",
    )
    coordination = two.checkbox(
        "Koordination: bekommt, wofür sich niemand findet", value=bool(old and old.coordination)
    )
    protection = _protection(old.protection if old else None, f"gruppe-schutz-{opened.mark}")
    if office is None:
        return None
    return GroupForm(
        name, office, int(hours), spreads, coordination, frozenset(members), protection
    )

"""Rules on the page of responsibilities: in words, in the order they are asked, and tried out before they count."""

from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

import streamlit as st

from intranet import html, words
from intranet.choosing import GONE, choice, split, with_former
from intranet.deeds import carry_out
from intranet.editing import Opened, open_one
from intranet.trial_view import show_trial
from intranet.views.responsibility import Book, RuleLine
from intranet.visit import Visit
from storage.clock import local_date
from workflows.kiss.routing.activating import activate, tried
from workflows.kiss.routing.rule_keeping import RuleForm, end_rule
from workflows.kiss.routing.trials import try_rule

WEIGHTS = {10: "vor allen anderen", 100: "gewöhnlich", 500: "nach allen anderen"}


def rules_tab(here: Visit, book: Book, *, changes: bool) -> None:
    """The rules in the order they are asked, and for who may: new, changed, tried, ended."""
    st.caption(
        "Die erste Regel, deren Bedingungen alle zutreffen, entscheidet. Trifft keine zu, entscheidet das Textmodell, sonst die Koordination."
    )
    if book.rules:
        st.html(_rules("Regeln, die gelten", book.rules))
    else:
        st.html(
            html.empty("Es gilt keine Regel.", "Das Textmodell und die Koordination entscheiden.")
        )
    if changes:
        _rule_form(here, book)
    if book.ended:
        with st.expander("Frühere Regeln"):
            st.html(_rules("Regeln, die nicht mehr gelten", book.ended))


def _rules(caption: str, lines: Sequence[RuleLine]) -> str:
    return html.table(
        caption,
        [html.Column("Regel", "frei"), html.Column("Bedingungen", "frei"), "Geht an", "Verantwortet", html.Column("Gilt", "zeit")],
        [
            (
                line.row.title, line.conditions, line.to, line.owner,
                f"{line.since} bis {line.until}" if line.until else f"ab {line.since}",
            )
            for line in lines
        ],
    )  # fmt: skip


def _rule_form(here: Visit, book: Book) -> None:
    opened = open_one(
        "Regel ändern", book.rules, lambda line: line.row.title,
        new="oder unten eine neue anlegen", key="regel",
    )  # fmt: skip
    old = opened.line.row if opened.line else None
    with st.container(border=True):
        title = st.text_input(
            "Name der Regel", old.title if old else "", key=f"regel-name-{opened.mark}"
        )
        conditions = _conditions(book, old.conditions if old else {}, opened.mark)
        form = _target(book, opened, title, conditions, local_date(here.house.clock()))
        if form is None:
            st.caption("Bitte wählen Sie, wohin die Regel führt und wer sie verantwortet.")
            return
        _rule_buttons(here, form, opened)


def _conditions(book: Book, given: Mapping[str, Any], mark: str) -> dict[str, Any]:
    """Row by row, as one reads and tabs: what has to hold, as far as something was typed; a circle can be kept here, not drawn."""

    def line(where: Any, label: str, name: str, short: str, explained: str | None = None) -> Any:
        text = ", ".join(given.get(name, ()))
        return name, split(
            where.text_input(label, text, key=f"regel-{short}-{mark}", help=explained)
        )

    def several(where: Any, label: str, name: str, short: str, known: Mapping[str, str]) -> Any:
        asked = given.get(name, [])
        options = list(dict.fromkeys((*known, *asked)))
        return name, where.multiselect(
            label, options, asked, format_func=lambda key: known.get(key, f"{key} ({GONE})"),
            placeholder="gleich welche", key=f"regel-{short}-{mark}",
        )  # fmt: skip

    inflected = "Mit Komma getrennt; gebeugte und zusammengesetzte Formen zählen mit."
    one, two = st.columns(2)
    typed = [
        line(one, "Eines dieser Wörter", "words", "eines", inflected),
        line(two, "Alle diese Wörter", "all_words", "alle"),
    ]
    one, two = st.columns(2)
    typed += [
        line(one, "Ort oder Stadtteil", "place", "ort"),
        line(two, "Aktenzeichen beginnt mit", "file_number", "az"),
    ]
    one, two = st.columns(2)
    typed += [
        several(one, "Gerichtet an", "addressed", "an", book.office_keys),
        several(two, "Thema (im Formular gewählt)", "topic", "thema", book.topic_keys),
    ]
    found = {name: values for name, values in typed if values}
    return {**found, "circle": given["circle"]} if "circle" in given else found


def _target(
    book: Book,
    opened: Opened[RuleLine],
    title: str,
    conditions: Mapping[str, Any],
    today: date,
) -> RuleForm | None:
    """Where it leads, who answers for it, and when it is asked; ``None`` while something is missing."""
    line, mark = opened.line, opened.mark
    old = line.row if line else None
    places = (old.group_id, old.topic_id, old.owner_id) if old else (None, None, None)
    called = (line.group, line.topic, line.owner) if line else ("", "", "")
    groups, topics, offices = (
        with_former(names, place, former)
        for names, place, former in zip(
            (book.group_names, book.topic_names, book.office_names), places, called, strict=True
        )
    )
    one, two = st.columns(2)
    group = choice(one, "Geht an", groups, places[0], f"regel-gruppe-{mark}")
    topic = choice(
        two, "Mit dem Thema", topics, places[1], f"regel-ziel-{mark}", unchosen="ohne Thema"
    )
    one, two = st.columns(2)
    owner = choice(one, "Verantwortet von", offices, places[2], f"regel-amt-{mark}")
    position = old.position if old else 100
    weights = sorted({*WEIGHTS, position})
    position = two.selectbox(
        "Reihenfolge", weights, index=weights.index(position),
        format_func=lambda each: WEIGHTS.get(each, f"Platz {each}"), key=f"regel-platz-{mark}",
    )  # fmt: skip
    one, two = st.columns(2)
    begins = one.date_input(
        "Gilt ab", max(today, old.valid_from) if old else today, min_value=today,
        format="DD.MM.YYYY", key=f"regel-ab-{mark}",
    )  # fmt: skip
    reason = two.text_input("Warum?", key=f"regel-grund-{mark}")
    if group is None or owner is None:
        return None
    return RuleForm(title, owner, group, position, topic, conditions, reason or None, begins)


def _rule_buttons(here: Visit, form: RuleForm, opened: Opened[RuleLine]) -> None:
    now, staff = here.house.clock(), here.staff
    rule, revision = opened.line.row.id if opened.line else None, opened.revision()
    one, two, three = st.columns(3)
    if one.button(
        "Erst ausprobieren",
        key="regel-probe",
        help="Was hätte sie mit den Anliegen des letzten Vierteljahrs gemacht?",
    ):
        done, trial = carry_out(here, lambda s: try_rule(s, staff, form, rule, now=now))
        if done and trial is not None:
            st.session_state["regel-versuch"] = trial
    begins, today = form.valid_from or local_date(now), local_date(now)
    label = "Ab heute gelten lassen" if begins == today else f"Ab {words.day(begins)} gelten lassen"
    untried = _untried(here, form, rule)
    if two.button(label, type="primary", key="regel-gilt"):
        opened.carry_out(
            here,
            lambda s: activate(s, staff, form, rule, revision, untried, now=now),
            "Die Regel ist eingetragen.",
        )
    if rule is not None and three.button("Regel beenden", key="regel-ende"):
        opened.carry_out(
            here,
            lambda s: end_rule(s, staff, rule, revision, form.reason, now=now),
            "Die Regel gilt nicht mehr.",
        )
    show_trial(here, st.session_state.get("regel-versuch"))


def _untried(here: Visit, form: RuleForm, rule: UUID | None) -> str:
    """Why it shall count without a trial; asked until it was tried out exactly as it stands there."""
    with here.house.database.read() as session:
        if tried(session, here.staff, form, rule, here.house.clock()):
            return ""
    state = repr((form.group, form.topic, form.position, form.conditions, rule))
    mark = sha256(state.encode()).hexdigest()[:12]
    return st.text_input(
        "Noch nicht ausprobiert: Warum soll sie trotzdem gelten?",
        key=f"regel-ungeprobt-{mark}",
        max_chars=500,
        help="Nur nötig, wenn Sie die Regel nicht erst ausprobieren.",
    )

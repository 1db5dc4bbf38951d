"""Rules on the page of responsibilities: in words, in the order they are asked, and tried out before they count."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import streamlit as st

from intranet import html
from intranet.choosing import again, choice, split
from intranet.deeds import carry_out
from intranet.trial_view import show_trial
from intranet.views.responsibility import Book, RuleLine
from intranet.visit import Visit
from workflows.kiss.routing.responsibility import RuleForm, add_rule, change_rule, end_rule
from workflows.kiss.routing.trials import try_rule

GONE = "gibt es nicht mehr"
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
                f"{line.since} bis {line.until}" if line.until else f"seit {line.since}",
            )
            for line in lines
        ],
    )  # fmt: skip


def _rule_form(here: Visit, book: Book) -> None:
    lines = {line.row.id: line for line in book.rules}
    chosen = st.selectbox(
        "Regel ändern", list(lines), index=None, format_func=lambda each: lines[each].row.title,
        placeholder="oder unten eine neue anlegen", key="regel",
    )  # fmt: skip
    old = lines[chosen].row if chosen else None
    mark = chosen.hex if chosen else "neu"
    given: Mapping[str, Any] = old.conditions if old else {}
    with st.container(border=True):
        title = st.text_input("Name der Regel", old.title if old else "", key=f"regel-name-{mark}")
        one, two = st.columns(2)
        any_word = one.text_input(
            "Eines dieser Wörter",
            _joined(given, "words"),
            key=f"regel-eines-{mark}",
            help="Mit Komma getrennt; gebeugte und zusammengesetzte Formen zählen mit.",
        )
        all_words = two.text_input(
            "Alle diese Wörter", _joined(given, "all_words"), key=f"regel-alle-{mark}"
        )
        places = one.text_input(
            "Ort oder Stadtteil", _joined(given, "place"), key=f"regel-ort-{mark}"
        )
        numbers = two.text_input(
            "Aktenzeichen beginnt mit", _joined(given, "file_number"), key=f"regel-az-{mark}"
        )
        addressed = one.multiselect(
            "Gerichtet an",
            _choices(book.office_keys, given.get("addressed", ())),
            given.get("addressed", []),
            format_func=lambda key: book.office_keys.get(key, f"{key} ({GONE})"),
            key=f"regel-an-{mark}",
        )
        themes = two.multiselect(
            "Thema (im Formular gewählt)",
            _choices(book.topic_keys, given.get("topic", ())),
            given.get("topic", []),
            format_func=lambda key: book.topic_keys.get(key, f"{key} ({GONE})"),
            key=f"regel-thema-{mark}",
        )
        group = choice(
            one, "Geht an", book.group_names, old.group_id if old else None, f"regel-gruppe-{mark}"
        )
        topic = choice(
            two,
            "Mit dem Thema",
            book.topic_names,
            old.topic_id if old else None,
            f"regel-ziel-{mark}",
        )
        owner = choice(
            one,
            "Verantwortet von",
            book.office_names,
            old.owner_id if old else None,
            f"regel-amt-{mark}",
        )
        weights = sorted({*WEIGHTS, *([old.position] if old else [])})
        position = two.selectbox(
            "Reihenfolge",
            weights,
            index=weights.index(old.position if old else 100),
            format_func=lambda each: WEIGHTS.get(each, f"Platz {each}"),
            key=f"regel-platz-{mark}",
        )
        reason = st.text_input("Warum?", key=f"regel-grund-{mark}")
        conditions = {
            name: values
            for name, values in (
                ("words", split(any_word)), ("all_words", split(all_words)), ("place", split(places)),
                ("file_number", split(numbers)), ("addressed", addressed), ("topic", themes),
            )
            if values
        } | ({"circle": given["circle"]} if "circle" in given else {})  # fmt: skip
        if group is None or owner is None:
            st.caption("Bitte wählen Sie, wohin die Regel führt und wer sie verantwortet.")
            return
        form = RuleForm(title, owner, group, position, topic, conditions, reason or None)
        _rule_buttons(here, form, chosen, old.revision if old else 0)


def _rule_buttons(here: Visit, form: RuleForm, rule: UUID | None, revision: int) -> None:
    now = here.house.clock()
    one, two, three = st.columns(3)
    if one.button(
        "Erst ausprobieren",
        key="regel-probe",
        help="Was hätte sie mit den Anliegen des letzten Vierteljahrs gemacht?",
    ):
        done, trial = carry_out(
            here, lambda session: try_rule(session, here.staff, form, rule, now=now)
        )
        if done and trial is not None:
            st.session_state["regel-versuch"] = trial
    if two.button("Ab heute gelten lassen", type="primary", key="regel-gilt"):
        if rule is None:
            done, _ = carry_out(here, lambda session: add_rule(session, here.staff, form, now=now))
        else:
            done, _ = carry_out(
                here,
                lambda session: change_rule(session, here.staff, rule, revision, form, now=now),
            )
        again("Die Regel gilt ab heute.", done=done)
    if rule is not None and three.button("Regel beenden", key="regel-ende"):
        done, _ = carry_out(
            here,
            lambda session: end_rule(session, here.staff, rule, revision, form.reason, now=now),
        )
        again("Die Regel gilt nicht mehr.", done=done)
    show_trial(here, st.session_state.get("regel-versuch"))


def _choices(names: Mapping[str, str], given: Sequence[str]) -> list[str]:
    """What there is, and what the rule asks for although it is no more."""
    return list(dict.fromkeys((*names, *given)))


def _joined(conditions: Mapping[str, Any], name: str) -> str:
    return ", ".join(conditions.get(name, ()))

"""Deadlines on the document page: the last day with every step that led there, its first day, and when it is done."""

from datetime import date

import streamlit as st

from intranet import html, words
from intranet.deeds import carry_out
from intranet.notes import note
from intranet.views.deadlines import DeadlineShown
from intranet.views.document import DocumentView
from intranet.visit import Visit
from storage.clock import WEEKDAYS
from workflows.eakte.deadline_keeping import enter_first_day, finish_deadline

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)


def deadlines_part(visit: Visit, view: DocumentView) -> None:
    """Every deadline of the text, the next one first; the reckoning of the next one is open."""
    for number, each in enumerate(view.deadlines):
        with st.container(key=f"beleg-{each.name}", gap="xsmall"):
            st.html(_shown(each, opened=number == 0 or each.due is None))
            if each.asks is not None and view.may_edit:
                if each.due is None:
                    _first_day(visit, view, each)
                else:
                    with st.expander("Von einem anderen Tag an rechnen"):
                        _first_day(visit, view, each)


def _shown(each: DeadlineShown, *, opened: bool) -> str:
    last = f"bis {with_weekday(each.due)}" if each.due else "– der letzte Tag ist noch offen"
    state = f" {html.state(each.state).html}" if each.state else ""
    steps = "".join(f"<li>{html.text(step)}</li>" for step in each.steps if step)
    return (
        f'<div class="fund" tabindex="0"><strong>Frist {last}</strong>{state}<br>„{html.text(each.quoted)}“</div>'
        f'<details class="rechenweg"{" open" if opened else ""}><summary>Rechenweg</summary><ol>{steps}</ol></details>'
    )


def _first_day(visit: Visit, view: DocumentView, each: DeadlineShown) -> None:
    document, now = view.document, visit.house.clock()
    day = st.date_input(
        f"{each.asks} am",
        value=each.first_day,
        min_value=EARLIEST,
        max_value=LATEST,
        format="DD.MM.YYYY",
        key=f"tag-{each.at}-{document.id}-{document.revision}",
    )
    if st.button("Neu rechnen", key=f"rechnen-{each.at}", disabled=day == each.first_day):
        done, _ = carry_out(
            visit,
            lambda session: enter_first_day(
                session, visit.staff, document.id, document.revision, each.at, day, now=now
            ),
        )
        if done:
            note("Die Frist ist neu gerechnet.")
            st.rerun()


def next_deadline(visit: Visit, view: DocumentView) -> None:
    """On a filed document: what is due next, and one touch to say that it is done."""
    day, now = view.next_deadline, visit.house.clock()
    if day is None:
        return
    left, right = st.columns([2, 1], vertical_alignment="center")
    left.html(f"<p><strong>Nächste Frist:</strong> {html.text(with_weekday(day))}</p>")
    if right.button(
        "Erledigt",
        key="frist-erledigt",
        icon=":material/task_alt:",
        width="stretch",
        disabled=not view.may_edit,
    ):
        done, _ = carry_out(
            visit,
            lambda session: finish_deadline(session, visit.staff, view.document.id, day, now=now),
        )
        if done:
            note(f"Die Frist {words.day(day)} ist erledigt.")
            st.rerun()


def with_weekday(day: date) -> str:
    """As in „Dienstag, 15.12.2026“."""
    return f"{WEEKDAYS[day.weekday()]}, {words.day(day)}"

"""One Anliegen on a clerk's page: what it is, what was said, who decided what and why, and what can be done next."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import streamlit as st
from sqlalchemy.orm import Session

from intranet import html, words
from intranet.anliegen_filing import akte_part
from intranet.answer_form import answer_form
from intranet.concerned_form import concerned
from intranet.deeds import carry_out
from intranet.handing_form import ask_form, hand_over_form
from intranet.kind_form import kind_form
from intranet.link_form import link_form
from intranet.notes import note
from intranet.publishing_desk import publishing
from intranet.reporting_office_form import to_reporting_office
from intranet.same_form import by_number_part, same_part
from intranet.views.anliegen import Asked, Said, View
from intranet.visit import Visit
from storage.actors import CLASS_NAMES, FILING_CLASSES, ProtectionClass
from workflows.kiss.anliegen.answering import release, send_back, take_back
from workflows.kiss.anliegen.assigning import protect, take_over
from workflows.kiss.anliegen.closing import close, reopen
from workflows.kiss.anliegen.contributing import contribute
from workflows.kiss.anliegen.conversation import add_note, seen
from workflows.kiss.anliegen.merging import unmerge
from workflows.kiss.anliegen.requesting import needs_link
from workflows.kiss.anliegen.silence import NO_REPLY
from workflows.kiss.anliegen.states import Deed, State, allowed

Doing = Callable[[Session], Any]


def anliegen_page(here: Visit, view: View) -> None:
    """The whole page: on the left what was said, on the right who has it and why.

    A click is about what stood there when it was made: the page is drawn anew before it is carried out.
    """
    key = f"anliegen-gesehen-{view.row.id.hex}"
    shown = view.row.revision
    view = replace(view, seen=st.session_state.get(key, shown))
    st.title(words.plain(view.row.title), anchor=False)
    st.caption(f"Anliegen {view.reference}")
    left, right = st.columns([3, 2], gap="large")
    with left:
        if view.news and view.works:
            _news(here, view)
        for each in view.said:
            _said(here, view, each)
        for asked in view.asked:
            _asked(here, asked)
        if view.works:
            answer_form(here, view)
        _note(here, view)
    with right:
        st.html(
            html.table("Auf einen Blick", ["Angabe", html.Column("Inhalt", "frei")], view.facts)
        )
        akte_part(here, view)
        same_part(here, view)
        if view.works:
            _next(here, view)
            _more(here, view)
        _why(view)
        with st.expander("Weg", icon=":material/route:"):
            st.html(
                html.table(
                    "Weg des Anliegens", [html.Column("Wann", "zeit"), "Was", "Bei wem"], view.way
                )
            )
    st.session_state[key] = shown


def _news(here: Visit, view: View) -> None:
    st.info("Es gibt eine neue Nachricht.", icon=":material/mark_email_unread:")
    now = here.house.clock()
    if st.button("Gelesen", key="gelesen"):
        _do(
            here,
            lambda session: seen(session, here.staff, view.row.id, now=now),
            "Gemerkt.",
        )


def _said(here: Visit, view: View, each: Said) -> None:
    with st.container(border=True):
        label = "Interne Notiz" if each.kind == "Notiz" else each.kind
        st.markdown(f"**{words.plain(each.who)}** · {label} · {each.when}")
        if each.stranger:
            st.warning(
                "Diese E-Mail kam von einer anderen Adresse. Bitte prüfen Sie, ob sie wirklich dazugehört.",
                icon=":material/person_alert:",
            )
        st.html(f'<div class="gesagt">{html.text(each.text)}</div>')
        for file, name, size in each.files:
            st.html(
                f"<p>{html.link(f'/anliegen/datei/{file.hex}', name).html} {html.quiet(size).html}</p>"
            )
        if each.foreign:
            st.caption(
                "Dateien von außen: Bitte öffnen Sie sie nur, wenn Sie sie erwarten, und lassen Sie darin nichts ausführen."
            )
        if each.waits and view.works:
            _second_pair(here, each)


def _second_pair(here: Visit, each: Said) -> None:
    now = here.house.clock()
    if each.own:
        st.caption("Eine Kollegin oder ein Kollege gibt diese Antwort frei.")
        if st.button("Zurückziehen und ändern", key=f"zurueckziehen-{each.id.hex}"):
            _do(
                here,
                lambda session: take_back(session, here.staff, each.id, each.revision, now=now),
                "Zurückgezogen. Der Text steht wieder im Antwortfeld.",
            )
        return
    one, two = st.columns(2)
    if one.button("Freigeben und senden", type="primary", key=f"frei-{each.id.hex}"):
        _do(
            here,
            lambda session: release(session, here.staff, each.id, each.revision, now=now),
            "Freigegeben. Die Antwort geht hinaus.",
        )
    with two.popover("Zurückgeben"):
        why = st.text_input("Was soll anders sein?", key=f"warum-{each.id.hex}")
        if st.button("Zurückgeben", key=f"zurueck-{each.id.hex}"):
            _do(
                here,
                lambda session: send_back(
                    session, here.staff, each.id, each.revision, why, now=now
                ),
                "Zurückgegeben.",
            )


def _asked(here: Visit, asked: Asked) -> None:
    with st.container(border=True):
        st.markdown(f"**Beitrag von {words.plain(asked.group)} erbeten**")
        st.html(f'<div class="gesagt">{html.text(asked.question)}</div>')
        if asked.answer is not None:
            st.html(
                f'<div class="gesagt"><strong>Antwort:</strong> {html.text(asked.answer)}</div>'
            )
            return
        if not asked.mine:
            st.caption("Die Antwort steht noch aus.")
            return
        text = st.text_area("Ihr Beitrag", key=f"beitrag-{asked.id.hex}", max_chars=20_000)
        if st.button("Beitragen", type="primary", key=f"beitragen-{asked.id.hex}"):
            now = here.house.clock()
            _do(
                here,
                lambda session: contribute(
                    session, here.staff, asked.id, asked.revision, text, now=now
                ),
                "Danke, Ihr Beitrag ist da.",
            )


def _note(here: Visit, view: View) -> None:
    with (
        st.expander("Interne Notiz", icon=":material/sticky_note_2:"),
        st.form("notiz", border=False, clear_on_submit=True),
    ):
        text = st.text_area("Notiz", help="Nur im Haus zu sehen.", max_chars=20_000)
        if st.form_submit_button("Notieren"):
            now = here.house.clock()
            _do(
                here,
                lambda session: add_note(session, here.staff, view.row.id, text, now=now),
                "Notiert.",
            )


def _next(here: Visit, view: View) -> None:
    """What is done day by day: taking it, passing it on, ending it."""
    row, now = view.row, here.house.clock()
    state = State(row.state)
    if (
        row.person_id != here.staff.person
        and allowed(state, Deed.TAKE_UP)
        and st.button(
            "Ich übernehme", type="primary", icon=":material/front_hand:", key="uebernehmen"
        )
    ):
        _do(
            here,
            lambda session: take_over(session, here.staff, row.id, view.seen, now=now),
            "Sie haben es übernommen.",
        )
    if allowed(state, Deed.ASSIGN):
        hand_over_form(here, view)
        ask_form(here, view)
    _end(here, view, state)


def _more(here: Visit, view: View) -> None:
    """What is needed now and then."""
    st.subheader("Weiteres", anchor=False)
    if needs_link(view.row, view.all.contact):
        link_form(here, view.row.id)
    by_number_part(here, view)
    publishing(here, view.row, view.seen)
    kind_form(here, view)
    _protection(here, view)
    concerned(here, view)
    to_reporting_office(here, view)


def _end(here: Visit, view: View, state: State) -> None:
    row, now = view.row, here.house.clock()
    if row.merged_into_id is not None:
        if st.button("Wieder trennen", key="trennen"):
            _do(
                here,
                lambda session: unmerge(session, here.staff, row.id, view.seen, now=now),
                "Getrennt.",
            )
        return
    days = here.house.settings.reply_reminder_days
    if view.asked_since is not None and view.asked_since <= now - timedelta(days=2 * days):
        st.caption(f"Auf die Rückfrage kam seit {2 * days} Tagen keine Antwort.")
        if st.button("Ohne Antwort schließen und Bescheid geben", key="still-schliessen"):
            _do(
                here,
                lambda session: close(session, here.staff, row.id, view.seen, NO_REPLY, now=now),
                "Geschlossen. Wer eine E-Mail-Adresse angegeben hat, bekommt Bescheid.",
            )
    if allowed(state, Deed.CLOSE):
        with st.expander("Schließen", icon=":material/task_alt:"):
            why = st.text_input("Interne Bemerkung (freiwillig)", key="schluss")
            if state is not State.ANSWERED:
                st.caption(
                    "Es ging noch keine Antwort hinaus. Wer eine E-Mail-Adresse angegeben hat, wird über das Ende verständigt."
                )
            if st.button("Anliegen schließen", key="schliessen"):
                _do(
                    here,
                    lambda session: close(session, here.staff, row.id, view.seen, why, now=now),
                    "Geschlossen.",
                )
    if allowed(state, Deed.REOPEN) and st.button("Wieder öffnen", key="wieder-oeffnen"):
        _do(
            here,
            lambda session: reopen(session, here.staff, row.id, view.seen, now=now),
            "Wieder geöffnet.",
        )


def _protection(here: Visit, view: View) -> None:
    row, now = view.row, here.house.clock()
    with st.expander("Schutzklasse", icon=":material/lock:"):
        classes: list[ProtectionClass] = [
            each for each in FILING_CLASSES if each is not ProtectionClass.OPEN
        ]
        chosen = st.selectbox(
            "Wer darf es sehen?", classes, index=classes.index(ProtectionClass(row.protection)),
            format_func=lambda each: CLASS_NAMES[each], key="schutz",
        )  # fmt: skip
        if not st.button("Ändern", key="schuetzen"):
            return
        if chosen.value == row.protection:
            st.caption("So ist es schon.")
        else:
            _do(
                here,
                lambda session: protect(session, here.staff, row.id, view.seen, chosen, now=now),
                "Geändert.",
            )


def _why(view: View) -> None:
    if not view.decided:
        return
    with st.expander("Warum hier?", icon=":material/psychology_alt:"):
        for each in reversed(view.decided):
            st.markdown(f"**{each.when}: {words.plain(each.to)}**, {each.how}")
            for sentence in each.because:
                st.markdown(f"- {words.plain(sentence)}")
            if each.otherwise:
                st.caption("Was etwas geändert hätte")
                for sentence in each.otherwise:
                    st.markdown(f"- {words.plain(sentence)}")


def _do(here: Visit, deed: Doing, told: str, *, again: bool = True) -> bool:
    done, _ = carry_out(here, deed)
    if done:
        note(told)
        if again:
            st.rerun()
    return done

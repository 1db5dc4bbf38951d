"""The evaluation on its page: figures with what they mean, ways as pictures and tables, proposals with their voices."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace

import streamlit as st

from intranet import html, words
from intranet.choosing import again
from intranet.deeds import carry_out
from intranet.seen import before_their_eyes, was_clicked
from intranet.views.evaluation import (
    VOTES,
    ProposalView,
    StandView,
    file_name,
    load_proposals,
    stand_of,
)
from intranet.visit import Visit
from storage.actors import Role
from storage.clock import local_date
from storage.rights import Verb, may
from workflows.kiss.evaluation.improving import accept, accompany, decline, speak
from workflows.kiss.evaluation.measures import Figures
from workflows.kiss.evaluation.pictures import matrix_picture, ways_picture
from workflows.kiss.evaluation.report import EvaluationReport
from workflows.kiss.evaluation.standing import ask, ask_for_proposals, last_search
from workflows.kiss.evaluation.twins import matrix_table, ways_table
from workflows.kiss.evaluation.wording import MEASURES, SHORT, number, shown

LATE = "Der Hintergrunddienst hat noch nicht geantwortet. Er arbeitet gerade nicht oder hat viel zu tun."
MEANWHILE = "Inzwischen ist über diesen Vorschlag entschieden. Was Sie gerade wollten, wurde nicht übernommen."
DEEDS = ("annehmen", "ablehnen", "abgeben", "begleiten")
FEW = ("cases", "with_hand_over", "ping_pong", "first_time_right", "median_days", "unclear")
RESULTS = ("cases", "revisits", "rework", "reopened", "duplicates", "satisfaction")
TIMES = ("cases", "median_days", "first_answer_days", "waiting_days", "working_days")
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def stand_line(here: Visit, days: int, view: StandView) -> None:
    """As of when the figures are, and the way to have them worked out anew."""
    text, button = st.columns([4, 1], vertical_alignment="center")
    text.caption(f"Stand: {view.stand}. Jede Nacht wird neu gerechnet.")
    now = here.house.clock()
    if button.button("Neu berechnen", icon=":material/refresh:", key="neu-berechnen"):
        done, _ = carry_out(here, lambda session: ask(session, here.staff, days, now=now))
        again(
            "Die Auswertung wird berechnet. Laden Sie die Seite in ein paar Minuten neu.", done=done
        )
    _waiting(view, "Die Auswertung wird gerade berechnet. Laden Sie die Seite gleich neu.")
    if view.report is not None and view.report.left_out:
        st.warning(
            f"In diesem Zeitraum gibt es mehr Anliegen, als auf einmal ausgewertet werden. Die {number(view.report.left_out)} "
            "ältesten fehlen.",
            icon=":material/content_cut:",
        )


def _waiting(view: StandView, sentence: str) -> None:
    if view.late:
        st.warning(LATE, icon=":material/hourglass_disabled:")
    elif view.waiting:
        st.info(sentence, icon=":material/hourglass_top:")
    elif view.problem:
        st.error(words.plain(view.problem), icon=":material/error:")


def figures_tab(report: EvaluationReport, mark: str = "") -> None:
    """The figures of all, each with its definition, then by topic and office. ``mark`` tells the report on a log apart
    from that on our own Anliegen: of a log not all can be said.
    """
    whole = report.whole
    if whole is None:
        return
    st.html(
        html.table(
            f"{report.title} vom {words.day(report.begins)} bis {words.day(report.ends)}",
            ["Kennzahl", html.Column("Wert", "zahl"), html.Column("Was sie sagt", "frei")],
            [
                (
                    MEASURES[each.name].title,
                    shown(each.name, getattr(whole, each.name)),
                    MEASURES[each.name].definition,
                )
                for each in fields(whole)
                if not mark or getattr(whole, each.name) is not None
            ],
        )
    )
    place = "Stelle" if mark else "Amt"
    _parts("Nach Thema", "Thema", report.topics)
    _parts(f"Nach {place}", place, report.offices)
    with st.expander("Rückkehr, Wiederöffnung, Doppelte und Zufriedenheit"):
        _parts("Ergebnisse nach Thema", "Thema", report.topics, RESULTS)
        _parts(f"Ergebnisse nach {place}", place, report.offices, RESULTS)
    with st.expander("Zeiten"):
        _parts("Zeiten nach Thema", "Thema", report.topics, TIMES)
        _parts(f"Zeiten nach {place}", place, report.offices, TIMES)
        _states(report.states, "Tätigkeit" if mark else "Zustand")
    with st.expander("Nach Art des Wegs"):
        _parts("Nach Art des Wegs", "Weg", report.classes)
    least = "mindestens fünf Fälle" if mark else "mindestens fünf Fälle und fünf Personen"
    st.caption(f"Gezeigt wird nur, was {least} umfasst; alles andere steht unter „Übrige“.")
    files(report, mark)


def files(report: EvaluationReport, mark: str = "") -> None:
    """The report for Word and Excel, made when asked for."""
    one, two, _ = st.columns([1, 1, 2])
    if one.button("Word-Datei erstellen", key=f"als-word{mark}"):
        from workflows.kiss.evaluation.word_file import to_docx

        one.download_button(
            "Word-Datei laden", to_docx(report), file_name(report, "docx"), DOCX, key=f"word{mark}"
        )
    if two.button("Excel-Datei erstellen", key=f"als-excel{mark}"):
        from workflows.kiss.evaluation.workbook import to_xlsx

        two.download_button(
            "Excel-Datei laden",
            to_xlsx(report),
            file_name(report, "xlsx"),
            XLSX,
            key=f"excel{mark}",
        )


def _states(states: Mapping[str, float], first: str) -> None:
    if not states:
        return
    st.html(
        html.table(
            f"Zeit je {first}",
            [html.Column(first, "frei"), html.Column("Tage (Median)", "zahl")],
            [(state, number(days)) for state, days in states.items()],
        )
    )


def _parts(
    caption: str, first: str, parts: Mapping[str, Figures], chosen: Sequence[str] = FEW
) -> None:
    """Of the chosen figures those that can be told of these cases at all."""
    if not parts:
        return
    names = [
        name
        for name in chosen
        if any(getattr(figures, name) is not None for figures in parts.values())
    ]
    st.html(
        html.table(
            caption,
            [
                html.Column(first, "frei"),
                *(html.Column(SHORT[name], "zahl") for name in names),
            ],
            [
                (part, *(shown(name, getattr(figures, name)) for name in names))
                for part, figures in parts.items()
            ],
        )
    )


def ways_tab(report: EvaluationReport) -> None:
    """Who hands over to whom, and the ways from first to last."""
    if not report.matrix.groups:
        st.html(html.empty("Keine Weitergabe.", "Hier steht, wer Anliegen an wen weitergibt."))
        return
    st.html(_picture("Wege der Anliegen", ways_picture(list(report.ribbons))))
    with st.expander("Die Wege als Tabelle"):
        st.html(_listed(ways_table(report.ribbons)))
    st.html(_picture("Weitergaben zwischen Stellen", matrix_picture(report.matrix)))
    with st.expander("Die Weitergaben als Tabelle"):
        st.html(_listed(matrix_table(report.matrix)))
    for each in report.patterns:
        with st.container(border=True):
            st.markdown(f"**{words.plain(each.pattern)}**")
            st.markdown(words.plain(each.proposal))


def _picture(name: str, svg: str) -> str:
    """The picture itself, in a box that scrolls where it is too wide; what it shows stands in the table beside it."""
    data = base64.b64encode(svg.encode()).decode()
    box = f'<div class="bild" tabindex="0" role="region" aria-label="{name} (Bild; als Tabelle darunter)">'
    return f'{box}<img alt="" src="data:image/svg+xml;base64,{data}"></div>'


def _listed(table: str) -> str:
    return f'<div class="tabelle">{table.replace("<table>", "<table class=liste>", 1)}</div>'


def proposals_tab(here: Visit) -> None:
    """The proposals, and for who coordinates the way to new ones and the decision."""
    now = here.house.clock()
    decides = may(here.staff, Verb.EVALUATION_DECIDE)
    if decides and st.button(
        "Nach neuen Vorschlägen suchen", icon=":material/search_insights:", key="suchen"
    ):
        done, _ = carry_out(here, lambda session: ask_for_proposals(session, here.staff, now=now))
        again("Es wird gesucht. Laden Sie die Seite in ein paar Minuten neu.", done=done)
    with here.house.database.read() as session:
        found = load_proposals(session, here.staff)
        search = stand_of(last_search(session, here.staff), now)
    st.caption(f"Zuletzt gesucht: {search.stand}. Jede Nacht wird neu gesucht.")
    _waiting(search, "Es wird gerade nach Vorschlägen gesucht. Laden Sie die Seite gleich neu.")
    if not found:
        st.html(
            html.empty(
                "Noch kein Vorschlag.",
                "Vorschläge entstehen aus den Wegen des letzten Vierteljahrs.",
            )
        )
    for view in found:
        with (
            before_their_eyes(f"vorschlag-{view.row.id.hex}", view.row.revision) as seen,
            st.container(border=True),
        ):
            _proposal(here, replace(view, seen=seen), decides=decides)


def _proposal(here: Visit, view: ProposalView, *, decides: bool) -> None:
    row = view.row
    st.markdown(f"**{words.plain(row.pattern)}**")
    st.markdown(words.plain(row.text))
    first, last = words.day(local_date(row.begins)), words.day(local_date(row.ends))
    st.caption(f"Gerechnet mit den Anliegen vom {first} bis {last}.")
    if view.annoyed:
        reports = words.counted(view.annoyed, "offene Meldung", "offene Meldungen")
        about = html.page_link("/das-nervt", f"{reports} „Das nervt“ zu diesem Thema").html
        st.html(f"<p>{about}</p>")
    if view.companion:
        st.caption(f"Begleitet von {words.plain(view.companion)}")
    for voice in view.voices:
        st.markdown(
            f"- {words.plain(voice.who)}: {voice.vote}{f', {words.plain(voice.comment)}' if voice.comment else ''}"
        )
    if row.state != "open":
        if was_clicked(*(f"{deed}-{row.id.hex}" for deed in DEEDS)):
            st.error(MEANWHILE, icon=":material/error:")
        st.markdown(
            f"*{words.plain(view.decided)}*{f': {words.plain(row.reason)}' if row.reason else ''}"
        )
        if view.effect:
            st.info(words.plain(view.effect), icon=":material/trending_down:")
        return
    _voice(here, view)
    if decides:
        _decision(here, view)


def _voice(here: Visit, view: ProposalView) -> None:
    row, now, mark = view.row, here.house.clock(), view.row.id.hex
    with st.expander("Etwas dazu sagen"), st.form(f"stimme-{mark}", border=False):
        vote = st.radio(
            "Ihre Meinung", list(VOTES), format_func=lambda each: VOTES[each], horizontal=True
        )
        comment = st.text_input("Warum?", max_chars=2000)
        if st.form_submit_button("Abgeben", key=f"abgeben-{mark}"):
            done, _ = carry_out(
                here, lambda session: speak(session, here.staff, row.id, vote, comment, now=now)
            )
            again("Danke, Ihre Meinung ist notiert.", done=done)
    if any(grant.role is Role.LOTSE for grant in here.staff.grants):
        label = (
            "Nicht mehr begleiten" if row.companion_id == here.staff.person else "Ich begleite das"
        )
        if st.button(label, key=f"begleiten-{mark}"):
            done, _ = carry_out(
                here, lambda session: accompany(session, here.staff, row.id, view.seen, now=now)
            )
            again("Notiert.", done=done)


def _decision(here: Visit, view: ProposalView) -> None:
    row, now, mark = view.row, here.house.clock(), view.row.id.hex
    reason = st.text_input("Begründung", key=f"grund-{mark}", max_chars=2000)
    one, two, _ = st.columns([1, 1, 3])
    if one.button("Annehmen", type="primary", key=f"annehmen-{mark}"):
        done, _ = carry_out(
            here, lambda session: accept(session, here.staff, row.id, view.seen, reason, now=now)
        )
        again("Angenommen. Es gilt ab heute.", done=done)
    if two.button("Ablehnen", key=f"ablehnen-{mark}"):
        done, _ = carry_out(
            here,
            lambda session: decline(session, here.staff, row.id, view.seen, reason, now=now),
        )
        again("Abgelehnt.", done=done)

"""Logs of other systems on the page of the evaluation: hand one in, say what stands where, read what came of it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import streamlit as st

from intranet import html, words
from intranet.choosing import again
from intranet.deeds import attempt, carry_out
from intranet.evaluation_desk import figures_tab, ways_tab
from intranet.uploads import content_of, let_go
from intranet.views.logs import ASKED, WAITING, LogLine, LogView, load_lines, load_log
from intranet.visit import Visit, visit
from storage.conflicts import NotFoundError
from workflows.kiss.evaluation.handed_in import hand_in, remove, say_columns
from workflows.kiss.evaluation.handing_over import HandOvers
from workflows.kiss.evaluation.log_columns import MEANINGS
from workflows.kiss.evaluation.log_evaluating import Result
from workflows.kiss.evaluation.wording import CLASSES, HAND_OVER_WORDS, TOO_FEW, number

LATE = "Die Auswertung lässt auf sich warten: Der Hintergrunddienst arbeitet gerade nicht oder hat viel zu tun. Laden Sie die Seite später neu; das Ergebnis steht dann hier."
_CHOSEN = "protokoll-gewaehlt"


def logs_tab(here: Visit) -> None:
    """The place to drop a log, the ones there are, and the chosen one."""
    st.write(
        "Werten Sie Protokolle anderer Systeme aus: Wer gab was an wen weiter, und wie lange dauerte es? Lesbar sind XES, "
        "XES.gz und CSV mit Fall, Zeitpunkt, Tätigkeit und Stelle."
    )
    _upload(here)
    with here.house.database.read() as session:
        lines = load_lines(session, here.staff)
    if not lines:
        st.html(
            html.empty(
                "Noch kein Protokoll.",
                "Was Sie hochladen, sehen nur Sie und die Koordination. Nach 30 Tagen wird es gelöscht.",
            )
        )
        return
    chosen = _choose(lines)
    if chosen is not None:
        _one(here, chosen)


def _upload(here: Visit) -> None:
    turn = st.session_state.setdefault("protokoll-runde", 0)
    with st.form("protokoll-hochladen"):  # its button waits until the file has come whole
        file: Any = st.file_uploader(
            "Protokoll hierher ziehen oder auswählen", type=["xes", "gz", "csv"], key=f"protokoll-{turn}",
            help="Bis 200 MB und eine Million Ereignisse. Bitte keine Spalten mit Namen von Personen.",
        )  # fmt: skip
        if not st.form_submit_button("Auswerten", type="primary", key="protokoll-auswerten"):
            return
    if file is None:
        st.error("Bitte wählen Sie zuerst eine Datei.", icon=":material/error:")
        return
    done, log = attempt(lambda: hand_in(here.house, here.staff, file.name, content_of(file)))
    let_go([file])
    if done and log is not None:
        st.session_state["protokoll-runde"] = turn + 1
        st.session_state[_CHOSEN] = log
        again("Angenommen. Das Protokoll wird ausgewertet.", done=True)


def _choose(lines: list[LogLine]) -> UUID | None:
    st.html(
        html.table(
            "Hochgeladene Protokolle",
            [
                html.Column("Protokoll", "frei"), html.Column("Von", "frei"), html.Column("Hochgeladen", "zeit"),
                "Stand", html.Column("Wird gelöscht", "zeit"),
            ],
            [(each.name, each.who, each.when, html.state(each.state), each.until) for each in lines],
        )
    )  # fmt: skip
    titles = {each.id: f"{each.name} ({each.when})" for each in lines}
    if st.session_state.get(_CHOSEN) not in titles:
        st.session_state[_CHOSEN] = lines[0].id
    return st.selectbox("Ansehen", list(titles), format_func=lambda each: titles[each], key=_CHOSEN)


def _one(here: Visit, log: UUID) -> None:
    view = _load(here, log)
    if view is None:
        return
    if view.state == WAITING:
        _wait(view)
    elif view.state == ASKED:
        _ask(here, view)
    elif view.row.problem:
        st.error(words.plain(view.row.problem), icon=":material/error:")
    elif view.result is not None:
        _show(view.result, f"-{log.hex}")
    if st.button("Protokoll löschen", icon=":material/delete:", key=f"protokoll-weg-{log.hex}"):
        now = here.house.clock()
        done, _ = carry_out(
            here,
            lambda session: remove(session, here.staff, here.house.blobs, log, now=now),
        )
        again("Gelöscht.", done=done)


def _load(here: Visit, log: UUID) -> LogView | None:
    try:
        with here.house.database.read() as session:
            return load_log(session, here.staff, log, here.house.clock())
    except NotFoundError:
        return None


def _wait(view: LogView) -> None:
    """Look again every two seconds until the engine has answered."""
    log = view.row.id

    def look() -> None:
        found = _load(visit(active=False), log)
        if found is None or found.state != WAITING:
            st.rerun()
        elif found.late:
            st.warning(LATE, icon=":material/hourglass_disabled:")
        else:
            st.info("Das Protokoll wird ausgewertet …", icon=":material/hourglass_top:")

    st.fragment(look, run_every=None if view.late else "2s")()


def _ask(here: Visit, view: LogView) -> None:
    st.info(
        "Nicht alle Spalten sind zu erkennen. Bitte sagen Sie, was wo steht.", icon=":material/table_chart:"
    )  # fmt: skip
    offered = list(view.offered)
    with st.form(f"spalten-{view.row.id.hex}"):
        chosen: dict[str, str | None] = {}
        for meaning in view.asks:
            known = view.known.get(meaning)
            chosen[meaning] = st.selectbox(
                MEANINGS[meaning], offered, index=offered.index(known) if known in offered else None,
                placeholder="Spalte wählen",
            )  # fmt: skip
        if not st.form_submit_button("Auswerten", type="primary"):
            return
    given: Mapping[str, str] = {each: name for each, name in chosen.items() if name}
    now = here.house.clock()
    done, _ = carry_out(
        here, lambda session: say_columns(session, here.staff, view.row.id, given, now=now)
    )
    again("Danke. Das Protokoll wird ausgewertet.", done=done)


def _show(result: Result, mark: str) -> None:
    for remark in result.remarks:
        st.warning(words.plain(remark), icon=":material/info:")
    report = result.report
    if report is None or report.whole is None:
        st.info(TOO_FEW, icon=":material/visibility_off:")
        return
    if result.figures is not None:
        _hand_overs(result.figures)
    figures_tab(report, mark)
    ways_tab(report)


def _hand_overs(figures: HandOvers) -> None:
    counts = [
        (word.title, number(getattr(figures, name)), word.definition)
        for name, word in HAND_OVER_WORDS.items()
    ]
    medians = [
        (f"Median der Tage {title}", number(figures.median_days[name]), definition)
        for name, (title, definition) in CLASSES.items()
    ]
    st.html(
        html.table(
            "Weitergaben im Protokoll",
            ["Kennzahl", html.Column("Wert", "zahl"), html.Column("Was sie sagt", "frei")],
            counts + medians,
        )
    )

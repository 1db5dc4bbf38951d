"""Läufe: what the engine has done, with its log; failed jobs, to be tried again with a reason."""

from uuid import UUID

import streamlit as st

from intranet import html, words
from intranet.deeds import carry_out
from intranet.notes import note
from intranet.visit import visit, visitor
from workflows.engine.runs import STATES, RunLine, failed_jobs, list_runs, read_log, retry

here = visitor()
SHOW = {
    "alle": None,
    "läuft": "running",
    "mit Auffälligkeiten": "findings",
    "fehlgeschlagen": "failed",
    "abgebrochen": "crashed",
}

LEVELS = {"INFO": "Hinweis", "WARNING": "Warnung", "ERROR": "Fehler"}


def title_of(run: RunLine) -> str:
    return words.job(run.title)


def overview() -> None:
    """The latest runs; refreshes itself."""
    guest = visit(active=False)
    now = guest.house.clock()
    chosen = st.segmented_control(
        "Anzeigen", list(SHOW), default="alle", key="stand", label_visibility="collapsed"
    )
    with guest.house.database.read() as session:
        runs = list_runs(
            session,
            guest.staff,
            state=SHOW[chosen or "alle"],
            before=st.session_state.get("vor"),
        )
    if not runs:
        st.html(html.empty("Kein Lauf.", "Läufe erscheinen, sobald die Ablaufsteuerung arbeitet."))
        return
    st.html(
        html.table(
            "Läufe",
            [
                html.Column("Begonnen", "zeit"),
                "Was",
                "Stand",
                html.Column("Sekunden", "zahl"),
                "Ergebnis",
            ],
            [
                (
                    words.when(run.started_at, now),
                    title_of(run),
                    html.state(STATES.get(run.state, run.state)),
                    f"{run.seconds:.1f}".replace(".", ",") if run.seconds is not None else "",
                    run.reason or words.outcome(run.counts),
                )
                for run in runs
            ],
        )
    )
    older, first, _ = st.columns([1, 1, 4])
    if len(runs) >= 50 and older.button("Ältere", key="aeltere"):
        st.session_state.vor = runs[-1].id
        st.rerun(scope="fragment")
    if st.session_state.get("vor") and first.button("Neueste", key="neueste"):
        del st.session_state.vor
        st.rerun(scope="fragment")


def protocol() -> None:
    """The log of one run."""
    with here.house.database.read() as session:
        runs = list_runs(session, here.staff, limit=30)
    if not runs:
        return
    st.header("Protokoll", anchor=False)
    by_id = {each.id: each for each in runs}

    def label(key: UUID) -> str:
        run = by_id[key]
        return (
            f"{words.moment(run.started_at)} {title_of(run)} ({STATES.get(run.state, run.state)})"
        )

    chosen = st.selectbox("Lauf", list(by_id), format_func=label)
    with here.house.database.read() as session:
        log = read_log(session, here.staff, chosen)
    if log:
        st.html(
            html.table(
                "Protokoll",
                [html.Column("Zeit", "zeit"), "Stufe", html.Column("Meldung", "frei")],
                [
                    (words.clock(moment), LEVELS.get(level, level), words.log_line(text))
                    for moment, level, text in log
                ],
            )
        )
    else:
        st.html(html.empty("Kein Protokoll.", "Dieser Lauf hat nichts gemeldet."))


def failures() -> None:
    """Jobs that were given up."""
    with here.house.database.read() as session:
        jobs = failed_jobs(session, here.staff)
    st.header("Aufgegebene Aufträge", anchor=False)
    if not jobs:
        st.html(html.empty("Kein Auftrag ist liegen geblieben.", "So soll es sein."))
        return
    st.html(
        html.table(
            "Aufgegeben",
            ["Art", html.Column("Versuche", "zahl"), "Grund", html.Column("Zuletzt", "zeit")],
            [
                (
                    words.job(job.kind),
                    str(job.attempts),
                    job.reason,
                    words.moment(job.finished_at) if job.finished_at else "",
                )
                for job in jobs
            ],
        )
    )
    reason = st.text_input("Was hat sich geändert?", placeholder="kommt ins Journal")
    if st.button("Alle noch einmal versuchen", key="nochmal", disabled=not reason.strip()):
        now = here.house.clock()
        done, count = carry_out(
            here, lambda s: retry(s, here.staff, [job.id for job in jobs], reason, now)
        )
        if done:
            note(f"{count} Aufträge warten wieder.")
            st.rerun()


st.title("Läufe")
st.fragment(overview, run_every="5s")()
protocol()
failures()

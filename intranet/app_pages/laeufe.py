"""Läufe: what the engine has done, with its log; failed jobs, to be tried again with a reason."""

from contextlib import suppress
from uuid import UUID

import streamlit as st

from intranet import html, words
from intranet.deeds import carry_out
from intranet.notes import note
from intranet.visit import visit, visitor
from storage.conflicts import NotFoundError
from workflows.engine.runs import STATES, RunLine, failed_jobs, list_runs, one_run, read_log, retry

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
        "Anzeigen",
        list(SHOW),
        default="alle",
        key="stand",
        on_change=lambda: st.session_state.pop("vor", None),
        label_visibility="collapsed",
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
                "Protokoll",
            ],
            [
                (
                    words.when(run.started_at, now),
                    title_of(run),
                    html.state(STATES.get(run.state, run.state)),
                    f"{run.seconds:.1f}".replace(".", ",") if run.seconds is not None else "",
                    run.reason or words.outcome(run.counts),
                    html.page_link(f"/laeufe?lauf={run.id}", "Protokoll"),
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


def protocol(chosen: UUID) -> None:
    """The log of the run that was asked for, above the list it was chosen from."""
    try:
        with here.house.database.read() as session:
            run = one_run(session, here.staff, chosen)
            log = read_log(session, here.staff, chosen)
    except NotFoundError as missing:
        st.html(html.empty(str(missing), "Bitte wählen Sie einen aus der Liste."))
        return
    st.header(words.plain(f"Protokoll: {title_of(run)}"), anchor=False)
    st.html(
        f"<p>{html.text(words.moment(run.started_at))} {html.state(STATES.get(run.state, run.state)).html} "
        f"{html.page_link('/laeufe', 'Protokoll schließen').html}</p>"
    )
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
with suppress(ValueError):
    protocol(UUID(st.query_params.get("lauf", "")))
st.fragment(overview, run_every="5s")()
failures()

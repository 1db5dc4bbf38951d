"""What a trial of responsibilities came to: looks again every second until the engine has answered."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import streamlit as st

from intranet import html, words
from intranet.visit import Visit, visit
from storage.conflicts import NotFoundError
from workflows.kiss.routing.tables import RoutingTrial
from workflows.kiss.routing.trials import REPLAY, trial_of

PATIENCE = timedelta(minutes=1)
NO_ANSWER = "Die Antwort bleibt aus: Der Hintergrunddienst arbeitet gerade nicht oder hat viel zu tun. Laden Sie die Seite später neu; die Antwort steht dann hier."
HOW = {
    "rule": "nach einer Regel",
    "model": "nach dem Textmodell",
    "coordinator": "an die Koordination",
    "unopened": "ungeöffnet an die Meldestelle",
}


def show_trial(here: Visit, trial: UUID | None) -> None:
    """The answer, or that it is on its way; nothing where nobody asked."""
    if trial is None:
        return
    waiting = _load(here, trial)
    if waiting is None:
        return
    late = here.house.clock() > waiting.asked_at + PATIENCE
    every = "1s" if waiting.done_at is None and not late else None

    def look() -> None:
        row = _load(visit(active=False), trial)
        if row is None:
            return
        if row.result is None and late:
            st.warning(NO_ANSWER, icon=":material/hourglass_disabled:")
            return
        if row.result is None and here.house.clock() > row.asked_at + PATIENCE:
            st.rerun()
        if row.result is None:
            st.info("Die Antwort kommt gleich …", icon=":material/hourglass_top:")
            return
        (_replay if row.kind == REPLAY else _decision)(row.result)
        if every is not None:
            st.rerun()

    st.fragment(look, run_every=every)()


def _load(here: Visit, trial: UUID) -> RoutingTrial | None:
    try:
        with here.house.database.read() as session:
            return trial_of(session, here.staff, trial)
    except NotFoundError:
        return None


def _decision(result: Mapping[str, Any]) -> None:
    if "problem" in result:
        st.error(words.plain(result["problem"]), icon=":material/error:")
        return
    chance = f", {words.percent(result['probability'])} sicher" if result.get("probability") else ""
    with st.container(border=True):
        st.markdown(
            f"**{words.plain(result['to'])}** ({HOW.get(result['decision'], result['decision'])}{chance})"
        )
        for sentence in result["because"]:
            st.markdown(f"- {words.plain(sentence)}")
        if result["otherwise"]:
            st.caption("Was etwas geändert hätte")
            for sentence in result["otherwise"]:
                st.markdown(f"- {words.plain(sentence)}")
    if result["suggestions"]:
        st.html(
            html.table(
                "Was das Textmodell denkt",
                [
                    "Gruppe",
                    "Thema",
                    html.Column("Wahrscheinlichkeit", "zahl"),
                    html.Column("Weil darin steht", "frei"),
                ],
                [
                    (
                        each["group"],
                        each["topic"] or "",
                        words.percent(each["probability"]),
                        ", ".join(each["evidence"]),
                    )
                    for each in result["suggestions"]
                ],
            )
        )


def _replay(result: Mapping[str, Any]) -> None:
    if "problem" in result:
        st.error(words.plain(result["problem"]), icon=":material/error:")
        return
    if not result["changed"]:
        st.info(
            f"Von {result['looked_at']} Anliegen des letzten Vierteljahrs wäre keines anders gegangen.",
            icon=":material/info:",
        )
        return
    st.html(
        html.table(
            f"Was sie mit {result['looked_at']} Anliegen des letzten Vierteljahrs gemacht hätte",
            ["", html.Column("Anliegen", "zahl")],
            [
                ("wären anders gegangen", str(result["count"])),
                ("davon gleich zur Gruppe, die geantwortet hat", str(result["better"])),
                ("davon von dort weg", str(result["worse"])),
            ],
        )
    )
    st.html(
        html.table(
            "Die Anliegen"
            if result["count"] == len(result["changed"])
            else f"Die neuesten {len(result['changed'])} davon",
            [
                html.Column("Anliegen", "frei"),
                "Nach den heutigen Regeln",
                "Mit der Regel",
                "Geantwortet hat",
            ],
            [
                (
                    html.page_link(f"/anliegen?id={each['id']}", each["title"]),
                    each["was"],
                    each["would"],
                    each["right"],
                )
                for each in result["changed"]
            ],
        )
    )

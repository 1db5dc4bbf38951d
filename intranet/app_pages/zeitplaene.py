"""Zeitpläne: what runs by itself, when, and how it went."""

import streamlit as st

from intranet import html, words
from intranet.deeds import carry_out
from intranet.notes import note
from intranet.visit import visit, visitor
from storage.cron import CronError, in_words
from storage.schedules import ScheduleLine, change, lines, pause, resume, run_now
from workflows.engine.runs import STATES

here = visitor()


def overview() -> None:
    """All schedules; refreshes itself."""
    guest = visit(active=False)
    now = guest.house.clock()
    with guest.house.database.read() as session:
        rows = lines(session, guest.staff)
    if not rows:
        st.html(
            html.empty("Kein Zeitplan.", "Zeitpläne erscheinen, sobald die Ablaufsteuerung läuft.")
        )
        return
    st.html(
        html.table(
            "Zeitpläne",
            ["Aufgabe", "Wann", html.Column("Nächster Lauf", "zeit"), "Letzter Lauf"],
            [
                (
                    row.title,
                    row.words + (" (geändert)" if row.changed else ""),
                    html.state("angehalten")
                    if row.paused or row.next_run is None
                    else words.when(row.next_run, now),
                    last_run(row),
                )
                for row in rows
            ],
        )
    )


def last_run(row: ScheduleLine) -> str:
    if row.last_run is None:
        return "noch keiner"
    last = row.last_run
    took = f", {last.seconds:.1f} s".replace(".", ",") if last.seconds is not None else ""
    return f"{words.when(last.at, here.house.clock())}: {STATES.get(last.state, last.state)}{took}"


def deeds() -> None:
    """Run now, pause, another time."""
    with here.house.database.read() as session:
        rows = lines(session, here.staff)
    if not rows:
        return
    st.header("Ändern", anchor=False)
    by_key = {each.key: each for each in rows}
    row = by_key[st.selectbox("Zeitplan", list(by_key), format_func=lambda key: by_key[key].title)]
    now, staff = here.house.clock(), here.staff
    one, two, _ = st.columns([1, 1, 3])
    if one.button("Jetzt ausführen", key="jetzt", icon=":material/play_arrow:"):
        done, _ = carry_out(here, lambda s: run_now(s, staff, row.key, now))
        tell(done, f"„{row.title}“ startet gleich.")
    words_now = "Fortsetzen" if row.paused else "Anhalten"
    if two.button(words_now, key="anhalten", icon=":material/pause:"):
        verb = resume if row.paused else pause
        done, _ = carry_out(here, lambda s: verb(s, staff, row.key, now))
        tell(done, "Fortgesetzt." if row.paused else "Angehalten.")
    cron = st.text_input(
        "Zeit (Minute Stunde Tag Monat Wochentag)",
        value=row.cron,
        key=f"zeit-{row.key}-{row.cron}",
        help="Zum Beispiel „15 6 * * 1-5“ für montags bis freitags um 6:15 Uhr.",
    )
    try:
        st.caption(words.plain(f"Das heißt: {in_words(cron)}"))
    except CronError as problem:
        st.caption(words.plain(str(problem)))
    if st.button("Zeit übernehmen", key="uebernehmen", disabled=cron == row.cron):
        done, _ = carry_out(here, lambda s: change(s, staff, row.key, cron, now))
        tell(done, "Die neue Zeit gilt ab sofort und bleibt nach einem Neustart.")


def tell(done: bool, message: str) -> None:
    if done:
        note(message)
        st.rerun()


st.title("Zeitpläne")
st.fragment(overview, run_every="5s")()
deeds()

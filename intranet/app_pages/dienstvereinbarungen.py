"""Dienstvereinbarungen: what the staff council has agreed to; entered by one side, confirmed by the other."""

from datetime import timedelta

import streamlit as st

from intranet import html, words
from intranet.deeds import carry_out
from intranet.status_desk import again_for_all
from intranet.views.agreements import load
from intranet.visit import visitor
from storage.agreements.operations import (
    confirm_agreement,
    end_agreement,
    record_agreement,
)
from storage.agreements.sides import speakers
from storage.agreements.subjects import offered
from storage.clock import local_date

here = visitor()
now = here.house.clock()
today = local_date(now)


st.title("Dienstvereinbarungen", anchor=False)
st.write(
    "Was Beschäftigte überwachen könnte, ist ausgeschaltet, bis eine Dienstvereinbarung es erlaubt. Eine Seite trägt "
    "sie ein, die andere bestätigt sie; beenden kann sie jede Seite allein. Ein Entwurf liegt der Dokumentation bei."
)
with here.house.database.read() as session:
    lines = load(session, here.staff, now)
    council = speakers(session, today)
if lines:
    st.html(
        html.table(
            "Eingetragene Dienstvereinbarungen",
            ["Gegenstand", "Titel", "Aktenzeichen", html.Column("Zeitraum", "zeit"), "Stand"],
            [
                (each.subject, each.title, each.file_number, each.span, html.state(each.state))
                for each in lines
            ],
        )
    )
else:
    st.html(html.empty("Noch keine Dienstvereinbarung.", "Tragen Sie unten die erste ein."))
if council:
    named = ", ".join(f"{words.plain(name)} (seit {words.day(since)})" for name, since in council)
    st.caption(
        f"Für den Personalrat bestätigen: {named}. Wer die Systemverwaltung hat oder im letzten Jahr hatte, gehört nicht dazu."
    )
else:
    st.caption(
        "Für den Personalrat kann noch niemand bestätigen: Die Rolle „Personalrat“ vergibt die Systemverwaltung, nie an sich "
        "selbst."
    )
for each in (line for line in lines if line.mine):
    with st.container(border=True):
        st.write(f"**{words.plain(each.title)}** ({words.plain(each.file_number)}) {each.state}.")
        if st.button("Bestätigen", key=f"ja-{each.id}", type="primary", icon=":material/check:"):
            ok, _ = carry_out(
                here,
                lambda s, each=each: confirm_agreement(s, here.staff, each.id, now=now),  # type: ignore[misc]
            )
            again_for_all(here, "Bestätigt. Die Dienstvereinbarung gilt.", done=ok)

st.header("Eintragen", anchor=False)
subjects = offered()
st.caption("  \n".join(f"**{each.title}**: {each.allows}" for each in subjects.values()))
with st.form("vereinbarung", border=False):
    key = st.selectbox(
        "Was erlaubt sie?",
        list(subjects),
        format_func=lambda each: subjects[each].title,
    )
    title = st.text_input("Titel", max_chars=300)
    number = st.text_input("Aktenzeichen", max_chars=100)
    one, two, three = st.columns(3)
    signed = one.date_input("Geschlossen am", today, max_value=today, format="DD.MM.YYYY")
    begins = two.date_input("Gilt ab", today, format="DD.MM.YYYY")
    last = three.date_input("Letzter Tag (leer: auf Weiteres)", None, format="DD.MM.YYYY")
    sent = st.form_submit_button("Eintragen", type="primary")
if sent:
    ok, _ = carry_out(
        here,
        lambda s: record_agreement(
            s,
            here.staff,
            key=key,
            title=title,
            file_number=number,
            signed_on=signed,
            valid_from=begins,
            valid_to=last + timedelta(days=1) if last else None,
            now=now,
        ),
    )
    again_for_all(here, "Eingetragen. Jetzt bestätigt die andere Seite.", done=ok)

running = {each.id: each for each in lines if not each.ended}
if running:
    st.header("Beenden", anchor=False)
    chosen = st.selectbox(
        "Dienstvereinbarung",
        list(running),
        index=None,
        format_func=lambda each: f"{running[each].title} ({running[each].file_number})",
        placeholder="Bitte wählen",
    )
    final = st.date_input("Letzter Tag", today, key="letzter", format="DD.MM.YYYY")
    if chosen is not None and st.button("Beenden", key="beenden", icon=":material/event_busy:"):
        ended = running[chosen].id
        ok, _ = carry_out(
            here, lambda s: end_agreement(s, here.staff, ended, last_day=final, now=now)
        )
        again_for_all(here, "Das Ende ist eingetragen.", done=ok)

"""What an administrator does with an office: another name, closing it, opening a new one; each from a day on."""

from collections.abc import Sequence

import streamlit as st

from intranet import words
from intranet.choosing import again
from intranet.deeds import carry_out
from intranet.views.organisation import OfficeLine
from intranet.visit import Visit
from storage.clock import local_date
from storage.organisation.offices import NewOffice, close_office, open_office, rename_office
from workflows.eakte.office_belongings import belongings

NOBODY = "niemand (nur wenn nichts mehr da ist)"


def rename_desk(visit: Visit, office: OfficeLine) -> None:
    """Another name from a day on."""
    now, staff = visit.house.clock(), visit.staff
    with st.form("amt-umbenennen", border=False):
        name = st.text_input("Name", value=office.name)
        short = st.text_input("Kurzname", value=office.short)
        day = st.date_input(
            "Ab wann", value=local_date(now), min_value=local_date(now), format="DD.MM.YYYY"
        )
        sent = st.form_submit_button("Umbenennen", type="primary")
    if sent:
        done, _ = carry_out(
            visit,
            lambda s: rename_office(
                s, staff, office.id, office.revision, name, short, day, now=now
            ),
        )
        again(f"Der neue Name gilt ab {words.day(day)}.", done=done)


def close_desk(visit: Visit, office: OfficeLine, others: Sequence[OfficeLine]) -> None:
    """The end of an office, and who carries on."""
    now, staff = visit.house.clock(), visit.staff
    st.info(
        "Die Beschäftigten wechseln an diesem Tag in das nachfolgende Amt. Dessen Leute sehen und bearbeiten von da an "
        "Posteingang, Aufgaben und Akten dieses Amts. Rollen in diesem Amt enden. Das lässt sich nicht zurücknehmen.",
        icon=":material/info:",
    )
    names = {each.id: each.name for each in others if each.id != office.id and each.lasting}
    with st.form("amt-schliessen", border=False):
        heir = st.selectbox(
            "Wer übernimmt?",
            [*names, None],
            index=None,
            format_func=lambda key: names[key] if key else NOBODY,
            placeholder="Bitte wählen",
        )
        day = st.date_input(
            "Ab wann es das Amt nicht mehr gibt",
            value=local_date(now),
            min_value=local_date(now),
            format="DD.MM.YYYY",
        )
        sure = st.checkbox(f"Ja, „{words.plain(office.name)}“ soll schließen")
        sent = st.form_submit_button("Amt schließen", icon=":material/lock:")
    if sent and not sure:
        st.error("Bitte bestätigen Sie mit dem Häkchen, dass das Amt schließen soll.")
    elif sent:
        done, _ = carry_out(
            visit,
            lambda s: close_office(
                s, staff, office.id, office.revision, day, heir, belongings=[belongings], now=now
            ),
        )
        again(f"„{office.name}“ gibt es ab {words.day(day)} nicht mehr.", done=done)


def new_office(visit: Visit) -> None:
    """An office that is opened."""
    now, staff = visit.house.clock(), visit.staff
    with st.form("neues-amt", border=False):
        name = st.text_input("Name des neuen Amts")
        short = st.text_input("Kurzname des neuen Amts")
        number = st.text_input("Nummer")
        key = st.text_input(
            "Kürzel", help="Für Scan-Ordner und Befehle: Kleinbuchstaben, zum Beispiel „bauhof“"
        )
        mailbox = st.text_input("E-Mail (wenn vorhanden)")
        day = st.date_input(
            "Ab wann es das Amt gibt",
            value=local_date(now),
            min_value=local_date(now),
            format="DD.MM.YYYY",
        )
        sent = st.form_submit_button("Amt anlegen", type="primary")
    if sent:
        wanted = NewOffice(key, number, name, short, mailbox.strip() or None)
        done, _ = carry_out(visit, lambda s: open_office(s, staff, wanted, day, now=now))
        again(f"Das Amt gibt es ab {words.day(day)}.", done=done)

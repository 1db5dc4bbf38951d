"""Organisation: which offices there are, and how they change."""

import streamlit as st

from intranet import html
from intranet.office_desk import close_desk, new_office, rename_desk
from intranet.views.organisation import load
from intranet.visit import visitor
from storage.clock import local_date

here = visitor()
st.title("Organisation")
with here.house.database.read() as session:
    offices = load(session, here.staff, local_date(here.house.clock()))

st.html(
    html.table(
        f"Ämter ({len(offices)})",
        ["Name", "Nummer", "Kurzname", html.Column("Beschäftigte", "zahl"), "Änderungen"],
        [
            (each.name, each.number, each.short, str(each.people), "; ".join(each.plans))
            for each in offices
        ],
    )
    if offices
    else html.empty("Noch kein Amt.", "Legen Sie unten das erste an.")
)

lasting = {each.id: each for each in offices if each.lasting}
st.header("Amt ändern", anchor=False)
chosen = st.selectbox(
    "Amt",
    list(lasting),
    index=None,
    format_func=lambda key: f"{lasting[key].number} {lasting[key].name}",
    placeholder="Bitte wählen",
)
if chosen is not None:
    rename, close = st.tabs(["Umbenennen", "Schließen"])
    with rename:
        rename_desk(here, lasting[chosen])
    with close:
        close_desk(here, lasting[chosen], offices)

with st.expander("Neues Amt", icon=":material/domain_add:"):
    new_office(here)

"""Auswertung: where Anliegen go astray, what would spare them the way, and what became of what was decided."""

import streamlit as st

from intranet.evaluation_desk import figures_tab, proposals_tab, stand_line, ways_tab
from intranet.log_desk import logs_tab
from intranet.profile_book import profiles_tab
from intranet.views.evaluation import PERIODS, load_report
from intranet.visit import visitor
from workflows.kiss.evaluation.wording import TOO_FEW

here = visitor()
st.title("Auswertung", anchor=False)
days = st.segmented_control(
    "Zeitraum", list(PERIODS), default=92, format_func=lambda each: PERIODS[each], key="zeitraum"
)
with here.house.database.read() as session:
    view = load_report(session, here.staff, days or 92, here.house.clock())
report = view.report
stand_line(here, days or 92, view)
overview, ways, proposals, profiles, logs = st.tabs(
    ["Kennzahlen", "Wege", "Vorschläge", "Steckbriefe", "Protokolle"]
)
with overview:
    if report is not None and report.whole is None:
        st.info(TOO_FEW, icon=":material/visibility_off:")
    elif report is not None:
        figures_tab(report)
with ways:
    if report is not None:
        ways_tab(report)
with proposals:
    proposals_tab(here)
with profiles:
    profiles_tab(here)
with logs:
    logs_tab(here)

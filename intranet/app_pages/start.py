"""Start: what waits for me."""

import streamlit as st

from intranet import html, words
from intranet.visit import visitor
from storage.tasks.list import tasks_for

visit = visitor()
now = visit.house.clock()
st.title(f"Guten Tag, {visit.staff.name}")
with visit.house.database.read() as session:
    tasks = tasks_for(session, visit.staff)
st.header("Das wartet auf Sie")
if not tasks:
    st.html(html.empty("Nichts wartet auf Sie.", "Neue Aufgaben erscheinen hier von selbst."))
else:
    st.html(
        html.table(
            "Aufgaben",
            ["Aufgabe", html.Column("Frist", "zeit")],
            [
                (
                    html.link(task.link, task.title),
                    words.due(task.due_at, now) if task.due_at else "",
                )
                for task in tasks
            ],
        )
    )

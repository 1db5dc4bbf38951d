"""Akten: the Aktenplan as a tree, the Akten of an entry, one Akte with all that lies in it."""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

import streamlit as st

from intranet import html
from intranet.akte_desk import new_akte
from intranet.akte_view import STATES, show_akte
from intranet.visit import visitor
from storage.clock import local_date
from storage.conflicts import NotFoundError
from workflows.eakte.akten_queries import PlanNode, akten, plan_tree, visible_akte
from workflows.eakte.tables import Akte

PAGE = 50
here = visitor()


def asked_for(name: str) -> UUID | None:
    try:
        return UUID(st.query_params.get(name, ""))
    except ValueError:
        return None


def contains(node: PlanNode, entry: UUID | None) -> bool:
    return node.entry.id == entry or any(contains(child, entry) for child in node.children)


def tree(nodes: Sequence[PlanNode], entry: UUID | None) -> str:
    """The Aktenplan as nested lists that open and close without us."""
    parts = []
    for node in nodes:
        label = f"{node.entry.number} {node.entry.title}"
        count = f' <span class="leise">({node.akten})</span>' if node.akten else ""
        if node.entry.leaf:
            current = ' aria-current="true"' if node.entry.id == entry else ""
            link = html.page_link(f"/akten?eintrag={node.entry.id}", label).html
            parts.append(f"<li{current}>{link}{count}</li>")
        else:
            is_open = " open" if contains(node, entry) else ""
            parts.append(
                f"<li><details{is_open}><summary>{html.text(label)}{count}</summary>"
                f"{tree(node.children, entry)}</details></li>"
            )
    return f'<ul class="plan">{"".join(parts)}</ul>'


def listing(rows: Sequence[Akte], caption: str) -> None:
    if not rows:
        st.html(
            html.empty("Keine Akte.", "Akten entstehen beim Ablegen, oder Sie legen hier eine an.")
        )
        return
    st.html(
        html.table(
            caption,
            [html.Column("Aktenzeichen", "zeit"), "Name", "Stand"],
            [
                (
                    html.page_link(f"/akten?akte={row.id}", row.reference),
                    row.title,
                    html.state(STATES[row.state]),
                )
                for row in rows
            ],
        )
    )


def right_side(entry: UUID | None, akte: UUID | None) -> None:
    if akte is not None:
        try:
            show_akte(here, akte)
        except NotFoundError as missing:
            st.html(html.empty(str(missing), "Prüfen Sie die Adresse, oder suchen Sie danach."))
        return
    text = st.text_input(
        "Akte suchen", placeholder="Aktenzeichen oder Teil des Namens", key="akten-worte"
    )
    asked, state = (entry, text.strip()), st.session_state
    if state.get("akten-gefragt") != asked:  # another list begins at its beginning
        state["akten-gefragt"] = asked
        state.pop("akten-nach", None)
    after = state.get("akten-nach")
    with here.house.database.read() as session:
        rows = akten(session, here.staff, plan_entry=entry, text=text, after=after, limit=PAGE + 1)
    listing(rows[:PAGE], "Akten dieses Eintrags" if entry else "Alle Akten")
    on, back, _ = st.columns([1, 1, 2])
    if len(rows) > PAGE and on.button("Weitere zeigen", key="weitere"):
        state["akten-nach"] = rows[PAGE - 1].reference
        st.rerun()
    if after and back.button("Zum Anfang", key="anfang"):
        del state["akten-nach"]
        st.rerun()
    if entry is not None:
        with st.expander("Neue Akte", icon=":material/create_new_folder:"):
            new_akte(here, entry)


def show() -> None:
    st.title("Akten")
    akte, entry = asked_for("akte"), asked_for("eintrag")
    with here.house.database.read() as session:
        nodes = plan_tree(session, here.staff, local_date(here.house.clock()))
        if akte is not None:
            with suppress(NotFoundError):
                entry = visible_akte(session, here.staff, akte).plan_entry_id
    left, right = st.columns([1, 2], gap="large")
    with left:
        st.header("Aktenplan", anchor=False)
        st.html(f'<nav aria-label="Aktenplan">{tree(nodes, entry)}</nav>')
    with right:
        right_side(entry, akte)


show()

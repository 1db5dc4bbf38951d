"""Empfänger ungeöffneter Post: who is named for which kind of sealed post, and so alone may see and open it."""

import streamlit as st

from intranet import html, words
from intranet.deeds import carry_out
from intranet.notes import note
from intranet.visit import visitor
from storage.clock import local_date
from storage.organisation.queries import people
from workflows.eakte.addressees import Named, end_addressee, listed, name_addressee

here = visitor()


def names_of(each: Named) -> str:
    if each.people:
        return ", ".join(name for _, name in each.people)
    return each.office or "niemand: bleibt verschlossen"


def table(rows: list[Named]) -> None:
    st.html(
        html.table(
            "Wer was bekommt",
            [html.Column("Sendungen", "frei"), html.Column("Empfänger", "frei"), "Wartet"],
            [(each.rule.title, names_of(each), str(each.waiting or "–")) for each in rows],
        )
    )


def name_form(rows: list[Named]) -> None:
    """Name somebody for a kind of post."""
    now = here.house.clock()
    with here.house.database.read() as session:
        staff = [(row.id, row.name) for row, _ in people(session, local_date(now))]
    called = dict(staff)
    rule = st.selectbox("Sendungen", rows, format_func=lambda each: each.rule.title, key="regel")
    person = st.selectbox(
        "Person", list(called), index=None, format_func=called.__getitem__,
        placeholder="Bitte wählen", key="person",
    )  # fmt: skip
    if st.button("Benennen", type="primary", key="benennen", disabled=person is None):
        assert person is not None
        done, _ = carry_out(
            here, lambda s: name_addressee(s, here.staff, rule.rule.key, person, now=now)
        )
        if done:
            note(f"Benannt: {called[person]} für „{rule.rule.title}“.")
            st.rerun()


def end_form(rows: list[Named]) -> None:
    """Let somebody's naming end today."""
    now = here.house.clock()
    held = [(each, person, name) for each in rows for person, name in each.people]
    if not held:
        return
    labels = [f"{name}: {each.rule.title}" for each, _, name in held]
    chosen = st.selectbox(
        "Wer soll nichts mehr bekommen?", range(len(held)), index=None,
        format_func=labels.__getitem__, placeholder="Bitte wählen", key="ende",
    )  # fmt: skip
    if st.button("Beenden", key="beenden", disabled=chosen is None):
        assert chosen is not None
        each, person, name = held[chosen]
        done, _ = carry_out(
            here, lambda s: end_addressee(s, here.staff, each.rule.key, person, now=now)
        )
        if done:
            note(f"Beendet: {name} für „{each.rule.title}“.")
            st.rerun()


st.title("Empfänger ungeöffneter Post")
st.write(
    "Solche Sendungen werden nicht gelesen. Nur wer hier benannt ist, sieht und öffnet sie, niemand sonst, auch keine Vertretung:"
    " Benennen Sie deshalb am besten zwei Personen. Sich selbst kann niemand benennen."
)
with here.house.database.read() as session:
    found = list(listed(session, here.staff, here.house.clock()))
for empty in found:
    if empty.waiting and not empty.people:
        st.warning(
            words.plain(f"„{empty.rule.title}“: Es wartet Post, und niemand ist benannt."),
            icon=":material/report:",
        )
table(found)
st.header("Benennen", anchor=False)
name_form(found)
with st.expander("Benennung beenden", icon=":material/person_remove:"):
    end_form(found)

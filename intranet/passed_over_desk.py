"""Mails that nothing was made of because a machine seems to have written them: for a while they can be taken in after all."""

import streamlit as st

from intranet import html, words
from intranet.choosing import again
from intranet.deeds import carry_out
from intranet.visit import Visit
from workflows.kiss.mail.passed_over import KEPT, passed_over, take_in_anyway


def passed_over_mails(here: Visit) -> None:
    """Folded away: most of it is nobody's loss."""
    with here.house.database.read() as session:
        kept = {row.id: row for row in passed_over(session, here.staff)}
    if not kept:
        return
    with st.expander(f"Übergangene E-Mails ({len(kept)})", icon=":material/smart_toy:"):
        st.write(
            "Diese E-Mails hat wohl ein Programm geschrieben, zum Beispiel eine Abwesenheitsnotiz. "
            f"Sie werden nach {KEPT.days} Tagen gelöscht. Fehlt ein Anliegen, nehmen Sie die E-Mail doch auf."
        )
        st.html(
            html.table(
                "Übergangene E-Mails",
                [
                    html.Column("Betreff", "frei"), html.Column("Von", "frei"),
                    html.Column("Warum", "frei"), html.Column("Eingegangen", "zeit"),
                ],
                [
                    (row.subject or "(ohne Betreff)", row.sender or "unbekannt", row.reason or "", words.moment(row.at))
                    for row in kept.values()
                ],
            )
        )  # fmt: skip
        chosen = st.selectbox(
            "Welche E-Mail?", list(kept), index=None, key="uebergangen", placeholder="wählen oder tippen",
            format_func=lambda each: f"{kept[each].subject or '(ohne Betreff)'}, {kept[each].sender or 'unbekannt'}, {words.moment(kept[each].at)}",
        )  # fmt: skip
        if not st.button("Doch aufnehmen", key="doch-aufnehmen") or chosen is None:
            return
    done, _ = carry_out(
        here,
        lambda session: take_in_anyway(session, here.staff, chosen, here.house.clock()),
    )
    again("Die E-Mail wird aufgenommen.", done=done)

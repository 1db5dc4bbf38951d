"""Ungelesene E-Mails: what came to the mailboxes of KISS and could not be read, and what becomes of it."""

import streamlit as st

from intranet import html
from intranet.chosen import one_or_all
from intranet.passed_over_desk import passed_over_mails
from intranet.unread_mail_desk import unread_page
from intranet.views import unread_mail as view
from intranet.visit import visitor
from storage.rights import NotAllowedError

here = visitor()


def overview() -> None:
    try:
        with here.house.database.read() as session:
            lines = view.lines(session, here.staff)
    except NotAllowedError:
        st.html(
            html.empty(
                "Diese Seite ist für die Koordination.",
                "Sie entscheidet, was mit E-Mails geschieht, die nicht gelesen werden konnten.",
            )
        )
        return
    if not lines:
        st.html(
            html.empty(
                "Keine ungelesenen E-Mails.",
                "Kann eine E-Mail nicht gelesen werden, steht sie hier, bis jemand entscheidet.",
            )
        )
        passed_over_mails(here)
        return
    st.write(
        "Diese E-Mails konnten nicht gelesen werden. Sie sind sicher verwahrt. Lassen Sie sie noch einmal lesen, nehmen Sie "
        "sie von Hand auf, oder verwerfen Sie sie."
    )
    st.html(
        html.table(
            "Ungelesene E-Mails",
            [
                html.Column("Betreff", "frei"),
                html.Column("Von", "frei"),
                html.Column("Warum", "frei"),
                html.Column("Größe", "zahl"),
                html.Column("Eingegangen", "zeit"),
                "Postfach",
            ],
            [
                (
                    html.page_link(f"/ungelesen?id={line.id.hex}", line.subject), line.sender, line.reason,
                    line.size, line.came, line.mailboxes,
                )
                for line in lines
            ],
        )
    )  # fmt: skip
    passed_over_mails(here)


one_or_all(
    here,
    "id",
    lambda session, item: view.load(session, here.staff, item),
    one=lambda found: unread_page(here, found),
    everything=overview,
    title="Ungelesene E-Mails",
    missing="Diese E-Mail wartet nicht mehr. Jemand hat sich darum gekümmert, oder sie konnte jetzt gelesen werden.",
    back=("/ungelesen", "← Alle ungelesenen E-Mails"),
)

"""The versions of a document: each one to download, and a new one beside them."""

import streamlit as st

from intranet import html, words
from intranet.deeds import attempt
from intranet.notes import note
from intranet.uploads import content_of, let_go
from intranet.views.document import DocumentView
from intranet.views.versions import VersionLine, load
from intranet.visit import Visit
from workflows.eakte.versions import add_version

COLUMNS: list[html.Column | str] = [html.Column("Nr.", "zahl"), "Datei", "Von", "Bemerkung"]


def versions_part(visit: Visit, view: DocumentView) -> None:
    """The list, and for those who may edit the document the way to add one."""
    with visit.house.database.read() as session:
        lines = load(session, visit.staff, view.document)
    st.html(html.table("Fassungen", COLUMNS, [_row(view, line) for line in lines]))
    if view.may_edit and view.document.state in {"ready", "filed", "quarantined"}:
        with st.expander("Neue Fassung hochladen", icon=":material/upload_file:"):
            _add(visit, view, lines[-1].number if lines else 0)


def _row(view: DocumentView, line: VersionLine) -> tuple[html.Cell, ...]:
    name = html.link(f"/original/{view.document.id}?fassung={line.number}", line.file_name)
    mark = f"{html.state(line.state).html} " if line.state else ""
    who = f"{html.text(line.who)}<br>" if line.who else ""
    return (
        str(line.number),
        html.Safe(f"{name.html}<br>{mark}{html.quiet(words.size(line.size)).html}"),
        html.Safe(who + html.quiet(words.moment(line.created_at)).html),
        line.note,
    )


def _add(visit: Visit, view: DocumentView, newest: int) -> None:
    document = view.document
    with st.form("neue-fassung", border=False):
        file = st.file_uploader("Datei", key=f"fassung-{document.id}-{document.revision}")
        remark = st.text_input(
            "Bemerkung", max_chars=300, placeholder="zum Beispiel: vom Absender berichtigt"
        )
        pressed = st.form_submit_button("Neue Fassung hochladen")
    if not pressed:
        return
    if file is None:
        st.error("Bitte wählen Sie zuerst eine Datei aus.", icon=":material/error:")
        return
    done, number = attempt(
        lambda: add_version(
            visit.house,
            visit.staff,
            document.id,
            document.revision,
            file.name,
            content_of(file),
            remark,
        )
    )
    let_go([file])
    if done and number == newest:
        st.info("Diese Datei ist schon die geltende Fassung.", icon=":material/content_copy:")
    elif done:
        note(f"Fassung {number} ist aufgenommen und wird gelesen.")
        st.rerun()

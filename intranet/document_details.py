"""The details of a document's kind as fields: a bill's number and total, the end of a contract."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

import streamlit as st

from intranet import words
from intranet.page_view import summary_of
from intranet.views.document import DocumentView
from workflows.eakte.metadata import Detail, shown

HINTS = {"date": "TT.MM.JJJJ", "amount": "zum Beispiel 1.234,56"}


def details_form(view: DocumentView, kind: str | None, *, disabled: bool) -> Mapping[str, str]:
    """Draw the fields of the kind as chosen on the page. Returns only what was written differently, as written."""
    changed: dict[str, str] = {}
    for detail, value in shown(kind, view.details):
        before = in_german(detail, value)
        name = f"angabe-{detail.key}"
        with st.container(key=f"beleg-{name}", gap="xsmall"):
            now = st.text_input(
                detail.title,
                value=before,
                placeholder=HINTS.get(detail.type, ""),
                max_chars=300,
                key=f"angabe-{detail.key}-{kind}-{view.document.id}-{view.document.revision}",
                disabled=disabled,
            )
            if place := summary_of(view.boxes, name):
                st.caption(f"steht {place}")
        if now.strip() != before:
            changed[detail.key] = now
    return changed


def in_german(detail: Detail, value: str | None) -> str:
    """2026-03-12 as 12.03.2026, 1190.00 as 1.190,00; what is not written like that stays as it is."""
    if value is None:
        return ""
    try:
        if detail.type == "date":
            return words.day(date.fromisoformat(value))
        if detail.type == "amount":
            plain = f"{Decimal(value):,.2f}"
            return plain.translate(str.maketrans(",.", ".,"))
    except (ValueError, InvalidOperation):
        return value
    return value

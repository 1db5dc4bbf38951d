"""A document's metadata as fields to accept or change, each with probability, evidence and alternatives."""

from datetime import date
from typing import Any

import streamlit as st

from config.seeds import DOCUMENT_KINDS
from intranet import words
from intranet.document_details import details_form
from intranet.page_view import summary_of
from intranet.views.document import FIELDS, DocumentView, Proposal


def fields_form(view: DocumentView, *, disabled: bool) -> dict[str, Any]:
    """Draw the fields, filled with what is known, then those of the chosen kind. Returns only what differs."""
    known = {
        "title": view.document.title,
        "kind": view.document.kind,
        "sender": view.document.sender,
        "recipient": view.document.recipient,
        "subject": view.document.subject,
        "document_date": view.document.document_date,
    }
    now: dict[str, Any] = {}
    for name in FIELDS:
        proposal = view.field(name)
        with st.container(key=f"beleg-{name}", gap="xsmall"):
            column = "document_date" if name == "date" else name
            now[column] = _widget(view, name, known[column], disabled=disabled)
            if proposal is not None:
                st.caption(_because(view, proposal))
    changes = {
        name: value for name, value in now.items() if (value or None) != (known[name] or None)
    }
    details = details_form(view, now["kind"], disabled=disabled)
    return changes | ({"details": details} if details else {})


def _widget(view: DocumentView, name: str, value: Any, *, disabled: bool) -> Any:
    key = f"feld-{name}-{view.document.id}-{view.document.revision}"
    if name == "kind":
        kinds = [*DOCUMENT_KINDS]
        return st.selectbox(
            FIELDS[name],
            kinds,
            index=kinds.index(value) if value in kinds else None,
            placeholder="Bitte wählen",
            key=key,
            disabled=disabled,
        )
    if name == "date":
        return st.date_input(
            FIELDS[name],
            value=value,
            min_value=date(1900, 1, 1),
            max_value=date(2100, 12, 31),
            format="DD.MM.YYYY",
            key=key,
            disabled=disabled,
        )
    return st.text_input(FIELDS[name], value=value or "", max_chars=300, key=key, disabled=disabled)


def _because(view: DocumentView, proposal: Proposal) -> str:
    """How sure, why, and what else it could be; evidence that can be seen names its page."""
    parts = [words.percent(proposal.probability) + " sicher" if proposal.value else "unsicher"]
    if proposal.because:
        parts.append(
            "wegen „" + "“, „".join(words.plain(each[:80]) for each in proposal.because[:2]) + "“"
        )
    place = summary_of(view.boxes, proposal.name)
    if place:
        parts.append(place)
    if proposal.others:
        parts.append(
            "oder "
            + ", ".join(
                f"{words.plain(value[:80])} ({words.percent(share)})"
                for value, share in proposal.others[:2]
            )
        )
    return " · ".join(parts)

"""Small parts of forms: one out of many by name, several words in a line, and the message after a deed."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import streamlit as st

from intranet.notes import note

GONE = "gibt es nicht mehr"


def choice(
    where: Any,
    label: str,
    names: Mapping[UUID, str],
    old: UUID | None,
    key: str,
    *,
    unchosen: str = "wählen oder tippen",
) -> UUID | None:
    """A list to choose one from, or to type in; ``where`` is a column or ``st`` itself, ``unchosen`` what stands there
    until then.
    """
    options = list(names)
    found: UUID | None = where.selectbox(
        label,
        options,
        index=options.index(old) if old is not None and old in names else None,
        format_func=lambda each: names[each],
        placeholder=unchosen,
        key=key,
    )
    return found


def with_former(names: Mapping[UUID, str], old: UUID | None, called: str) -> Mapping[UUID, str]:
    """What can be chosen, and what is chosen although it is no more, marked: it goes only when somebody says so."""
    if old is None or old in names:
        return names
    return {**names, old: f"{called} ({GONE})"}


def split(text: str) -> list[str]:
    """Words parted by commas."""
    return [word.strip() for word in text.split(",") if word.strip()]


def again(message: str, *, done: bool) -> None:
    """Where it was done, say so and draw the page anew."""
    if done:
        note(message)
        st.rerun()

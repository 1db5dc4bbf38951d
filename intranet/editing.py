"""One of many is chosen, opened as it stands, and changed or ended; what somebody else changed meanwhile stays theirs.

A form is drawn anew at every key, so what is compared is the state in which it was opened, not the one drawn last: what
was typed goes with what stood there before.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

import streamlit as st
from sqlalchemy.orm import Session

from intranet import words
from intranet.choosing import again
from intranet.deeds import carry_out
from intranet.visit import Visit

CHANGED = "Jemand anders hat „{}“ inzwischen geändert oder beendet. Was Sie hier eingeben, wird nicht gespeichert."


class Row(Protocol):
    """What can be changed by two at once."""

    id: Any
    revision: Any


class Line(Protocol):
    """A row as a page shows it."""

    @property
    def row(self) -> Row: ...


L = TypeVar("L", bound=Line)
F = TypeVar("F")


@dataclass(frozen=True, slots=True)
class Opened(Generic[L]):
    """``line`` as it stood when it was chosen, ``None`` for a new one; ``mark`` is for the keys of the fields."""

    line: L | None
    mark: str
    slot: str

    def revision(self) -> int:
        """The revision the form was filled from; 0 for a new one."""
        return self.line.row.revision if self.line else 0

    def carry_out(self, here: Visit, deed: Callable[[Session], Any], told: str) -> None:
        """Do it; where it was done, the form opens anew with what stands there then."""
        done, _ = carry_out(here, deed)
        if done:
            st.session_state.pop(self.slot, None)
        again(told, done=done)

    def settle(
        self,
        here: Visit,
        form: F | None,
        *,
        ends: bool,
        missing: str,
        ended: str,
        add: Callable[[Session, F], Any],
        change: Callable[[Session, L, F], Any],
        end: Callable[[Session, L], Any],
    ) -> None:
        """What was clicked: end what was opened, or save it or the new one; without a ``form`` say what is ``missing``."""
        line = self.line
        if ends and line is not None:
            self.carry_out(here, lambda session: end(session, line), ended)
        elif form is None:
            st.error(missing)
        elif line is not None:
            self.carry_out(here, lambda session: change(session, line, form), "Gespeichert.")
        else:
            self.carry_out(here, lambda session: add(session, form), "Gespeichert.")


def open_one(
    label: str, lines: Sequence[L], called: Callable[[L], str], *, new: str, key: str
) -> Opened[L]:
    """Let one be chosen, or a new one be made (``new`` is written where nothing is chosen)."""
    slot = f"{key}-offen"
    there: dict[UUID, L] = {line.row.id: line for line in lines}
    held: L | None = st.session_state.get(slot)
    shown = {**there} if held is None else {**there, held.row.id: held}
    options = list(shown)
    chosen: UUID | None = st.selectbox(
        label, options, index=options.index(held.row.id) if held else None,
        format_func=lambda each: called(shown[each]), placeholder=new, key=key,
    )  # fmt: skip
    if chosen is None or chosen not in shown:
        st.session_state.pop(slot, None)
        return Opened(None, "neu", slot)
    if held is None or held.row.id != chosen:
        held = st.session_state[slot] = there[chosen]
    now = there.get(chosen)
    if now is None or now.row.revision != held.row.revision:
        st.warning(words.plain(CHANGED.format(called(held))), icon=":material/sync_problem:")
        if st.button("Neuen Stand zeigen", key=f"{key}-neu-laden"):
            st.session_state.pop(slot, None)
            st.rerun()
    return Opened(held, f"{chosen.hex}-{held.row.revision}", slot)


def key_field(opened: Opened[Any]) -> str:
    """The key of a new one; it stays the same for good, so of one there is it can't be changed."""
    if opened.line:
        return ""
    typed = st.text_input("Kürzel", help="Ein Wort aus kleinen Buchstaben; bleibt immer gleich.")
    return typed.strip().lower()

"""The journal: what was done, by whom (an opaque id), to what; append-only and provably unchanged."""

from storage.journal.entries import record

__all__ = ["record"]

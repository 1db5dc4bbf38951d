"""Calendars as a source: only when somebody is busy leaves this package, never a title, a place or a guest."""

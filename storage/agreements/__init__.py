"""Dienstvereinbarungen: what the staff council has agreed to, and since when."""

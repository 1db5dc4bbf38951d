"""Anliegen by e-mail: read with care, taken in once, answered in the same conversation."""

"""KISS: every Anliegen finds its person, and the way there gets shorter (notes of the field: routing)."""

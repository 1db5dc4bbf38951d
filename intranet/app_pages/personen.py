"""Personen und Rechte: who works here, who may sign in, who may do what."""

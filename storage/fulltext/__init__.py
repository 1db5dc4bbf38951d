"""The full-text index: one normalised column on SQLite (FTS5) and PostgreSQL (tsvector with GIN)."""

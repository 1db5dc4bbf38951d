"""Blobs: bytes by their SHA-256, encrypted at rest, counted by their references, never changed."""

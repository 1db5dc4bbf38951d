"""Labelled messages made by the project itself: what people write to a town hall, in many voices."""

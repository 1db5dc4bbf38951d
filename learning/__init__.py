"""Training catalogue, sign-up, records and certificates. Empty until its issue opens the room."""

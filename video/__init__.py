"""Video consultations. Empty until its issue opens the room."""

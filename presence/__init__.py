"""People, sign-in, availability, absences, desks and rooms."""

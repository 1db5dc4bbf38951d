"""Anwesenheitsmonitor: screens on walls that show how an office, a floor or a working group can be reached now."""

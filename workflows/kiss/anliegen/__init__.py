"""The Anliegen: what somebody wants from the city, who has it, since when, until when."""

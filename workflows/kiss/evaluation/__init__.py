"""Evaluation: which ways Anliegen take, where they go wrong, and which rule would shorten them. By team, never by person."""

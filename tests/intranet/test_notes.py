"""What was done is said long enough for everybody to read it."""

import pytest
from streamlit.testing.v1 import AppTest

SHORT, LONG = "Gespeichert.", "Abgelegt und den Beteiligten mitgeteilt. " * 5


def page(message: str) -> None:
    from intranet.notes import note, show_notes

    note(message)
    show_notes()


@pytest.mark.parametrize(("message", "least"), [(SHORT, 10), (LONG, 25)])
def test_a_note_stays_as_long_as_reading_it_takes(message: str, least: int) -> None:
    app = AppTest.from_function(page, args=(message,), default_timeout=90).run()
    (shown,) = app.toast
    assert shown.proto.duration >= least

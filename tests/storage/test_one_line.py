"""What people type is kept so that any database takes it, and lines stay lines where they may."""

from hypothesis import example, given
from hypothesis import strategies as st

from storage.one_line import one_line, several_lines


@given(st.text())
@example("a\0b\ud800")
@example(" \n\x85 \u2028")
def test_nothing_is_kept_that_cannot_be_stored_or_seen(text: str) -> None:
    line, lines = one_line(text), several_lines(text)
    assert line.isprintable()
    assert all(each.isprintable() for each in lines.split("\n"))
    assert (one_line(line), several_lines(lines)) == (line, lines)
    assert one_line(lines) == line


def test_lines_stay_lines_without_what_surrounds_them() -> None:
    typed = "\n Keine  Tiere\r\n\n\n\nLicht\0aus \n\n"
    assert several_lines(typed) == "Keine Tiere\n\nLicht aus"

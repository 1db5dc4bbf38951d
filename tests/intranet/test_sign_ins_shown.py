"""One's own sign-ins stand in "Meine Einstellungen", nobody else's."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

Browse = Callable[..., AppTest]


def _list(app: AppTest) -> str:
    bodies = [each.proto.body for each in app.get("html")]
    return next(body for body in bodies if "Letzte Anmeldungen" in body)


def test_each_sign_in_is_a_line_of_its_owners(browse: Browse) -> None:
    app = browse("neu.hier", "einstellungen.py")
    assert not app.exception
    before = _list(app).count("<tr")
    assert before
    browse("anna.beispiel")
    again = browse("neu.hier", "einstellungen.py")
    assert _list(again).count("<tr") == min(before + 1, 11)

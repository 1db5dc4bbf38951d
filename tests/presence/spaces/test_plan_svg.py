"""Plans from outside are drawings and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presence.spaces.drawing import Area, draw, on_plan
from presence.spaces.plan_svg import clean
from storage.conflicts import ConflictError

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 100 50">'


@pytest.mark.parametrize(
    "part",
    [
        "<script>alert(1)</script>",
        '<rect width="1" height="1" onclick="alert(1)"/>',
        '<a xlink:href="javascript:alert(1)"><rect width="1"/></a>',
        '<image href="https://example.org/pixel.png"/>',
        '<use xlink:href="#x"/>',
        "<foreignObject><body>x</body></foreignObject>",
        '<style>@import "https://example.org/x.css";</style>',
        '<rect style="background:url(https://example.org)" width="1"/>',
        '<rect fill="url(https://example.org/#a)" width="1"/>',
        '<rect width="1"><set attributeName="onload" to="alert(1)"/><animate/></rect>',
        '<g transform="url(https://example.org)"/>',
        '<html:script xmlns:html="http://www.w3.org/1999/xhtml">alert(1)</html:script>',
    ],
)
def test_what_is_no_drawing_is_left_out(part: str) -> None:
    kept, width, height = clean(HEAD + part + "</svg>")
    assert (width, height) == (100, 50)
    for word in ("script", "alert", "example.org", "href", "style", "onclick", "foreign", "url("):
        assert word not in kept.replace("http://www.w3.org", "")


def test_what_draws_stays() -> None:
    kept, _, _ = clean(draw(20, 10, [Area("Büro <1>", 0, 0, 5, 5, "e")]))
    assert "Büro &lt;1&gt;" in kept
    assert kept.count("<rect") == 2
    assert clean(kept)[0] == kept


@pytest.mark.parametrize(
    ("plan", "word"),
    [
        ("kein SVG", "keine lesbare"),
        ("<html/>", "keine SVG-Datei"),
        ('<svg xmlns="http://www.w3.org/2000/svg"/>', "viewBox"),
        (HEAD.replace("100 50", "0 50") + "</svg>", "viewBox"),
        ('<!DOCTYPE svg [<!ENTITY a "b">]>' + HEAD + "&a;</svg>", "keine lesbare"),
        (HEAD + "<g>" * 60 + "</g>" * 60 + "</svg>", "verschachtelt"),
        (HEAD + "<g/>" * 5001 + "</svg>", "Formen"),
        (HEAD + " " * 600_000 + "</svg>", "größer"),
    ],
)
def test_what_is_no_plan_is_refused(plan: str, word: str) -> None:
    with pytest.raises(ConflictError, match=word):
        clean(plan)


@given(st.floats(0, 50), st.floats(0, 50), st.floats(0.5, 10), st.floats(0.5, 10))
def test_a_place_lies_on_its_plan(x: float, y: float, width: float, height: float) -> None:
    _, across, down = clean(draw(60, 60, []))
    left, top, wide, high = on_plan(x, y, width, height)
    assert 0 <= left < left + wide <= across
    assert 0 <= top < top + high <= down

"""The pictures in README and handbook are there, readable in size, and small."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.intranet.pictures import FOLDER, LIMIT, ROOT, SIZE, squeeze

PICTURE = re.compile(r"!\[[^\]]+\]\(([^)]+\.png)\)")


@pytest.mark.parametrize("page", ["README.md", "docs/handbuch.md"])
def test_every_picture_of_a_page_is_there(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    found = PICTURE.findall(text)
    assert found
    assert [each for each in found if not ((ROOT / page).parent / each).is_file()] == []


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.png")), ids=lambda path: path.stem)
def test_a_picture_is_small_and_of_the_promised_size(path: Path) -> None:
    assert path.stat().st_size < LIMIT
    with Image.open(path) as image:
        assert image.size == (SIZE["width"], SIZE["height"])


def test_a_picture_full_of_colours_is_made_small_enough() -> None:
    colourful = Image.effect_noise((700, 450), 60).convert("RGB")
    out = BytesIO()
    colourful.save(out, "PNG")
    small = squeeze(out.getvalue())
    assert Image.open(BytesIO(small)).size == (700, 450)
    assert len(small) < out.tell()

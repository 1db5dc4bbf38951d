"""Scans as they come: badly lit, speckled, inverted, empty."""

import time
from typing import Any

import cv2
import numpy as np
import pytest
from rapidfuzz.distance import Levenshtein

from ocr.clearing import cleared
from ocr.documents import Page
from ocr.limits import Limits
from ocr.scan import read_picture
from ocr.straighten import posture

SPECKS = np.random.default_rng(2)


def scan(pixels: Any, dpi: float = 300) -> Page:
    return read_picture(pixels, 1, dpi, 1.0, Limits(), time.monotonic() + 120)


def spoiled(pixels: Any, how: str) -> Any:
    height, width = pixels.shape
    if how == "shaded":
        return (pixels * np.tile(np.linspace(1, 0.35, width), (height, 1))).astype(np.uint8)
    if how == "speckled":
        return np.where(SPECKS.random(pixels.shape) < 0.025, 0, pixels).astype(np.uint8)
    return 255 - pixels


@pytest.mark.parametrize("how", ["shaded", "speckled", "inverted"])
def test_spoiled_scans_are_cleared_and_read(samples: Any, how: str) -> None:
    page = scan(spoiled(samples.page_picture(), how))
    distance = Levenshtein.distance(" ".join(page.text.split()), samples.LETTER)
    assert distance <= 0.01 * len(samples.LETTER)


@pytest.mark.parametrize("points", [6, 16])
@pytest.mark.parametrize("rotation", [0, 90])
def test_print_of_any_size_is_read_in_any_posture(samples: Any, points: int, rotation: int) -> None:
    full = samples.page_picture(rotation=rotation, skew=2.4, noise=14.0)
    factor = points * 300 / 72 / 46
    page = scan(cv2.resize(full, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA))
    distance = Levenshtein.distance(" ".join(page.text.split()), samples.LETTER)
    assert page.rotation == rotation
    assert distance <= 0.01 * len(samples.LETTER)


def test_the_height_of_small_letters_is_measured_whichever_way_they_lie(samples: Any) -> None:
    for rotation in (0, 90, 180, 270):
        stand = posture(samples.page_picture(rotation=rotation))
        assert stand.height == pytest.approx(26, abs=3)  # x-height of type 46 pixels high


def test_good_scans_are_left_alone(samples: Any) -> None:
    picture = samples.page_picture()
    assert cleared(picture, 300) is picture


@pytest.mark.parametrize("dust", [0.0, 0.0004])
def test_the_back_of_a_page_is_empty_and_no_failure(dust: float) -> None:
    paper = 248 + SPECKS.normal(0, 6, (1400, 1000))
    paper[SPECKS.random(paper.shape) < dust] = 20
    page = scan(np.clip(paper, 0, 255).astype(np.uint8))
    assert (page.method, page.text, page.problem, page.confidence) == ("none", "", None, 1.0)


def test_a_huge_picture_is_reduced_but_its_boxes_are_not(samples: Any) -> None:
    picture = np.full((9_000, 6_000), 255, dtype=np.uint8)
    letter = samples.page_picture()
    picture[4_000 : 4_000 + letter.shape[0], 3_000 : 3_000 + letter.shape[1]] = letter
    page = scan(picture)
    assert (page.width, page.height) == (6_000, 9_000)
    box = page.words[0].box
    assert box is not None
    assert box[0] == pytest.approx(3_110, abs=20)
    assert box[1] == pytest.approx(4_100, abs=30)


def test_a_fax_with_flat_pixels_is_read_in_its_proportions(samples: Any) -> None:
    from PIL import Image

    from ocr.reading import read

    text = "Fax vom Amtsgericht Lindenbrück"
    full = Image.fromarray(samples.page_picture(text, size=(1500, 300)))
    fax = full.resize((1020, 98)).convert("1", dither=Image.Dither.NONE)
    (page,) = read(
        samples.encoded(fax, "TIFF", compression="group4", dpi=(204, 98)), "fax.tif"
    ).pages
    assert (page.width, page.height) == (1020, 204)
    assert "Amtsgericht" in page.text

"""A town of its own: its file decides how Aktenzeichen look and whom the analysis knows, in reader processes, too."""

from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest
import yaml

from config.seeds import SeedError, load_city
from config.settings import get_settings
from ocr.analysis.gazetteers import Gazetteers
from ocr.isolation import ReaderPool
from ocr.limits import Limits
from ocr.packing import unpack_analysis

CACHES = (get_settings, load_city, Gazetteers.default)


@pytest.fixture
def own_city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The demo city's file with another rule for Aktenzeichen and other offices."""
    demo = (resources.files("config") / "seed" / "city.yaml").read_text("utf-8")
    city = yaml.safe_load(demo) | {
        "name": "Neudorf",
        "title": "Stadt Neudorf",
        "aktenzeichen": {
            "template": "ND-{entry}-{serial}/{year}",
            "pattern": r"\bND-[0-9.]+-[0-9]+/(?:19|20)[0-9]{2}\b",
            "example": "ND-1.2-7/2026",
        },
        "offices": [{"key": "wasser", "name": "Wasserwerk Neudorf"}],
        "staff": ["Ottokar Unverwechselbar"],
    }
    file = tmp_path / "stadt.yaml"
    file.write_text(yaml.safe_dump(city, allow_unicode=True), "utf-8")
    monkeypatch.setenv("RATHAUS_CITY_FILE", str(file))
    for cache in CACHES:
        cache.cache_clear()
    yield file
    monkeypatch.undo()
    for cache in CACHES:
        cache.cache_clear()


def test_its_aktenzeichen_are_made_and_recognised_and_its_names_are_known(
    own_city: Path, tmp_path: Path
) -> None:
    assert load_city().aktenzeichen_of("1.2", 2026, 7) == "ND-1.2-7/2026"
    letter = tmp_path / "brief.txt"
    letter.write_text(
        "An das Wasserwerk Neudorf\n\nUnser Zeichen ND-1.2-7/2026\n\nbitte an Ottokar Unverwechselbar weitergeben."
    )
    with ReaderPool(1, Limits(seconds=60, patience=30)) as pool:
        answer = pool.run("ocr.understanding:understand", str(letter), "brief.txt")
    found = {(each.kind, each.normalized) for each in unpack_analysis(answer.analysis).findings}
    assert ("aktenzeichen", "ND-1.2-7/2026") in found
    assert ("organisation", "Wasserwerk Neudorf") in found
    assert ("person", "Ottokar Unverwechselbar") in found
    assert own_city.exists()


def test_a_file_that_is_not_there_is_named(own_city: Path) -> None:
    own_city.unlink()
    load_city.cache_clear()
    with pytest.raises(SeedError, match="RATHAUS_CITY_FILE"):
        load_city()

import pytest

from ocr.analysis.gazetteers import Gazetteers, Office


@pytest.fixture(scope="session")
def gazetteers() -> Gazetteers:
    """A small invented town, apart from the demo city."""
    return Gazetteers(
        streets=("Lerchenhalde", "Am Kupfergraben"),
        offices=(Office("bau", "Amt für Baurecht", "Baurecht"),),
        staff=("Dr. Ilse Wegmann", "Tomasz Brandl"),
        aktenzeichen_patterns=(r"\b\d{3}\.\d{2}-\d{4}/\d{4}\b",),
        places=("Talheim-Nord",),
        organisations=("Stadt Musterstadt", "Stadtverwaltung Musterstadt"),
    )

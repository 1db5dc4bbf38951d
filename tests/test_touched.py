"""``make check`` runs the tests of what was changed, and only those."""

from pathlib import Path

import pytest

from tests.touched import ALWAYS, mirrored

FOLDERS = ("tests/storage/jobs", "tests/storage/journal", "tests/presence/spaces")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in FOLDERS:
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "tests/storage/jobs/test_races.py").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("changed", "asked"),
    [
        ([], []),
        (["docs/betrieb.md"], []),
        (["storage/jobs/queue.py"], ["tests/storage/jobs"]),
        (["storage/clock.py", "storage/jobs/queue.py"], ["tests/storage"]),
        (["presence/spaces/plans/svg.py"], ["tests/presence/spaces"]),
        (["tests/storage/jobs/test_races.py"], ["tests/storage/jobs/test_races.py"]),
        (["tests/storage/jobs/test_gone.py"], ["tests/storage/jobs"]),
        (["tests/storage/journal/conftest.py"], ["tests/storage/journal"]),
        (["rathaus.py"], []),
    ],
)
def test_a_change_asks_for_the_tests_that_mirror_it(
    root: Path, changed: list[str], asked: list[str]
) -> None:
    assert mirrored(changed, root) == sorted([*asked, ALWAYS])

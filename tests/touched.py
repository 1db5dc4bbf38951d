"""Which tests belong to what was changed since the last commit: ``python -m tests.touched`` prints their paths.

Tests mirror the rooms: ``presence/spaces/booking.py`` is tested below ``tests/presence/spaces``.
"""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ALWAYS = "tests/test_house_rules.py"


def changed() -> list[str]:
    """Paths of files that differ from the last commit, new ones too."""
    told = subprocess.run(
        ["git", "status", "--porcelain", "--untracked-files=all", "--no-renames"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [line[3:].strip('"') for line in told.stdout.splitlines()]


def mirrored(paths: Iterable[str], root: Path) -> list[str]:
    """Folders and files of tests, none inside another."""
    found = {ALWAYS}
    for path in map(Path, paths):
        if path.suffix != ".py":
            continue
        if path.parts[0] == "tests":
            is_test = path.name.startswith("test_") and (root / path).exists()
            found.add(str(path if is_test else path.parent))
        else:
            found.add(_mirror(path, root))
    found.discard("tests")
    return sorted(each for each in found if not any(_holds(other, each) for other in found))


def _mirror(path: Path, root: Path) -> str:
    """The folder that mirrors a module's, or the nearest one above it that there is."""
    folder = Path("tests") / path.parent
    while not (root / folder).is_dir():
        folder = folder.parent
    return str(folder)


def _holds(folder: str, path: str) -> bool:
    return folder != path and path.startswith(f"{folder}/")


if __name__ == "__main__":
    sys.stdout.write(" ".join(mirrored(changed(), ROOT)))

"""install.sh on machines that are not as they should be: cut off half-way, or without ensurepip.

Python, dpkg and apt-get are small scripts here that note how they were called; the script under test is the real one.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PYTHON = """
case "$*" in
  *version_info*) exit 0 ;;
  *ensurepip*) [ -e "$HERE/ensurepip" ] ;;
  "-m venv --clear .venv")
    echo "venv" >> "$HERE/calls"
    rm -rf .venv; mkdir -p .venv/bin; cp "$HERE/bin/in-venv" .venv/bin/python ;;
  *) exit 1 ;;
esac
"""
FAKES = {
    "python3.11": PYTHON,
    "in-venv": 'case "$*" in "-m pip --version") exit 0 ;; *) echo "pip" >> "$HERE/calls" ;; esac',
    "dpkg-query": "echo 'install ok installed'",
    "apt-get": 'echo "apt $*" >> "$HERE/calls"; touch "$HERE/ensurepip"',
    "sudo": '"$@"',
}


@pytest.fixture
def install(tmp_path: Path) -> Callable[[], list[str]]:
    """Runs the script in a folder of its own; returns what was called."""
    (tmp_path / "bin").mkdir()
    for name, script in FAKES.items():
        fake = tmp_path / "bin" / name
        fake.write_text(f"#!/bin/bash\n{script}\n", "utf-8")
        fake.chmod(0o755)
    city = tmp_path / "city"
    (city / "config").mkdir(parents=True)
    for name in ("install.sh", "config/system-packages.txt", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, city / name)

    def run() -> list[str]:
        (tmp_path / "calls").write_text("")
        path = f"{tmp_path / 'bin'}:/usr/bin:/bin"
        subprocess.run(
            ["bash", str(city / "install.sh")],
            env={**os.environ, "PATH": path, "HERE": str(tmp_path)},
            check=True, capture_output=True, timeout=300,
        )  # fmt: skip
        return (tmp_path / "calls").read_text().splitlines()

    return run


def test_a_second_run_does_nothing(install: Callable[[], list[str]], tmp_path: Path) -> None:
    (tmp_path / "ensurepip").touch()
    assert install() == ["venv", "pip", "pip"]
    assert install() == []


def test_an_environment_without_pip_is_made_anew(
    install: Callable[[], list[str]], tmp_path: Path
) -> None:
    (tmp_path / "ensurepip").touch()
    broken = tmp_path / "city" / ".venv" / "bin" / "python"
    broken.parent.mkdir(parents=True)
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    assert install() == ["venv", "pip", "pip"]


def test_a_python_without_ensurepip_gets_its_own_package(install: Callable[[], list[str]]) -> None:
    calls = install()
    assert [call.split()[-1] for call in calls if "install" in call] == ["python3.11-venv"]
    assert calls[-3:] == ["venv", "pip", "pip"]

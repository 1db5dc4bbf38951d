"""``python -m bench [NAME ...]``: runs the benchmarks, prints their figures, and writes docs/benchmarks.md.

Without names all are run, one after the other, and the table is written; with names it is only printed.
"""

import importlib
import platform
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from bench.figures import Figure

ROOT = Path(__file__).resolve().parent
PARTS = {"__init__", "__main__", "dovecot", "figures", "postgres", "relay", "slapd"}
TARGET = ROOT.parent / "docs" / "benchmarks.md"
HEAD = """# Messwerte

Jede Zeile ist ein Versprechen, gemessen mit `make bench` auf zwei Kernen. Der Bezugswert läuft im selben Durchgang, denn
auf geteilten Rechnern zählen Verhältnisse, nicht einzelne Zeiten.

"""
COLUMNS = "| Versprechen | gemessen | Bezugswert | Verhältnis | Grenze | gehalten |\n| --- | ---: | --- | ---: | --- | --- |\n"


def names() -> list[str]:
    """Every script in ``bench/`` that measures something."""
    return sorted(path.stem for path in ROOT.glob("*.py") if path.stem not in PARTS)


def row(figure: Figure) -> str:
    reference = (
        f"{figure.reference_name}: {figure.reference:.3g}"
        if figure.reference is not None
        else figure.reference_name
    )
    ratio = f"{figure.ratio:.2f}" if figure.ratio is not None else "–"
    return (
        f"| {figure.promise} | {figure.value:.3g} {figure.unit} | {reference or '–'} | {ratio} | {figure.limit} "
        f"| {'ja' if figure.holds else '**nein**'} |"
    )


def run(wanted: Iterable[str]) -> list[str]:
    """Run the benchmarks and print each figure as it comes."""
    rows = []
    for name in wanted:
        began = time.monotonic()
        for figure in importlib.import_module(f"bench.{name}").measure():
            rows.append(row(figure))
            print(rows[-1], flush=True)
        print(f"  ({name}: {time.monotonic() - began:.0f} s)", file=sys.stderr, flush=True)
    return rows


def main() -> None:
    chosen = sys.argv[1:]
    rows = run(chosen or names())
    if chosen:
        return
    machine = f"Gemessen am {datetime.now(UTC):%d.%m.%Y}, Python {platform.python_version()}, {platform.machine()}, zwei Kerne.\n\n"
    TARGET.write_text(HEAD + machine + COLUMNS + "\n".join(rows) + "\n", "utf-8")


if __name__ == "__main__":
    main()

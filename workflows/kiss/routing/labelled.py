"""Labelled texts from a CSV file, whatever office program wrote it."""

from dataclasses import dataclass
from pathlib import Path

from workflows.kiss.delimited import TableError, read_columns


@dataclass(frozen=True, slots=True)
class Labelled:
    """Rows with a text and a label; ``groups`` where a column names them."""

    texts: tuple[str, ...]
    labels: tuple[str, ...]
    groups: tuple[str, ...] | None = None


def read_labelled(path: Path, text: str, label: str, group: str | None = None) -> Labelled:
    """Rows that have a text and a label, in order. A row whose group is not named is one for itself.

    Raises ``TableError``.
    """
    wanted = list(dict.fromkeys((text, label, *([group] if group else []))))
    at_text, at_label = wanted.index(text), wanted.index(label)
    at_group = wanted.index(group) if group else at_label
    kept = [
        (cells[at_text], cells[at_label].strip(), cells[at_group].strip())
        for cells in read_columns(path, wanted)
        if cells[at_text].strip() and cells[at_label].strip()
    ]
    if not kept:
        raise TableError(f"„{path.name}“ enthält keine Zeilen mit Text und Zuordnung.")
    return Labelled(
        tuple(body for body, _, _ in kept),
        tuple(name for _, name, _ in kept),
        tuple(of or f"\0{row}" for row, (_, _, of) in enumerate(kept)) if group else None,
    )

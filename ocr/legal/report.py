"""The computed deadline as plain data for the command line (contracts.md)."""

from typing import Any

from ocr.legal.periods import Due


def as_json(due: Due) -> dict[str, Any]:
    """``{"due": "YYYY-MM-DD", "steps": [{"text", "source"}]}``."""
    return {
        "due": due.due.isoformat(),
        "steps": [{"text": step.text, "source": step.source} for step in due.steps],
    }

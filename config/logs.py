"""Logging of all processes: one line per event on stderr, time in UTC, no personal data."""

import logging
import sys
import time


def set_up(process: str, level: str = "INFO") -> None:
    """Send the root logger's lines to stderr, marked with the name of the process."""
    handler = logging.StreamHandler(sys.stderr)
    formatter = logging.Formatter(
        f"%(asctime)sZ {process} %(levelname)s %(name)s: %(message)s", datefmt="%Y-%m-%dT%H:%M:%S"
    )
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)

"""What a single file may cost. Every reader keeps to these; the pool enforces what a reader can't."""

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on one file. Sizes in bytes, times in seconds, pixels as width times height.

    ``seconds`` bounds the whole file; after ``patience`` seconds without a finished page a reader counts as
    hanging. ``ratio`` is unpacked by packed size. Text recognition stops at ``seconds * 0.8`` and says so.
    """

    size: int = 256 * MEBIBYTE
    pages: int = 3_000
    pixels: int = 160_000_000  # A0 at 300 dpi has 139 million
    seconds: float = 900.0
    patience: float = 120.0
    memory: int = 3 * 1024 * MEBIBYTE
    output: int = 512 * MEBIBYTE
    members: int = 1_000
    unpacked: int = 512 * MEBIBYTE
    ratio: int = 200
    text: int = 20_000_000
    dpi: int = 300
    languages: str = "deu"
    threads: int = 2

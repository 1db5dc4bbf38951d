"""What a reader process does with a file of the e-Akte: read and analyse it, and split its words for the index.

Splitting words takes longer than storing them, so it happens where the text is and on all cores. Imports nothing that
a reader process must not hold: no database.
"""

import gc

from ocr import understanding
from ocr.understanding import Understood
from storage.fulltext.tokens import analyse_entry

Answer = tuple[Understood, tuple[bytes, bytes, int]]
"""What was understood, and the fields of ``storage.fulltext.tokens.Analysed``: readers answer with plain values only."""
UNDERSTAND = "workflows.eakte.understanding:understand"
WARM_UP = "workflows.eakte.understanding:warm_up"
GARBAGE_AFTER = 20_000
"""New objects before a reader process looks for garbage."""


def understand(path: str, name: str) -> Answer:
    """Read and analyse a file; its words for the index. Raises ``UnreadableError``."""
    understood = understanding.understand(path, name)
    words = analyse_entry("", understood.text)
    return understood, (words.forward, words.sequence, words.length)


def warm_up() -> None:
    """Load what the first file would wait for, and leave it out of Python's search for garbage from then on.

    A page makes thousands of objects that go by themselves; looking for cycles among them takes a tenth of the time.
    """
    understanding.warm_up()
    analyse_entry("", "Bauantragsformulare")
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_AFTER)

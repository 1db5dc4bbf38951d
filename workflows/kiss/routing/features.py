"""What the text model counts: pieces of words and words, hashed. Pure.

Pieces of 2 to 5 letters within a word beat whole words on short citizen reports (notes of the field: 4 to 8 points), as
they carry over compounds, endings and slips of the keyboard. A word's pieces are worked out once and remembered.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from storage.fulltext.words import fold, stem
from workflows.text_model import Block, Features

READ = 3_000
"""Characters of a message that count: what somebody wants stands in its beginning."""
PIECES = 1 << 17
WORDS = 1 << 16
SHORTEST, LONGEST = 2, 5
_REMEMBERED = 40_000
_TOKEN = re.compile(r"[^\W_]{1,48}")
_SHOWN = re.compile(r"[^\W\d_]{4,48}")


@lru_cache(maxsize=_REMEMBERED)
def _pieces(word: str) -> NDArray[np.int32]:
    """Columns of all pieces of a word, a blank standing for its beginning and its end."""
    whole = f" {fold(word)} "
    return np.array(
        [
            crc32(whole[at : at + size].encode()) % PIECES
            for size in range(SHORTEST, min(LONGEST, len(whole)) + 1)
            for at in range(len(whole) - size + 1)
        ],
        dtype=np.int32,
    )


@lru_cache(maxsize=_REMEMBERED)
def _stem(word: str) -> str:
    return stem(fold(word))


def _words(text: str) -> NDArray[np.int32]:
    """Columns of the stems of a text and of neighbours among them."""
    stems = [_stem(word) for word in _TOKEN.findall(text) if len(word) > 1]
    pairs = [f"{one} {other}" for one, other in pairwise(stems)]
    return np.array([crc32(each.encode()) % WORDS for each in (*stems, *pairs)], dtype=np.int32)


def _matrix(rows: Sequence[NDArray[np.int32]], size: int) -> Any:
    from scipy.sparse import csr_matrix

    columns = np.concatenate(rows) if rows else np.empty(0, dtype=np.int32)
    ends = np.cumsum([0, *(len(row) for row in rows)])
    matrix = csr_matrix(
        (np.ones(len(columns), dtype=np.float32), columns, ends), shape=(len(rows), size)
    )
    matrix.sum_duplicates()
    return matrix


_NOTHING = np.empty(0, dtype=np.int32)


def count_pieces(texts: Sequence[str]) -> Any:
    """Pieces of words per text (texts x ``PIECES``)."""
    rows = []
    for text in texts:
        pieces = [_pieces(word) for word in _TOKEN.findall(text.lower())]
        rows.append(np.concatenate(pieces) if pieces else _NOTHING)
    return _matrix(rows, PIECES)


def count_words(texts: Sequence[str]) -> Any:
    """Stems and pairs of stems per text (texts x ``WORDS``)."""
    return _matrix([_words(text.lower()) for text in texts], WORDS)


def shown_words(text: str) -> list[str]:
    """Words that may be shown as evidence, as they are written."""
    return _SHOWN.findall(text)


FEATURES = Features(READ, (Block(PIECES, count_pieces), Block(WORDS, count_words)), shown_words)

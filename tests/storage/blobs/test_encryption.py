"""The encrypted form: any content comes back, from anywhere in it, and no changed byte goes unseen."""

import io
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.blobs.encryption import CHUNK, HEADER, TAG, DecryptingReader, encrypt
from storage.blobs.errors import BlobCorruptError, BlobStoreError
from storage.blobs.keys import MasterKey, load_master_key, rotate_master_key

MASTER = MasterKey.generate()
BORDERS = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 1, 3 * CHUNK - 1]
PATTERN = bytes(range(251)) * (4 * CHUNK // 251 + 1)


def sealed(content: bytes, master: MasterKey = MASTER) -> tuple[str, bytes]:
    target = io.BytesIO()
    name, size = encrypt(io.BytesIO(content), target, master)
    assert (name, size) == (sha256(content).hexdigest(), len(content))
    return name, target.getvalue()


def opened(name: str, stored: bytes, master: MasterKey = MASTER) -> DecryptingReader:
    return DecryptingReader(io.BytesIO(stored), name, master)


class Trickle(io.RawIOBase):
    """A pipe that gives a few bytes at a time."""

    def __init__(self, content: bytes) -> None:
        self._left = io.BytesIO(content)

    def read(self, size: int = -1, /) -> bytes:
        return self._left.read(min(size, 10_007))


@pytest.mark.parametrize("size", BORDERS)
def test_round_trip_at_the_borders_of_chunks(size: int) -> None:
    content = PATTERN[:size]
    name, stored = sealed(content)
    assert io.BufferedReader(opened(name, stored)).read() == content
    assert len(stored) == HEADER + size + TAG * max(1, -(-size // CHUNK))


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=2000))
def test_round_trip(content: bytes) -> None:
    name, stored = sealed(content)
    assert opened(name, stored).readall() == content


@settings(max_examples=40, deadline=None)
@given(
    size=st.sampled_from(BORDERS),
    steps=st.lists(
        st.tuples(st.integers(0, 3 * CHUNK + 10), st.integers(0, CHUNK + 5)), max_size=6
    ),
)
def test_reading_may_start_anywhere(size: int, steps: list[tuple[int, int]]) -> None:
    content = PATTERN[:size]
    name, stored = sealed(content)
    reader, plain = io.BufferedReader(opened(name, stored)), io.BytesIO(content)
    for position, length in steps:
        assert reader.seek(position) == plain.seek(position)
        assert reader.read(length) == plain.read(length)
    assert reader.seek(0, io.SEEK_END) == size


def test_a_pipe_gives_the_same_as_a_file() -> None:
    content = PATTERN[: CHUNK + 77]
    target = io.BytesIO()
    name, _ = encrypt(Trickle(content), target, MASTER)  # type: ignore[arg-type]
    assert opened(name, target.getvalue()).readall() == content


@settings(max_examples=60, deadline=None)
@given(size=st.sampled_from([0, 1, 40, CHUNK, CHUNK + 1]), data=st.data())
def test_every_changed_byte_is_seen(size: int, data: st.DataObject) -> None:
    name, stored = sealed(PATTERN[:size])
    position = data.draw(st.integers(0, len(stored) - 1))
    changed = bytearray(stored)
    changed[position] ^= data.draw(st.integers(1, 255))
    with pytest.raises(BlobStoreError):
        opened(name, bytes(changed)).readall()


@settings(max_examples=40, deadline=None)
@given(size=st.sampled_from([0, 1, CHUNK, 2 * CHUNK, 2 * CHUNK + 1]), data=st.data())
def test_a_cut_off_end_is_seen(size: int, data: st.DataObject) -> None:
    name, stored = sealed(PATTERN[:size])
    cut = data.draw(
        st.one_of(
            st.integers(0, len(stored) - 1),
            st.sampled_from([HEADER, HEADER + CHUNK + TAG, HEADER + 2 * (CHUNK + TAG)]).filter(
                lambda end: end < len(stored)
            ),
        )
    )
    with pytest.raises(BlobCorruptError):
        opened(name, stored[:cut]).readall()


def test_swapped_and_repeated_chunks_are_seen() -> None:
    name, stored = sealed(PATTERN[: 3 * CHUNK])
    part = CHUNK + TAG
    head, a, b, c = (
        stored[:HEADER],
        stored[HEADER : HEADER + part],
        stored[HEADER + part : HEADER + 2 * part],
        stored[HEADER + 2 * part :],
    )
    for forged in (b + a + c, a + b, a + c, a + a + c, a + b + c + c, a + b + b + c):
        with pytest.raises(BlobCorruptError):
            opened(name, head + forged).readall()


def test_a_content_is_bound_to_its_name() -> None:
    _, stored = sealed(b"Bescheid A")
    other, _ = sealed(b"Bescheid B")
    with pytest.raises(BlobCorruptError):
        opened(other, stored)


def test_the_same_content_never_looks_the_same() -> None:
    assert sealed(b"Bescheid")[1][HEADER:] != sealed(b"Bescheid")[1][HEADER:]


def test_without_the_key_nothing_opens() -> None:
    name, stored = sealed(b"Bescheid")
    with pytest.raises(BlobStoreError, match="Schlüssel"):
        opened(name, stored, MasterKey.generate())
    forged = MasterKey(MASTER.current, {MASTER.current: bytes(32)})
    with pytest.raises(BlobCorruptError):
        opened(name, stored, forged)


def test_a_rotated_key_keeps_old_blobs_readable(tmp_path: Path) -> None:
    first = load_master_key(tmp_path)
    name, stored = sealed(b"alt", first)
    second = rotate_master_key(tmp_path)
    assert second.current != first.current
    assert opened(name, stored, second).readall() == b"alt"
    newer, newly_stored = sealed(b"neu", second)
    assert opened(newer, newly_stored, load_master_key(tmp_path)).readall() == b"neu"
    with pytest.raises(BlobStoreError, match="Schlüssel"):
        opened(newer, newly_stored, first)


def test_an_unusable_key_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "blob-00000001.key").write_bytes(b"kurz")
    with pytest.raises(BlobStoreError, match="blob-00000001"):
        load_master_key(tmp_path)


def test_a_key_does_not_stray_into_a_log() -> None:
    assert MASTER.keys[MASTER.current].hex() not in repr(MASTER)
    assert repr(MASTER.keys[MASTER.current]) not in repr(MASTER)

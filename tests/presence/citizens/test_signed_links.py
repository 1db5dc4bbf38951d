"""Signed links: only the very link we made opens what it was made for, until it expires."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from presence.citizens.links import EXPIRED, INVALID, LENGTH, LinkError, Links

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
LATER = NOW + timedelta(days=2)


@settings(deadline=None)
@given(st.uuids(), st.integers(0, 2**24 - 1), st.integers(1, 10**9))
def test_what_was_signed_is_read(object_id: UUID, revision: int, seconds: int) -> None:
    expires = NOW + timedelta(seconds=seconds)
    token = Links(KEY).sign("status", object_id, expires=expires, revision=revision)
    found = Links(KEY).read("status", token, NOW)
    assert (found.id, found.revision, found.expires) == (object_id, revision, expires)
    assert len(token) == LENGTH


@settings(deadline=None)
@given(st.text(max_size=80))
def test_nothing_else_opens_anything(text: str) -> None:
    with pytest.raises(LinkError, match="nicht gültig"):
        Links(KEY).read("status", text, NOW)


@settings(deadline=None)
@given(st.integers(0, LENGTH - 1), st.sampled_from("ABCabc019-_"))
def test_a_changed_link_opens_nothing(place: int, sign: str) -> None:
    token = Links(KEY).sign("status", UUID(int=7), expires=LATER)
    changed = token[:place] + sign + token[place + 1 :]
    if changed != token:
        with pytest.raises(LinkError):
            Links(KEY).read("status", changed, NOW)


def test_a_link_opens_nothing_of_another_purpose_or_house() -> None:
    token = Links(KEY).sign("status", uuid4(), expires=LATER)
    for links, purpose in ((Links(KEY), "confirm"), (Links(OTHER_KEY), "status")):
        with pytest.raises(LinkError) as caught:
            links.read(purpose, token, NOW)
        assert str(caught.value) == INVALID


def test_an_expired_link_says_so() -> None:
    token = Links(KEY).sign("status", uuid4(), expires=LATER)
    with pytest.raises(LinkError) as caught:
        Links(KEY).read("status", token, LATER)
    assert str(caught.value) == EXPIRED


def test_a_link_is_written_in_one_way_only() -> None:
    """The signs of ordinary base64 stand for the same bytes, but are no link of ours."""
    tokens = [Links(KEY).sign("status", uuid4(), expires=LATER) for _ in range(40)]
    others = {
        changed
        for token in tokens
        for changed in (token.replace("-", "+"), token.replace("_", "/"), token + "\n", f" {token}")
        if changed != token
    }
    for changed in others:
        with pytest.raises(LinkError):
            Links(KEY).read("status", changed, NOW)

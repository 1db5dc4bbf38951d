"""What may be a password, and that only the right one opens."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from presence.passwords import (
    PasswordRefusedError,
    check_new,
    generate,
    hash_password,
    needs_rehash,
    verify,
)

GOOD = "salz-turm-eiche-42"


def test_the_right_password_opens_and_others_do_not() -> None:
    stored = hash_password(GOOD)
    assert stored.startswith("$argon2id$")
    assert verify(stored, GOOD)
    for wrong in ("", GOOD + "x", GOOD.upper(), GOOD + "\0", "x" * 10_000):
        assert not verify(stored, wrong)


def test_umlauts_count_the_same_however_they_are_typed() -> None:
    assert verify(hash_password("grüne Bäume am Fluss"), "gru\u0308ne Ba\u0308ume am Fluss")


@pytest.mark.parametrize(
    "weak", ["", "kurz", "a" * 30, "anna.beispiel-2026", "ein\0sehr-langes-wort", "x1y2" * 100]
)
def test_weak_passwords_are_refused_with_a_reason(weak: str) -> None:
    with pytest.raises(PasswordRefusedError) as caught:
        check_new(weak, "anna.beispiel")
    assert str(caught.value).endswith(".")


def test_generated_passwords_are_accepted_and_never_the_same() -> None:
    made = {generate() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        check_new(password, "anna.beispiel")


def test_a_hash_of_other_costs_is_renewed() -> None:
    old = "$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHRzb21l$8Vh0SGQUIqjyqbRSEe0rCg"
    assert needs_rehash(old)
    assert not needs_rehash(hash_password(GOOD))


@settings(max_examples=20, deadline=None)
@given(st.text(max_size=60))
def test_no_stored_rubbish_opens(rubbish: str) -> None:
    assert not verify(rubbish, GOOD)

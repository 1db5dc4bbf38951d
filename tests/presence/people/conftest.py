"""A town hall in small: a head, a clerk, the personnel office and an administrator."""

import pytest

from storage.actors import Role
from tests.presence.conftest import Cast


@pytest.fixture
def cast() -> Cast:
    return Cast(
        offices={"hauptamt": "10", "personal": "11", "soziales": "50"},
        people={
            "hans": ("soziales", Role.HEAD),
            "kati": ("soziales", None),
            "nora": ("soziales", None),
            "petra": ("personal", Role.PERSONNEL),
            "ada": ("hauptamt", Role.ADMIN),
            "ida": ("hauptamt", None),
        },
    )

"""People of two offices around Anna."""

import pytest

from storage.actors import Role
from tests.presence.conftest import Cast


@pytest.fixture
def cast() -> Cast:
    return Cast(
        offices={"ordnungsamt": "32", "bauamt": "63"},
        people={
            "anna": ("ordnungsamt", None),
            "ben": ("ordnungsamt", None),
            "carla": ("ordnungsamt", None),
            "dora": ("ordnungsamt", Role.HEAD),
            "emil": ("bauamt", None),
            "hugo": ("bauamt", None),
            "ada": ("bauamt", Role.ADMIN),
            "paul": ("bauamt", Role.COUNCIL),
        },
        room="Zimmer {}",
    )

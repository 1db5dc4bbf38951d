"""The commands of accounts, as an administrator types them."""

from typing import Any

import pytest
from typer.testing import CliRunner

from presence.commands import commands
from storage.house import House


@pytest.fixture
def run(house: House) -> Any:
    app = commands(lambda: house)
    return lambda *words: CliRunner().invoke(app, list(words))

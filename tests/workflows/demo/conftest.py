"""A small post of the demo city, made once."""

import pytest

from workflows.demo.documents import DemoDocument, generate


@pytest.fixture(scope="session")
def post() -> list[DemoDocument]:
    return list(generate(3, 90))

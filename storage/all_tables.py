"""Every table of every room, found by the house's own rule: a room's tables live in modules called ``tables``."""

import importlib
import pkgutil
from types import ModuleType

from sqlalchemy import Engine, MetaData

from storage.fulltext import ddl as fulltext
from storage.schema import Table

ROOMS = ("storage", "presence", "learning", "video", "workflows")


def load() -> MetaData:
    """Import all ``tables`` modules and return the metadata they filled."""
    for room in ROOMS:
        package = importlib.import_module(room)
        for name in _table_modules(package):
            importlib.import_module(name)
    return Table.metadata


def _table_modules(package: ModuleType) -> list[str]:
    found = pkgutil.walk_packages(package.__path__, package.__name__ + ".")
    return [module.name for module in found if module.name.rpartition(".")[2] == "tables"]


def create_all(engine: Engine) -> None:
    """Create everything on an empty database, as the migrations would (tests and benchmarks only)."""
    metadata = load()
    with engine.execution_options(writer=True).begin() as connection:
        metadata.create_all(connection)
        fulltext.create(connection)

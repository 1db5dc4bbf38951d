"""Rules of the house that no linter knows: every query on protected tables is scoped, modules keep their names and size."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("config", "storage", "ocr", "presence", "learning", "video", "workflows", "intranet")
PROTECTED = {
    "Document",
    "Akte",
    "Vorgang",
    "StoredReading",
    "StoredAnalysis",
    "DocumentVersion",
    "Filing",
    "DocumentLink",
}
SCOPING = {
    "in_sight",
    "visible_document",
    "visible_akte",
    "sees",
    "load_document",
    "load_akte",
    "load_vorgang",
    "visible_tokens",
}
INSIDE = {
    # verbs and the house's own work: each checks rights on what it loaded, or acts as the house
    "akten", "filing", "learning", "outcomes", "plan", "processing", "reading_versions", "receiving", "references",
    "sight", "tables", "upkeep", "versions", "watching", "founding",
}  # fmt: skip


def _modules() -> Iterator[tuple[Path, ast.Module]]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield path, ast.parse(path.read_text("utf-8"))


def _names(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _selects(function: ast.AST) -> bool:
    """Whether a function reads a protected table by ``select`` or ``session.get``."""
    for call in ast.walk(function):
        if isinstance(call, ast.Call):
            name = (
                call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
            )
            if name in {"select", "get", "get_one"} and _names(call) & PROTECTED:
                return True
    return False


def test_every_query_on_protected_tables_is_scoped() -> None:
    unscoped = [
        f"{path.relative_to(ROOT)}:{function.lineno} {function.name}"
        for path, module in _modules()
        if path.stem not in INSIDE
        for function in ast.walk(module)
        if isinstance(function, ast.FunctionDef)
        and _selects(function)
        and not _names(function) & SCOPING
    ]
    assert unscoped == []


def test_the_check_itself_finds_an_unscoped_query() -> None:
    bad = ast.parse(
        "def all_documents(session):\n    return session.scalars(select(Document)).all()\n"
    ).body[0]
    good = ast.parse(
        "def mine(session, actor):\n    return session.scalars(select(Document).where(in_sight(session, actor)))\n"
    ).body[0]
    assert _selects(bad)
    assert not _names(bad) & SCOPING
    assert _names(good) & SCOPING


@pytest.mark.parametrize("word", ["utils", "helpers", "common", "manager", "base", "misc"])
def test_modules_are_called_by_what_they_do(word: str) -> None:
    assert [path for path, _ in _modules() if path.stem == word] == []


def test_modules_are_small_enough_to_read_at_one_sitting() -> None:
    long = {
        str(path.relative_to(ROOT))
        for path, _ in _modules()
        if path.read_text("utf-8").count("\n") > 400
    }
    generated = {name for name in long if name.startswith("storage/migrations/versions/")}
    assert long == generated  # one statement per table

"""The watched folder: what has settled is taken in once, what still grows waits, nothing is deleted too early."""

from pathlib import Path

import pytest
from sqlalchemy import select

from tests.workflows.eakte.town import TREE_LETTER, Town, letter
from workflows.eakte.tables import Document
from workflows.eakte.watching import Watcher

LOOKS = 4


@pytest.fixture
def folder(town: Town) -> Path:
    path = town.house.settings.inbox_folder
    path.mkdir(parents=True)
    return path


def _documents(town: Town) -> list[Document]:
    with town.house.database.read() as session:
        return list(session.scalars(select(Document).order_by(Document.id)))


def _look(town: Town, times: int = LOOKS) -> None:
    watcher = Watcher(town.house)
    for _ in range(times):
        watcher.look()


def test_a_settled_file_is_taken_in_and_gone(town: Town, folder: Path) -> None:
    (folder / "brief.pdf").write_bytes(letter(*TREE_LETTER))
    _look(town)
    assert [(d.file_name, d.office_id, d.source) for d in _documents(town)] == [
        ("brief.pdf", town.post, "folder")
    ]
    assert list(folder.iterdir()) == []


def test_a_growing_file_waits_until_it_is_whole(town: Town, folder: Path) -> None:
    file, whole = folder / "scan.pdf", letter(*TREE_LETTER)
    watcher = Watcher(town.house)
    for size in range(100, len(whole), len(whole) // 6):
        file.write_bytes(whole[:size])
        watcher.look()
        watcher.look()
        assert _documents(town) == []
    file.write_bytes(whole)
    for _ in range(LOOKS):
        watcher.look()
    (document,) = _documents(town)
    assert document.size == len(whole)


def test_a_sub_folder_is_an_office_s_inbox(town: Town, folder: Path) -> None:
    (folder / "bau").mkdir()
    (folder / "bau" / "brief.pdf").write_bytes(letter(*TREE_LETTER))
    _look(town)
    assert _documents(town)[0].office_id == town.bau


def test_a_folder_named_for_the_staff_council_is_not_read(town: Town, folder: Path) -> None:
    (folder / "personalrat").mkdir()
    (folder / "personalrat" / "brief.pdf").write_bytes(letter(*TREE_LETTER))
    _look(town)
    town.process()
    assert [d.state for d in _documents(town)] == ["unopened"]


def test_a_crash_between_commit_and_delete_takes_nothing_in_twice(town: Town, folder: Path) -> None:
    content = letter(*TREE_LETTER)
    (folder / "brief.pdf").write_bytes(content)
    _look(town)
    (folder / "brief.pdf").write_bytes(content)  # as if the deletion had not happened
    _look(town)
    assert len(_documents(town)) == 1
    assert list(folder.iterdir()) == []


def test_partial_downloads_links_and_hidden_files_are_left_alone(
    town: Town, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "geheim.txt").write_text("geheim")
    (folder / "link.txt").symlink_to(tmp_path / "geheim.txt")
    (folder / ".versteckt").write_text("x")
    (folder / "brief.pdf.part").write_text("x")
    _look(town)
    assert _documents(town) == []

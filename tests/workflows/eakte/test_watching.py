"""The watched folder: what has settled is taken in once, what still grows waits, nothing is deleted too early."""

import errno
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.actors import System
from storage.house import House
from tests.workflows.eakte.town import TREE_LETTER, Town, letter
from workflows.eakte.receiving import Incoming, Receipt, receive
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


def test_a_file_that_is_still_open_for_writing_waits(town: Town, folder: Path) -> None:
    """A scanner that thinks for a while between two pages."""
    whole = letter(*TREE_LETTER)
    watcher = Watcher(town.house)
    with (folder / "scan.pdf").open("wb") as scanner:
        scanner.write(whole[:500])
        scanner.flush()
        for _ in range(3 * LOOKS):
            watcher.look()
        assert _documents(town) == []
        scanner.write(whole[500:])
    for _ in range(LOOKS):
        watcher.look()
    assert [document.size for document in _documents(town)] == [len(whole)]


def test_where_writers_are_not_seen_a_file_rests_longer(
    town: Town, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file system without leases can't be mounted in a test."""
    monkeypatch.setattr("workflows.eakte.writers.has_writer", lambda _: True)
    (folder / "brief.pdf").write_bytes(letter(*TREE_LETTER))
    _look(town, LOOKS)
    assert _documents(town) == []
    _look(town, 12)
    assert len(_documents(town)) == 1


def test_files_that_can_t_be_deleted_are_taken_in_once_and_keep_nobody_waiting(
    town: Town, folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "a.pdf").write_bytes(letter(*TREE_LETTER))
    (folder / "b.pdf").write_bytes(letter("Betreff: Zweiter Brief"))
    unlink, received = Path.unlink, Counter[str]()

    def read_only(path: Path, *, missing_ok: bool = False) -> None:
        if path.name == "a.pdf":  # tests run as root, to whom no folder is read-only
            raise PermissionError(errno.EROFS, "read-only share")
        unlink(path, missing_ok=missing_ok)

    def counted(house: House, actor: System, incoming: Incoming) -> Receipt:
        received[incoming.name] += 1
        return receive(house, actor, incoming)

    monkeypatch.setattr("workflows.eakte.watching.receive", counted)
    watcher = Watcher(town.house)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", read_only)
        for _ in range(3 * LOOKS):
            watcher.look()
    assert received == {"a.pdf": 1, "b.pdf": 1}
    assert [path.name for path in folder.iterdir()] == ["a.pdf"]
    assert len(caplog.records) == 1
    watcher.look()
    assert list(folder.iterdir()) == [], "the share can be written again"
    (folder / "a.pdf").write_bytes(letter("Betreff: Ein neuer Brief gleichen Namens"))
    for _ in range(LOOKS):
        watcher.look()
    assert len(_documents(town)) == 3

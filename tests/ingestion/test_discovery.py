"""Which files are read, how they are called, and when they count as unchanged."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import SourceNotFoundError, UnreadableSourceError
from rag.ingestion.discovery import absolute, find_files, is_same, look_at, source_name
from tests.conftest import write_files


def names(folder: Path) -> list[str]:
    return [source_name(file, base=folder) for file in find_files([folder], base=folder).files]


def test_folders_are_searched_through_and_hidden_and_ignored_files_passed_over(tmp_path: Path) -> None:
    names = ("b.txt", "a.md", "deep/c.TXT", "deep/skip.txt", "d.bin", ".hidden.txt", ".git/e.txt", "drafts/f.txt")
    write_files(tmp_path, {**dict.fromkeys(names, "x"), ".citespanignore": "skip.txt\ndrafts/\n"})
    found = find_files([tmp_path, tmp_path / "b.txt"], base=tmp_path)
    assert [source_name(file, base=tmp_path) for file in found.files] == ["a.md", "b.txt", "deep/c.TXT"]


def test_each_folder_may_name_what_to_leave_out_of_it(tmp_path: Path) -> None:
    kept = ("top.txt", "in/keep.txt", "in/deep/keep.txt", "out/no.txt")
    write_files(tmp_path, dict.fromkeys((*kept, "in/no.txt", "in/deep/no.txt", "in/old/x.txt"), "x"))
    write_files(tmp_path, {"in/.citespanignore": "no.*\n/old\n"})
    assert names(tmp_path) == sorted(kept)


def test_links_in_a_circle_are_not_followed(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.txt": "x", "in/b.txt": "x"})
    (tmp_path / "in" / "up").symlink_to(tmp_path)
    (tmp_path / "self.txt").symlink_to(tmp_path / "self.txt")
    assert names(tmp_path) == ["a.txt", "in/b.txt", "self.txt"]
    with pytest.raises(UnreadableSourceError, match=r"self\.txt cannot be read"):
        look_at(tmp_path / "self.txt", source="self.txt", megabytes=1, loader="1")


def test_a_pipe_is_named_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(UnreadableSourceError, match="is not a file but a pipe"):
        look_at(tmp_path / "pipe.txt", source="pipe.txt", megabytes=1, loader="1")


def test_files_that_are_empty_gone_or_too_large_are_refused_unread(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    with (tmp_path / "large.txt").open("wb") as file:
        file.truncate(201 * 1024 * 1024)  # takes no room on the disk
    for name, message in (
        ("empty.txt", "is empty"),
        ("large.txt", "has 201 MB; 200 are"),
        ("no.txt", "cannot be read"),
    ):
        with pytest.raises(UnreadableSourceError, match=message):
            look_at(tmp_path / name, source=name, megabytes=200, loader="1")


def test_a_folder_that_is_closed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path, {"shut/a.txt": "x", "b.txt": "x"})
    look = os.scandir

    def scandir(folder: str) -> "os._ScandirIterator[str]":
        if folder.endswith("shut"):
            raise PermissionError(13, "Permission denied", folder)
        return look(folder)

    monkeypatch.setattr(os, "scandir", scandir)  # a mode of 0 would not keep root out
    found = find_files([tmp_path], base=tmp_path)
    assert [failure.source for failure in found.closed.values()] == ["shut"]
    assert not found.covers("shut/a.txt")


def test_a_path_that_does_not_exist_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFoundError, match="Check the spelling"):
        find_files([tmp_path / "nothing"], base=tmp_path)


def test_a_source_outside_of_the_base_is_named_by_its_whole_path(tmp_path: Path) -> None:
    file = absolute(tmp_path / "a.txt")
    assert source_name(file, base=file.parent / "sub") == file.as_posix()


def test_a_file_name_that_is_not_utf_8_still_has_a_name(tmp_path: Path) -> None:
    odd = Path("/tmp") / b"caf\xe9.txt".decode("utf-8", "surrogateescape")
    assert source_name(odd, base=Path("/tmp")) == "caf\\xe9.txt"


def test_a_file_is_the_same_by_size_and_time_unless_the_time_is_too_fresh_to_tell(tmp_path: Path) -> None:
    path = write_files(tmp_path, {"a.txt": "x"}) / "a.txt"
    fresh = look_at(path, source="a.txt", megabytes=1, loader="1")
    os.utime(path, ns=(0, fresh.modified - 10_000_000_000))
    settled = look_at(path, source="a.txt", megabytes=1, loader="1")
    assert not is_same(None, settled)
    assert not is_same(fresh, fresh)
    assert is_same(settled, settled)
    for other in (replace(settled, size=2), replace(settled, modified=1), replace(settled, loader="0")):
        assert not is_same(other, settled)

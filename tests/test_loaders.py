"""Files to texts: strict, and clear about what is wrong where."""

from pathlib import Path

import pytest

from rag.errors import SourceNotFoundError, UnreadableSourceError
from rag.loaders import find_files, load, make_document, source_name
from tests.conftest import write_files


def test_text_is_kept_as_it_is_but_for_the_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbfa\r\nb\rc\n\xc2\xa0d")
    assert load(tmp_path / "a.txt", base=tmp_path) == make_document("a\r\nb\rc\n\u00a0d", source="a.txt")


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("latin.txt", b"caf\xe9 noir", "latin.txt is not UTF-8: byte 3 is 0xe9"),
        ("bom.txt", b"\xef\xbb\xbfab\xff", "bom.txt is not UTF-8: byte 5 is 0xff"),
        ("utf16.txt", "hi".encode("utf-16"), "utf16.txt is not text: byte 3 is zero"),
        ("empty.txt", b" \n", "empty.txt is empty"),
        ("report.pdf", b"%PDF-1.7", "files that end in '.pdf' are not read. Convert it"),
        ("LICENSE", b"x", "files without an ending are not read. Convert it"),
    ],
)
def test_what_is_not_text_is_refused_by_name_and_byte(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UnreadableSourceError, match=message.replace(".", r"\.")):
        load(tmp_path / name, base=tmp_path)


def test_a_file_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere.txt")
    with pytest.raises(UnreadableSourceError, match=r"gone\.txt cannot be read"):
        load(tmp_path / "gone.txt", base=tmp_path)


def test_folders_are_searched_through_and_hidden_and_ignored_files_passed_over(tmp_path: Path) -> None:
    names = ("b.txt", "a.md", "deep/c.TXT", "deep/skip.txt", "d.pdf", ".hidden.txt", ".git/e.txt", "drafts/f.txt")
    write_files(tmp_path, {**dict.fromkeys(names, "x"), ".citespanignore": "skip.txt\ndrafts/\n"})
    found = find_files([tmp_path, tmp_path / "b.txt"])
    assert [source_name(file, base=tmp_path) for file in found] == ["a.md", "b.txt", "deep/c.TXT"]


@pytest.mark.parametrize("name", ["nothing", "empty"])
def test_a_path_with_nothing_to_read_is_an_error_that_says_what_to_do(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceNotFoundError, match="Check the spelling|Name a folder"):
        find_files([tmp_path / name])


def test_a_source_outside_of_the_base_is_named_by_its_whole_path(tmp_path: Path) -> None:
    assert source_name(tmp_path / "a.txt", base=tmp_path / "sub") == (tmp_path.resolve() / "a.txt").as_posix()


def test_a_file_name_that_is_not_utf_8_still_has_a_name() -> None:
    odd = Path("/tmp") / b"caf\xe9.txt".decode("utf-8", "surrogateescape")
    assert source_name(odd, base=Path("/tmp")) == "caf\\xe9.txt"

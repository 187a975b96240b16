"""What the files beside one say of its encoding: a weak prior, the same whoever asks and in whatever order."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import pytest

import seedsearch
from seedsearch.reading import formats
from seedsearch.reading.documents import (
    RawDocument,
)
from seedsearch.reading.encodings import Neighbours
from seedsearch.reading.formats import documents, documents_on_disk
from seedsearch.reading.formats.format import Asked
from seedsearch.reading.neighbours import among, beside
from seedsearch.restoring.clean import clean_document

SIMPLIFIED = ("会议由副主任主持，参加的有各部门负责人。", "机器人可以自动完成焊接。", "昨天夜里下了一场大雪。")
TRADITIONAL = ("這本書的作者住在臺北。", "系統會自動儲存設定。", "歷史學家對這個問題有不同的看法。")
DOUBTFUL = "常".encode("gbk")  # 都 in Big5


def folder(place: Path, texts: tuple[str, ...], encoding: str) -> Path:
    place.mkdir(parents=True)
    for number, text in enumerate(texts):
        (place / f"{number}.txt").write_bytes(text.encode(encoding))
    return place


def read(path: Path) -> RawDocument:
    (found,) = documents_on_disk(str(path), path.read_bytes(), Asked())
    assert isinstance(found, RawDocument)
    return found


@pytest.mark.parametrize(("texts", "encoding", "text"), [(SIMPLIFIED, "gb18030", "常"), (TRADITIONAL, "big5", "都")])
def test_a_word_is_read_as_the_files_beside_it(
    tmp_path: Path, texts: tuple[str, ...], encoding: str, text: str
) -> None:
    place = folder(tmp_path / "a", texts, encoding)
    (place / "x.txt").write_bytes(DOUBTFUL)
    document = read(place / "x.txt")
    assert (document.text, document.encoding, document.told_by) == (text, encoding, "neighbours")
    assert document.confidence < 1
    assert beside(str(place / "x.txt")) == {encoding: 1.0}


def test_what_is_clear_is_not_turned_by_neighbours(tmp_path: Path) -> None:
    place = folder(tmp_path / "a", TRADITIONAL, "big5")
    (place / "x.txt").write_bytes(SIMPLIFIED[0].encode("gb18030"))
    document = read(place / "x.txt")
    assert (document.text, document.told_by) == (SIMPLIFIED[0], "text")


def test_few_files_and_links_say_nothing(tmp_path: Path) -> None:
    place = folder(tmp_path / "a", TRADITIONAL[:1], "big5")
    others = folder(tmp_path / "b", TRADITIONAL, "big5")
    for other in others.iterdir():
        (place / f"to-{other.name}").symlink_to(other)
    assert beside(str(place / "x.txt")) == {}
    assert beside(str(tmp_path / "gone" / "x.txt")) == {}


@pytest.mark.parametrize("workers", [1, 2])
def test_the_index_says_how_many_were_told_so(tmp_path: Path, workers: int) -> None:
    place = folder(tmp_path / "a", TRADITIONAL, "big5")
    for name in ("x", "y"):
        (place / f"{name}.txt").write_bytes(DOUBTFUL)
    seedsearch.build_index(place, tmp_path / "index", workers=workers)
    with seedsearch.open_index(tmp_path / "index") as index:
        stats = index.stats()
        assert stats.told_by_neighbours == 2
        assert stats.encodings == {"big5": 5}
    (place / "y.txt").write_bytes(DOUBTFUL + b"\n")
    seedsearch.build_index(place, tmp_path / "index", workers=workers)
    with seedsearch.open_index(tmp_path / "index") as index:
        assert index.stats().encodings == {"big5": 5}


def test_bytes_and_texts_have_no_neighbours() -> None:
    assert seedsearch.clean(DOUBTFUL).raw.told_by == "text"
    assert clean_document(RawDocument("", "str", "字")).raw.told_by == "text"


def zipped(members: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def tarred(members: dict[str, bytes], mode: Literal["w", "w:gz"] = "w") -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=mode) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return made.getvalue()


def packed(members: dict[str, bytes]) -> dict[str, bytes]:
    return {
        "a.zip": zipped(members),
        "stored.zip": zipped(members, method=zipfile.ZIP_STORED),
        "a.tar": tarred(members),
        "a.tgz": tarred(members, "w:gz"),
    }


@pytest.mark.parametrize("kind", ["a.zip", "stored.zip", "a.tar", "a.tgz"])
@pytest.mark.parametrize(("texts", "encoding", "text"), [(SIMPLIFIED, "gb18030", "常"), (TRADITIONAL, "big5", "都")])
@pytest.mark.parametrize("place", ["0-first.txt", "z/last.txt"])
def test_a_member_is_read_as_the_others_of_its_archive(
    kind: str, texts: tuple[str, ...], encoding: str, text: str, place: str
) -> None:
    members = {f"n{number}.txt": line.encode(encoding) for number, line in enumerate(texts)}
    ordered = {place: DOUBTFUL, **members} if place < "n" else {**members, place: DOUBTFUL}
    found = {item.path: item for item in documents(kind, packed(ordered)[kind]) if isinstance(item, RawDocument)}
    member = found[f"{kind}!/{place}"]
    assert (member.text, member.told_by) == (text, "neighbours")
    assert all(item.told_by == "text" for path, item in found.items() if path != member.path)


def test_the_members_of_an_archive_are_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def counted(heads: Iterable[bytes]) -> Neighbours:
        asked.append(1)
        return among(heads)

    monkeypatch.setattr(formats, "among", counted)
    members = {f"{number}.txt": line.encode("big5") for number, line in enumerate(TRADITIONAL)}
    members |= {f"x{number}.txt": DOUBTFUL for number in range(40)}
    for kind, content in packed(members).items():
        asked.clear()
        found = [item for item in documents(kind, content) if isinstance(item, RawDocument)]
        assert (len(found), {item.text for item in found[3:]}, len(asked)) == (43, {"都"}, 1)

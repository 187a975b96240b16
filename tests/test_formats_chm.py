"""Books of Windows' help (CHM), and the LZX by which they are packed."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures import chm as made
from seedsearch.reading.documents import Failure, RawDocument, Said
from seedsearch.reading.formats import chm, documents, lzx

TITLES = (
    '<li><object type="text/sitemap"><param name="Name" value="第一章 &lt;焊接&gt;"><param name="Local" value="a.htm">'
    "</object><li><OBJECT type='text/sitemap'><PARAM value='第二章' name='Name'>\n"
    "<param value='Sub\\B.htm#x' name='Local'></OBJECT><object><param name='Name' value='附录'></object>"
)
BOOK = {
    "toc.hhc": TITLES.encode("gbk"),
    "a.htm": "<html><body><p>焊接材料的创新与设备</p></body></html>".encode("gbk"),
    "style.css": b"p {}",
    "sub/b.htm": "<p>东丽区的科技局</p>".encode("gbk"),
    "x.PNG": b"\x89PNG\r\n\x1a\n" + bytes(64),
}
TITLE = "焊接手册".encode("gbk")


def read(content: bytes, name: str = "a.chm") -> tuple[dict[str, RawDocument], list[str]]:
    """Path → each document, and what is said of the rest."""
    found = list(documents(name, content))
    return (
        {item.path: item for item in found if isinstance(item, RawDocument)},
        [f"{item.path}: {item.reason}" for item in found if isinstance(item, Failure)],
    )


@pytest.mark.parametrize("styles", [(), *((style,) for style in made.STYLES if style != "skewed")])
def test_chm_gives_a_page_each_with_the_titles_of_its_contents(styles: tuple[str, ...]) -> None:
    texts, failed = read(made.chm_of(BOOK, title=TITLE, contents="toc.hhc", styles=styles))
    assert not failed
    assert {path: text.text for path, text in texts.items()} == {
        "a.chm": "焊接手册\n第一章 <焊接>\n第二章\n附录\n",
        "a.chm!/a.htm": "<html><body><p>焊接材料的创新与设备</p></body></html>",
        "a.chm!/sub/b.htm": "<p>东丽区的科技局</p>",
    }
    assert [text.said for text in texts.values()] == [
        Said(("焊接手册",)),
        Said(("第一章 <焊接>",)),
        Said(("第二章",)),
    ]


def test_a_page_that_leaves_a_doubt_is_read_in_the_language_of_its_book() -> None:
    for language, encoding, text in ((0x0404, "big5", "中文"), (0x0804, "gb18030", "いゅ")):
        page = {"a.htm": b"<p>\xa4\xa4\xa4\xe5</p>"}
        (found,) = read(made.chm_of(page, language=language))[0].values()
        assert (found.text, found.told_by) == (f"<p>{text}</p>", "neighbours"), encoding


def test_contents_that_cannot_be_read_leave_the_pages() -> None:
    for contents in ("not there.hhc", "broken.hhc"):
        book = made.chm_of({"a.htm": b"<p>x</p>"}, title=TITLE, contents=contents, places={"broken.hhc": (7, 0, 4)})
        texts, failed = read(book)
        assert (list(texts), failed) == (["a.chm", "a.chm!/a.htm"], [])


@pytest.mark.parametrize(
    ("places", "reason"),
    [
        ({"b.htm": (1, 5, 9)}, "it cannot be unpacked: it overlaps other members"),
        ({"b.htm": (0, 0, 9), "c.htm": (0, 8, 9)}, "it cannot be unpacked: it overlaps other members"),
        ({"b.htm": (0, 0, 90_000)}, "it cannot be unpacked: it ends too early"),
        ({"b.htm": (1, 30, 90_000)}, "it cannot be unpacked: it ends too early"),
        ({"b.htm": (1, 30, 1 << 40)}, "a text of more than 64 MiB; split it"),
        ({"b.htm": (2, 0, 9)}, "it is packed in a way that is not known"),
        ({"../b.htm": (1, 30, 9)}, "its name leads out of the archive"),
    ],
)
def test_a_page_that_is_not_where_it_says_is_named(places: dict[str, tuple[int, int, int]], reason: str) -> None:
    texts, failed = read(made.chm_of({"a.htm": b"<p>" + b"a" * 20 + b"</p>"}, places=places))
    assert "a.chm!/a.htm" in texts
    assert any(one.endswith(reason) for one in failed)


def test_a_book_that_is_cut_off_or_changed_is_said() -> None:
    book = made.chm_of(BOOK, title=TITLE, contents="toc.hhc")
    for size in range(4, len(book), 61):
        texts, failed = read(book[:size])
        assert failed or texts
    assert read(b"ITSF" + bytes(200))[1] == ["a.chm: the book is broken: its records are not where it says"]
    at = book.index(b"LZXC")
    for changed, reason in (
        (struct.pack("<I", 0), "it does not say how it is packed"),  # no frame a piece
        (struct.pack("<I", 100_000), "it does not say how it is packed"),  # more than is unpacked at once
    ):
        broken = book[: at + 8] + changed + book[at + 12 :]
        assert all(reason in one for one in read(broken)[1])


def test_pieces_that_lie_on_one_another_are_not_unpacked() -> None:
    book = made.chm_of({"a.htm": "焊接".encode() * 20_000}, styles=("plain",), frames=1)
    at = book.index(struct.pack("<QQ", 0, 32_784))  # the second piece begins behind the first
    assert "its pieces are not where it says" in read(book[: at + 8] + bytes(8) + book[at + 16 :])[1][0]


def test_no_more_is_unpacked_than_a_member_may_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chm, "MEMBER", 100_000)
    texts, failed = read(made.chm_of({"a.htm": b"a" * 60_000, "b.htm": b"b" * 80_000}, styles=("plain",)))
    assert list(texts) == ["a.chm!/a.htm"]
    assert "it unpacks to more than" in failed[0]


BYTES = st.one_of(st.binary(max_size=60), st.text("ab焊接", max_size=50).map(str.encode))
BLOCK = st.one_of(
    st.tuples(st.sampled_from(["flat", "literal", "aligned", "plain"]), BYTES.filter(bool)),
    st.tuples(st.just("skewed"), st.lists(st.integers(0, 16), min_size=1, max_size=40).map(bytes)),
)


@given(st.lists(BLOCK, min_size=1, max_size=3))
def test_lzx_is_undone(blocks: list[tuple[str, bytes]]) -> None:
    packed, _ = made.lzx_of(*blocks)
    content = b"".join(data for _, data in blocks)
    assert lzx.unpacked(packed, len(content), made.WINDOW_BITS) == content


@pytest.mark.slow
def test_lzx_goes_on_over_frames() -> None:
    content = bytes(i * i % 251 for i in range(3_350)) * 20
    for style in ("flat", "aligned", "literal", "plain"):
        pieces = ((style, content[:33_001]), ("plain", content[33_001:66_000]), (style, content[66_000:]))
        packed, frames = made.lzx_of(*pieces)
        assert lzx.unpacked(packed, len(content), made.WINDOW_BITS) == content
        assert len(frames) == 3


@given(st.binary(max_size=300), st.integers(1, 70_000))
def test_bytes_that_are_no_lzx_are_broken(packed: bytes, size: int) -> None:
    try:
        assert len(lzx.unpacked(packed, size, 16)) == size
    except lzx.Broken:
        return

"""Which share a file belongs to, and what says which."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.errors import SettingsError
from seedsearch.indexing.shares import Share
from tests.programs import warm as seedsearch

names = st.text("ab焊接/.\udc80", min_size=1, max_size=12)


@given(names, st.integers(1, 9), st.sampled_from(["docs", "/srv/docs/", "a/b"]))
def test_every_file_belongs_to_one_share_wherever_its_folder_lies(name: str, count: int, root: str) -> None:
    shares = [Share(number, count) for number in range(1, count + 1)]
    owners = [share for share in shares if share.has(f"{root.rstrip('/')}/{name}", [root, "elsewhere"])]
    assert len(owners) == 1
    assert owners[0].has(f"moved/{name}", ["moved"])


def test_shares_are_about_equal() -> None:
    counts = [sum(Share(n, 4).has(f"docs/{i}.txt", ["docs"]) for i in range(4000)) for n in (1, 2, 3, 4)]
    assert sum(counts) == 4000
    assert min(counts) > 900


@pytest.mark.parametrize("text", ["", "0/2", "3/2", "1/1001", "1", "a/b", "1/2/3", "-1/2", "１/２"])
def test_what_is_no_share_is_said(text: str) -> None:
    with pytest.raises(SettingsError, match="is not I/N with I from 1 to N; as in --share 2/8"):
        Share.of(text)


def test_an_index_in_a_folder_takes_no_shares(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("焊接", encoding="utf-8")
    done = seedsearch("index", "a.txt", "--share", "1/2", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == (
        b"seedsearch: the index index takes one writer at a time, so it cannot be indexed in shares; "
        b"leave --share out (--workers uses more processors), or name one in a cluster\n"
    )

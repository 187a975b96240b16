"""Questions as people type them, made from a corpus of works: titles from memory, keywords, questions in other words.

A corpus is JSON Lines (.xz as well) of `{"path": "genre/…/work#3", "text": …}`: passage 3 of a work. Relevance is
graded: 2 for the passage that the question was made from, 1 for the others that are about the same (of the same work,
and for keywords those with all of them). The works are split by a hash of their names into two halves: constants may be
chosen on `dev`, and figures are reported on `report`.
"""

from __future__ import annotations

import json
import lzma
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from zlib import crc32

from seedsearch.searching.ranking import EMPTY, asks
from seedsearch.text.analyzer import query_words
from seedsearch.text.run_text import run_text

WORKS = 1200  # of which passages are taken
LONGEST_WORK = 6  # passages
EACH = 400  # questions of a kind
SEED = 7
HALVES = DEVELOPED, REPORTED = "dev", "report"

# How people say what a title says in the words of an office, and how they ask.
_SAID_OTHERWISE = """
办法/规定 条例/规定 规定/要求 管理/怎么管 使用/用 安装/装 如何/怎样 保护/怎么保护 若干/ 实施/ 细则/规定 设置/设立
标准/要求 教程/学习 准则/规定 修复/解决 介绍/说明 指南/怎么做 工具/软件 命令/指令 防治/治理
"""
_OTHER_WORDS = {before: after for before, _, after in (pair.partition("/") for pair in _SAID_OTHERWISE.split())}
_FRAMES = ("{}是什么", "{}有哪些规定", "关于{}的内容", "请问{}", "{}怎么办", "{}有什么要求", "哪里讲{}", "{}")
_TITLE = re.compile(r"[#=\s]*(?P<title>[^\n]{5,40})")
_NUMBERED = re.compile(r"^(?:第|卷|序|[上中下]$)|[一二三四五六七八九十]+$")
_WORD = re.compile(r"[\u4e00-\u9fff]{2,}|[A-Za-z][\w.+-]{2,}")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and how relevant each passage is that is relevant at all."""

    text: str
    relevant: Mapping[str, int]


def works_of(path: Path) -> dict[str, dict[str, str]]:
    """Return works of a corpus by name, each with its passages by name, some of each genre."""
    works: dict[str, dict[str, str]] = defaultdict(dict)
    with (lzma.open if path.suffix == ".xz" else open)(path, "rt", encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            works[record["path"].partition("#")[0]][record["path"]] = record["text"]
    genres: dict[str, list[str]] = defaultdict(list)
    for name, passages in sorted(works.items()):
        if len(passages) <= LONGEST_WORK:
            genres[name.partition("/")[0]].append(name)
    rng = Random(SEED)
    each = WORKS // max(len(genres), 1)
    return {name: works[name] for names in genres.values() for name in rng.sample(names, min(each, len(names)))}


def half_of(name: str) -> str:
    """Return the half that a work or a passage belongs to."""
    return HALVES[crc32(name.encode()) % 2]


def questions_of(works: Mapping[str, Mapping[str, str]], half: str) -> dict[str, list[Asked]]:
    """Return questions by their kind, on the works of one half."""
    rng = Random(SEED + HALVES.index(half))
    own = {name: passages for name, passages in works.items() if half_of(name) == half}
    titles = [(title, passages) for name, passages in own.items() if (title := _title(name, passages))]
    kinds = {
        "titles": [Asked(_from_memory(title, rng), _graded(passages)) for title, passages in titles],
        "questions": [Asked(_in_other_words(title, rng), _graded(passages)) for title, passages in titles],
        "keywords": list(_keywords(own, works, rng)),
    }
    return {kind: rng.sample(asked, min(EACH, len(asked))) for kind, asked in kinds.items()}


def _title(name: str, passages: Mapping[str, str]) -> str:
    """Return the title of a work: its first line where that may be one, else its name; empty where neither may be."""
    first = next(iter(passages.values()))
    if name.endswith("target.txt"):
        title = name.split("/")[-2]
        return title if len(title) > 3 and not _NUMBERED.search(title) else ""
    found = None if first.startswith(("[#]", "---")) else _TITLE.match(first)  # lines for a program, no title
    return found["title"].strip() if found and not re.search(r"[。，；]", found["title"]) else ""


def _graded(passages: Mapping[str, str]) -> dict[str, int]:
    return {name: 2 if number == 0 else 1 for number, name in enumerate(passages)}


def _words(text: str) -> list[str]:
    return [word for word in query_words(run_text(text)) if word not in EMPTY and not asks(word) and word.isalnum()]


def _from_memory(title: str, rng: Random) -> str:
    """Return a title with one of its words forgotten, and now and then its words in another order with blanks
    between.
    """
    words = _words(title)
    if len(words) > 3:
        del words[rng.randrange(len(words))]
    if rng.random() < 0.25:
        rng.shuffle(words)
        return " ".join(words)
    return "".join(words) if not any(word.isascii() for word in words) else " ".join(words)


def _in_other_words(title: str, rng: Random) -> str:
    """Return a title as somebody asks for it who has not read it."""
    words = [_OTHER_WORDS.get(word, word) for word in _words(title)]
    if len(words) > 4:
        del words[rng.randrange(len(words))]
    return rng.choice(_FRAMES).format("".join(words))


def _keywords(
    own: Mapping[str, Mapping[str, str]], works: Mapping[str, Mapping[str, str]], rng: Random
) -> Iterator[Asked]:
    """Yield two to four words of a passage that tell it from most others, in any order."""
    having = Counter(word for one in works.values() for text in one.values() for word in set(_telling(text)))
    for passages in own.values():
        name = rng.choice(list(passages))
        words = sorted({word for word in _telling(passages[name]) if 2 <= having[word] <= len(works) // 5})
        if len(words) < 8:
            continue
        chosen = rng.sample(words, rng.randint(2, 4))
        same = {other: 1 for other, text in passages.items() if all(word in run_text(text) for word in chosen)}
        yield Asked(rng.choice((" ", " ", "")).join(chosen), same | {name: 2})


def _telling(text: str) -> Sequence[str]:
    return [word for word in query_words(run_text(text)) if _WORD.fullmatch(word) and not asks(word)]

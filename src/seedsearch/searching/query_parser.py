"""What a person typed → an expression, where it is one.

    焊接 AND (材料 OR 设备) NOT 进口     -进口 is short for NOT 进口; words side by side are joined by AND
    "焊接 材料"   "焊接 材料"~5          an exact run; all of these with at most five characters or words between
    焊*材料   wor?d   焊结~   word~2     any characters, one character, words one or two edits away
    path:报告 ext:txt encoding:big5 damage:reading-mark date:2026-01 after:2025 before:2026-07-01

The parser is our own and never fails on a person's text: what is not well formed, or holds no operator at all, is no
expression, and the caller looks for it as it stands. A word with `*`, `?` or `~` in it is also looked for literally.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from seedsearch.engines.query import (
    All,
    Any,
    Fuzzy,
    Gapped,
    Near,
    Not,
    Prefix,
    Query,
    Run,
    Terms,
    Wildcard,
)
from seedsearch.errors import QueryError
from seedsearch.metadata.synonyms import NONE as NO_SYNONYMS
from seedsearch.metadata.synonyms import Synonyms
from seedsearch.searching.filters import FILTER, filter_of
from seedsearch.text.analyzer import query_words
from seedsearch.text.folding import fold, is_han
from seedsearch.text.run_text import run_text

DEEPEST = 32  # brackets in brackets
MOST_TERMS = 256  # words and phrases of one expression
MOST_PIECES = 16  # of a pattern or of words that stand near one another
STAR = 8  # characters that a star between ideographs stands for at most: longer than any word

_QUOTED = re.compile(r'"([^"]+)"|“([^”]+)”')
# Marks of a Chinese keyboard that mean what the ASCII ones mean. A question mark is left alone: `什么？不知道` is no
# pattern.
_QUOTES = str.maketrans("「」『』＂", '"' * 5)
_MARKS = _QUOTES | {code: chr(code - 0xFEE0) for code in range(0xFF03, 0xFF5F) if chr(code) != "？"}
_DISTANCE = re.compile(r"~(\d{1,3})")
_WORD = re.compile(r'[^\s"“”]+')
_FUZZY = re.compile(r"(\w[\w.+#-]*)~([12]?)")
_WILDCARD = re.compile(r"\*|(?<=\w)\?+(?=\w)")


@dataclass(frozen=True, slots=True)
class Expression:
    """A query tree, and the leaves of it that a document should show: those not under a NOT, filters left out.

    `strict`: it has operators, quotations or filters, not just a mark inside a word that may be no wildcard.
    """

    query: Query
    wanted: tuple[Query, ...]
    strict: bool

    @property
    def texts(self) -> tuple[str, ...]:
        """The runs that it looks for."""
        return tuple(leaf.text for leaf in self.wanted if isinstance(leaf, Run))


class _Token(NamedTuple):
    """A piece of an expression. `kind`: one of `( ) AND OR NOT leaf`; a `text` in quotes has its `distance` or -1."""

    kind: str
    text: str = ""
    quoted: bool = False
    distance: int = -1


def expression_of(typed: str, synonyms: Synonyms = NO_SYNONYMS) -> Expression | None:
    """The expression that `typed` is; None where it is none. Raises QueryError past a limit."""
    tokens = _tokens(typed)
    if tokens is None or not any(map(_is_operator, tokens)):
        return None
    if sum(token.kind == "leaf" for token in tokens) > MOST_TERMS:
        raise QueryError(f"the query has more than {MOST_TERMS} terms", hint="ask for fewer at a time")
    try:
        query = _Parser(tokens, synonyms).whole()
    except _NotWellFormed:
        return None
    strict = any(token.quoted or token.kind != "leaf" or FILTER.fullmatch(token.text) for token in tokens)
    return Expression(query, tuple(dict.fromkeys(_wanted(query))), strict)


def without_filters(typed: str) -> tuple[str, tuple[Query, ...]]:
    """Split plain words with filters beside them into the words and the filters, which narrow what the words find.

    What has other operators, or no words, or no filters comes back as it is.
    """
    words: list[str] = []
    filters: list[Query] = []
    negated = False
    for token in _tokens(typed) or ():
        node = None if token.quoted else filter_of(token.text)
        if token.kind == "NOT":
            negated = not negated
        elif node is not None:
            filters.append(Not(node) if negated else node)
            negated = False
        elif negated or token.kind != "leaf" or _is_operator(token):
            return typed, ()
        else:
            words.append(token.text)
    return (" ".join(words), tuple(filters)) if words and filters and not negated else (typed, ())


class _NotWellFormed(Exception):
    """The text is no expression."""


def _is_operator(token: _Token) -> bool:
    """Whether the token makes the text an expression; brackets alone are punctuation."""
    if token.kind != "leaf":
        return token.kind in ("AND", "OR", "NOT")
    word = token.text
    return token.quoted or bool(FILTER.fullmatch(word) or _has_wildcard(word) or _FUZZY.fullmatch(word))


def _has_wildcard(word: str) -> bool:
    return _WILDCARD.search(word) is not None and re.search(r"\w", word) is not None


def _tokens(typed: str) -> list[_Token] | None:
    """The pieces of `typed`; None where a quotation is not closed, or stands against a word."""
    tokens: list[_Token] = []
    plain = typed.translate(_MARKS)  # of the same length
    at, end = 0, len(typed)
    while at < end:
        char = plain[at]
        if char.isspace():
            at += 1
        elif char in "()":
            tokens.append(_Token(char))
            at += 1
        elif char == "-" and at + 1 < end and not re.match(r"[\s)-]", plain[at + 1]) and _opens(plain, at):
            tokens.append(_Token("NOT"))
            at += 1
        else:
            read = _leaf(plain, typed, at)
            if read is None:
                return None
            token, at = read
            tokens.append(token)
    return tokens


def _opens(typed: str, at: int) -> bool:
    """Whether a minus sign at `at` begins a word, and something is asked for besides it."""
    return (at == 0 or typed[at - 1] in " \t\n\u3000(") and re.search(r"\s", typed.strip()) is not None


def _leaf(plain: str, typed: str, at: int) -> tuple[_Token, int] | None:
    """Read the leaf at `at`: its token, and where it ends. The value of a filter stays as it was `typed`."""
    quoted = _QUOTED.match(plain, at)
    if quoted:
        distance = _DISTANCE.match(plain, quoted.end())
        end = distance.end() if distance else quoted.end()
        token = _Token("leaf", quoted[1] or quoted[2], True, int(distance[1]) if distance else -1)
        return (token, end) if not plain[end : end + 1] or plain[end] in ") \t\n\u3000" else None
    found = _WORD.match(plain, at)
    if found is None:
        return None
    word = found[0]
    while word.endswith(")") and word.count(")") > word.count("("):
        word = word[:-1]
    end = at + len(word)
    filtered = FILTER.fullmatch(word)
    if filtered and not filtered[2] and (value := _QUOTED.match(plain, end)):
        return _Token("leaf", word + typed[end + 1 : value.end() - 1]), value.end()
    if plain[end : end + 1] in ('"', "“", "”") and end < len(plain):
        return None
    if filtered:
        word = f"{filtered[1]}:{typed[end - len(filtered[2]) : end]}"
    return _Token(word if word in ("AND", "OR", "NOT") else "leaf", word), end


class _Parser:
    """Recursive descent: OR binds weakest, then AND (or nothing) between, then NOT."""

    def __init__(self, tokens: Sequence[_Token], synonyms: Synonyms) -> None:
        self._tokens, self._synonyms, self._at, self._depth = tokens, synonyms, 0, 0

    def whole(self) -> Query:
        query = self._any()
        if self._at < len(self._tokens):
            raise _NotWellFormed
        return query

    def _kind(self) -> str:
        return self._tokens[self._at].kind if self._at < len(self._tokens) else ""

    def _any(self) -> Query:
        children = [self._all()]
        while self._kind() == "OR":
            self._at += 1
            children.append(self._all())
        return children[0] if len(children) == 1 else Any(tuple(children))

    def _all(self) -> Query:
        children = [self._not()]
        while self._kind() not in ("", "OR", ")"):
            if self._kind() == "AND":
                self._at += 1
            children.append(self._not())
        return children[0] if len(children) == 1 else All(tuple(children))

    def _not(self) -> Query:
        negated = False
        while self._kind() == "NOT":
            negated = not negated
            self._at += 1
        child = self._atom()
        return Not(child) if negated else child

    def _atom(self) -> Query:
        kind = self._kind()
        self._at += 1
        if kind == "leaf":
            return _node(self._tokens[self._at - 1], self._synonyms)
        if kind != "(":
            raise _NotWellFormed
        self._depth += 1
        if self._depth > DEEPEST:
            raise QueryError(f"the query has brackets more than {DEEPEST} deep", hint="ask for less at a time")
        query = self._any()
        if self._kind() != ")":
            raise _NotWellFormed
        self._at += 1
        self._depth -= 1
        return query


def _node(token: _Token, synonyms: Synonyms) -> Query:
    """The query that one word, quotation or filter is."""
    if token.quoted:
        return _near(token.text, token.distance) if token.distance >= 0 else _run(token.text)
    if (query := filter_of(token.text)) is not None:
        return query
    fuzzy = _FUZZY.fullmatch(token.text)
    if fuzzy:
        word = fold(fuzzy[1])
        edits = int(fuzzy[2] or (1 if len(word) < 6 else 2))
        return Any((_run(token.text), Terms("word", Fuzzy(word, edits))))
    if _has_wildcard(token.text):
        return Any((_run(token.text), _pattern(fold(token.text))))
    run = _run(token.text)
    others = tuple(map(Run, synonyms.of(run.text)))
    return Any((run, *others)) if others else run


def _run(text: str) -> Run:
    folded = run_text(text).strip()
    if not folded:
        raise _NotWellFormed
    return Run(folded)


def _near(text: str, distance: int) -> Query:
    parts = [run_text(part) for part in text.split()]
    if len(parts) == 1:
        parts = query_words(parts[0])
    _check_pieces(len(parts))
    return Near(tuple(parts), distance) if len(parts) > 1 else _run(text)


def _pattern(pattern: str) -> Query:
    """Between ideographs a pattern is one of the text; of letters and digits it is one of words."""
    if not any(map(is_han, pattern)):
        bare = pattern.rstrip("*")
        simple = pattern != bare and not _WILDCARD.search(bare)
        return Terms("word", Prefix(bare) if simple else Wildcard(pattern))
    texts: list[str] = []
    gaps: list[tuple[int, int]] = []
    for piece in re.findall(r"[*?]+|[^*?]+", pattern.strip("*?")):
        if piece[0] in "*?":
            least = piece.count("?")
            gaps.append((least, least + STAR if "*" in piece else least))
        else:
            texts.append(piece)
    _check_pieces(len(texts))
    return Gapped(tuple(texts), tuple(gaps)) if gaps else Run(texts[0])


def _check_pieces(count: int) -> None:
    if count > MOST_PIECES:
        raise QueryError(f"a pattern of the query has more than {MOST_PIECES} pieces", hint="ask for fewer at a time")


def _wanted(query: Query) -> Iterator[Query]:
    match query:
        case All(children=children) | Any(children=children):
            for child in children:
                yield from _wanted(child)
        case Run() | Near() | Gapped() | Terms(field="word"):
            yield query

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
    AtLeast,
    Between,
    Fuzzy,
    Gapped,
    Near,
    Not,
    Prefix,
    Query,
    Ranked,
    Run,
    Term,
    Terms,
    Wildcard,
)
from seedsearch.errors import QueryError
from seedsearch.metadata.synonyms import NONE as NO_SYNONYMS
from seedsearch.metadata.synonyms import Synonyms
from seedsearch.text.analyzer import query_words
from seedsearch.text.folding import fold, is_han
from seedsearch.text.run_text import run_text

DEEPEST = 32  # brackets in brackets
MOST_TERMS = 256  # words and phrases of one expression
MOST_PIECES = 16  # of a pattern or of words that stand near one another
STAR = 8  # characters that a star between ideographs stands for at most: longer than any word

_QUOTED = re.compile(r'"([^"]+)"|“([^”]+)”')
_DISTANCE = re.compile(r"~(\d{1,3})")
_WORD = re.compile(r'[^\s"“”]+')
_FILTER = re.compile(r"(path|ext|encoding|damage|date|after|before):(.*)", re.DOTALL)
_FUZZY = re.compile(r"(\w[\w.+#-]*)~([12]?)")
_WILDCARD = re.compile(r"\*|(?<=\w)\?+(?=\w)")
_DATE = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")
_CHINESE_ENCODINGS = {
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "cp936": "gb18030",
    "utf8": "utf-8",
    "big5hkscs": "big5-hkscs",
}
# What a file in Big5 may be told as, by the codec that reads all of it.
_BIG5 = ("big5", "cp950", "big5-hkscs")
_LAST = "\uffff"  # after every date that begins so


@dataclass(frozen=True, slots=True)
class Expression:
    """A query tree, and the leaves of it that a document should show: those not under a NOT, filters left out.

    `strict`: it has operators, quotations or filters, not just a mark inside a word that may be no wildcard.
    """

    query: Query
    wanted: tuple[Query, ...]
    strict: bool


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
    strict = any(token.quoted or token.kind != "leaf" or _FILTER.fullmatch(token.text) for token in tokens)
    return Expression(query, tuple(dict.fromkeys(_wanted(query))), strict)


def explained(query: Query) -> str:
    """A query tree in words."""
    match query:
        case Run(text=text):
            return f"“{text}”"
        case Near(texts=texts, distance=distance):
            return f"{' and '.join(f'“{t}”' for t in texts)} with at most {distance} between"
        case Gapped(texts=texts, gaps=gaps):
            between = [f" then {_characters(*gap)} then “{text}”" for text, gap in zip(texts[1:], gaps, strict=True)]
            return f"“{texts[0]}”{''.join(between)}"
        case Term(text=text):
            return text
        case Terms(test=test):
            return _explained_test(test)
        case Not(child=child):
            return f"not {explained(child)}"
        case All(children=children):
            return f"all of ({', '.join(map(explained, children))})"
        case Any(children=children):
            return f"any of ({', '.join(map(explained, children))})"
        case AtLeast(count=count, children=children):
            return f"at least {count} of ({', '.join(map(explained, children))})"
        case Ranked(required=required):
            return explained(required)


def _characters(least: int, most: int) -> str:
    if least < most:
        return f"{least} to {most} characters"
    return "one character" if least == 1 else f"{least} characters"


def _explained_test(test: Prefix | Wildcard | Fuzzy | Between) -> str:
    match test:
        case Prefix(text=text):
            return f"a word that begins with “{text}”"
        case Wildcard(pattern=pattern):
            return f"a word like “{pattern}”" if not pattern.startswith("path:") else pattern
        case Fuzzy(text=text, edits=edits):
            return f"a word within {edits} edit{'s' if edits > 1 else ''} of “{text}”"
        case Between(low=low, high=high):
            return f"{low}..{high.removeprefix('date:').rstrip(_LAST) or 'now'}"


class _NotWellFormed(Exception):
    """The text is no expression."""


def _is_operator(token: _Token) -> bool:
    """Whether the token makes the text an expression; brackets alone are punctuation."""
    if token.kind != "leaf":
        return token.kind in ("AND", "OR", "NOT")
    word = token.text
    return token.quoted or bool(_FILTER.fullmatch(word) or _has_wildcard(word) or _FUZZY.fullmatch(word))


def _has_wildcard(word: str) -> bool:
    return _WILDCARD.search(word) is not None and re.search(r"\w", word) is not None


def _tokens(typed: str) -> list[_Token] | None:
    """The pieces of `typed`; None where a quotation is not closed, or stands against a word."""
    tokens: list[_Token] = []
    at, end = 0, len(typed)
    while at < end:
        char = typed[at]
        if char.isspace():
            at += 1
        elif char in "()":
            tokens.append(_Token(char))
            at += 1
        elif char == "-" and at + 1 < end and not re.match(r"[\s)-]", typed[at + 1]) and _opens(typed, at):
            tokens.append(_Token("NOT"))
            at += 1
        else:
            read = _leaf(typed, at)
            if read is None:
                return None
            token, at = read
            tokens.append(token)
    return tokens


def _opens(typed: str, at: int) -> bool:
    """Whether a minus sign at `at` begins a word, and something is asked for besides it."""
    return (at == 0 or typed[at - 1] in " \t\n\u3000(") and re.search(r"\s", typed.strip()) is not None


def _leaf(typed: str, at: int) -> tuple[_Token, int] | None:
    quoted = _QUOTED.match(typed, at)
    if quoted:
        distance = _DISTANCE.match(typed, quoted.end())
        end = distance.end() if distance else quoted.end()
        token = _Token("leaf", quoted[1] or quoted[2], True, int(distance[1]) if distance else -1)
        return (token, end) if not typed[end : end + 1] or typed[end] in ") \t\n\u3000" else None
    found = _WORD.match(typed, at)
    if found is None:
        return None
    word = found[0]
    while word.endswith(")") and word.count(")") > word.count("("):
        word = word[:-1]
    end = at + len(word)
    following = typed[end : end + 1]
    filtered = _FILTER.fullmatch(word)
    if filtered and not filtered[2] and (value := _QUOTED.match(typed, end)):
        return _Token("leaf", word + (value[1] or value[2])), value.end()
    if following in ('"', "“", "”") and following:
        return None
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
    filtered = _FILTER.fullmatch(token.text)
    if filtered and (query := _filter(filtered[1], filtered[2])):
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


def _filter(name: str, value: str) -> Query | None:
    """The documents of a filter; None where the value can not be one."""
    value = value.strip()
    if name == "path" and value:
        return Terms("tag", Wildcard(f"path:{value}" if "*" in value else f"path:*{value}*"))
    if name == "encoding" and value.lower() == "big5":
        return Any(tuple(Term("tag", f"encoding:{told}") for told in _BIG5))
    if name in ("ext", "encoding", "damage") and value:
        value = value.lower().removeprefix(".") if name == "ext" else value.lower()
        return Term("tag", f"{name}:{_CHINESE_ENCODINGS.get(value, value)}")
    first, _, last = value.partition("..")
    if name == "date" and _DATE.fullmatch(first) and (not last or _DATE.fullmatch(last)):
        return Terms("tag", Between(f"date:{first}", f"date:{last or first}{_LAST}"))
    if name == "after" and _DATE.fullmatch(value):
        return Terms("tag", Between(f"date:{value}", f"date:{_LAST}"))
    if name == "before" and _DATE.fullmatch(value):
        return All((Terms("tag", Prefix("date:")), Not(Terms("tag", Between(f"date:{value}", f"date:{_LAST}")))))
    return None


def _wanted(query: Query) -> Iterator[Query]:
    match query:
        case All(children=children) | Any(children=children):
            for child in children:
                yield from _wanted(child)
        case Run() | Near() | Gapped() | Terms(field="word"):
            yield query

"""Typed text → an expression, if it is one.

    焊接 AND (材料 OR 设备) NOT 进口     && || | ! mean the same, and 或 非 between blanks; words side by side: AND
    焊接 -进口   +焊接 材料              without it; with it, and what has no sign only ranks
    "焊接 材料"   "焊接 材料"~5          an exact run; all of these with at most five characters or words between
    "焊接 材料"~  焊接 PRE/3 材料        in this order; NEAR/3: in any
    焊*材料   wor?d   焊结~   word~2     any characters, one character, words one or two edits away
    /焊接.{0,3}材料/                     a regular expression (regular_expressions.py)
    ext:txt,html  title:(焊接 OR 材料)   filters (filters.py)

The parser never fails on what people type: text that is not well formed, or has no operator, is not an expression, and
the caller searches for it literally and says so. A word with `*`, `?` or `~` is also searched for literally. A
well-formed expression without a meaning (`date:tomorrow`) is refused with a message.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from seedsearch.engines.query import All, Not, Query, Run, all_of, any_of
from seedsearch.errors import QueryError
from seedsearch.metadata.synonyms import NONE as NO_SYNONYMS
from seedsearch.metadata.synonyms import Synonyms
from seedsearch.searching.filters import ALIASES
from seedsearch.searching.query_leaves import (
    NotWellFormed,
    is_filter,
    is_operator,
    is_strict,
    near_one_another,
    node_of,
    of_field,
    wanted,
)
from seedsearch.searching.query_tokens import EVERYTHING, Token, groups, tokens_of

DEEPEST = 32  # brackets in brackets
MOST_TERMS = 256  # words and phrases of one expression
# Fields that have one value per document: adjacent words between their brackets are alternatives.
_OF_ONE_VALUE = ("ext", "encoding", "size", "date", "folder", "author")


class Expression(NamedTuple):
    """A query tree, and its leaves to highlight in a document: those not under a NOT, without filters.

    `strict` tells that it has operators, quotations or filters, not just a mark inside a word that may not be meant as
    a wildcard. `optional` are the leaves that only affect ranking, beside those with a plus sign.
    """

    query: Query
    wanted: tuple[Query, ...]
    strict: bool
    optional: tuple[Query, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """The runs that it searches for."""
        return tuple(leaf.text for leaf in self.wanted if isinstance(leaf, Run))

    @property
    def leaves_out_only(self) -> bool:
        """Whether it only excludes."""
        parts = self.query.children if isinstance(self.query, All) else (self.query,)
        return bool(parts) and all(isinstance(part, Not) for part in parts)


def expression_of(typed: str, synonyms: Synonyms = NO_SYNONYMS) -> Expression | None:
    """Parse `typed` as an expression; return None if it is not one.

    Raises QueryError if a limit is exceeded or something in it is refused.
    """
    tokens = tokens_of(typed)
    if tokens is None or not _is_expression(tokens):
        return None
    if sum(token.is_leaf for token in tokens) > MOST_TERMS:
        what = f"the query has more than {MOST_TERMS} terms"
        raise QueryError(what, code="too-many-terms", number=MOST_TERMS, hint="ask for fewer at a time")
    parser = _Parser(tokens, synonyms)
    try:
        query = parser.whole()
    except NotWellFormed:
        return None
    optional = tuple(dict.fromkeys(parser.optional))
    leaves = dict.fromkeys([*wanted(query), *(leaf for one in optional for leaf in wanted(one))])
    return Expression(query, tuple(leaves), any(map(is_strict, tokens)), optional)


def is_malformed(typed: str) -> bool:
    """Tell whether `typed`, which is not an expression, contains operators."""
    tokens = tokens_of(typed)
    if tokens is None:
        return typed.lstrip().startswith('"')
    return any(token.kind in ("AND", "OR", "NOT", "NEAR", "field") for token in tokens)


def _is_expression(tokens: Sequence[Token]) -> bool:
    leaves = [token for token in tokens if token.is_leaf]
    if leaves and all(one.text in EVERYTHING or is_filter(one) for one in leaves):
        return True
    return any(map(is_operator, tokens))


def without_filters(typed: str) -> tuple[str, tuple[Query, ...]]:
    """Split plain words with filters beside them into the words and the filters, which narrow what the words find.

    Text with other operators, without words or without filters is returned unchanged.
    """
    tokens = tokens_of(typed) or ()
    words: list[str] = []
    filters: list[Query] = []
    at = 0
    while at < len(tokens):
        first, negations = at, 0
        while at < len(tokens) and tokens[at].kind == "NOT":
            at, negations = at + 1, negations + 1
        end = groups(tokens, at + 1) if at < len(tokens) and tokens[at].kind == "field" else at + 1
        unit, at = tokens[at:end], end
        if unit and _narrows(unit[0]):
            try:
                node = _Parser(unit, NO_SYNONYMS).whole()
            except NotWellFormed:
                return typed, ()
            filters.append(Not(node) if negations % 2 else node)
        elif at == first + 1 and unit[0].kind == "leaf" and not is_operator(unit[0]) and unit[0].text not in EVERYTHING:
            words.append(unit[0].text)
        else:
            return typed, ()
    return (" ".join(words), tuple(filters)) if words and filters else (typed, ())


def _narrows(token: Token) -> bool:
    """Tell whether a token begins a condition on anything but words."""
    return is_filter(token) or token.kind == "field"


class _Parser:
    """Recursive descent: OR binds weakest, then AND (or nothing) between, then signs, then NEAR."""

    def __init__(self, tokens: Sequence[Token], synonyms: Synonyms) -> None:
        self._tokens, self._synonyms, self._at, self._depth = tokens, synonyms, 0, 0
        self._field = ""
        self.optional: list[Query] = []

    def whole(self) -> Query:
        query = self._any()
        if self._at < len(self._tokens):
            raise NotWellFormed
        return query

    def _kind(self) -> str:
        return self._tokens[self._at].kind if self._at < len(self._tokens) else ""

    def _any(self) -> Query:
        children = [self._all()]
        while self._kind() == "OR":
            self._at += 1
            children.append(self._all())
        return any_of(children)

    def _all(self) -> Query:
        """Parse adjacent operands; if one has a plus sign, those without a sign or an AND only affect ranking."""
        children: list[tuple[Query, bool]] = []
        has_plus = joined = False
        while not children or joined or self._kind() not in ("", "OR", ")"):
            is_required = self._kind() in ("+", "NOT") or self._begins_with_filter()
            has_plus |= self._kind() == "+"
            child, was_joined, joined = self._signed(), joined, self._kind() == "AND"
            self._at += joined
            children.append((child, is_required or joined or was_joined))
        if not has_plus:
            together = any_of if ALIASES.get(self._field, self._field) in _OF_ONE_VALUE else all_of
            return together(child for child, _ in children)
        self.optional += (child for child, must in children if not must)
        return all_of(child for child, must in children if must)

    def _begins_with_filter(self) -> bool:
        return self._at < len(self._tokens) and _narrows(self._tokens[self._at])

    def _signed(self) -> Query:
        negated = False
        while self._kind() in ("NOT", "+"):
            negated ^= self._kind() == "NOT"
            self._at += 1
        child = self._near()
        return Not(child) if negated else child

    def _near(self) -> Query:
        query = self._atom()
        parts: list[Query] = []
        while self._kind() == "NEAR" and self._at + 1 < len(self._tokens):
            left, operator, right = self._tokens[self._at - 1 : self._at + 2]
            parts.append(near_one_another(operator, left, right))
            self._at += 2
        return all_of(parts) if parts else query

    def _atom(self) -> Query:
        token = self._tokens[self._at] if self._at < len(self._tokens) else None
        self._at += 1
        if token is not None and token.is_leaf:
            return of_field(self._field, token) if self._field else node_of(token, self._synonyms)
        if token is not None and token.kind == "field" and not self._field:
            self._field, self._at = token.text, self._at + 1
            query = self._in_brackets()
            self._field = ""
            return query
        if token is None or token.kind != "(":
            raise NotWellFormed
        return self._in_brackets()

    def _in_brackets(self) -> Query:
        self._depth += 1
        if self._depth > DEEPEST:
            what = f"the query has brackets more than {DEEPEST} deep"
            raise QueryError(what, code="too-deep", number=DEEPEST, hint="ask for less at a time")
        query = self._any()
        if self._kind() != ")":
            raise NotWellFormed
        self._at += 1
        self._depth -= 1
        return query

"""Typed text → the tokens of an expression: words, quotations, filters, operators, brackets.

Marks of a Chinese keyboard mean what the ASCII ones mean, and so do the operators of other search engines: `&&`, `||`,
`|`, `!`, and 与, 或, 非 between blanks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

from seedsearch.errors import QueryError
from seedsearch.searching.filters import FILTER, SORT

Kind: TypeAlias = Literal["leaf", "quoted", "regex", "field", "(", ")", "AND", "OR", "NOT", "+", "NEAR"]

ORDERED = 8  # characters or words between those of `"…"~`: more than any word has
EVERYTHING = ("*", "*:*")

_QUOTED = re.compile(r'"([^"]+)"|“([^”]+)”')
# A question mark is left alone: `什么？不知道` is not a pattern. So is an exclamation mark, unless it precedes a word.
_QUOTES = str.maketrans("「」『』＂", '"' * 5)
_MARKS = _QUOTES | {code: chr(code - 0xFEE0) for code in range(0xFF03, 0xFF5F) if chr(code) != "？"}
_DISTANCE = re.compile(r"~(\d{1,3})?")
_WORD = re.compile(r'(?:(?!&&)[^\s"“”|])+')
_VALUE = re.compile(r'[^\s"“”]+')  # of a filter
_BRACKET = re.compile(r"\[[^\[\]]*\]")
_REGEX = re.compile(r"/((?![\s/*])(?:\\.|[^\\\n])+?)/i?(?=$|[\s)])")
_NEAR = re.compile(r"(NEAR|PRE)/(\d{1,3})")
_SAY_NEAR = 'type 焊接 NEAR/5 材料; for the word itself "NEAR"'
_OPERATORS: dict[str, Kind] = {"AND": "AND", "OR": "OR", "NOT": "NOT"}
_BETWEEN: dict[str, Kind] = {"或": "OR", "或者": "OR", "非": "NOT"}  # if there is something on both sides
# Connecting words, which mean nothing beside operators.
_JOINING: dict[str, Kind] = {**dict.fromkeys("与和及同跟", "AND"), "以及": "AND", "and": "AND", "or": "OR"}
_OPTION = re.compile(r"-(?:-|[A-Za-z](?![^\W_])|\d)")  # of a command, or a number: `-v`, `--help`, `-5`


class Token(NamedTuple):
    """A piece of an expression, `typed[start:end]`.

    `text` is the content of a word, a quotation or a regular expression, or the name of a field before a bracket.
    `distance` is that of a quotation or of NEAR, -1 if there is none; `ordered` tells that the order as typed is
    required.
    """

    kind: Kind
    start: int
    end: int
    text: str = ""
    distance: int = -1
    ordered: bool = False

    @property
    def is_leaf(self) -> bool:
        """Whether it is an operand by itself."""
        return self.kind in ("leaf", "quoted", "regex")


@lru_cache(maxsize=8)  # a query is tokenized several times
def tokens_of(typed: str) -> tuple[Token, ...] | None:
    """Return the tokens of `typed`; None if a quotation is not closed or touches a word.

    Raises QueryError for an incomplete NEAR.
    """
    plain = typed.translate(_MARKS)  # of the same length
    if plain.isalnum() and plain not in _OPERATORS:  # most queries are one run
        return (Token("leaf", 0, len(typed), plain),)
    tokens: list[Token] = []
    at, end = 0, len(typed)
    while at < end:
        if plain[at].isspace():
            at += 1
            continue
        token = _mark(plain, at) or _leaf(plain, typed, at)
        if token is None:
            return None
        tokens.append(token)
        at = token.end
    return tuple(_with_operators_between(tokens))


def is_option(typed: str) -> bool:
    """Tell whether all of `typed` looks like a command-line option or a negative number, so that its minus sign
    excludes nothing.
    """
    return _OPTION.match(typed.strip()) is not None and len(typed.split()) == 1


def lonely_filter(typed: str) -> str | None:
    """Return the first filter of `typed` that has no value although something follows; None if there is none."""
    tokens = tokens_of(typed) or ()
    alone = (token.text for token in tokens[:-1] if token.kind == "leaf" and token.text.endswith(":"))
    return next((text for text in alone if FILTER.fullmatch(text)), None)


def _mark(plain: str, at: int) -> Token | None:
    """Read an operator or bracket written as a symbol."""
    char = plain[at]
    if char in "()":
        return Token("(" if char == "(" else ")", at, at + 1)
    if char == "|":
        return Token("OR", at, at + (2 if plain.startswith("||", at) else 1))
    if plain.startswith("&&", at):
        return Token("AND", at, at + 2)
    if char == "-" and _begins(plain, at, r"[\s)-]") and not is_option(plain):
        return Token("NOT", at, at + 1)
    if char in "!！" and _begins(plain, at, r'[^\w("“]'):
        return Token("NOT", at, at + 1)
    if char == "+" and _begins(plain, at, r'[^\w("“]|\d'):
        return Token("+", at, at + 1)
    return None


def _begins(plain: str, at: int, forbidden: str) -> bool:
    """Tell whether the sign at `at` precedes a word whose first character is not one of `forbidden`."""
    is_first = at == 0 or plain[at - 1].isspace() or plain[at - 1] == "("
    return is_first and at + 1 < len(plain) and not re.match(forbidden, plain[at + 1])


def _leaf(plain: str, typed: str, at: int) -> Token | None:
    """Read the leaf at `at`. The value of a filter stays as `typed`."""
    if quoted := _QUOTED.match(plain, at):
        return _quotation(plain, typed, at, quoted)
    if regex := _REGEX.match(plain, at):
        return Token("regex", at, regex.end(), typed[regex.start(1) : regex.end(1)])
    found = _VALUE.match(plain, at)
    if found is None:
        return None
    filtered = FILTER.match(found[0])
    if filtered is None:
        found = _WORD.match(plain, at) or found
    word = _without_brackets(found[0])
    end = at + len(word)
    if filtered:
        return _filter(plain, typed, at, end)
    if plain[end : end + 1] in ('"', "“", "”") and end < len(plain):
        return None
    if near := _NEAR.fullmatch(word):
        return Token("NEAR", at, end, word, int(near[2]), near[1] == "PRE")
    return Token(_OPERATORS.get(word, "leaf"), at, end, word)


def _quotation(plain: str, typed: str, at: int, quoted: re.Match[str]) -> Token | None:
    """Read a quotation. Its text stays as `typed`: a blank beside a wide mark is none of the text."""
    text = typed[slice(*quoted.span(1 if quoted[1] else 2))]
    distance = _DISTANCE.match(plain, quoted.end())
    end = distance.end() if distance else quoted.end()
    if plain[end : end + 1] not in ("", ")", "|") and not plain[end].isspace():
        return None
    if distance and distance[1] is None:
        return Token("quoted", at, end, text, ORDERED, ordered=True)
    return Token("quoted", at, end, text, int(distance[1]) if distance else -1)


def _filter(plain: str, typed: str, at: int, end: int) -> Token | None:
    """Read a filter: `name:value`, `name:"a value"`, `name:[a TO b]`, or `name:` before a bracket."""
    name, colon, value = plain[at:end].partition(":")
    begin = at + len(name + colon)
    if quoted := _QUOTED.match(plain, begin) if not value else None:
        return Token("leaf", at, quoted.end(), f"{name}:{typed[begin + 1 : quoted.end() - 1]}")
    if bracket := _BRACKET.match(plain, begin):
        return Token("leaf", at, bracket.end(), f"{name}:{bracket[0]}")
    if value.startswith("("):
        return Token("field", at, begin, name)
    if plain[end : end + 1] in ('"', "“", "”") and end < len(plain):
        return None
    return Token("leaf", at, end, f"{name}:{typed[begin:end]}")


def _without_brackets(word: str) -> str:
    """Return a word without its unmatched closing brackets."""
    while word.endswith(")") and word.count(")") > word.count("("):
        word = word[:-1]
    return word


def _with_operators_between(tokens: list[Token]) -> list[Token]:
    """Return the tokens with connecting words between operands turned into operators."""
    made = list(tokens)
    if any(token.kind == "leaf" and token.text.startswith("NEAR(") for token in tokens):
        raise QueryError("NEAR( ) is not known", code="near-how", texts=["NEAR( )"], hint=_SAY_NEAR)
    for number, token in enumerate(tokens[1:-1], start=1):
        if token.kind == "leaf" and token.text == "NEAR":
            raise QueryError("NEAR does not say how near", code="near-how", texts=["NEAR"], hint=_SAY_NEAR)
        if token.kind == "leaf" and token.text in _BETWEEN:
            made[number] = token._replace(kind=_BETWEEN[token.text])
    if all(token.kind == "leaf" for token in made):
        return made
    for number, token in enumerate(made[1:-1], start=1):
        if token.kind == "leaf" and token.text in _JOINING:
            beside = made[number - 1], made[number + 1]
            if all(one.is_leaf or one.kind in ("(", ")", "field") for one in beside):
                made[number] = token._replace(kind=_JOINING[token.text])
    return made


def without_sorting(typed: str) -> tuple[str, str | None]:
    """Return the text without `sort:…`, and the order as typed or None."""
    order = None
    for token in reversed(tokens_of(typed) or ()):
        name, _, value = token.text.partition(":")
        if token.kind == "leaf" and name == SORT and value:
            order = order or value
            typed = typed[: token.start] + typed[token.end :]
    return typed, order


def groups(tokens: Sequence[Token], at: int) -> int:
    """Return the index after the bracket that closes the one at `at`; after the last token if none does."""
    depth = 0
    for place in range(at, len(tokens)):
        depth += (tokens[place].kind == "(") - (tokens[place].kind == ")")
        if not depth:
            return place + 1
    return len(tokens)

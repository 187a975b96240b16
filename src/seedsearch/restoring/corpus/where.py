"""`--where`: selects documents by their provenance record. It has its own grammar; nothing is evaluated as code.

    expression = all { "or" all }          all = one { "and" one }        one = "not" one | "(" expression ")" | test
    test       = name [ comparison value | "in" "(" value { "," value } ")" ]

Comparisons are `<`, `<=`, `>`, `>=`, `=`, `==`, `!=`; a value is a number (`0.1%` is 0.001) or a text in quotes. A name
alone is true where it is neither 0 nor empty.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from seedsearch.damage import Damage
from seedsearch.errors import SettingsError

Value = float | str
Test = Callable[[Mapping[str, Value]], bool]

# The names in expressions, and the values of a provenance record that they stand for.
NEAR = ("near_duplicate", "near_size")
NUMBERS = (
    *("characters", "edits", "findings", "certain", "proved", "inferred", "confidence"),
    *("han", "private_use", "replacement", "unrepaired"),
    *("chinese", "japanese", "korean", "latin", "other", "traditional"),
    *NEAR,
)
TEXTS = ("path", "encoding")
NAMES = (*NUMBERS, *TEXTS, *map(str, Damage))

LONGEST, DEEPEST = 2000, 32  # maximum characters of an expression, and nested brackets

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d*)?|\.\d+)(?P<percent>%)?|(?P<name>[A-Za-z][A-Za-z0-9_-]*)"
    r"|\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<sign><=|>=|==|!=|[<>=(),]))"
)
_SIGNS: dict[str, Callable[[Value, Value], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "==": operator.eq,
    "!=": operator.ne,
}


class Filter:
    """A parsed expression; `names` are the names in it."""

    def __init__(self, text: str) -> None:
        """Parse an expression; raises SettingsError if it is invalid."""
        self.text = text
        self.names: set[str] = set()
        self._tokens = _tokens(text)
        self._at = self._depth = 0
        self._test = self._any()
        if self._at < len(self._tokens):
            raise self._wrong("the end")

    def keeps(self, row: Mapping[str, Value]) -> bool:
        """Tell whether a document with this provenance is kept; a kind of damage that is not in it counts as 0."""
        return self._test(row)

    @property
    def of_all(self) -> bool:
        """Whether it depends on all documents."""
        return not self.names.isdisjoint(NEAR)

    def _any(self) -> Test:
        tests = [self._all()]
        while self._take("or"):
            tests.append(self._all())
        return tests[0] if len(tests) == 1 else lambda row: any(test(row) for test in tests)

    def _all(self) -> Test:
        tests = [self._one()]
        while self._take("and"):
            tests.append(self._one())
        return tests[0] if len(tests) == 1 else lambda row: all(test(row) for test in tests)

    def _one(self) -> Test:
        if self._take("not"):
            return self._nested(self._negated)
        if self._take("("):
            return self._nested(self._bracketed)
        return self._comparison()

    def _nested(self, parse: Callable[[], Test]) -> Test:
        self._depth += 1
        if self._depth > DEEPEST:
            raise SettingsError(f"--where: brackets and not more than {DEEPEST} deep")
        test = parse()
        self._depth -= 1
        return test

    def _negated(self) -> Test:
        test = self._one()
        return lambda row: not test(row)

    def _bracketed(self) -> Test:
        test = self._any()
        if not self._take(")"):
            raise self._wrong(")")
        return test

    def _comparison(self) -> Test:
        name = self._name()
        is_text = name in TEXTS
        empty: Value = "" if is_text else 0.0
        if self._take("in"):
            values = set(self._values(is_text))
            return lambda row: row.get(name, empty) in values
        sign = self._peek()
        if not isinstance(sign, str) or sign not in _SIGNS:
            return lambda row: bool(row.get(name, empty))
        self._at += 1
        compare, value = _SIGNS[sign], self._value(is_text)
        return lambda row: compare(row.get(name, empty), value)

    def _name(self) -> str:
        token = self._peek()
        if not isinstance(token, _Name):
            raise self._wrong("a name")
        if token.text not in NAMES:
            hint = f"the names are {', '.join(NAMES)}"
            raise SettingsError(f"--where: there is no {token.text}", hint=hint)
        self._at += 1
        self.names.add(token.text)
        return token.text

    def _values(self, is_text: bool) -> list[Value]:
        if not self._take("("):
            raise self._wrong("(")
        values = [self._value(is_text)]
        while self._take(","):
            values.append(self._value(is_text))
        if not self._take(")"):
            raise self._wrong(")")
        return values

    def _value(self, is_text: bool) -> Value:
        token = self._peek()
        if is_text and isinstance(token, _Text):
            self._at += 1
            return token.text
        if not is_text and isinstance(token, float):
            self._at += 1
            return token
        raise self._wrong("a text in quotes" if is_text else "a number")

    def _take(self, word: str) -> bool:
        token = self._peek()
        found = token == word or (isinstance(token, _Name) and token.text.lower() == word)
        self._at += found
        return found

    def _peek(self) -> object:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _wrong(self, wanted: str) -> SettingsError:
        found = self._peek()
        what = "the end" if found is None else found.text if isinstance(found, _Name | _Text) else f"{found}"
        return SettingsError(f"--where: {wanted} was expected, not {what}", hint="for example: 'unrepaired < 0.001'")


@dataclass(frozen=True, slots=True)
class _Name:
    text: str


@dataclass(frozen=True, slots=True)
class _Text:
    text: str


def _tokens(text: str) -> Sequence[object]:
    """Return the tokens: names, strings, numbers as float, and operators as str. Raises SettingsError for invalid
    input.
    """
    if len(text) > LONGEST:
        raise SettingsError(f"--where: more than {LONGEST:,} characters")
    tokens: list[object] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None:
            raise SettingsError(f"--where: {text[at:].split()[0]} is neither a name, a number, a text nor a sign")
        at = found.end()
        if found["number"]:
            tokens.append(float(found["number"]) / (100 if found["percent"] else 1))
        elif found["name"]:
            tokens.append(_Name(found["name"]))
        elif found["sign"]:
            tokens.append(found["sign"])
        else:
            tokens.append(_Text(found["double"] if found["double"] is not None else found["single"]))
    return tokens

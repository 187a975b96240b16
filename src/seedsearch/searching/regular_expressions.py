"""A regular expression as typed → an RE2 expression over run texts, and the strings that every match contains.

    a  .  [a-z]  [^a-z]  \\d \\w \\s (and \\D \\W \\S)  \\b  ( )  (?: )  |  *  +  ?  {m,n}, each also with ? after it

As everywhere in a query, script, width and case do not matter. A blank matches one or none, because run texts have no
blanks between ideographs. Other syntax of regular expressions (anchors, references, lookahead) is refused, and so is a
pattern that can match without any fixed character, because every text would have to be read.

The required strings are computed as by Cox, Regular Expression Matching with a Trigram Index (2012): for each part
either all texts that it can match, if these are few, or what they must contain.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from seedsearch.engines.query import All, Any, Pattern, Query, Run, all_of, any_of, compiled
from seedsearch.errors import QueryError
from seedsearch.text.folding import fold

DEEPEST = 32  # brackets in brackets
FEW = 16  # texts that a part can match; more of them narrow little, and each costs a posting list

_REPEAT = re.compile(r"\{(\d{1,3})(,?)(\d{0,3})\}")
_CLASSES = {"d": r"\pN", "w": r"\pL\pN_", "s": r"\s"}
_SET = re.compile(r"\[(\^?)((?:\\.|[^\]\\])+)\]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a pattern: its RE2 syntax, all `texts` that it can match if they are few, and otherwise what it
    `needs`.

    Without both, it does not narrow anything.
    """

    regex: str
    texts: tuple[str, ...] | None = None
    needs: Query | None = None


_NOTHING = _Part("", ("",))


def pattern_of(typed: str) -> Query:
    """Return the documents that the pattern `typed` matches; raises QueryError if it is refused."""
    reader = _Reader(typed)
    part = reader.whole()
    needs = _needs(part)
    if needs is None:
        raise _refused(typed, "it may match without any certain character", "type one that must stand there")
    regex = f"(?s){part.regex}"
    try:
        compiled(regex)
    except ValueError as error:
        raise _refused(typed, str(error)) from None
    return All((needs, Pattern(regex)))


def _refused(typed: str, why: str, hint: str | None = None) -> QueryError:
    return QueryError(
        f"the regular expression /{typed}/ cannot be asked: {why}",
        code="regular-expression",
        texts=[typed],
        hint=hint or f'for the text itself type "/{typed}/" in quotation marks',
    )


def _needs(part: _Part) -> Query | None:
    """Return what a text must contain for the part to match."""
    if part.texts is None:
        return part.needs
    runs = [text.strip() for text in part.texts]
    if not all(runs):
        return None
    return any_of(map(Run, dict.fromkeys(runs)))


class _Reader:
    """Recursive descent: `|` binds weakest, then one after another, then repetition."""

    def __init__(self, typed: str) -> None:
        self._typed, self._at, self._depth = typed, 0, 0

    def whole(self) -> _Part:
        part = self._either()
        if self._at < len(self._typed):
            raise self._fault("a bracket is closed that was not opened")
        return part

    def _fault(self, why: str) -> QueryError:
        return _refused(self._typed, why)

    @property
    def _char(self) -> str:
        return self._typed[self._at : self._at + 1]

    def _either(self) -> _Part:
        parts = [self._sequence()]
        while self._char == "|":
            self._at += 1
            parts.append(self._sequence())
        return parts[0] if len(parts) == 1 else _either(parts)

    def _sequence(self) -> _Part:
        parts = []
        while self._char not in ("", "|", ")"):
            parts.append(self._repeated(self._atom()))
        return _sequence(parts)

    def _repeated(self, part: _Part) -> _Part:
        if self._char in ("*", "+", "?"):
            sign, least = self._char, int(self._char == "+")
            self._at += 1
        elif found := _REPEAT.match(self._typed, self._at):
            sign, least, self._at = found[0], int(found[1]), found.end()
        else:
            return part
        if self._char == "?":
            sign, self._at = sign + "?", self._at + 1
        if self._char and self._char in "*+?{":
            raise self._fault("a repetition of a repetition")
        regex = f"(?:{part.regex}){sign}"
        return _Part(regex, needs=_needs(part)) if least else _Part(regex)

    def _atom(self) -> _Part:
        char = self._char
        self._at += 1
        if char == "(":
            return self._group()
        if char == "[":
            return self._set()
        if char == "\\":
            return self._escaped()
        if char == ".":
            return _Part(".")
        if char in "^$":
            raise self._fault(f"{char} is not known, because lines are not kept")
        if char in "*+?{":
            raise self._fault(f"there is nothing before {char}")
        return _Part(" ?") if char.isspace() else _literal(char)

    def _group(self) -> _Part:
        if self._typed.startswith("?:", self._at):
            self._at += 2
        elif self._char == "?":
            raise self._fault("looking around and names of groups are not known")
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._fault(f"it has brackets more than {DEEPEST} deep")
        part = self._either()
        if self._char != ")":
            raise self._fault("a bracket is not closed")
        self._at += 1
        self._depth -= 1
        return _Part(f"(?:{part.regex})", part.texts, part.needs)

    def _escaped(self) -> _Part:
        char = self._char
        self._at += 1
        if char in ("b", "B"):
            return _Part(f"\\{char}", ("",))
        if char.lower() in _CLASSES:
            return _Part(f"[{'^' if char.isupper() else ''}{_CLASSES[char.lower()]}]")
        if not char or char.isalnum():
            raise self._fault(f"\\{char} is not known")
        return _literal(char)

    def _set(self) -> _Part:
        found = _SET.match(self._typed, self._at - 1)
        if found is None:
            raise self._fault("a [ is not closed")
        self._at = found.end()
        pieces, members = [], list[str]()
        is_few = not found[1]
        for piece in re.finditer(r"\\(.)|([^\\])-([^\\])|(.)", found[2], re.DOTALL):
            if piece[2]:
                pieces += [_range(piece[2], piece[3]), *([_range(*fold(piece[2] + piece[3]))] * piece[2].isascii())]
                is_few = False
            elif (char := piece[1] or piece[4]).lower() in _CLASSES and piece[1]:
                if char.isupper():
                    raise self._fault(f"\\{char} is not known between [ ]")
                pieces.append(_CLASSES[char])
                is_few = False
            elif piece[1] and char.isalnum():
                raise self._fault(f"\\{char} is not known")
            else:
                pieces.append(re.escape(fold(char)))
                members.append(fold(char))
        texts = tuple(dict.fromkeys(members)) if is_few and len(members) <= FEW else None
        return _Part(f"[{found[1]}{''.join(pieces)}]", texts)


def _range(first: str, last: str) -> str:
    return f"{re.escape(first)}-{re.escape(last)}"


def _literal(char: str) -> _Part:
    folded = fold(char)
    return _Part(re.escape(folded), (folded,))


def _either(parts: Sequence[_Part]) -> _Part:
    regex = f"(?:{'|'.join(part.regex for part in parts)})"
    texts = [text for part in parts for text in part.texts or ()]
    if all(part.texts is not None for part in parts) and len(texts) <= FEW:
        return _Part(regex, tuple(dict.fromkeys(texts)))
    needs = [_needs(part) for part in parts]
    known = tuple(need for need in needs if need is not None)
    return _Part(regex, needs=Any(known) if len(known) == len(needs) else None)


def _sequence(parts: Sequence[_Part]) -> _Part:
    """Concatenate parts; adjacent texts are joined as long as there are few."""
    now = _NOTHING
    done: list[Query | None] = []
    is_whole = True
    for part in parts:
        if now.texts is not None and part.texts is not None and len(now.texts) * len(part.texts) <= FEW:
            now = _Part("", tuple(a + b for a in now.texts for b in part.texts))
            continue
        is_whole = False
        done.append(_needs(now))
        now = part if part.texts is not None else _NOTHING
        if part.texts is None:
            done.append(part.needs)
    regex = "".join(part.regex for part in parts)
    if is_whole:
        return _Part(regex, now.texts)
    needs = tuple(dict.fromkeys(need for need in (*done, _needs(now)) if need is not None))
    return _Part(regex, needs=all_of(needs) if needs else None)

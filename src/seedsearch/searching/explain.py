"""Describes a query tree in words, for `--explain` and for errors that name a part of a query.

`put` fills values into a sentence, in English or in the language of the user.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from seedsearch.engines.query import (
    All,
    Any,
    AtLeast,
    Between,
    Fuzzy,
    Gapped,
    Near,
    Not,
    Number,
    Pattern,
    Prefix,
    Query,
    Ranked,
    Run,
    Spelled,
    Term,
    Terms,
    Wildcard,
)
from seedsearch.metadata.file_states import DIGITS
from seedsearch.searching.ranges import LAST

Put = Callable[..., str]


def in_english(text: str, /, **values: object) -> str:
    """Return a sentence with its placeholders replaced by values."""
    return text.format(**values)


def explained(query: Query, put: Put = in_english) -> str:
    """Describe a query tree."""
    of = partial(explained, put=put)
    match query:
        case Run(text=text) | Number(text=text):
            return f"“{text}”"
        case Near(texts=texts, distance=distance, ordered=ordered):
            between = put(" then ") if ordered else put(" and ")
            return put(
                "{texts} with at most {distance} between",
                texts=between.join(f"“{text}”" for text in texts),
                distance=distance,
            )
        case Pattern(regex=regex):
            return put("the pattern /{regex}/", regex=regex.removeprefix("(?s)"))
        case Spelled(typed=typed, script=script):
            return put("“{typed}” exactly so" if script else "“{typed}” in this case", typed=typed)
        case All(children=()):
            return put("every document")
        case Gapped(texts=texts, gaps=gaps):
            then = put(" then ")
            pieces = [(_characters(*gap, put), f"“{text}”") for text, gap in zip(texts[1:], gaps, strict=True)]
            return then.join([f"“{texts[0]}”", *(one for piece in pieces for one in piece)])
        case Term(text=text):
            return text
        case Terms(test=test):
            return _explained_test(test, put)
        case Not(child=child):
            return put("not {query}", query=of(child))
        case All(children=children):
            return put("all of ({queries})", queries=", ".join(map(of, children)))
        case Any(children=children):
            return put("any of ({queries})", queries=", ".join(map(of, children)))
        case AtLeast(count=count, children=children):
            return put("at least {count} of ({queries})", count=count, queries=", ".join(map(of, children)))
        case Ranked(required=required):
            return of(required)


def _characters(least: int, most: int, put: Put) -> str:
    if least < most:
        return put("{least} to {most} characters", least=least, most=most)
    return put("one character") if least == 1 else put("{least} characters", least=least)


def _explained_test(test: Prefix | Wildcard | Fuzzy | Between, put: Put) -> str:
    match test:
        case Prefix(text=text):
            return f"{text}…" if ":" in text else put("a word that begins with “{text}”", text=text)
        case Wildcard(pattern=pattern):
            return pattern if ":" in pattern else put("a word like “{pattern}”", pattern=pattern)
        case Fuzzy(text=text, edits=edits):
            if edits == 1:
                return put("a word within one edit of “{text}”", text=text)
            return put("a word within {edits} edits of “{text}”", edits=edits, text=text)
        case Between(low=low, high=high):
            name, _, first = low.rstrip(LAST).partition(":")
            last = high.partition(":")[2].rstrip(LAST)
            if name == "size":
                return f"size:{first.lstrip('0') or '0'}..{last.lstrip('0').replace('9' * DIGITS, '')}"
            return f"{name}:{first}{'+' if low.endswith(LAST) else ''}..{last or put('now')}"

"""A query tree in words, for `--explain` and for errors that name a part of a query."""

from __future__ import annotations

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


def explained(query: Query) -> str:
    """Describe a query tree."""
    match query:
        case Run(text=text) | Number(text=text):
            return f"“{text}”"
        case Near(texts=texts, distance=distance, ordered=ordered):
            said = (" then " if ordered else " and ").join(f"“{text}”" for text in texts)
            return f"{said} with at most {distance} between"
        case Pattern(regex=regex):
            return f"the pattern /{regex.removeprefix('(?s)')}/"
        case Spelled(typed=typed, script=script):
            return f"“{typed}” {'exactly so' if script else 'in this case'}"
        case All(children=()):
            return "every document"
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
            return f"{text}…" if ":" in text else f"a word that begins with “{text}”"
        case Wildcard(pattern=pattern):
            return pattern if ":" in pattern else f"a word like “{pattern}”"
        case Fuzzy(text=text, edits=edits):
            return f"a word within {edits} edit{'s' if edits > 1 else ''} of “{text}”"
        case Between(low=low, high=high):
            name, _, first = low.rstrip(LAST).partition(":")
            last = high.partition(":")[2].rstrip(LAST)
            if name == "size":
                return f"size:{first.lstrip('0') or '0'}..{last.lstrip('0').replace('9' * DIGITS, '')}"
            return f"{name}:{first}{'+' if low.endswith(LAST) else ''}..{last or 'now'}"

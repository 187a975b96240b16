"""Words of the index one mistake away from Chinese input: a character wrong, missing or extra, or two swapped.

The segmenter cuts a mistyped word into single characters, which occur somewhere in many documents, so near words are
searched for before "all words" answers. For each stretch of words with such a character, the words of the index one
edit away are ranked by the likelihood of the mistake and by their number of documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import pairwise
from math import log

from seedsearch.engines import Distant, Engine
from seedsearch.engines.query import Fuzzy, Run
from seedsearch.searching.parsed_query import ParsedQuery
from seedsearch.searching.ranking import EMPTY
from seedsearch.text.analyzer import placed_query_words
from seedsearch.text.folding import fold, is_han
from seedsearch.text.lexicon import NONE, OwnWords

LONGEST = 12  # ideographs of a run between blanks; a longer run is a sentence
WIDEST = 6  # ideographs of a stretch that may have been one word
LIKELIEST = 12  # words that are searched for together with the rest of the query
SUGGESTED = 3

# How much likelier each mistake is than replacing a character by an arbitrary one, as logarithms. Set on half of the
# words of a collection with artificial mistakes (benchmarks/mistakes.py), where two less or two more gain one of 478
# mistakes at most. That collection has no doubled or extra characters, so the last two values are guesses.
SAME_SOUND, SWAPPED, MISSING, DOUBLED, TOO_MANY = 6.0, 10.0, 5.0, 8.0, -6.0
# How much less likely a word is for each character of the stretch that it does not cover. The intended word comes first
# for .679 of 973 mistakes in these words (.669 at 2; the same at 6), for .663 of 968 in the words held back (.652 at
# 2), and for as many on encyclopaedia texts (cmrc2018, DRCD).
WHOLE = 4.0


@dataclass(frozen=True, slots=True)
class NearText:
    """A query in which a word of the index replaces a stretch; `sounds` tells whether it sounds the same.

    `likelihood` is that of the mistake alone, `weight` that of mistake and text together.
    """

    text: str
    sounds: bool
    likelihood: float
    weight: float

    @property
    def is_run(self) -> bool:
        """Whether it is a single run without blanks."""
        return " " not in self.text


def near_texts(parsed: ParsedQuery, engine: Engine, own: OwnWords = NONE) -> list[NearText]:
    """Return texts near a query that no document has as a whole, likeliest first; each occurs in a document."""
    pieces = parsed.parts or (parsed.run,)
    there = engine.exists([Run(piece) for piece in pieces])
    found: list[NearText] = []
    for number, piece in enumerate(pieces):
        if not there[number] and 2 <= len(piece) <= LONGEST and all(map(is_han, piece)):
            likely = nlargest(LIKELIEST, _near(piece, engine, own), key=lambda near: (near.weight, near.text))
            if likely:
                counts = engine.count([Run(near.text) for near in likely])
                found += [
                    _among(pieces, number, near, count) for near, count in zip(likely, counts, strict=True) if count
                ]
    found.sort(key=lambda near: -near.weight)
    return list({near.text: near for near in reversed(found)}.values())[::-1][:SUGGESTED]


def as_typed(text: str, typed: str) -> str:
    """Return a text near a query with the ideographs of the query as typed instead of folded."""
    return text.translate({ord(fold(char)): char for char in typed if is_han(char)})


def _among(pieces: Sequence[str], number: int, near: NearText, count: int) -> NearText:
    """Return the query with one piece replaced by a text, weighted by the number of documents that have all of it."""
    text = " ".join((*pieces[:number], near.text, *pieces[number + 1 :]))
    return NearText(text, near.sounds, near.likelihood, near.likelihood + log(count))


def _near(piece: str, engine: Engine, own: OwnWords) -> Iterator[NearText]:
    words = placed_query_words(piece, own)
    # The text before and after the word has to occur somewhere. Usually so little of it does that nothing needs to be
    # searched for in place of the rest.
    before = [piece[:at] for at, _ in words]
    behind = [piece[at + len(word) :] for at, word in reversed(words)]
    if isinstance(engine, Distant):
        engine.exists([Run(text) for text in (*before, *behind) if text])
    first, last = _there(before, engine), _there(behind, engine)
    fitting = [(a, b) for a, b in _stretches(words) if a <= len(first) and b >= len(piece) - len(last)]
    if isinstance(engine, Distant) and len(fitting) > 1:
        engine.ahead(near=[Fuzzy(piece[start:end], 1) for start, end in fitting])
    for start, end in fitting:
        typed = piece[start:end]
        for word, count in engine.vocabulary("word", near=Fuzzy(typed, 1)):
            if len(word) > 1 and all(map(is_han, word)):
                likelihood, sounds = _mistake(typed, word)
                weight = log(count) + likelihood + WHOLE * (len(typed) - len(piece))
                yield NearText(piece[:start] + word + piece[end:], sounds, likelihood, weight)


def _there(longer_and_longer: Iterable[str], engine: Engine) -> str:
    """Return the last of some texts, each longer than the one before, ahead of the first that occurs in no document."""
    found = ""
    for text in longer_and_longer:
        if text and not engine.exists([Run(text)])[0]:
            break
        found = text
    return found


def _stretches(words: Sequence[tuple[int, str]]) -> Iterator[tuple[int, int]]:
    """Yield the stretches of adjacent words that may have been one word: those with a single ideograph in them,
    or all.
    """
    for first, (start, _) in enumerate(words):
        for last in range(first, len(words)):
            at, word = words[last]
            some = [word for _, word in words[first : last + 1]]
            alone = any(len(word) == 1 and word not in EMPTY for word in some) or all(len(word) == 1 for word in some)
            if 2 <= at + len(word) - start <= WIDEST and (alone or len(some) == len(words)):
                yield start, at + len(word)


def _mistake(typed: str, word: str) -> tuple[float, bool]:
    """Return the likelihood that `word` is mistyped in this way, and whether both sound the same."""
    if len(typed) != len(word):
        doubled = any(a == b and typed[:i] + typed[i + 1 :] == word for i, (a, b) in enumerate(pairwise(typed)))
        return (MISSING if len(typed) < len(word) else DOUBLED if doubled else TOO_MANY), False
    if sorted(typed) == sorted(word):
        return SWAPPED, False
    from seedsearch.text.pinyin import readings

    sounds = all(a == b or not readings(a).isdisjoint(readings(b)) for a, b in zip(typed, word, strict=True))
    return (SAME_SOUND if sounds else 0.0), sounds

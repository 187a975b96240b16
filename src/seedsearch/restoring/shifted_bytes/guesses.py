"""Guesses of the character at a lost byte, judged by the surrounding words, by the page and by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

from seedsearch.restoring.shifted_bytes.score import PageScore, words_between
from seedsearch.restoring.shifted_bytes.state import EATEN, State
from seedsearch.restoring.shifted_bytes.traces import BRACKET_REST, CLOSING_OF, MARKUP_LENGTH, Site, clause, closing
from seedsearch.text.gbk import pair_of, pairs
from seedsearch.text.trigrams import line_scores

# "10 of 11 at 4": of the 11 damaged texts of docs/thresholds.md that are fully restored, 10 are at that value.
CONTEXT = 4  # characters on each side of a guess that the word model sees: 25 of 26 at 1
ROWS = 0.5  # the weight of rows of three characters beside words and pairs: 25 of 26 at 0.125, 27 at 0.875
UNBALANCED, AWAITED = 3.0, 2.0  # nats against closing what is not open, and for closing what is
# Nats for what else may have gone with a broken pair: 1 of 2 with the first at 6, 3 with the second at 4.
LINE_END, EATEN_BLANK = 1.5, 1.0
DIGITS = "0123456789"
COUNTED = "年月日-./:%~"  # what stands after a digit as well
CENTURY = re.compile("[089][0-9]{2}年")  # what is left of a year
DIGIT = "1"  # stands for a lost ASCII character in scores
LOST = "?"  # stays in its place

Guess: TypeAlias = tuple[float, int, str]  # ln p, byte, one character or two


class Guesses:
    """Guesses of one search; `effort` counts them, for its bound on work."""

    def __init__(self, text: str, site: Site, page: PageScore) -> None:
        self._text, self._site, self._page = text, site, page
        self._closing: str | None = None  # the closing mark that is waited for, once it was asked for
        self.effort = 0  # bytes guessed, and dropped pairs looked for

    def leads(self) -> list[tuple[int, float]]:
        """Return the first bytes that the site begins with, each with the nats by which another one is better."""
        site = self._site
        before = clause(site.left)[-CONTEXT:] if len(site.leads) > 1 else ""
        ahead = [self.ahead(site.resume, lead) for lead, _ in site.leads]
        made = words_between(before, ahead, "")
        if len(ahead) > 1 and len(set(map(len, ahead))) == 1:
            lines = line_scores(before or site.before, ahead, "")
            made = [score + ROWS * line for score, line in zip(made, lines, strict=True)]
        return [(lead, cost + max(made) - score) for (lead, cost), score in zip(site.leads, made, strict=True)]

    def ahead(self, at: int, pending: int) -> str:
        """Return the next few true characters if nothing more is lost."""
        made = ""
        while len(made) < CONTEXT and pending > 0x80 and (char := self.shifted(at, pending)):
            made += char
            pending, at = pair_of().get(self._text[at], b"  ")[1], at + 1
        return made

    def shifted(self, at: int, pending: int) -> str:
        """Return the true character of the pending byte and the next known one; empty if there is none."""
        char = self._text[at : at + 1]
        known = pair_of().get(char, char.encode() if char < "\x80" else b"")[:1]
        return pairs().get(bytes((pending,)) + known, "")

    def behind(self, state: State) -> str:
        """Return the last few true characters of a proposal, and what stands before it."""
        made, node = "", state.node
        while node is not None and len(made) < CONTEXT:
            made, node = node.text + made, node.earlier
        return (clause(self._site.left) + made)[-CONTEXT:]

    def judged(self, guesses: list[Guess], last: str, before: str, ahead: str) -> list[tuple[Guess, float]]:
        """Return what `weighed` does, and count it."""
        self.effort += 1
        return self.weighed(guesses, last, before, ahead)

    def weighed(self, guesses: list[Guess], last: str, before: str, ahead: str) -> list[tuple[Guess, float]]:
        """Return the guesses after `last`, each with the nats by which another one is better.

        Judged by the words between `before` and `ahead`, by what is on the page, and by the guess itself.
        """
        before = before[-CONTEXT:]
        if not guesses:
            return []
        texts = [text for _, _, text in guesses]
        cuts, lines = self._read(before, last, tuple(texts), ahead)
        made = [
            cut
            + self._page.seen_once(last, text[0], (text + ahead)[1:2])
            - sum(map(self._unlikely, text))
            + ROWS * line
            for cut, line, text in zip(cuts, lines, texts, strict=True)
        ]
        best = max(made)
        return [(guess, best - score) for guess, score in zip(guesses, made, strict=True)]

    def _read(self, before: str, last: str, texts: tuple[str, ...], ahead: str) -> tuple[list[float], list[float]]:
        """Return how each text reads as words and in rows of three; what stands again on a page is asked once."""
        asked, known = (before, last, texts, ahead), self._page.guessed
        if (made := known.get(asked)) is None:
            made = words_between(before, texts, ahead), line_scores(before or last, texts, ahead)
            known.put(asked, made)
        return made

    def _unlikely(self, char: str) -> float:
        """Return what speaks against a guess, whatever stands beside it."""
        opened = CLOSING_OF.get(char)
        if opened is None and char not in CLOSING_OF.values():
            return self._page.oddity(char)
        if self._closing is None:
            self._closing = closing(self._site.left)
        if opened is not None:
            return UNBALANCED * ((opened == self._closing) + (not self._page.holds(char)))
        if not self._closing or char == self._closing:
            return -AWAITED * bool(self._closing)
        return UNBALANCED if self._page.holds(char) else 2 * UNBALANCED

    def gone(self, at: int) -> Iterator[tuple[str, str, float]]:
        """Yield what may have been eaten before `at`: (as it is scored, as it is shown, what it costs).

        Line ends and blanks are what stands most often after a character, digits before digits. Which digit it was is
        not guessed, be it that of a century: a sign stays in its place.
        """
        text, following = self._text, self._text[at : at + 1]
        if following and following in DIGITS + COUNTED:
            yield DIGIT, LOST, LINE_END
        if following and following not in "\r0123456789" and (following != "\n" or self._page.empty_lines):
            yield "\n", "\n", LINE_END
        if following not in DIGITS or self._page.spaced:
            blank = "\r" if following == "\n" and self._page.returns else " "
            yield blank, blank, EATEN_BLANK
        if self._page.narrowed and following not in "\r\n" and self._page.commas:
            yield ",", ",", EATEN_BLANK
        opened = BRACKET_REST.match(text, at)
        if opened and text.rfind("(", at - MARKUP_LENGTH, at) <= text.rfind(")", at - MARKUP_LENGTH, at):
            yield "(", "(", EATEN_BLANK
        yield DIGIT, LOST, EATEN

"""The search for the originals of torn characters: candidates by place in the damaged text, from left to right.

A state is one pending byte (or none) and the last true character; the Viterbi algorithm with a beam. All guesses of a
lost byte meet again one character later, so stretches without dropped pairs cost one state a place. Where a state that
is in step with the found text comes to another place of loss, it begins there again, so that neighbouring tears are
undone together. A broken pair may have taken an ASCII character with it: line ends, blanks and brackets are proposed,
anything else leaves its sign. Work is bounded by `LONGEST` code points and `EFFORT` guesses for each site, ends where
the best proposal is not Chinese, and follows up only few states, choices and dropped pairs.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from heapq import nlargest
from math import inf

from seedsearch.restoring.budget import Budget
from seedsearch.restoring.corruptions import NOISY_MARKS
from seedsearch.restoring.shifted_bytes.dropped_pairs import (
    first_halves,
    middles,
    second_halves,
    torn_middles,
    without_character,
)
from seedsearch.restoring.shifted_bytes.front import Front, Key
from seedsearch.restoring.shifted_bytes.guesses import CENTURY, CONTEXT, LOST, Guess, Guesses
from seedsearch.restoring.shifted_bytes.readings import (
    read_as,
)
from seedsearch.restoring.shifted_bytes.score import NOISES, STOPS, PageScore, ending_in, torn_after
from seedsearch.restoring.shifted_bytes.state import (
    ALONE,
    DROPPED,
    SIGNED,
    SILENT,
    SYNC,
    Node,
    Position,
    State,
    costing,
    met,
    paid,
    stream_of,
)
from seedsearch.restoring.shifted_bytes.traces import (
    BEGINNING,
    BRACKETED,
    MARKUP_REST,
    NOISE,
    READING,
    SHORT,
    SIGN,
    SIGNED_MARK,
    Site,
    clause,
    widened,
)
from seedsearch.text.folding import is_han
from seedsearch.text.gbk import (
    pair_of,
    pairs,
    true_characters,
)
from seedsearch.text.pinyin import (
    is_reading,
)

# "10 of 11 at 4": of the 11 damaged texts of docs/thresholds.md that are fully restored, 10 are at that value.
LONGEST = 400  # code points of one stretch
# Nats for each code point, beyond a few, under which the best proposal is not Chinese: text reads at -6 or so. With
# an allowance of 15 nats, 25 of 26.
HOPELESS, ALLOWANCE = -11.0, 60.0
GUESSING = 5  # … each of so many units of work, of which a place without a guess takes one
EFFORT = 100  # bytes guessed and dropped pairs looked for in one search, of a fifth of a millisecond each or so
AT_MOST = 2 * EFFORT  # … of which so many at one place: between question marks there is no end of dropped pairs
WIDTH = 10  # states with a byte pending that are kept at one place, of those within
BEHIND = 14.0  # nats of the best one: 24 of 26 at 3.5
AHEAD = 12.0  # … and these more where a proposal is two characters ahead
CHOICES = 10  # guesses of one lost byte that are followed up, the likeliest between its neighbours: 19 of 21 at 2
PAIRS = 20  # guesses of two characters around a dropped pair
WORDS = 30  # … and so many first characters of words of which the second was torn as well
# States that agree with the found text, and such that suppose a dropped pair, at one place: 8 of 26 at 0.
FEW = 3
DROPS = 2  # dropped pairs in a row
WORD = -3.5  # ln p of a pair inside a common word: 0 of 2 at -7.5
ASKED = 2.0  # nats more for a pair without a character that left a sign,
# … for a full stop before an ideograph, for each one that the clause before it is short of `SHORT`: 15 of 16 at 0.25
# and at 4.
HASTY = 1.0
DOUBLED = 8.0  # … for a stop before another one
EXCLAIMED = 4.0  # … gained by the one particle that may have stood before an exclamation mark
USUAL = 3.0  # … gained by a full stop where only the false mark itself is known of what follows
UNLIKE = 3.0  # … for a reader that does otherwise with ASCII partners than most signs of the page show
_ODD = frozenset("`{|}~^\\@[]_")  # second bytes that are seldom true characters by themselves


def searched(
    text: str, site: Site, page: PageScore, work: Budget, drops: Container[int] = ()
) -> tuple[int, State] | None:
    """(where the stretch ends, its best proposal), with pairs dropped at some places of the text; None if there is no
    proposal.
    """
    search = _Search(text, site, page, drops)
    found = search.run()
    work.spend(search.work)
    return found


class _Search:
    """States by place in the found text, advanced from left to right.

    What may stand at a place, by the kind of byte that is pending there:

        none (SYNC)    text as it should be; another character torn there
        a byte         a known pair, whose first byte ends the character and whose second is pending next; ASCII or
                       0x80, which ends it and sets the reader right; a mark that was put in; a pair that was dropped
        … and a loss   with a sign or without: the trail byte is guessed, alone or with the ASCII that it took along,
                       or a reading names the character

    The search begins with the lead bytes of the site, or with the characters that may end in the byte that stands.
    """

    def __init__(self, text: str, site: Site, page: PageScore, drops: Container[int]) -> None:
        self._text, self._site, self._page, self._drops = text, site, page, drops
        self._front = Front(page)
        self._guesses = Guesses(text, site, page)
        self._places = 0  # places advanced from
        self._weighed = 0  # places where pairs of characters were weighed against one another
        self._worth = -inf  # a score that has no future at the present place
        for lead, cost in self._guesses.leads():
            start = costing(self._start(lead, len(site.leads) > 1), cost)
            self._front.put(site.resume, (lead, site.before), start)
        if site.trail:
            self._begin_whole(site.trail)
        elif not site.leads:
            start = State(-site.cost, inf, None, True)
            noisy = text[site.start - 1 : site.start] in NOISES
            self._begin(site.resume, site.before, site.inserted, start, clause(site.left), noisy)

    def run(self) -> tuple[int, State] | None:
        """(where the stretch ends, its best proposal); None if it has none."""
        while self._front:
            at, states = self._front.pop()
            self._places += 1
            if not self._front and all(pending == SYNC for pending, _ in states):
                return self._closed(at, states)
            best = max(state.score for state in states.values())
            if (
                self._guesses.effort > EFFORT
                or at > self._site.start + LONGEST
                or best < HOPELESS * (at - self._site.start) - ALLOWANCE
            ):
                return None
            self._worth = best - BEHIND
            worthy = [item for item in states.items() if item[1].score >= self._worth]
            agreed = [item for item in worthy if item[0][0] == SYNC]
            pending = [item for item in worthy if item[0][0] != SYNC]
            for (_, last), state in nlargest(FEW, agreed, key=_score):
                self._agreed(at, last, state)
            for i, ((byte, last), state) in enumerate(nlargest(WIDTH, pending, key=_score)):
                self._pending(Position(at, byte, last), state, i < FEW)
        return None

    @property
    def work(self) -> int:
        """Units of work so far, of some 50 µs."""
        return self._places + GUESSING * (self._guesses.effort + self._weighed) + 1

    def _start(self, lead: int, guessed: bool) -> State:
        return State(-self._site.cost, inf, Node(None, "", bytes((lead,)) + self._site.inserted), guessed)

    def _begin(self, at: int, last: str, inserted: bytes, state: State, before: str, noisy: bool) -> None:
        """The torn character ends in the first byte of the false mark at `at`; the second begins the next character.

        `before`: the clause before the torn character; `noisy`: whether noise stands between them.
        """
        if self._text[at] < "\x80" and not (self._page.narrowed or self._page.narrows(self._text[at])):
            return
        mark = pair_of()[widened(self._text[at])]
        following = self._guesses.shifted(at + 1, mark[1])
        best = self._page.best(ending_in(mark[0]), last, following, CHOICES)
        ahead = self._guesses.ahead(at + 1, mark[1])
        for (_, lead, char), cost in self._guesses.judged(best, last, before, ahead):
            cost += _stopping(before, following) if char == "。" else 0.0
            cost += DOUBLED if char in STOPS and following in STOPS else 0.0
            cost += self._page.unlike_noise(char, noisy)
            node = Node(state.node, "", bytes((lead,)) + inserted)
            self._front.go(at + 1, mark[1], last, char, mark, costing(state._replace(node=node), cost))

    def _begin_whole(self, trail: int) -> None:
        """The torn character ends in `trail`, and no more than that was lost."""
        site, following = self._site, self._text[self._site.resume]
        best = self._page.best(ending_in(trail), site.before, following, CHOICES)
        for (_, lead, char), cost in self._guesses.judged(best, site.before, clause(site.left), ""):
            cost += DOUBLED if char in STOPS else -EXCLAIMED if char == "啊" and following in "！!" else 0.0
            begun = costing(self._start(lead, True), cost)
            self._front.go(site.resume, SYNC, site.before, char, bytes((trail,)) + b"\x05", begun)

    def _closed(self, at: int, states: dict[Key, State]) -> tuple[int, State]:
        """Return the best state where all agree, with the mark on its last character."""
        following = self._text[at : at + 1]
        costs = {last: -self._page.pair(last, following or "\n") for _, last in states}
        judged = {last: costing(state, costs[last]) for (_, last), state in states.items()}
        last, state = max(judged.items(), key=_score)
        for char, other in judged.items():
            state = state if char == last else met(state, other)
        if not following:  # the end of the text speaks for one state against another, and not against what was found
            state = costing(state, -costs[last])
        mark = BRACKETED.match(self._text, at)
        if mark and is_reading(last, mark[1]):
            return mark.end(), state._replace(node=Node(state.node, "", stream_of(mark[0])))
        return at, state

    def _agreed(self, at: int, last: str, state: State) -> None:
        """Text that is as it should be, until the other states are done."""
        char = self._text[at : at + 1]
        mark = BRACKETED.match(self._text, at) if char in "(（" else None
        if self._page.marked:
            self._torn_again(at, last, state)
        if not char:
            self._front.put(at, (SYNC, last), state)
        elif mark and is_reading(last, mark[1]):
            self._front.skip(mark.end(), SYNC, last, stream_of(mark[0]), state)
        elif char < "\x80":
            self._front.go(at + 1, SYNC, last, char, char.encode(), state)
        elif char in pair_of():
            self._front.go(at + 1, SYNC, last, char, pair_of()[char], state)

    def _torn_again(self, at: int, last: str, state: State) -> None:
        """Where another character was torn apart before the other states are done."""
        found = SIGNED_MARK.match(self._text, at)
        if found is None:
            return
        if found["mark"]:
            inserted = b"\x05" + found["noise"].encode()
            torn = paid(state, SIGNED)._replace(guessed=True)
            noisy = self._text[at - 1] in NOISES
            self._begin(found.end() - 1, last, inserted, torn, self._guesses.behind(state), noisy)
            return
        ending = pair_of().get(last, b"  ")[1]
        searched = [c for c in read_as(found["reading"]) if c[1][0] == ending and c[1][1] > 0x80]
        for cost, pair in self._page.as_marked(searched):
            node = Node(state.node, "", pair[1:] + stream_of("(" + found["inserted"].lstrip("(（")))
            torn = costing(state, cost + SIGNED)._replace(node=node, guessed=state.guessed or len(searched) > 1)
            self._front.put(found.end(), (pair[1], last), torn)

    def _pending(self, here: Position, state: State, leading: bool) -> None:
        if leading and here.at in self._drops and (here.at > self._site.resume or self._site.leads):
            self._dropped(here, state)
        self._known(here, state)

    def _known(self, here: Position, state: State) -> None:
        char = self._text[here.at : here.at + 1]
        pair = pair_of().get(char)
        if pair is not None:
            self._pair(here.moved(here.at + 1), pair, state)
            self._alone(here, costing(state, ALONE))
            if self._page.silent and char in NOISY_MARKS:
                self._trails(here, b"\x05", paid(state, SILENT))
            return
        if self._page.narrowed and "!" <= char <= "~":
            self._pair(here.moved(here.at + 1), bytes((0xA3, ord(char) + 0x80)), state)
        if "@" <= char < "\x80":
            made = true_characters()[here.pending << 8 | ord(char)]
            if made:
                self._front.go(here.at + 1, SYNC, here.last, made, char.encode(), state)
        elif char < "@" or char == "\ufffd":
            self._interrupted(here, char, state)

    def _pair(self, here: Position, pair: bytes, state: State) -> None:
        """Two known bytes: the first ends a character, the second begins the next one or is ASCII."""
        char = true_characters()[here.pending << 8 | pair[0]]
        if not char or pair[1] == 0x80:
            return
        if pair[1] > 0x80:
            self._front.go(here.at, pair[1], here.last, char, pair, state)
        elif chr(pair[1]) not in _ODD:
            self._front.go(here.at, SYNC, here.last, char + chr(pair[1]), pair, state)

    def _alone(self, here: Position, state: State) -> None:
        """The trail byte 0x80: no character begins with it, so it stands alone and sets the reader right."""
        char = true_characters()[here.pending << 8 | 0x80]
        if char:
            self._front.go(here.at, SYNC, here.last, char, b"\x80", costing(state, self._page.oddity(char)))

    def _interrupted(self, here: Position, char: str, state: State) -> None:
        """Something that cannot follow a pending byte: a narrowed mark, or the place of a loss."""
        sign = SIGN.match(self._text, here.at)
        noise = NOISE.match(self._text, here.at) if not sign and char and char < " " else None
        mark = BRACKETED.match(self._text, here.at) if char == "(" else None
        if sign:
            self._signed(here.moved(sign.end()), state)
        elif noise:
            self._front.skip(noise.end(), here.pending, here.last, noise[0].encode(), state)
            self._trails(here.moved(noise.end()), noise[0].encode(), paid(state, SILENT))
        elif mark:
            if is_reading(self._text[here.at - 1], mark[1]):
                self._front.skip(mark.end(), here.pending, here.last, stream_of(mark[0]), state)
            self._read(here.moved(mark.end()), mark[1], mark[0], paid(state, SILENT))
        else:
            self._trails(here, b"", paid(state, SILENT))

    def _signed(self, here: Position, state: State) -> None:
        """A sign of loss before `here`: a trail byte and what went with it, or a pair without a character."""
        noise = NOISE.match(self._text, here.at)
        reading = READING.match(self._text, here.at)
        if reading:
            self._read(here.moved(reading.end()), reading[1], "(" + reading[0].lstrip("(（"), paid(state, SIGNED))
            return
        if noise:
            inserted = b"\x05" + noise[0].encode()
            self._trails(here.moved(noise.end()), inserted, paid(state, SIGNED))
        self._alone(here, costing(state, ALONE))
        rest = MARKUP_REST.match(self._text, here.at)
        if rest:
            begun = BEGINNING[str(rest.lastgroup)]
            self._trails(here, begun.encode(), paid(state, SIGNED), begun)
            return
        if (
            self._text[here.at : here.at + 1] < "@"
        ):  # a reader that leaves the ASCII partner of a broken byte, or the end
            line_end = self._text[here.at : here.at + 1] in (
                "",
                "\n",
                "\r",
            )  # where a reader of lines has nothing to take
            unlike = 0.0 if line_end else UNLIKE * max(0, self._page.eats + bool(CENTURY.match(self._text, here.at)))
            self._trails(here, b"", costing(paid(state, SIGNED), unlike))
        self._eaten(here, costing(paid(state, SIGNED), UNLIKE * max(0, -self._page.eats)))
        if not self._page.private:
            self._dropped(here, costing(state, ASKED))

    def _trails(self, here: Position, after: bytes, state: State, true: str = "") -> None:
        """The characters that the lost trail byte could have completed."""
        following = true or self._text[here.at : here.at + 1]
        best = self._page.best(torn_after(here.pending), here.last, following, CHOICES)
        ahead = true or self._text[here.at : here.at + CONTEXT]
        for (_, trail, char), cost in self._guesses.judged(best, here.last, self._guesses.behind(state), ahead):
            made = costing(state._replace(guessed=True), cost)
            self._front.go(here.at, SYNC, here.last, char + true, bytes((trail,)) + after, made)

    def _eaten(self, here: Position, state: State) -> None:
        """A trail byte was lost and an ASCII character with it."""
        ending = "\n" if self._text[here.at : here.at + 1] in ("", "\n", "\r") else ""
        for gone, shown, cost in self._guesses.gone(here.at):
            best = self._page.best(torn_after(here.pending), here.last, gone, CHOICES)
            for (score, trail, char), worse in self._guesses.judged(best, here.last, self._guesses.behind(state), gone):
                node = Node(state.node, char + shown, bytes((trail,)) + shown.encode())
                score += state.score - cost - worse + self._page.before_gone(here.last, char, gone + ending)
                lossy = state.lossy or shown == LOST
                self._front.put(
                    here.at, (SYNC, gone), State(score, state.gap, node, True, lossy, state.mass, state.rival)
                )

    def _read(self, here: Position, reading: str, inserted: str, state: State) -> None:
        """Each character with this reading that begins with the pending byte."""
        choices = self._page.as_marked([choice for choice in read_as(reading) if choice[1][0] == here.pending])
        state = state._replace(guessed=state.guessed or len(choices) > 1)
        for cost, pair in choices:
            self._front.go(
                here.at, SYNC, here.last, pairs()[pair], pair[1:] + stream_of(inserted), costing(state, cost)
            )

    def _dropped(self, here: Position, state: State, left: int = DROPS, only: str = "") -> None:
        """Pairs without a character stood here: those that read well with the next known byte.

        `left`: how many may have stood in a row; `only`: the character of the first one, where it is known.
        """
        if self._guesses.effort > AT_MOST:
            return
        known = pair_of().get(self._text[here.at : here.at + 1], self._text[here.at : here.at + 1].encode())[:1]
        if known < b"@":
            self._dropped_at_loss(here, paid(state, DROPPED))
            return
        self._guesses.effort += 1
        state = paid(state, DROPPED)
        halves, made = first_halves(here.pending), list[Guess]()
        firsts = [
            f for f in self._page.best(halves, here.last, "", len(halves.char) if only else CHOICES) if only in f[2]
        ]
        for score, lead, char in firsts:
            score -= self._page.oddity(char)
            seconds = second_halves(lead, known[0])
            if state.score + score < self._worth - AHEAD:
                continue
            for more, trail, following in self._page.best(seconds, char, "", CHOICES):
                more += score - self._page.oddity(following)
                if state.score + more > self._worth - AHEAD:
                    made.append((more, trail, char + following))
            if left > 1:
                self._dropped_again(here.at, lead, char, state._replace(score=state.score + score), left - 1)
        for (_, trail, both), cost in self._judged_pairs(here.at, here.last, state, made):
            first = both[0]
            score = self._page.pair(here.last, first) - self._page.oddity(first) - self._page.oddity(both[1])
            node = Node(state.node, first, bytes((pair_of()[first][1], trail)))
            self._known(Position(here.at, trail, first), state._replace(score=state.score + score - cost, node=node))

    def _judged_pairs(self, at: int, last: str, state: State, made: list[Guess]) -> Iterable[tuple[Guess, float]]:
        """Return the likeliest of two characters around a dropped pair, with what another one is better by."""
        if len(made) < 2:
            return ((guess, 0.0) for guess in made)
        self._weighed += 1
        ahead = self._guesses.ahead(at + 1, pair_of().get(self._text[at], b"  ")[1])
        return self._guesses.weighed(nlargest(PAIRS, made), last, self._guesses.behind(state), ahead)

    def _dropped_at_loss(self, here: Position, state: State) -> None:
        """Such a pair, and after it the first half of a character that stood alone: 英國 as `雲?guó)`."""
        sign = SIGN.match(self._text, here.at)
        reading = READING.match(self._text, sign.end()) if sign else BRACKETED.match(self._text, here.at)
        noise = NOISE.match(self._text, sign.end()) if sign else None
        if reading:
            inserted = stream_of("(" + reading[0].lstrip("(（"))
            state = paid(state, SIGNED if sign else SILENT)
            self._dropped_and_read(here.moved(reading.end()), reading[1], inserted, state)
        elif noise:
            self._dropped_and_torn(here.moved(noise.end()), b"\x05" + noise[0].encode(), paid(state, SIGNED))

    def _dropped_and_read(self, here: Position, reading: str, inserted: bytes, state: State) -> None:
        """The second character is named by its reading; the first is one by which a pair without a character begins."""
        self._guesses.effort += 1
        choices, table = first_halves(here.pending), without_character()
        begun = {trail for lead in set(choices.byte) for trail in table[lead]}
        for cost, pair in self._page.as_marked([choice for choice in read_as(reading) if choice[1][0] in begun]):
            named = pairs()[pair]
            firsts = self._page.best(choices, here.last, named, len(choices.char))
            for score, lead, char in [first for first in firsts if pair[0] in table[first[1]]][:FEW]:
                node = Node(state.node, char, bytes((lead, pair[0])))
                made = costing(state, cost + self._page.oddity(char) - score)._replace(guessed=True, node=node)
                self._front.go(here.at, SYNC, char, named, pair[1:] + inserted, made)

    def _dropped_and_torn(self, here: Position, after: bytes, state: State) -> None:
        """Nothing is known of the second character but that it stands in a word with the first."""
        page, following = self._page, self._text[here.at : here.at + 1]
        firsts = page.best(first_halves(here.pending), here.last, "", WORDS)
        found = [
            (score + more + page.pair(char, following), trail, first + char)
            for score, lead, first in firsts
            for more, trail, char in torn_middles(lead).inside_words(first)
        ]
        best = nlargest(CHOICES, found)
        ahead = self._text[here.at : here.at + CONTEXT]
        for (_, trail, both), cost in self._guesses.judged(best, here.last, self._guesses.behind(state), ahead):
            first, second = (pair_of()[char] for char in both)
            node = Node(state.node, "", bytes((first[1], trail)))
            made = costing(state, cost)._replace(guessed=True, node=node)
            self._front.go(here.at, SYNC, here.last, both, second[1:] + after, made)

    def _dropped_again(self, at: int, lead: int, char: str, state: State, left: int) -> None:
        """Another such pair at once: only where a word of the dictionary goes on so, because there are too many."""
        for score, trail, following in middles(lead).inside_words(char):
            if score > WORD:
                node = Node(state.node, char, bytes((lead, trail)))
                self._dropped(Position(at, trail, char), state._replace(node=node), left, following)


def _stopping(before: str, following: str) -> float:
    """Return what speaks against a full stop between a clause and what follows: that it is short, and ideographs go
    on.
    """
    if not following:
        return -USUAL
    return HASTY * max(0, SHORT - len(before)) if is_han(following) else 0.0


def _score(item: tuple[object, State]) -> float:
    return item[1].score

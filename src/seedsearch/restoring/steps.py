"""Restoration: raw text → edits and findings, one module per kind of damage.

A step is a pure function from text to edits; this module runs them in order, each on the text that the
one before left, and composes their edits into one list over the raw text. `trigger` is the cheap scan:
text in which it finds nothing has no edits of that step.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from heapq import merge
from itertools import cycle, islice
from operator import itemgetter

from seedsearch.damage import SURE, Damage
from seedsearch.errors import StepUnknown
from seedsearch.offsets import Edit, Edits, Finding, OffsetMap, Span, apply_edits, compose, fixed, kinds_of, made_by
from seedsearch.restoring import (
    big5_gbk,
    code_pages,
    compatibility,
    entities,
    escapes,
    evidence,
    gbk_replacement,
    html,
    invisible,
    latin1,
    lossless_shift,
    markup,
    misreadings,
    overstrike,
    private_use,
    repeated_passage,
    ruby,
    seven_bit,
    utf8_as_gbk,
)
from seedsearch.restoring import (
    findings as lost,
)
from seedsearch.restoring.budget import Budgets, Shares
from seedsearch.restoring.documents import Findings
from seedsearch.restoring.doubts import Doubts, meets
from seedsearch.restoring.page import Page
from seedsearch.restoring.signs import any_of


@dataclass(frozen=True, slots=True)
class Step:
    """One pass of cleaning; `edits` is only asked where `trigger` is found (or is None).

    `name` is that of its module, with dashes; people type it, and each edit says it. `kinds` are those of its edits.
    """

    name: str
    kinds: tuple[Damage, ...]
    trigger: re.Pattern[str] | None
    edits: Callable[[Page], Sequence[Edit]]


def _of_text(edits: Callable[[str], Sequence[Edit]]) -> Callable[[Page], Sequence[Edit]]:
    """Return a step that looks at the text alone."""
    return lambda page: edits(page.text)


def _of_bytes(edits: Callable[[str, Budgets], Sequence[Edit]]) -> Callable[[Page], Sequence[Edit]]:
    """Return a step that reads bytes otherwise, whose proposals are weighed."""
    return lambda page: evidence.believed(page, edits(page.text, page.budgets))


@dataclass(frozen=True, slots=True)
class Restored:
    """The text with all steps done, and the edits and findings in code points of the text given."""

    text: str
    edits: Sequence[Edit]
    findings: Sequence[Finding]


# What bytes in pairs were misread as: what such a page lost, its reader lost, and no program tore it.
_MISREAD = frozenset({Damage.BIG5_AS_GBK, Damage.GBK_AS_BIG5})


def _torn(page: Page) -> Sequence[Edit]:
    misread = not _MISREAD.isdisjoint(page.kinds)
    return evidence.allowed(page, gbk_replacement.edits(page.text, page.budgets, misread=misread))


# Damage of the family of pages that print their bodies twice (section A of the catalogue).
_FAMILY = frozenset({Damage.READING_MARK, Damage.SHIFTED_BYTES})


def _repeated(page: Page) -> Sequence[Edit]:
    return repeated_passage.edits(page.text, _FAMILY & page.kinds)


# The step before all others, which is not one of `STEPS`: what decoding repairs in bytes (reading/encodings).
DECODING = "decoding"
DECODING_KINDS = (Damage.REALIGNED_BYTES, Damage.MIXED_ENCODING)


def _big5(page: Page) -> Sequence[Edit]:
    """Big5 and GBK: nothing is searched for there beyond what is linear in the text, so that it needs no budget."""
    again = not _MISREAD.isdisjoint(page.kinds)
    return evidence.believed(page, big5_gbk.edits(page.text, again=again))


def _misread(page: Page) -> Sequence[Edit]:
    """Misreadings by readers whose signs keep the bytes in their places: chosen all at once, in linear time."""
    return evidence.believed(page, misreadings.edits(page.text))


# The order is part of the result.
STEPS: tuple[Step, ...] = (
    # Characters shifted into seven bits or spelled by their numbers, before anything looks at characters.
    Step("seven-bit", (Damage.SEVEN_BIT_ENCODING,), seven_bit.TRIGGER, seven_bit.edits),
    Step("escapes", (Damage.ESCAPED_CHARACTER,), escapes.TRIGGER, escapes.edits),
    # Whole wrong decodings first: everything else looks at characters, and these are not the true ones.
    Step("code-pages", (Damage.MISREAD_CODE_PAGE,), code_pages.TRIGGER, _of_bytes(code_pages.edits)),
    Step("latin1", (Damage.UTF8_AS_LATIN1, Damage.GBK_AS_LATIN1), latin1.TRIGGER, _of_bytes(latin1.edits)),
    Step("utf8-as-gbk", (Damage.UTF8_AS_GBK,), utf8_as_gbk.TRIGGER, _of_bytes(utf8_as_gbk.edits)),
    Step("big5-gbk", (Damage.BIG5_AS_GBK, Damage.GBK_AS_BIG5), big5_gbk.TRIGGER, _big5),
    Step("misreadings", (Damage.MISREAD_BYTES,), misreadings.TRIGGER, _misread),
    # What a printer struck twice, before its backspaces are taken for the noise of a program.
    Step("overstrike", (Damage.OVERSTRIKE,), overstrike.TRIGGER, _of_text(overstrike.edits)),
    # Marks and torn characters: before invisible characters go, because the controls are traces of the fault.
    Step("gbk-replacement", (Damage.READING_MARK, Damage.SHIFTED_BYTES), gbk_replacement.TRIGGER, _torn),
    # Stretches one byte off without a mark that tore them: what the step before explains is no longer there.
    Step("lossless-shift", (Damage.SHIFTED_BYTES,), lossless_shift.TRIGGER, _of_bytes(lossless_shift.edits)),
    Step("invisible", (Damage.INVISIBLE_CHARACTER,), invisible.TRIGGER, _of_text(invisible.edits)),
    # Markup after bytes: a torn tag is a tag again. A whole HTML file is parsed; what is left are remnants.
    Step("html", (Damage.MARKUP, Damage.RUBY, Damage.ENTITY), html.TRIGGER, _of_text(html.edits)),
    Step("ruby", (Damage.RUBY, Damage.MARKUP), ruby.TRIGGER, _of_text(ruby.edits)),
    Step("entities", (Damage.ENTITY,), entities.TRIGGER, _of_text(entities.edits)),
    Step("markup", (Damage.MARKUP,), markup.TRIGGER, _of_text(markup.edits)),
    Step("compatibility", (Damage.COMPATIBILITY_CHARACTER,), compatibility.TRIGGER, _of_text(compatibility.edits)),
    Step("private-use", (Damage.COMPATIBILITY_CHARACTER,), private_use.TRIGGER, _of_text(private_use.edits)),
    # Repeats last: copies are equal only when the damage in them is undone.
    Step("repeated-passage", (Damage.REPEATED_PASSAGE,), repeated_passage.TRIGGER, _repeated),
)


@cache
def signs() -> re.Pattern[str]:
    """Return what finds something in each text that one of the steps is asked about or that has a finding.

    But for the search for a sentence that comes twice, which has no sign. A page of HTML begins with a tag, which is
    one of those that `markup` looks for.
    """
    of_steps = (step.trigger for step in STEPS if step.trigger is not html.TRIGGER)
    return any_of([*filter(None, of_steps), lost.TRIGGER])


def is_at_rest(text: str) -> bool:
    """Return whether no step has anything to do in a text, and nothing is found in it; quickly, and where it says no
    they are asked.
    """
    return not signs().search(text) and not repeated_passage.edits(text)


# Characters of texts that are looked through step by step before the scan for all signs is made: it takes 40 ms to
# make, and saves as much on 900,000 characters of clean text. With fewer, a short command pays for what it never uses;
# with more, a collection does without it for longer.
SCANNED = 450_000
_scanned: Counter[str] = Counter()


def _pays(text: str) -> bool:
    """Tell whether this process has looked through so much that the one scan pays."""
    _scanned["characters"] += len(text)
    return _scanned["characters"] > SCANNED


def kinds_of_steps() -> tuple[tuple[str, tuple[Damage, ...]], ...]:
    """Return the name of each step and the kinds of its edits, in their order, decoding first."""
    return ((DECODING, DECODING_KINDS), *((step.name, step.kinds) for step in STEPS))


def chosen(only: Iterable[str] = (), skip: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the names of the steps that are in `only`, or of all where it is empty, without those in `skip`.

    Raises StepUnknown for a name that no step has.
    """
    names = [name for name, _ in kinds_of_steps()]
    only, skip = set(only), set(skip)
    if unknown := sorted((only | skip) - set(names)):
        raise StepUnknown(f"there is no step {', '.join(unknown)}", hint=f"the steps are {', '.join(names)}")
    return tuple(name for name in names if (not only or name in only) and name not in skip)


# Times that the steps may come round. What one step does may show another one damage that it did not see before; real
# text is at rest after the first round.
ROUNDS = 4


def restore(
    text: str,
    steps: Sequence[Step] = STEPS,
    *,
    done: Sequence[Edit] = (),
    left: Iterable[Span] = (),
    unsure: bool = False,
    for_index: bool = False,
    sure: float = SURE,
    shares: Shares | None = None,
) -> Restored:
    """Run the steps over `text` until all of them are at rest, then look for damage that is left.

    `done` are edits that decoding made, and the steps find them made; `left` is what it passed over. `unsure`: the
    decoder of the text wrote the U+FFFD in it. `for_index`: what only a query reads (addresses, code) is restored as
    well. `sure`: a repair that is less probable is not made, and is a finding with its candidates. `shares` is what the
    texts of one file may cost together. Each edit says the step that made it.
    """
    left = list(left)
    if steps is STEPS and not done and not left and _pays(text) and is_at_rest(text):
        return Restored(text, _NO_EDITS, _NO_FINDINGS)
    doubts = Doubts(sure)
    edits = fixed(made_by(DECODING, doubts.made(done, text, ()))) if done else _NO_EDITS
    kinds: frozenset[Damage] = frozenset()
    budgets, counted = Budgets({} if shares is None else shares), 0
    now, quiet = apply_edits(text, edits) if edits else text, 0
    for step in islice(cycle(steps), ROUNDS * len(steps)):
        if quiet == len(steps):
            break
        asked = step.trigger is None or step.trigger.search(now)
        found = step.edits(Page(now, kinds, unsure, for_index, budgets)) if asked else ()
        found = doubts.made(found, now, edits) if found else found
        if counted < len(budgets.passed_over):
            left += map(OffsetMap.of(edits).to_raw, budgets.passed_over[counted:])
            counted = len(budgets.passed_over)
        quiet = 0 if found else quiet + 1
        if found:
            kinds |= kinds_of(found)
            edits = compose(edits, made_by(step.name, found), now)
            now = apply_edits(now, found)
    if not edits and not left and not doubts.findings and not lost.TRIGGER.search(now):
        return Restored(text, edits, _NO_FINDINGS)
    return Restored(now, edits, _findings(text, now, edits, left, doubts.findings))


# What most texts have; made once.
_NO_EDITS, _NO_FINDINGS = Edits(), Findings()


def _findings(
    raw: str, text: str, edits: Sequence[Edit], left: Iterable[Span], doubts: Sequence[Finding]
) -> Sequence[Finding]:
    """Damage in the restored text, repairs that lost a character, and what was `left`, in code points of `raw`.

    Where a repair was in doubt that is said, and nothing else of the same place.
    """
    every = _found(raw, text, edits, left)
    if not doubts:
        return every
    others = (one for one in every if not meets(one.span, doubts))
    return tuple(sorted([*doubts, *others], key=lambda finding: finding.span))


def _found(raw: str, text: str, edits: Sequence[Edit], left: Iterable[Span]) -> Findings:
    shifted = edits if Damage.SHIFTED_BYTES in kinds_of(edits) else ()
    gone = [(e.span.start, e.span.end, Damage.LOST_CHARACTER) for e in shifted if lossless_shift.loses(e, raw)]
    gone += [(span.start, span.end, Damage.UNREPAIRED_BYTES) for span in set(left)]
    gone.sort(key=itemgetter(0, 1))
    back = OffsetMap.of(edits) if (found := lost.findings(text)) else None
    seen = ((*back.raw_of(start, end), kind) for start, end, kind in found.places) if back else ()
    return Findings(merge(gone, seen, key=itemgetter(0, 1)))

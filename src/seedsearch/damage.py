"""The names of the kinds of damage and of the levels of certainty.

The strings are part of the command line's contract (`--json`, `stats`, `damage:`), so a
member is never renamed. `RESTORED` kinds name edits, `FOUND` kinds name findings.
"""

from enum import StrEnum


class Damage(StrEnum):
    """A kind of damage; its value is the name that people see."""

    # Restored: the kind of an edit.
    READING_MARK = "reading-mark"
    SHIFTED_BYTES = "shifted-bytes"
    UTF8_AS_GBK = "utf8-as-gbk"
    UTF8_AS_LATIN1 = "utf8-as-latin1"
    GBK_AS_LATIN1 = "gbk-as-latin1"
    MISREAD_CODE_PAGE = "misread-code-page"
    MISREAD_BYTES = "misread-bytes"
    BIG5_AS_GBK = "big5-as-gbk"
    GBK_AS_BIG5 = "gbk-as-big5"
    ENTITY = "entity"
    SEVEN_BIT_ENCODING = "seven-bit-encoding"
    ESCAPED_CHARACTER = "escaped-character"
    MARKUP = "markup"
    RUBY = "ruby"
    OVERSTRIKE = "overstrike"
    INVISIBLE_CHARACTER = "invisible-character"
    COMPATIBILITY_CHARACTER = "compatibility-character"
    REPEATED_PASSAGE = "repeated-passage"
    REALIGNED_BYTES = "realigned-bytes"
    MIXED_ENCODING = "mixed-encoding"

    # Found only: the kind of a finding.
    LOST_CHARACTER = "lost-character"
    REPLACEMENT_CHARACTER = "replacement-character"
    KUN_JIN_KAO = "kun-jin-kao"
    MISSING_GLYPH = "missing-glyph"
    PRIVATE_USE_CHARACTER = "private-use-character"
    STRAY_SYMBOL = "stray-symbol"
    UNREPAIRED_BYTES = "unrepaired-bytes"


class Certainty(StrEnum):
    """How sure an edit is, weakest first."""

    INFERRED = "inferred"  # several repairs are consistent with the fault; the surrounding text decided
    PROVED = "proved"  # the fault, run forward, turns this repair and no other into what was found
    CERTAIN = "certain"  # no choice is involved (an entity, an invisible character)


# By default, inferred repairs less probable than this are not made. At .8, two of nine fragments of damaged pages are
# lost, and 7 % of all characters of Big5 read as GBK; docs/certainty.md has the table. At .5, .1 to 1.5 % of the
# characters now restored in text that lost bytes would not be.
SURE = 0.38

# Kinds that no step restores; a test checks that some step restores every other kind.
FOUND = frozenset(
    {
        Damage.LOST_CHARACTER,
        Damage.REPLACEMENT_CHARACTER,
        Damage.KUN_JIN_KAO,
        Damage.MISSING_GLYPH,
        Damage.PRIVATE_USE_CHARACTER,
        Damage.STRAY_SYMBOL,
        Damage.UNREPAIRED_BYTES,
    }
)
RESTORED = frozenset(Damage) - FOUND

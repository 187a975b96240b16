"""Make src/seedsearch/text/pinyin.txt, the readings of single characters: a line each, the character and its
readings in pinyin with tone marks, the usual one first, a comma between; and sounds.txt, the other way round: a line
for each syllable without its tone, and the folded characters that are read so.

The source is pypinyin's table, which takes a tenth of a second to load, with all its phrases. It is committed so that
a text is restored the same after an update of pypinyin; a test makes it again and compares. A query that is looked for
by its sound needs the second table, which took a third of a second to make.

    python tools/make_readings.py
"""

from __future__ import annotations

from pathlib import Path

from seedsearch.text.folding import fold
from seedsearch.text.pinyin import readings, syllables

TEXT = Path(__file__).parents[1] / "src" / "seedsearch" / "text"
READINGS, SOUNDS = TEXT / "pinyin.txt", TEXT / "sounds.txt"


def make_readings() -> str:
    """Return the content of the file."""
    from pypinyin.pinyin_dict import pinyin_dict

    return "".join(f"{chr(point)}{readings}\n" for point, readings in sorted(pinyin_dict.items()))


def make_sounds() -> str:
    """Return the content of the other file, by the first."""
    known = syllables() | {syllable.replace("ü", "u") for syllable in syllables()}  # as lüe and nüe are typed
    table: dict[str, dict[str, None]] = {}
    for char in map(chr, range(0x4E00, 0x9FA6)):
        for reading in readings(char) & known:
            table.setdefault(reading, {})[fold(char)] = None
    return "".join(f"{reading} {''.join(sorted(chars))}\n" for reading, chars in sorted(table.items()))


if __name__ == "__main__":
    READINGS.write_text(make_readings(), encoding="utf-8")
    SOUNDS.write_text(make_sounds(), encoding="utf-8")

"""Make src/seedsearch/text/pinyin.txt, the readings of single characters: a line each, the character and its
readings in pinyin with tone marks, the usual one first, a comma between.

The source is pypinyin's table, which takes a tenth of a second to load, with all its phrases. It is committed so that
a text is restored the same after an update of pypinyin; a test makes it again and compares.

    python tools/make_readings.py
"""

from __future__ import annotations

from pathlib import Path

READINGS = Path(__file__).parents[1] / "src" / "seedsearch" / "text" / "pinyin.txt"


def make_readings() -> str:
    """Return the content of the file."""
    from pypinyin.pinyin_dict import pinyin_dict

    return "".join(f"{chr(point)}{readings}\n" for point, readings in sorted(pinyin_dict.items()))


if __name__ == "__main__":
    READINGS.write_text(make_readings(), encoding="utf-8")

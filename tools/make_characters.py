"""Make `characters.txt` of the index: which characters get the short codes, and what their Traditional forms are.

    python tools/make_characters.py

Line 1: folded characters, the most frequent first. Ideographs stand in the order of their frequency in the words of
jieba's dictionary; marks, blanks, digits and letters, which the dictionary does not have, are placed by hand. Lines 2
and 3: ideographs and the Traditional ones that OpenCC's table (s2t) turns them into, where that differs and folds back.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from opencc import OpenCC

from seedsearch.text.folding import fold, is_han

CHARACTERS = Path(__file__).parents[1] / "src" / "seedsearch" / "engines" / "embedded" / "characters.txt"

# After how many ideographs each of these comes, by what modern prose holds.
PLACED = {0: ",。", 2: '、" ', 6: "一", 20: "10:2?;)(", 40: "!《》3·", 60: "4567.89-"}
LETTERS = "eaiotnrslcdmupghbyfvkwxjzq/—%'…"
LETTERS_AFTER = 84
MOST = 4672  # what codes of one to three bytes can hold


def make_characters() -> str:
    """Return the three lines."""
    ideographs = [c for c, _ in _frequencies().most_common() if is_han(c) and c <= "\uffff"]
    ranked = list(dict.fromkeys(_placed(ideographs)))[:MOST]
    converter = OpenCC("s2t")
    changed = [(c, t) for c in ranked if is_han(c) and _is_other(c, t := converter.convert(c))]
    return "".join("".join(line) + "\n" for line in (ranked, *zip(*changed, strict=True)))


def _is_other(char: str, traditional: str) -> bool:
    return traditional != char and max(char, traditional) <= "\uffff" and fold(traditional) == char


def _placed(ideographs: list[str]) -> list[str]:
    made: list[str] = []
    for i, char in enumerate(ideographs):
        made += PLACED.get(i, "")
        if i == LETTERS_AFTER:
            made += LETTERS
        made.append(char)
    return made


def _frequencies() -> Counter[str]:
    import jieba

    found: Counter[str] = Counter()
    for line in Path(jieba.__file__).with_name("dict.txt").read_text(encoding="utf-8").splitlines():
        word, count, *_ = line.split(" ")
        for char in fold(word):
            found[char] += int(count)
    return found


if __name__ == "__main__":
    CHARACTERS.write_text(make_characters(), encoding="utf-8")

"""Make src/seedsearch/text/forms.txt: of characters that fold to one, how likely each is in text of either script.

    python -m tools.make_forms FOLDER

The models of the language know folded characters, so that 家 and 傢, ， and ﹐ are one to them; where what was lost is
chosen among characters as they are written, the form has to be chosen as well. FOLDER is that of `make_trigrams`, of
which the same half of the documents is counted; of forms that are not met there, OpenCC's table (s2t) knows the usual
one. Each line holds a script (g: that of GB 2312, b: that of Big5), steps of half a nat against a form, a blank, and
the characters that have so many.
"""

from __future__ import annotations

import math
import sys
from collections import Counter, defaultdict
from pathlib import Path

from opencc import OpenCC

from seedsearch.restoring.scripts import script_of
from seedsearch.text.double_byte import big5_pair
from seedsearch.text.folding import fold
from seedsearch.text.forms import MOST, STEP
from seedsearch.text.gbk import PRIVATE, pairs
from tools.make_trigrams import counted_texts

TARGET = Path(__file__).parents[1] / "src" / "seedsearch" / "text" / "forms.txt"
SCRIPTS = {"gb2312": "g", "big5": "b"}
USUAL, SEEN = 3.0, 0.05  # times that are added to the counts of the usual form, and of any


def forms(counts: dict[str, Counter[str]]) -> str:
    """Return the content of the file, of how often each script has each character."""
    big5 = (big5_pair(bytes((a, b))) for a in range(0x87, 0xFF) for b in (*range(0x40, 0x7F), *range(0xA1, 0xFF)))
    chars = {char for char in (*pairs().values(), *big5) if char and len(char) == 1 and ord(char) not in PRIVATE}
    classes = defaultdict(set)
    for char in chars:
        classes[fold(char)].add(char)
    converter = OpenCC("s2t")
    made = []
    for script, letter in SCRIPTS.items():
        rows = defaultdict(list)
        for folded, members in classes.items():
            usual = converter.convert(folded) if script == "big5" else folded
            times = {char: counts[script][char] + SEEN + USUAL * (char == usual) for char in members}
            for char, count in times.items():
                if steps := min(MOST, round(math.log(count / sum(times.values())) / STEP)):
                    rows[steps].append(char)
        made += [f"{letter}{steps} {''.join(sorted(some))}\n" for steps, some in sorted(rows.items())]
    return "".join(made)


def main(folder: Path) -> None:
    """Write the file from the documents of a folder."""
    counts = {script: Counter[str]() for script in SCRIPTS}
    for text in counted_texts(folder):
        if script := script_of(text[:2000].encode("utf-8", "ignore")):
            counts[script].update(text)
    TARGET.write_text(forms(counts), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

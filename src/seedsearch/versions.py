"""The version numbers of everything that an index depends on, in one place.

`tests/golden.txt` records the behaviour of the program when each number was last set. If the behaviour changes, a test
fails until the number is raised and the file is regenerated: `python -m tools.make_golden`.
"""

from __future__ import annotations

# How files are read and restored: formats, decoding, cleaning. Raise it when the same bytes give another text, edit or
# finding. An index made by other rules still answers; `query`, `stats` and `doctor` say that it is older, and `index`
# reads all files again.
RULES = 11

# The terms of a text. Raise it when the same text gives other terms; an older index is then refused, because queries
# would search for terms that it does not have.
ANALYSIS = 5

# The format of the files of an index, including its metadata. Raise it when this version cannot read what the last one
# wrote, or the other way round; an index in another format is refused, with the remedy.
FORMAT = 7

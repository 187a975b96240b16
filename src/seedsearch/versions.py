"""The version numbers of everything that an index depends on, in one place.

`tests/golden.txt` holds what the program did when each of them was last set. Where it does something else since, a test
fails until the number is raised and the file is written again: `python -m tools.make_golden`.
"""

from __future__ import annotations

# What is read out of a file and how it is restored: formats, decoding, cleaning. Raise it when the same bytes give
# another text, another edit or another finding. An index by other rules still answers; `query`, `stats` and `doctor`
# say that it is older, and `index` reads all files again.
RULES = 11

# Which terms a text has. Raise it when the same text gives other ones; an older index is then refused, for a query
# would look for words that it does not hold.
ANALYSIS = 5

# What the files of an index look like, those that are kept beside the documents included. Raise it when this version
# could not read what the last one wrote, or the other way round; another format is refused with the way out.
FORMAT = 7

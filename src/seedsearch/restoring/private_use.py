"""Private-use characters of GBK for characters that Unicode now encodes: U+E837 for 䌷. Kind compatibility-character.

How it arises: GBK of 1995 held characters that Unicode did not have yet. Windows and GB 18030-2000 put them at U+E815
to U+E864 (and vertical marks, ḿ and ǹ at U+E78D to U+E7C8), where texts converted at the time still have them; today's
fonts show nothing there.

How it is recognised: by the code point, beside an ideograph, on a page that holds no other private-use characters and
few of these. GB 18030 defines what each of them is.

Left alone: components, which no text needs (⺶, 龶: then another font was meant); half of 䴙䴘, for neither stands by
itself (old books have the first of them for whatever a font lacked: 崔㥄, 士彠); pages with any other private-use
character, which are written for a font of their own, and pages where they come often, whose common characters were
replaced (`findings` counts both); clusters, which are bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from seedsearch.damage import Damage
from seedsearch.offsets import Edit, edit, gathered
from seedsearch.text.folding import HAN
from seedsearch.text.late_pattern import late_pattern

_KNOWN = "\ue78d-\ue796\ue7c7\ue7c8\ue815-\ue864"
TRIGGER = re.compile(f"[{_KNOWN}]")
_OTHER = re.compile(f"(?![{_KNOWN}])[\ue000-\uf8ff\U000f0000-\U0010fffd]")
_BESIDE = late_pattern(f"(?<=[{HAN}])[{_KNOWN}]|[{_KNOWN}](?=[{HAN}])")
_HALF = re.compile("\ue862(?![\ue861䴘])|(?<![\ue862䴙])\ue861")
_CLUSTER = re.compile(f"[{_KNOWN}][^\n]{{0,6}}?[{_KNOWN}][^\n]{{0,6}}?[{_KNOWN}]")
MOST = 0.01  # of a page's characters; rare ones of a language are rarer, and replaced common ones are a tenth and more
_MARKS = dict(zip(map(chr, range(0xE78D, 0xE797)), "︐︒︑︓︔︕︖︗︘︙", strict=True)) | {
    "\ue7c7": "ḿ",
    "\ue7c8": "ǹ",
}


def edits(text: str) -> Sequence[Edit]:
    """Return one edit for each of these characters."""
    return gathered(_found(text))


def _found(text: str) -> Iterator[Edit]:
    found = len(TRIGGER.findall(text))
    if found > max(1, MOST * len(text)) or _OTHER.search(text) or _CLUSTER.search(text):
        return
    for m in _BESIDE.finditer(text):
        if m[0] in of_gbk() and not _HALF.match(text, m.start()):
            yield edit(*m.span(), of_gbk()[m[0]], Damage.COMPATIBILITY_CHARACTER)


@cache
def of_gbk() -> dict[str, str]:
    """Private-use character → the one that Unicode has; GBK's row FE from column 50 on is U+E815 and what follows."""
    columns = [*range(0x50, 0x7F), *range(0x80, 0xA1)]
    row = {chr(0xE815 + i): bytes((0xFE, column)).decode("gb18030") for i, column in enumerate(columns)}
    return _MARKS | {private: char for private, char in row.items() if "\u3400" <= char <= "\u4dbf"}

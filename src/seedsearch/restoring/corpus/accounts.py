"""The provenance record of a document: its edits by kind and certainty, encoding, quality and languages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from seedsearch.damage import Certainty
from seedsearch.restoring.corpus.where import Value
from seedsearch.restoring.documents import Cleaned
from seedsearch.text.folding import HAN, table

if TYPE_CHECKING:
    from seedsearch.text.array_types import Bytes

_OTHER, _HAN, _TRADITIONAL, _SIMPLIFIED, _KANA, _HANGUL, _LATIN, _LETTER, _PRIVATE, _REPLACEMENT, _BLANK = range(11)
_RANGES = {
    _KANA: "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9d",
    _HANGUL: "\u1100-\u11ff\u3131-\u318e\ua960-\ua97c\uac00-\ud7a3\ud7b0-\ud7fb",
    _LATIN: "A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff\uff21-\uff3a\uff41-\uff5a",
    _LETTER: "\u0370-\u10ff\u1200-\u1cff\u1f00-\u1fff\ua000-\ua48c",
    _PRIVATE: "\ue000-\uf8ff\U000f0000-\U0010fffd",
    _REPLACEMENT: "\ufffd",
    _BLANK: "\t-\r \u0085\u00a0\u2000-\u200a\u2028\u2029\u202f\u205f\u3000",
}
_RANGE = re.compile("(.)(?:-(.))?", re.DOTALL)
# Proportion of kana among the letters from which on the ideographs of a text are Japanese.
JAPANESE = 0.1


@cache
def _classes() -> Bytes:
    """Return the class of each code point."""
    import numpy as np  # 0.1 s and 12 MB, for what only corpora ask for

    classes = np.zeros(0x110000, np.uint8)
    for number, ranges in ((_HAN, HAN), *_RANGES.items()):
        _fill(classes, ranges, number)
    han = classes == _HAN
    pairs = [(a, ord(b)) for a, b in table().items() if han[a] and han[ord(b)]]
    changed, targets = np.array(pairs, np.int64).T
    classes[targets] = _SIMPLIFIED
    classes[changed] = _TRADITIONAL
    return classes


def _fill(classes: Bytes, ranges: str, number: int) -> None:
    for first, last in _RANGE.findall(ranges):
        classes[ord(first) : ord(last or first) + 1] = number


def quality(text: str) -> dict[str, float]:
    """Return proportions of a text.

    `han` is that of ideographs among non-blank characters; `private_use` and `replacement` are those of such characters
    among all. `chinese`, `japanese`, `korean`, `latin` and `other` are those of letters of the language or script
    (ideographs are Japanese if a tenth of the letters are kana); all are 0 without letters. `traditional` is that of
    Traditional forms among the ideographs that differ between the scripts.
    """
    import numpy as np

    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    counts = np.bincount(_classes()[points], minlength=11).tolist()
    han = counts[_HAN] + counts[_TRADITIONAL] + counts[_SIMPLIFIED]
    letters = han + counts[_KANA] + counts[_HANGUL] + counts[_LATIN] + counts[_LETTER]
    japanese = han + counts[_KANA] if counts[_KANA] > JAPANESE * letters else counts[_KANA]
    return {
        "han": _share(han, len(points) - counts[_BLANK]),
        "private_use": _share(counts[_PRIVATE], len(points)),
        "replacement": _share(counts[_REPLACEMENT], len(points)),
        "chinese": _share(han + counts[_KANA] - japanese, letters),
        "japanese": _share(japanese, letters),
        "korean": _share(counts[_HANGUL], letters),
        "latin": _share(counts[_LATIN], letters),
        "other": _share(counts[_LETTER], letters),
        "traditional": _share(counts[_TRADITIONAL], counts[_TRADITIONAL] + counts[_SIMPLIFIED]),
    }


def _share(part: int, whole: int) -> float:
    return round(part / whole, 6) if whole else 0.0


def account_of(cleaned: Cleaned, texts: str) -> dict[str, Any]:
    """Return the provenance record of a document; `texts` are its restored texts.

    `found` counts the unrepaired damage by kind; `unrepaired` in the quality is its proportion of the characters.
    """
    shares = quality(texts)
    lost = sum(len(finding.span) for finding in cleaned.findings)
    languages = ("chinese", "japanese", "korean", "latin", "other", "traditional")
    return {
        "type": "document",
        "path": cleaned.raw.path,
        "encoding": cleaned.encoding,
        "confidence": round(cleaned.raw.confidence, 3),
        "characters": len(texts),
        "edits": _counted(e.kind for e in cleaned.edits) if cleaned.edits else {},
        "certainty": _counted(e.certainty for e in cleaned.edits) if cleaned.edits else {},
        "found": _counted(f.kind for f in cleaned.findings) if cleaned.findings else {},
        "quality": {
            **{name: share for name, share in shares.items() if name not in languages},
            "unrepaired": _share(min(lost, len(texts)), len(texts)),
        },
        "language": {name: shares[name] for name in languages},
    }


def _counted(names: Any) -> dict[str, int]:
    return {str(name): count for name, count in sorted(Counter(names).items())}


def asked_of(row: Mapping[str, Any]) -> dict[str, Value]:
    """Return the values of a provenance record by their names in expressions."""
    return {
        **{str(one): 0.0 for one in Certainty},
        **row["certainty"],
        **row["edits"],
        **row["found"],
        **row["quality"],
        **row["language"],
        "edits": sum(row["edits"].values()),
        "findings": sum(row["found"].values()),
        **{name: row[name] for name in ("path", "encoding", "confidence", "characters")},
        **(
            {"near_duplicate": float(not row["near"]["first"]), "near_size": row["near"]["size"]}
            if "near" in row
            else {}
        ),
    }

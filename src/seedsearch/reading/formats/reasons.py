"""Translates libraries' messages about broken files into ours: theirs are English, differ, and do not say what to do.
Unusual messages are passed on as they are.
"""

from __future__ import annotations

import re

ENCRYPTED = "it is encrypted"
_WORDS = tuple(
    (re.compile(pattern, re.IGNORECASE), words)
    for pattern, words in (
        # tarfile; libarchive; pyarrow, whose last bytes are the magic again; expat
        (
            r"unexpected end|truncated|premature|end of file|past the end|magic bytes not found in footer"
            r"|no element found|unclosed token|ended before|not enough|smaller than the minimum",
            "it ends too early",
        ),
        (r"encrypt|passphrase|password", ENCRYPTED),
        (r"checksum|crc|\bdigest\b", "its checksum is wrong"),
        (r"unsupported|not supported|not implemented", "it is packed in a way that is not read"),
        (r"malformed|not a database|couldn't deserialize|thrift|invalid header|bad header|damaged|corrupt"
         r"|unrecognized archive|invalid flatbuffer|block encountered", "the record of its parts is damaged"),
        (r"mismatched tag", "a closing tag does not match"),
        (r"not well-formed|invalid token", "a character stands where none may be"),
        (r"undefined entity", "an entity is not declared"),
    )
)  # fmt: skip
_PLACE = re.compile(r": line (\d+), column (\d+)\Z")


def worded(error: object) -> str:
    """Return why a file is broken: the usual reasons in our words, with the place that the library names."""
    said = " ".join(str(error).split())
    words = next((words for pattern, words in _WORDS if pattern.search(said)), said)
    place = _PLACE.search(said)
    return f"{words}, at line {place[1]}, column {place[2]}" if place and words != said else words

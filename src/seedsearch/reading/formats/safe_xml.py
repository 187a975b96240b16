"""Parses untrusted XML: no entities, no external resources, bounded depth."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn
from xml.parsers import expat

from seedsearch.errors import NotText, SourceError
from seedsearch.reading.encodings import decode
from seedsearch.reading.encodings.names import strictly
from seedsearch.reading.formats.limits import XML_DEPTH, XML_TAG
from seedsearch.reading.formats.reasons import worded

Start = Callable[[str, Mapping[str, str]], None]
End = Callable[[str], None]

_DECLARED = re.compile(rb"<\?xml[^>]{0,200}encoding\s*=\s*[\"']([A-Za-z0-9_.:-]{1,40})[\"']")
# Of Chinese files that are named in a narrower way than they are written.
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs"}
# What is declared for what is in another encoding, with the name that it is told by.
_MISTAKEN = {"utf-8": "", "gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030"}
# What expat reads by itself.
_KNOWN = {"utf-8", "utf-16", "iso8859-1", "ascii"}

# Bytes that are parsed at a time. A tag is only handed on when all of it is there.
_PIECE = 1 << 16


def read_xml(content: bytes, start: Start, end: End, text: Callable[[str], None]) -> None:
    """Call `start` (name, attributes), `end` (name) and `text` for what stands in `content`, in its order.

    Names come without their namespaces. Raises SourceError for XML that is broken or declares an entity.
    """
    depth = 0

    def started(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > XML_DEPTH:
            raise SourceError(f"its XML is more than {XML_DEPTH:,} levels deep")
        start(_local(name), {_local(key): value for key, value in attributes.items()})

    def ended(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(_local(name))

    content, encoding = _known(content)
    parser = expat.ParserCreate(encoding, namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = started
    parser.EndElementHandler = ended
    parser.CharacterDataHandler = text
    parser.EntityDeclHandler = _refuse
    try:
        for at in range(0, len(content), _PIECE):
            parser.Parse(content[at : at + _PIECE], False)
            if at + _PIECE - parser.CurrentByteIndex > XML_TAG + _PIECE:
                raise SourceError(f"its XML has a tag of more than {XML_TAG >> 10:,} KiB")
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise SourceError(f"its XML is broken: {worded(error)}") from error


def _known(content: bytes) -> tuple[bytes, str | None]:
    """Return the content as UTF-8, and whether it had to be converted because expat cannot read it as it is.

    Conversion is needed for encodings that expat does not know, and for files whose declaration is wrong.
    """
    declared = _DECLARED.match(content[:400])
    try:
        name = codecs.lookup(declared[1].decode()).name if declared else "utf-8"
        read = _in_another(content, name)
        if read is None and name in _KNOWN:
            return content, None
        text = content.decode(_WIDER.get(name, name), "replace") if read is None else read
        return text.encode("utf-8", "replace"), "utf-8"
    except (LookupError, ValueError) as error:
        said = declared[1].decode() if declared else ""
        raise SourceError(f"its XML is in an encoding that is not known: {said}") from error


def _in_another(content: bytes, name: str) -> str | None:
    """Return the text of data in another encoding than `name`, the declared one; None if the declaration is right.

    Programs copy the first line of a file, or convert the file and leave the declaration. UTF-8 with an invalid byte
    counts too, because expat stops at it.
    """
    if b"\0" in content or content.isascii() or name not in _MISTAKEN or (name == "utf-8" and strictly(content, name)):
        return None
    try:
        decoded = decode(content)
    except NotText:
        return None
    return None if decoded.encoding == _MISTAKEN[name] else decoded.text


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _refuse(*_: Any) -> NoReturn:
    raise SourceError("its XML declares entities, which are not read: they can grow without end or name other files")

"""E-mail (EML, MHT web archives, MBOX mailboxes) → the text of each message, and its attachments as files in it.

The text of a message is its subject, sender, recipients and date, and its plain text, or its HTML if it has none. In
Chinese mail, the declared charset is often narrower than the real one (gb2312 for GBK) or missing; an encoded word may
end inside a character, and header fields may contain raw bytes.

Sources: RFC 5322 (messages), RFC 2045 to 2047 (MIME), RFC 2557 (MHTML), RFC 4155 (mbox).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import collapse_rfc2231_value
from html import escape
from mmap import mmap
from typing import Any

from seedsearch.errors import NotText, SeedsearchError, SourceError
from seedsearch.offsets import apply_edits
from seedsearch.reading.documents import Said
from seedsearch.reading.encodings import decode
from seedsearch.reading.formats.format import File
from seedsearch.reading.formats.members import Extracted, Lost, Member, encoding_of_names, place, text_of_name

_ENDINGS = {".eml", ".mht", ".mhtml"}
BOXES = {".mbox", ".mbx"}
# Extensions of text files that may begin like a message but are read as text.
_TEXTS = {".txt", ".md", ".log", ".html", ".htm", ".csv", ".json", ".jsonl", ".py", ".c"}
_HEAD = re.compile(rb"\A(?:[A-Za-z][A-Za-z0-9-]{1,60}:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*\r?\n){3,}\r?\n")
_SURE = re.compile(rb"^(?:Received|Message-ID|MIME-Version|Delivered-To|Return-Path):", re.IGNORECASE | re.MULTILINE)
_HEAD_BYTES = 16 * 1024
# The line that begins a message, with sender and date. Such lines inside a message are escaped with >.
_BEGINS = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\r\n]+\r?\n")
_TIME, _LONGEST = re.compile(rb"\d\d:\d\d(?::\d\d)?\b.*\b(?:19|20)\d\d\b"), 300
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_SAID = ("from", "to", "cc", "date")
# Charsets that programs declare if they do not know.
_DOUBTFUL = {"us-ascii", "ascii", "iso-8859-1", "unknown-8bit", "default_charset", "x-unknown", "utf-7"}
_WORD = re.compile(r"=\?[^?\s]{1,40}\?[bBqQ]\?[^?]*\?=")
# Code points of encoded words decoded at a time, in 20 ms: the library takes quadratic time, 150 s for 200,000 words.
DECODED = 64 * 1024
_PIECE = re.compile(rf"(?s).{{1,{DECODED}}}(?=[ \t\r\n]|\Z)|.{{1,{DECODED}}}")
_ENDS = re.compile(r"</\s*(?:html|body)\s*>", re.IGNORECASE)


# Styles and scripts, which are parts of web archives.
_OF_PAGES = frozenset({"text/css", "text/javascript", "application/javascript", "application/x-javascript"})


def is_message(file: File) -> bool:
    """Tell whether it has the name of a message, or begins like one without the name of a text."""
    if file.ending in _ENDINGS:
        return True
    head = file.content[:_HEAD_BYTES]
    return file.ending not in _TEXTS and b":" in head[:64] and bool(_SURE.search(head)) and bool(_HEAD.match(head))


def is_mailbox(file: File) -> bool:
    """Tell whether it begins like a mailbox, and its name or the following lines confirm it."""
    first = next(beginnings(file.content), None) if file.content.startswith(b"From ") else None
    if first is None:
        return False
    head = file.content[first.end() : first.end() + _HEAD_BYTES]
    return file.ending in BOXES or _HEAD.match(head) is not None


def beginnings(content: bytes | mmap) -> Iterator[re.Match[bytes]]:
    """Return the lines that begin a message."""
    return (line for line in _BEGINS.finditer(content) if len(line[0]) <= _LONGEST and _TIME.search(line[0]))


def messages(file: File) -> Iterator[Member]:
    """Yield the messages of a mailbox, by their numbers."""
    begin: int | None = None
    number = file.asked.before
    for found in (*beginnings(file.content), None):
        if begin is not None:
            number += 1
            file.budget.part()
            content = _QUOTED.sub(rb"\1", file.content[begin : found.start() if found else None])
            file.budget.spend(len(content))
            yield Member(f"{number}.eml", content)
        begin = found.end() if found else None


def parts(file: File) -> Iterator[Extracted | Member | Lost]:
    """Yield the text of a message and its attachments; raises SourceError if it cannot be parsed."""
    try:
        message = message_from_bytes(file.content)
        leaves = list(_leaves(message, file))
    except RecursionError as error:
        raise SourceError("a message that cannot be taken apart: hundreds of parts, one inside the other") from error
    except (MessageError, ValueError, LookupError, TypeError) as error:
        raise SourceError(f"a message that cannot be taken apart: {error}") from error
    texts = [leaf for leaf in leaves if _is_body(leaf)]
    said = Said.of([("title", _field(message, "subject")), ("creator", _field(message, "from"))])
    yield Extracted(_text(message, texts, file), said)
    chosen = {id(leaf) for leaf in texts} | {id(leaf) for leaf in leaves if _is_of_page(leaf)}
    for number, leaf in enumerate((leaf for leaf in leaves if id(leaf) not in chosen), 1):
        yield _attachment(leaf, number, file)


def _leaves(message: Message, file: File) -> Iterator[Message]:
    """Yield the leaf parts of a message in order; an attached message is a leaf."""
    left = [message]
    while left:
        part = left.pop()
        file.budget.part()
        inside = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inside, list):
            left += reversed([inner for inner in inside if isinstance(inner, Message)])
        else:
            _read_bytes_in_head(part)
            yield part


def _read_bytes_in_head(part: Message) -> None:
    """Decode names that are raw bytes in the header of a part."""
    for name, value in list(part.raw_items()):
        if name.lower() in ("content-type", "content-disposition") and isinstance(value, str) and not value.isascii():
            part.replace_header(name, _of_bytes(value.encode("utf-8", "surrogateescape")))


def _is_body(leaf: Message) -> bool:
    """Tell whether a part is text of the message itself."""
    of_text = leaf.get_content_type() in ("text/plain", "text/html")
    return of_text and leaf.get_content_disposition() != "attachment" and leaf.get_filename() is None


def _is_of_page(leaf: Message) -> bool:
    """Tell whether a part is a style sheet or a script."""
    return leaf.get_content_type() in _OF_PAGES and leaf.get_content_disposition() != "attachment"


def _text(message: Message, texts: list[Message], file: File) -> str:
    """Return the text of a message: subject, other headers, plain text; as HTML if it has only that."""
    subject = _field(message, "subject")
    head = [f"{name.capitalize()}: {said}" for name in _SAID if (said := _field(message, name))]
    read = [(leaf.get_content_type(), _decoded(leaf, file)) for leaf in texts]
    plain = [text for kind, text in read if kind == "text/plain" and text.strip()]
    pages = [text for kind, text in read if kind == "text/html" and text.strip()]
    if plain or not pages:
        lines = [subject, *head, "", *plain] if plain else [subject, *head]
        return "\n".join(lines).strip("\n") + "\n"
    above = "<br>".join(map(escape, head))
    return f"<html><title>{escape(subject)}</title><p>{above}</p>" + "\n".join(_ENDS.sub("", page) for page in pages)


def _decoded(leaf: Message, file: File) -> str:
    """Decode a part in its declared charset if that is valid, else in the detected one."""
    content = _payload(leaf)
    charset = (leaf.get_content_charset() or "").lower()
    try:
        if file.asked.encoding is None and charset and charset not in _DOUBTFUL:
            named = decode(content, encoding=charset)
            if "\ufffd" not in apply_edits(named.text, named.edits):
                return apply_edits(named.text, named.edits)
    except SeedsearchError:
        pass
    try:
        found = decode(content, encoding=file.asked.encoding)
    except NotText:
        return ""
    return apply_edits(found.text, found.edits)


def _payload(leaf: Message) -> bytes:
    """Return the bytes of a part; if its encoding is wrongly declared, its lines as far as they can be decoded."""
    content: Any = leaf.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _field(message: Message, name: str) -> str:
    """Return a header field on one line."""
    said = next((value for key, value in message.raw_items() if key.lower() == name), "")
    return " ".join(_words(str(said)).split())


def _words(said: str) -> str:
    """Decode the encoded words of a value, joining adjacent ones in one charset, because a character may be split
    between them.
    """
    if _WORD.search(said) is None:
        return _of_bytes(said.encode("utf-8", "surrogateescape"))
    return "".join(
        _of_bytes(part.encode("utf-8", "surrogateescape"))
        if isinstance(part, str)
        else _of_bytes(part, charset if charset not in _DOUBTFUL else None)
        for piece in pieces(said)
        for part, charset in _in_charsets(piece)
    )


def pieces(said: str) -> list[str]:
    """Divide a value into pieces of at most DECODED code points, before blanks if possible."""
    return _PIECE.findall(said)


def _in_charsets(said: str) -> list[tuple[Any, Any]]:
    """Split a value into encoded words with their charsets."""
    try:
        return list(decode_header(said))
    except (MessageError, ValueError):
        return [(said, None)]


def _of_bytes(content: bytes, charset: str | None = None) -> str:
    try:
        if charset:
            return decode(content, encoding=charset).text
    except SeedsearchError:
        pass
    return text_of_name(content, encoding_of_names([content]))


def _attachment(leaf: Message, number: int, file: File) -> Member | Lost:
    """Return an attached file, named as in the message, or by its number."""
    inside = leaf.get_payload()
    whole = isinstance(inside, list) and inside and isinstance(inside[0], Message)
    told = leaf.get_filename()
    ending = ".eml" if whole else ".html" if leaf.get_content_type() == "text/html" else ""
    name = _words(collapse_rfc2231_value(told)) if told else f"part-{number}{ending}"
    try:
        name = place(name.replace("/", "-"))
        content = inside[0].as_bytes() if whole else _payload(leaf)  # type: ignore[union-attr,index]
        file.budget.spend(len(content))
    except (SourceError, RecursionError, ValueError, LookupError) as error:
        if file.budget.spent:
            raise
        return Lost(f"part-{number}", str(error))
    return Member(name, content)

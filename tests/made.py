"""Small writers of the formats that are read, so that no test needs a file that it did not make."""

from __future__ import annotations

import io
import tarfile
import zipfile
import zlib
from collections.abc import Mapping, Sequence

Content = str | bytes

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def as_bytes(content: Content) -> bytes:
    return content.encode() if isinstance(content, str) else content


def zip_of(files: Mapping[str, Content], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    place = io.BytesIO()
    with zipfile.ZipFile(place, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, as_bytes(content))
    return place.getvalue()


def tar_of(files: Mapping[str, Content], mode: str = "w") -> bytes:
    place = io.BytesIO()
    with tarfile.open(fileobj=place, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(as_bytes(content))
            archive.addfile(info, io.BytesIO(as_bytes(content)))
    return place.getvalue()


def docx_of(body: str, *, before: str = "", **parts: str) -> bytes:
    """`body`: what stands in the body of the document; `parts`: that of footnotes and so on; `before`: a DTD."""

    def part(root: str, inner: str) -> str:
        return f'<?xml version="1.0" encoding="UTF-8"?>{before}<w:{root} {_W}>{inner}</w:{root}>'

    files = {"[Content_Types].xml": "<Types/>", "word/document.xml": part("document", f"<w:body>{body}</w:body>")}
    return zip_of(files | {f"word/{name}.xml": part(name, inner) for name, inner in parts.items()})


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def epub_of(chapters: Mapping[str, Content], order: Sequence[str] | None = None) -> bytes:
    container = '<container><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
    items = "".join(f'<item id="{i}" href="{name}"/>' for i, name in enumerate(chapters))
    numbers = [list(chapters).index(name) for name in order or chapters]
    spine = "".join(f'<itemref idref="{i}"/>' for i in numbers)
    book = f"<package><manifest>{items}</manifest><spine>{spine}</spine></package>"
    files: dict[str, Content] = {"META-INF/container.xml": container, "OEBPS/book.opf": book}
    return zip_of(files | {f"OEBPS/{name}": content for name, content in chapters.items()})


def page_of(title: str, text: str) -> str:
    head = (
        f'<?xml version="1.0"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><head><title>{title}</title>'
    )
    return f"{head}<style>p {{}}</style></head><body><p>{text}</p></body></html>"


def pdf_of(*pages: str, content: bytes | None = None) -> bytes:
    """A PDF with a line of text a page; `content`: what stands in a stream of a page instead."""
    characters = sorted(set("".join(pages)))
    streams = [b"BT /F1 12 Tf 72 720 Td <%s> Tj ET" % page.encode("utf-16-be").hex().encode() for page in pages]
    if content is not None:
        streams = [content]
    count = len(streams)
    kids = b" ".join(b"%d 0 R" % (6 + 2 * i) for i in range(count))
    mapped = b"\n".join(b"<%04x> <%04x>" % (ord(c), ord(c)) for c in characters)
    cmap = b"begincmap\n1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n"
    cmap += b"%d beginbfchar\n%s\nendbfchar\nendcmap" % (len(characters), mapped)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /DescendantFonts [4 0 R] "
        b"/ToUnicode 5 0 R >>",
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A /CIDSystemInfo << /Registry (A) /Ordering (I) "
        b"/Supplement 0 >> /DW 1000 >>",
        _stream(cmap),
    ]
    for i, stream in enumerate(streams):
        of_page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> "
        objects += [of_page + b"/Contents %d 0 R >>" % (7 + 2 * i), _stream(stream)]
    return _pdf(objects)


def _stream(content: bytes) -> bytes:
    packed = zlib.compress(content, 9)
    return b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed)


def _pdf(objects: Sequence[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(out))
    return bytes(out) + end + trailer

"""The process that reads one PDF: bytes on standard input, one JSON object on standard output.

It is started by `seedsearch.reading.formats.pdf`, which says how much processor time, memory and text it may use.
"""

from __future__ import annotations

import io
import json
import logging
import os
import resource
import sys
from threading import Thread


def main(watched: int, seconds: int, memory: int, characters: int) -> None:
    """Limit this process, read, answer. What the library raises is part of the answer, whatever it is.

    `watched` is a pipe that nobody writes to; when it ends, so has the process that wants the answer.
    """
    Thread(target=_end_with, args=[watched], daemon=True).start()
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    logging.disable()
    try:
        answer: dict[str, object] = read(sys.stdin.buffer.read(), characters)
    except MemoryError:
        raise SystemExit(1) from None
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"[:300]}
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace"))


def _end_with(watched: int) -> None:
    os.read(watched, 1)
    os._exit(1)


def read(content: bytes, characters: int) -> dict[str, object]:
    """The text of each page, and the numbers of those that cannot be read."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):
        return {"error": "it is encrypted"}
    pages: list[str] = []
    lost: list[int] = []
    for number, page in enumerate(reader.pages, 1):
        try:
            text = page.extract_text().encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        except MemoryError:
            raise
        except Exception:
            lost.append(number)
            continue
        pages.append(text)
        characters -= len(text)
        if characters < 0:
            return {"error": "it holds more text than is read of a PDF"}
    return {"pages": pages, "lost": lost}

"""What a program prints on a terminal → a picture (SVG), each character in its cell.

Knows the escape sequences that seedsearch prints: colours and weights (SGR), links (OSC 8). A link is left out, for a
picture cannot be clicked.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path

from seedsearch.frontends.render.layout import cells

CELL, LINE, SIZE, EDGE = 8.4, 20, 14, 16
COLOURS = {"31": "#f28b82", "32": "#81c995", "35": "#d7aefb"}
# Blanks, characters of one cell, characters of two.
_RUN = re.compile(r" +|[\u0021-\u2e7f]+(?: [\u0021-\u2e7f]+)*|[^\u0020-\u2e7f]+")
_ESCAPE = re.compile(r"\x1b\]8;;[^\x1b]*\x1b\\|\x1b\[([\d;]*)m")


def on_terminal(command: str, folder: Path, columns: int, environment: Mapping[str, str], rows: int = 60) -> str:
    """Return what `command`, run by a shell in `folder`, prints on a terminal of so many columns and rows."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    with subprocess.Popen(
        ["bash", "-c", command], cwd=folder, stdin=its, stdout=its, stderr=its, env=environment
    ) as running:
        os.close(its)
        printed = b"".join(_read(ours))
        running.wait()
    os.close(ours)
    return printed.decode().replace("\r\n", "\n")


def _read(terminal: int) -> Iterator[bytes]:
    """Yield all that is printed; a terminal that nobody writes to any more is an error to the reader."""
    while True:
        try:
            piece = os.read(terminal, 1 << 16)
        except OSError:
            return
        if not piece:
            return
        yield piece


def svg(title: str, printed: str, columns: int) -> str:
    """Return the picture of a terminal with a prompt and what was printed."""
    lines = [f"\x1b[32m$\x1b[0m {title}", *printed.rstrip("\n").split("\n")]
    width, height = columns * CELL + 2 * EDGE, len(lines) * LINE + 2 * EDGE
    rows = "\n".join(_row(line, EDGE + (i + 0.75) * LINE) for i, line in enumerate(lines))
    font = "ui-monospace, Menlo, Consolas, 'Noto Sans Mono CJK SC', monospace"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" width="{width:.0f}" role="img">\n'
        f"<title>{escape(title)}</title>\n"
        f'<rect width="100%" height="100%" rx="8" fill="#202124"/>\n'
        f'<g font-family="{font}" font-size="{SIZE}" fill="#e8eaed">\n{rows}\n</g>\n</svg>\n'
    )


def _row(line: str, y: float) -> str:
    """Return one line: a piece for each look and each width of character, spread over its cells, blanks left out."""
    x, pieces = float(EDGE), []
    for text, look in _pieces(line):
        for run in _RUN.findall(text):
            width = cells(run) * CELL
            if run.strip():
                at = f'x="{x:.1f}" y="{y:.1f}" textLength="{width:.1f}"'
                pieces.append(f"<text {at}{look}>{escape(run)}</text>")
            x += width
    return "".join(pieces)


def _pieces(line: str) -> Iterator[tuple[str, str]]:
    """Stretches of equal look, with the attributes of the look."""
    last, look = 0, ""
    for found in _ESCAPE.finditer(line):
        if line[last : found.start()]:
            yield line[last : found.start()], look
        if found[1] is not None:
            look = _look(found[1].split(";"))
        last = found.end()
    if line[last:]:
        yield line[last:], look


def _look(codes: list[str]) -> str:
    colour = "".join(f' fill="{COLOURS[code]}"' for code in codes if code in COLOURS)
    weight = ' font-weight="bold"' if "1" in codes else ""
    return colour + weight + (' opacity="0.6"' if "2" in codes else "")

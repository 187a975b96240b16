"""What a file that holds other files may cost: every limit in one place, with its reason.

A file past a limit is reported and the run goes on; what was read of it before stays. The size of a file itself is
limited in `seedsearch.source` (`LARGEST_FILE`).
"""

from __future__ import annotations

from dataclasses import dataclass

from seedsearch.errors import SourceError

# One text, in bytes: to be cleaned and analysed it takes about 33 times as much memory, here two gigabytes.
TEXT = 64 * 1024 * 1024

# All texts of one file together, in bytes: they go to the index together, and take 30 times as much memory till then.
TEXTS = 128 * 1024 * 1024

# All that one file may unpack to, at any depth, pictures and films too: that is a few seconds of work, a member at a
# time in memory.
UNPACKED = 1024 * 1024 * 1024
MEMBER = 256 * 1024 * 1024

# Text is packed to a third or a tenth, logs to a fiftieth; past this it is made to burst. What is small may be packed
# as it likes.
RATIO, RATIO_FROM = 250, 1024 * 1024

# Files and records that one file may hold, at any depth: each costs about a kilobyte besides its text.
PARTS = 100_000

# Archives inside archives: what people send around is packed twice, seldom three times.
DEPTH = 3

# A page of PDF takes hundredths of a second, a book a minute. The clock runs longer than the processor's time, for
# machines that are busy. A page may unpack to 75 MB in the library, several times that as objects. The longest novels
# have ten million characters.
PDF_SECONDS, PDF_WALL_SECONDS, PDF_MEMORY = 120, 360, 2048 * 1024 * 1024
PDF_CHARACTERS = 32_000_000

# Levels of elements in XML: documents have dozens.
XML_DEPTH = 2_000


@dataclass(slots=True)
class Budget:
    """What is left for one file and all that is in it."""

    unpacked: int = UNPACKED
    texts: int = TEXTS
    parts: int = PARTS

    def spend(self, size: int) -> None:
        """Take `size` bytes; raises SourceError where so many are not left."""
        self.unpacked -= size
        if self.unpacked < 0:
            raise SourceError(f"it unpacks to more than {UNPACKED >> 20} MiB", hint="unpack it into a folder")

    def text(self, size: int) -> None:
        """Take a text of `size` bytes; raises SourceError where it is too large, or so many are not left."""
        if size > TEXT:
            raise SourceError(f"a text of more than {TEXT >> 20} MiB", hint="split it")
        self.texts -= size
        if self.texts < 0:
            raise SourceError(f"it holds more than {TEXTS >> 20} MiB of text", hint="unpack it into a folder")

    @property
    def spent(self) -> bool:
        """Whether nothing more is to be read of the file."""
        return self.unpacked < 0 or self.texts < 0 or self.parts < 0

    def part(self) -> None:
        """Take one file or record; raises SourceError where none is left."""
        self.parts -= 1
        if self.parts < 0:
            raise SourceError(f"it holds more than {PARTS:,} files or records", hint="split it")

"""What a file that holds other files may cost: every limit in one place, with its reason.

A file past a limit is reported and the run goes on; what was read of it before stays. The size of a file itself is
limited in `seedsearch.source` (`LARGEST_FILE`).
"""

from __future__ import annotations

from dataclasses import dataclass

from seedsearch.errors import SourceError

# All that one file may unpack to, at any depth, in bytes: as much as a file on disk may have, and it fits in memory.
UNPACKED = 256 * 1024 * 1024

# Text is packed to a third or a tenth, logs to a fiftieth; past this it is made to burst. What is small may be packed
# as it likes.
RATIO, RATIO_FROM = 250, 1024 * 1024

# Files and records that one file may hold, at any depth: each costs about a kilobyte besides its text.
PARTS = 100_000

# Archives inside archives: what people send around is packed twice, seldom three times.
DEPTH = 3

# A page of PDF takes hundredths of a second, a book a minute. The clock runs longer than the processor's time, for
# machines that are busy. A page may unpack to 75 MB in the library, several times that as objects.
PDF_SECONDS, PDF_WALL_SECONDS, PDF_MEMORY = 120, 360, 2048 * 1024 * 1024

# Levels of elements in XML: documents have dozens.
XML_DEPTH = 2_000


@dataclass(slots=True)
class Budget:
    """What is left for one file and all that is in it."""

    unpacked: int = UNPACKED
    parts: int = PARTS

    def spend(self, size: int) -> None:
        """Take `size` bytes; raises SourceError where so many are not left."""
        self.unpacked -= size
        if self.unpacked < 0:
            raise SourceError(f"it unpacks to more than {UNPACKED >> 20} MiB", hint="unpack it into a folder")

    def part(self) -> None:
        """Take one file or record; raises SourceError where none is left."""
        self.parts -= 1
        if self.parts < 0:
            raise SourceError(f"it holds more than {PARTS:,} files or records", hint="split it")

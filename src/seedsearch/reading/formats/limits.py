"""The limits for files that contain other files, all in one place, with the reasons.

A file past a limit is reported and the run goes on; what was read of it before stays. The size of a file itself is
limited in `seedsearch.reading.files` (`LARGEST_FILE`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from seedsearch.errors import SourceError

# One text, in bytes: to be cleaned and analysed it takes 8 to 14 times as much memory, here 0.8 gigabytes.
TEXT = 64 * 1024 * 1024

# All texts of one file together, in bytes: they go to the index together, and take 30 times as much memory till then.
TEXTS = 128 * 1024 * 1024

# All that one file may unpack to, at any depth, pictures and films too: that is a few seconds of work, a member at a
# time in memory.
UNPACKED = 1024 * 1024 * 1024
MEMBER = 256 * 1024 * 1024

# Text is packed to a third or a tenth, logs to a fiftieth; past this it is made to burst. That holds for each member
# and for all that a file unpacks to. What is small may be packed as it likes: so many bytes are granted once for a
# whole file, not for each member (120 members of 1 MiB fit into 47 KB, and took minutes).
RATIO, GRANTED = 250, 1024 * 1024
# A member that is refused has been worked on, too: bzip2 unpacks 900 KB before it hands out a byte. Each counts as
# GRANTED bytes, and so many of them are borne in a small file; then it is not read on.
REFUSED = 16

# What a stream of LZMA may demand for its dictionary: `xz -9` takes 64 MiB, a crafted one up to 4 GiB. The library
# needs a little more than the dictionary.
DICTIONARY, DICTIONARY_ROOM = 64 * 1024 * 1024, 4 * 1024 * 1024

# Files and records that one file may hold, at any depth: each costs about a kilobyte besides its text. Starting to
# unpack a member takes 5 to 25 microseconds, whatever dictionary it demands.
PARTS = 100_000

# Records of a file that is read in portions (reading/portions.py): each takes 300 bytes until the file is in the index,
# for what is known of it counts when all of it is.
RECORDS = 1_000_000

# Names of fields are repeated in every record. All of them may come to so many times the text of the file, and so many
# characters more: a table of figures of six characters under headings of twenty comes to three times, and a small table
# may come to more. With them a table takes under two seconds a megabyte to index.
NAMES, NAMES_GRANTED = 4, 64 * 1024

# Fields of a row and values of a line of JSON: each takes 60 to 100 bytes while it is taken apart. Excel has 16,384.
FIELDS = 250_000

# Archives inside archives: what people send around is packed twice, seldom three times.
DEPTH = 3

# A page of PDF takes hundredths of a second, a book a minute. The clock runs longer than the processor's time, for
# machines that are busy. A page may unpack to 75 MB in the library, several times that as objects. The longest novels
# have ten million characters.
PDF_SECONDS, PDF_WALL_SECONDS, PDF_MEMORY = 120, 360, 2048 * 1024 * 1024
PDF_CHARACTERS = 32_000_000

# An archive that libarchive reads: it unpacks some ten megabytes a second at worst, and UNPACKED is the most that is
# taken of it. The dictionaries of 7z and RAR are up to 64 MiB where people do not ask for more; RAR 5 has up to 1 GiB.
ARCHIVE_SECONDS, ARCHIVE_WALL_SECONDS, ARCHIVE_MEMORY = 120, 360, 1536 * 1024 * 1024

# A table of Parquet or Arrow: some ten megabytes a second. The library maps more addresses than it uses.
TABLE_SECONDS, TABLE_WALL_SECONDS, TABLE_MEMORY = 120, 360, 3072 * 1024 * 1024

# Books packed by HUFF/CDIC, in bytes, packed and unpacked, and codes: a record has 4,096 bytes, all phrases some
# hundred thousand. A phrase may be of phrases, and so grow to anything.
HUFF_RECORD, HUFF_PHRASES = 64 * 1024, 16 * 1024 * 1024

# What is unpacked of a CHM to read one byte of it, in bytes: compilers write pieces of 64 KiB. The packed bytes take 20
# times as much memory, and are at most twice as many.
LZX_PIECE = 2 * 1024 * 1024

# Levels of elements in XML: documents have dozens. The size of a tag with its attributes, which take 25 times as much
# memory: documents have hundreds of bytes.
XML_DEPTH, XML_TAG = 2_000, 1024 * 1024


@dataclass(slots=True)
class Budget:
    """What is left for one file and all that is in it: bytes and characters, files and records."""

    unpacked: int = UNPACKED
    granted: int = GRANTED
    texts: int = TEXTS
    parts: int = PARTS
    names: int = NAMES_GRANTED

    @classmethod
    def of(cls, size: int) -> Self:
        """That of a file of `size` bytes."""
        return cls(unpacked=min(UNPACKED, REFUSED * GRANTED + RATIO * size))

    def spend(self, size: int) -> None:
        """Take `size` unpacked bytes; raises SourceError where so many are not left."""
        self.unpacked -= size
        if self.unpacked < 0:
            most = f"{RATIO} times its size, or {UNPACKED >> 20:,} MiB"
            raise SourceError(f"it unpacks to more than {most}", hint="unpack it into a folder")

    def grant(self, size: int) -> None:
        """Take bytes that are more than RATIO times what they were packed in; raises SourceError without that many."""
        if size > self.granted:
            self.spend(GRANTED)
            raise SourceError(f"it unpacks to more than {RATIO} times its size")
        self.granted -= size

    def text(self, size: int) -> None:
        """Take a text of `size` bytes; raises SourceError where it is too large, or so many are not left."""
        self.fits(size)
        self.texts -= size
        self.names += NAMES * size
        if self.texts < 0:
            raise SourceError(f"it holds more than {TEXTS >> 20} MiB of text", hint="unpack it into a folder")

    @staticmethod
    def fits(size: int) -> None:
        """Raise SourceError for a text of so many bytes, where that is more than is read."""
        if size > TEXT:
            raise SourceError(f"a text of more than {TEXT >> 20} MiB", hint="split it")

    def name(self, size: int) -> bool:
        """Take `size` characters for the name of a field; False, and nothing is taken, where so many are not left."""
        if size > min(self.names, self.texts):
            return False
        self.names -= size
        self.texts -= size
        return True

    @property
    def spent(self) -> bool:
        """Whether nothing more is to be read of the file."""
        return self.unpacked < 0 or self.texts < 0 or self.parts < 0

    def part(self) -> None:
        """Take one file or record; raises SourceError where none is left."""
        self.parts -= 1
        if self.parts < 0:
            raise SourceError(f"it holds more than {PARTS:,} files or records", hint="split it")

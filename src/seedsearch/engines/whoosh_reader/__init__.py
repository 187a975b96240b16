"""The classes with which Whoosh reads an index folder: its own searcher, parser, sorting and highlighter run on the
segments.

    _MAIN_N.toc → schema, segments → SegmentReader → codec → the files of embedded/

Loaded by Whoosh, which unpickles the names of `schema` and `segments` from the file that embedded/whoosh_toc.py writes:
both keep their names. Reading only; an index is written by the engine.
"""

from __future__ import annotations

from seedsearch.engines.whoosh_reader.repairs import install
from seedsearch.engines.whoosh_reader.schema import schema
from seedsearch.engines.whoosh_reader.scoring import Okapi
from seedsearch.engines.whoosh_reader.segments import segments

__all__ = ["Okapi", "schema", "segments"]

install()

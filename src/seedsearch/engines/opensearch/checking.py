"""Checks that the cluster has everything of the last commit: all shards, the documents, the metadata.

Bit errors within documents are left to OpenSearch, which has checksums of its files and verifies them when copying or
opening.
"""

from __future__ import annotations

from collections.abc import Iterator

from seedsearch.engines.opensearch.control import Control
from seedsearch.engines.opensearch.counting import sums, sums_of
from seedsearch.engines.opensearch.manifest import Manifest
from seedsearch.engines.opensearch.wire import Absent, Wire
from seedsearch.errors import IndexDamaged


def faults(wire: Wire, control: Control, manifest: Manifest) -> Iterator[str]:
    """Yield a sentence for each part that differs from the manifest."""
    commit = manifest.commit
    for name, kept in commit.kept.items():
        try:
            control.kept(name, kept)
        except IndexDamaged as error:
            yield error.what
        except Absent:
            yield f"what is kept as “{name.strip()}” in {control.where} is missing"
    try:
        answer = wire.search(commit.data, sums(manifest.seen(commit.number)))
    except Absent:
        yield f"the index {commit.data}, which has the documents of {control.where}, is gone"
        return
    found, *lengths = sums_of(answer)
    if found != commit.documents:
        yield f"{commit.data} has {found:,} documents of {control.where}, and {commit.documents:,} were written"
    elif lengths != [commit.gram_length, commit.word_length]:
        yield f"{commit.data} has other documents than those that were written to {control.where}"

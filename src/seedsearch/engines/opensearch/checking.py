"""Whether a cluster holds what the last commit left: all parts of its indexes, the documents, what is kept beside them.

That no bit of a document has changed is seen to by OpenSearch, which has a checksum of every file and looks at it when
it copies or opens one.
"""

from __future__ import annotations

from collections.abc import Iterator

from seedsearch.engines.opensearch.control import Control
from seedsearch.engines.opensearch.manifest import Manifest
from seedsearch.engines.opensearch.wire import Absent, Wire
from seedsearch.errors import IndexDamaged

SUMS = ("gram_length", "word_length")


def faults(wire: Wire, control: Control, manifest: Manifest) -> Iterator[str]:
    """Yield a sentence for each part that is not what the manifest says."""
    commit = manifest.commit
    for name, kept in commit.kept.items():
        try:
            control.kept(name, kept)
        except IndexDamaged as error:
            yield error.what
        except Absent:
            yield f"what is kept as “{name.strip()}” in {control.where} is missing"
    body = {
        "size": 0,
        "track_total_hits": True,
        "query": {"bool": {"filter": manifest.seen(commit.number)}},
        "aggs": {name: {"sum": {"field": name}} for name in SUMS},
    }
    try:
        answer = wire.search(commit.data, body)
    except Absent:
        yield f"the index {commit.data}, which has the documents of {control.where}, is gone"
        return
    found = answer["hits"]["total"]["value"]
    if found != commit.documents:
        yield f"{commit.data} has {found:,} documents of {control.where}, and {commit.documents:,} were written"
    sums = [round(answer["aggregations"][name]["value"]) for name in SUMS]
    if found == commit.documents and sums != [commit.gram_length, commit.word_length]:
        yield f"{commit.data} has other documents than those that were written to {control.where}"

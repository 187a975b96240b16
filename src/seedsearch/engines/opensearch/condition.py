"""Reports the state of the cluster of an index: version, health, copies of documents, disk space."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from seedsearch.engines import Finding
from seedsearch.engines.opensearch.manifest import Manifest
from seedsearch.engines.opensearch.wire import Absent, Wire
from seedsearch.errors import IndexForbidden

_WATERMARK = "cluster.routing.allocation.disk.watermark"
_LOOKS = "cluster.routing.allocation.disk.threshold_enabled"
# What a cluster does above each watermark, and whether that is a fault.
_MARKS = {
    "flood_stage": (True, "its indexes take no more"),
    "high": (True, "their parts are moved to other nodes"),
    "low": (False, "no new parts are put there"),
}
_UNITS = {"b": 1, "kb": 1 << 10, "mb": 1 << 20, "gb": 1 << 30, "tb": 1 << 40}
_BLOCK = "index.blocks.read_only_allow_delete"


def condition(wire: Wire, manifest: Manifest) -> Iterator[Finding]:
    """Yield findings about the cluster of an index, including what this user is not allowed to query."""
    release = wire.look()
    names = [name for name in (wire.address.name, manifest.commit.data) if name]
    try:
        yield from _health(wire, release, names)
        yield from _copies(wire, names)
        yield from _disks(wire)
    except IndexForbidden:
        yield Finding(False, f"OpenSearch {release or '(its release is not told)'}, whose state this user may not ask")
    except Absent:
        return  # a missing index is reported by the check
    open_ = [f"{part.name} ({'done' if part.is_done else 'not done'})" for part in manifest.parts]
    if open_:
        yield Finding(
            False, f"shares that wait for others: {', '.join(sorted(open_))}; finish them with: seedsearch index"
        )


def _health(wire: Wire, release: str, names: list[str]) -> Iterator[Finding]:
    said = wire.ask("GET", ["_cluster", "health", ",".join(names)])
    nodes, missing = said["number_of_nodes"], said["unassigned_shards"]
    what = f"OpenSearch {release}, nodes: {nodes:,}, {said['status']}"
    if said["status"] == "red":
        yield Finding(True, f"{what}: {missing:,} parts of the index are missing; start the nodes that have them")
    elif said["status"] == "yellow":
        yield Finding(False, f"{what}: {missing:,} copies of parts are missing; start a node for them")
    else:
        yield Finding(None, what)


def _copies(wire: Wire, names: list[str]) -> Iterator[Finding]:
    for name, found in wire.ask("GET", [",".join(names), "_settings"], flat_settings="true").items():
        settings: Mapping[str, Any] = found["settings"]
        if settings.get(_BLOCK) == "true":
            yield Finding(
                True, f"{name} takes no more, because a disk was full; it goes on by itself where there is room"
            )
        if name == names[-1] and settings.get("index.number_of_replicas") == "0":
            shards = settings["index.number_of_shards"]
            yield Finding(False, f"{name}, parts: {shards}, no copies: what a node loses is lost")


def _disks(wire: Wire) -> Iterator[Finding]:
    every = wire.ask("GET", ["_cluster", "settings"], include_defaults="true", flat_settings="true")
    told = {**every.get("defaults", {}), **every.get("persistent", {}), **every.get("transient", {})}
    looks = told.get(_LOOKS) != "false"
    for node in wire.ask("GET", ["_nodes", "stats", "fs"])["nodes"].values():
        total, free = (node["fs"]["total"][f"{name}_in_bytes"] for name in ("total", "available"))
        room = f"the disk of {node['name']} has room for {free / 1e9:,.1f} of {total / 1e9:,.1f} GB"
        passed = (mark for mark in _MARKS if looks and free < least_room(str(told.get(f"{_WATERMARK}.{mark}")), total))
        if (mark := next(passed, None)) is None:
            yield Finding(None, room)
        else:
            is_fault, then = _MARKS[mark]
            yield Finding(is_fault, f"{room}, past the mark {mark} ({told[f'{_WATERMARK}.{mark}']}): {then}; make room")


def least_room(mark: str, total: int) -> float:
    """Return the free bytes at a watermark, which is given as used or as free space."""
    if found := re.fullmatch(r"([0-9.]+)%", mark):
        return total * (1 - float(found[1]) / 100)
    if found := re.fullmatch(r"([0-9.]+)([kmgt]?b)", mark.lower()):
        return float(found[1]) * _UNITS[found[2]]
    if re.fullmatch(r"[01](\.[0-9]*)?", mark):
        return total * (1 - float(mark))
    return 0

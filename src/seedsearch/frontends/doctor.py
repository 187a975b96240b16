"""Checks an installation and an index for problems: versions, packages, index files, word lists, unread files."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, packages_distributions, version

from seedsearch.engines import Engine, Hosted, choice
from seedsearch.errors import IndexDamaged, IndexMissing, SeedsearchError
from seedsearch.frontends.installing import NAME, requirements
from seedsearch.metadata import failures, synonyms, user_dictionary
from seedsearch.metadata.freshness import of_other_rules, outdated
from seedsearch.metadata.made_from import command
from seedsearch.metadata.unfinished import unfinished
from seedsearch.text.analyzer import fingerprint

# The subjects of checks.
TOPICS = ("versions", "packages", "whoosh", "cluster", "index", "rules", "files", "dictionary", "synonyms", "not read")
DEVELOPING = ("dev", "fuzz")  # extras for contributors


def examine(index_dir: choice.Place) -> Iterator[Remark]:
    """Check this installation, then an index."""
    yield Remark("versions", Health.OK, f"{NAME} {version(NAME)}, Python {platform.python_version()} ({sys.platform})")
    yield from _packages()
    yield _whooshes()
    yield from _host(index_dir)
    yield from _index(index_dir)


def _packages() -> Iterator[Remark]:
    """Yield the versions of the required packages and of the extras, and those that are not installed."""
    there = []
    for package, extra in requirements():
        if extra in DEVELOPING:
            continue
        name = package.partition("[")[0]
        try:
            there.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            if extra:
                said = f"{name} is not installed; pip install '{NAME}[{extra}]'"
                yield Remark("packages", Health.NOTE, said)
            else:
                yield Remark("packages", Health.ERROR, f"{name} is required and not installed")
    yield Remark("packages", Health.OK, ", ".join(there))


def _whooshes() -> Remark:
    """Check for several distributions of the package `whoosh`, which overwrite each other's files."""
    names = sorted(set(packages_distributions().get("whoosh", ())))
    found = [f"{name} {version(name)}" for name in names]
    if len(found) == 1:
        return Remark("whoosh", Health.OK, found[0])
    said = f"{len(found)} distributions bring the package whoosh: {', '.join(found)}"
    return Remark("whoosh", Health.ERROR, f"{said}; uninstall them all, then install whoosh==2.7.4")


def _host(place: choice.Place) -> Iterator[Remark]:
    """Yield the state of the cluster that holds an index; nothing for a folder or an unreachable cluster."""
    if choice.scheme_of(place) is None:
        return
    try:
        engine = choice.look_at(place)
    except SeedsearchError:
        return
    try:
        if isinstance(engine, Hosted):
            for found in engine.condition():
                yield Remark("cluster", _HEALTH[found.is_fault], found.says)
    except SeedsearchError as error:
        yield Remark("cluster", Health.ERROR, str(error))
    finally:
        engine.close()


def _index(place: choice.Place) -> Iterator[Remark]:
    try:
        damaged = choice.check(place)
        if damaged:
            raise IndexDamaged("; ".join(damaged), hint=f"rebuild it with: {command(place, '--rebuild')}")
        engine = choice.open_engine(place, fingerprint())
    except IndexMissing as error:
        yield Remark("index", Health.NOTE, str(error))
        return
    except SeedsearchError as error:
        yield Remark("index", Health.ERROR, str(error))
        return
    try:
        yield from _content(place, engine)
    finally:
        engine.close()


def _content(place: choice.Place, engine: Engine) -> Iterator[Remark]:
    info = engine.info()
    said = f"{place}, documents: {info.documents:,}, {info.size / 1e6:,.1f} MB, every file as it was written"
    yield Remark("index", Health.OK, said)
    other = of_other_rules(engine.metadata, place)
    yield Remark("rules", Health.NOTE if other else Health.OK, other or "those of this version")
    old = unfinished(engine.metadata, place) or outdated(engine, place)
    yield Remark("files", Health.NOTE if old else Health.OK, old or "as they were when they were read")
    for topic, words in (("dictionary", user_dictionary), ("synonyms", synonyms)):
        stale = words.changed(engine, place)
        used = "remembered by the index" if engine.metadata(words.KEPT) else "none"
        yield Remark(topic, Health.NOTE if stale else Health.OK, stale or used)
    for failure in failures.remembered(engine):
        yield Remark("not read", Health.NOTE if failure.skipped else Health.ERROR, failure.says)


class Health(StrEnum):
    """The result of a check; the values are printed by `doctor --json`."""

    OK = "well"
    NOTE = "note"  # for information
    ERROR = "fault"  # needs fixing


@dataclass(frozen=True, slots=True)
class Remark:
    """The result of one check."""

    topic: str
    health: Health
    says: str


_HEALTH = {None: Health.OK, False: Health.NOTE, True: Health.ERROR}

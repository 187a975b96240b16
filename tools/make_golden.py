"""Makes tests/golden.txt: what the program does, a line a thing, beside the numbers of versions.py that stand for it.

    python -m tools.make_golden             after a change of behaviour, with the number raised once since the release
    python -m tools.make_golden --release   when a version is published: from here on the numbers count as used

A line is `NUMBER hash name`: of each row of the case tables the text, the edits and the findings (`@` and a hash of the
raw text, so that a row that was written anew is another one); the kinds of damage and the modules of formats, so that
a new one is a change; of small files of each format the documents; of a text its terms; of an index the names of what
its files hold.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from fixtures import made
from fixtures.known_files import KNOWN_FILES
from seedsearch import versions
from seedsearch.damage import Damage
from seedsearch.engines import Writer
from seedsearch.engines.choice import open_engine
from seedsearch.engines.embedded.manifest import NAME
from seedsearch.engines.embedded.section_file import Container
from seedsearch.engines.entries import (
    IndexEntry,
)
from seedsearch.engines.stored import unpacked
from seedsearch.indexing.pipeline import batch_of
from seedsearch.metadata.file_states import Stamp, State, to_bytes
from seedsearch.reading import formats
from seedsearch.reading.documents import (
    Failure,
)
from seedsearch.reading.formats import documents
from seedsearch.restoring.steps import restore
from seedsearch.text.analyzer import query_words, words
from seedsearch.text.folding import fold
from seedsearch.text.joints import grams
from seedsearch.text.run_text import run_text

TOP = Path(__file__).parents[1]
CASES = TOP / "tests" / "cases"
GOLDEN = TOP / "tests" / "golden.txt"
NUMBERS = ("RULES", "ANALYSIS", "FORMAT")

# A text with what terms are made of: both scripts, numbers, mixed words, marks, widths, Korean, private use.
TEXT = (
    "重慶大學的焊接机器人（ＡＢＣ）在2024年升级到v2.0，C++与.NET互通；user@example.com、50%、ΑΒγ、한국어、\ue000。\n"
    "小明硕士毕业于中国科学院计算所，後在日本京都大學深造。第三十二章 3,000元 “引号” don't_stop"
)


def golden() -> dict[str, str]:
    """Name of a thing → `NUMBER hash` of what the program makes of it now."""
    return {f"{number} {name}": _hash(made_of_it) for number, name, made_of_it in _things()}


def _things() -> Iterator[tuple[str, str, object]]:
    for path in sorted(CASES.glob("*.json")):
        for row in json.loads(path.read_text(encoding="utf-8")):
            if isinstance(row.get("raw"), str):
                yield "RULES", f"{path.stem}: {row['label']} @{_hash(row['raw'])[:4]}", _restored(row["raw"])
    for name, content in KNOWN_FILES.items():
        found = documents(name, made.as_bytes(content))
        rows = [(f.path, f.reason) if isinstance(f, Failure) else (f.path, f.encoding, f.text) for f in found]
        yield "RULES", f"file {name}", rows
    yield "RULES", "kinds of damage", sorted(Damage)
    yield "RULES", "formats", sorted(path.stem for path in Path(formats.__file__).parent.glob("*.py"))
    folded = fold(TEXT)
    yield "ANALYSIS", "words", words(folded)
    yield "ANALYSIS", "words of a query", query_words(folded)
    yield "ANALYSIS", "run text", run_text(TEXT)
    yield "ANALYSIS", "grams", sorted(grams(run_text(TEXT)).items())
    yield from (("FORMAT", name, shape) for name, shape in _shapes())
    states = {"a/b": State(Stamp(1, 2, 3), "gbk", "why", True, ("", "#1"), (("!/c", "why", False),), ("m",), 1)}
    yield "FORMAT", "states", unpacked(to_bytes(states), "states").decode()


def _restored(raw: str) -> object:
    done = restore(raw)
    edits = [(e.span.start, e.span.end, e.replacement, str(e.kind), str(e.certainty)) for e in done.edits]
    return done.text, edits, [(f.span.start, f.span.end, str(f.kind)) for f in done.findings]


def _shapes() -> Iterator[tuple[str, object]]:
    """Yield the names in the description of an index and the sections of its segments."""
    with TemporaryDirectory() as place:
        folder = Path(place)
        engine = open_engine(folder, "golden", create=True)
        with engine.writer() as writer:
            _put(writer, *(IndexEntry(str(number), "d", f"焊接{number}", ("t",), b"s") for number in range(4)))
            writer.put_metadata("note", b"n")
        with engine.writer() as writer:
            _put(writer, IndexEntry("4", "d", "材料", (), b"s"))
            writer.remove("4")
            _put(writer, IndexEntry("5", "d", "材料", (), b"s"))
        engine.close()
        content = json.loads((folder / NAME).read_text(encoding="utf-8"))
        yield "description", _shape(content)
        for part in content["parts"][:1]:
            container = Container(folder / part["file"]["name"], part["file"]["size"])
            yield "segment", sorted(container._table)


def _put(writer: Writer, *entries: IndexEntry) -> None:
    writer.add(writer.packer(entries).pack(batch_of(entries)))


def _shape(value: object) -> object:
    """Return names and kinds of what a JSON value holds."""
    match value:
        case dict():
            return {key: _shape(inner) for key, inner in sorted(value.items())}
        case list():
            return [_shape(inner) for inner in value[:1]]
        case _:
            return type(value).__name__


def _hash(value: object) -> str:
    return sha256(json.dumps(value, ensure_ascii=True).encode()).hexdigest()[:16]


def numbers() -> dict[str, int]:
    """Return the numbers as they are now."""
    return {name: getattr(versions, name) for name in NUMBERS}


def stored() -> tuple[dict[str, int], dict[str, int], dict[str, str]]:
    """Return what golden.txt holds: the numbers when it was written, those of the last release, and the lines."""
    text = GOLDEN.read_text(encoding="utf-8")
    found = re.findall(r"^(\w+) = (\d+), released (\d+)$", text, re.MULTILINE)
    lines = re.findall(r"^(\w+) ([0-9a-f]{16}) (.+)$", text, re.MULTILINE)
    now, released = ({row[0]: int(row[at]) for row in found} for at in (1, 2))
    return now, released, {f"{number} {name}": made_of_it for number, made_of_it, name in lines}


def complaint(there: dict[str, str], now: dict[str, str], of_file: dict[str, int], of_code: dict[str, int]) -> str:
    """Return what is to be done where the lines of the file are not those of the program; "" where they are."""
    changed = sorted(name for name in there.keys() & now.keys() if there[name] != now[name])
    used = sorted({name.split()[0] for name in changed} & {name for name in NUMBERS if of_file[name] == of_code[name]})
    if used:
        named = ", ".join(changed[:5]) + (f" and {len(changed) - 5} more" if len(changed) > 5 else "")
        return (
            f"another result than before for {named}: raise {' and '.join(used)} in src/seedsearch/versions.py, unless "
            "that was done since the last release, and write tests/golden.txt again with: python -m tools.make_golden"
        )
    if there != now or of_file != of_code:
        return "write tests/golden.txt again with: python -m tools.make_golden"
    return ""


def main() -> int:
    """Write the file; refuse where a result of the last release has changed and its number has not."""
    _, released, there = stored() if GOLDEN.exists() else (numbers(), numbers(), {})
    now, of_code = golden(), numbers()
    changed = {name.split()[0] for name in there.keys() & now.keys() if there[name] != now[name]}
    if unraised := sorted(name for name in changed if of_code[name] <= released[name]):
        print(f"raise {' and '.join(unraised)} in src/seedsearch/versions.py first", file=sys.stderr)
        return 1
    if "--release" in sys.argv[1:]:
        released = of_code
    head = [f"{name} = {of_code[name]}, released {released[name]}" for name in NUMBERS]
    lines = [f"{number} {now[key]} {name}" for key in now for number, _, name in [key.partition(" ")]]
    GOLDEN.write_text("\n".join(["Made by: python -m tools.make_golden", *head, "", *lines, ""]), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

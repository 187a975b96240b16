"""Telling encodings: the share of pieces of clean text that are decoded exactly, without a mark or a declared charset.

Beside ours: charset-normalizer, chardet and faust-cchardet where they are installed. A piece counts for an encoding
only if that can write it and reads it back itself; so Big5 is measured on Traditional text alone.

A second source has nothing to do with the corpus: the kinds of clean text of `benchmarks harm`, among them boards, rare
words, copybooks and tables. Single characters are in it, which no reader can tell; none of these should be told for
sure.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import islice
from pathlib import Path

from benchmarks import harm_kinds, harm_others
from benchmarks.corpus import documents
from seedsearch.errors import SeedsearchError
from seedsearch.reading.encodings import decode

LENGTHS = (10, 20, 50, 200)
# Files in Big5 are written by Windows: cp950, which differs from Python's "big5" in a dozen signs.
ENCODINGS = ("utf-8", "gb18030", "cp950", "utf-16-le", "utf-16-be")
PIECES = 200
KIND_TEXTS = 60  # of each kind of the second source
SURE = 0.9
LARGEST_TEXT = 4_000_000  # characters of a corpus that are read
HAN_SHARE = 0.4  # of a piece; one of Latin and digits says nothing about Chinese

Decoder = Callable[[bytes], str | None]


def run(corpus: Path | None, *, smoke: bool = False) -> None:
    """Print one table per decoder: encodings down, lengths across, and the milliseconds for a piece."""
    texts = list(_texts(corpus))
    wanted = 5 if smoke else PIECES
    print("Share decoded exactly, pieces of", ", ".join(map(str, LENGTHS)), "characters; ms for a piece")
    for name, decoder in _decoders():
        print(f"\n{name}")
        for encoding in ENCODINGS:
            print(f"  {encoding:10}", _line(decoder, texts, encoding, wanted))
    print("\nShare of short and odd files decoded exactly; ms for a file")
    odd = list(_odd(20 if smoke else 1000))
    for name, decoder in _decoders():
        print(f"\n{name}")
        for kind, encoding, made in odd:
            print(f"  {kind:28} {encoding:8} {_share(decoder, made, encoding)}")
    _print_kinds(3 if smoke else KIND_TEXTS)
    print("\nMB of a clean file a second: decode(), and bytes.decode() alone")
    for encoding in ("gb18030", "big5"):
        print(f"  {encoding:10} {_speeds(texts, encoding)}")


def _print_kinds(wanted: int) -> None:
    """Print a line a kind of text: the share decoded exactly in each encoding, and the share that is wrong but sure."""
    print("\nShare of texts of each kind decoded exactly / wrong and told at", SURE, "or more:", ", ".join(ENCODINGS))
    for name, kind in {**harm_kinds.KINDS, **harm_others.KINDS}.items():
        made = list(islice(kind(random.Random(name), wanted), wanted))
        print(f"  {name:34}", " ".join(_exactly(_written(made, encoding), encoding) for encoding in ENCODINGS))


def _written(texts: list[str], encoding: str) -> list[str]:
    """Return the texts that an encoding can write, in Traditional characters for Big5; those of ASCII alone say
    nothing.
    """
    from opencc import OpenCC

    if encoding == "cp950":
        convert = OpenCC("s2t").convert
        texts = [convert(text).encode(encoding, "ignore").decode(encoding) for text in texts]
    return [text for text in texts if not text.isascii() and _comes_back(text, encoding)]


def _comes_back(text: str, encoding: str) -> bool:
    """Tell whether an encoding holds a text; Python's cp950 holds the extension of ETEN in an order that no file
    has.
    """
    if encoding == "cp950" and any(b"\xc6\xa1" <= char.encode(encoding) <= b"\xc8\xfe" for char in set(text)):
        return False
    return text.encode(encoding, "ignore").decode(encoding) == text


def _exactly(texts: list[str], encoding: str) -> str:
    if not texts:
        return "     –     "
    right = sure = 0
    for text in texts:
        try:
            found = decode(text.encode(encoding))
        except SeedsearchError:
            continue
        right += found.text == text
        sure += found.text != text and found.confidence >= SURE
    return f"{right / len(texts):5.3f}/{sure / len(texts):5.3f}"


def _line(decoder: Decoder, texts: list[str], encoding: str, wanted: int) -> str:
    shares, pieces, seconds = [], 0, 0.0
    for length in LENGTHS:
        chosen = list(_pieces(texts, length, encoding, wanted))
        start = time.perf_counter()
        right = sum(decoder(piece.encode(encoding)) == piece for piece in chosen)
        seconds += time.perf_counter() - start
        pieces += len(chosen)
        shares.append(f"{right / len(chosen):6.3f}" if chosen else "     –")
    return " ".join(shares) + (f"   {1000 * seconds / pieces:6.2f} ms" if pieces else "")


def _share(decoder: Decoder, texts: list[str], encoding: str) -> str:
    start = time.perf_counter()
    right = sum(decoder(text.encode(encoding)) == text for text in texts)
    return f"{right / len(texts):6.3f} of {len(texts):5} {1000 * (time.perf_counter() - start) / len(texts):7.2f} ms"


def _odd(wanted: int) -> Iterator[tuple[str, str, list[str]]]:
    """Kinds of short files, made of the words of the dictionary: a source that has nothing to do with the corpus."""
    from opencc import OpenCC

    from seedsearch.text.character_model import model

    rng = random.Random(1)
    known = sorted(model().long_words)
    singles = list(model().rank)[:600]
    pairs = ["".join(pair) for pair in zip(rng.choices(singles, k=40_000), rng.choices(singles, k=40_000), strict=True)]
    kinds = {
        "a word": rng.sample(known, wanted),
        "two characters, valid UTF-8": [p for p in pairs if _fits(p, "gb18030") and _is_utf8(p.encode("gb18030"))][
            :wanted
        ],
        "a source with two comments": [
            f"/* {a} */\nint main() {{\n  return 0; // {b}\n}}\n" for a, b in _couples(known, wanted, rng)
        ],
        "a settings file": [f"[{a}]\n{b}=1\n" for a, b in _couples(known, wanted, rng)],
        "quoted words": [f'"{a}","{b}"\n' for a, b in _couples(known, wanted, rng)],
        "a ruled notice": [f"{rng.choice('●★■※─') * 30}\n  {a}\n" for a in rng.sample(known, wanted)],
        "Chinese behind much ASCII": [f"{'x = 1' * 600}\n# {a}{b}\n" for a, b in _couples(known, wanted, rng)],
    }
    convert = OpenCC("s2t").convert
    for kind, texts in kinds.items():
        for encoding in ("gb18030", "cp950", "utf-8"):
            made = [convert(text) if encoding == "cp950" else text for text in texts]
            if made := [text for text in made if text.encode(encoding, "ignore").decode(encoding) == text]:
                yield kind, encoding, made


def _couples(known: list[str], wanted: int, rng: random.Random) -> list[tuple[str, str]]:
    return list(zip(rng.sample(known, wanted), rng.sample(known, wanted), strict=True))


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _speeds(texts: list[str], encoding: str) -> str:
    content = "".join(texts).encode(encoding, "ignore")
    best = [min(_seconds(reader, content) for _ in range(3)) for reader in (decode, lambda data: data.decode(encoding))]
    return " ".join(f"{len(content) / 1e6 / seconds:7.1f}" for seconds in best)


def _seconds(reader: Callable[[bytes], object], content: bytes) -> float:
    start = time.perf_counter()
    reader(content)
    return time.perf_counter() - start


def _pieces(texts: list[str], length: int, encoding: str, wanted: int) -> Iterator[str]:
    rng = random.Random(length)
    for _ in range(wanted * 20):
        text = rng.choice(texts)
        start = rng.randrange(max(1, len(text) - length))
        piece = text[start : start + length]
        if wanted and len(piece) == length and _fits(piece, encoding):
            wanted -= 1
            yield piece


def _fits(piece: str, encoding: str) -> bool:
    try:
        same = piece.encode(encoding).decode(encoding) == piece
    except UnicodeError:
        return False
    return same and sum("一" <= char <= "鿿" for char in piece) >= HAN_SHARE * len(piece)


def _decoders() -> Iterator[tuple[str, Decoder]]:
    yield "seedsearch", _ours
    for name in ("charset_normalizer", "chardet", "cchardet"):  # the last is what faust-cchardet installs
        try:
            detect = import_module(name).detect
        except ImportError:
            continue
        yield name, _by_name(detect)


def _by_name(detect: Callable[[bytes], dict[str, str | None]]) -> Decoder:
    def decoder(content: bytes) -> str | None:
        name = detect(content)["encoding"]
        wider = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "cp950"}.get((name or "").lower(), name)
        try:
            return content.decode(wider) if wider else None
        except (LookupError, UnicodeError):
            return None

    return decoder


def _ours(content: bytes) -> str | None:
    try:
        return decode(content).text
    except SeedsearchError:
        return None


def _texts(corpus: Path | None) -> Iterator[str]:
    """Yield the first texts of a corpus, `LARGEST_TEXT` characters or so."""
    left = LARGEST_TEXT
    for document in documents(corpus):
        yield document.text
        left -= len(document.text)
        if left < 0:
            return

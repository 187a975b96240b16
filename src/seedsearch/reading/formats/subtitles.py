r"""Subtitles (SRT, VTT, ASS, SSA) and lyrics with times (LRC) → passages, each named by its time.

What is said without a pause belongs together: a sentence runs over several titles. A passage ends where nothing is
shown for `PAUSE` seconds, or after `LONGEST` seconds. `{\an8}` and the like tell a player where to draw, what follows
`{\p1}` is a drawing, and `\N` is the end of a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from seedsearch.offsets import apply_edits
from seedsearch.reading.documents import RawDocument, Said
from seedsearch.reading.formats.format import File

PAUSE, LONGEST = 2.0, 60.0

_ENDINGS = {".srt", ".vtt", ".ass", ".ssa", ".lrc"}
_TIME = r"(?:\d+:)?\d{1,2}:\d{1,2}[.,]\d{1,3}"
_CUE = re.compile(rf"^[ \t]*({_TIME})[ \t]*-->[ \t]*({_TIME})[^\n]*\n((?:[^\n]*\S[^\n]*(?:\n|\Z))*)", re.MULTILINE)
_DIALOGUE = re.compile(r"^Dialogue:([^\n]*)", re.MULTILINE)
_EVENTS = re.compile(r"^\[Events\]\s*^Format:([^\n]*)", re.MULTILINE | re.IGNORECASE)
_SUNG = re.compile(r"^((?:\[\d+:\d{1,2}(?:[.:]\d{1,3})?\])+)([^\n]*)", re.MULTILINE)
_STAMP = re.compile(r"\[(\d+:\d{1,2}(?:[.:]\d{1,3})?)\]")
_NAMED = re.compile(r"^\[(ti|ar|al):([^\]\n]*)\]", re.MULTILINE)
_DRAWN = re.compile(r"\{[^{}\n]*\\p[1-9][^{}\n]*\}[^{\n]*|\{\\[^}\n]*\}|<\d[\d:.]*>")
# What WebVTT marks: who speaks, a class of style, a language.
_VOICE = re.compile(r"<v(?:\.[^\s<>]{1,80})?[ \t]([^<>\n]{1,200})>")
_SPAN = re.compile(r"</?(?:c|v|lang)(?:[.\s][^<>\n]{0,200})?>")


@dataclass(frozen=True, slots=True)
class _Title:
    """What is shown from one second to another; `at` is the time as the file spells it."""

    at: str
    begin: float
    end: float
    text: str


def recognises(file: File) -> bool:
    """Return whether its name is that of subtitles."""
    return file.ending in _ENDINGS


def parts(file: File) -> Iterator[RawDocument]:
    """Yield the passages; the file as it stands where it is to be one text, or has no times."""
    ending = file.ending
    document = file.text()
    text = apply_edits(document.text, document.edits).replace("\r\n", "\n").replace("\r", "\n")
    titles = sorted(_titles(text, ending), key=lambda title: title.begin) if file.asked.records else []
    if not titles:
        yield document
        return
    said = Said.of([("title" if key == "ti" else key, value.strip()) for key, value in _NAMED.findall(text)], ("ar",))
    named = "".join(f"{value.strip()}\n" for _, value in _NAMED.findall(text) if value.strip())
    for number, passage in enumerate(_passages(titles)):
        file.budget.part()
        lines = ("" if number else named) + "".join(f"{title.text}\n" for title in passage)
        path = f"{document.path}#{passage[0].at}"  # no other passage begins then
        yield replace(document, path=path, text=lines, edits=(), passed_over=(), said=said)


def _titles(text: str, ending: str) -> Iterator[_Title]:
    if ending == ".lrc":
        found = _of_song(text)
    elif ending in (".ass", ".ssa"):
        found = _of_script(text)
    else:
        spoken = _SPAN.sub("", _VOICE.sub(r"\1: ", text)) if ending == ".vtt" else text
        found = ((at, until, lines) for at, until, lines in _CUE.findall(spoken))
    for at, until, lines in found:
        shown = _DRAWN.sub("", lines).strip()
        if shown:
            begin = _seconds(at)
            yield _Title(at, begin, max(begin, _seconds(until)), shown)


def _of_script(text: str) -> Iterator[tuple[str, str, str]]:
    head = _EVENTS.search(text)
    names = [name.strip().lower() for name in head[1].split(",")] if head else []
    if "start" not in names or "end" not in names:
        names = ["layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text"]
    for (line,) in ((found[1],) for found in _DIALOGUE.finditer(text)):
        fields = line.split(",", len(names) - 1)
        if len(fields) == len(names):
            said = fields[-1].replace("\\N", "\n").replace("\\n", "\n").replace("\\h", " ")
            yield fields[names.index("start")].strip(), fields[names.index("end")].strip(), said


def _of_song(text: str) -> Iterator[tuple[str, str, str]]:
    for stamps, line in _SUNG.findall(text):
        yield from ((at, at, line) for at in _STAMP.findall(stamps))


def _seconds(time: str) -> float:
    """Return a time in seconds; 0 if it is not one."""
    pieces = re.findall(r"\d+", time)
    parted = re.search(r"[.,](\d+)$", time)
    whole = pieces[:-1] if parted else pieces
    seconds = 0.0
    for piece in whole:
        seconds = 60 * seconds + float(piece)
    return seconds + (float(f"0.{parted[1]}") if parted else 0.0)


def _passages(titles: list[_Title]) -> Iterator[list[_Title]]:
    passage: list[_Title] = []
    for title in titles:
        if passage and (
            title.begin - max(one.end for one in passage[-2:]) >= PAUSE or title.begin - passage[0].begin >= LONGEST
        ):
            yield passage
            passage = []
        passage.append(title)
    yield passage

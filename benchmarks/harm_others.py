"""A second source of clean text, chosen and laid out otherwise than `harm_kinds`: a test of what was learned there.

Dictionaries of readings, phrases in other scripts of Chinese, grids and columns instead of lines, alphabets and
languages beside Chinese, subtitles, records, twisters that repeat themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from random import Random

from benchmarks.harm_kinds import Kind, drawn, frequent, phrases, some, words

ROW = 40  # entries of a dictionary in one text


@cache
def _readings() -> tuple[tuple[str, str], ...]:
    """Return every character that pypinyin knows, with its readings."""
    from pypinyin.pinyin_dict import pinyin_dict

    return tuple((chr(code), found) for code, found in sorted(pinyin_dict.items()))


def _reading_dictionary(layout: str) -> Kind:
    """Return every character with its first reading, `ROW` in a text."""

    def kind(rng: Random, wanted: int | None) -> Iterator[str]:
        listed = _readings()
        for start in some(range(0, len(listed), ROW), rng, wanted):
            entries = listed[start : start + ROW]
            yield "".join(layout.format(char, found.split(",")[0]) for char, found in entries)

    return kind


def _phrase_dictionary(rng: Random, wanted: int | None) -> Iterator[str]:
    """Yield every phrase with the readings of its characters in brackets."""
    from pypinyin.phrases_dict import phrases_dict

    listed = list(phrases_dict.items())
    for start in some(range(0, len(listed), ROW), rng, wanted):
        lines = (f"{phrase}（{' '.join(r[0] for r in found)}）" for phrase, found in listed[start : start + ROW])
        yield "\n".join(lines)


def _converted(config: str, mark: str) -> Kind:
    """Return every phrase as OpenCC writes it in another script, `ROW` in a text; alone where there is no mark."""

    def kind(rng: Random, wanted: int | None) -> Iterator[str]:
        from opencc import OpenCC

        convert = OpenCC(config).convert
        size = ROW if mark else 1
        for start in some(range(0, len(phrases()), size), rng, wanted):
            yield convert(mark.join(phrases()[start : start + size]))

    return kind


def _grid(rng: Random) -> str:
    """Return a square of characters: a riddle, a puzzle, a seal."""
    size = rng.randint(3, 16)
    chars = frequent() if rng.random() < 0.5 else "".join(char for char, _ in _readings()[6000:])
    mark = rng.choice(("", " ", "　", "│", "□"))
    return "\n".join(mark.join(rng.choices(chars, k=size)) for _ in range(size))


def _columns(rng: Random) -> str:
    """Return text in columns from right to left, a character of each column in a line."""
    height = rng.randint(5, 12)
    text = "".join(rng.sample(words(), 30))
    columns = [text[at : at + height].ljust(height, "　") for at in range(0, len(text), height)]
    return "\n".join("　".join(column[line] for column in reversed(columns)) for line in range(height))


_TWISTED = (
    "石室诗士施氏嗜狮誓食十狮",
    "扁担长板凳宽",
    "四是四十是十",
    "吃葡萄不吐葡萄皮",
    "季姬寂集鸡鸡即棘鸡",
    "漪姨倚椅悒悒疑异疫",
)


def _twister(rng: Random) -> str:
    """Twisters and palindromes: the same few sounds and characters again and again."""
    made = []
    for _ in range(rng.randint(1, 8)):
        line = rng.choice(_TWISTED) if rng.random() < 0.6 else "".join(rng.sample(words(), 2))
        made.append(rng.choice((line + line[::-1], line * 3, "".join(char * 2 for char in line), line)))
    return rng.choice(("，", "\n", "")).join(made)


_ALPHABETS = (
    "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞß",
    "àáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ",
    "¡¢£¤¥¦§¨©ª«¬®¯°±²³´µ¶·¸¹º»¼½¾¿",
    "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ",
    "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ",
    "абвгдежзийклмнопрстуфхцчшщъыьэюя",
    "あいうえおかきくけこさしすせそたちつてと",
    "アイウエオカキクケコサシスセソタチツテト",
    "ㄅㄆㄇㄈㄉㄊㄋㄌㄍㄎㄏㄐㄑㄒㄓㄔㄕㄖㄗㄘㄙ",
    "ĀāĒēĪīŌōŪūǍǎĚěǏǐǑǒǓǔ",
    "가나다라마바사아자차카타파하",
    "┌┬┐├┼┤└┴┘─│╔╦╗╠╬╣╚╩╝═║",
    "⿰⿱⿲⿳⿴⿵⿶⿷⿸⿹⿺⿻亻氵扌忄犭纟钅饣讠",
    "€‚ƒ„…†‡ˆ‰Š‹Œ‘’“”•–—˜™š›œŸ",
    "①②③④⑤⑥⑦⑧⑨⑩⑴⑵⑶⑷⑸⒈⒉⒊⒋⒌㈠㈡㈢㈣ⅠⅡⅢⅣⅤⅥ",
)


def _alphabet(rng: Random) -> str:
    """Tables of alphabets and signs, in order and in none, with words of Chinese between."""
    made = []
    for _ in range(rng.randint(1, 6)):
        letters = rng.choice(_ALPHABETS)
        letters = letters if rng.random() < 0.5 else "".join(rng.choices(letters, k=rng.randint(4, 60)))
        made.append(rng.choice(("", rng.choice(words()), rng.choice(words()) + "：")) + letters)
    return rng.choice(("\n", " ", "")).join(made)


_WESTERN = (
    "L'été, les élèves étaient très fâchés à l'école",
    "Größe, Übung, Öl, Äpfel, Straße",
    "El niño pequeño cumplió años en España",
    "São João não está à mão",
    "Việt Nam đất nước con người",
    "Żółć, gęślą jaźń, źdźbło",
    "smörgåsbord på Åland",
    "Čeština je těžká řeč",
    "RÉSUMÉ – À L’ÉCOLE",
    "ÄÖÜ äöü ß ÆØÅ æøå",
    "naïve café, “quoted” — dash…",
    "Привет, как дела?",
    "Ευχαριστώ πολύ",
)


def _western(rng: Random) -> str:
    """Sentences of other languages among words of Chinese."""
    return "\n".join(rng.choice(_WESTERN) + rng.choice(("", "（" + rng.choice(words()) + "）")) for _ in range(9))


_PAGES = ("cp1250", "cp1251", "cp1254", "cp1257", "cp437", "cp850", "cp852", "cp866", "mac_roman", "koi8_r")


def _of_code_page(rng: Random) -> str:
    """Return words of the letters of one code page, or rows of its signs; a word of Chinese now and then."""
    page = rng.choice(_PAGES)
    shown = bytes(range(0x80, 0x100)).decode(page, "ignore")
    chars = "".join(filter(str.isalpha, shown)) if rng.random() < 0.8 else shown
    chars = "".join(rng.sample(chars, min(len(chars), rng.choice((8, 20, 128)))))
    rows = (" ".join("".join(rng.choices(chars, k=rng.randint(1, 12))) for _ in range(9)) for _ in range(4))
    return "\n".join(row + rng.choice(("", "（" + rng.choice(words()) + "）")) for row in rows)


_SCRIPTS = ((0xAC00, 0xD7A4), (0xFF66, 0xFF9E), (0x0900, 0x097F), (0x0E01, 0x0E2E), (0x10D0, 0x10F0), (0xA000, 0xA48C))


def _of_script(rng: Random) -> str:
    """Return words of another script: Hangul, half-width katakana, Devanagari, Thai, Georgian, Yi; Chinese among
    them.
    """
    start, end = rng.choice(_SCRIPTS)
    chars = [chr(rng.randrange(start, end)) for _ in range(rng.choice((10, 60, 400)))]
    rows = (" ".join("".join(rng.choices(chars, k=rng.randint(1, 9))) for _ in range(8)) for _ in range(5))
    return "\n".join(row + rng.choice(("", "。", rng.choice(words()))) for row in rows)


def _subtitles(rng: Random) -> str:
    """Numbered subtitles with times, dashes and question marks, in two languages."""
    made = []
    for n in range(1, rng.randint(4, 40)):
        said = "".join(rng.sample(words(), 3)) + rng.choice(("", "?", "?!", "？！", "...", "!!", "——", "(笑)", "♪"))
        made.append(f"{n}\n00:{n:02}:01,250 --> 00:{n:02}:03,900\n- {said}\n{rng.choice(_WESTERN)}\n")
    return "\n".join(made)


def _records(rng: Random) -> str:
    """Records with empty and unknown fields, equal rows among them."""
    rows = []
    for n in range(rng.randint(3, 40)):
        fields = [str(n), *rng.sample(words(), 3), rng.choice(("?", "??", "NULL", "", "N/A", "□", "-")), "(m²)"]
        rows.append(rng.choice((",", "\t", "|")).join(fields))
    return "\n".join(rows + rows[:2])


def _spaced(rng: Random) -> str:
    """Return words with blanks between all characters, or wrapped after a few."""
    text = "".join(rng.sample(words(), rng.randint(5, 60)))
    if rng.random() < 0.5:
        return rng.choice((" ", "  ", "　", "\u200a", "·", "/")).join(text)
    width = rng.randint(2, 12)
    return "\n".join(text[at : at + width] for at in range(0, len(text), width))


KINDS: dict[str, Kind] = {
    "readings: 字 zì": _reading_dictionary("{} {}\n"),
    "readings: 字(zì)": _reading_dictionary("{}({})"),
    "readings: 字（zì）、": _reading_dictionary("{}（{}）、"),
    "readings of phrases": _phrase_dictionary,
    **{f"phrases, {config}: {name}": _converted(config, mark)
       for config in ("s2t", "s2hk", "t2jp") for name, mark in (("alone", ""), ("a row", " "))},
    "grids": drawn(_grid),
    "columns": drawn(_columns),
    "twisters": drawn(_twister),
    "alphabets": drawn(_alphabet),
    "other languages": drawn(_western),
    "other scripts": drawn(_of_script),
    "letters of code pages": drawn(_of_code_page),
    "subtitles": drawn(_subtitles),
    "records": drawn(_records),
    "spaced and wrapped": drawn(_spaced),
}  # fmt: skip

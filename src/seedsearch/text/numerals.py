"""Numbers in Arabic and Chinese digits: 第218章 is 第二百一十八章, 2026年 is 二〇二六年, 30% is 百分之三十, 3.5万元 is
35,000元 and 三万五千元.

Chinese digits are only read as a number if the context says so: 第 or 卷 before them, a classifier or a
unit after them, or three or more characters. 十个 is 10个, but 十分 (very), 一点 (a little) and 三峡 (a place) are
not numbers. Western digits beside an ideograph always are: 36计 is 三十六计, 4大名著 is 四大名著.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby

from seedsearch.offsets import Span

_DIGITS = "〇一二三四五六七八九"
_FINANCIAL = "零壹贰叁肆伍陆柒捌玖"
_VALUES = {
    **{char: value for value, char in enumerate(_DIGITS)},
    **{char: value for value, char in enumerate(_FINANCIAL)},
    **{"○": 0, "两": 2},
}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_LARGE = {"万": 10**4, "亿": 10**8}
_TENS = {"廿": "二十", "卅": "三十", "卌": "四十"}  # one character for two
_HAN = "".join({**_VALUES, **_UNITS, **_LARGE, **_TENS})
_ROMAN = "ⅰⅱⅲⅳⅴⅵⅶⅷⅸⅹⅺⅻ"
_SIGNS = frozenset(_HAN + _ROMAN)
_MIXED = r"(\d{1,6})(?:\.(\d{1,4}))?([万亿])(?:(\d{1,4})([百千万]))?"
MOST = 10**12  # larger numbers, and numbers with more digits, are left alone

# Characters after digits that make them a number. 分, 点, 时, 度, 成, 面, 方, 边, 些, 般, 样, 直 and 定 are left out:
# 十分, 一点, 一时, 百度, 一成 and others are words with another meaning.
_COUNTERS = (
    "世纪|年代|年级|年|月份|月|日|号|周岁|周年|周|岁|个|人|名|位|次|种|项|条|款|家|所|本|册|卷|部|集|页|篇|章|回|节|届|级|层|楼|间|台|辆|架"
    "|艘|只|匹|棵|株|片|块|张|份|元|角|公里|千米|厘米|毫米|米|公斤|千克|克|吨|升|倍|折|美元|小时|分钟|点钟|点半|点整|秒|天|期|批|组|班|队|场|首|幅|座|栋|套|件"
)
# Characters before digits that make them a number.
_HEADS = "卷|图|表|附件|附录|附表|附图|单元|专题|模块|步骤|方案"
_IDEOGRAPH = "[一-鿿]"


@cache
def _number() -> re.Pattern[str]:
    """Compiled on first use: most queries have no number."""
    number = (
        rf"(?:\d{{1,3}}(?:,\d{{3}}){{1,3}}|\d{{1,6}}\.\d{{1,4}}[万亿]|\d{{1,4}}[万亿]\d{{1,4}}[百千万](?!\d)"
        rf"|\d{{1,12}}[万亿]?|[{_HAN}]{{1,16}})"
    )
    large = rf"[万亿](?![\d{_HAN}])"
    han_only = rf"[{_HAN}]{{1,16}}"
    decimal = rf"(?:\d{{1,9}}(?:\.\d{{1,4}})?|{han_only}(?:点[{_HAN}]{{1,4}})?)"
    edge = rf"(?<![a-z0-9.,:/\-几])(?<![{_HAN}]点)"
    alone = r"(?![a-z0-9.:/%\-])"
    return re.compile(
        rf"百分之(?P<hundredth>{decimal})(?![\d{_HAN}])"
        rf"|{edge}(?P<percent>\d{{1,9}}(?:\.\d{{1,4}})?)%"
        rf"|第 ?(?P<ordinal>{number}|[{_ROMAN}]) ?(?P<ranked>{_COUNTERS}|(?![\d{_HAN}]))"
        rf"|{edge}(?P<counted>{number}) ?(?P<counter>[多余]?(?:{_COUNTERS})|{large})"
        rf"|(?P<head>{_HEADS}) ?(?P<headed>\d{{1,6}}|[{_HAN}]{{2,16}}|[{_HAN}](?!{_IDEOGRAPH}))(?![\d{_HAN}])"
        rf"|{edge}(?P<bare>\d{{3,12}}{alone}|\d{{1,2}}(?={_IDEOGRAPH})|(?<={_IDEOGRAPH})\d{{1,2}}{alone}"
        rf"|(?:[{_HAN}]{{3,16}}|[{''.join(_TENS)}][{_DIGITS}])(?![{_HAN}]))"
    )


def numbers(run: str) -> Iterator[tuple[Span, tuple[str, ...]]]:
    """Yield the numbers of a folded text with their context, each with its other spellings, likeliest first."""
    if _SIGNS.isdisjoint(run) and not any(map(str.isdecimal, run)):
        return
    for found in _number().finditer(run):
        if others := tuple(other for other in dict.fromkeys(_others(found)) if other != found[0]):
            yield Span(*found.span()), others


def digits_of(run: str) -> set[int]:
    """Return the offsets of the digits, Arabic or Chinese, of numbers with several digits in a folded text."""
    places = (range(span.start, span.end) for span, _ in numbers(run))
    digits = ([at for at in some if run[at].isdigit() or run[at] in _HAN] for some in places)
    return {at for some in digits if len(some) > 1 for at in some}


def with_whole_numbers(run: str, placed: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """Return the words of a folded text with their offsets, each number with its counter as one word.

    Segmentation splits numbers in Chinese digits (二 〇 二 六年), and nearly every text has some digit, 月 or 日.
    Numbers of three and more Arabic digits stay as they are, because texts also have them without the counter.
    """
    found = list(placed)
    for span, _ in numbers(run):
        text = run[span.start : span.end]
        inside = [(at, word) for at, word in found if span.start <= at and at + len(word) <= span.end]
        is_whole = "".join(word for _, word in inside) == text.replace(" ", "")
        if len(inside) > 1 and is_whole and sum(map(str.isdecimal, text)) < 3:
            first = found.index(inside[0])
            found[first : first + len(inside)] = [(span.start, text)]
    return found


def may_go_on(text: str) -> bool:
    """Tell whether a run begins or ends with a digit, so that adjacent text can change the number."""
    return any(char.isdigit() or char in _HAN for char in (text[0], text[-1]))


def is_whole(run: str, start: int, end: int) -> bool:
    """Tell whether numbers at the ends of run[start:end] are whole: not 4年 of 2024年, not 三十 of 三十五."""
    before, behind = run[max(0, start - 2) : start], run[end : end + 2]
    return not (_goes_on(run[start], before[::-1]) or _goes_on(run[end - 1], behind))


def _goes_on(char: str, beside: str) -> bool:
    """Tell whether the characters beside a digit, nearest first, belong to its number."""
    return beside.startswith(_going_on(char))


@cache
def _going_on(char: str) -> tuple[str, ...]:
    """Return the texts beside a digit that belong to its number, nearest first; none for another character."""
    digits, points = (_HAN + "几", "点") if char in _HAN else ("0123456789", ".,") if char.isdigit() else ("", "")
    return (*digits, *(point + digit for point in points for digit in digits))


def beside_whole(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the texts before, and those after, a text that would make its numbers longer."""
    return tuple(beside[::-1] for beside in _going_on(text[0])), _going_on(text[-1])


def _others(found: re.Match[str]) -> Iterator[str]:
    if found["hundredth"] or found["percent"]:
        yield from _percents(found["hundredth"] or found["percent"])
    elif found["ordinal"]:
        yield from (f"第{number}{found['ranked']}" for number in _spellings(found["ordinal"], ordinal=True))
    elif found["counted"]:
        counter = found["counter"]
        yield from (f"{number}{counter}" for number in _spellings(found["counted"], counted=counter))
    elif found["headed"]:
        yield from (f"{found['head']}{number}" for number in _spellings(found["headed"], ordinal=True))
    elif _tells(found["bare"]):
        yield from _spellings(found["bare"])


def _tells(bare: str) -> bool:
    """Tell whether digits or ideographs without a classifier are a number: 千万 and 万一 are words."""
    return bare.isdigit() or bare[0] in _TENS or sum(char in _VALUES for char in bare) > 1


def _percents(number: str) -> Iterator[str]:
    whole, _, part = number.replace("点", ".").partition(".")
    value = value_of(whole)
    digits = "".join(str(_VALUES.get(char, char)) for char in part)
    if value is None or not all(char.isdigit() for char in digits):
        return
    point = f".{digits}" if digits else ""
    spelled = "".join(_DIGITS[int(char)] for char in digits)
    yield f"{value}{point}%"
    yield f"百分之{han_number(value)}{'点' + spelled if spelled else ''}"
    yield f"百分之{value}{point}"


def _spellings(number: str, *, ordinal: bool = False, counted: str = "") -> Iterator[str]:
    """Yield the ways to write a number."""
    value = value_of(number, row=ordinal)
    if value is None:
        return
    yield str(value)
    han = han_number(value)
    long_row = 2 < len(str(value)) < 5
    if number[0] in "0〇零" and 0 < value < 10:
        yield from (f"0{value}", f"〇{han}", f"零{han}")
    if counted == "年" and 9 < value < 10**4 and (long_row or number.isdigit() or len(number) == 2):
        yield from _rows(value)
    if counted != "年" or not 1000 <= value < 10**4:
        yield from dict.fromkeys((han, han.replace("零", "〇") if value else han, han.replace("百一十", "百十")))
    if not ordinal and value == 2 and (counted or number == "2"):
        yield "两"
    if counted != "年" and (pairs := re.sub("(?<!十)二(?=[百千万亿])", "两", han)) != han:
        yield pairs
    if long_row and counted in ("", "号"):
        yield from _rows(value)
    if value < 10 and (ordinal or counted in ("月", "日", "号")):
        yield f"0{value}"
    if ordinal and value < 100:
        yield f"{value:03}"  # as in sortable numbers of files and chapters
        yield from _rows(f"{value:03}")
    if ordinal and value < 1000:
        yield f"{value:04}"
    if ordinal and 10 < value < 100:
        yield from _rows(value)
    if ordinal and 0 < value <= len(_ROMAN):
        yield _ROMAN[value - 1]
    if (ordinal and value < 1000) or counted == "元":
        yield han.translate(str.maketrans(_DIGITS + "十百千", _FINANCIAL + "拾佰仟"))
    for short, long in _TENS.items():
        if value < 50 and han.startswith(long):
            yield short + han.removeprefix(long)
    if counted != "年" and value >= 1000:
        yield f"{value:,}"
    if counted and value >= 10**4:
        yield from _in_large(value)


def _in_large(value: int) -> Iterator[str]:
    """Yield a number in units of 万 or 亿: 25,000 is 2.5万, 2万5千, 2万5000."""
    for unit, size in _LARGE.items():
        whole, rest = divmod(value, size)
        if whole and not value * 1000 % size:
            yield f"{value / size:.10g}{unit}"
        if whole and rest and not rest % (size // 10):
            yield f"{whole}{unit}{rest * 10 // size}{'千' if unit == '万' else '千万'}"
        if whole and rest and unit == "万":
            yield f"{whole}{unit}{rest}"


def _rows(value: int | str) -> Iterator[str]:
    """Yield a number digit by digit: 二〇二六, 二零二六."""
    row = "".join(_DIGITS[int(digit)] for digit in str(value))
    yield row
    yield row.replace("〇", "零")


def value_of(number: str, *, row: bool = False) -> int | None:
    """Return the value of a number in digits or ideographs; None if it is malformed, or MOST or more.

    With `row`, two ideographs may be digits (五八).
    """
    if number in _ROMAN:
        return _ROMAN.index(number) + 1
    number = number.replace(",", "")
    if found := re.fullmatch(_MIXED, number):
        whole, part, large, more, unit = found.groups()
        rest = int(more or 0) * {**_UNITS, **_LARGE}.get(unit or "", 0)
        digits = part or "0"
        total = int(whole + digits) * _LARGE[large] // 10 ** len(digits) + rest
        return total if total < MOST and rest < _LARGE[large] and not (part and rest) else None
    if number[:-1].isdigit() and number[-1] in _LARGE:
        return value * _LARGE[number[-1]] if (value := value_of(number[:-1])) and value < 10**6 else None
    if number.isdigit():
        return int(number) if number.isascii() and int(number) < MOST else None
    for short, long in _TENS.items():
        number = number.replace(short, long)
    if all(char in _VALUES for char in number):
        value = int("".join(str(_VALUES[char]) for char in number))
        return value if (row or len(number) != 2 or number[0] in "〇零") and value < MOST else None
    return _valued(number)


def _valued(number: str) -> int | None:
    """Return the same for ideographs with units: units within a part descend, and so do the parts."""
    total, last_large = 0, MOST
    parts = ["".join(some) for _, some in groupby(number, _LARGE.__contains__)]
    if parts[0][0] in _LARGE:
        return None
    for digits, large in zip(parts[::2], [*parts[1::2], ""], strict=False):
        size = 1
        for unit in large:
            size *= _LARGE[unit]
        value = _below_ten_thousand(digits)
        if value is None or size >= last_large or (total and len(digits) == 1):  # 三万五 is 35,000, but rarely written
            return None
        total, last_large = total + value * size, size
    return total if 0 < total < MOST else None


def _below_ten_thousand(digits: str) -> int | None:
    total, last, digit = 0, 10**4, None
    for place, char in enumerate(digits):
        if char in _UNITS:
            unit = _UNITS[char]
            if unit >= last or (digit is None and not (unit == 10 and (place == 0 or digits[place - 1] in "百佰"))):
                return None
            total, last, digit = total + (1 if digit is None else digit) * unit, unit, None
        elif digit:
            return None
        else:
            digit = _VALUES[char] or None
    if digit and last > 10 and place and digits[place - 1] in _UNITS and last != 10**4:
        return total + digit * last // 10  # 三百五 is 350
    return total + (digit or 0)


def han_number(value: int) -> str:
    """Return a number from 0 to MOST in Chinese."""
    if value < 10:
        return "零" if not value else _DIGITS[value]
    made, gap = "", False
    for unit, size in (("亿", 10**8), ("万", 10**4), ("", 1)):
        part, value = divmod(value, size)
        if part:
            made += ("零" if made and (gap or part < 1000) else "") + _han_part(part) + unit
        gap = not part
    return made.removeprefix("一") if made.startswith("一十") else made


def _han_part(part: int) -> str:
    """Return the same for a number of at most four digits."""
    made, gap = "", False
    for unit, size in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
        digit, part = divmod(part, size)
        if digit:
            made += ("零" if made and gap else "") + _DIGITS[digit] + unit
        gap = not digit
    return made

"""Kinds of clean text that a careless restoration damages: generated, or taken from dictionaries of installed packages.

Each kind is a function from a source of chance and a number of texts wanted to texts; what a kind can count out (every
character of a character set, every word of a dictionary) it counts out when `wanted` is None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from itertools import islice
from random import Random
from typing import TypeVar

from seedsearch.text.character_model import model
from seedsearch.text.folding import is_han

T = TypeVar("T")
Kind = Callable[[Random, int | None], Iterator[str]]
TEXTS = 400  # of a kind that is drawn by chance
FREQUENT = 3000  # characters of which every pair is tried
LISTED = 60  # words of a list


@cache
def words() -> tuple[str, ...]:
    """Return the words of jieba's dictionary as it is spelled there."""
    lines = files("jieba").joinpath("dict.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line.split(" ")[0] for line in lines)


@cache
def phrases() -> tuple[str, ...]:
    """Return the phrases of pypinyin's dictionary: idioms, names, verses, in both scripts."""
    from pypinyin.phrases_dict import phrases_dict

    return tuple(phrases_dict)


@cache
def frequent() -> str:
    """Return the characters that jieba's dictionary uses most, most frequent first."""
    ranks = model().rank
    return "".join(sorted(ranks, key=ranks.__getitem__)[:FREQUENT])


@cache
def character_set(codec: str) -> str:
    """Return every character of two bytes of an encoding, or all ideographs of Unicode for GB 18030."""
    if codec == "gb18030":
        spans = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, 0x323B0))
        return "".join(chr(code) for start, end in spans for code in range(start, end))
    pairs = (bytes((lead, trail)) for lead in range(0x81, 0xFF) for trail in range(0x40, 0xFF))
    return "".join(char for pair in pairs if len(char := pair.decode(codec, "ignore")) == 1 and char > "\x7f")


def some(items: Sequence[T], rng: Random, wanted: int | None) -> Sequence[T]:
    """Return the items, or so many of them as are wanted."""
    return items if wanted is None else rng.sample(items, min(wanted, len(items)))


def drawn(made: Callable[[Random], str]) -> Kind:
    """Return the kind of the texts that `made` draws."""
    return lambda rng, wanted: (made(rng) for _ in range(TEXTS if wanted is None else wanted))


def _repeated(codec: str, times: int) -> Kind:
    return lambda rng, wanted: (char * times for char in some(character_set(codec), rng, wanted))


def _alone(source: Callable[[], tuple[str, ...]]) -> Kind:
    return lambda rng, wanted: iter(some(source(), rng, wanted))


def _lists(source: Callable[[], tuple[str, ...]], mark: str, *, shuffled: bool) -> Kind:
    """Return all words in lists of `LISTED`, in the order of the dictionary or in none."""

    def kind(rng: Random, wanted: int | None) -> Iterator[str]:
        listed = list(source())
        if shuffled:
            rng.shuffle(listed)
        starts = list(range(0, len(listed), LISTED))
        for start in starts if wanted is None else rng.sample(starts, min(wanted, len(starts))):
            yield mark.join(listed[start : start + LISTED]) + "\n"

    return kind


def pairs_of_frequent(mark: str) -> Kind:
    """Return every pair of the frequent characters, those that begin with the same one in one text."""

    def kind(rng: Random, wanted: int | None) -> Iterator[str]:
        for first in some(frequent(), rng, None if wanted is None else max(1, wanted // 40)):
            yield mark.join(first + second for second in frequent())

    return kind


def pairs_alone(rng: Random, wanted: int | None) -> Iterator[str]:
    """Pairs of the frequent characters, each a text; drawn, for there are nine million."""
    chars = frequent()
    return ("".join(rng.choices(chars, k=2)) * rng.choice((1, 1, 2)) for _ in range(wanted or 50 * TEXTS))


def _few_different(rng: Random) -> str:
    """Return a run of one to three different characters, of any frequency, in random order or by turns."""
    chars = rng.sample(character_set(rng.choice(("gb2312", "big5"))), rng.randint(1, 3))
    if rng.random() < 0.5:
        return "".join(rng.choices(chars, k=rng.randint(2, 40)))
    return "".join(char * rng.randint(1, 6) for char in chars * rng.randint(1, 4))


def _rare_words(rng: Random) -> str:
    """Return a list of words of rare characters, as a dictionary's index has them."""
    ranks = model().rank
    rare = sorted(ranks, key=ranks.__getitem__)[3000:]
    mark = rng.choice(("\n", " ", "、", "，", ""))
    return mark.join("".join(rng.sample(rare, rng.randint(1, 4))) for _ in range(rng.randint(3, 60)))


_INTERJECTIONS = "啊哈呵嘿嘻哎唉哦噢喔呜嗷咦呃嗯哼咚咣砰啪嗒嘀嗖唰哗轰咔嚓叽喳咕噜呱喵汪咩哞嘎"
_SAYINGS = ("你来啦", "真的假的", "我不信", "怎么会这样", "快跑", "笑死我了", "等一下", "好耶", "救命")


def _interjections(rng: Random) -> str:
    """Chat of cries, sounds and question marks."""
    lines = []
    for _ in range(rng.randint(1, 20)):
        cry = "".join(char * rng.randint(1, 9) for char in rng.sample(_INTERJECTIONS, rng.randint(1, 3)))
        mark = rng.choice(("", "！", "!!", "？！", "?!", "！？", "??", "???", "……", "~~~", "。。。"))
        lines.append(rng.choice((cry, rng.choice(_SAYINGS) + cry, cry + rng.choice(_SAYINGS))) + mark)
    return "\n".join(lines)


def _chat_log(rng: Random) -> str:
    """Return a log of a chat: names, times, short sayings, pictures in brackets."""
    names = ["".join(rng.choices(frequent()[:1500], k=rng.randint(2, 4))) for _ in range(3)]
    made = []
    for minute in range(rng.randint(4, 30)):
        saying = "".join(rng.sample(words(), rng.randint(1, 4))) if rng.random() < 0.7 else _interjections(rng)
        picture = rng.choice(("", "", "[捂脸]", "[图片]", "(≧▽≦)", "_(:3」∠)_", "╮(╯▽╰)╭", "→_→", "orz"))
        made.append(f"{rng.choice(names)} 2023/5/6 {8 + minute // 60:02}:{minute % 60:02}\n{saying}{picture}")
    return "\n".join(made)


_BOARD = {"top": tuple("┌┬┐"), "middle": tuple("├┼┤"), "bottom": tuple("└┴┘")}


def _go_board(rng: Random) -> str:
    """Return a board of box drawing with stones, of 5 to 19 lines."""
    size = rng.randint(5, 19)
    grid = [[_BOARD["middle"][1]] * size for _ in range(size)]
    for line, (left, inner, right) in ((0, _BOARD["top"]), (size - 1, _BOARD["bottom"])):
        grid[line] = [left, *inner * (size - 2), right]
    for points in grid[1:-1]:
        points[0], points[-1] = _BOARD["middle"][0], _BOARD["middle"][2]
    for _ in range(rng.randrange(size * 3)):
        grid[rng.randrange(size)][rng.randrange(size)] = rng.choice("●○＋①②③④⑤☆▲")
    return "\n".join("".join(row) for row in grid)


def _chess_board(rng: Random) -> str:
    """Return a board of Chinese chess, with the names of its columns, and moves."""
    pieces = "車馬象士將砲卒俥傌相仕帥炮兵"
    rows = ["".join(rng.choices("┼┼┼┼" + pieces, k=9)) for _ in range(10)]
    rows.insert(5, rng.choice(("│　楚河　　漢界　│", "楚河━━━━━漢界")))
    moves = [
        rng.choice("炮马车兵相士帅")
        + rng.choice("一二三四五六七八九")
        + rng.choice("进退平")
        + rng.choice("１２３一二三")
        for _ in range(20)
    ]
    return "１２３４５６７８９\n" + "\n".join(rows) + "\n" + " ".join(moves)


def _boxes(rng: Random) -> str:
    """Return a table or a frame of box drawing, of any of its kinds, with words in it."""
    kind = rng.choice(("┌─┬┐│├┼┤└┴┘", "┏━┳┓┃┣╋┫┗┻┛", "╔═╦╗║╠╬╣╚╩╝", "╒═╤╕│╞╪╡╘╧╛", "╓─╥╖║╟╫╢╙╨╜", "╭─┬╮│├┼┤╰┴╯"))
    columns, width = rng.randint(1, 6), rng.randint(1, 5)

    def rule(left: str, cross: str, right: str) -> str:
        return left + cross.join(kind[1] * width for _ in range(columns)) + right

    rows = []
    for _ in range(rng.randint(1, 6)):
        cells = ["".join(rng.choices(frequent()[:800], k=rng.randint(0, width))) for _ in range(columns)]
        rows.append(kind[4] + kind[4].join(cells) + kind[4])
    inner = f"\n{rule(kind[5], kind[6], kind[7])}\n" if rng.random() < 0.7 else "\n"
    return f"{rule(kind[0], kind[2], kind[3])}\n{inner.join(rows)}\n{rule(kind[8], kind[9], kind[10])}"


def _screen(rng: Random) -> str:
    """Return a screen of a bulletin board: blocks, rules, menus, colour left out."""
    blocks = "▁▂▃▄▅▆▇█▏▎▍▌▋▊▉▓▒░◢◣◥◤◆◇□■○●★☆▲△▼▽⊙◎※§﹌﹏︶︴︵﹋"
    made = []
    for _ in range(rng.randint(3, 24)):
        style = rng.random()
        if style < 0.4:
            made.append("".join(char * rng.randint(1, 12) for char in rng.choices(blocks, k=rng.randint(1, 8))))
        elif style < 0.7:
            made.append("  ".join(f"({rng.choice('ABCDEFG')}){rng.choice(words()[:9000])}" for _ in range(3)))
        else:
            made.append(rng.choice("●★■※◆") * rng.randint(1, 38) + rng.choice(words()) + rng.choice("─━═") * 20)
    return "\n".join(made)


_DIGITS = ("0123456789", "０１２３４５６７８９", "〇一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖", "①②③④⑤⑥⑦⑧⑨⑩")


def _numbers(rng: Random) -> str:
    """Return a table of numbers in one of several spellings."""
    digits = rng.choice(
        ("0123456789", "０１２３４５６７８９", "〇一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖", "①②③④⑤⑥⑦⑧⑨⑩")
    )
    mark = rng.choice((" ", "\t", ",", "，", "|", "　", "、", ""))
    lines = [
        mark.join("".join(rng.choices(digits, k=rng.randint(1, 8))) + rng.choice(("", "", "%", "℃", "㎡", "元", "万"))
                  for _ in range(rng.randint(1, 9)))
        for _ in range(rng.randint(2, 30))
    ]  # fmt: skip
    return "\n".join(lines)


def _code(rng: Random) -> str:
    """Source with comments and strings in Chinese; ternary operators and null checks included."""
    made = []
    for n in range(rng.randint(3, 25)):
        name, said = f"value_{n}", "".join(rng.sample(words(), 3))
        made.append(
            rng.choice((
                f"int {name} = a ? b : c; // {said}?",
                f'printf("{said}: %d\\n", {name}); /* {said}(kg) */',
                f"# {said}（mm）\n{name} = data?.get('{said}') ?? '{said}'",
                f"if ({name} != null) {{ return \"{said}?!\"; }} // TODO {said}",
                f"<!-- {said} --><div title=\"{said}\">{said}</div>",
                f"-- {said}\nSELECT * FROM {said} WHERE 名称 = '{said}' AND x = ?",
            ))
        )  # fmt: skip
    return "\n".join(made)


def _lyrics(rng: Random) -> str:
    """Return a song: short lines, a refrain that comes again, times in brackets."""
    lines = ["".join(rng.sample(words(), rng.randint(2, 4))) for _ in range(8)]
    refrain = [line + rng.choice(("啦啦啦啦", "哦哦哦", "", "～", "……")) for line in lines[:4]]
    song = [*lines[4:], *refrain, *lines[6:], *refrain, *refrain]
    timed = rng.random() < 0.5
    return "\n".join(f"[{i // 6:02}:{i * 10 % 60:02}.{i:02}]{line}" if timed else line for i, line in enumerate(song))


_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)


def _names(rng: Random) -> str:
    """Return a list of names, with rare given names, in lines or in a row."""
    given = character_set("gb2312") if rng.random() < 0.5 else frequent()
    given = "".join(char for char in given if char >= "\u4e00")
    listed = (rng.choice(_SURNAMES) + "".join(rng.sample(given, rng.randint(1, 2))) for _ in range(rng.randint(5, 80)))
    return rng.choice(("\n", " ", "、", "，", "　", "")).join(listed)


def _formulas(rng: Random) -> str:
    """Formulas, units, phonetics and symbols among words."""
    symbols = "αβγδεζηθλμπρστφχψω∑∏∫∮∞√∠⊥∥≤≥≠≈≡±×÷∈∪∩⊂⊃∀∃∂∇→←↑↓⇒⇔ⅠⅡⅢⅣ℃‰㎎㎏㎜㎝㎞㎡°′″"
    made = []
    for _ in range(rng.randint(2, 20)):
        formula = "".join(rng.choices(symbols + "xyzabc0123456789+-=()²³", k=rng.randint(3, 25)))
        made.append(rng.choice(words()) + formula + rng.choice(("", "。", "，其中", "?", "(mol)", "（cm）")))
    return "\n".join(made)


def _copybook(rng: Random) -> str:
    """Return a sheet to practise writing: each character many times, with blanks or frames."""
    chars = rng.sample(character_set("gb2312" if rng.random() < 0.7 else "big5"), rng.randint(1, 12))
    mark = rng.choice(("", " ", "　", "□", "|"))
    return "\n".join(mark.join(char * rng.randint(2, 16)) for char in chars)


def _character_table(rng: Random) -> str:
    """Return a stretch of a character set in its order, in rows, with codes or without."""
    chars = character_set(rng.choice(("gb2312", "big5", "gb18030", "gbk")))
    start, row = rng.randrange(len(chars) - 200), rng.choice((8, 10, 16, 32))
    mark = rng.choice(("", " ", "\t"))
    lines = (mark.join(chars[at : at + row]) for at in range(start, start + rng.randint(16, 200), row))
    coded = rng.random() < 0.3
    return "\n".join(f"{ord(line[0]):04X} {line}" if coded else line for line in lines)


_VERSE = (
    "关关雎鸠，在河之洲。窈窕淑女，君子好逑。参差荇菜，左右流之。窈窕淑女，寤寐求之。",
    "帝高阳之苗裔兮，朕皇考曰伯庸。摄提贞于孟陬兮，惟庚寅吾以降。",
    "扈江离与辟芷兮，纫秋兰以为佩。汩余若将不及兮，恐年岁之不吾与。",
    "蒹葭蒼蒼，白露為霜。所謂伊人，在水一方。遡洄從之，道阻且長。",
    "坎坎伐檀兮，寘之河之干兮。河水清且漣猗。不稼不穡，胡取禾三百廛兮？",
    "噫吁嚱，危乎高哉！蜀道之難，難於上青天！蠶叢及魚鳧，開國何茫然！",
    "雎鸠鶗鴂，鹡鸰鸲鹆，鸂鶒鵁鶄，鸳鸯𪃟鹈，皆水禽之名也。",
    "鼎鼐鬲甗，簠簋敦豆，尊罍彝卣，盉匜盤鑑，皆禮器也。",
    "璆琳琅玕，琬琰琮璜，瑾瑜瓊瑤，璨瑳玼璘。",
    "嵯峨嶙峋，巉岩嶒崚，崆峒岣嵝，岌嶪嵬崒。",
    "滂沱潺湲，汩沄渨漍，滃渤瀇滉，澔汗潝濞。",
)


def _verse(rng: Random) -> str:
    """Classical verse: lines in random order, some of them alone, some without marks."""
    lines = rng.choices(_VERSE, k=rng.randint(1, 8))
    text = rng.choice(("\n", "")).join(lines)
    if rng.random() < 0.3:
        text = text.translate(dict.fromkeys(map(ord, "，。？！"), rng.choice((" ", "\n", ""))))
    start = rng.randrange(max(1, len(text) // 2))
    return text[start : start + rng.randint(4, 120)]


_PLANTS = ("？！", "??", "?!", "！？", "???", "?", "?，", "(mm)", "（tp）", "(x)")
PLANTED_EVERY = 150  # characters, on the mean


@cache
def _reading(char: str) -> str:
    from pypinyin.pinyin_dict import pinyin_dict

    return pinyin_dict.get(ord(char), "a").split(",")[0]


def _plant(rng: Random, char: str) -> str:
    """Return what is planted behind `char`: marks that people type, units, and a gloss now and then."""
    if rng.random() < 0.8:
        return rng.choice(_PLANTS)
    return rng.choice(("({})", "（{}）")).format(_reading(char))


def planted(text: str, rng: Random) -> str:
    """`text` with marks, units and glosses planted behind ideographs in it."""
    pieces, last = [], 0
    for _ in range(len(text) // PLANTED_EVERY):
        at = last + rng.randint(1, 2 * PLANTED_EVERY)
        if at < len(text) and is_han(text[at - 1]):
            pieces += [text[last:at], _plant(rng, text[at - 1])]
            last = at
    return "".join(pieces) + text[last:]


def _planted(rng: Random) -> str:
    """Sentences with something planted in each."""
    made = []
    for _ in range(rng.randint(3, 30)):
        chosen = rng.sample(words(), rng.randint(3, 8))
        at = rng.randrange(len(chosen))
        chosen[at] += _plant(rng, chosen[at][-1])
        made.append("".join(chosen) + rng.choice(("。", "，", "！", "？", "?")))
    return rng.choice(("\n", "")).join(made)


KINDS: dict[str, Kind] = {
    **{f"{codec}: each character {times} ×": _repeated(codec, times)
       for codec in ("gb2312", "big5", "gb18030") for times in (1, 2, 4)},
    "words: each alone": _alone(words),
    "words: lists of lines": _lists(words, "\n", shuffled=False),
    "words: lists of lines, shuffled": _lists(words, "\n", shuffled=True),
    "words: lists with 、": _lists(words, "、", shuffled=True),
    "words: in a row": _lists(words, "", shuffled=True),
    "words: quoted": _lists(words, "”，“", shuffled=True),
    "phrases: each alone": _alone(phrases),
    "phrases: lists of lines": _lists(phrases, "\n", shuffled=False),
    "phrases: in a row, shuffled": _lists(phrases, "", shuffled=True),
    "pairs of 3,000: lines": pairs_of_frequent("\n"),
    "pairs of 3,000: blanks": pairs_of_frequent(" "),
    "pairs of 3,000: a row": pairs_of_frequent(""),
    "pairs of 3,000: drawn, alone": pairs_alone,
    "one to three characters": drawn(_few_different),
    "lists of rare words": drawn(_rare_words),
    "verse": drawn(_verse),
    "character tables": drawn(_character_table),
    "copybooks": drawn(_copybook),
    "go boards": drawn(_go_board),
    "chess boards": drawn(_chess_board),
    "box drawing": drawn(_boxes),
    "bulletin board screens": drawn(_screen),
    "tables of numbers": drawn(_numbers),
    "code with comments": drawn(_code),
    "lyrics": drawn(_lyrics),
    "interjections": drawn(_interjections),
    "chat logs": drawn(_chat_log),
    "lists of names": drawn(_names),
    "formulas": drawn(_formulas),
    "planted marks and readings": drawn(_planted),
}  # fmt: skip


def texts(name: str, kind: Kind, wanted: int | None) -> Iterator[str]:
    """Return the texts of a kind, the same ones in every run."""
    made = kind(Random(name), wanted)
    return made if wanted is None else islice(made, wanted)

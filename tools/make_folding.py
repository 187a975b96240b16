"""Make src/seedsearch/text/folding.txt, the table of spelling variants that search treats as one.

Sources: OpenCC's character tables (Traditional, Taiwan and Hong Kong variants → Simplified) and Unicode's own
NFKC and lower-case mappings where they lead from one character to one. The table is closed: what a character folds to
folds to itself. It is committed so that an index made today means the same after an update of OpenCC; a test
makes it again and compares.

    python tools/make_folding.py            write the table
"""

from __future__ import annotations

import sys
import unicodedata
from contextlib import suppress
from pathlib import Path

import opencc

TABLE = Path(__file__).parents[1] / "src" / "seedsearch" / "text" / "folding.txt"

# Variants in daily use that OpenCC's tables leave apart: old and new print forms of one character
# (the "new character forms" list of 1965 against the traditional forms that Taiwan and Big5 kept).
PRINT_FORMS = (
    "著着 戶户 戸户 內内 黃黄 黒黑 敎教 靑青 淸清 眞真 愼慎 吳吴 呂吕 "
    "兌兑 稅税 脫脱 悅悦 閱阅 絕绝 溫温 產产 顏颜 彥彦 郞郎"
)
# Variants that one side writes and the other knows as another form of the same character, never as a word of its own.
OTHER_FORMS = (
    "馀余 锺钟 鎗枪 鑛矿 迳径 甦苏 姸妍 讬托 伕夫 籐藤 拏拿 谘咨 濬浚 荳豆 栢柏 觔斤 隄堤 菓果 揹背 擧举 "
    "鄕乡 鬭斗 澁涩 妳你 砲炮 礮炮 暱昵 雰氛 邨村 囘回 囬回 汚污 畧略 峩峨 兎兔 冝宜 呉吴 娯娱 囯国 圀国 "
    "斈学 煖暖 窓窗 牎窗 庿庙 竝并 灋法 寳宝 尒尔 渕渊 煑煮 缾瓶 葢盖 盌碗 椀碗 秌秋 筭算 餻糕 餹糖 鑵罐 "
    "攷考 膓肠 芲花 苺莓 蟁蚊 蠭蜂 蠏蟹 虵蛇 帬裙 眎视 跴踩 蹏蹄 躱躲 辤辞 辢辣 迯逃 徧遍 隣邻 酧酬 鴈雁 "
    "鞵鞋 鞌鞍 鵞鹅 鼔鼓 僊仙 躰体 軆体 媮偷 櫈凳 諠喧 阬坑 墖塔 墪墩 亱夜 壻婿 嫰嫩 宼寇 寍宁 屛屏 嶋岛 "
    "崕崖 幙幕 恠怪 慙惭 嬾懒 紥扎 撚捻 擕携 昻昂 朶朵 桮杯 桺柳 槕桌 楳梅 碁棋 牓榜 搾榨 欵款 懽欢 謌歌 "
    "婬淫 潄漱 燄焰 鷰燕 犂犁 猨猿 珎珍 琹琴 琍璃 甛甜 畱留 疎疏 臯皋 覩睹 甎砖 碪砧 粃秕 稾稿 闚窥 咲笑 "
    "筞策 緜绵 羮羹 聡聪 舩船 萠萌 乕虎 韤袜 躶裸 贒贤 濶阔 飃飘 飡餐 鼈鳖 蔴麻 鼡鼠"
)
# Quotation marks and dashes that typing and conversion swap freely.
MARKS = {
    "“": '"',
    "”": '"',
    "„": '"',
    "‟": '"',
    "「": '"',
    "」": '"',
    "『": '"',
    "』": '"',
    "‘": "'",
    "’": "'",
    "‚": "'",
    "―": "—",
    "–": "-",
    "‐": "-",
    "−": "-",
    "〜": "~",
    "∼": "~",
    "•": "·",
    "・": "·",
    "‧": "·",
    "．": ".",
}


class _Script:
    """Traditional and regional variants → the Simplified character that OpenCC's tables lead to."""

    def __init__(self) -> None:
        self._simplify = opencc.OpenCC("t2s").convert
        self._regional = [opencc.OpenCC(name).convert for name in ("tw2t", "hk2t")]
        han = [chr(code) for code in range(0x3400, 0x33480) if unicodedata.category(chr(code)) == "Lo"]
        self._simplified = {made for char in han if (made := self._simplify(char)) != char}

    def __call__(self, char: str) -> str:
        simple = self._simplify(char)
        if simple != char or char in self._simplified:
            return _one(simple, char)  # 么 is the end of 麼; the Taiwan table would lead it on to 幺
        for convert in self._regional:
            char = _one(convert(char), char)
        return _one(self._simplify(char), char)


def _one(made: str, char: str) -> str:
    """`made` where it is one character, else `char`: folding keeps lengths."""
    return made if len(made) == 1 else char


def _width_and_case(char: str) -> str:
    for spell in (lambda c: unicodedata.normalize("NFKC", c), str.lower):
        made = spell(char)
        if len(made) == 1 and not made.isspace():
            char = made
    return char


def _japanese() -> dict[str, str]:
    """New Japanese forms (寛, 両, 広) → the Chinese form; without those that a Chinese character set has, too."""
    convert = opencc.OpenCC("jp2t").convert
    han = (chr(code) for code in range(0x4E00, 0xA000))
    return {char: made for char in han if (made := convert(char)) != char and len(made) == 1 and not _is_chinese(char)}


def _is_chinese(char: str) -> bool:
    """Tell whether GB 2312 or Big5 has the character, and so a Chinese text may mean it as it is (芸, 予, 欠)."""
    for encoding in ("gb2312", "big5"):
        with suppress(UnicodeEncodeError):
            return bool(char.encode(encoding))
    return False


def make_table() -> dict[str, str]:
    """Return every character that folds to another one, with what it folds to."""
    script = _Script()
    extra = {pair[0]: pair[1] for pair in f"{PRINT_FORMS} {OTHER_FORMS}".split()} | _japanese() | MARKS

    def once(char: str) -> str:
        return _width_and_case(script(extra.get(char, char)))

    table = {}
    for code in range(0x41, sys.maxunicode + 1):
        char = chr(code)
        if unicodedata.category(char) in ("Cn", "Cs", "Co", "Cc", "Mn", "Mc"):
            continue
        end = char
        for _ in range(8):
            end = once(end)
        if once(end) != end:
            raise ValueError(f"{char!r} folds in a circle through {end!r}")
        if end != char:
            table[char] = end
    return table


def as_text(table: dict[str, str]) -> str:
    """Return two lines: the characters, and what each folds to, in the same order."""
    return "".join(table) + "\n" + "".join(table.values()) + "\n"


if __name__ == "__main__":
    TABLE.write_text(as_text(make_table()), encoding="utf-8", newline="\n")

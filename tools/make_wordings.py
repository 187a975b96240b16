"""Make src/seedsearch/text/wordings.txt, the words that are spelled or called otherwise on the other side.

Sources: OpenCC's phrase dictionaries, and a few words of the first list of variant spellings of Chinese
(《第一批异形词整理表》, Ministry of Education of China, 2001) that OpenCC leaves apart. A line `=a b` names two
spellings of one word that folding, which is character by character, keeps apart (了解, 瞭解); a line `~a b` two words
for one thing, of which one is usual in Taiwan or Hong Kong (软件, 软体). All are folded. The file is committed so that
a query means the same after an update of OpenCC; a test makes it again and compares.

    python -m tools.make_wordings            write the table
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import opencc

from seedsearch.text.folding import fold, is_han

TABLE = Path(__file__).parents[1] / "src" / "seedsearch" / "text" / "wordings.txt"

SPELLED = ("STPhrases", "TSPhrases", "HKVariantsPhrases", "TWVariantsPhrases")
REGIONAL = ("TWPhrases", "TWPhrasesRev", "HKPhrases", "HKPhrasesRev")
# What a spelling varies by must be common in running text to be worth a line; these are parts of names of people and
# places, of which OpenCC's phrases carry hundreds.
RARE = frozenset("甯锺迳栢鑛姸鼇𬭭觔")
OF_THE_LIST = (
    "账号帐号 账户帐户 账单帐单 账目帐目 账本帐本 账簿帐簿 结账结帐 记账记帐 转账转帐 付账付帐 算账算帐 "
    "查账查帐 报账报帐 对账对帐 坏账坏帐 账房帐房 赊账赊帐 账款帐款 入账入帐 账面帐面 什么甚么 唯一惟一 "
    "其他其它 想象想像 图像图象 身份身分 分量份量 分内份内 分外份外 辈分辈份 订单定单 订婚定婚 订货定货 "
    "笔画笔划 按语案语 保姆保母 参与参预 倒霉倒楣 订阅定阅 复信覆信 干预干与 告诫告戒 恭维恭惟 雇用僱用 "
    "雇员僱员 雇主僱主 过分过份 含糊含胡 浑水摸鱼混水摸鱼 伙伴火伴 机灵机伶 嘉宾佳宾 角色脚色 精彩精采 刻画刻划 "
    "辽阔辽廓 模仿摹仿 模糊模胡 疲沓疲塌 漂流飘流 情愫情素 人才人材 思维思惟 搜集蒐集 透彻透澈 稀罕希罕 "
    "稀奇希奇 稀少希少 相貌像貌 雄赳赳雄纠纠 徇私循私 押韵压韵 鱼汛渔汛 缘故原故 扎实札实 折中折衷 执著执着 "
    "装潢装璜 姿势姿式 座位坐位"
)


def _rows(names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield each word of some dictionaries of OpenCC with each of those that it becomes."""
    for name in names:
        yield from _of(name)


def _of(name: str) -> Iterator[tuple[str, str]]:
    clib = Path(opencc.__file__).parent / "clib"
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "words"
        source = clib / "share" / "opencc" / f"{name}.ocd2"
        command = f"{clib}/bin/opencc_dict", "-i", source, "-o", made, "-f", "ocd2", "-t", "text"
        subprocess.run(command, check=True, capture_output=True)
        for line in made.read_text(encoding="utf-8").splitlines():
            word, _, others = line.partition("\t")
            yield from ((word, other) for other in others.split(" "))


def _apart(pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return the pairs that folding leaves apart, folded, the two of a pair in the order of code points."""
    folded = ((fold(a), fold(b)) for a, b in pairs)
    return {(min(pair), max(pair)) for pair in folded if pair[0] != pair[1]}


def _implied(pair: tuple[str, str], shorter: set[tuple[str, str]]) -> bool:
    """Tell whether a pair says no more than another one inside it (不了解 by 了解)."""
    a, b = pair
    return any(a.replace(x, y) == b or a.replace(y, x) == b for x, y in shorter if len(x) < len(a))


def make_pairs() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the pairs that are spellings of one word, and those that are words for one thing, sorted."""
    listed = _apart((both[: len(both) // 2], both[len(both) // 2 :]) for both in OF_THE_LIST.split())
    spelled = _apart(_rows(SPELLED)) | listed
    spelled = {pair for pair in spelled if not RARE & set("".join(pair)) and min(map(len, pair)) > 1}
    spelled = {pair for pair in spelled if not _implied(pair, spelled)}
    regional = {pair for pair in _apart(_rows(REGIONAL)) if all(is_han(word[0]) or len(word) > 1 for word in pair)}
    regional = {pair for pair in regional if not _implied(pair, regional | spelled)}
    return sorted(spelled), sorted(regional - spelled)


def as_text(spelled: list[tuple[str, str]], regional: list[tuple[str, str]]) -> str:
    """Return a line a pair."""
    return "".join(f"{mark}{a} {b}\n" for mark, pairs in (("=", spelled), ("~", regional)) for a, b in pairs)


if __name__ == "__main__":
    TABLE.write_text(as_text(*make_pairs()), encoding="utf-8", newline="\n")

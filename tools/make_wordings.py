"""Make src/seedsearch/text/wordings.txt, the words that are spelled or called otherwise on the other side.

Sources: OpenCC's phrase dictionaries, a few words of the first list of variant spellings of Chinese
(《第一批异形词整理表》, Ministry of Education of China, 2001) that OpenCC leaves apart, and names and things of
everyday life that OpenCC does not have (布什, 布希). A line `=a b` names two
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
# Names and things that are called otherwise on the two sides. A word that means something else as well (机车, which is
# a locomotive or a motorcycle) is left out, unless the other meaning is far less usual.
EVERYDAY = (
    "布什/布希 里根/雷根 特朗普/川普 肯尼迪/甘乃迪 希拉里/希拉蕊 撒切尔/柴契尔 丘吉尔/邱吉尔 默克尔/梅克尔 普京/普丁 "
    "戈尔巴乔夫/戈巴契夫 叶利钦/叶尔钦 赫鲁晓夫/赫鲁雪夫 斯大林/史达林 卡扎菲/格达费 本拉登/宾拉登 "
    "卡斯特罗/卡斯楚 梵高/梵谷 达芬奇/达文西 肖邦/萧邦 "
    "贝克汉姆/贝克汉 斯皮尔伯格/史匹柏 麦当娜/玛丹娜 希区柯克/希区考克 罗纳尔多/罗纳度 马拉多纳/马拉度纳 "
    "杰克逊/杰克森 索尔仁尼琴/索忍尼辛 弗洛伊德/佛洛伊德 弗洛伊德/佛洛依德 "
    "海德格尔/海德格 哈贝马斯/哈伯玛斯 悉尼/雪梨 戛纳/坎城 "
    "朝鲜/北韩 韩国/南韩 新泽西/纽泽西 新奥尔良/纽奥良 新罕布什尔/新罕布夏 密歇根/密西根 "
    "威斯康星/威斯康辛 佐治亚/乔治亚 弗吉尼亚/维吉尼亚 圣迭戈/圣地牙哥 "
    "导弹/飞弹 航天飞机/太空梭 宇航员/太空人 摩托车/机车 地铁/捷运 公交车/公车 "
    "计算机/电脑 手机/行动电话 移动电话/行动电话 公共汽车/公车 自行车/脚踏车 圆珠笔/原子笔 充电宝/行动电源 优盘/随身碟 "
    "空调/冷气 短信/简讯 洗发水/洗发精 搜索引擎/搜寻引擎 博客/部落格 "
    "打印机/列印机 网卡/网路卡 重启/重新启动 台式机/桌上型电脑 笔记本电脑/笔记型电脑 掌上电脑/掌上型电脑 "
    "土豆/马铃薯 菠萝/凤梨 奶酪/起司 奶酪/乳酪 酸奶/优格 酸奶/优酪乳 猕猴桃/奇异果 西红柿/番茄 番石榴/芭乐 "
    "三文鱼/鲑鱼 金枪鱼/鲔鱼 方便面/泡面 盒饭/便当 冰激凌/冰淇淋 "
    "幼儿园/幼稚园 普通话/国语 概率/机率 激光/雷射 塑料/塑胶 "
    "艾滋病/爱滋病 邮编/邮递区号 盲文/点字 知识产权/智慧财产权"
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
    everyday = _apart((a, b) for a, _, b in (both.partition("/") for both in EVERYDAY.split()))
    regional = {
        pair for pair in _apart(_rows(REGIONAL)) | everyday if all(is_han(word[0]) or len(word) > 1 for word in pair)
    }
    regional = {pair for pair in regional if not _implied(pair, regional | spelled)}
    return sorted(spelled), sorted(regional - spelled)


def as_text(spelled: list[tuple[str, str]], regional: list[tuple[str, str]]) -> str:
    """Return a line a pair."""
    return "".join(f"{mark}{a} {b}\n" for mark, pairs in (("=", spelled), ("~", regional)) for a, b in pairs)


if __name__ == "__main__":
    TABLE.write_text(as_text(*make_pairs()), encoding="utf-8", newline="\n")

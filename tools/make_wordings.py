"""Make src/seedsearch/text/wordings.txt, the words that are spelled or called otherwise on the other side.

Sources: OpenCC's phrase dictionaries, a few words of the first list of variant spellings of Chinese
(《第一批异形词整理表》, Ministry of Education of China, 2001) that OpenCC leaves apart, and names and things of
everyday life that OpenCC does not have (布什, 布希). A line `=a b` names two
spellings of one word that folding, which is character by character, keeps apart (了解, 瞭解); a line `~a b` two words
for one thing, of which one is usual in Taiwan or Hong Kong (软件, 软体); a line `<a b` a character and a rare form of
it (冰, 氷) that folding, by which text is judged as well, leaves alone: it takes a page that was misread for what it
is by its rare characters. All are folded. The file is committed so that
a query means the same after an update of OpenCC; a test makes it again and compares.

    python -m tools.make_wordings            write the table
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
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
    "艾滋病/爱滋病 邮编/邮递区号 盲文/点字 知识产权/智慧财产权 知识产权/智慧财产 克林顿/柯林顿 尼克松/尼克森 "
    "艾森豪威尔/艾森豪 萨达姆/海珊 萨科齐/萨科吉 萨科齐/萨柯吉 马克龙/马克宏 肯尼迪/甘迺迪 约翰逊/强森 卡梅伦/卡麦隆 "
    "伊丽莎白/伊莉莎白 戴安娜/黛安娜 乔布斯/贾伯斯 扎克伯格/祖克柏 盖茨/盖兹 施瓦辛格/史瓦辛格 列侬/蓝侬 "
    "莱昂纳多/李奥纳多 科比/柯比 亚里士多德/亚里斯多德 陀思妥耶夫斯基/杜斯妥也夫斯基 毕加索/毕卡索 凡高/梵谷 莫奈/莫内 "
    "普利策/普立兹 格莱美/葛莱美 吉尼斯/金氏 得克萨斯/德克萨斯 加利福尼亚/加州 宾夕法尼亚/宾州 路易斯安那/路易西安那 "
    "布里斯班/布里斯本 巴塞罗那/巴塞隆纳 佛罗伦萨/佛罗伦斯 那不勒斯/拿坡里 伊斯坦布尔/伊斯坦堡 迪拜/杜拜 "
    "约翰内斯堡/约翰尼斯堡 波斯尼亚/波士尼亚 阿联酋/阿拉伯联合大公国 塞浦路斯/赛普勒斯 硅谷/矽谷 星球大战/星际大战 "
    "指环王/魔戒 泰坦尼克/铁达尼 蜘蛛侠/蜘蛛人 钢铁侠/钢铁人 兰博基尼/蓝宝坚尼 迪斯尼/迪士尼 谷歌/google 小学/国小 "
    "初中/国中 高考/大学联考 班主任/班导师 工资/薪资 工资/薪水 医保/健保 银行卡/金融卡 取款机/提款机 营销/行销 "
    "服务员/服务生 志愿者/志工 义工/志工 残疾人/身障者 残疾人/残障人士 核电站/核电厂 发电站/发电厂 集装箱/货柜 "
    "面包车/厢型车 单车/脚踏车 拖拉机/曳引机 潜艇/潜舰 潜艇/潜水艇 堵车/塞车 泥石流/土石流 厄尔尼诺/圣婴现象 "
    "宇航局/太空总署 航天局/太空总署 航天员/太空人 空间站/太空站 摄像机/摄影机 磁带/录音带 二维码/qr码 二维码/二维条码 "
    "卷心菜/高丽菜 花菜/花椰菜 西兰花/绿花椰菜 西兰花/青花菜 胡萝卜/红萝卜 红薯/地瓜 红薯/番薯 牛油果/酪梨 快餐/速食 "
    "味精/味素 电饭锅/电锅 电饭煲/电锅 沐浴露/沐浴乳 护发素/润发乳 防晒霜/防晒乳 连衣裙/洋装 订书机/钉书机 创可贴/ok绷 "
    "快递/宅配 外卖/外送 保质期/保存期限 台球/撞球 乒乓球/桌球 考拉/无尾熊 基因组/基因体 转基因/基因改造 埃博拉/伊波拉 "
    "非典/sars 脑卒中/脑中风 核磁共振/磁振造影 线粒体/粒线体 维生素/维他命 甘油三酯/三酸甘油酯 "
    "脱氧核糖核酸/去氧核糖核酸 勾股定理/毕氏定理 正态分布/常态分布 标量/纯量 等离子/电浆 质量/品质 水平/水准 反馈/回馈 "
    "截图/撷图 移动支付/行动支付 移动设备/行动装置 数码相机/数位相机 云计算/云端运算 域名/网域名称 域名/网域 "
    "二叉树/二元树 正则表达式/正则运算式 构造函数/建构子 注释/注解 回收站/资源回收筒 快捷方式/捷径 快捷键/快速键 "
    "收件箱/收件匣 发件箱/寄件匣 收藏夹/我的最爱 扩展程序/扩充功能 控制面板/控制台 邮箱/信箱 另存为/另存新档 "
    "投影仪/投影机 触摸屏/触控萤幕 触摸屏/触控屏幕 智能手机/智慧型手机 局域网/区域网路 广域网/广域网路 交换机/交换器 "
    "死机/当机 短消息/简讯 防病毒软件/防毒软体 虚拟现实/虚拟实境 增强现实/扩增实境 识别/辨识 点赞/按赞"
)

# Rare forms, each before the usual one: of old prints, of handwriting, and of fonts that are made after these.
RARE_FORMS = (
    "彊强 硏研 吿告 輭软 韮韭 槪概 朖朗 隷隶 搥捶 廻回 剳札 厰厂 姪侄 寃冤 尅克 嶌岛 嵒岩 帋纸 弍贰 彜彝 徃往 憇憩 "
    "慽戚 挐拿 罣挂 攩挡 旛幡 晧皓 毉医 毘毗 氷冰 涖莅 湻淳 漑溉 濳潜 澂澄 烖灾 炤照 烱炯 燐磷 燿耀 鑪炉 牋笺 犇奔 "
    "狥徇 獘毙 瑠琉 塼砖 畆亩 畞亩 畄留 疉叠 瘉愈 癎痫 皐皋 皷鼓 皼鼓 眡视 瞇眯 砿矿 祇只 祐佑 祘算 穉稚 穅糠 穤糯 "
    "筯箸 籖签 秔粳 粇粳 縂总 甖罂 罸罚 羇羁 翄翅 耡锄 聨联 肎肯 肧胚 胷胸 脗吻 臕膘 臙胭 艸草 茘荔 荅答 葠参 蔕蒂 "
    "蕚萼 藷薯 螡蚊 螘蚁 蠧蠹 衂衄 裠裙 襃褒 詧察 譌讹 讌宴 醼宴 讐仇 讎仇 貭质 趂趁 踫碰 蹻跷 躭耽 臝裸 輌辆 辝辞 "
    "辳农 迆迤 迺乃 逈迥 遯遁 醻酬 鈆铅 啣衔 鏁锁 鑚钻 閧哄 隖坞 襍杂 靁雷 霛灵 韈袜 頟额 頫俯 顋腮 飜翻 餠饼 餧喂 "
    "饍膳 駮驳 骾鲠 鬀剃 欎郁 鰌鳅 鱓鳝 礆碱 麤粗 鼇鳌 囓啮 龢和 讃赞 舗铺"
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
    """Tell whether a pair says no more than another one inside it (不了解 by 了解).

    宏 for 巨集 says nothing of 宏定义: what is one character on one side only counts as a word by itself.
    """
    a, b = pair
    inside = ((x, y) for x, y in shorter if len(x) < len(a) and (len(x) == len(y) or min(len(x), len(y)) > 1))
    return any(a.replace(x, y) == b or a.replace(y, x) == b for x, y in inside)


def make_pairs() -> dict[str, list[tuple[str, str]]]:
    """Return by their marks the pairs that are spellings of one word, words for one thing, and rare forms, sorted."""
    listed = _apart((both[: len(both) // 2], both[len(both) // 2 :]) for both in OF_THE_LIST.split())
    spelled = _apart(_rows(SPELLED)) | listed
    spelled = {pair for pair in spelled if not RARE & set("".join(pair)) and min(map(len, pair)) > 1}
    spelled = {pair for pair in spelled if not _implied(pair, spelled)}
    everyday = _apart((a, b) for a, _, b in (both.partition("/") for both in EVERYDAY.split()))
    regional = {
        pair for pair in _apart(_rows(REGIONAL)) | everyday if all(is_han(word[0]) or len(word) > 1 for word in pair)
    }
    regional = {pair for pair in regional if not _implied(pair, regional | spelled)}
    rare = _apart((both[0], both[1]) for both in RARE_FORMS.split())
    return {"=": sorted(spelled), "~": sorted(regional - spelled), "<": sorted(rare)}


def as_text(marked: Mapping[str, list[tuple[str, str]]]) -> str:
    """Return a line a pair."""
    return "".join(f"{mark}{a} {b}\n" for mark, pairs in marked.items() for a, b in pairs)


if __name__ == "__main__":
    TABLE.write_text(as_text(make_pairs()), encoding="utf-8", newline="\n")

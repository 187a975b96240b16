"""The language of the interface: Chinese where a setting or the locale says so, whole, and nothing else changed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import click
import pytest

from seedsearch.frontends import language
from seedsearch.frontends.catalogue import CLICK, HELP, OPTIONS, TEXTS, ZH
from seedsearch.frontends.catalogue_errors import ERRORS
from seedsearch.frontends.cli import main
from seedsearch.frontends.doctor import TOPICS
from seedsearch.frontends.render import corpus_report, manual
from seedsearch.frontends.render.answers import MATCHED
from seedsearch.frontends.render.health import MARKS
from seedsearch.frontends.render.layout import cells
from seedsearch.frontends.settings import KEYS
from seedsearch.restoring.corpus.run import BARS, Figures
from seedsearch.searching.tiers import readings
from tests import programs
from tests.parsed import tree_of
from tests.programs import Run
from tests.programs import warm as seedsearch
from tests.sentences import sentences
from tools.make_catalogue import PLACE, compiled

SOURCE = Path(language.__file__).parent
SEARCHING = SOURCE.parent / "searching"
# What puts texts into the language that is spoken: in searching it is handed over.
SPEAKING = {False: ("said", "many"), True: ("put",)}
HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with a text and its index."""
    (tmp_path / "d").mkdir()
    (tmp_path / "d/a.txt").write_text("焊接&#26448;料和进口设备", "utf-8")
    assert seedsearch("index", "d", cwd=tmp_path).returncode == 0
    return tmp_path


def in_chinese(*arguments: str, cwd: Path) -> Run:
    return seedsearch(*arguments, cwd=cwd, LC_ALL="zh_CN.UTF-8")


@cache
def spoken() -> set[str]:
    """The texts that the program gives to `said` and `many`, out of its source."""
    found = {*MATCHED.values(), *MARKS.values(), *TOPICS, "indexing", "restoring", "copying"}
    found |= {key.about for key in KEYS.values()}
    found |= {*manual.HEADINGS, *(about for _, about in (*manual.EXIT, *manual.FILES))}
    found |= {*corpus_report.LANGUAGES, *(f"Documents by {name}" for name in BARS)}
    for path in (*SOURCE.rglob("*.py"), *SEARCHING.glob("*.py")):
        speaking = SPEAKING[path.parent == SEARCHING]
        text = path.read_text("utf-8")
        if not any(f"{name}(" in text for name in speaking) and path.name != "answers.py":
            continue
        tree = tree_of(path)
        constants = {
            target.id: value.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            for whole in node.targets
            for target, value in _pairs(whole, node.value)
            if isinstance(target, ast.Name) and isinstance(value, ast.Constant) and isinstance(value.value, str)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in speaking:
                for given in node.args:
                    parts = (given.body, given.orelse) if isinstance(given, ast.IfExp) else (given,)
                    found |= {
                        part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)
                    }
                    found |= {
                        constants[part.id] for part in parts if isinstance(part, ast.Name) and part.id in constants
                    }
        if path.name == "answers.py":
            found |= {value for value in _tuples(tree) if " for {query} " in value}
    return found


def _pairs(target: ast.expr, value: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        return list(zip(target.elts, value.elts, strict=True))
    return [(target, value)]


def _tuples(tree: ast.AST) -> set[str]:
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return {node.value for node in nodes if isinstance(node.value, str)}


def test_every_command_and_every_option_is_in_the_catalogue() -> None:
    assert [name for name in ("", *main.commands) if name not in HELP] == []
    options = {
        parameter.help
        for command in (main, *main.commands.values())
        for parameter in command.params
        if isinstance(parameter, click.Option) and parameter.help
    }
    assert sorted(options - set(OPTIONS)) == []


def test_every_text_that_is_spoken_is_in_the_catalogue_and_no_other() -> None:
    assert sorted(spoken() - set(TEXTS)) == []
    assert sorted(set(TEXTS) - spoken()) == []


def names_in(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_a_translation_is_chinese_and_has_the_same_values() -> None:
    for text, made in {**ZH, **CLICK}.items():
        assert HAN.search(made) or not re.search("[a-z]{3}", re.sub(r"\{.*?\}", "", text)), text
        if text not in OPTIONS:
            assert names_in(made.replace("\0", " ")) <= names_in(text.replace("\0", " ")), text
            assert names_in(made.partition("\0")[0]) == names_in(text.partition("\0")[0]), text


ENGLISH = re.compile(r"(?<![-\w])(?:the|is|are|of|it|to|with|that|cannot|than|for|an?|or|was|by|in|no|as)\b")
# What the source does not say in one place: the kind of a file of words is a value there, and here names stand alone.
PUT_TOGETHER = {
    "the ☆ ☆ cannot be read: ☆",
    "the index no longer knows its ☆ (☆); name the file with: --☆ FILE",
    "☆ ☆, Python ☆ (☆)",
}


def test_every_sentence_of_an_error_a_note_and_a_remark_has_its_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_chosen", language.CHINESE)
    said = {text: where for text, where in sentences().items() if re.search("[a-z]{3}", text)}
    assert len(said) > 300
    made = {text: language.worded(text) for text in said.keys() - PUT_TOGETHER}
    left = {text: chinese for text, chinese in made.items() if not HAN.search(chinese) or ENGLISH.search(chinese)}
    assert {f"{said[text]}: {text}": chinese for text, chinese in left.items()} == {}


def test_what_is_made_of_a_sentence_has_its_values_and_no_english_around_them() -> None:
    for text, made in ERRORS.items():
        fields = [name for _, name, _, _ in Formatter().parse(made) if name is not None]
        count = text.count("{}")
        assert sorted(fields) in ([""] * count, sorted(map(str, range(count)))), text
        assert HAN.search(made), text
        assert "; " not in text, text  # a sentence is looked up part by part


# What the system says, and what is put together of pieces shorter than three words.
ELSEWHERE = {
    "no such file or directory",
    "permission denied",
    "no space left on device",
    "is a directory",
    "another file is in its place",
    "what is kept of the synonyms",
    "1 file of it stays in the index",
    "{} files of it stay in the index",
    "the index no longer knows its dictionary ({})",
    "the index no longer knows its synonyms ({})",
    "the book is packed by an unknown way ({})",
    "--where: {} was expected, not the end",
    "“{}” is not a size",
    "“{}” is not a date",
    "interrupted after {} of {} changed files",
    "interrupted before the first file was done",
    "interrupted with {} copies finished in {}, of {} files",
    "interrupted after {} documents, of {} files",
}


def runs_of_words(text: str) -> Iterator[str]:
    """Three words in a row, of what stands between values and signs; all words where there are fewer."""
    for piece in re.split(r"\{\}|[;:,()“”]", text):
        words = piece.split()
        count = min(3, len(words))
        yield from (" ".join(words[at : at + count]) for at in range(len(words) - count + 1 if words else 0))


def test_no_sentence_stands_in_the_catalogue_that_the_source_says_no_more() -> None:
    trees = [tree_of(path) for path in SOURCE.parent.rglob("*.py") if "catalogue" not in path.name]
    texts = {text for tree in trees for text in _tuples(tree)}
    source = "\0".join(sorted(texts))
    gone = {text: [run for run in runs_of_words(text) if run not in source] for text in ERRORS}
    assert {text: runs for text, runs in gone.items() if runs and not text.startswith(tuple(ELSEWHERE))} == {}


@pytest.mark.parametrize(
    ("sentence", "chinese"),
    [
        ("a.zip!/b: the archive is broken: it goes in circles", "a.zip!/b：归档已损坏：循环引用"),
        ("a.pdf: a PDF that holds no text; its pages may be pictures", "a.pdf：PDF 里没有文字；页面可能是图片"),
        (
            "the index is out of date (1 new, 2 deleted); update it with: seedsearch index -i x",
            "索引不是最新的（1 个新增，2 个已删除）；用此命令更新：seedsearch index -i x",
        ),
        ("out of reach: mnt (1 file, as the index has them)", "够不着：mnt（1 个文件，以索引中的为准）"),
        ("“甲: b; c” is no name of ours", "“甲: b; c” is no name of ours"),
        ("port 8790 of 127.0.0.1 is taken by another program", "127.0.0.1 的端口 8790 已被别的程序占用"),
        ("interrupted after 3 of 300 changed files", "已中断，300 个有变化的文件中完成了 3 个"),
        ("没有找到“a: b”", "没有找到“a: b”"),
    ],
)
def test_a_sentence_is_worded(sentence: str, chinese: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert language.worded(sentence) == sentence
    monkeypatch.setattr(language, "_chosen", language.CHINESE)
    assert language.worded(sentence) == chinese


def test_an_error_is_worded_part_by_part(desk: Path) -> None:
    (desk / "d/x.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    done = in_chinese("index", "d", "没有的", cwd=desk)
    assert "失败：没有的 不存在；请写出存在的文件或文件夹" in done.stdout.decode()
    assert "跳过：d/x.png：二进制文件（由开头的字节判断）" in done.stdout.decode()
    place = desk / "ix"  # as a whole path: an `ix` in a folder above would be offered
    missing = in_chinese("query", "-i", str(place), "焊接", cwd=desk)
    assert missing.stderr.decode() == f"seedsearch: {place} 里没有索引；用此命令建立：seedsearch index -i {place}\n"
    assert in_chinese("clean", "没有的", cwd=desk).stderr.decode().startswith("seedsearch: 没有的 不存在；")


def test_what_click_looks_up_is_made_from_the_catalogue() -> None:
    assert PLACE.read_bytes() == compiled(CLICK), "python -m tools.make_catalogue writes it again"


@pytest.mark.parametrize("name", [None, *main.commands])
def test_help_is_chinese_and_fits(name: str | None, tmp_path: Path) -> None:
    shown = in_chinese(*([name] if name else []), "--help", cwd=tmp_path).stdout.decode()
    assert shown.startswith("用法：")
    assert "显示本说明并退出。" in shown
    assert not re.search(r"\b(?:the|and|with|Options|Commands|Show)\b", shown.replace("seedsearch", ""))
    assert max(cells(line) for line in shown.splitlines()) <= 100


@pytest.mark.slow
def test_a_program_that_begins_in_a_chinese_locale_speaks_chinese(desk: Path) -> None:
    """The others fork a program that began in another one."""
    started = programs.seedsearch("query", "焊接", cwd=desk, LC_ALL="zh_CN.UTF-8")
    assert started.stdout == in_chinese("query", "焊接", cwd=desk).stdout
    assert started.stdout.decode().startswith("“焊接”：1 个文档（整串）")


@pytest.mark.slow
def test_an_answer_is_chinese_and_data_are_as_they_were(desk: Path) -> None:
    assert in_chinese("query", "焊接", cwd=desk).stdout.decode() == (
        "“焊接”：1 个文档（整串）\n\n1. d/a.txt:1:1\n   【焊接】材料和进口设备\n   此处修复：1 entity\n"
    )
    nothing = in_chinese("query", "没有这句", cwd=desk)
    assert nothing.stderr.decode().startswith("seedsearch: 没有找到“没有这句”\nseedsearch: 找过：整串")
    assert in_chinese("index", cwd=desk).stdout.decode().startswith("新增 0，更新 0，未变 1，移除 0，用时 ")
    for asked in (
        ("query", "--json", "焊接"),
        ("query", "--count", "焊接"),
        ("query", "--vimgrep", "焊接"),
        ("stats", "--json"),
    ):
        assert in_chinese(*asked, cwd=desk).stdout == seedsearch(*asked, cwd=desk).stdout
    wrong = in_chinese("qurey", cwd=desk)
    assert (wrong.returncode, "没有命令 'qurey'。 是不是 'query'？" in wrong.stderr.decode()) == (2, True)


@pytest.mark.exhaustive
def test_what_is_shown_of_an_index_is_chinese(desk: Path) -> None:
    (desk / "d/x.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    (desk / "d/t.csv").write_text("字\n甲\n乙\n", "utf-8")
    in_chinese("index", cwd=desk)
    shown = [
        ("stats", "文档      3"),
        ("doctor", "注意   未读取     d/x.png：二进制文件（由开头的字节判断）"),
        ("config --verbose", "limit       10     默认  最多显示多少条结果"),
        ("check", "index：校验和全部相符"),
        ("files", "d/t.csv（2 个文档）"),
        ("files --skipped", "1 × 二进制文件（由开头的字节判断）"),
        ("query --evidence 焊接", "   修复后    【焊接】材料和进口设备"),
        ("copy index other", "复制了 3 个文档，用时 "),
    ]
    for command, line in shown:
        printed = in_chinese(*command.split(), cwd=desk).stdout.decode()
        assert any(one.startswith(line) for one in printed.splitlines()), printed
        words = re.sub(r"\S*[=./<>-]\S*|\(linux\)|.*seedsearch.*|软件包.*", "", printed)
        assert not ENGLISH.search(words), printed
    done = in_chinese("clean", "d", "-o", "out", cwd=desk).stderr.decode()
    assert "3 个文档，1 个有损伤，" in done
    assert "修改：1 certain" in done


def test_how_a_query_is_read_is_said_in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_chosen", language.CHINESE)
    typed = [
        "焊接 NEAR/5 材料 gen* +甲",
        '"焊接 材料"~ OR wor?d OR word~ OR word~2',
        "/焊.{0,3}料/ AND exact:乾 AND case:USB",
        "焊*材料 AND 焊?料 AND -* AND after:2025",
        "怎样 焊接 这些 材料 和 设备",
    ]
    lines = [line.partition(": ")[2] for one in typed for line in readings(one, put=language.said)]
    assert "“焊接” 和 “材料”，中间至多 5 个" in lines[0]
    assert [line for line in lines if ENGLISH.search(line) or "{" in re.sub(r"/.*/", "", line)] == []


def test_a_manual_page_is_chinese(tmp_path: Path) -> None:
    shown = in_chinese("man", "query", cwd=tmp_path).stdout.decode()
    assert [line for line in shown.splitlines() if line.startswith(".SH")] == [
        f".SH {TEXTS[heading]}" for heading in manual.HEADINGS if heading != "COMMANDS"
    ]
    assert "遵从 NO_COLOR" in shown


def test_a_report_with_its_data_card_is_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_chosen", language.CHINESE)
    figures = Figures(documents=2, kept=1, worst=[("a.txt", 0.5)])
    run = {"program": "1", "rules": 1, "steps": [], "fields": [], "where": "", "near_duplicates": False}
    shown = corpus_report.corpus_markdown(figures, run)
    assert "## 数据卡片" in shown
    assert not re.search("[a-z]{4}", re.sub(r"\(\w+\.svg\)|seedsearch|a\.txt", "", shown))
    assert "损伤" in corpus_report.corpus_charts(figures)["damage.svg"]


def test_a_setting_goes_before_the_locale(desk: Path) -> None:
    def speaks_chinese(**environment: str) -> bool:
        return "用法" in seedsearch("--help", cwd=desk, **environment).stdout.decode()

    assert not speaks_chinese(LC_ALL="C.UTF-8")
    assert speaks_chinese(LC_ALL="", LC_MESSAGES="", LANG="zh_TW.UTF-8")
    assert not speaks_chinese(LC_ALL="zh_CN.UTF-8", SEEDSEARCH_LANGUAGE="en")
    assert speaks_chinese(LC_ALL="C.UTF-8", SEEDSEARCH_LANGUAGE="zh")
    (desk / "seedsearch.toml").write_text('language = "zh"\n', "utf-8")
    assert speaks_chinese(LC_ALL="C.UTF-8")
    assert not speaks_chinese(LC_ALL="C.UTF-8", SEEDSEARCH_LANGUAGE="en")
    (desk / "seedsearch.toml").write_text("language = [\n", "utf-8")
    assert not speaks_chinese(LC_ALL="C.UTF-8")


def test_english_loads_nothing_of_it(tmp_path: Path) -> None:
    import subprocess
    import sys

    code = "import sys; from seedsearch.frontends.cli import main; main(['--help'], standalone_mode=False)\n"
    code += "sys.exit('seedsearch.frontends.catalogue' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env={"LANG": "C.UTF-8"}, capture_output=True)
    assert done.returncode == 0

"""The server for agents: through a process and the SDK's own client, in both eras of the protocol."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from fixtures.guides import furnished
from seedsearch import build_index
from seedsearch.errors import QueryError
from seedsearch.frontends.library import Library
from seedsearch.frontends.mcp import answers
from seedsearch.frontends.mcp.answers import ROOM
from seedsearch.frontends.mcp.cursor import Cursor
from tests.programs import warm as seedsearch
from tests.serving import indexed

if TYPE_CHECKING:
    from mcp import Client

PATIENCE = 120
NAMES = ["search", "read_document", "list_damage", "restore_text"]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the guides, those that were made to do harm, a long one, and their index."""
    lines = "\n".join(f"第{number}行：焊接(jiē)材料与设备的说明。" for number in range(1, 901))
    more = {"seeds/long.txt": lines.encode(), "seeds/one-line.txt": ("焊接材料与设备，" * 3000).encode()}
    return indexed(tmp_path_factory.mktemp("agents"), more=more)


def client(place: Path, mode: str = "auto", *options: str) -> Client:
    """A client that starts the server as agents do."""
    from mcp import Client, StdioServerParameters  # half a second, in each process that runs tests

    command = StdioServerParameters(
        command=sys.executable, args=["-m", "seedsearch", "mcp", *options], cwd=str(place), env={"HOME": str(place)}
    )
    return Client(command, mode=mode, read_timeout_seconds=PATIENCE)


def talk(place: Path, said: Callable[[Client], Awaitable[None]], mode: str = "auto", *options: str) -> None:
    async def all_of_it() -> None:
        async with client(place, mode, *options) as agent:
            await said(agent)

    anyio.run(all_of_it)


async def call(agent: Client, tool: str, **arguments: Any) -> tuple[bool, str]:
    """Whether a tool failed, and its text."""
    got = await agent.call_tool(tool, arguments)
    (content,) = got.content
    assert content.type == "text"
    assert got.structured_content is None
    assert len(content.text) < 1.3 * ROOM
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]", content.text)
    return bool(got.is_error), content.text


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_both_eras_of_the_protocol(place: Path, mode: str) -> None:
    async def said(agent: Client) -> None:
        tools = (await agent.list_tools()).tools
        assert [tool.name for tool in tools] == NAMES
        for tool in tools:
            assert tool.annotations is not None
            assert tool.annotations.read_only_hint is True
            assert tool.output_schema is None
        assert len(json.dumps([tool.model_dump(exclude_none=True) for tool in tools])) < 5000
        failed, text = await call(agent, "search", query="焊接材料")
        assert not failed
        assert "with the whole run" in text
        assert re.search(r"^1\. seeds/\S+:\d+", text, re.MULTILINE)
        assert "【焊接材料】" in text

    talk(place, said, mode)


@pytest.mark.slow
def test_what_is_wrong_is_said_in_words(place: Path) -> None:
    from mcp import MCPError

    async def said(agent: Client) -> None:
        wrong: list[tuple[str, dict[str, Any], str]] = [
            ("search", {"query": ""}, "the query is empty"),
            ("search", {"query": "x", "limit": 99}, "limit is a number from 1 to 30"),
            ("search", {"query": "x", "cursor": "forged"}, "no answer gave this cursor"),
            ("search", {"query": "x", "cursor": str(Cursor(5000))}, "cannot be turned to"),
            ("read_document", {"path": "../../etc/passwd"}, "is not in the index"),
            ("read_document", {"path": "/etc/passwd"}, "is not in the index"),
            ("read_document", {"path": "seeds/notice.txt", "line": 99}, "has 6 lines"),
            ("read_document", {"path": "seeds/notice.txt", "line": 0}, "from 1 to 6"),
            ("list_damage", {"path": "nothing"}, "is not in the index"),
            ("restore_text", {"text": "x" * 200_001}, "200,000 characters"),
        ]
        for tool, arguments, says in wrong:
            failed, text = await call(agent, tool, **arguments)
            assert failed, tool
            assert says in text
        for path in ("../../etc/passwd", "/etc/passwd", "seeds/%2e%2e/secret", "nothing"):
            with pytest.raises(MCPError):
                await agent.read_resource(f"seedsearch://document/{path}")
        got = await agent.read_resource("seedsearch://document/seeds/notice.txt")
        assert "關于焊接材料庫房搬遷的通知" in got.contents[0].text  # type: ignore[union-attr]

    talk(place, said)


@pytest.mark.slow
def test_a_hundred_calls_at_once(place: Path) -> None:
    async def said(agent: Client) -> None:
        texts: list[tuple[bool, str]] = []

        async def one(number: int) -> None:
            calls: list[tuple[str, dict[str, Any]]] = [
                ("search", {"query": "焊接"}),
                ("read_document", {"path": "seeds/notice.txt"}),
                ("list_damage", {"path": "seeds/notice.txt"}),
                ("restore_text", {"text": f"第{number}段&nbsp;文字"}),
            ]
            tool, arguments = calls[number % 4]
            texts.append(await call(agent, tool, **arguments))

        async with anyio.create_task_group() as group:
            for number in range(100):
                group.start_soon(one, number)
        assert len(texts) == 100
        assert not [text for failed, text in texts if failed]

    talk(place, said)


@pytest.mark.slow
def test_nothing_but_the_protocol_is_printed(tmp_path: Path) -> None:
    """Also where there is no index: the tools say how to make one."""
    asked: list[dict[str, Any]] = [
        {"method": "initialize", "id": 1,
         "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}},
        {"method": "notifications/initialized"},
        {"method": "tools/call", "id": 2, "params": {"name": "search", "arguments": {"query": "焊接"}}},
        {"method": "nothing", "id": 3},
    ]  # fmt: skip
    lines = "".join(json.dumps({"jsonrpc": "2.0", **one}) + "\n" for one in asked)
    process = subprocess.Popen(
        [sys.executable, "-m", "seedsearch", "mcp"],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(lines)
    process.stdin.flush()
    got = [json.loads(process.stdout.readline()) for _ in range(3)]
    rest, talked = process.communicate(timeout=PATIENCE)
    assert {one["jsonrpc"] for one in got} == {"2.0"}
    answer = next(one for one in got if one.get("id") == 2)["result"]
    assert answer["isError"] is True
    assert "make one with: seedsearch index" in answer["content"][0]["text"]
    assert (process.returncode, rest, talked) == (0, "", "")


def test_without_its_packages_it_says_what_to_install(place: Path, tmp_path: Path) -> None:
    (tmp_path / "mcp").mkdir()
    (tmp_path / "mcp" / "__init__.py").write_text("raise ModuleNotFoundError('none', name='mcp')")
    done = seedsearch("mcp", cwd=place, PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"install it with: " in done.stderr
    assert done.stderr.endswith(b" -m pip install mcp\n")


@pytest.fixture(scope="module")
def library(place: Path) -> Library:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        return Library(str(place / "index"))


def cursor_of(text: str) -> str:
    found = re.search(r"cursor=(\S+)$", text)
    return found[1] if found else ""


def test_cursors_lead_through_all_hits_once(library: Library) -> None:
    cursor, seen = "", list[str]()
    while True:
        text = answers.found(library, "焊接", 5, "", "", cursor)
        seen += re.findall(r"^(\d+)\. ", text, re.MULTILINE)
        cursor = cursor_of(text)
        if not cursor:
            break
    assert seen == [str(number) for number in range(1, len(seen) + 1)]
    assert len(seen) > 12


@pytest.mark.parametrize(
    ("path", "lines"), [("seeds/long.txt", 2000), ("seeds/long.txt", 7), ("seeds/one-line.txt", 40)]
)
def test_cursors_lead_through_a_whole_document(library: Library, path: str, lines: int) -> None:
    readable = library.document(path).readable
    cursor, pieces, numbers = "", list[str](), list[int]()
    while True:
        head, *rows = answers.read(library, path, 1, lines, cursor, raw=False).split("\n")
        assert head.startswith(f"{path}: utf-8; ")
        for row in rows:
            number, tab, text = row.partition("\t")
            if tab:
                pieces.append(text)
                numbers += [int(number)] if number.strip() else []
        cursor = cursor_of(rows[-1])
        if not cursor:
            break
    assert "".join(pieces) == readable.replace("\n", "")
    assert numbers == sorted(numbers)
    assert set(numbers) == set(range(1, readable.count("\n") + 2))


def test_lines_are_those_of_the_file(library: Library) -> None:
    text = answers.read(library, "seeds/notice.txt", 4, 1, "", raw=False)
    assert re.search(r"^ {4}4\t為保證焊接材料的品質,庫房將于六月搬到二號廠區。 舊庫房同時關閉。$", text, re.MULTILINE)
    raw = answers.read(library, "seeds/notice.txt", 4, 1, "", raw=True)
    assert "為(wèi)保證(zhèng)焊接材料" in raw
    page = answers.read(library, "seeds/page.txt", 2, 1, "", raw=False)
    assert "\n    2\t与会企业谈到焊接工艺的标准化。" in page


def test_damage_says_how_sure_it_is(library: Library) -> None:
    text = answers.damaged(library, "seeds/notice.txt", "", 2, "")
    assert "1:2 reading-mark (proved, gbk-replacement) (guān) → nothing" in text
    second = answers.damaged(library, "seeds/notice.txt", "", 2, cursor_of(text))
    assert "3 to 4 of 25" in second
    assert "4:69 entity (certain, entities) &nbsp; →" in answers.damaged(library, "seeds/notice.txt", "entity", 30, "")
    whole = answers.damaged(library, "", "", 30, "")
    assert "\nseeds/notice.txt: 24 reading-mark, 1 entity" in whole
    assert "No document has kun-jin-kao." in answers.damaged(library, "", "kun-jin-kao", 30, "")
    assert "has no damage" in answers.damaged(library, "seeds/report.txt", "", 30, "")


def test_inferred_repairs_are_counted_apart() -> None:
    said = answers.restored("生態(tài)?!睎|麗區(qū)", "")
    assert said.split("\n")[0] == "Repaired: 2 reading-mark, 1 shifted-bytes (1 inferred)"
    assert answers.restored("清楚的文字。", "") == "Nothing to repair\n\n清楚的文字。"
    long = "焊接&amp;材料与设备。" * 2000
    first = answers.restored(long, "")
    second = answers.restored(long, cursor_of(first))
    texts = [part.split("\n\n", 1)[1].partition("\nThere is more")[0] for part in (first, second)]
    assert "".join(texts) == ("焊接&材料与设备。" * 2000)[: 2 * ROOM]


@pytest.mark.parametrize(
    "text", ["x", "e30", "eyJvIjotMX0", "eyJvIjoxLjV9", "eyJvIjoxLCJ4IjoxfQ", "eyJvIjp0cnVlfQ", "💥", "a" * 99]
)
def test_a_forged_cursor_is_refused(text: str) -> None:
    with pytest.raises(QueryError):
        Cursor.of(text)
    assert Cursor.of(str(Cursor(3, 7))) == Cursor(3, 7)
    assert Cursor.of("") == Cursor()


def test_an_index_that_changed_meanwhile_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(furnished(tmp_path))
    build_index("seeds", "index", workers=1)
    library = Library("index")
    first = answers.found(library, "焊接", 1, "", "", "")
    (tmp_path / "seeds" / "new.txt").write_text("新的焊接文件", encoding="utf-8")
    build_index("seeds", "index", workers=1)
    assert answers.CHANGED in answers.found(library, "焊接", 1, "", "", cursor_of(first))
    library.close()

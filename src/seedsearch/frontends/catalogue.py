"""The catalogue of translations: English text → Chinese. Names in braces stand for values.

HELP has the help of each command by name ("" is the program); tests check that every command, option and text of the
program is here.
"""

# ruff: noqa: E501  # a text and its translation stand on one line

from __future__ import annotations

from collections.abc import Mapping

HELP: Mapping[str, str] = {
    "": """对受损的中文文档做全文检索。

\b
seedsearch index                  修复并索引 seeds/ 里的每个文件
seedsearch query 焊接             查找，并显示可读的摘要
seedsearch clean page.txt         输出修复后的文字""",
    "index": """修复并索引 PATH 及其下的文件。

省略 PATH 时，沿用建索引时的路径和读取方式；首次为 seeds。只重读有变化的文件，已删除的文件会从索引中移除。
整个 PATH 都不存在时，其中的文件会保留：它的磁盘可能没有连接。原文件只读不写。""",
    "query": """查找文档：一个词、一串字、一个问题或一个表达式。

不区分简繁、全半角和大小写：产业链能找到產業鏈。退出码 1 表示没有找到。

\b
"完全一样的一串字"   AND OR NOT  && || !  -词 +词 ( )  与 或 非  *（全部）
"a b"~5  a NEAR/5 b（相距不远）   "a b"~  a PRE/5 b（按此次序）
prefix*  wor?d  word~  /正则表达式/  exact:乾  case:USB
path: name: folder: author: encoding: damage:  ext:txt,html  title:(a OR b)
date:2025..2026-03  date:today  after: before:  size:>1mb  sort:date""",
    "show": """显示索引里某个文档的文字。

NAME 是 query 显示的名字，不带行号和列号：路径、a.zip!/b.txt、table.csv#12。不需要原文件。""",
    "news": """显示保存的查询 NAME 自上次运行以来的新内容；省略 NAME 则列出所有保存的查询。

在 seedsearch.toml 里保存查询：[query.NAME] query = "焊接"。没有新内容时退出码为 1。""",
    "clean": """修复 PATH 里受损的文字；PATH 为 - 或省略时读标准输入。

一个文件输出到标准输出；文件夹需要 -o、--jsonl、--json 或 --diff。""",
    "similar": "查找与 FILE 内容相近的文档；FILE 不必在索引里。",
    "keywords": "列出最能代表 FILE 的词，与索引里的其他文档相比。",
    "stats": "显示索引里有什么：文档、词语、大小、编码、损伤。",
    "files": """列出索引里的文件；加 --skipped 则列出未索引的文件，以及安装什么才能读取。

没有可列的文件时，退出码为 1。""",
    "check": "校验索引的每个文件，指出哪里损坏。",
    "doctor": """检查可能的问题：版本、软件包、索引及其文件、词语、没有读取的文件。

有需要修正的问题时，以 2 退出。""",
    "watch": """索引 PATH 及其下的文件，此后一有变化就重新索引。

省略 PATH 时，沿用建索引时的路径；首次为 seeds。按 Ctrl-C 结束。需要软件包 watchfiles：
pip install 'seedsearch[watch]'""",
    "serve": """在浏览器里查看索引，并通过 HTTP 供程序查询，直到按 Ctrl-C。

除非指定 --host，否则只有本机能访问。需要：pip install 'seedsearch[web]'""",
    "mcp": """通过标准输入和输出上的 Model Context Protocol，向智能体提供检索和阅读的工具。

由智能体自行启动；-i 须为绝对路径或设置里的名字。需要：pip install 'seedsearch[mcp]'""",
    "config": """显示生效的各项设置及其来源。

选项优先，其次是环境变量、当前文件夹的 seedsearch.toml、~/.config/seedsearch/config.toml。加 --verbose 则说明每项的用途。""",
    "completion": """输出让 SHELL 补全命令和选项的脚本。

\b
bash    echo 'eval "$(seedsearch completion bash)"' >> ~/.bashrc
zsh     echo 'eval "$(seedsearch completion zsh)"' >> ~/.zshrc
fish    seedsearch completion fish > ~/.config/fish/completions/seedsearch.fish""",
    "man": """输出 COMMAND 或整个程序的手册页。

\b
seedsearch man query | man -l -
seedsearch man -o ~/.local/share/man/man1""",
    "help": "显示 COMMAND 或整个程序的帮助。",
    "copy": """把索引 FROM 复制到 TO，两者都可以是文件夹、URL 或设置里的名字。

不需要原文件。结束时校验副本并与 FROM 比较；中断的复制会从停下的地方继续。TO 处不能有别的索引。""",
}

OPTIONS: Mapping[str, str] = {
    "Show the version and exit.": "显示版本并退出。",
    "Show this message and exit.": "显示本说明并退出。",
    "Folder or URL of the index, or its name in the settings.": "索引所在的文件夹、URL，或它在设置里的名字。",
    "Custom words for the segmenter, one per line; stored in the index.": "自定义词典，每行一个词；存入索引。",
    "Synonym groups, one per line; stored in the index.": "同义词，每行一组；存入索引。",
    "Also read hidden files.": "同时读取隐藏文件。",
    "Skip files matching PATTERN.": "跳过与 PATTERN 匹配的文件。",
    "Read only files matching PATTERN (.gitignore syntax).": "只读取与 PATTERN 匹配的文件（写法同 .gitignore）。",
    "Number of worker processes.  [default: one per core]": "工作进程的数量。  [默认：每核一个]",
    "Decode files as this encoding instead of detecting it.": "按此编码解码，不做检测。",
    "Print JSON for programs.": "输出供程序使用的 JSON。",
    "Print only errors.": "只输出错误信息。",
    "Print more details.": "输出更多过程信息。",
    "When to use colour; auto: on a terminal, unless NO_COLOR or CLICOLOR_FORCE says otherwise.": "何时使用颜色；auto：仅在终端上，NO_COLOR 和 CLICOLOR_FORCE 优先。",
    "Rebuild the index from these paths alone.": "只用这些路径重建索引。",
    "Re-read every file, even unchanged ones.": "重读每个文件，没有变化的也读。",
    "Drop paths that no longer exist.": "移除已不存在的路径。",
    "Index the I-th of N shares into one index in a cluster.": "把 N 份中的第 I 份编入集群里的同一个索引。",
    "New location of the folder that relative paths start from.": "相对路径所在的文件夹现在的位置。",
    "Print a service file for the system to run this, and exit.": "输出供系统运行此命令的服务文件，然后退出。",
    "Maximum number to print.": "最多显示多少条。",
    "Skip the first N hits.": "跳过前 N 条结果。",
    "Output format; csv and those after it list every match.": "输出格式；csv 及其后各项列出每处匹配。",
    "Print every match for an editor: path:line:column:text.": "为编辑器输出每处匹配：path:line:column:text。",
    "Show the line in the file, the restored line, and every repair.": "显示文件里的原行、修复后的行和每处修复。",
    "Open hit N at its place in the editor.": "在编辑器里打开第 N 条结果，并定位。",
    "Print only the number of matching documents, including copies and parts of files.": "只显示匹配的文档数，包括副本和文件的各部分。",
    "Print only the paths of matching documents, at most -n if given.": "只显示匹配文档的路径；给出 -n 时最多 -n 个。",
    "Like -l, but print raw bytes with a NUL after each path.": "同 -l，但原样输出字节，每个路径后加 NUL。",
    "Maximum number of snippets per hit.": "每条结果最多几段摘要。",
    "Show N lines of context around each match.": "显示每处匹配前后各 N 行。",
    "Answer only from the strictest tier with a hit: the whole run, else all words, …": "只取最严格且有结果的一层：整串，否则全部词……",
    "Sort by relevance, date, size or path; -date reverses the order.": "按 relevance、date、size 或 path 排序；-date 为相反顺序。",
    "Count matching documents by damage,encoding,ext,folder,year or some of these.": "按 damage,encoding,ext,folder,year 或其中几项统计结果。",
    "Show the best hits of each folder, ext, year, …; at most -n groups.": "显示每个 folder、ext、year……中最好的结果，最多 -n 组。",
    "Show how the query was parsed.": "显示查询是怎样解析的。",
    "Time limit in seconds; 0 for none.": "限时，单位为秒；0 为不限。",
    "URL template for clickable paths: {path} {line} {column} {host}.": "可点击路径的 URL 模板：{path} {line} {column} {host}。",
    "Pager for long answers.  [default: PAGER, or less]": "显示长回答的分页程序。  [默认：PAGER，或 less]",
    "Print long answers without a pager.": "不用分页程序，直接输出。",
    "Do not record this run.": "不记录这次查询。",
    "Print the edits and findings, one JSON object per document.": "输出修改和发现，每个文档一个 JSON 对象。",
    "Print changed lines as a character-level diff.": "逐字对照显示有改动的行。",
    "Print one JSON object per document: path, encoding, text, damage.": "每个文档输出一个 JSON 对象：path、encoding、text、damage。",
    "Run only this step; can be repeated.": "只做这个步骤；可写多次。",
    "Skip this step; can be repeated.": "跳过这个步骤；可写多次。",
    "List the steps of restoring with the kinds of damage that each restores, and exit.": "列出修复的步骤及各自修复的损伤，然后退出。",
    "In JSON, tables and XML, restore only this field.": "对 JSON、表格和 XML 只修复这个字段。",
    "Format of the files, if their names do not show it.": "文件的格式（文件名看不出时）。",
    "Write restored copies (UTF-8) below this folder.": "把修复后的副本（UTF-8）写到此文件夹下。",
    "Group near-duplicate documents (MinHash).": "把近似重复的文档归为一组（MinHash）。",
    "Keep only documents that match, such as 'unrepaired < 0.001'.": "只保留符合条件的文档，例如 'unrepaired < 0.001'。",
    "Write a record of each document as JSON Lines.": "为每个文档写一条记录（JSON Lines）。",
    "Write report.md, report.json and charts.": "写出 report.md、report.json 和图表。",
    "Minimum probability of an inferred repair, 0 to 1.": "推断的修复所需的最低概率，0 到 1。",
    "List the files not in the index, why, and what to do.": "列出未索引的文件、原因和办法。",
    "Address to listen on.": "监听的地址。",
    "Port to listen on; 0 picks a free one.": "监听的端口；0 为任意空闲端口。",
    "Open the page in the browser.": "在浏览器里打开网页。",
    "Require the token in the printed address.  [default: if other machines can reach it]": "访问须带有所显示地址中的令牌。  [默认：其他机器能访问时]",
    "Also answer requests for this host name.": "同时接受发往此主机名的请求。",
    "Path prefix that a proxy adds to every address.": "代理在每个地址前加的路径。",
    "Write the pages of all commands below this folder.": "把所有命令的手册页写到此文件夹下。",
}

TEXTS: Mapping[str, str] = {
    "{count:,} document for {query} ({tiers})": "“{query}”：{count:,} 个文档（{tiers}）",
    "{count:,} documents for {query} ({tiers})": "“{query}”：{count:,} 个文档（{tiers}）",
    "{count:,} with {tier}": "{tier} {count:,} 个",
    "{shown:,} of {total:,}; more: --offset {shown}": "共 {total:,} 个，已显示 {shown:,} 个；更多：--offset {shown}",
    "with {tier}:": "匹配{tier}：",
    "did you mean {queries}?": "是不是要找：{queries}？",
    " or ": " 或 ",
    "none": "无",
    "{name}: {values}": "{name}：{values}",
    "{values}, and {count:,} more": "{values}，另有 {count:,} 个",
    "restored here: {damage}": "此处修复：{damage}",
    "also in {paths}": "同样见于 {paths}",
    "nothing found for {query}": "没有找到“{query}”",
    "looked for: {tiers}": "找过：{tiers}",
    ", then ": "，然后",
    "the whole run": "整串",
    "the whole run in other words": "换一种写法的整串",
    "all words": "全部的词",
    "several of the words": "多数的词",
    "some of the words": "部分的词",
    "similar words": "相近的词",
    "by its pinyin": "按拼音",
    "by its sound": "按读音",
    "the query as written": "按查询原样",
    "{added:,} added, {updated:,} updated, {unchanged:,} unchanged, {removed:,} removed in {seconds:.1f} s": (
        "新增 {added:,}，更新 {updated:,}，未变 {unchanged:,}，移除 {removed:,}，用时 {seconds:.1f} 秒"
    ),
    "of these {count:,} moved, and not read again": "其中 {count:,} 个只是移动或改名，没有重读",
    "damage: {damage}": "损伤：{damage}",
    "skipped: {file}": "跳过：{file}",
    "failed: {file}": "失败：{file}",
    "skipped: {count:,} more; --verbose names them": "跳过：另有 {count:,} 个；--verbose 逐个列出",
    "{label}: looking for changes …": "{label}：正在查找变化……",
    "indexing": "索引",
    "restoring": "修复",
    "no file to index here; name the folder with your documents": "这里没有可索引的文件；请写出文档所在的文件夹",
    "stop with Ctrl-C": "按 Ctrl-C 结束",
    "watching {paths}; stop with Ctrl-C": "正在关注 {paths}；按 Ctrl-C 结束",
    "copying": "复制",
    "as before: {count:,} not read; listed by: {command}": "与上次相同，{count:,} 个没有读取；用此命令列出：{command}",
    "file": "原文件",
    "restored": "修复后",
    "differs from the indexed file, or cannot be reached": "与索引时不同，或无法访问",
    "{time} left": "剩余 {time}",
    "{done:,}/{total:,} files": "{done:,}/{total:,} 个文件",
    "documents": "文档",
    "terms": "词语",
    "on disk": "占用磁盘",
    "encodings": "编码",
    "damage": "损伤",
    "inferred": "推断的修改",
    "{count:,} of {low:g} to {high:g}": "{count:,} 个在 {low:g} 到 {high:g} 之间",
    "most damage in these documents:": "损伤最多的文档：",
    "most damage in {shown} of {count:,} documents:": "{count:,} 个受损文档中，损伤最多的 {shown} 个：",
    "encoding determined from neighbouring files: {count:,} documents": "编码参照相邻文件判定：{count:,} 个文档",
    "encoding not sure:": "编码不确定：",
    " ({count:,} of them by an earlier run)": "（其中 {count:,} 个由上次运行完成）",
    "{documents:,} documents{resumed}, {damaged:,} with damage, {characters:,} characters": "{documents:,} 个文档{resumed}，{damaged:,} 个有损伤，{characters:,} 个字符",
    "edits:  {edits}": "修改：{edits}",
    "most damage left unrepaired:": "未修复的损伤最多：",
    " ({count:,} documents)": "（{count:,} 个文档）",
    "and {count:,} more; --verbose names them": "另有 {count:,} 个；--verbose 逐个列出",
    "new": "新增",
    "changed": "有变化",
    "gone": "已移除",
    "{new:,} new of {total:,}": "{total:,} 个中有 {new:,} 个新的",
    "{index}: all checksums match": "{index}：校验和全部相符",
    " ({count:,} were there)": "（原有 {count:,} 个）",
    "documents copied: {copied:,}{before}, in {seconds:.1f} s; all checksums match": "复制了 {copied:,} 个文档{before}，用时 {seconds:.1f} 秒；校验和全部相符",
    "ok": "正常",
    "note": "注意",
    "fault": "故障",
    "versions": "版本",
    "packages": "软件包",
    "whoosh": "Whoosh 库",
    "cluster": "集群",
    "index": "索引",
    "rules": "规则",
    "files": "文件",
    "dictionary": "词典",
    "synonyms": "同义词",
    "not read": "未读取",
    "default": "默认",
    "{paths} in {folder}": "{paths} → {folder}",
    "files read: {files}": "读取的设置文件：{files}",
    "not taken from {file}: {keys}": "{file} 里不采用的：{keys}",
    "the folder or URL of the index, or its name": "索引的文件夹、URL 或名字",
    "paths to index if none is given": "未给路径时索引哪些路径",
    "maximum number of hits": "最多显示多少条结果",
    "maximum number of snippets per hit": "每条结果最多几段摘要",
    "lines of context around each match": "每处匹配前后显示多少行",
    "answer only from the strictest tier with a hit": "只取最严格且有结果的一层",
    "time limit of a query in seconds; 0 for none": "查询限时，单位为秒；0 为不限",
    "number of worker processes": "工作进程的数量",
    "decode files as this encoding": "按此编码解码文件",
    "minimum probability of an inferred repair": "推断的修复所需的最低概率",
    "file of custom words": "自定义词典文件",
    "file of synonym groups": "同义词文件",
    "pager for long answers; empty for none": "显示长回答的分页程序；留空则不用",
    "URL that a click on a path opens; empty for none": "点击路径时打开的 URL；留空则不加链接",
    "en or zh; default: by locale": "en 或 zh；默认依 locale",
    "print only answers and errors": "只输出回答和错误",
    "print more details": "输出更多过程信息",
    "no similar documents for {file}": "没有与 {file} 相近的文档",
    "every file is in the index": "所有文件都在索引里",
    "the index holds no files": "索引里没有文件",
    "{name} was never run before: all its hits are new": "{name} 是第一次运行：找到的都算新的",
    "no query is saved; save one in seedsearch.toml: [query.NAME] query = …": "没有保存的查询；在 seedsearch.toml 里保存：[query.NAME] query = …",
    "now": "现在",
    " then ": "，然后",
    " and ": " 和 ",
    "{texts} with at most {distance} between": "{texts}，中间至多 {distance} 个",
    "the pattern /{regex}/": "正则表达式 /{regex}/",
    "“{typed}” exactly so": "“{typed}”（逐字如此）",
    "“{typed}” in this case": "“{typed}”（区分大小写）",
    "every document": "所有文档",
    "{least} to {most} characters": "{least} 到 {most} 个字",
    "one character": "一个字",
    "{least} characters": "{least} 个字",
    "a word that begins with “{text}”": "以“{text}”开头的词",
    "a word like “{pattern}”": "形如“{pattern}”的词",
    "a word within {edits} edits of “{text}”": "与“{text}”相差至多 {edits} 处的词",
    "a word within one edit of “{text}”": "与“{text}”相差至多一处的词",
    "not {query}": "不含 {query}",
    "all of ({queries})": "全部（{queries}）",
    "any of ({queries})": "任一（{queries}）",
    "at least {count} of ({queries})": "至少 {count} 个（{queries}）",
    "{read}, better with {words}": "{read}，有 {words} 更好",
    "behind the first {count}: better with {words}": "前 {count} 个之后：有 {words} 更好",
    "NAME": "名称",
    "SYNOPSIS": "概要",
    "DESCRIPTION": "描述",
    "COMMANDS": "命令",
    "OPTIONS": "选项",
    "EXIT STATUS": "退出状态",
    "ENVIRONMENT": "环境变量",
    "FILES": "文件",
    "SEE ALSO": "另见",
    "Options may be set by {names}; NO_COLOR is honoured.": "选项可由 {names} 设定；遵从 NO_COLOR。",
    "found, or done": "找到或完成",
    "nothing found": "没有找到",
    "an error, including a single unreadable file; the rest is still processed": "出错，哪怕只有一个文件无法读取；其余照常处理",
    "interrupted": "被中断",
    "settings of the folder in which a command is run": "运行命令的文件夹的设置",
    "settings of the user": "用户的设置",
    "how to read the files of a folder: encodings, exclusions, words": "一个文件夹里的文件如何读取：编码、排除的文件、词",
    "files of a folder to exclude (.gitignore syntax)": "一个文件夹里要排除的文件（写法同 .gitignore）",
    "Corpus report": "语料报告",
    "count": "数量",
    "kept": "保留",
    "with damage": "有损伤",
    "characters": "字符",
    "near-duplicates of another": "与另一文档近似重复",
    "not asked for": "没有要求",
    "Damage": "损伤",
    "damage by kind": "各类损伤",
    "Damage by kind": "各类损伤",
    "left": "未修复",
    "kind": "种类",
    "certainty of edits": "修改的可信程度",
    "None was found.": "没有发现。",
    "Most of it left unrepaired, as a share of the characters:": "未修复损伤占字符比例最高的：",
    "document": "文档",
    "unrepaired": "未修复",
    "Quality": "质量",
    "documents by share of Han": "按汉字比例分布的文档",
    "documents by unrepaired damage": "按未修复损伤分布的文档",
    "Documents by han": "按汉字比例分布的文档",
    "Documents by unrepaired": "按未修复损伤分布的文档",
    "Data card": "数据卡片",
    "languages": "语言",
    "chinese": "中文",
    "japanese": "日文",
    "korean": "韩文",
    "latin": "拉丁文字",
    "other": "其他",
    "size": "规模",
    "{kept} documents kept of {documents}; {characters} characters in all": "{documents} 个文档中保留 {kept} 个；共 {characters} 个字符",
    "source encodings": "来源编码",
    "restored by": "修复程序",
    "seedsearch {program}, rules {rules}, steps: {steps}": "seedsearch {program}，规则 {rules}，步骤：{steps}",
    "all": "全部",
    "fields restored": "修复的字段",
    "all that hold text": "所有含文字的字段",
    "kept where": "保留条件",
    "all documents": "所有文档",
    "{edits} edits in {documents} documents, each with its kind": "{documents} 个文档中的 {edits} 处修改，各注明种类",
    "known limits": "已知的局限",
    "{count} places of damage are left, because nothing proves what the original was": "留有 {count} 处损伤，因为没有依据证明原文",
    "from {begin}": "{begin} 及以上",
    "{begin} to {end}": "{begin} 到 {end}",
}

# click's own messages, which it looks up with gettext: `python -m tools.make_catalogue` writes its catalogue from
# these. A NUL separates singular and plural.
CLICK: Mapping[str, str] = {
    "Usage:": "用法：",
    "Options": "选项",
    "Commands": "命令",
    "Positional arguments": "参数",
    "Show this message and exit.": "显示本说明并退出。",
    "Show the version and exit.": "显示版本并退出。",
    "default: {default}": "默认：{default}",
    "env var: {var}": "环境变量：{var}",
    "Error: {message}": "错误：{message}",
    "Aborted!": "已中断。",
    "Try '{command} {option}' for help.": "用法见“{command} {option}”。",
    "Missing command.": "缺少命令。",
    "Missing argument": "缺少参数",
    "Missing option": "缺少选项",
    "Missing parameter": "缺少参数",
    "No such option {name!r}.": "没有选项 {name!r}。",
    "No such command {name!r}.": "没有命令 {name!r}。",
    "Invalid value: {message}": "值不对：{message}",
    "Invalid value for {param_hint}: {message}": "{param_hint} 的值不对：{message}",
    "{value} is not in the range {range}.": "{value} 不在 {range} 的范围内。",
    "{value!r} is not a valid {number_type}.": "{value!r} 不是有效的 {number_type}。",
    "{name} {filename!r} is a file.": "{name} {filename!r} 是文件。",
    "{name} {filename!r} does not exist.": "{name} {filename!r} 不存在。",
    "Did you mean {possibility}?\0(Did you mean one of: {possibilities}?)": "是不是 {possibility}？\0（是不是其中之一：{possibilities}？）",
    "{value!r} is not {choice}.\0{value!r} is not one of {choices}.": "{value!r} 不是 {choice}。\0{value!r} 不是其中之一：{choices}。",
    "Got unexpected extra argument ({args})\0Got unexpected extra arguments ({args})": "多余的参数（{args}）\0多余的参数（{args}）",
}

ZH: Mapping[str, str] = {**OPTIONS, **TEXTS}

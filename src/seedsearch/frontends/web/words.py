"""The texts of the pages in two languages. Both have the same fields, which the type checker verifies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of the pages in one language; `{}` stands for a value."""

    lang: str
    other_lang: str
    other_name: str
    # every page
    skip: str
    search: str
    search_label: str
    placeholder: str
    statistics: str
    theme: str
    keys: str
    tagline: str
    # the start page
    holds: str
    examples: str
    # answers
    documents: str
    document: str
    filters: str
    clear: str
    damage: str
    encoding: str
    ext: str
    folder: str
    year: str
    place: str
    restored_here: str
    also_in: str
    also_in_one: str
    nothing: str
    try_instead: str
    previous: str
    next: str
    page: str
    cut: str
    # a document
    both: str
    text: str
    raw: str
    file_itself: str
    as_json: str
    open_editor: str
    hits: str
    hit: str
    no_hits: str
    previous_hit: str
    next_hit: str
    edits: str
    edit: str
    what: str
    where: str
    was: str
    now: str
    sure: str
    step: str
    nothing_there: str
    more_edits: str
    certain: str
    proved: str
    inferred: str
    changed: str
    raw_is: str
    part: str
    previous_part: str
    next_part: str
    not_sure: str
    back: str
    # statistics
    count_documents: str
    count_damaged: str
    count_terms: str
    size: str
    kinds_of_damage: str
    encodings: str
    doubtful: str
    worst: str
    how_many: str
    # keys
    help_title: str
    help_box: str
    help_next: str
    help_edit: str
    help_view: str
    help_this: str
    help_switch: str
    close: str
    # errors
    went_wrong: str
    to_start: str


EN = Words(
    lang="en",
    other_lang="zh",
    other_name="中文",
    skip="Skip to the content",
    search="Search",
    search_label="What to look for",
    placeholder='a word, a sentence, a question, "an exact run"',
    statistics="Statistics",
    theme="Light or dark",
    keys="Keys",
    tagline="Search in damaged Chinese documents, restored beside the untouched file",
    holds="{} documents, {} of them with damage",
    examples="For example",
    documents="{} documents",
    document="1 document",
    filters="Filters",
    clear="clear the filters",
    damage="Damage",
    encoding="Encoding",
    ext="Kind of file",
    folder="Folder",
    year="Year",
    place="line {}, column {}",
    restored_here="restored here: {}",
    also_in="the same passage is in {} other files",
    also_in_one="the same passage is in another file",
    nothing="Nothing found for “{}”",
    try_instead="Try instead",
    previous="Previous",
    next="Next",
    page="Page {}",
    cut="More than these cannot be turned to; ask for something narrower.",
    both="Both",
    text="Restored",
    raw="In the file",
    file_itself="The file itself",
    as_json="As JSON",
    open_editor="Open in the editor",
    hits="{} hits",
    hit="1 hit",
    no_hits="no hit in this document",
    previous_hit="Previous hit",
    next_hit="Next hit",
    edits="{} repairs in this part",
    edit="1 repair in this part",
    what="What",
    where="Line : column",
    was="Was",
    now="Is",
    sure="How sure",
    step="Step",
    nothing_there="nothing",
    more_edits="{} more are not listed; as JSON all are.",
    certain="certain: no choice is involved",
    proved="proved: the fault, run forward, gives this and nothing else",
    inferred="inferred: several repairs are possible, the text around picked this one",
    changed="The file has changed or gone since it was indexed. This is the text of the index; what was repaired "
    "cannot be shown beside it.",
    raw_is="Raw text",
    part="Part {} of {}",
    previous_part="Previous part",
    next_part="Next part",
    not_sure="not sure: {}",
    back="Back to the hits",
    count_documents="documents",
    count_damaged="with damage",
    count_terms="different words",
    size="on disk",
    kinds_of_damage="Damage by kind",
    encodings="Encodings",
    doubtful="Encoding not sure",
    worst="Most damage",
    how_many="How many",
    help_title="Keys",
    help_box="into the search box",
    help_next="next and previous hit",
    help_edit="next and previous repair",
    help_view="both, restored, raw",
    help_this="this help",
    help_switch="Use these keys",
    close="Close",
    went_wrong="That did not work",
    to_start="To the start page",
)

ZH = Words(
    lang="zh-Hans",
    other_lang="en",
    other_name="English",
    skip="跳到正文",
    search="搜索",
    search_label="搜索内容",
    placeholder="一个词、一句话、一个问题，或“精确的一串字”",
    statistics="统计",
    theme="浅色或深色",
    keys="快捷键",
    tagline="在受损的中文文档里检索，修复后的文字与原文件对照",
    holds="{} 篇文档，其中 {} 篇有损伤",
    examples="例如",
    documents="{} 篇文档",
    document="1 篇文档",
    filters="筛选",
    clear="清除筛选",
    damage="损伤",
    encoding="编码",
    ext="文件类型",
    folder="文件夹",
    year="年份",
    place="第 {} 行第 {} 列",
    restored_here="此处修复：{}",
    also_in="另有 {} 个文件含有同一段",
    also_in_one="另有 1 个文件含有同一段",
    nothing="没有找到“{}”",
    try_instead="不妨试试",
    previous="上一页",
    next="下一页",
    page="第 {} 页",
    cut="不能再往后翻了；请把要找的内容说得具体一些。",
    both="对照",
    text="修复后",
    raw="文件原样",
    file_itself="下载原文件",
    as_json="JSON",
    open_editor="在编辑器中打开",
    hits="{} 处命中",
    hit="1 处命中",
    no_hits="本文档没有命中",
    previous_hit="上一处命中",
    next_hit="下一处命中",
    edits="这一部分有 {} 处修复",
    edit="这一部分有 1 处修复",
    what="种类",
    where="行:列",
    was="原为",
    now="改为",
    sure="可信度",
    step="步骤",
    nothing_there="无",
    more_edits="另有 {} 处未列出；JSON 中有全部。",
    certain="确定：没有别的可能",
    proved="已证明：按损坏的过程正向推演，只能得到这一结果",
    inferred="推断：有几种可能，由上下文选定",
    changed="文件在建立索引之后已改动或移走。下面是索引中的文字，无法与原文对照。",
    raw_is="原文",
    part="第 {} 部分，共 {} 部分",
    previous_part="上一部分",
    next_part="下一部分",
    not_sure="不确定：{}",
    back="回到搜索结果",
    count_documents="篇文档",
    count_damaged="篇有损伤",
    count_terms="个不同的词",
    size="磁盘占用",
    kinds_of_damage="各类损伤",
    encodings="编码",
    doubtful="编码不确定的文档",
    worst="损伤最多的文档",
    how_many="数量",
    help_title="快捷键",
    help_box="到搜索框",
    help_next="下一处、上一处命中",
    help_edit="下一处、上一处修复",
    help_view="对照、修复后、原样",
    help_this="这份说明",
    help_switch="使用这些快捷键",
    close="关闭",
    went_wrong="没有成功",
    to_start="回到首页",
)

LANGUAGES: Mapping[str, Words] = {"en": EN, "zh": ZH}

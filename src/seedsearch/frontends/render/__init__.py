"""Answers and reports → terminal text and JSON. Yields lines; who calls writes them.

    safe      what may reach a terminal, and JSON that is safe in one
    layout    width in cells, lines broken to a width
    style     what a terminal can: colour, width, links
    answers   hits and words             reports   what a run did, what an index holds
    repairs   the edits of a document    health    what doctor and config say    progress   how far a run is

Text of a document never reaches a terminal with control characters, bidirectional controls or escapes in it.
"""

from __future__ import annotations

from seedsearch.frontends.render.answers import (
    empty_text,
    keywords_json,
    keywords_text,
    results_json,
    results_text,
)
from seedsearch.frontends.render.health import (
    diagnosis_json,
    diagnosis_text,
    faults_json,
    settings_json,
    settings_text,
)
from seedsearch.frontends.render.repairs import (
    diff_colour,
    diff_plain,
    document_json,
    edits_json,
    readable,
    readable_safe,
    shown_json,
)
from seedsearch.frontends.render.reports import (
    corpus_text,
    damage_text,
    failure_text,
    files_text,
    report_json,
    report_text,
    stats_json,
    stats_text,
)
from seedsearch.frontends.render.safe import json_line, one_line, safe
from seedsearch.frontends.render.style import Style

__all__ = [
    "Style",
    "corpus_text",
    "damage_text",
    "diagnosis_json",
    "diagnosis_text",
    "diff_colour",
    "diff_plain",
    "document_json",
    "edits_json",
    "empty_text",
    "failure_text",
    "faults_json",
    "files_text",
    "json_line",
    "keywords_json",
    "keywords_text",
    "one_line",
    "readable",
    "readable_safe",
    "report_json",
    "report_text",
    "results_json",
    "results_text",
    "safe",
    "settings_json",
    "settings_text",
    "shown_json",
    "stats_json",
    "stats_text",
]

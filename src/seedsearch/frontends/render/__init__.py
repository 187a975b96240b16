"""Turns answers and reports into terminal text and JSON. It yields lines; the caller writes them.

    safe      what may reach a terminal, and JSON that is safe in one
    layout    width in cells, lines broken to a width
    style     what a terminal can: colour, width, links
    answers   hits and words             reports   what a run did, what an index holds
    repairs   the edits of a document    health    what doctor and config say    progress   how far a run is

Control characters, bidirectional controls and escapes in documents never reach a terminal.
"""

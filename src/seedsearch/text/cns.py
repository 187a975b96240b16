"""CNS 11643, the character set of Taiwan's own encodings: planes 1 and 2, which cover Big5.

EUC-TW and ISO-2022-CN write characters as a plane, a row and a column. Big5 has the same characters in nearly the same
order, so the tables are stretches that run side by side, and a few characters besides. The correspondence is that of
the GNU C library's EUC-TW (planes 1 and 2 of CNS 11643-1992), compared with Python's cp950.
"""

from __future__ import annotations

from functools import cache

ROW = 94  # characters of a row, in CNS 11643
_BIG5_ROW = 157

# Place in the plane, place in Big5, length. Places are counted from the first character of the first row.
# fmt: off
_PLANE_1 = (
    (0, 0, 5), (6, 6, 15), (21, 23, 2), (24, 22, 1), (29, 29, 44), (73, 74, 1), (74, 73, 1), (75, 75, 21), (98,
    98, 1), (100, 100, 27), (127, 128, 1), (128, 127, 1), (130, 130, 14), (146, 146, 2), (148, 149, 1), (149,
    148, 1), (150, 150, 4), (155, 21, 1), (156, 156, 78), (282, 234, 29), (312, 264, 1), (314, 266, 142), (470,
    6101, 20), (3290, 471, 17), (3307, 263, 1), (3308, 489, 86), (3394, 265, 1), (3395, 576, 1307), (4702, 1884,
    424), (5126, 1883, 1), (5127, 2308, 1876), (7003, 4571, 1), (7004, 4184, 387), (7391, 4572, 525), (7916,
    5286, 1), (7917, 5097, 105), (8023, 5203, 83), (8106, 5287, 84), (8190, 5517, 1), (8191, 5371, 54), (8245,
    5426, 1), (8246, 5425, 1), (8247, 5427, 90), (8337, 5518, 354),
)
_PLANE_2 = (
    (0, 6280, 10), (10, 6291, 33), (43, 6372, 1), (44, 6324, 48), (92, 6373, 46), (138, 6586, 1), (139, 6419,
    167), (306, 6587, 1840), (2146, 9074, 1), (2147, 8428, 108), (2255, 8537, 537), (2792, 8427, 1), (2793,
    9075, 100), (2893, 8536, 1), (2894, 9175, 399), (3293, 9575, 1637), (4930, 11761, 1), (4931, 11212, 146),
    (5077, 11899, 1), (5078, 11358, 287), (5365, 12508, 1), (5366, 11645, 116), (5482, 11762, 137), (5619,
    11900, 104), (5723, 12425, 1), (5724, 12004, 222), (5946, 12227, 198), (6144, 12426, 82), (6226, 12509, 86),
    (6312, 12226, 1), (6313, 12595, 8), (6321, 12604, 153), (6474, 12758, 56), (6530, 13114, 1), (6531, 12814,
    113), (6644, 12603, 1), (6645, 12927, 142), (6787, 12757, 1), (6788, 13069, 45), (6833, 13115, 71), (6904,
    13380, 1), (6905, 13186, 194), (7099, 13381, 490), (7589, 13914, 1), (7590, 13871, 43), (7633, 13915, 1),
    (7634, 13917, 11), (7645, 13916, 1), (7646, 13928, 4),
)
# fmt: on
_BESIDE = {
    5: "・",
    23: "︲",
    96: "‾",
    129: "∼",
    144: "♁☉",
    154: "‖",
    490: "ⅰⅱⅲⅳⅴⅵⅶⅷⅸⅹ",
    571: "亠",
    578: "冫",
    583: "勹",
    3102: "␀␁␂␃␄␅␆␇␈␉␊␋␌␍␎␏␐␑␒␓␔␕␖␗␘␙␚␛␜␝␞␟␡",
    8022: "彞",
}


@cache
def plane(number: int) -> dict[bytes, str]:
    """Return two bytes of 0x21 to 0x7E → the character; of plane 1 or 2."""
    made = {}
    for start, of_big5, length in (_PLANE_1, _PLANE_2)[number - 1]:
        for i in range(length):
            made[_bytes(start + i)] = _big5(of_big5 + i).decode("cp950")
    if number == 1:
        made |= {_bytes(start + i): char for start, chars in _BESIDE.items() for i, char in enumerate(chars)}
    return made


def _bytes(place: int) -> bytes:
    return bytes((0x21 + place // ROW, 0x21 + place % ROW))


def _big5(place: int) -> bytes:
    row, column = divmod(place, _BIG5_ROW)
    return bytes((0xA1 + row, column + (0x40 if column < 63 else 0x62)))


def euc_tw(stream: bytes) -> list[tuple[int, str]] | None:
    """Return the characters of EUC-TW and how many bytes each has; None where it is not that."""
    made: list[tuple[int, str]] = []
    at = 0
    while at < len(stream):
        byte = stream[at]
        if byte < 0x80:
            made.append((1, chr(byte)))
            at += 1
            continue
        size, number = (4, stream[at + 1] - 0xA0) if stream[at : at + 1] == b"\x8e" and at + 3 < len(stream) else (2, 1)
        pair = bytes(max(0, byte - 0x80) for byte in stream[at + size - 2 : at + size])
        char = plane(number).get(pair) if number in (1, 2) else None
        if char is None:
            return None
        made.append((size, char))
        at += size
    return made

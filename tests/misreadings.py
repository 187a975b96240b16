"""Wrong decodings run forward, for the tests of their repair: text → what a reader of another encoding shows."""

from __future__ import annotations

UNDEFINED = b"\x81\x8d\x8f\x90\x9d"  # bytes without a character in Windows-1252

# Sentences of different lengths, in both scripts, with marks, digits and Latin between.
SENTENCES = (
    "系统升级完成以后，请重新登录并检查原来的设置是否还在。",
    "第3章 数据库的备份与恢复（共12节）",
    "他说：“明天早上八点在学校门口集合，不要迟到。”",
    "错误代码500：服务器内部错误，请联系管理员。",
    "孩子們在公園裡玩耍，老人們坐在樹下聊天。",
    "這份文件說明如何安裝軟體、設定網路與更新系統。",
    "打印机缺纸，请放入A4纸后按“继续”键。",
)


def as_windows_1252(stream: bytes, undefined: str = "kept") -> str:
    """`stream` as Windows-1252 shows it; bytes without a character: "kept", "dropped", "marked" or "asked"."""
    signs = {"dropped": "", "marked": "\ufffd", "asked": "?"}
    shown = [signs.get(undefined, chr(byte)) for byte in range(256)]
    return "".join(shown[byte] if byte in UNDEFINED else bytes((byte,)).decode("cp1252") for byte in stream)


def by_pairs(stream: bytes, codec: str, eaten: str, sign: str) -> str:
    """`stream` as a reader of a codec of two bytes shows it, with a sign for the bytes that it gives up at a time.

    `eaten`: "lead" (the first of two), "pair" (both), "pair unless ASCII" (both, where the second one is not ASCII) or
    "each" (both, with a sign each).
    """
    shown, at = "", 0
    while at < len(stream):
        pair = stream[at : at + (1 if stream[at] < 0x80 else 2)]
        char = pair.decode(codec, "ignore")
        if len(char) == 1 and (char >= "\x80" or len(pair) == 1):  # "ignore" leaves a second byte that is ASCII
            shown, at = shown + char, at + len(pair)
            continue
        both = len(pair) == 2 and (eaten in ("pair", "each") or (eaten == "pair unless ASCII" and pair[1] >= 0x80))
        shown += sign * (2 if both and eaten == "each" else 1)
        at += 2 if both else 1
    return shown

"""Bytes to text: UTF-8 and UTF-16 are certain, Cyrillic and western code pages are weighed by the words they give."""

import re

from tools.errors import BadData
from tools.text import Text

_PAGES = ("cp1251", "cp1252", "cp866", "koi8-r")
_RUSSIAN = frozenset("абвгдежзийклмнопрстуфхцчшщъыьэюя")
_WORD = re.compile(r"[^\W\d_]+")
_SAMPLE = 1 << 18
_UTF8_WORD = re.compile(rb"(?:\xd0[\x80-\xbf]|\xd1[\x80-\x8f]){3}")
_NO_WRITING = re.compile("[\u0080-\u009f\u2500-\u259f\ufffd]")
_MOJIBAKE = 0.2


def decode(name: str, data: bytes) -> tuple[str, str]:
    """Text and the name of its encoding; raises `BadData` where none fits or lines differ in it."""
    if data.startswith(b"\xef\xbb\xbf"):
        return data.decode("utf-8-sig", errors="replace"), "utf-8 with BOM"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace"), "utf-16"
    if data[:4096].count(0) * 4 > len(data[:4096]):
        little = data[1:4096:2].count(0) > data[0:4096:2].count(0)
        return data.decode("utf-16-le" if little else "utf-16-be", errors="replace"), "utf-16"
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    if _is_mixed(data):
        raise _unknown(name)
    page = _best_page(data) or _by_statistics(data)
    if page is None:
        raise _unknown(name)
    text = data.decode(page, errors="replace")
    if _is_mojibake(text[:_SAMPLE]):
        raise _unknown(name)
    return text, page


def _unknown(name: str) -> BadData:
    return BadData(
        Text(
            f"“{name}” is in a mixed or unknown encoding; save it as UTF-8.",
            f"Файл «{name}» в смешанной или неизвестной кодировке; сохраните его в UTF-8.",
        )
    )


def _is_mixed(data: bytes) -> bool:
    """True where text that is not UTF-8 as a whole holds Russian words or whole lines of UTF-8."""
    if _UTF8_WORD.search(data):
        return True
    lines = [line for line in data[:_SAMPLE].split(b"\n") if any(byte > 127 for byte in line)]
    return sum(map(_is_utf8, lines)) >= max(3, len(lines) // 20)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_mojibake(text: str) -> bool:
    """True where control characters and lines of boxes are a large share of what is not ASCII."""
    high = sum(character > "\x7f" for character in text)
    return len(_NO_WRITING.findall(text)) > _MOJIBAKE * high


def _best_page(data: bytes) -> str | None:
    lines = [line for line in data[:_SAMPLE].split(b"\n") if any(byte > 127 for byte in line)]
    lines = lines or [line for line in data.split(b"\n") if any(byte > 127 for byte in line)][:200]
    sample = b"\n".join(lines)
    scores = {page: _score(sample.decode(page, errors="replace")) for page in _PAGES}
    page = max(scores, key=lambda each: scores[each])
    return page if scores[page] > 0 else None


def _score(text: str) -> float:
    """Words that read as one script count for, mixed or broken ones against."""
    score = -5.0 * text.count("\ufffd")
    for word in _WORD.findall(text):
        high = [character for character in word if ord(character) > 127]
        if not high:
            continue
        russian = sum(character in _RUSSIAN for character in word.casefold().replace("ё", "е"))
        western = all(ord(character) < 0x180 for character in word)
        if russian == len(word):
            score += (word[1:].islower() or word.isupper()) * (1 + (len(word) > 2)) - 0.5
        elif western:
            score += 0.5 if len(high) * 2 <= len(word) else -1
        else:
            score -= 1
    return score + 0.5 * sum(text.count(sign) for sign in "£€№«»")


def _by_statistics(data: bytes) -> str | None:
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_SAMPLE]).best()
    return best.encoding if best else None

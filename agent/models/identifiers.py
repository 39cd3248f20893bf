"""Personal and company data recognised by their shape, their label and their check digits: spans of a text.

An identifier that has check digits counts where they are right, or where a label stands before it (a mistyped ИНН is
still an ИНН). Nothing here is guessed by a model.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

Check = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Found:
    """One thing to hide: where it stands, and what kind it is."""

    start: int
    end: int
    kind: str


def _weighted(digits: str, weights: Sequence[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False)) % 11 % 10


def is_inn(digits: str) -> bool:
    """Whether ten or twelve digits are a taxpayer number by its check digits."""
    tail = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
    if len(digits) == 10:
        return _weighted(digits, tail[1:]) == int(digits[9])
    if len(digits) == 12:
        return _weighted(digits, tail) == int(digits[10]) and _weighted(digits, (3, *tail)) == int(digits[11])
    return False


def is_ogrn(digits: str) -> bool:
    """Whether thirteen or fifteen digits are a registration number by its check digit."""
    if len(digits) not in (13, 15):
        return False
    return int(digits[:-1]) % (len(digits) - 2) % 10 == int(digits[-1])


def is_snils(digits: str) -> bool:
    """Whether eleven digits are a pension insurance number by its control sum."""
    if len(digits) != 11:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(9, 0, -1), strict=False)) % 101
    return total % 100 == int(digits[9:])


def is_card(digits: str) -> bool:
    """Whether thirteen to nineteen digits are a card number by Luhn's sum."""
    if not 13 <= len(digits) <= 19 or len(set(digits)) == 1:
        return False
    doubled = [
        int(d) if place % 2 == 0 else (2 * int(d) - 9 if int(d) > 4 else 2 * int(d))
        for place, d in enumerate(digits[::-1])
    ]
    return sum(doubled) % 10 == 0


def is_account(digits: str) -> bool:
    """Whether twenty digits look like a bank account of the Russian plan of accounts."""
    return len(digits) == 20 and digits[0] in "3456"


def account_fits(digits: str, bik: str) -> bool:
    """Whether the key digit of a bank account is right for a BIK."""
    head = f"0{bik[4:6]}" if digits.startswith("301") else bik[6:9]
    return sum(int(d) * (7, 1, 3)[place % 3] for place, d in enumerate(head + digits)) % 10 == 0


def is_bik(digits: str) -> bool:
    """Whether nine digits look like a Russian bank's code."""
    return len(digits) == 9 and digits.startswith("04")


_SEP = r"[ \u00a0\u202f\u2009‑–-]?"
_NUMBER = re.compile(rf"(?<![\w.,])\d(?:{_SEP}\d){{8,19}}(?![\w]|[.,]\d)")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.UNICODE)
_PHONE = re.compile(
    r"(?<![\w+])(?:\+\s?\d{1,3}|8)[\s\u00a0-]?\(?\d{3,4}\)?[\s\u00a0-]?\d{2,3}[\s\u00a0-]?\d{2}[\s\u00a0-]?\d{2}(?!\w)"
)
_PLAIN_PHONE = re.compile(r"(?<![\w(])\(\d{3,5}\)[\s\u00a0-]?\d{1,3}(?:[\s\u00a0-]?\d{2}){2}(?!\w)")
_LABELLED: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(rf"(?<!\w)(?:{label})\s*(?:№|N|#|:|—|–|-|=)?\s*({shape})(?!\w)", re.IGNORECASE))
    for kind, label, shape in (
        ("INN", r"инн(?:\s*/\s*кпп)?|inn|tax id|tin", r"\d{12}|\d{10}"),
        ("KPP", r"кпп|kpp", r"\d{4}[\dA-Z]{2}\d{3}"),
        ("OGRN", r"огрн(?:ип)?|ogrn(?:ip)?", r"\d{15}|\d{13}"),
        ("SNILS", r"снилс|snils", r"\d{3}[ -]?\d{3}[ -]?\d{3}[ -]?\d{2}"),
        (
            "PASSPORT",
            r"паспорт\w*(?:\s+(?:серия|серии|рф))?(?:\s+и\s+номер)?|серия|passport",
            r"\d{2}\s?\d{2}\s?(?:(?:№|номер|no\.?)\s*)?\d{6}",
        ),
        (
            "BANK",
            r"р/сч?|к/сч?|р\.\s?с\.|расч[её]тн\w+ сч[её]т\w*|сч[её]т\w*|account",
            r"\d{5}[ .]?\d{3}[ .]?\d[ .]?\d{4}[ .]?\d{7}",
        ),
        ("BIK", r"бик|bik|bic", r"\d{9}"),
        ("CARD", r"карт\w*|card", r"\d{4}(?:[ -]?\d{4}){2,3}(?:[ -]?\d{1,3})?"),
    )
)
_PASSPORT = re.compile(r"(?<![\w.,])\d{2}\s?\d{2}\s(?:№\s?)?\d{6}(?![\w]|[.,]\d)")
_AFTER_INN = re.compile(r"(?<=\d)\s?/\s?(\d{4}[\dA-Z]{2}\d{3})(?!\w)")
_CHECKED: tuple[tuple[str, Check], ...] = (
    ("BANK", is_account), ("CARD", is_card), ("OGRN", is_ogrn), ("SNILS", is_snils), ("INN", is_inn), ("BIK", is_bik),
)  # fmt: skip
_NAME = r"[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?"
_SURNAME = r"[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?"
_PERSONS = (
    re.compile(
        rf"(?:{_SURNAME}\s+)?{_NAME}\s+[А-ЯЁ][а-яё]+(?:вич|вна|ична|инична|ьич)(?:а|у|ем|ом|е|ы|ой|ем)?(?!\w)(?:\s+{_SURNAME}(?!\w))?"
    ),
    re.compile(rf"(?:{_SURNAME}\s+)?{_NAME}\s+[А-ЯЁ][а-яё]+(?:вн|чн)(?:а|ы|е|у|ой|ою)(?!\w)(?:\s+{_SURNAME}(?!\w))?"),
    re.compile(rf"(?<!\w){_SURNAME}\s+[А-ЯЁ]\.\s?(?:[А-ЯЁ]\.)?"),
    re.compile(rf"(?<!\w)[А-ЯЁ]\.\s?(?:[А-ЯЁ]\.)?\s?{_SURNAME}(?!\w)"),
    re.compile(r"(?<!\w)(?:Mr|Mrs|Ms|Dr)\.?\s+[A-Z][a-z]+(?:[ -][A-Z][a-z]+)?"),
)
_ADDRESS = re.compile(
    r"(?<!\w)(?:\d{6},\s*)?(?:(?:г|город|с|пос)\.?\s*[А-ЯЁ][а-яё-]+,\s*)?"
    r"(?:ул|улиц[аыеу]|пр-т|просп|проспект\w*|пер|переул\w+|наб|набережн\w+|ш|шоссе|б-р|бульвар\w*|пл|площад\w+)\.?\s+[А-ЯЁ0-9][\w-]*(?:\s[А-ЯЁ][\w-]*)?"
    r",?\s*(?:д|дом)\.?\s*\d+\w?(?:,?\s*(?:к|корп|корпус|стр|строение)\.?\s*\d+\w?)*(?:,?\s*(?:кв|оф|офис|квартира)\.?\s*\d+\w?)?",
    re.IGNORECASE,
)  # fmt: skip


def identifiers(text: str) -> list[Found]:
    """Everything to hide that needs no list of names, by place; of two that overlap the longer stands."""
    every = [*_shaped(text), *_labelled(text), *_numbers(text), *_persons(text)]
    return apart(every)


def apart(every: Sequence[Found]) -> list[Found]:
    """The finds without overlaps, the longest first to stay, in the order of the text."""
    kept: list[Found] = []
    for item in sorted(every, key=lambda found: (found.start - found.end, found.start)):
        if all(item.end <= other.start or item.start >= other.end for other in kept):
            kept.append(item)
    return sorted(kept, key=lambda found: found.start)


def _shaped(text: str) -> Iterator[Found]:
    for kind, pattern in (
        ("EMAIL", _MAIL),
        ("PHONE", _PHONE),
        ("PHONE", _PLAIN_PHONE),
        ("PASSPORT", _PASSPORT),
        ("ADDRESS", _ADDRESS),
    ):
        for match in pattern.finditer(text):
            yield Found(*match.span(), kind)


def _labelled(text: str) -> Iterator[Found]:
    for kind, pattern in _LABELLED:
        for match in pattern.finditer(text):
            yield Found(*match.span(1), kind)
    for match in _AFTER_INN.finditer(text):
        yield Found(*match.span(1), "KPP")


def _numbers(text: str) -> Iterator[Found]:
    for match in _NUMBER.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        kind = next((kind for kind, check in _CHECKED if check(digits)), None)
        if kind is not None:
            yield Found(*match.span(), kind)


def _persons(text: str) -> list[Found]:
    """People by patronymic, initials or form of address; finds that overlap are one person."""
    spans = sorted(match.span() for pattern in _PERSONS for match in pattern.finditer(text))
    joined: list[Found] = []
    for start, end in spans:
        if joined and start < joined[-1].end:
            joined[-1] = Found(joined[-1].start, max(end, joined[-1].end), "PERSON")
        else:
            joined.append(Found(start, end, "PERSON"))
    return joined

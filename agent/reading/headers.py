"""Groupings by what the files themselves call a column, and those that no figure can be split by."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

#: Columns by whose values figures are split.
SPLIT = ("plan", "industry", "region", "owner")
_BY = r"\b(?:by|per|across|for (?:each|every)|in each|по|в разрезе|по кажд\w+|на кажд\w+|в кажд\w+)"
#: What data are often split by and these figures are not.
OTHER = re.compile(
    r"\b(?:(?:by|per|across) (?:the |our |acquisition |sales |referral |lead |traffic |type of |payment |billing |contract )*(?:channels?|sources?|payment methods?|contracts?(?: types?)?|contract|gender|products?|currenc(?:y|ies)|languages?|devices?|seats?|billing (?:period|frequency|cycle)|methods?)|"
    r"(?<!а )(?<!только )(?:по|в разрезе) (?:типам? |типу |видам? |виду |способам? |способу |форме )?(?:каналам?|канала|каналов|источник(?:ам|у|ов)|договор(?:ам|ов|а)|оплат(?:ы|е|ам)|продукт(?:ам|ов)|валют(?:ам|е)|пол[уа]|язык(?:ам|у)|устройств(?:ам|у)))\b(?! (?:клиент|менеджер))"
)


def headed(plain: str, portfolio: "Portfolio") -> list[str]:
    """The columns by whose headers in the files a question wants a figure split: “by contract”, where plans are under “Contract”."""
    return [
        column
        for column, words in _headers(portfolio).items()
        if re.search(rf"{_BY} (?:the )?{words}\b", plain) is not None
    ]


def _headers(portfolio: "Portfolio") -> Mapping[str, str]:
    """Patterns of the headers, by column; a header that is a word of another grouping says nothing."""
    if "headers" not in portfolio.memo:
        found = {
            column: "[ _-]".join(re.escape(word) + r"\w{0,3}" for word in _words(header))
            for table in portfolio.manifest.tables
            for column, header in table.mapping.items()
            if table.name in ("accounts", "subscriptions", "invoices") and column in SPLIT and _words(header)
        }
        portfolio.memo["headers"] = found
    known: Mapping[str, str] = portfolio.memo["headers"]
    return known


def _words(header: str) -> list[str]:
    return re.findall(r"[^\W\d_]{3,}", header.lower().replace("ё", "е"))


def unsplit(plain: str) -> str | None:
    """The words by which a question wants a figure split though nothing is split by them; None where it names none."""
    found = OTHER.search(plain)
    money = re.search(r"просроч|долг|задолж|продлени|overdue|debt|renewal|источник\w* рост", plain)
    return found[0] if found is not None and money is None else None

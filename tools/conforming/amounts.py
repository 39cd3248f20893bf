"""The amount of an invoice line and its currency: which columns make them, said in so many words."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from tools.conforming.columns import LIMIT, Typed
from tools.conforming.recognise import normal
from tools.sources.cells import currency_of

RATES = (5, 7, 10, 12, 18, 19, 20, 21, 22)
NET_WORDS = ("без ндс", "net", "excl", "excluding", "ex vat", "нетто")


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the amount is made of columns: one column, a product, or the first less the second."""

    kind: Literal["column", "product", "difference"]
    columns: tuple[str, ...]
    how: str
    taxed: bool = False


@dataclass(frozen=True, slots=True)
class CurrencyRule:
    """Where a line's currency comes from: a column, the header (one code), signs in the cells, or nowhere."""

    kind: Literal["column", "header", "cells", "none"]
    header: str = ""
    code: str = ""


def recipe_of(mapping: Mapping[str, str], cells: Mapping[str, Typed]) -> Recipe:
    """The recipe for the amount of invoice lines, from the columns there are."""
    if "amount" in mapping:
        return _of_amount(mapping, cells)
    if "gross" in mapping:
        gross = mapping["gross"]
        if "tax" in mapping:
            return Recipe("difference", (gross, mapping["tax"]), f"{gross} − {mapping['tax']}")
        return Recipe("column", (gross,), f"{gross}, tax included", taxed=True)
    if "sales" in mapping:
        sales, returns = mapping["sales"], mapping.get("returns")
        if returns is None:
            return Recipe("column", (sales,), sales)
        return Recipe("difference", (sales, returns), f"{sales} − {returns}")
    quantity, price = mapping["quantity"], mapping["unit_price"]
    return Recipe("product", (quantity, price), f"{quantity} × {price}")


def _of_amount(mapping: Mapping[str, str], cells: Mapping[str, Typed]) -> Recipe:
    header = mapping["amount"]
    net = any(word in normal(header) for word in NET_WORDS)
    if "tax" in mapping and not net and "gross" not in mapping:
        said = tax_side(cells["amount"].values, cells["tax"].values)
        if said == "within":
            tax = mapping["tax"]
            return Recipe("difference", (header, tax), f"{header} − {tax}: the tax is within the amount")
        if said == "on top":
            return Recipe("column", (header,), f"{header}: the tax is on top")
        if said == "unknown":
            return Recipe("column", (header,), f"{header}: whether tax is within is not known", taxed=True)
    return Recipe("column", (header,), header)


def tax_side(amounts: Any, taxes: Any) -> Literal["within", "on top", "none", "unknown"]:
    """Whether tax is a share of the amount that stands for a rate within it (20/120) or on top of it (20/100)."""
    pairs = [(a, t) for a, t in zip(amounts[:5000].to_pylist(), taxes[:5000].to_pylist(), strict=True) if a and t]
    if not pairs:
        return "none"
    cent = Decimal("0.02")
    within = sum(any(abs(t - a * r / (100 + r)) <= cent for r in RATES) for a, t in pairs)
    on_top = sum(any(abs(t - a * r / 100) <= cent for r in RATES) for a, t in pairs)
    if max(within, on_top) < 0.9 * len(pairs) or within == on_top:
        return "unknown"
    return "within" if within > on_top else "on top"


def amounts_of(recipe: Recipe, values: Mapping[str, Any]) -> Any:
    """Amounts in the schema's decimals, exact; ``values`` holds the recipe's columns as decimals, too large is null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    money = pa.decimal128(18, 4)
    first = values[recipe.columns[0]]
    if recipe.kind == "column":
        return first
    second = values[recipe.columns[1]]
    if recipe.kind == "product":
        return _fitting(pc.round(pc.multiply(first, second), ndigits=4, round_mode="half_towards_infinity"))
    zero = pa.scalar(Decimal(0), money)
    neither = pc.and_(pc.is_null(first), pc.is_null(second))
    made = _fitting(pc.subtract(pc.coalesce(first, zero), pc.coalesce(second, zero)))
    return pc.if_else(neither, pa.scalar(None, money), made)


def _fitting(values: Any) -> Any:
    """Amounts in the schema's decimals; one too large for them is null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    large = pc.greater(pc.abs(values), pa.scalar(LIMIT, pa.decimal128(18, 4)))
    return pc.if_else(large, pa.scalar(None, values.type), values).cast(pa.decimal128(18, 4))


def currency_rule(mapping: Mapping[str, str], cells: Mapping[str, Typed], *, money: str) -> CurrencyRule:
    """Where the currency of the money column called ``money`` is named."""
    if "currency" in mapping:
        return CurrencyRule("column", mapping["currency"])
    header = mapping.get(money) or mapping.get("unit_price", "")
    code = _in_header(header)
    if code:
        return CurrencyRule("header", header, code)
    found = cells.get(money) or cells.get("unit_price")
    if found is not None and found.currencies:
        return CurrencyRule("cells", header)
    return CurrencyRule("none")


def _in_header(header: str) -> str | None:
    words = header.replace("_", " ").replace(".", " ")
    for word in [*words.split(), words]:
        bare = word.strip("(),[]:;")
        code = currency_of(bare) if bare and len(bare) > 1 or bare in "₽$€£₸₴₹₺" else None
        if code:
            return code
    return None


def currencies_of(rule: CurrencyRule, rows: Any) -> Any:
    """Currency code of each row, null where none is named."""
    import pyarrow as pa

    from tools.conforming.columns import distinct

    if rule.kind in ("header", "none"):
        return pa.array([rule.code or None] * rows.num_rows, pa.string())
    values, indices = distinct(rows.column(rule.header))
    codes = [None if value is None else _code(value, cell=rule.kind == "cells") for value in values]
    return pa.array(codes, pa.string()).take(indices)


def _code(value: str, *, cell: bool) -> str | None:
    found = currency_of(value)
    if found or cell:
        return found
    bare = value.strip().upper()
    numbers = {"643": "RUB", "810": "RUB", "840": "USD", "978": "EUR"}
    return numbers.get(bare) or (bare if len(bare) == 3 and bare.isalpha() else None)

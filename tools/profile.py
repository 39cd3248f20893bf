"""Which business model the data show: subscription, repeat, usage or snapshot, with the evidence."""

from typing import TYPE_CHECKING

import ibis

from tools.document import Claim, Profile
from tools.errors import UnknownName
from tools.reading import Reading, Unit
from tools.text import Text

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

NAMES = {
    "subscription": Text("subscription", "подписка"),
    "repeat": Text("repeat purchases", "повторные покупки"),
    "usage": Text("metered use", "оплата по потреблению"),
    "snapshot": Text("one undated snapshot", "один срез без дат"),
}
MEANINGS = {
    "subscription": Text(
        "clients pay regularly for a term: recurring revenue, retention and churn are counted",
        "клиенты платят регулярно за срок: считаются регулярная выручка, удержание и отток",
    ),
    "repeat": Text(
        "clients order when they need to, with no term of service: recency, number of orders and money do the sorting",
        "клиенты заказывают по мере надобности, срока услуги нет: сортируют давность, число заказов и деньги",
    ),
    "usage": Text(
        "charges come every month for what was consumed: revenue of a month is the mean of the last months",
        "начисления идут каждый месяц за потреблённое: выручка месяца — среднее за последние месяцы",
    ),
    "snapshot": Text(
        "a table of clients without dates: no rates and no movement can be computed",
        "таблица клиентов без дат: ни темпов, ни динамики по ней не посчитать",
    ),
}


def detect(portfolio: "Portfolio") -> Profile:
    """The profile chosen by the user, else by the rules of metrics §0, with what decided it."""
    chosen = portfolio.profile_key
    if chosen is not None:
        if chosen not in NAMES:
            raise UnknownName(Text("profile", "профиль"), chosen, NAMES)
        return Profile(chosen, Claim("profile", Text("Chosen by the user.", "Выбран пользователем.")), "user")
    if portfolio.has("subscriptions"):
        text = Text(
            "Subscriptions with a start and a recurring price are there: {n} rows.",
            "Есть подписки с датой начала и ценой в месяц: {n} строк.",
        )
        return _profile("subscription", text, n=_count(portfolio, "rows", portfolio.rows("subscriptions")))
    if not portfolio.has("invoices"):
        text = Text("Nothing in the data is dated money.", "В данных нет датированных сумм.")
        return _profile("snapshot", text)
    return _by_invoices(portfolio)


def _by_invoices(portfolio: "Portfolio") -> Profile:
    share, metered = _service_share(portfolio), _metered_share(portfolio)
    often = _months_share(portfolio) if metered is not None else None
    steady = (often or 0.0) >= portfolio.policy["profile_months_share"]
    if metered is not None and metered >= portfolio.policy["usage_quantity_share"] and steady:
        text = Text(
            "Charges come every month and their quantity changes in {share} of the months: metered use.",
            "Начисления идут каждый месяц, а их количество меняется в {share} месяцев: оплата по потреблению.",
        )
        return _profile("usage", text, share=_ratio(portfolio, "quantity_changes", metered))
    if share >= portfolio.policy["profile_service_share"]:
        text = Text(
            "{share} of the invoiced amount carries a service period.",
            "{share} суммы счетов несёт период услуги.",
        )
        return _profile("subscription", text, share=_ratio(portfolio, "service_period", share))
    regular = _months_share(portfolio)
    slots = {"share": _ratio(portfolio, "months_invoiced", regular or 0.0)}
    if regular is not None and regular >= portfolio.policy["profile_months_share"]:
        text = Text(
            "The median long-standing client is invoiced in {share} of its months.",
            "Медианному давнему клиенту счета выставлены в {share} его месяцев.",
        )
        return _profile("subscription", text, **slots)
    text = Text(
        "Orders without service periods; the median long-standing client buys in {share} of its months.",
        "Заказы без периода услуги; медианный давний клиент покупает в {share} своих месяцев.",
    )
    return _profile("repeat", text, **slots)


def _service_share(portfolio: "Portfolio") -> float:
    invoices = portfolio.table("invoices")
    size = invoices.amount.abs().cast("float64")
    with_period = invoices.service_start.notnull() & invoices.service_end.notnull()
    row, _ = portfolio.row(invoices.agg(part=size.sum(where=with_period), whole=size.sum()))
    return float(row["part"] or 0) / float(row["whole"]) if row["whole"] else 0.0


def _metered_share(portfolio: "Portfolio") -> float | None:
    """Share of the months of a client's product in which the quantity differs from the month before; None unknown."""
    if not portfolio.has("invoices", "quantity") or not portfolio.has("invoices", "unit_price"):
        return None
    invoices = portfolio.table("invoices").filter(ibis._.account_id.notnull(), ibis._.quantity.notnull())
    month = (invoices.date.year() * 12 + invoices.date.month()).cast("int64")
    monthly = invoices.group_by("account_id", "product", month=month).agg(quantity=ibis._.quantity.sum())
    order = ibis.window(group_by=["account_id", "product"], order_by="month")
    monthly = monthly.mutate(before=monthly.quantity.lag().over(order))
    pairs = monthly.filter(monthly.before.notnull())
    row, _ = portfolio.row(pairs.agg(n=pairs.count(), moved=(pairs.quantity != pairs.before).sum()))
    return int(row["moved"] or 0) / int(row["n"]) if row["n"] else None


def _months_share(portfolio: "Portfolio") -> float | None:
    invoices = portfolio.table("invoices").filter(ibis._.account_id.notnull(), ibis._.amount > 0)
    month = invoices.date.year() * 12 + invoices.date.month()
    spans = (
        invoices.mutate(month=month)
        .group_by("account_id")
        .agg(months=ibis._.month.nunique(), span=ibis._.month.max() - ibis._.month.min() + 1)
        .filter(ibis._.span >= int(portfolio.policy["profile_min_span_months"]))
    )
    shares = spans.mutate(share=spans.months.cast("float64") / spans.span.cast("float64"))
    row, _ = portfolio.row(shares.agg(share=shares.share.quantile(0.5)))
    return None if row["share"] is None else float(row["share"])


def _ratio(portfolio: "Portfolio", kind: str, value: float) -> Reading:
    return Reading(
        "segments", Unit.RATIO, value, scope={"kind": kind}, window=portfolio.day, snapshot=portfolio.snapshot
    )


def _count(portfolio: "Portfolio", kind: str, value: int) -> Reading:
    return Reading(
        "segments", Unit.COUNT, value, scope={"kind": kind}, window=portfolio.day, snapshot=portfolio.snapshot
    )


def _profile(key: str, text: Text, **slots: Reading) -> Profile:
    return Profile(key, Claim("profile", text, slots), "data")

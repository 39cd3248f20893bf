"""Billing rhythm: which period a line pays for where no column says it (metrics §1.1).

In this order: the text of the line; the client's own rhythm per product (gaps near a month, a quarter, a year);
the user's answer for the group; the size of the line beside those of the group whose rhythm is known (weak evidence).
What is left belongs to its invoice month and stays in doubt.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import ibis
import pyarrow as pa
from ibis import _

from tools.errors import UnknownName
from tools.ledger.line_text import months_ahead, said, spelled
from tools.load import Question
from tools.policy import Policy
from tools.portfolio import Portfolio
from tools.text import LANGUAGES, Text, same

#: Lengths of a billing period in months, and the days near which its gaps lie.
RHYTHMS: Mapping[int, int] = {1: 30, 3: 91, 12: 365}
OPTIONS: Mapping[str, int] = {"monthly": 1, "quarterly": 3, "annual": 12}
ANSWER = "billing_rhythm:"
EVERYONE = "*"
TABLE = "rhythm_months"  # the overlay by which the ways of reading a guess are compared
COLUMNS = {
    "account_id": "string", "product": "string", "part": "string", "last": "date", "size": "float64",
    "months": "int64", "evidence": "string",
}  # fmt: skip
OWN, ANSWERED, PEERS, UNKNOWN = "own", "answered", "peers", "unknown"


def with_periods(portfolio: Portfolio, table: Any) -> Any:
    """The lines with ``starts, ends``: the period of the text, else that of the rhythm; null for a monthly payer."""
    table = _spoken(portfolio, table)
    found = rhythms(portfolio).select(
        r_account=_.account_id, r_product=_.product, months=ibis.ifelse(_.months > 1, _.months, None)
    ).view()  # fmt: skip
    joined = table.left_join(
        found, (table.account_id == found.r_account) & (table.product.fill_null("") == found.r_product)
    )
    ends = months_ahead(joined.date, joined.months, tuple(RHYTHMS))
    return joined.select(
        *[name for name in table.columns if name not in ("said_start", "said_end")],
        starts=ibis.coalesce(joined.said_start, ibis.ifelse(ends.notnull(), joined.date, None)),
        ends=ibis.coalesce(joined.said_end, ends),
    )


def _spoken(portfolio: Portfolio, table: Any) -> Any:
    """The lines with ``said_start, said_end``, the period their own text names; each text is read once."""
    words = table.product.fill_null("").concat(" ", table.description.fill_null("")).lower()
    if not _speaking(portfolio):
        return table.mutate(said_start=ibis.null("date"), said_end=ibis.null("date"))
    table = table.mutate(line_words=words)
    texts = said(table.select(words=table.line_words).distinct().view()).view()
    joined = table.left_join(texts, table.line_words == texts.words)
    starts, ends = spelled(joined, joined.date)
    names = [name for name in table.columns if name != "line_words"]
    return joined.select(*(table[name] for name in names), said_start=starts, said_end=ends)


def _speaking(portfolio: Portfolio) -> bool:
    """True where the text of some line names a period."""
    portfolio = portfolio.base
    if "line texts" not in portfolio.memo:
        known = portfolio.has("invoices", "description") or portfolio.has("invoices", "product")
        table = portfolio.table("invoices")
        words = table.product.fill_null("").concat(" ", table.description.fill_null("")).lower()
        texts = said(table.select(words=words).distinct())
        found = portfolio.run(texts.count().name("n").as_table()).column(0)[0].as_py() if known else 0
        portfolio.memo["line texts"] = found > 0
    return bool(portfolio.memo["line texts"])


def rhythms(portfolio: Portfolio) -> Any:
    """Table ``account_id, product, part, months, evidence, last, size`` of every client's product without a period.

    ``months`` is 1, 3 or 12, null where nothing is known; ``evidence`` is own, answered, peers or unknown.
    """
    if TABLE in portfolio.overlay:
        return ibis.table(COLUMNS, name=TABLE)
    if portfolio.whole is not None:  # peers are those of the whole base
        whole = rhythms(portfolio.base)
        return whole.filter(whole.account_id.isin(portfolio.table("accounts").account_id))
    own = _with_part(portfolio, _own(portfolio))
    answered = _answer(portfolio, own.part)
    peers = _peers(portfolio, own.view()).view()
    joined = own.left_join(peers, (own.account_id == peers.p_account) & (own.product == peers.p_product))
    months = ibis.coalesce(joined.own_months, answered, joined.p_months)
    evidence = ibis.cases(
        (joined.own_months.notnull(), OWN),
        (answered.notnull(), ANSWERED),
        (joined.p_months.notnull(), PEERS),
        else_=UNKNOWN,
    )
    return joined.select(
        "account_id", "product", "part", "last", "size", months=months.cast("int64"), evidence=evidence
    )


def _own(portfolio: Portfolio) -> Any:
    """Rhythm of each client and product from the gaps between its documents; null where gaps are none or uneven."""
    table = portfolio.table("invoices").filter(_.account_id.notnull(), _.amount > 0, _.date.notnull())
    table = _spoken(portfolio, table).filter(_.said_start.isnull())
    documents = table.group_by("account_id", "date", product=table.product.fill_null("")).agg(
        size=table.amount.sum().cast("float64")
    )
    before = ibis.window(group_by=["account_id", "product"], order_by="date")
    documents = documents.mutate(gap=documents.date.delta(documents.date.lag().over(before), unit="day"))
    by = documents.group_by("account_id", "product")
    measures = {f"near_{months}": _near(portfolio, documents.gap, months).sum() for months in RHYTHMS}
    found = by.agg(
        gaps=documents.gap.count(), last=documents.date.max(), size=documents["size"].ln().mean(), **measures
    )
    most = ibis.greatest(*(found[f"near_{months}"] for months in RHYTHMS))
    enough = (found.gaps > 0) & (most.cast("float64") >= found.gaps.cast("float64") * portfolio.policy["rhythm_share"])
    chosen = ibis.cases(*((enough & (found[f"near_{m}"] == most), m) for m in RHYTHMS), else_=None)
    return found.select("account_id", "product", "last", "size", own_months=chosen.cast("int64"))


def _near(portfolio: Portfolio, gap: Any, months: int) -> Any:
    slack = int(portfolio.policy["rhythm_near_days"]) * (2 if months == 12 else 1)
    low = 0 if months == 1 else RHYTHMS[months] - slack  # several documents a month are a monthly payer's
    return ((gap > low) & (gap <= RHYTHMS[months] + slack)).fill_null(False)


def _with_part(portfolio: Portfolio, table: Any) -> Any:
    """The table with ``part``, about which one question is asked: the client's plan where known, else the product."""
    if not portfolio.has("accounts", "plan"):
        return table.mutate(part=table.product)
    accounts = portfolio.table("accounts").filter(_.plan.notnull())
    plans = accounts.group_by("account_id").agg(plan=_.plan.max()).select(plan_account=_.account_id, plan=_.plan)
    joined = table.left_join(plans, table.account_id == plans.plan_account)
    return joined.select(*table.columns, part=joined.plan.fill_null(""))


def _peers(portfolio: Portfolio, own: Any) -> Any:
    """Table ``p_account, p_product, p_months``: the rhythm of the group whose usual document is nearest in size.

    Only where at least two rhythms of the group are each known of the policy's ``rhythm_peers`` clients.
    """
    known = own.filter(own.own_months.notnull())
    centres = known.group_by(c_part=known.part, c_months=known.own_months).agg(centre=_["size"].mean(), n=_.count())
    centres = centres.filter(centres.n >= int(portfolio.policy["rhythm_peers"]))
    kinds = centres.group_by("c_part").agg(kinds=_.count()).filter(_.kinds > 1).select(k_part=_.c_part).view()
    centres = centres.join(kinds, centres.c_part == kinds.k_part).select("c_part", "c_months", "centre")
    unknown = own.view().filter(_.own_months.isnull())
    pairs = unknown.join(centres, unknown.part == centres.c_part)
    pairs = pairs.mutate(far=(pairs["size"] - pairs.centre).abs())
    nearest = ibis.window(group_by=["account_id", "product"], order_by=["far", "c_months"])
    pairs = pairs.mutate(place=ibis.row_number().over(nearest)).filter(_.place == 0)
    return pairs.select(p_account=_.account_id, p_product=_.product, p_months=_.c_months)


def _answer(portfolio: Portfolio, part: Any) -> Any:
    given = answers(portfolio)
    everyone = given.get(EVERYONE)
    cases = [(part == ibis.literal(name), ibis.literal(months)) for name, months in given.items() if name != EVERYONE]
    rest = ibis.null("int64") if everyone is None else ibis.literal(everyone)
    return ibis.cases(*cases, else_=rest).cast("int64") if cases else rest.cast("int64")


def answers(portfolio: Portfolio) -> dict[str, int]:
    """Months by group, as the user answered."""
    values = portfolio.policy.values
    return {key.removeprefix(ANSWER): int(months) for key, months in values.items() if key.startswith(ANSWER)}


def answered(portfolio: Portfolio, given: Mapping[str, str]) -> Portfolio:
    """The portfolio with answers to `rhythm_questions`: id of the question to ``monthly``, ``quarterly`` or ``annual``."""
    for key, value in given.items():
        if key.startswith(ANSWER) and value not in OPTIONS:
            raise UnknownName(Text("billing rhythm", "ритм оплаты"), value, OPTIONS)
    months = {key: float(OPTIONS[value]) for key, value in given.items() if key.startswith(ANSWER)}
    if not months:
        return portfolio
    policy = Policy({**portfolio.policy.values, **months}, portfolio.policy.name)
    whole = None if portfolio.whole is None else replace(portfolio.whole, policy=policy, memo={})
    return replace(portfolio, policy=policy, whole=whole, memo={})


def in_doubt(portfolio: Portfolio) -> Mapping[str, tuple[int, str]]:
    """Clients and evidence by group whose rhythm is a guess and whose last document may still pay for today."""
    if "rhythm doubt" not in portfolio.memo:
        table = rhythms(portfolio)
        open_ones = table.filter(table.evidence.isin([PEERS, UNKNOWN]))
        by = open_ones.group_by("part").agg(n=_.account_id.nunique(), guessed=(_.evidence == PEERS).sum())
        rows = portfolio.run(by.order_by("part")).to_pylist()
        portfolio.memo["rhythm doubt"] = {
            row["part"]: (int(row["n"]), PEERS if row["guessed"] else UNKNOWN) for row in rows
        }
    found: Mapping[str, tuple[int, str]] = portfolio.memo["rhythm doubt"]
    return found


def doubtful_accounts(portfolio: Portfolio) -> frozenset[str]:
    """Clients that may not be called lost or at risk: their rhythm is not known from their own documents."""
    table = rhythms(portfolio)
    found = portfolio.run(table.filter(table.evidence.isin([PEERS, UNKNOWN])).select("account_id").distinct())
    return frozenset(found.column(0).to_pylist())


def read_as(portfolio: Portfolio, months: Mapping[str, int]) -> Portfolio:
    """The portfolio in which the guessed periods are so many months, by group (``*``: of every group)."""
    base = portfolio.base
    if "rhythm rows" not in base.memo:
        base.memo["rhythm rows"] = base.run(rhythms(base))
    rows: pa.Table = base.memo["rhythm rows"]
    parts, given = rows.column("part").to_pylist(), rows.column("months").to_pylist()
    open_ones = [kind in (PEERS, UNKNOWN) for kind in rows.column("evidence").to_pylist()]
    chosen = [
        months.get(part, months.get(EVERYONE, was)) if guess else was
        for part, was, guess in zip(parts, given, open_ones, strict=True)
    ]
    rows = rows.set_column(rows.schema.get_field_index("months"), "months", pa.array(chosen, pa.int64()))
    overlay = {**portfolio.overlay, TABLE: rows}
    whole = None if portfolio.whole is None else replace(base, overlay=overlay, memo={})
    return replace(portfolio, overlay=overlay, whole=whole, memo={})


def rhythm_questions(portfolio: Portfolio) -> tuple[Question, ...]:
    """One question per group of clients whose paid period is a guess, with NRR, GRR and churn under each answer.

    The id is ``billing_rhythm:<group>``, the options ``monthly``, ``quarterly``, ``annual``; `answered` takes them.
    """
    from tools import ledger

    if ledger.no_ledger(portfolio) is not None or not ledger.guessed(portfolio):
        return ()
    return tuple(_question(portfolio, part, n) for part, (n, _evidence) in in_doubt(portfolio).items())


def _question(portfolio: Portfolio, part: str, clients: int) -> Question:
    from tools import cohorts, ledger

    window, lines = ledger.year(portfolio), []
    for name, months in OPTIONS.items():
        totals = cohorts.cohort_totals(read_as(portfolio, {part: months}), window)
        if totals["opening"]:
            parts = (totals["kept"] / totals["opening"], totals["capped"] / totals["opening"])
            shown = [f"{100 * share:.1f} %" for share in (*parts, totals["lost"] / totals["n"])]
            lines.append(ANSWERS[name].fill(nrr=same(shown[0]), grr=same(shown[1]), churn=same(shown[2])))
    text = ASKED_GROUP.fill(n=same(str(clients)), group=same(part)) if part else ASKED.fill(n=same(str(clients)))
    ways = {language: "; ".join(line[language] for line in lines) for language in LANGUAGES}
    full = Text(f"{text.en} {ways['en']}".strip(), f"{text.ru} {ways['ru']}".strip())
    changed = ("mrr", "nrr", "grr", "logo_churn", "movements")
    return Question(ANSWER + part, full, tuple(OPTIONS), changed, stop=False)


ASKED = Text(
    "How often are the clients whose invoices name no period billed ({n} clients)?",
    "Как часто выставляются счета клиентам, у которых период в счёте не указан (клиентов: {n})?",
)
ASKED_GROUP = Text(
    "How often are the clients of “{group}” whose invoices name no period billed ({n} clients)?",
    "Как часто выставляются счета клиентам «{group}», у которых период в счёте не указан (клиентов: {n})?",
)
ANSWERS = {
    "monthly": Text(
        "every month: NRR {nrr}, GRR {grr}, churn {churn}", "каждый месяц: NRR {nrr}, GRR {grr}, отток {churn}"
    ),
    "quarterly": Text(
        "every quarter: NRR {nrr}, GRR {grr}, churn {churn}", "каждый квартал: NRR {nrr}, GRR {grr}, отток {churn}"
    ),
    "annual": Text(
        "once a year: NRR {nrr}, GRR {grr}, churn {churn}", "раз в год: NRR {nrr}, GRR {grr}, отток {churn}"
    ),
}

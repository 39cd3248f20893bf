"""Clusters, an exploration: groups that k-means finds in recency, frequency and money, or in a table of amounts (metrics §4)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from ibis import _

from tools import ledger
from tools.document import Claim, Name, Slot
from tools.errors import UserError
from tools.models.clusters import Clusters, explore, too_few
from tools.portfolio import Portfolio
from tools.reading import Reading, Unit
from tools.segments import Roster, Segmentation, groups_of, segmentation
from tools.segments.scores import scored
from tools.text import Text, same

LETTERS = "ABCDEFGH"
NOTABLE = 0.25  # of a standard deviation: what a group's name mentions
OUTSIDE = "outside"
IDLE = Text("No order in the period, or figures missing", "Без заказов за период или без нужных цифр")
NO_FEATURES = Text(
    "there are neither dated orders nor at least two amounts for each client",
    "нет ни датированных заказов, ни хотя бы двух числовых показателей по каждому клиенту",
)
WORDS: Mapping[str, tuple[Text, Text]] = {  # above and below the average
    "money": (Text("large", "крупные"), Text("small", "мелкие")),
    "orders": (Text("frequent", "частые"), Text("rare", "редкие")),
    "recency": (Text("long ago", "давние"), Text("recent", "недавние")),
    "tenure_months": (Text("long with us", "давно с нами"), Text("came lately", "недавно с нами")),
    "monthly_charge": (Text("pay much", "платят много"), Text("pay little", "платят мало")),
}
UNITS = {"money": Unit.MONEY, "orders": Unit.COUNT, "recency": Unit.DAYS, "monthly_charge": Unit.MONEY_MONTH}
ACCOUNT_AMOUNTS = ("monthly_charge", "tenure_months")


@dataclass(frozen=True)
class Features:
    """What is clustered: ids with complete rows, the columns by name, which are logarithms, which make up the money."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    rows: Any
    logged: tuple[bool, ...]
    money: Callable[[Any], Any]


def no_clusters(portfolio: Portfolio) -> Text | None:
    """Why there can be no clusters, or None; whether stable ones exist only the search itself tells."""
    found = features(portfolio)
    return found if isinstance(found, Text) else too_few(len(found.ids), portfolio.policy)


def features(portfolio: Portfolio) -> Features | Text:
    """Recency, orders and money of the accounts with an order; undated, the numbers of the client table; or why not."""
    if "cluster features" not in portfolio.memo:
        dated = portfolio.as_of is not None and portfolio.has("invoices")
        mixed = ledger.mixed_currency(portfolio, "invoices") if dated else None
        portfolio.memo["cluster features"] = mixed or (_of_orders(portfolio) if dated else _of_table(portfolio))
    found: Features | Text = portfolio.memo["cluster features"]
    return found


def _of_orders(portfolio: Portfolio) -> Features:
    found = scored(portfolio)
    active = found.column("orders") > 0
    columns = [found.table[name].to_numpy(zero_copy_only=False)[active] for name in ("recency_days", "orders", "money")]
    ids = np.asarray(found.table["account_id"].to_pylist(), dtype=object)[active]
    names = ("recency", "orders", "money")
    return Features(
        tuple(ids), names, np.column_stack(columns).astype(float), (False, True, True), lambda rows: rows[:, 2]
    )


def _of_table(portfolio: Portfolio) -> Features | Text:
    columns = {**_account_amounts(portfolio), **_traits(portfolio)}
    if len(columns) < 2:
        return NO_FEATURES
    shared = set.intersection(*(set(values) for values in columns.values()))
    ids = tuple(sorted(shared))
    rows = np.array([[values[account] for values in columns.values()] for account in ids], dtype=float)
    logged = tuple(name != "tenure_months" for name in columns)
    amounts = np.flatnonzero(np.asarray(logged))
    return Features(ids, tuple(columns), rows, logged, lambda found: found[:, amounts].sum(axis=1))


def _account_amounts(portfolio: Portfolio) -> dict[str, dict[str, float]]:
    present = [name for name in ACCOUNT_AMOUNTS if portfolio.counts("accounts")[name]]
    if not present:
        return {}
    accounts = portfolio.table("accounts")
    amounts = {name: accounts[name].cast("float64") for name in present}
    table = portfolio.run(accounts.select("account_id", **amounts).order_by("account_id"))
    ids = table["account_id"].to_pylist()
    return {
        name: {account: value for account, value in zip(ids, table[name].to_pylist(), strict=True) if value is not None}
        for name in present
    }


def _traits(portfolio: Portfolio) -> dict[str, dict[str, float]]:
    """Numbers of the client table that look like amounts: never below zero, with many different values."""
    if not portfolio.has("traits", "number"):
        return {}
    traits = portfolio.table("traits").filter(_.number.notnull())
    by = traits.group_by("name").agg(values=_.number.nunique(), least=_.number.min())
    amounts = by.filter(by["values"] >= int(portfolio.policy["cluster_min_values"]), by.least >= 0)
    rows = portfolio.run(traits.semi_join(amounts, "name").select("account_id", "name", "number"))
    columns: dict[str, dict[str, float]] = {}
    for row in rows.to_pylist():
        columns.setdefault(row["name"], {})[row["account_id"]] = row["number"]
    return {name: columns[name] for name in sorted(columns)}


def found_clusters(portfolio: Portfolio) -> Clusters | Text:
    """The partition of `features`, or the reason why none may be shown; searched for once."""
    if "clusters" not in portfolio.memo:
        given = features(portfolio)
        portfolio.memo["clusters"] = (
            given
            if isinstance(given, Text)
            else explore(given.rows, given.names, portfolio.policy, logged=given.logged, money=given.money)
        )
    found: Clusters | Text = portfolio.memo["clusters"]
    return found


@segmentation("clusters", title=Text("clusters", "кластеры"), impossible=no_clusters)
def cluster_segments(portfolio: Portfolio) -> Segmentation:
    """Every account in one cluster, A the largest by money; those without figures are ``outside``.

    An exploration: nothing else rests on it. The notes say whether the criteria agree on the number of clusters; no
    stable partition is a `UserError` with the reason.
    """
    given, found = features(portfolio), found_clusters(portfolio)
    if isinstance(given, Text) or isinstance(found, Text):
        why = found if isinstance(found, Text) else NO_FEATURES
        raise UserError(Text("No clusters are shown: {why}.", "Кластеры не показаны: {why}.").fill(why=why))
    keys = {
        account: f"cluster_{LETTERS[label].lower()}" for account, label in zip(given.ids, found.labels, strict=True)
    }
    ids = list(portfolio.names)
    segments = [keys.get(account, OUTSIDE) for account in ids]
    roster = Roster(portfolio, ids, segments, lambda account: _why(portfolio, account))
    titles = {f"cluster_{LETTERS[place].lower()}": _title(given, found, place) for place in range(found.k)}
    if OUTSIDE in segments:
        titles[OUTSIDE] = IDLE
    groups = groups_of(portfolio, titles, roster, by="clusters")
    return Segmentation("clusters", groups, roster, _readings(portfolio, given, found), _notes(portfolio, given, found))


def _title(given: Features, found: Clusters, place: int) -> Text:
    centroid = found.centroids[place]
    parts: list[Text] = []
    for column in np.argsort(-np.abs(centroid), kind="stable"):
        name = given.names[column]
        if abs(centroid[column]) < NOTABLE:
            continue
        if name in WORDS:
            parts.append(WORDS[name][0 if centroid[column] > 0 else 1])
        elif centroid[column] > 0:
            parts.append(Text("much {name}", "много {name}").fill(name=same(name)))
    parts = parts[:3] or [Text("near the average or below", "около среднего или ниже")]
    return Text(
        f"{LETTERS[place]}: " + ", ".join(part.en for part in parts),
        f"{LETTERS[place]}: " + ", ".join(part.ru for part in parts),
    )


def _readings(portfolio: Portfolio, given: Features, found: Clusters) -> tuple[Reading, ...]:
    """The typical member of every cluster by feature, then what each criterion says of each number of clusters."""
    common: dict[str, Any] = {"n": len(given.ids), "window": portfolio.day, "snapshot": portfolio.snapshot}
    readings = []
    for place, row in enumerate(found.scaler.natural(found.centroids)):
        for name, value in zip(given.names, row, strict=True):
            scope = {"kind": "centroid", "by": name, "group": f"cluster_{LETTERS[place].lower()}"}
            readings.append(Reading("clusters", UNITS.get(name, Unit.COUNT), float(value), scope=scope, **common))
    for trial in found.trials:
        for kind in ("silhouette", "stability", "smallest"):
            scope = {"kind": kind, "by": "k", "group": str(trial.k)}
            readings.append(Reading("clusters", Unit.RATIO, getattr(trial, kind), scope=scope, **common))
    return (*readings, *_picks(portfolio, found).values())


def _picks(portfolio: Portfolio, found: Clusters) -> dict[str, Reading]:
    """The number of clusters shown and those that the criteria prefer."""
    common: dict[str, Any] = {"n": len(found.labels), "window": portfolio.day, "snapshot": portfolio.snapshot}
    numbers = {"shown": found.k, **found.picks}
    scopes = {kind: {"kind": kind if kind == "shown" else f"best_by_{kind}"} for kind in numbers}
    return {kind: Reading("clusters", Unit.COUNT, k, scope=scopes[kind], **common) for kind, k in numbers.items()}


def _notes(portfolio: Portfolio, given: Features, found: Clusters) -> tuple[Claim, ...]:
    shown = [NAMES.get(name) or Name(name) for name in given.names[:8]]
    slots: dict[str, Slot] = {f"column_{LETTERS[place].lower()}": name for place, name in enumerate(shown)}
    listed = ", ".join("{" + slot + "}" for slot in slots)
    notes = [
        Claim(
            "clusters.rule",
            Text(
                "an exploration by k-means; no rule or advice rests on it. Compared by: " + listed,
                "разведочная группировка методом k-средних; на ней не строится ни одно правило или совет. Признаки: "
                + listed,
            ),
            slots,
        )
    ]
    if not found.agree:
        text = Text(
            "the criteria disagree on the number of groups: the silhouette prefers {silhouette}, the gap statistic "
            "{gap}, shown are {shown}; the borders are conditional",
            "критерии расходятся в числе групп: по силуэту — {silhouette}, по gap-статистике — {gap}, показано — "
            "{shown}; границы между группами условны",
        )
        notes.append(Claim("clusters.disagree", text, _picks(portfolio, found)))
    return tuple(notes)


def _why(portfolio: Portfolio, account: str) -> Claim:
    given = features(portfolio)
    places = portfolio.memo.setdefault("cluster places", {})
    if not places and isinstance(given, Features):
        places.update({known: place for place, known in enumerate(given.ids)})
    if isinstance(given, Text) or account not in places:
        return Claim("why.outside", Text("no order or no figures to compare by", "нет заказов или цифр для сравнения"))
    return _nearest(portfolio, given, account, places[account])


def _nearest(portfolio: Portfolio, given: Features, account: str, row: int) -> Claim:
    """The three figures that mark the account's cluster most."""
    found = found_clusters(portfolio)
    assert not isinstance(found, Text)
    marked = np.argsort(-np.abs(found.centroids[found.labels[row]]), kind="stable")[:3]
    slots: dict[str, Any] = {}
    phrases = []
    for letter, column in zip("abc", sorted(marked.tolist()), strict=False):
        name = given.names[column]
        scope = {"account": account, "kind": name}
        value = float(given.rows[row, column])
        slots[f"value_{letter}"] = Reading(
            "clusters", UNITS.get(name, Unit.COUNT), value, n=1, window=portfolio.day, scope=scope,
            snapshot=portfolio.snapshot,
        )  # fmt: skip
        if name not in PHRASES:
            slots[f"name_{letter}"] = Name(name)
        phrase = PHRASES.get(name, OTHER)
        phrases.append(phrase.fill(value=f"{{value_{letter}}}", name=f"{{name_{letter}}}"))
    text = Text(", ".join(phrase.en for phrase in phrases), ", ".join(phrase.ru for phrase in phrases))
    return Claim(f"why.{account}", text, slots)


OTHER = Text("{name} {value}", "{name} {value}")
PHRASES = {
    "recency": Text("last order {value} ago", "последний заказ {value} назад"),
    "orders": Text("orders {value}", "заказов {value}"),
    "money": Text("revenue {value}", "выручка {value}"),
    "tenure_months": Text("months with us: {value}", "месяцев с нами: {value}"),
    "monthly_charge": Text("pays {value}", "платит {value}"),
}
NAMES = {
    "recency": Text("days since the last order", "давность заказа"),
    "orders": Text("number of orders", "число заказов"),
    "money": Text("revenue", "выручка"),
    "tenure_months": Text("months with us", "стаж"),
    "monthly_charge": Text("charge a month", "платёж в месяц"),
}

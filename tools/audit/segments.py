"""Step 1: which value segments exist and what hurts each."""

from collections import Counter
from typing import Any

from tools import segments as segmentation
from tools.audit import Draft, audit_step, name
from tools.document import Chart, Claim, Step
from tools.metrics.orders import on, worths
from tools.metrics.value import account_scores
from tools.reading import Reading, Unit
from tools.segments import Segmentation
from tools.text import Text

LENS = Text(
    "no usage and no outcomes are given, so value received cannot be seen; RFM is the lens shown",
    "нет данных об использовании и результатах: полученную пользу не увидеть; показан взгляд RFM",
)
NO_LENS = Text(
    "no usage, no outcomes and no dated orders are given: neither value nor RFM can be seen",
    "нет данных об использовании, результатах и датированных заказов: ни ценность, ни RFM не увидеть",
)


@audit_step(
    "segments",
    order=1,
    title=Text("Segments and pains", "Сегменты и боли"),
    question=Text(
        "Which value segments exist and what hurts each?", "Какие сегменты ценности есть и что болит у каждого?"
    ),
    meaning=Text(
        "who receives value, and which pains cost the most", "кто получает пользу и какие боли стоят дороже всего"
    ),
    stage=1,
    codes=(
        "at_risk_money",
        "newcomers_waiting",
        "lens_disagreement",
        "top_pain",
        "concentration",
        "no_value_data",
        "unknown_accounts",
    ),
)
def segments_step(draft: Draft) -> Step:
    """Value segments with money, RFM as the second lens, accounts on which they disagree, pains with money."""
    portfolio = draft.portfolio
    value = _segmentation(draft, "value")
    rfm = _segmentation(draft, "rfm")
    sees_value = portfolio.has("usage") or portfolio.has("value_goals") or portfolio.has("milestones")
    if value is not None:
        _value(draft, value)
    if not sees_value:
        draft.lens = LENS if rfm is not None else NO_LENS
        _no_value_data(draft)
    if rfm is not None:
        _rfm(draft, rfm)
    if value is not None and rfm is not None and sees_value:
        _disagreement(draft)
    _concentration(draft)
    _pains(draft)
    draft.read("revenue_per_client", quiet=True)
    if value is None and rfm is None:
        _snapshot(draft)
    return draft.step()


def _segmentation(draft: Draft, by: str) -> Segmentation | None:
    why = segmentation.impossible(draft.portfolio, by)
    if why is not None:
        title = segmentation.segmentations()[by].title
        what = Text(f"Segments by {title.en}", f"Сегменты: {title.ru}")
        needs = Text(
            "usage, outcomes, promises or dated orders by client",
            "использование, результаты, обещания или датированные заказы по клиентам",
        )
        draft.lack(what, why, needs)
        return None
    found = segmentation.assign(draft.portfolio, by)
    for group in found.groups:
        draft.keep(group.accounts)
        if group.money is not None:
            draft.keep(group.money)
    for edge in found.edges:
        draft.keep(edge)
    shown = [group for group in found.groups if group.accounts.value]
    title = (
        Text("Clients by segment", "Клиенты по сегментам")
        if by == "value"
        else Text("Clients by RFM group", "Клиенты по группам RFM")
    )
    draft.charts.append(Chart("bar", title, tuple(g.title for g in shown), tuple(g.accounts for g in shown)))
    return found


def _value(draft: Draft, found: Segmentation) -> None:
    size = {group.key: group for group in found.groups}
    kept = account_scores(draft.portfolio)
    target = draft.portfolio.policy["target_vrs"]
    everyone = [account for account in found.accounts if account.segment != "lost"]
    good = [account for account in everyone if (kept.get(account.id, (None, 0.0))[0] or 0) >= target]
    if draft.portfolio.has("value_goals"):
        draft.say(
            "receives",
            "What was promised is received to the target by {receives} of {known:client|clients} with promises on record; "
            "clients in force: {everyone}.",
            "Обещанную пользу в целевом объёме получают {receives} из {known:клиента|клиентов|клиентов} с записанными "
            "обещаниями; всего действующих клиентов: {everyone}.",
            receives=draft.count("receives_value", len(good)),
            known=draft.count("promises_known", sum(account.id in kept for account in everyone)),
            everyone=draft.count("clients_in_force", len(everyone)),
        )
    risky = found.members("at_risk")
    if risky:
        stake = draft.stake("at_risk_money", [account.id for account in risky])
        claim = None
        if stake is not None:
            paying = draft.count("at_risk_paying", stake.n) if stake.n < len(risky) else None
            also: dict[str, Any] = {} if paying is None else {"paying": paying}
            claim = draft.claim(
                "at_risk",
                "Clients in the risk zone: {clients}; "
                + ("{paying} of them pay: {money}." if paying else "they pay {money}."),
                "В рисковой зоне клиентов: {clients}; "
                + ("из них платят {paying}: {money}." if paying else "они платят {money}."),
                clients=size["at_risk"].accounts,
                money=stake,
                **also,
            )
        draft.find("at_risk_money", "urgent", claim, accounts=risky, stake=stake, segments=("at_risk",))
    fresh = found.members("newcomers")
    if fresh:
        stake = draft.stake("newcomers_waiting", [account.id for account in fresh])
        claim = draft.claim(
            "newcomers",
            "Newcomers without the first benefit yet: {clients}.",
            "Новичков, ещё не получивших первой пользы: {clients}.",
            clients=size["newcomers"].accounts,
        )
        draft.find("newcomers_waiting", "warning", claim, accounts=fresh, stake=stake, segments=("newcomers",))
    blind = found.members("unknown")
    if blind and draft.portfolio.has("usage"):
        claim = draft.claim(
            "unknown",
            "Too little is known to place {clients:client|clients}: neither risk nor value can be told.",
            "О {clients:клиенте|клиентах|клиентах} известно слишком мало: ни риск, ни пользу не определить.",
            clients=size["unknown"].accounts,
        )
        draft.find("unknown_accounts", "info", claim, accounts=blind, segments=("unknown",))


def _no_value_data(draft: Draft) -> None:
    clients = draft.count("clients", draft.portfolio.rows("accounts"))
    claim = draft.claim(
        "no_value_data",
        "For {clients:client|clients} the files hold money only: who receives value cannot be told from them.",
        "По {clients:клиенту|клиентам|клиентам} в файлах есть только деньги: кто получает пользу, по ним не видно.",
        clients=clients,
    )
    draft.find("no_value_data", "info", claim)
    draft.lack(
        Text("Value received by client", "Полученная клиентом польза"),
        Text(
            "there is no usage, no milestone and no promise in the files", "в файлах нет использования, вех и обещаний"
        ),
        Text(
            "usage by client and day, first-value dates, promises",
            "использование по клиентам и дням, даты первой пользы, обещания",
        ),
    )


def _rfm(draft: Draft, found: Segmentation) -> None:
    size = {group.key: group for group in found.groups}
    orders = len(found.accounts) - len(found.members("inactive"))
    if orders == 0:
        return
    draft.say(
        "rfm",
        "By RFM, {best} of {all:client|clients} are recent, frequent and large at once; {inactive} bought nothing in the window.",
        "По RFM {best} из {all:клиента|клиентов|клиентов} покупают недавно, часто и много; {inactive} за период не покупали.",
        best=size["best"].accounts,
        all=draft.count("rfm_accounts", len(found.accounts)),
        inactive=size["inactive"].accounts,
    )
    window = found.edges[0].window
    without = found.edges[0].rows.left_out.get("no client", 0)
    assert window is not None
    draft.say(
        "rfm_rule",
        "RFM counts documents and net revenue from {start} to {end}; lines without a client left out: {rows}.",
        "RFM считает документы и чистую выручку с {start} по {end}; строк без клиента не учтено: {rows}.",
        start=window.start,
        end=window.closing,
        rows=draft.count("rfm_rows_without_client", without),
    )


def _disagreement(draft: Draft) -> None:
    apart = segmentation.assign(draft.portfolio, "value").disagree
    if not apart:
        return
    stake = draft.stake("lens_disagreement", [account.id for account in apart])
    claim = draft.claim(
        "lenses",
        "The lenses disagree on {clients:client|clients}: by orders they look good, by value they are at risk.",
        "Взгляды расходятся по {clients:клиенту|клиентам|клиентам}: по заказам всё хорошо, по ценности они в зоне риска.",
        clients=draft.count("lens_disagreement", len(apart)),
    )
    draft.find("lens_disagreement", "warning", claim, accounts=apart, stake=stake, segments=("at_risk",))


def _concentration(draft: Draft) -> None:
    top = draft.read("concentration", quiet=True)
    target = draft.portfolio.policy.target("concentration")
    if not top.usable or top.value is None or target is None or float(top.value) < target:
        return
    money = worths(draft.portfolio)
    first = max(money, key=lambda account: (money[account], account))
    label = dict(draft.portfolio.accounts()).get(first, first)
    claim = draft.claim(
        "concentration",
        "The largest client, {client}, brings {share} of the revenue.",
        "Крупнейший клиент, {client}, приносит {share} выручки.",
        client=name(label, first),
        share=top,
    )
    why = Claim("why.largest", Text("the largest client", "крупнейший клиент"))
    draft.find(
        "concentration",
        "warning",
        claim,
        accounts=[draft.line(first, why)],
        stake=draft.stake("concentration", [first]),
    )


def _pains(draft: Draft) -> None:
    portfolio = draft.portfolio
    if portfolio.as_of is None or not portfolio.has("tickets", "theme"):
        draft.lack(
            Text("Pain map", "Карта болей"),
            Text("no tickets or comments with themes are given", "нет обращений или комментариев с темами"),
            Text("support tickets with client, date and theme", "обращения в поддержку: клиент, дата, тема"),
        )
        return
    from datetime import timedelta

    tickets = portfolio.table("tickets")
    recent = tickets.filter(tickets.opened > on(portfolio.as_of - timedelta(days=90)), tickets.theme.notnull())
    rows = portfolio.run(recent.select("account_id", "theme")).to_pylist()
    if not rows:
        return
    themes = Counter(row["theme"] for row in rows)
    readings: list[Reading] = []
    for theme, number in sorted(themes.items(), key=lambda item: (-item[1], item[0])):
        scope = {"kind": "tickets", "by": "theme", "group": str(theme)}
        readings.append(
            draft.keep(
                Reading(
                    "segments",
                    Unit.COUNT,
                    number,
                    n=number,
                    scope=scope,
                    window=portfolio.day,
                    snapshot=portfolio.snapshot,
                )
            )
        )
    top = readings[0].scope["group"]
    hurt = sorted({row["account_id"] for row in rows if row["theme"] == top})
    stake = draft.stake("top_pain", hurt)
    labels = tuple(Text(item.scope["group"], item.scope["group"]) for item in readings[:8])
    draft.charts.append(
        Chart(
            "bar", Text("Tickets of a quarter by theme", "Обращения за квартал по темам"), labels, tuple(readings[:8])
        )
    )
    claim = draft.claim(
        "pain",
        "The main pain is “{theme}”: {tickets:ticket|tickets} in a quarter from {clients:client|clients}.",
        "Главная боль — «{theme}»: {tickets:обращение|обращения|обращений} за квартал от {clients:клиента|клиентов|клиентов}.",
        theme=name(top),
        tickets=readings[0],
        clients=draft.count("top_pain", len(hurt)),
    )
    why = Claim("why.pain", Text("wrote about the main pain", "обращался с главной болью"))
    draft.find("top_pain", "warning", claim, accounts=[draft.line(account, why) for account in hurt], stake=stake)


def _snapshot(draft: Draft) -> None:
    """Undated data: size of the base and its parts by plan, counts only."""
    portfolio = draft.portfolio
    if not portfolio.has("accounts"):
        return
    draft.say(
        "base",
        "The snapshot lists {clients:client|clients}.",
        "В срезе {clients:клиент|клиента|клиентов}.",
        clients=draft.count("clients", portfolio.rows("accounts")),
    )

"""Step 2: do the mechanics deliver value."""

from dataclasses import replace
from datetime import timedelta

from tools.audit import Draft, audit_step
from tools.document import Chart, Claim, Step
from tools.journeys import CHAIN, STAGES, waits_before, way
from tools.metrics.adoption import unused
from tools.metrics.health import usage_change
from tools.metrics.orders import worths
from tools.metrics.value import account_scores, journeys
from tools.reading import Reading, Unit
from tools.text import Text


@audit_step(
    "delivery",
    order=2,
    title=Text("Delivery of value", "Доставка ценности"),
    question=Text("Do the mechanics deliver value?", "Доставляют ли механики пользу?"),
    meaning=Text(
        "how soon clients get the first benefit, at which stage of the journey they stop, what was promised and not delivered, what was sold and is not used",
        "как скоро клиенты получают первую пользу, на каком этапе пути останавливаются, что обещано и не сделано, что куплено и не используется",
    ),
    stage=2,
    codes=(
        "slow_ttv",
        "stuck_step",
        "journey_drop",
        "value_gap",
        "low_adoption",
        "unused_product",
        "no_milestones",
    ),
)
def delivery_step(draft: Draft) -> Step:
    """Time to value, the journey with its drop-offs, the value gap, adoption of what was sold, and fallen usage."""
    _ttv(draft)
    _journey(draft)
    _gap(draft)
    _adoption(draft)
    _usage(draft)
    return draft.step()


def _ttv(draft: Draft) -> None:
    ttv = draft.read("ttv")
    if not draft.portfolio.has("milestones"):
        clients = draft.count("clients", draft.portfolio.rows("accounts"))
        claim = draft.claim(
            "no_milestones",
            "No first-value date is recorded for any of {clients:client|clients}, so nobody can say how long value takes.",
            "Ни у кого из {clients:клиента|клиентов|клиентов} нет даты первой пользы: сколько её ждут, сказать нельзя.",
            clients=clients,
        )
        draft.find("no_milestones", "warning", claim)
        return
    month = draft.read("ttv", "by_30")
    draft.say(
        "ttv",
        "The median client has the first benefit within {days}; a month after the contract {share} have it.",
        "Медианный клиент получает первую пользу за {days}; через месяц после договора её имеют {share}.",
        days=ttv,
        share=month,
    )
    target = draft.portfolio.policy.target("ttv")
    if ttv.usable and ttv.value is not None and target is not None and float(ttv.value) > target:
        claim = draft.claim(
            "slow_ttv",
            "The first benefit takes {days}; the target is {target}.",
            "Первая польза приходит за {days}; цель — {target}.",
            days=ttv,
            target=draft.target(ttv, target),
        )
        draft.find("slow_ttv", "warning", claim)


def _journey(draft: Draft) -> None:
    portfolio = draft.portfolio
    if portfolio.as_of is None or not portfolio.has("milestones"):
        return
    draft.read("journey", quiet=True)
    every = [item for item in draft.readings.values() if item.key == "journey"]
    chain = [item for item in every if item.scope.get("group") in CHAIN]
    shown = [item for item in chain if item.scope.get("kind") == "entered"]
    if shown:
        title = Text("Clients that reached each stage", "Клиенты, дошедшие до каждого этапа")
        labels = tuple(STAGES[item.scope["group"]] for item in shown)
        draft.charts.append(Chart("bar", title, labels, tuple(shown)))
    _drop(draft, chain)
    _stuck(draft)


def _drop(draft: Draft, chain: list[Reading]) -> None:
    """The step of the way to value that the fewest clients have taken, and the clients that are on it."""
    shares = [item for item in chain if item.scope.get("kind") == "conversion"]
    known = [item for item in shares if item.usable and item.value is not None]
    if not known:
        return
    worst = min(known, key=lambda item: float(item.value or 0))
    stage = worst.scope["group"]
    before = way(draft.portfolio).before(stage)
    left = next(item for item in chain if item.scope.get("kind") == "left" and item.scope["group"] == stage)
    waiting = [account for account in waits_before(draft.portfolio, stage) if account in worths(draft.portfolio)]
    if not waiting:
        return
    claim = draft.claim(
        "drop",
        "The narrowest step on the way to value is from “{before}” to “{stage}”: {share} got through it, {left} left on it, and {clients:paying client is|paying clients are} still on it.",
        "Самый узкий шаг на пути к пользе — от этапа «{before}» к этапу «{stage}»: прошли {share}, ушли на нём {left}, остаются на нём {clients:платящий клиент|платящих клиента|платящих клиентов}.",
        before=STAGES[before],
        stage=STAGES[stage],
        share=worst,
        left=left,
        clients=draft.count("journey_drop", len(waiting)),
    )
    why = Claim("why.drop", Text("has not reached “{stage}”", "не дошёл до этапа «{stage}»"), {"stage": STAGES[stage]})
    draft.find(
        "journey_drop",
        "info",
        claim,
        accounts=[draft.line(account, why) for account in waiting],
        stake=draft.stake("journey_drop", waiting),
        evidence=known,
    )


def _stuck(draft: Draft) -> None:
    """Newcomers past the usual time to value that launched and stopped before the first benefit."""
    portfolio = draft.portfolio
    assert portfolio.as_of is not None
    typical = draft.read("ttv", quiet=True)
    launched = portfolio.table("milestones")
    table = launched.filter(launched.stage == "launch").select("account_id").distinct()
    past_launch = set(portfolio.run(table).column(0).to_pylist())
    wait = float(typical.value) if typical.usable and typical.value is not None else 0.0
    stuck = [
        row["account_id"]
        for row in journeys(portfolio)
        if row["account_id"] in past_launch
        and row["reached"] is None
        and row["lost"] is None
        and wait < (portfolio.as_of - row["start"]).days <= portfolio.policy["newcomer_days"]
    ]
    if not stuck:
        return
    stake = draft.stake("stuck_step", stuck)
    claim = draft.claim(
        "stuck",
        "Newcomers stuck between launch and first value, past the usual time: {clients}.",
        "Новичков, застрявших между запуском и первой пользой дольше обычного: {clients}.",
        clients=draft.count("stuck_step", len(stuck)),
    )
    why = Claim("why.stuck", Text("launched, first benefit not reached", "запуск был, первой пользы нет"))
    draft.find(
        "stuck_step",
        "urgent",
        claim,
        accounts=[draft.line(account, why) for account in stuck],
        stake=stake,
        segments=("newcomers",),
    )


def _gap(draft: Draft) -> None:
    gap = draft.read("value_gap")
    promised, score = draft.read("value_gap", "promised", quiet=True), draft.read("vrs", quiet=True)
    if not gap.usable or not gap.value:
        return
    behind = [
        (account, missing) for account, (_score, missing) in account_scores(draft.portfolio).items() if missing > 0
    ]
    lines = []
    for account, missing in behind:
        owed = Reading(
            "value_gap",
            Unit.MONEY_YEAR,
            round(missing, 2),
            n=1,
            scope={"account": account},
            window=draft.portfolio.day,
            snapshot=draft.portfolio.snapshot,
        )
        why = Claim(
            f"why.gap.{account}",
            Text("promised and not received: {gap}", "обещано и не получено: {gap}"),
            {"gap": owed},
        )
        lines.append(replace(draft.line(account, why), money=owed))
    unknown = draft.read("value_gap", "unknown", quiet=True)
    claim = draft.claim(
        "gap",
        "Of {promised} promised to clients, {realised} has been received and {gap} has not; the outcome of {unknown} is not known. The promise score (VRS) is {score}.",
        "Из обещанных клиентам {promised} получено {realised}, не получено {gap}; по {unknown} итог неизвестен. Выполнение обещаний (VRS) — {score}.",
        promised=promised,
        realised=draft.read("value_gap", "realised", quiet=True),
        gap=gap,
        unknown=unknown,
        score=score,
    )
    draft.find("value_gap", "warning", claim, accounts=lines, stake=gap)


def _adoption(draft: Draft) -> None:
    """Who of the paying uses the key features, how broadly, and who pays without using."""
    portfolio = draft.portfolio
    if portfolio.as_of is None or not portfolio.has("usage"):
        return
    share = draft.read("adoption", quiet=True)
    breadth = draft.read("adoption", "breadth", quiet=True)
    idle = draft.read("adoption", "unused", quiet=True)
    if breadth.scope.get("kind") == "breadth":
        draft.say(
            "adoption",
            "Key features are used by {share} of the paying clients; a client uses {breadth} of all features on average.",
            "Ключевыми функциями пользуются {share} платящих клиентов; в среднем клиент использует {breadth} всех функций.",
            share=share,
            breadth=breadth,
        )
    if idle.scope.get("kind") != "unused" or not idle.value:
        return
    without = unused(portfolio)
    claim = draft.claim(
        "unused",
        "Pay and have not used the product lately: {clients:client|clients}.",
        "Платят и в последнее время продуктом не пользуются {clients:клиент|клиента|клиентов}.",
        clients=idle,
    )
    why = Claim("why.unused", Text("pays and does not use the product", "платит и не пользуется продуктом"))
    draft.find(
        "unused_product",
        "warning",
        claim,
        accounts=[draft.line(account, why) for account in without],
        stake=draft.stake("unused_product", without),
        segments=("at_risk",),
    )


def _usage(draft: Draft) -> None:
    portfolio = draft.portfolio
    if not portfolio.has("usage"):
        draft.lack(
            Text("Adoption of what was sold", "Использование проданного"),
            Text("no usage is given", "нет данных об использовании"),
            Text("usage by client, day and feature", "использование по клиентам, дням и функциям"),
        )
        return
    drop = 1 - portfolio.policy["usage_drop"]
    fallen = {account: change for account, change in usage_change(portfolio).items() if change <= drop}
    if not fallen or portfolio.as_of is None:
        return
    since = portfolio.as_of - timedelta(days=28)
    lines = []
    for account, change in sorted(fallen.items()):
        level = Reading(
            "adoption",
            Unit.RATIO,
            change,
            n=1,
            scope={"account": account, "kind": "usage_change"},
            window=portfolio.day,
            snapshot=portfolio.snapshot,
        )
        why = Claim(
            f"why.usage.{account}",
            Text("uses {level} of its usual level since {since}", "с {since} использует {level} от обычного уровня"),
            {"level": level, "since": since},
        )
        lines.append(draft.line(account, why))
    claim = draft.claim(
        "low_adoption",
        "Usage has fallen sharply at {clients:client|clients} since {since}.",
        "С {since} использование резко упало у {clients:клиента|клиентов|клиентов}.",
        clients=draft.count("low_adoption", len(fallen)),
        since=since,
        direction="down",
    )
    draft.find(
        "low_adoption",
        "warning",
        claim,
        accounts=lines,
        stake=draft.stake("low_adoption", fallen),
        segments=("at_risk",),
    )

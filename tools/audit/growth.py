"""Step 3: where does customer lifetime value grow."""

from tools import ledger
from tools import segments as segmentation
from tools.audit import Draft, audit_step
from tools.audit.offers import cross_sell
from tools.document import Chart, Claim, Step
from tools.metrics.growth import outgrown
from tools.metrics.orders import worths
from tools.reading import Reading, Unit, Window
from tools.text import Text


@audit_step(
    "growth",
    order=3,
    title=Text("Growth of lifetime value", "Рост ценности клиента"),
    question=Text("Where does customer lifetime value grow?", "Где растёт ценность клиента за срок жизни?"),
    meaning=Text(
        "what moves recurring revenue, what a client is worth over its lifetime, who outgrows the plan and who could use a second product",
        "из чего складывается движение выручки, сколько клиент приносит за срок жизни, кто перерос тариф и кому пригодится второй продукт",
    ),
    stage=3,
    codes=(
        "limit_hitters",
        "nrr_below_target",
        "nrr_leans",
        "one_time_buyers",
        "hidden_growers",
        "cross_sell_ready",
        "thin_growth_data",
    ),
)
def growth_step(draft: Draft) -> Step:
    """Revenue bridge and retention of revenue, lifetime value, clients at their limits, second products, one-time buyers."""
    why = ledger.no_ledger(draft.portfolio)
    if why is None:
        _bridge(draft)
        _retention(draft)
        _lifetime(draft)
    else:
        for key in ("mrr", "nrr", "grr", "ltv"):
            draft.read(key)
        _orders(draft)
    _limits(draft)
    cross_sell(draft)
    if not draft.claims and not draft.findings:
        clients = draft.count("clients", draft.portfolio.rows("accounts"))
        claim = draft.claim(
            "thin",
            "Data of {clients:client|clients} show no movement over time: no growth campaign can be sized from them.",
            "По данным о {clients:клиенте|клиентах|клиентах} не видно движения во времени: кампанию роста по ним не рассчитать.",
            clients=clients,
        )
        draft.find("thin_growth_data", "info", claim)
    return draft.step()


def _bridge(draft: Draft) -> None:
    year = ledger.year(draft.portfolio)
    doubt = ledger.doubt(draft.portfolio)
    if doubt is not None:
        draft.say(
            "doubt",
            "The months of these data may mislead, so the figures below are provisional and nobody is called lost.",
            "Месяцы по этим данным могут вводить в заблуждение: цифры ниже предварительные, ушедшим никто не назван.",
        )
        draft.lack(
            Text("Billing rhythm", "Ритм счетов"),
            doubt[1],
            Text(
                "service start and end in each line, and lines up to the day of the audit",
                "начало и конец периода услуги в каждой строке и строки вплоть до дня аудита",
            ),
        )
    opening = draft.read("mrr", window=Window(ledger.back(year.start, 1), year.start), quiet=True)
    now = draft.read("mrr")
    draft.read("movements", quiet=True)
    for key in ("arr", "arpa", "quick_ratio", "indexation"):
        draft.read(key, quiet=True)
    grew = now.value is not None and opening.value is not None and now.value >= opening.value
    draft.say(
        "mrr",
        "Recurring revenue is {now}; a year ago it was {opening}.",
        "Регулярная выручка — {now}; год назад была {opening}.",
        now=now,
        opening=opening,
        direction="up" if grew else "down",
    )
    ends = [item for item in draft.readings.values() if item.key == "movements" and item.scope.get("kind") == "end"]
    last = sorted(ends, key=lambda item: item.scope["group"])[-24:]
    labels = tuple(Text(item.scope["group"], item.scope["group"]) for item in last)
    draft.charts.append(
        Chart("line", Text("Recurring revenue by month", "Регулярная выручка по месяцам"), labels, tuple(last))
    )


def _retention(draft: Draft) -> None:
    nrr = draft.read("nrr")
    if not nrr.usable or nrr.value is None:
        return
    alone = draft.read("nrr", "without_largest", quiet=True)
    flat = draft.read("nrr", "without_indexation", quiet=True)
    grr = draft.read("grr")
    target = draft.portfolio.policy.target("nrr")
    assert target is not None
    draft.say(
        "nrr",
        "The clients of a year ago now pay {nrr} of what they paid then; without growth, {grr}.",
        "Клиенты, работавшие с нами год назад, платят сейчас {nrr} от прежнего; без учёта роста — {grr}.",
        nrr=nrr,
        grr=grr,
    )
    if ledger.doubt(draft.portfolio) is not None:
        return
    if float(nrr.value) < target:
        claim = draft.claim(
            "below",
            "Growth of existing clients does not cover their losses: {nrr}.",
            "Рост действующих клиентов не покрывает потерь: {nrr}.",
            nrr=nrr,
        )
        draft.find("nrr_below_target", "warning", claim)
        return
    leaning = [item for item in (alone, flat) if item.usable and item.value is not None and float(item.value) < target]
    if not leaning:
        return
    if flat in leaning and alone in leaning:
        claim = draft.claim(
            "leans",
            "The retention of {nrr} rests on a price step and the largest client: without indexation it is {flat}, without the largest client {alone}.",
            "Удержание {nrr} держится на индексации и крупнейшем клиенте: без индексации {flat}, без крупнейшего клиента {alone}.",
            nrr=nrr,
            flat=flat,
            alone=alone,
        )
    elif flat in leaning:
        claim = draft.claim(
            "leans",
            "Without indexation the retention of {nrr} is {flat}.",
            "Без индексации удержание {nrr} превращается в {flat}.",
            nrr=nrr,
            flat=flat,
        )
    else:
        claim = draft.claim(
            "leans",
            "Without the largest client the retention of {nrr} is {alone}.",
            "Без крупнейшего клиента удержание {nrr} превращается в {alone}.",
            nrr=nrr,
            alone=alone,
        )
    draft.find("nrr_leans", "warning", claim)


def _lifetime(draft: Draft) -> None:
    ltv = draft.read("ltv")
    if "revenue_not_margin" in ltv.flags:
        draft.lack(
            Text("Lifetime value by margin", "Ценность клиента по марже"),
            Text(
                "no gross margin is given, so the lifetime value shown is revenue",
                "валовая маржа не указана, поэтому показана выручка, а не прибыль",
            ),
            Text("gross margin, of the company or by client", "валовая маржа по компании или по клиентам"),
        )
        draft.say(
            "ltv",
            "Lifetime value of a client, by revenue: {ltv}.",
            "Ценность клиента за срок жизни, по выручке: {ltv}.",
            ltv=ltv,
        )
    else:
        draft.say(
            "ltv",
            "Lifetime value of a client, by margin: {ltv}.",
            "Ценность клиента за срок жизни, по марже: {ltv}.",
            ltv=ltv,
        )
        _margin(draft)


def _margin(draft: Draft) -> None:
    """That the margin was stated for every client, where it was."""
    margin = draft.portfolio.stated.get("margin")
    if margin is None:
        return
    told = Reading(
        "ltv", Unit.RATIO, float(margin), convention="answers", grade="stated", scope={"kind": "margin"},
        snapshot=draft.portfolio.snapshot,
    )  # fmt: skip
    draft.say(
        "margin",
        "The gross margin of {margin} is stated by you for every client that has none of its own.",
        "Валовая маржа {margin} взята с ваших слов для всех клиентов, у которых нет своей.",
        margin=told,
    )


def _orders(draft: Draft) -> None:
    portfolio = draft.portfolio
    if segmentation.impossible(portfolio, "rfm") is not None:
        return
    income = draft.read("revenue_per_client")
    draft.say(
        "revenue",
        "A client brought {income} over the year.",
        "За год клиент принёс {income}.",
        income=income,
    )
    months = [item for item in draft.readings.values() if item.scope.get("kind") == "revenue"]
    labels = tuple(Text(item.scope["group"], item.scope["group"]) for item in months)
    if months:
        draft.charts.append(
            Chart("bar", Text("Net revenue by month", "Чистая выручка по месяцам"), labels, tuple(months))
        )
        last = months[-1]
        if last.status == "partial":
            assert last.window is not None
            draft.say(
                "partial",
                "The last month ends on {day} in the data and is not compared with whole months.",
                "Последний месяц в данных обрывается {day} и с полными месяцами не сравнивается.",
                day=last.window.closing,
            )
    found = segmentation.assign(portfolio, "rfm")
    once = [*found.members("new"), *found.members("once")]
    buyers = len(found.accounts) - len(found.members("inactive"))
    if not once or not buyers:
        return
    window = found.edges[0].window
    share = Reading(
        "rfm",
        Unit.RATIO,
        len(once) / buyers,
        n=buyers,
        numerator=len(once),
        denominator=buyers,
        window=window,
        scope={"kind": "one_order"},
        snapshot=portfolio.snapshot,
    )
    long = window is not None and window.days > 366
    claim = draft.claim(
        "once",
        f"Ordered only once within the {'period' if long else 'year'}: "
        "{clients:client|clients}, {share} of those who bought in it.",
        f"Лишь однажды за {'период' if long else 'год'} "
        "заказали {clients:клиент|клиента|клиентов}, это {share} покупавших.",
        clients=draft.count("one_time_buyers", len(once)),
        share=share,
    )
    draft.find(
        "one_time_buyers", "warning", claim, accounts=once, stake=draft.stake("one_time_buyers", [a.id for a in once])
    )


def _limits(draft: Draft) -> None:
    portfolio = draft.portfolio
    if not portfolio.has("limits"):
        draft.lack(
            Text("Clients that outgrow their plan", "Клиенты, переросшие тариф"),
            Text("no limits of plans and their use are given", "нет лимитов тарифов и их использования"),
            Text(
                "limits by client and month: used and allowed", "лимиты по клиентам и месяцам: использовано и разрешено"
            ),
        )
        return
    paying = worths(portfolio)
    count = draft.read("upsell", quiet=True)
    ready = sorted(account for account in outgrown(portfolio) if account in paying)
    if not ready:
        return
    median = sorted(paying.values())[len(paying) // 2]
    small = [account for account in ready if paying[account] < median]
    why = Claim(
        "why.limits",
        Text("at the limits of the plan, in good health", "упирается в лимиты тарифа, здоровье не страдает"),
    )
    claim = draft.claim(
        "limits",
        "At the limits of their plan and not unhealthy: {clients:client|clients}.",
        "Упираются в лимиты тарифа и при этом не в красной зоне {clients:клиент|клиента|клиентов}.",
        clients=count,
    )
    draft.find(
        "limit_hitters",
        "good",
        claim,
        accounts=[draft.line(account, why) for account in ready],
        stake=draft.stake("limit_hitters", ready),
        segments=("growth",),
    )
    if small:
        hidden = draft.claim(
            "hidden",
            "Small clients ready to grow, which a sort by revenue would miss: {clients}.",
            "Небольшие клиенты, готовые расти и незаметные при сортировке по чеку: {clients}.",
            clients=draft.count("hidden_growers", len(small)),
        )
        draft.find(
            "hidden_growers",
            "good",
            hidden,
            accounts=[draft.line(account, why) for account in small],
            stake=draft.stake("hidden_growers", small),
            segments=("growth",),
        )

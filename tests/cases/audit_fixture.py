"""A small hand-made audit of seven steps, with hostile names, for the tests of every face that shows one."""

from datetime import date
from decimal import Decimal

from tools.document import (
    AccountLine,
    Audit,
    CardRef,
    Chart,
    Claim,
    Finding,
    MetricGoal,
    Missing,
    Mistake,
    Name,
    NoCase,
    Profile,
    Recommendation,
    Stage,
    Step,
)
from tools.load import ControlTotal, Problem
from tools.reading import Number, Reading, Rows, Unit, Window
from tools.text import Text, same

YEAR = Window(date(2025, 1, 1), date(2026, 1, 1))
HOSTILE = "<script>window.__xss=1</script> | ![x](http://evil.test/x.png) «Ромашка»"
SNAPSHOT = "5f1c9a7e2b44"


def reading(key: str, unit: Unit, value: Number | None, **more: object) -> Reading:
    """A reading of the fixture: the year's window, this snapshot, SQL over logical tables."""
    given: dict[str, object] = {
        "n": 38,
        "window": YEAR,
        "convention": "subscription_mrr",
        "rows": Rows(1204, {"no date": 3}),
        "sql": "SELECT sum(mrr) FROM subscriptions WHERE start_date < DATE '2026-01-01'",
        "snapshot": SNAPSHOT,
    }
    return Reading(key, unit, value, **{**given, **more})  # type: ignore[arg-type]


NRR = reading("nrr", Unit.RATIO, 1.042, ci=(0.98, 1.11), ci_method="bootstrap")
NRR_PLAIN = reading("nrr", Unit.RATIO, 0.968, convention="without_indexation", scope={"kind": "without indexation"})
GRR = reading("grr", Unit.RATIO, 0.913)
CHURN = reading(
    "logo_churn",
    Unit.RATIO,
    0.105,
    status="partial",
    reason=Text("the last month is open", "последний месяц не закрыт"),
)
VRS = reading("vrs", Unit.SCORE, 61.4, n=13, grade="mixed", convention="capped")
TTV = reading("ttv", Unit.DAYS, 24, ci=(18.0, 33.0), n=31, convention="km_median")
GAP = reading("value_gap", Unit.MONEY_YEAR, Decimal("4350000.00"), n=13)
RENEWALS = reading("renewals", Unit.MONEY_YEAR, Decimal("3120000.00"), n=9)
REFERRALS = reading(
    "referrals",
    Unit.COUNT,
    None,
    status="undefined",
    n=0,
    rows=Rows(),
    sql=None,
    reason=Text("no record of referrals was given", "записей о рекомендациях нет"),
)
CLIENTS = reading("segments", Unit.COUNT, 38)
AT_RISK = reading("segments", Unit.COUNT, 7, scope={"group": "at_risk", "by": "value"})
AT_RISK_MONEY = reading("money_at_stake", Unit.MONEY_YEAR, Decimal("2460000.00"), n=7)
EFFECT = reading("effect", Unit.MONEY_YEAR, Decimal("640000.00"), ci=(310000.0, 910000.0), convention="playbook")
NO_EFFECT = reading(
    "effect",
    Unit.MONEY_YEAR,
    None,
    status="undefined",
    convention="onboarding",
    reason=Text("no history of such an action in these data", "в данных нет истории таких действий"),
)
EVEN = reading("effect", Unit.RATIO, 0.12, convention="break_even")
GRR_TARGET = reading("grr", Unit.RATIO, 0.93, convention="target", grade="stated")

THEME = Name("долгое согласование")
TREND = CardRef(
    "trend-outcomes",
    Text("Outcome contracts", "Договоры на результат"),
    Text("Vendors tie 20 % of the fee to the result.", "Поставщики привязывают 20 % платы к результату."),
    "https://example.org/report-2025",
    "B",
)
CASE = CardRef(
    "orange",
    Text("Orange: a call before the end", "Orange: звонок до окончания"),
    Text("Calls before renewal kept more clients.", "Звонки до продления сохранили больше клиентов."),
    "Orange 2019",
    "C",
)


def account(number: int, name: str) -> AccountLine:
    """A client at risk with money of its own and a reason."""
    end = date(2026, 1, 15 + number % 14)
    money = reading("arr", Unit.MONEY_YEAR, Decimal(720000 - number * 9000), n=1, scope={"account": f"C{number:03d}"})
    why = Claim(
        f"why.{number}",
        Text("the promise is not kept, the contract ends {end}", "обещанное не выполнено, договор до {end}"),
        {"end": end},
    )
    return AccountLine(f"C{number:03d}", name, why, money)


ACCOUNTS = tuple(account(number, HOSTILE if number == 1 else f"ООО «Клиент {number}»") for number in range(26))


def action(step: str, *, effect: Reading, stage: int, case: CardRef | NoCase) -> Recommendation:
    """A recommendation with every mandatory field."""
    return Recommendation(
        action=Text("Call each client at risk before the renewal", "Позвонить каждому клиенту зоны риска до продления"),
        owner=Text("Customer success", "Клиентский сервис"),
        tools=(Text("CRM task list", "список задач в CRM"), same("cvm report")),
        metric=MetricGoal("grr", GRR, GRR_TARGET, Text("half of the gap to the policy", "половина пути до норматива")),
        case=case,
        trend=TREND,
        effect=effect,
        break_even=EVEN if effect.value is None else None,
        effort=Text("two people, two weeks", "два человека, две недели"),
        stage=stage,
        stop_rule=Text("fewer than half answer in two weeks", "за две недели ответит меньше половины"),
        playbook="proactive-call",
        why=(AT_RISK, AT_RISK_MONEY),
        finding="segments.at_risk",
        step=step,
    )


def _step(key: str, en: str, ru: str, **more: object) -> Step:
    given: dict[str, object] = {
        "status": "done",
        "reason": None,
        "claims": (),
        "readings": (),
        "findings": (),
    }
    question = Text(f"What does {en.lower()} show?", f"Что показывает шаг «{ru}»?")
    return Step(key, Text(en, ru), question, **{**given, **more})  # type: ignore[arg-type]


RISK = Finding(
    "segments.at_risk",
    "urgent",
    (
        Claim(
            "segments.at_risk",
            Text(
                "{n} of {all} clients are at risk; the main pain is {theme}.",
                "В зоне риска {n} из {all} клиентов; главная боль: {theme}.",
            ),
            {"n": AT_RISK, "all": CLIENTS, "theme": THEME},
        ),
    ),
    readings=(AT_RISK,),
    accounts=ACCOUNTS,
    accounts_total=240,
    money_at_stake=AT_RISK_MONEY,
    segments=("at_risk",),
)

STEPS = (
    _step(
        "segments", "Segments and pains", "Сегменты и боли",
        claims=(Claim("segments.all", Text("There are {n} paying clients.", "Платят {n} клиентов."), {"n": CLIENTS}),),
        readings=(CLIENTS, AT_RISK), findings=(RISK,),
        charts=(Chart("bar", Text("Clients by segment", "Клиенты по сегментам"),
                      (Text("All", "Все"), Text("At risk", "Зона риска")), (CLIENTS, AT_RISK)),),
        recommendations=(action("segments", effect=EFFECT, stage=1, case=CASE),),
    ),
    _step(
        "delivery", "Delivery of value", "Доставка ценности", status="partial",
        reason=Text("Milestones are known for a part of the clients.", "Вехи известны для части клиентов."),
        claims=(Claim("delivery.ttv", Text("Half of the clients see the first benefit within {d}.",
                                           "Половина клиентов получает первую пользу за {d}."), {"d": TTV}),),
        findings=(Finding("delivery.gap", "warning", (Claim("delivery.gap", Text(
            "Promised value of {gap} has not been received.", "Недополучено обещанной ценности на {gap}."),
            {"gap": GAP}),), money_at_stake=GAP),),
        recommendations=(action("delivery", effect=NO_EFFECT, stage=2, case=NoCase(
            Text("cases of this size are missing", "примеров такого масштаба нет"))),),
    ),
    _step(
        "growth", "Growth of value", "Рост ценности",
        claims=(Claim("growth.nrr", Text("Revenue kept from clients is {nrr}; without price rises {plain}.",
                                         "Удержание выручки {nrr}; без индексации цен {plain}."),
                      {"nrr": NRR, "plain": NRR_PLAIN}),),
        charts=(Chart("line", Text("Kept revenue", "Удержание"), (same("NRR"), same("GRR")), (NRR, GRR)),),
    ),
    _step(
        "personalisation", "Personal treatment", "Персонализация", status="skipped",
        reason=Text("No usage log was given.", "Журнала использования нет."),
        missing=(Missing(Text("readiness for a model", "готовность к модели"), Text("no usage log", "нет журнала"),
                         Text("a usage log by client and day", "журнал использования по клиентам и дням")),),
    ),
    _step(
        "retention", "Retention and referrals", "Удержание и рекомендации", status="partial",
        reason=Text("No surveys were given.", "Опросов нет."),
        claims=(Claim("retention.grr", Text("Kept without growth: {grr}; clients lost: {churn}.",
                                            "Удержано без роста: {grr}; ушло клиентов: {churn}."),
                      {"grr": GRR, "churn": CHURN}),),
        readings=(REFERRALS, RENEWALS),
        charts=(Chart("waterfall", Text("From year to year", "От года к году"),
                      (Text("Start", "Начало"), Text("Lost", "Ушло"), Text("End", "Конец")),
                      (RENEWALS, reading("movements", Unit.MONEY_YEAR, Decimal(-660000)), AT_RISK_MONEY)),),
        missing=(Missing(same("NPS"), Text("no surveys", "нет опросов"), Text("survey answers", "ответы на опрос")),),
    ),
    _step("culture", "Culture of value", "Культура ценности", status="skipped",
          reason=Text("The questionnaire was not answered.", "Анкета не заполнена.")),
    _step(
        "proof", "Proof of benefit", "Доказательство пользы",
        claims=(Claim("proof.vrs", Text("Promises are kept at {vrs} of a hundred.".replace(" of a hundred", ""),
                                        "Выполнение обещаний: {vrs}."), {"vrs": VRS}),),
        findings=(Finding("proof.kept", "good", (Claim("proof.kept", Text(
            "Renewals ahead are worth {money}.", "Впереди продления на {money}."), {"money": RENEWALS}),)),),
    ),
)  # fmt: skip

AUDIT = Audit(
    run="run-fixture",
    snapshot=SNAPSHOT,
    currency="RUB",
    as_of=date(2025, 12, 31),
    profile=Profile(
        "subscription",
        Claim("profile", Text("Service periods stand on {share} of the lines.", "Периоды услуг есть у {share} строк."),
              {"share": reading("profile", Unit.RATIO, 0.97, convention="share_of_lines")}),
        "data",
    ),
    control_totals=(
        ControlTotal("rows", "invoices", Decimal(1204), Decimal(1204)),
        ControlTotal("amount", "invoices", Decimal("434898.85"), Decimal("434898.85"), "RUB"),
        ControlTotal("clients", "accounts", Decimal(40), Decimal(38)),
    ),
    problems=(
        Problem("no_dates", "warning", Text("Three lines have no date.", "У трёх строк нет даты."), 3, HOSTILE),
    ),
    steps=STEPS,
    summary=(
        Claim("summary.value",
              Text("Confirmed benefit is kept at {vrs}; {n} of {all} clients are at risk and pay {money}.",
                   "Обещания выполнены на {vrs}; в зоне риска {n} из {all} клиентов, они платят {money}."),
              {"vrs": VRS, "n": AT_RISK, "all": CLIENTS, "money": AT_RISK_MONEY}),
        Claim("summary.renewals", Text("Contracts worth {money} are to renew.", "Продлеваются договоры на {money}."),
              {"money": RENEWALS}),
    ),
    plan=tuple(
        Stage(number, Text(en, ru), Text(f"{en} in place.", f"{ru}: готово."), (number - 1,) if number < 3 else ())
        for number, (en, ru) in enumerate(
            (("Segmentation", "Сегментация"), ("Value gap map", "Карта недополученной ценности"),
             ("Value plans", "Планы ценности"), ("Technology", "Технологии"), ("Monitoring", "Мониторинг и культура")),
            start=1,
        )
    ),
    mistakes=tuple(
        Mistake(key, Text(en, ru), found, Text("Seen in the plan.", "Видно по плану."))
        for key, en, ru, found in (
            ("technology", "Technology without culture", "Технологии без культуры", True),
            ("crm", "CRM segments instead of value", "Сегменты CRM вместо ценности", False),
            ("ttv", "Time to value ignored", "Срок до первой пользы не учтён", False),
            ("analytics", "No end-to-end analytics", "Нет сквозной аналитики", True),
        )
    ),
    source="register.xlsx",
)  # fmt: skip

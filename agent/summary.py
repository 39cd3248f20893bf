"""What the whole audit says: summary claims, the ninety-day plan along five stages, the four classic mistakes."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from tools.document import Action, Claim, Finding, Mistake, Recommendation, Stage, Step
from tools.load import SEVERITIES
from tools.plan import days
from tools.text import Text

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

MOST_URGENT = 3
CLEAN_DATA = Text(
    "No finding needs action on these data; what could not be computed is listed with the file that would help.",
    "По этим данным ни один вывод не требует действий; чего нельзя посчитать — в списке, с файлом, который поможет.",
)

STAGES: tuple[tuple[Text, Text, Text], ...] = (
    (
        Text("Value segmentation", "Сегментация по ценности"),
        Text(
            "Know who receives value and who does not, and move the team's hours to where value is missing.",
            "Понять, кто получает пользу, а кто нет, и направить время команды туда, где пользы не хватает.",
        ),
        Text(
            "Next check: confirm the segments with account owners and recount them at the month's end.",
            "Ближайшая проверка: сверить сегменты с ответственными за клиентов и пересчитать их в конце месяца.",
        ),
    ),
    (
        Text("Value gap and time-to-value map", "Карта недополученной ценности и времени до первой пользы"),
        Text(
            "See what was promised and not received, and what holds up the first benefit.",
            "Увидеть, что обещано и не получено и что задерживает первую пользу.",
        ),
        Text(
            "Next check: write down promises and first-value dates for the clients that renew first.",
            "Ближайшая проверка: записать обещания и даты первой пользы для клиентов, которые продлеваются раньше всех.",
        ),
    ),
    (
        Text("Value plans by segment", "Планы ценности по сегментам"),
        Text(
            "At risk: a proactive call. Advocates: thanks and referrals. Newcomers: a short road to the first benefit.",
            "Зона риска — упреждающий звонок. Адвокаты — благодарность и рекомендации. Новички — быстрый путь к пользе.",
        ),
        Text(
            "Next check: one owner and one stop rule for the plan of every segment.",
            "Ближайшая проверка: у плана каждого сегмента есть ответственный и правило остановки.",
        ),
    ),
    (
        Text("Technology", "Технологии"),
        Text(
            "Bring client data together and let alerts name the client, the reason and the next action.",
            "Собрать данные о клиентах вместе; сигнал называет клиента, причину и следующее действие.",
        ),
        Text(
            "Next check: mend the data gaps that this audit lists before buying any tool.",
            "Ближайшая проверка: закрыть пробелы в данных из этого аудита, прежде чем покупать инструмент.",
        ),
    ),
    (
        Text("Monitoring and culture", "Мониторинг и культура"),
        Text(
            "Look monthly at why client health changed, and share the same value metrics between departments.",
            "Каждый месяц разбирать, почему изменилось здоровье клиентов; показатели ценности — общие для отделов.",
        ),
        Text(
            "Next check: hold the first meeting on the causes of change and repeat the audit on fresh data.",
            "Ближайшая проверка: провести первую встречу о причинах изменений и повторить аудит на свежих данных.",
        ),
    ),
)


def summary(steps: Sequence[Step]) -> tuple[Claim, ...]:
    """Who receives value and who does not, what it costs, then the most urgent findings; never empty.

    Value for the client stands before value of the client: first the claims of `segments` and `proof`.
    """
    by_key = {step.key: step for step in steps}
    opening = [claim for key in ("segments", "proof") if key in by_key for claim in by_key[key].claims[:1]]
    findings = sorted((finding for step in steps for finding in step.findings), key=_rank)
    told: dict[object, Finding] = {}
    for finding in findings:
        alike = tuple(line.id for line in finding.accounts) or finding.code
        told.setdefault(alike, finding)  # the same clients under another heading are told once
    urgent = [item.claims[0] for item in told.values() if item.severity in SEVERITIES[:2] and item.claims]
    money = [by_key["retention"].claims[0]] if "retention" in by_key and by_key["retention"].claims else []
    chosen = _once([*opening, *money, *urgent[:MOST_URGENT]])
    return tuple(chosen) or (Claim("summary.clean", CLEAN_DATA),)


def plan(
    recommendations: Sequence[Recommendation], actions: Sequence[Action], portfolio: "Portfolio"
) -> tuple[Stage, ...]:
    """The five stages with their days and the dated actions that fall in each; a stage without one names its next check."""
    stages = []
    for number, (title, aim, check) in enumerate(STAGES, start=1):
        inside = tuple(index for index, item in enumerate(recommendations) if item.stage == number)
        mine = tuple(item for item in actions if recommendations[item.recommendation].stage == number)
        start, due = days(portfolio.as_of, number, portfolio.policy["plan_days"], mine)
        stages.append(Stage(number, title, aim if inside else _both(aim, check), inside, start, due, mine))
    return tuple(stages)


def mistakes(steps: Sequence[Step]) -> tuple[Mistake, ...]:
    """The four classic mistakes checked against the plan, each with the reason."""
    status = {step.key: step.status for step in steps}
    actions = [item for step in steps for item in step.recommendations]
    readings = {reading.key for step in steps for reading in step.readings if reading.usable}
    return (
        _technology_without_culture(status, actions),
        _crm_segments(readings),
        _ttv_ignored(readings, actions),
        _no_value_analytics(readings),
    )


def _technology_without_culture(status: Mapping[str, str], actions: Sequence[Recommendation]) -> Mistake:
    tools = any(item.stage == 4 for item in actions)
    people = any(item.stage == 5 or item.step == "culture" for item in actions) or status.get("culture") == "done"
    title = Text("Technology without culture", "Технологии без культуры")
    if tools and not people:
        why = Text(
            "The plan buys technology and names no action for the team's habits; answer the culture questionnaire first.",
            "В плане есть технологии и нет действий с привычками команды; сначала ответьте на вопросы о культуре.",
        )
    elif not people:
        why = Text(
            "No technology is planned yet; the culture questionnaire is still unanswered, so answer it before any purchase.",
            "Технологии пока не запланированы; вопросы о культуре без ответа — ответьте на них до любой покупки.",
        )
    else:
        why = Text(
            "Every action has an owner and a metric, and the team's habits are part of the picture.",
            "У каждого действия есть ответственный и показатель, а привычки команды учтены.",
        )
    return Mistake("technology_without_culture", title, tools and not people, why)


def _crm_segments(readings: set[str]) -> Mistake:
    title = Text("CRM segments instead of value", "Сегменты CRM вместо ценности")
    found = not readings & {"vrs", "chs", "adoption", "value_gap", "ttv"}
    why = (
        Text(
            "The data show no use and no results, so that segments rest on payments alone; add usage or promises.",
            "В данных нет ни использования, ни результатов, сегменты держатся на одних платежах; добавьте использование "
            "или обещания.",
        )
        if found
        else Text(
            "Segments rest on results, engagement and growth potential; payments are a second lens only.",
            "Сегменты построены на результате, вовлечённости и потенциале роста; платежи — лишь второй взгляд.",
        )
    )
    return Mistake("crm_segments", title, found, why)


def _ttv_ignored(readings: set[str], actions: Sequence[Recommendation]) -> Mistake:
    title = Text("Time to value ignored", "Время до первой пользы не учитывается")
    watched = "ttv" in readings or any(item.metric.key == "ttv" for item in actions)
    why = (
        Text(
            "Time to the first benefit is measured or watched by an action of the plan.",
            "Время до первой пользы измерено или стоит показателем одного из действий плана.",
        )
        if watched
        else Text(
            "No first-value event is recorded; choose one for each product and write its date down for new clients.",
            "Событие первой пользы не записано; выберите его для каждого продукта и отмечайте дату у новых клиентов.",
        )
    )
    return Mistake("ttv_ignored", title, not watched, why)


def _no_value_analytics(readings: set[str]) -> Mistake:
    title = Text("No end-to-end value analytics", "Нет сквозной аналитики ценности")
    found = not readings & {"vrs", "value_gap"}
    why = (
        Text(
            "Promises and results are not recorded, so nobody can say what a client gained; record the promised result.",
            "Обещания и результаты не записаны, никто не скажет, что получил клиент; записывайте обещанный результат.",
        )
        if found
        else Text(
            "Promised and received value are compared client by client.",
            "Обещанная и полученная польза сравниваются по каждому клиенту.",
        )
    )
    return Mistake("no_value_analytics", title, found, why)


def _both(first: Text, second: Text) -> Text:
    return Text(f"{first.en} {second.en}", f"{first.ru} {second.ru}")


def _rank(finding: Finding) -> tuple[int, Decimal, str]:
    at_stake = finding.money_at_stake
    money = Decimal(str(at_stake.value)) if at_stake is not None and at_stake.value is not None else Decimal(0)
    return SEVERITIES.index(finding.severity), -money, finding.code


def _once(claims: Iterable[Claim]) -> list[Claim]:
    return list({claim.id: claim for claim in claims}.values())

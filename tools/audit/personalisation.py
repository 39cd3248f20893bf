"""Step 4: how personal is the treatment, is the data ready for AI."""

from tools import metrics
from tools.audit import Draft, audit_step
from tools.document import Step
from tools.reading import Reading, Rows, Unit
from tools.text import Text

SOURCES = {
    "usage": Text("usage", "использование"),
    "tickets": Text("tickets", "обращения"),
    "surveys": Text("surveys", "опросы"),
    "milestones": Text("milestones", "вехи"),
    "value_goals": Text("promises", "обещания"),
    "touches": Text("contacts", "контакты"),
    "referrals": Text("referrals", "рекомендации"),
    "limits": Text("limits", "лимиты"),
}
EVENTS_PER_COMPONENT = 10
COMPONENTS = 6


@audit_step(
    "personalisation",
    order=4,
    title=Text("Personal treatment and data for AI", "Персонализация и данные для ИИ"),
    question=Text(
        "How personal is the treatment, is the data ready for AI?", "Насколько личный подход и готовы ли данные для ИИ?"
    ),
    stage=4,
    codes=("identity_gaps", "no_events", "model_refused", "data_ready"),
)
def personalisation_step(draft: Draft) -> Step:
    """Readiness of the data: identity, sources joined on the client, and whether a churn model may be built."""
    portfolio = draft.portfolio
    if portfolio.rows("accounts") == 0:
        return draft.step()
    _identity(draft)
    _sources(draft)
    _model(draft)
    return draft.step()


def _identity(draft: Draft) -> None:
    portfolio = draft.portfolio
    if not portfolio.has("invoices"):
        return
    lines = portfolio.table("invoices")
    row, sql = portfolio.row(lines.agg(known=lines.account_id.count(), every=lines.count()))
    known, every = int(row["known"]), int(row["every"])
    gaps = {"no client": every - known} if every > known else {}
    share = Reading(
        "segments",
        Unit.RATIO,
        known / every,
        n=every,
        numerator=known,
        denominator=every,
        scope={"kind": "identity"},
        rows=Rows(known, gaps),
        sql=f'SELECT CAST("known" AS DOUBLE) / "every" AS "value" FROM ({sql}) AS "r"',
        window=portfolio.day,
        snapshot=portfolio.snapshot,
    )
    draft.say(
        "identity", "{share} of invoice lines name a client.", "Клиент указан в {share} строк счетов.", share=share
    )
    if every > known:
        claim = draft.claim(
            "gaps",
            "Invoice lines without a client: {rows}; no personal treatment can rest on them.",
            "Строк счетов без клиента: {rows}; на них личный подход не построить.",
            rows=draft.count("rows_without_client", every - known),
        )
        draft.find("identity_gaps", "warning", claim)


def _sources(draft: Draft) -> None:
    portfolio = draft.portfolio
    joined = [key for key in SOURCES if portfolio.has(key)]
    have = draft.count("sources_joined", len(joined))
    every = draft.count("sources_known", len(SOURCES))
    draft.say(
        "sources",
        "Signals joined on the client: {have} of {every}.",
        "Сигналов, сведённых к клиенту: {have} из {every}.",
        have=have,
        every=every,
    )
    if not portfolio.has("usage"):
        claim = draft.claim(
            "no_events",
            "No product events are given for {clients:client|clients}: treatment can follow payments only.",
            "По {clients:клиенту|клиентам|клиентам} нет событий продукта: опираться можно только на платежи.",
            clients=draft.count("clients", portfolio.rows("accounts")),
        )
        draft.find("no_events", "info", claim)
        draft.lack(
            Text("Behaviour of clients", "Поведение клиентов"),
            Text("no product events are given", "нет событий продукта"),
            Text("events by client, day and feature", "события по клиентам, дням и функциям"),
        )


def _model(draft: Draft) -> None:
    """A churn model needs dated churn and enough of it; otherwise it is refused with what would be enough."""
    portfolio = draft.portfolio
    lost, dated = _churn_events(draft)
    answers = {item.value for item in metrics.compute(portfolio, "churn_share") if item.scope.get("kind")}
    need = EVENTS_PER_COMPONENT * COMPONENTS
    enough = draft.count("events_needed", need)
    if dated and lost >= need and portfolio.has("usage") and len(answers) < 2:
        claim = draft.claim(
            "ready",
            "Dated losses: {lost}; enough to try a churn model and to compare it with plain rules.",
            "Датированных уходов: {lost}; этого хватает, чтобы попробовать модель оттока и сравнить её с правилами.",
            lost=draft.count("churn_events", lost),
        )
        draft.find("data_ready", "good", claim)
        return
    if len(answers) > 1:
        claim = draft.claim(
            "refused",
            "A churn model is refused: the source gives {answers} different answers to who left, so a model would learn noise.",
            "Модель оттока не строится: на вопрос «кто ушёл» источник отвечает по-разному, разных ответов {answers}, и модель выучила бы шум.",
            answers=draft.count("churn_answers", len(answers)),
        )
    elif lost >= need:
        claim = draft.claim(
            "refused",
            "A churn model is refused: dated losses number {lost} and no behaviour of the clients before them.",
            "Модель оттока не строится: датированных уходов {lost}, но поведения клиентов до ухода в данных нет.",
            lost=draft.count("churn_events", lost),
        )
    elif not dated:
        claim = draft.claim(
            "refused",
            "A churn model is refused: no loss in the data has a date, and about {enough} dated losses are needed.",
            "Модель оттока не строится: у уходов нет дат, а нужно около {enough} датированных.",
            enough=enough,
        )
    else:
        claim = draft.claim(
            "refused",
            "A churn model is refused: {lost} dated losses, while about {enough} with prior behaviour are needed.",
            "Модель оттока не строится: датированных уходов {lost}, а нужно около {enough} с историей поведения.",
            lost=draft.count("churn_events", lost),
            enough=enough,
        )
    draft.find("model_refused", "info", claim)
    draft.lack(
        Text("Churn model", "Модель оттока"),
        Text("too little dated churn with behaviour before it", "мало датированных уходов с поведением до них"),
        Text(
            "dated losses together with usage, payments and tickets before them",
            "даты уходов вместе с использованием, оплатами и обращениями до них",
        ),
    )


def _churn_events(draft: Draft) -> tuple[int, bool]:
    if draft.portfolio.has("churn_events"):
        return draft.portfolio.rows("churn_events"), True
    found = draft.read("movements", "churn_events", quiet=True)
    if found.scope.get("kind") == "churn_events" and found.value is not None:
        return int(found.value), True
    return 0, False

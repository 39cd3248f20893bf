"""Step 4: how personal is the treatment, is the data ready for AI."""

from tools import metrics
from tools.audit import Draft, audit_step, name
from tools.document import Claim, Step
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
SHOWN_LEAKS = 5


@audit_step(
    "personalisation",
    order=4,
    title=Text("Personal treatment and data for AI", "Персонализация и данные для ИИ"),
    question=Text(
        "How personal is the treatment, is the data ready for AI?", "Насколько личный подход и готовы ли данные для ИИ?"
    ),
    meaning=Text(
        "whether clients are known by name and their records joined, and whether the data allow a model of churn",
        "узнаются ли клиенты, связаны ли данные о них из разных источников и можно ли по ним строить модель оттока",
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
    """How well a churn model tells who leaves; otherwise it is refused with what would be enough."""
    answers = {item.value for item in metrics.compute(draft.portfolio, "churn_share") if item.scope.get("kind")}
    if len(answers) > 1:
        claim = draft.claim(
            "refused",
            "A churn model is refused: the source gives {answers} different answers to who left, so a model would learn noise.",
            "Модель оттока не строится: на вопрос «кто ушёл» источник отвечает по-разному, разных ответов {answers}, и модель выучила бы шум.",
            answers=draft.count("churn_answers", len(answers)),
        )
        _refused(draft, claim)
        return
    chance = draft.read("churn_risk", quiet=True)
    quality = {
        kind: draft.read("churn_risk", kind, quiet=True)
        for kind in ("auc", "brier", "base_brier", "money")
        if any(item.key == "churn_risk" and item.scope.get("kind") == kind for item in draft.readings.values())
    }
    if chance.usable and chance.window is not None:
        _ready(draft, chance, quality)
    elif "auc" in quality and draft.portfolio.as_of is None:
        claim = draft.claim(
            "snapshot",
            "The snapshot tells who looks like those who left (quality on unseen clients, AUC, {auc}; error {brier} against {base} of the average rate), but nothing is dated, so nobody can say when anyone leaves.",
            "По срезу видно, кто похож на ушедших (качество на новых клиентах, AUC, — {auc}; ошибка {brier} против {base} у средней доли), но дат нет, и когда кто уйдёт, сказать нельзя.",
            auc=quality["auc"],
            brier=quality["brier"],
            base=quality["base_brier"],
        )
        _refused(draft, claim)
    else:
        _refused(draft, _too_little(draft))
    _leaks(draft)


def _ready(draft: Draft, chance: Reading, quality: dict[str, Reading]) -> None:
    assert chance.window is not None
    claim = draft.claim(
        "ready",
        "By {until} {share} of the clients in force are expected to leave, with {money} of their payments; the model's quality on unseen clients (AUC) is {auc}, its error {brier} against {base} of the average rate.",
        "К {until} ожидается уход {share} действующих клиентов, это {money} их платежей; качество модели на новых клиентах (AUC) — {auc}, ошибка {brier} против {base} у средней доли.",
        until=chance.window.closing,
        share=chance,
        money=quality["money"],
        auc=quality["auc"],
        brier=quality["brier"],
        base=quality["base_brier"],
    )
    draft.find("data_ready", "good", claim)


def _too_little(draft: Draft) -> Claim | None:
    """Why there is no model, and how many dated losses would be enough."""
    from tools.models.risk import risk

    lacking = risk(draft.portfolio).judged.lacking
    lost, dated = _churn_events(draft)
    if lacking is not None and (dated or lacking[0]):
        return draft.claim(
            "refused",
            "A churn model is refused: {lost} dated losses in its history, while about {enough} with prior behaviour are needed.",
            "Модель оттока не строится: датированных уходов в её истории {lost}, а нужно около {enough} с историей поведения.",
            lost=draft.count("churn_history", lacking[0]),
            enough=draft.count("events_needed", lacking[1]),
        )
    if not dated:
        return draft.claim(
            "refused",
            "A churn model is refused: no loss in the data has a date, and about {enough} dated losses are needed.",
            "Модель оттока не строится: у уходов нет дат, а нужно около {enough} датированных.",
            enough=draft.count("events_needed", _enough(draft)),
        )
    return draft.claim(
        "refused",
        "A churn model is refused: dated losses number {lost}, but the behaviour before them does not tell who leaves.",
        "Модель оттока не строится: датированных уходов {lost}, но по поведению до ухода ушедших не отличить.",
        lost=draft.count("churn_events", lost),
    )


def _enough(draft: Draft) -> int:
    policy = draft.portfolio.policy
    fitted = policy["churn_events_per_feature"] * policy["churn_min_features"]
    return int(fitted + policy["churn_min_test_events"])


def _refused(draft: Draft, claim: Claim | None) -> None:
    draft.find("model_refused", "info", claim)
    draft.lack(
        Text("Churn model", "Модель оттока"),
        Text("too little dated churn with behaviour before it", "мало датированных уходов с поведением до них"),
        Text(
            "dated losses together with usage, payments and tickets before them",
            "даты уходов вместе с использованием, оплатами и обращениями до них",
        ),
    )


def _leaks(draft: Draft) -> None:
    """Name the columns that know the outcome: no model and no rule may rest on them."""
    found = [item for item in draft.readings.values() if item.scope.get("kind") == "leak"]
    if not found:
        return
    slots = {f"column_{chr(97 + place)}": name(item.scope["where"]) for place, item in enumerate(found[:SHOWN_LEAKS])}
    marks = ", ".join(f"“{{{slot}}}”" for slot in slots)
    russian = ", ".join(f"«{{{slot}}}»" for slot in slots)
    text = Text(
        f"Columns that know the outcome beforehand are kept out of any churn model: {marks}.",
        f"Столбцы, которые знают исход заранее, в модель оттока не допускаются: {russian}.",
    )
    draft.claims.append(Claim("personalisation.leaks", text, slots))


def _churn_events(draft: Draft) -> tuple[int, bool]:
    if draft.portfolio.has("churn_events"):
        return draft.portfolio.rows("churn_events"), True
    found = draft.read("movements", "churn_events", quiet=True)
    if found.scope.get("kind") == "churn_events" and found.value is not None:
        return int(found.value), True
    return 0, False

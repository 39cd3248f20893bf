"""Step 7: can we show the client the benefit."""

from tools.audit import Draft, audit_step
from tools.document import Claim, Step
from tools.metrics.contracts import contract_ends
from tools.metrics.health import scores
from tools.metrics.orders import worths
from tools.metrics.value import account_scores
from tools.reading import Reading, Unit
from tools.text import Text

INPUTS = Text(
    "three inputs matter most: what was promised to each client and its worth, the value at the start, the value now",
    "важнее всего три вещи: что обещано каждому клиенту и сколько это стоит, значение на старте, значение сейчас",
)


@audit_step(
    "proof",
    order=7,
    title=Text("Proof of benefit", "Доказательство пользы"),
    question=Text("Can we show the client the benefit?", "Можем ли мы показать клиенту его пользу?"),
    meaning=Text(
        "how much of the promised is done, which promises are broken behind a healthy look, and for how many clients a value report can be made",
        "сколько из обещанного выполнено, где за благополучным видом скрыты невыполненные обещания и скольким клиентам можно подготовить отчёт о ценности",
    ),
    stage=5,
    codes=("no_promises", "promise_broken", "report_coverage"),
)
def proof_step(draft: Draft) -> Step:
    """Value realisation, promises broken behind a healthy look, and how many clients a value report can be made for."""
    score = draft.read("vrs")
    if not draft.portfolio.has("value_goals"):
        clients = draft.count("clients", draft.portfolio.rows("accounts"))
        claim = draft.claim(
            "no_promises",
            "No promise is recorded for any of {clients:client|clients}, so no kept promise can be shown.",
            "Никому из {clients:клиента|клиентов|клиентов} не записано обещание: показать выполненное нечем.",
            clients=clients,
        )
        draft.find("no_promises", "warning", claim)
        draft.lack(
            Text("Proof of benefit by client", "Доказательство пользы по клиентам"), score.reason or INPUTS, INPUTS
        )
        return draft.step("partial", INPUTS)
    low, high = draft.read("vrs", "lower_bound", quiet=True), draft.read("vrs", "upper_bound", quiet=True)
    draft.say(
        "vrs",
        "Promises with a known outcome score {score} (VRS); with the unknown ones it is between {low} and {high}.",
        "Обещания с известным итогом дают VRS {score}; с учётом неизвестных — от {low} до {high}.",
        score=score,
        low=low,
        high=high,
    )
    _coverage(draft)
    _broken(draft)
    return draft.step()


def _coverage(draft: Draft) -> None:
    paying = worths(draft.portfolio)
    promised = [account for account in account_scores(draft.portfolio) if account in paying]
    if not paying:
        return
    share = Reading(
        "vrs",
        Unit.RATIO,
        len(promised) / len(paying),
        n=len(paying),
        numerator=len(promised),
        denominator=len(paying),
        scope={"kind": "report_coverage"},
        window=draft.portfolio.day,
        snapshot=draft.portfolio.snapshot,
    )
    target = draft.portfolio.policy["target_report_coverage"]
    claim = draft.claim(
        "coverage",
        "A report on kept promises can be made for {share} of the clients.",
        "Отчёт о выполненных обещаниях можно сделать для {share} клиентов.",
        share=share,
    )
    if len(promised) / len(paying) < target:
        without = [account for account in paying if account not in set(promised)]
        why = Claim("why.no_promise", Text("nothing promised is on record", "обещания не записаны"))
        draft.find(
            "report_coverage",
            "info",
            claim,
            accounts=[draft.line(account, why) for account in without],
            stake=draft.stake("report_coverage", without),
        )
    elif claim is not None:
        draft.claims.append(claim)


def _broken(draft: Draft) -> None:
    """Clients that look healthy while the promises made to them are not kept: green before a loss."""
    portfolio = draft.portfolio
    health, ends, paying = scores(portfolio), contract_ends(portfolio), worths(portfolio)
    floor = portfolio.policy["vrs_growth"]
    lines, ids = [], []
    for account, (score, _gap) in sorted(account_scores(portfolio).items()):
        item = health.get(account)
        if score is None or score >= floor or account not in paying or item is None or item.score is None:
            continue
        if item.score <= portfolio.policy["chs_red"]:
            continue
        kept = Reading(
            "vrs", Unit.SCORE, score, n=1, scope={"account": account}, window=portfolio.day, snapshot=portfolio.snapshot
        )
        if account in ends:
            why = Claim(
                f"why.broken.{account}",
                Text(
                    "promises kept (VRS) {kept}, contract until {end}",
                    "выполнение обещаний (VRS) {kept}, договор до {end}",
                ),
                {"kept": kept, "end": ends[account]},
            )
        else:
            why = Claim(
                f"why.broken.{account}",
                Text("promises kept (VRS) {kept}", "выполнение обещаний (VRS) {kept}"),
                {"kept": kept},
            )
        ids.append(account)
        lines.append(draft.line(account, why))
    if not lines:
        return
    stake = draft.stake("promise_broken", ids)
    claim = draft.claim(
        "broken",
        "Clients that look healthy while promises to them are not kept: {clients}.",
        "Клиентов, у которых всё выглядит благополучно, а обещанное не выполнено: {clients}.",
        clients=draft.count("promise_broken", len(ids)),
    )
    draft.find("promise_broken", "urgent", claim, accounts=lines, stake=stake)

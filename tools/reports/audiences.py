"""For whom the audit is told: one row an audience; command line, API, page, chat and docs are made of these rows.

A row orders and cuts the finished audit, it adds nothing to it: which figures lead, which steps are told and how deep,
whose actions come first. Value for the client leads for everybody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tools.errors import UnknownName
from tools.metrics.culture import DEPARTMENTS
from tools.text import Text

Depth = Literal["lead", "findings", "accounts"]
ALL = "all"


@dataclass(frozen=True, slots=True)
class Part:
    """One step as an audience hears it: its claims alone (``lead``), with findings, or with their accounts.

    ``codes`` name the findings that concern the audience; empty: the whole step with its claims.
    """

    step: str
    depth: Depth = "findings"
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Audience:
    """One audience: the question it asks, its steps in order, its leading figures, the department whose actions it takes.

    A figure is ``metric`` or ``metric:kind``. ``said`` are the ways in which a question names the audience. Without a
    ``department`` the decisions of the month stand in place of own actions; ``stakes`` tells money at stake instead of
    steps; ``evidence`` adds intervals, grades, effects with their break-even and the reconciliation with the export.
    """

    key: str
    name: Text
    reader: Text
    question: Text
    said: tuple[str, ...]
    for_client: tuple[str, ...]
    for_us: tuple[str, ...]
    parts: tuple[Part, ...] = ()
    department: str | None = None
    stakes: bool = False
    evidence: bool = False


CEO = Audience(
    "ceo",
    name=Text("CEO", "Генеральный директор"),
    reader=Text("for the CEO", "для генерального директора"),
    question=Text(
        "Who gets value and who does not, what is at stake and what do we decide this month?",
        "Кто получает пользу, а кто нет, что под угрозой и что решаем в этом месяце?",
    ),
    said=("ceo", "chief executive", "managing director", "general director", "генеральный директор", "гендиректор", "гендир"),
    for_client=("vrs", "value_gap", "ttv", "nps"),
    for_us=("nrr", "nrr:without_indexation", "nrr:without_largest", "grr", "money_churn", "renewals"),
    stakes=True,
)  # fmt: skip
CFO = Audience(
    "cfo",
    name=Text("CFO", "Финансовый директор"),
    reader=Text("for the CFO", "для финансового директора"),
    question=Text(
        "What do retention and growth rest on, how much money is at stake and how well is it proved?",
        "На чём держатся удержание и рост, сколько денег под угрозой и насколько это доказано?",
    ),
    said=("cfo", "chief financial officer", "finance director", "head of finance", "finance team", "финансовый директор",
          "финдиректор", "финдир", "финансисты", "финансы"),
    for_client=("vrs", "value_gap:promised", "value_gap:realised", "value_gap"),
    for_us=(
        "nrr", "nrr:without_indexation", "nrr:without_largest", "grr", "money_churn", "mrr", "indexation", "overdue",
        "concentration:top_1", "concentration:top_5", "concentration:top_10", "renewals", "renewals:rate_money",
        "money_at_stake:at_risk_money", "money_at_stake:renewals_at_risk",
    ),
    parts=(
        Part("growth"),
        Part("retention", codes=("contradicting_churn", "churn_high", "churn_mix", "at_risk_accounts", "renewals_at_risk",
                                 "overdue_accounts", "campaign_result", "no_dates", "lapsing_buyers")),
        Part("segments", codes=("at_risk_money", "newcomers_waiting", "concentration")),
        Part("delivery", codes=("value_gap",)),
    ),
    evidence=True,
)  # fmt: skip
PRODUCT = Audience(
    "product",
    name=DEPARTMENTS["product"],
    reader=Text("for the product team", "для продукта"),
    question=Text(
        "Where does the way to value break, for whom, and which obstacle do we remove first?",
        "Где рвётся путь к пользе, у кого и какую помеху убираем первой?",
    ),
    said=("product", "product team", "product manager", "head of product", "продукт", "продуктовая команда", "команда продукта",
          "директор по продукту", "продакт", "продакты"),
    for_client=("ttv", "ttv:by_30", "journey", "adoption", "adoption:breadth", "vrs", "value_gap"),
    for_us=("grr", "logo_churn", "arpa"),
    parts=(Part("delivery"), Part("segments"), Part("personalisation")),
    department="product",
)  # fmt: skip
MARKETING = Audience(
    "marketing",
    name=DEPARTMENTS["marketing"],
    reader=Text("for marketing", "для маркетинга"),
    question=Text(
        "What benefit can we prove, who recommends us and which campaigns worked?",
        "Какую пользу можно доказать, кто нас рекомендует и какие кампании сработали?",
    ),
    said=("marketing", "marketing team", "head of marketing", "cmo", "маркетинг", "отдел маркетинга", "маркетологи",
          "директор по маркетингу"),
    for_client=("vrs", "vrs:report_coverage", "value_gap:realised", "nps"),
    for_us=("referrals", "referrals:leads", "referrals:won", "arpa"),
    parts=(
        Part("proof"),
        Part("retention", codes=("campaign_result", "few_referrals", "nps_detractors", "lapsing_buyers")),
        Part("segments"),
    ),
    department="marketing",
)  # fmt: skip
SUPPORT = Audience(
    "support",
    name=DEPARTMENTS["support"],
    reader=Text("for support and customer success", "для поддержки и сопровождения"),
    question=Text(
        "Whom do we call, why, with which first words, and what did we promise them?",
        "Кому звоним, почему, с какой первой фразы и что мы им обещали?",
    ),
    said=("support", "customer success", "support team", "success team", "csm", "поддержка", "сопровождение", "служба поддержки",
          "клиентский сервис", "отдел сопровождения"),
    for_client=("vrs", "value_gap", "ttv", "chs", "nps"),
    for_us=("silence", "logo_churn", "renewals", "overdue:clients"),
    parts=(
        Part("retention", "accounts", ("at_risk_accounts", "renewals_at_risk", "silent_accounts", "lapsing_buyers",
                                       "nps_detractors", "no_dates")),
        Part("proof", "accounts"),
        Part("delivery", "accounts"),
        Part("segments", "findings"),
    ),
    department="support",
)  # fmt: skip
SALES = Audience(
    "sales",
    name=DEPARTMENTS["sales"],
    reader=Text("for sales", "для продаж"),
    question=Text(
        "Which renewals are near, who is ready to grow and who must hear of value before any offer?",
        "Какие продления близко, кто готов расти и кому до любого предложения нужна польза?",
    ),
    said=("sales", "sales team", "head of sales", "продажи", "отдел продаж", "продажники", "коммерческий директор",
          "директор по продажам"),
    for_client=("vrs", "value_gap", "chs"),
    for_us=("renewals", "renewals:rate_money", "nrr", "upsell", "upsell:held_back", "cross_sell", "overdue"),
    parts=(
        Part("retention", "accounts", ("renewals_at_risk", "overdue_accounts", "lapsing_buyers")),
        Part("growth", "accounts"),
        Part("proof", "accounts", ("promise_broken",)),
        Part("segments", "findings", ("concentration", "lens_disagreement")),
    ),
    department="sales",
)  # fmt: skip
AUDIENCES: Mapping[str, Audience] = {item.key: item for item in (CEO, CFO, PRODUCT, MARKETING, SUPPORT, SALES)}


def audience(key: str) -> Audience:
    """The audience of a key; `UnknownName` with the keys there are."""
    if key not in AUDIENCES:
        raise UnknownName(Text("audience", "получатель"), key, [*AUDIENCES, ALL])
    return AUDIENCES[key]


def chosen(given: str) -> tuple[Audience, ...]:
    """The audiences of a comma list in the order of the registry; ``all`` is every one, `UnknownName` a wrong one."""
    wanted = {key.strip().lower() for key in given.split(",") if key.strip()}
    for key in sorted(wanted - {ALL}):
        audience(key)
    return tuple(item for item in AUDIENCES.values() if ALL in wanted or item.key in wanted)

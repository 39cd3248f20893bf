"""Part of the step of retention: how long clients stay, and whether the total misleads about its groups."""

from tools.audit import Draft
from tools.comparison import BY, ONE_YEAR, Check, not_comparable, simpson_checks
from tools.document import Claim
from tools.models.client_survival import START_UNKNOWN, ClientSurvival, client_survival
from tools.reading import Reading, Unit
from tools.text import Text

RATES = Text("exchange rates on the first day of both years", "курсы валют на начало обоих лет")
CHEAP = tuple(name for name in BY if name in ("plan", "size"))


def survival(draft: Draft) -> None:
    """The share of clients still here a year after their start, and the median lifetime where it is reached."""
    found = client_survival(draft.portfolio)
    if found.status != "ok" or START_UNKNOWN in found.flags or found.after_year is None:
        return
    year = _kept(draft, found)
    if found.median is None:
        draft.say(
            "survival",
            "A year after the start {year} of the clients are still here; more than a half of all that ever came have not left.",
            "Через год после начала остаются {year} клиентов; больше половины всех пришедших ещё не ушли.",
            year=year,
        )
        return
    median = Reading(
        "logo_churn", Unit.DAYS, found.median, n=found.n, convention=found.convention, scope={"kind": "survival_median"},
        window=draft.portfolio.day, snapshot=draft.portfolio.snapshot,
    )  # fmt: skip
    draft.say(
        "survival",
        "A year after the start {year} of the clients are still here; the median lifetime is {median}.",
        "Через год после начала остаются {year} клиентов; медианный срок жизни — {median}.",
        year=year,
        median=median,
    )


def _kept(draft: Draft, found: ClientSurvival) -> Reading:
    return Reading(
        "logo_churn", Unit.RATIO, found.after_year, n=found.n, convention=found.convention, ci=found.year_interval,
        ci_method="Kaplan-Meier, log-log 95%", scope={"kind": "survival_year"}, flags=found.flags,
        window=draft.portfolio.day, snapshot=draft.portfolio.snapshot,
    )  # fmt: skip


def mix(draft: Draft) -> None:
    """The alarm where the groups moved the other way than the total (Simpson), told once a measure."""
    why = not_comparable(draft.portfolio)
    if why is not None and why != ONE_YEAR:
        draft.lack(Text("This year against the last by groups", "Этот год против прошлого по группам"), why, RATES)
    alarms: dict[str, Check] = {}
    for key in ("logo_churn", "grr"):
        for check in simpson_checks(draft.portfolio, key, by=CHEAP):
            if check.sentence is not None:
                alarms.setdefault(key, check)
    if not alarms:
        return
    claims = [_ended(check.sentence) for check in alarms.values() if check.sentence is not None]
    evidence = [item for check in alarms.values() for item in check.readings]
    draft.find("churn_mix", "warning", claims[0], evidence=evidence, more=claims[1:])


def _ended(claim: Claim) -> Claim:
    text = Text(f"{claim.text.en}.", f"{claim.text.ru}.")
    return Claim(f"retention.{claim.id}", text, claim.slots, claim.direction)

"""What is worth doing before what: money at stake x strength of evidence / hours of work; the weights are ours (policy)."""

from collections.abc import Iterable

from tools.document import Finding, Recommendation, Work
from tools.load import Severity
from tools.policy import Policy

#: What the money of a finding is: pay of clients who may leave, money to win; else what the clients concerned pay.
LEAVING = frozenset(
    "at_risk_money at_risk_accounts renewals_at_risk promise_broken lapsing_buyers value_gap "
    "newcomers_waiting stuck_step".split()
)
GAIN = frozenset("limit_hitters hidden_growers cross_sell_ready one_time_buyers".split())
GRAVITY: tuple[Severity, ...] = ("urgent", "warning", "info", "good")
LEAST_HOURS = 1.0
UNCOUNTED = 10  # clients of a play that is done client by client, where the finding counts none


def evidence(finding: Finding, grade: str, policy: Policy) -> float:
    """From 0 to 1: gravity of the finding, what its money is, how complete the data are, grade of the playbook."""
    found = finding.money_at_stake
    money = "leaving" if finding.code in LEAVING else "gain" if finding.code in GAIN else "exposed"
    status = found.status if found is not None and found.value is not None else "ok"
    weights = (policy[f"rank_{name}"] for name in (finding.severity, money, status, grade))
    product = 1.0
    for weight in weights:
        product *= weight
    return product


def staked(finding: Finding) -> float | None:
    """Money at stake a year, None where none is attached."""
    found = finding.money_at_stake
    return float(found.value) if found is not None and found.value is not None else None


def least(findings: Iterable[Finding]) -> float:
    """The least money at stake among findings that have some; 1 where none has."""
    known = [money for money in map(staked, findings) if money is not None]
    return min(known, default=1.0)


def hours(work: Work, clients: int) -> float:
    """Hours of work for so many clients, at least one."""
    return max(work.once + work.client * (clients or UNCOUNTED), LEAST_HOURS)


def worth(finding: Finding, work: Work, policy: Policy, *, otherwise: float = 1.0) -> float:
    """Money a year times evidence for an hour of work; ``otherwise`` stands for money where none is attached.

    36 million a year at risk, urgent, complete data, a playbook reported by its author (0.8), 37 calls of an hour:
    36,000,000 x 0.8 / 37 = 778,378 an hour.
    """
    return max(staked(finding) or otherwise, 1.0) * evidence(finding, work.grade, policy) / hours(work, finding.accounts_total)


def ordered(items: Iterable[Recommendation]) -> list[Recommendation]:
    """Recommendations by worth, the graver finding first where it is equal; each playbook once, at its best place."""
    best: dict[str, Recommendation] = {}
    for item in sorted(items, key=lambda item: (-item.worth, GRAVITY.index(item.severity), item.playbook, item.step)):
        best.setdefault(item.playbook, item)
    return list(best.values())

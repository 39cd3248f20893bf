"""What is worth doing before what: money at stake x strength of evidence / hours of work; the weights are ours (policy)."""

from collections.abc import Iterable
from dataclasses import replace

from tools.document import Finding, Recommendation, Work
from tools.load import SEVERITIES
from tools.policy import Policy

#: What the money of a finding is: pay of clients who may leave, money to win; else what the clients concerned pay.
LEAVING = frozenset(
    "at_risk_money at_risk_accounts renewals_at_risk promise_broken lapsing_buyers value_gap "
    "newcomers_waiting stuck_step".split()
)
GAIN = frozenset("limit_hitters hidden_growers cross_sell_ready one_time_buyers".split())
LEAST_HOURS = 1.0
UNCOUNTED = 10  # clients of a play that is done client by client, where the finding counts none


def evidence(finding: Finding, grade: str, policy: Policy) -> float:
    """From 0 to 1: gravity of the finding, what its money is, how complete the data are, grade of the playbook."""
    found = finding.money_at_stake
    money = "leaving" if finding.code in LEAVING else "gain" if finding.code in GAIN else "exposed"
    status = found.status if found is not None and found.usable else "ok"
    weights = (policy[f"rank_{name}"] for name in (finding.severity, money, status, grade))
    product = 1.0
    for weight in weights:
        product *= weight
    return product


def staked(finding: Finding) -> float | None:
    """Money at stake a year, None where none is attached, known, or known well enough to be ranked by."""
    found = finding.money_at_stake
    return float(found.value) if found is not None and found.usable and found.value is not None else None


def least(findings: Iterable[Finding]) -> float:
    """The least money at stake among findings that have some; 1 where none has."""
    known = [money for money in map(staked, findings) if money is not None]
    return min(known, default=1.0)


def hours(work: Work, clients: int) -> float:
    """Hours of work for so many clients, at least one; for some of them where the finding counts none (`UNCOUNTED`)."""
    return max(work.once + work.client * (clients or UNCOUNTED), LEAST_HOURS)


def worth(finding: Finding, work: Work, policy: Policy, *, otherwise: float = 1.0) -> float:
    """Money a year times evidence for an hour of work; ``otherwise`` stands for money where none is attached.

    36 million a year at risk, urgent, complete data, a playbook reported by its author (0.8), 37 calls of an hour:
    36,000,000 x 0.8 / 37 = 778,378 an hour.
    """
    money = staked(finding)
    return (
        (otherwise if money is None else money)
        * evidence(finding, work.grade, policy)
        / hours(work, finding.accounts_total)
    )


def joined(item: Recommendation, items: Iterable[Recommendation]) -> Recommendation:
    """The recommendation with the clients of every finding that its playbook answers, each client once.

    Where a finding lists only some of its clients, the largest number is taken: what overlaps is not known. The money
    is the largest of theirs, for the same reason.
    """
    same = [other for other in items if other.playbook == item.playbook]
    accounts = tuple(dict.fromkeys(account for other in same for account in other.accounts))
    listed = all(len(other.accounts) == other.clients for other in same)
    known = [other.stake for other in same if other.stake is not None and other.stake.usable]
    return replace(
        item,
        accounts=accounts,
        clients=len(accounts) if listed else max(other.clients for other in same),
        stake=max(known, key=lambda stake: float(stake.value or 0), default=item.stake),
    )


def ordered(items: Iterable[Recommendation]) -> list[Recommendation]:
    """Recommendations by worth, the graver finding first where it is equal; each playbook once, at its best place."""
    best: dict[str, Recommendation] = {}
    for item in sorted(
        items, key=lambda item: (-item.worth, SEVERITIES.index(item.severity), item.playbook, item.step)
    ):
        best.setdefault(item.playbook, item)
    return list(best.values())

"""The view of six groups: the eight value segments under the policy's numbers (metrics §4).

Six groups are spoken of in the trade, and their list is not published; these are ours, and the policy says which
segment is shown in which group.
"""

from tools.document import Claim
from tools.policy import Policy
from tools.portfolio import Portfolio
from tools.segments import Placed, Roster, Segmentation, assign, groups_of, segmentation
from tools.segments.value import TITLES, outcomes_known
from tools.text import Text

GROUPS = {
    1: ("six_lost", Text("Lost", "Ушедшие")),
    2: ("six_new", Text("New", "Новые")),
    3: ("six_risk", Text("At risk", "В зоне риска")),
    4: ("six_valuable", Text("Of high value", "Высокоценные")),
    5: ("six_growing", Text("Growing", "Развивающиеся")),
    6: ("six_steady", Text("Steady", "Ровные")),
}
NAMES = dict(GROUPS.values())
FLAG = Text("too little is known of some of the steady clients", "о части ровных клиентов известно слишком мало")


def group_of(portfolio: Portfolio, segment: str) -> str:
    """The group of a value segment, by the policy's number ``six_<segment>``, 1 to 6."""
    return _group(portfolio.policy, segment)


def _group(policy: Policy, segment: str) -> str:
    number = min(6, max(1, int(policy[f"six_{segment}"])))
    return GROUPS[number][0]


def _meaning(group: str) -> Text:
    """The value segments that the policy as shipped shows in a group."""
    shown = [title for segment, title in TITLES.items() if _group(Policy(), segment) == group]
    return Text(
        "unless the policy says otherwise, the value segments: " + ", ".join(title.en for title in shown),
        "если политика не говорит иного, сегменты по ценности: " + ", ".join(title.ru for title in shown),
    )


@segmentation(
    "six",
    title=Text("six groups", "шесть групп"),
    impossible=outcomes_known,
    titles=NAMES,
    meanings={group: _meaning(group) for group in NAMES},
)
def six_groups(portfolio: Portfolio) -> Segmentation:
    """Every account of the value segments in one of six groups; the reason is that of its segment."""
    value = assign(portfolio, "value")
    table = {segment: group_of(portfolio, segment) for segment in TITLES}
    places = {account: place for place, account in enumerate(value.segment_of)}

    def why(account: str) -> Claim:
        found: Placed = value.accounts[places[account]]
        return found.why

    keys = [table[segment] for segment in value.segment_of.values()]
    roster = Roster(portfolio, list(value.segment_of), keys, why)
    folded = value.ids("unknown") and table["unknown"] == "six_steady"
    notes = (Claim("six.unknown", FLAG),) if folded else ()
    return Segmentation("six", groups_of(portfolio, NAMES, roster, by="six"), roster, notes=notes)

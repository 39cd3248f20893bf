"""One letter to the clients of a segment: the words with placeholders, and each client's own letter with its values."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from tools import segments as segmentation
from tools.campaign import Exclusion
from tools.campaign_reasons import REASONS, in_force
from tools.errors import UserError
from tools.letters.compose import letter
from tools.letters.facts import Client, client
from tools.letters.letter import Form, Letter, Line, laid_out, placeholder, shown
from tools.letters.occasions import Occasion, about, of_segment
from tools.letters.phrases import LABELS
from tools.letters.signs import SEGMENTS
from tools.portfolio import Portfolio
from tools.render import Rendered
from tools.text import LANGUAGES, Language, Text

NO_VALUE = "—"
OTHER = Text("no ground for this letter", "нет повода для этого письма")
NOTHING = Text("nothing to show yet: ask about goals first", "пока нечего показать: сначала спросите о целях")
GONE = Text("not in force", "не действует")
NOBODY = Text("There is nobody to write to in this segment: {why}.", "В этом сегменте писать некому: {why}.")


@dataclass(frozen=True)
class Merge:
    """A letter to a segment: ``letters`` are those of the clients it goes to, ``left_out`` the others by reason."""

    segment: str
    title: Text
    form: Form
    occasion: Occasion
    members: int
    letters: tuple[Letter, ...]
    left_out: tuple[Exclusion, ...]

    @cached_property
    def usual(self) -> Letter:
        """The letter made of the sentences that most of the letters are made of, first by id among equals."""
        counts = Counter(item.shape for item in self.letters)
        most = max(counts.values())
        return next(item for item in self.letters if counts[item.shape] == most)

    @property
    def unusual(self) -> int:
        """How many letters have other sentences than the usual one: what is not known of a client is left out."""
        return sum(item.shape != self.usual.shape for item in self.letters)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Names of the values that are filled in, in the order of the usual letter, then those of the others."""
        every = (name for item in (self.usual, *self.letters) for line in item.lines for name in _own(line))
        return tuple(dict.fromkeys(every))

    def template(self, language: Language) -> str:
        """The usual letter with the name of each value in square brackets."""
        lines = [(item, Rendered(placeholder(item, language), ())) for item in self.usual.lines]
        return laid_out(lines).text

    def values(self, item: Letter, language: Language, *, currency: str) -> Mapping[str, str]:
        """What is filled in for one client, by column; only what its letter says."""
        return {
            name: shown(line.marks[name], language, currency=currency) for line in item.lines for name in _own(line)
        }


def merge(portfolio: Portfolio, segment: str, *, form: Form = "letter", step: str | None = None) -> Merge:
    """The letter to a segment of the value lens about the first occasion that a third of its clients give.

    Left out, each under the first reason that holds: who gives no such occasion, is no longer in force, may not be
    written to (the reasons of a campaign, but those that the letter itself is about), or has nothing to be shown.
    `UserError` where nobody is left or the data have no segments.
    """
    why = segmentation.impossible(portfolio, SEGMENTS)
    if why is not None:
        raise UserError(NOBODY.fill(why=why))
    usual = of_segment(segment)
    found = segmentation.assign(portfolio, SEGMENTS)
    titles = {key: text for key, text in segmentation.segmentations()[SEGMENTS].titles.items()}
    key = next(name for name, text in titles.items() if segment == name or segment.casefold() in _both(text))
    members = {account: client(portfolio, account) for account in sorted(found.ids(key))}
    chosen = _chosen(list(members.values()), about(step) if step is not None else usual)
    reasons, left = _left_out(portfolio, members, chosen)
    letters: list[Letter] = []
    without: list[Letter] = []
    for account in left:
        item = letter(members[account], form=form, among=[chosen], goals=1)
        (letters if item.occasion is chosen else without).append(item)
    reasons.append(Exclusion("nothing", NOTHING, tuple(item.account for item in without)))
    if not letters:
        raise UserError(NOBODY.fill(why=_reasons(chosen, reasons)))
    return Merge(key, titles[key], form, chosen, len(members), tuple(letters), tuple(reasons))


def filled(template: str, values: Mapping[str, str], language: Language) -> str:
    """The template with a client's own values; what is not known of it stays in its brackets."""
    for name, value in values.items():
        template = template.replace("[" + LABELS[name][language] + "]", value)
    return template


def _reasons(chosen: Occasion, reasons: Sequence[Exclusion]) -> Text:
    """Why nobody is left: the occasion that none gives, or how many are left out for what."""
    counted = [item for item in reasons if item.ids]
    if not any(item.key != "other" for item in counted):
        return chosen.needs
    said = ("; ".join(f"{item.title[language]} — {len(item.ids)}" for item in counted) for language in LANGUAGES)
    return Text(*said)


def _both(text: Text) -> tuple[str, str]:
    return text.en.casefold(), text.ru.casefold()


def _chosen(clients: Sequence[Client], usual: Sequence[Occasion]) -> Occasion:
    """The first occasion that a third of the clients give, else the one that most do."""
    held = {item.key: sum(item.holds(member) for member in clients) for item in usual}
    return next(
        (item for item in usual if held[item.key] * 3 >= len(clients)), max(usual, key=lambda item: held[item.key])
    )


def _left_out(
    portfolio: Portfolio, members: Mapping[str, Client], chosen: Occasion
) -> tuple[list[Exclusion], list[str]]:
    """Reasons with the members they hold for, and who is left."""
    left = dict.fromkeys(members)
    reasons: list[Exclusion] = []

    def out(key: str, title: Text, ids: Sequence[str], rule: Text | None = None, needs: Text | None = None) -> None:
        mine = tuple(account for account in left if account in set(ids))
        for account in mine:
            left.pop(account)
        reasons.append(Exclusion(key, title, mine, rule, needs))

    out("other", OTHER, [account for account, member in members.items() if not chosen.holds(member)])
    if chosen.key != "left":
        living, rule = in_force(portfolio)
        out("gone", GONE, [account for account in left if account not in living], rule)
    for reason in REASONS:
        if reason.key not in chosen.despite:
            seen = reason.check(portfolio, "")
            out(reason.key, reason.title, sorted(seen.ids), seen.rule, seen.needs)
    return reasons, list(left)


def _own(line: Line) -> list[str]:
    return [name for name, mark in line.marks.items() if not isinstance(mark, Text)]


__all__ = ["NO_VALUE", "Merge", "filled", "merge"]

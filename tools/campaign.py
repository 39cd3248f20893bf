"""Lists of a campaign: whom to contact, and whom to keep apart as its control, drawn by a seed and frozen.

The draw knows nothing but the seed and the ids: units (a holding, or a client without one) stand in the order of
sha256(seed, unit), and the first of them are the control.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from tools.campaign_reasons import REASONS, in_force
from tools.errors import BadData, UserError
from tools.fields import fields, raw_values
from tools.filters import Filter, Selection, parse, select, spelled, strangers
from tools.portfolio import Portfolio
from tools.text import Text, same

LEAST, MOST, USUAL = Decimal("0.01"), Decimal("0.50"), Decimal("0.10")
LONGEST = 100
UNREADABLE = frozenset({"null", "nan", "<null>", "#n/a", "nat"})  # an export writes these for an empty cell
UNIT = Text("the holding where a client has one, else the client", "холдинг, если он есть у клиента, иначе сам клиент")


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A reason, the accounts left out under it (each under the first that holds), or what is needed to check it."""

    key: str
    title: Text
    ids: tuple[str, ...]
    rule: Text | None = None
    needs: Text | None = None


@dataclass(frozen=True, slots=True)
class Arm:
    """One of the two lists: ids of its accounts, in order, and how many units they are."""

    ids: tuple[str, ...]
    units: int

    @property
    def hash(self) -> str:
        """SHA-256 over the ids alone: names, owners and the order of rows do not count."""
        return hashlib.sha256(json.dumps(sorted(self.ids), ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Campaign:
    """The lists of a campaign and everything they were drawn from.

    Of ``accounts`` in the data ``matched`` the filter and ``unknown`` were left out as it knows too little of them; of
    those matched ``not_in_force`` were left out, then the exclusions; the rest is in one of the two arms. ``starts``
    is the first day after the data, None where nothing is dated.
    """

    name: str
    where: str
    snapshot: str
    as_of: date | None
    seed: str
    control_share: Decimal
    accounts: int
    matched: int
    unknown: int
    not_in_force: int
    in_force_rule: Text
    exclusions: tuple[Exclusion, ...]
    target: Arm
    control: Arm

    @property
    def starts(self) -> date | None:
        """The first day on which a contact of the campaign can be."""
        return None if self.as_of is None else self.as_of + timedelta(days=1)

    @property
    def listed(self) -> int:
        """Accounts in the two lists together."""
        return len(self.target.ids) + len(self.control.ids)


def share_of(text: str) -> Decimal:
    """The share a text says: ``10%``, ``10 %``, ``0.1``, ``10,5%``; `UserError` outside 1 % to 50 %."""
    found = fraction(text)
    if found is None or not LEAST <= found <= MOST:
        raise UserError(
            Text(
                "The control group takes from 1% to 50% of the clients, not {given}; write 10% or 0.1.",
                "Контрольная группа — от 1 % до 50 % клиентов, а не {given}; напишите 10% или 0.1.",
            ).fill(given=same(text.strip() or "''"))
        )
    return found


def fraction(text: str) -> Decimal | None:
    """A fraction written as percent or as a number; None for anything else."""
    shown = "".join(text.split()).replace(",", ".")
    try:
        found = Decimal(shown.removesuffix("%"))
    except InvalidOperation:
        return None
    if not found.is_finite():
        return None
    return found / 100 if shown.endswith("%") else found


def plan(
    portfolio: Portfolio,
    where: str | Filter,
    *,
    control: Decimal = USUAL,
    seed: str | None = None,
    name: str | None = None,
) -> Campaign:
    """The lists of a campaign to the accounts in force that a filter chooses, less those who may not be contacted.

    Without a seed the name is the seed; without a name a hash of filter and snapshot is. `UserError` where nobody is
    left, or where an arm would be too small for any effect to be computed.
    """
    if not LEAST <= control <= MOST:
        raise UserError(Text("The control share is from 1% to 50%.", "Доля контроля — от 1 % до 50 %."))
    condition = spelled(portfolio, parse(where) if isinstance(where, str) else where)
    drawn = hashlib.sha256(f"{condition}\n{portfolio.snapshot}".encode()).hexdigest()[:16]
    day = "" if portfolio.as_of is None else f"{portfolio.as_of}-"
    title = f"campaign-{day}{drawn[:8]}" if name is None else _title(name)
    seed = _line(seed, "--seed") if seed is not None else drawn if name is None else title
    selection = select(portfolio, condition)
    living, rule = in_force(portfolio)
    chosen = [account for account in selection.ids if account in living]
    if not chosen:
        raise UserError(_nobody(portfolio, condition, selection))
    exclusions = excluded(portfolio, chosen, title)
    out = {account for item in exclusions for account in item.ids}
    left = [account for account in chosen if account not in out]
    target, apart = drawn_apart(units_of(portfolio, left), seed, control)
    _enough(target.units, apart.units, control, least=int(portfolio.policy["campaign_min_arm"]), chosen=len(chosen))
    return Campaign(
        title, str(condition), portfolio.snapshot, portfolio.as_of, seed, control.normalize(), len(portfolio.names),
        len(selection.ids), selection.unknown, len(selection.ids) - len(chosen), rule, exclusions, target, apart,
    )  # fmt: skip


def excluded(portfolio: Portfolio, chosen: Iterable[str], name: str) -> tuple[Exclusion, ...]:
    """Every reason in order, with the chosen accounts it holds for that no reason before it holds for."""
    left, found = set(chosen), []
    for reason in REASONS:
        seen = reason.check(portfolio, name)
        mine = tuple(sorted(left & seen.ids))
        left -= seen.ids
        found.append(Exclusion(reason.key, reason.title, mine, seen.rule, seen.needs))
    return tuple(found)


def units_of(portfolio: Portfolio, accounts: Iterable[str]) -> dict[str, list[str]]:
    """The accounts by unit: the topmost holding they belong to, else themselves."""
    parents = {account: str(parent) for account, parent in raw_values(portfolio, "parent_id").items()}
    found: dict[str, list[str]] = {}
    for account in accounts:
        found.setdefault(_top(account, parents), []).append(account)
    return found


def drawn_apart(units: Mapping[str, list[str]], seed: str, control: Decimal) -> tuple[Arm, Arm]:
    """Target and control: the first ``control`` of the units (to the nearest, halves up) in the order of their hashes."""
    ordered = sorted(units, key=lambda unit: (hashlib.sha256(f"{seed}\n{unit}".encode()).hexdigest(), unit))
    size = int((control * len(ordered)).quantize(Decimal(1), ROUND_HALF_UP))
    apart, contacted = ordered[:size], ordered[size:]
    return _arm(units, contacted), _arm(units, apart)


def _arm(units: Mapping[str, list[str]], mine: list[str]) -> Arm:
    return Arm(tuple(sorted(account for unit in mine for account in units[unit])), len(mine))


def _top(account: str, parents: Mapping[str, str]) -> str:
    """The last parent up the line; of a ring of parents, the first by id."""
    seen = [account]
    while (parent := parents.get(seen[-1])) is not None:
        if parent in seen:
            return min(seen[seen.index(parent) :])
        seen.append(parent)
    return seen[-1]


def _title(name: str) -> str:
    title = _line(name, "--name")
    if title[0] in "=+-@'" or title.casefold() in UNREADABLE:
        raise UserError(
            Text(
                "A campaign cannot be called “{name}”: begin its name with a letter or a digit.",
                "Кампанию нельзя назвать «{name}»: начните название с буквы или цифры.",
            ).fill(name=same(title))
        )
    return title


def _line(given: str, option: str) -> str:
    shown = " ".join(given.split())
    if not shown or len(shown) > LONGEST or not shown.isprintable():
        raise UserError(
            Text(
                f"{option} takes one line of 1 to {LONGEST} characters.",
                f"{option}: одна строка от 1 до {LONGEST} знаков.",
            )
        )
    return shown


def _nobody(portfolio: Portfolio, condition: Filter, selection: Selection) -> Text:
    if selection.ids:
        return Text(
            "None of the {n} clients that the filter chooses is in force: there is nobody to write to.",
            "Из выбранных фильтром клиентов ({n}) не действует ни один: писать некому.",
        ).fill(n=len(selection.ids))
    if selection.of and selection.unknown == selection.of:
        return Text(
            "The data do not say of any client what the filter asks: change the filter or add the data.",
            "Ни по одному клиенту нет данных, о которых спрашивает фильтр: измените фильтр или добавьте данные.",
        )
    for (field, value), known in strangers(portfolio, condition).items():
        if known:
            return Text(
                "No client matches the filter: {field} is never “{value}”; there are {known}.",
                "Под фильтр не подходит ни один клиент: нет такого значения «{value}» в поле «{field}»; есть {known}.",
            ).fill(field=fields()[field].name, value=same(value), known=same(", ".join(known)))
    return Text("No client matches the filter: widen it.", "Под фильтр не подходит ни один клиент: ослабьте его.")


def _enough(target: int, control: int, share: Decimal, *, least: int, chosen: int) -> None:
    units = target + control
    if min(target, control) >= least:
        return
    if units < 2 * least:
        raise UserError(
            Text(
                "After exclusions {units} of {chosen} clients are left: a target and a control of at least {least} each "
                "cannot be made. Widen the filter.",
                "После исключений осталось {units} из {chosen} клиентов: на целевую и контрольную группы хотя бы по {least} "
                "их не хватает. Ослабьте фильтр.",
            ).fill(units=units, chosen=chosen, least=least)
        )
    needed = -(-100 * least // units)  # whole percent, upwards
    raise UserError(
        Text(
            "A control of {share}% of {units} units would hold {control}; at least {least} are needed. Give --control "
            "{needed}% or widen the filter.",
            "В контроле {share}% от {units} единиц окажется {control}, а нужно хотя бы {least}. Укажите --control "
            "{needed}% или ослабьте фильтр.",
        ).fill(share=f"{(share * 100).normalize():f}", units=units, control=control, least=least, needed=needed)
    )


def unwritable(folder: object, why: str) -> BadData:
    """The refusal to write into a folder, with the reason."""
    return BadData(Text(f"Cannot write to {folder}: {why}.", f"Не удалось записать в {folder}: {why}."))

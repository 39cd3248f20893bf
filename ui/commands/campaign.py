"""The command that draws the lists of a campaign: whom to contact, and whom to keep apart."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from tools.text import Language, Text
from ui import session
from ui.commands.options import AsOf, Data, Json, Lang, Map, Out, Strict, day

if TYPE_CHECKING:
    from agent.campaigns import CampaignResult

NAMED = 3  # names told of each reason; all stand in campaign.json
WORDS = {
    "campaign": Text("Campaign", "Кампания"),
    "chosen": Text("chosen by the filter, of {n}", "выбраны фильтром, из {n}"),
    "unknown": Text("the filter knows too little of them", "фильтру не хватает данных"),
    "not_in_force": Text("not in force", "не действуют"),
    "in_force": Text("in force: {rule}", "действуют: {rule}"),
    "not_checked": Text("not checked: needs {what}", "не проверено: нужно — {what}"),
    "target": Text("target: contact", "целевая группа: писать"),
    "control": Text("control: do not contact", "контроль: не трогать"),
    "units": Text("units of the draw: {n}", "единиц отбора: {n}"),
    "step": Text("Step", "Шаг"),
    "clients": Text("Clients", "Клиенты"),
    "who": Text("Who and why", "Кто и почему"),
    "outcome": Text("Outcome", "Исход"),
    "retained": Text("stay", "остаются"),
    "expanded": Text("pay more", "платят больше"),
    "base": Text("Base now", "Доля в базе"),
    "smallest": Text("Smallest effect", "Различим от"),
    "holdout": Text("Control*", "Контроль*"),
    "needed": Text("Clients*", "Клиентов*"),
    "for_step": Text("* needed to see a rise of {step}", "* нужно, чтобы увидеть рост на {step}"),
    "frozen": Text("Frozen, seed “{seed}”", "Зафиксировано, seed «{seed}»"),
    "same": Text("The same lists stand there already, seed “{seed}”", "Те же списки уже лежат, seed «{seed}»"),
    "files": Text("Files", "Файлы"),
    "next": Text("Next", "Дальше"),
    "more": Text("and {n} more", "и ещё {n}"),
    "detect": Text(
        "--detect takes a rise of a share in percentage points, from 0.1% to 99%, not {given}; write 5%.",
        "--detect — рост доли в процентных пунктах, от 0,1 % до 99 %, а не {given}; напишите 5%.",
    ),
}


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(campaign)


def campaign(
    source: Data,
    where: Annotated[
        str,
        typer.Option(
            "--where", metavar="FILTER", help='Which clients: "plan = Pro and chs < 50 and segment in (at_risk)".'
        ),
    ],
    control: Annotated[str, typer.Option("--control", metavar="SHARE", help="Kept apart: 1% to 50%.")] = "10%",
    seed: Annotated[
        str | None, typer.Option("--seed", metavar="TEXT", help="What the draw is made from. Default: the name.")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="Name of the campaign.")] = None,
    detect: Annotated[
        str | None, typer.Option("--detect", metavar="POINTS", help="A rise to be seen, in percentage points: 5%.")
    ] = None,
    as_of: AsOf = None,
    out: Out = None,
    map_file: Map = None,
    strict: Strict = False,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Draw target and control lists, frozen by a seed; exclusions counted by reason; what the lists can prove."""
    from agent.campaigns import Wanted, campaign_json
    from tools.campaign import share_of
    from tools.filters import parse

    language, last = session.speak(lang), day(as_of)
    rise = _rise(detect)
    wanted = Wanted(parse(where), share_of(control), seed, name, rise)
    assistant = session.open_assistant()
    snapshot = session.load(assistant, source, map_file=map_file)
    result = assistant.campaign(snapshot, wanted, as_of=last, out=out)
    if as_json:
        paths = {key: str(path.resolve()) for key, path in result.files.items()}
        session.emit({**campaign_json(result, language), "files": paths})
    else:
        _show(result, language, rise)
    if strict and any(item.status != "ok" for power in result.powers for item in power.readings):
        raise typer.Exit(session.NOT_ALL)


def _rise(given: str | None) -> Decimal | None:
    from tools.campaign import fraction
    from tools.errors import UserError
    from tools.text import same

    if given is None:
        return None
    found = fraction(given)
    if found is None or not Decimal("0.001") <= found <= Decimal("0.99"):
        raise UserError(WORDS["detect"].fill(given=same(given.strip() or "''")))
    return found


def _show(result: "CampaignResult", language: Language, rise: Decimal | None) -> None:
    from agent.campaigns import next_step
    from tools.campaign_power import METHOD, verdict
    from tools.reports.names import where_name
    from ui import terminal

    console, spoken = terminal.console(), {key: text[language] for key, text in WORDS.items()}
    made = result.campaign
    title = f"{spoken['campaign']} «{made.name}»: {where_name(made.where, language)}"
    console.print(terminal.harmless(title), soft_wrap=True)
    _steps(result, language, spoken)
    _powers(result, language, spoken, rise)
    for power in result.powers:
        console.print(verdict(power, made)[language], soft_wrap=True)
    console.print(f"({METHOD[language]})", soft_wrap=True)
    kept = spoken["frozen" if result.fresh else "same"].replace("{seed}", made.seed)
    console.print(terminal.harmless(f"{kept}. {spoken['files']}: {result.folder.resolve()}"), soft_wrap=True)
    console.print(f"{spoken['next']}: {next_step(result)[language]}", soft_wrap=True)


def _steps(result: "CampaignResult", language: Language, spoken: Mapping[str, str]) -> None:
    from tools import formats
    from ui import terminal

    made = result.campaign
    table = terminal.grid(spoken["step"], spoken["clients"], spoken["who"], right=(1,))

    def line(step: str, count: int | None, why: str = "") -> None:
        shown = "—" if count is None else formats.count(count, language)
        table.add_row(terminal.harmless(step), shown, terminal.harmless(why))

    line(spoken["chosen"].replace("{n}", formats.count(made.accounts, language)), made.matched)
    if made.unknown:
        line(spoken["unknown"], made.unknown)
    line(spoken["not_in_force"], made.not_in_force, spoken["in_force"].replace("{rule}", made.in_force_rule[language]))
    for item in made.exclusions:
        if item.needs is not None:
            line(item.title[language], None, spoken["not_checked"].replace("{what}", item.needs[language]))
            continue
        rule = item.rule[language] if item.rule else ""
        names = _named([result.names[account] for account in item.ids], spoken)
        line(item.title[language], len(item.ids), f"{rule}: {names}" if names else rule)
    for arm, list_of in (("target", made.target), ("control", made.control)):
        units = spoken["units"].replace("{n}", formats.count(list_of.units, language))
        line(spoken[arm], len(list_of.ids), units)
    terminal.console().print(table)


def _named(names: Iterable[str], spoken: Mapping[str, str]) -> str:
    every = list(names)
    told = ", ".join(every[:NAMED])
    rest = len(every) - NAMED
    return f"{told} {spoken['more'].replace('{n}', str(rest))}" if rest > 0 else told


def _powers(result: "CampaignResult", language: Language, spoken: Mapping[str, str], rise: Decimal | None) -> None:
    from tools import formats
    from ui import terminal

    heads = [spoken["outcome"], spoken["base"], spoken["smallest"]]
    heads += [spoken["holdout"], spoken["needed"]] if rise is not None else []
    table = terminal.grid(*heads, right=tuple(range(1, len(heads))), plain=(0,))
    reasons: list[str] = []
    for power in result.powers:
        label = spoken[power.outcome]
        table.add_row(label, *(formats.reading(item, language, currency=result.currency) for item in power.readings))
        told = [item for item in power.readings if item is not power.smallest or item.value is not None]
        reasons += [f"{label}: {item.reason[language]}" for item in told if item.reason is not None]
    console = terminal.console()
    console.print(table)
    if rise is not None:
        step = formats.points(rise, language).lstrip("+")
        console.print(f"  {spoken['for_step'].replace('{step}', step)}", soft_wrap=True)
    for reason in dict.fromkeys(reasons):
        console.print(f"  {reason}", soft_wrap=True)

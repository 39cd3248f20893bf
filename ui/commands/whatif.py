"""The command that works out a what-if of the source texts."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tools.text import Language, Text
from ui import session
from ui.commands.options import AsOf, Json, Lang, Map, Strict, day

if TYPE_CHECKING:
    from tools.effect import Range
    from tools.scenarios import Outcome

WORDS = {
    "scenario": Text("Scenario", "Сценарий"),
    "question": Text("Question", "Вопрос"),
    "command": Text("Command", "Команда"),
    "how_to_state": Text("How to state what is missing:", "Как указать недостающее:"),
    "input": Text("Input", "Исходное"),
    "value": Text("Value", "Значение"),
    "range": Text("Range", "Диапазон"),
    "source": Text("Source", "Откуда"),
    "measured": Text("measured", "из данных"),
    "stated": Text("your assumption", "ваше допущение"),
    "missing": Text("to be stated", "нужно указать"),
    "effect": Text("Effect a year", "Эффект за год"),
    "break_even": Text("Pays back from", "Окупается начиная с"),
    "low": Text("At the low end", "На нижней границе"),
    "high": Text("At the high end", "На верхней границе"),
    "hypothesis": Text(
        "A hypothesis by stated assumptions: test it on a part of the clients against a control group.",
        "Это гипотеза на ваших допущениях: проверьте её на части клиентов против контрольной группы.",
    ),
    "not_a_pair": Text(
        "--assume takes key=value, not {given}; the keys are in the table of inputs.",
        "--assume принимает «ключ=значение», а не {given}; ключи — в таблице исходных.",
    ),
    "no_data": Text(
        "A scenario needs --data SOURCE: its clients and money are read from the data.",
        "Сценарию нужен --data SOURCE: клиентов и деньги он берёт из данных.",
    ),
}

Source = Annotated[str | None, typer.Option("--data", metavar="SOURCE", help="A file, a folder, a name, or demo.")]
Assume = Annotated[
    list[str] | None,
    typer.Option("--assume", metavar="KEY=VALUE", help="An assumption: 0.1, 10% or a range 5%..12%; may be repeated."),
]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(whatif)


def whatif(
    scenario: Annotated[str | None, typer.Argument(metavar="SCENARIO", help="A scenario; none: the list.")] = None,
    source: Source = None,
    assume: Assume = None,
    as_of: AsOf = None,
    map_file: Map = None,
    strict: Strict = False,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Work out a what-if: your readings, your assumptions, the effect with its range, and where it pays back."""
    from tools import scenarios
    from tools.errors import UserError

    language, last = session.speak(lang), day(as_of)
    if scenario is None:
        _list(language, as_json=as_json)
        return
    found = scenarios.scenario(scenario)
    assumed = _assumed(assume or [])
    assumed = {found.input(name).key: given for name, given in assumed.items()}
    if source is None:
        raise UserError(WORDS["no_data"])
    assistant = session.open_assistant()
    snapshot = session.load(assistant, source, map_file=map_file)
    portfolio = assistant.portfolio(snapshot, as_of=last)
    outcome = scenarios.run(portfolio, found.key, assumed)
    if as_json:
        session.emit(_json(outcome, language, currency=portfolio.currency))
    else:
        _show(outcome, language, currency=portfolio.currency)
    if strict and outcome.effect.status != "ok":
        raise typer.Exit(session.NOT_ALL)


def _assumed(pairs: list[str]) -> dict[str, "Range"]:
    from tools.errors import UserError
    from tools.scenarios import parse_range
    from tools.text import same

    found = {}
    for pair in pairs:
        key, sign, value = pair.partition("=")
        if not sign or not key.strip():
            raise UserError(WORDS["not_a_pair"].fill(given=same(pair or "''")))
        found[key.strip()] = parse_range(value)
    return found


def _list(language: Language, *, as_json: bool) -> None:
    from tools.scenarios import SCENARIOS
    from ui import terminal

    if as_json:
        rows = [
            {
                "key": item.key, "title": item.title[language], "idea": item.idea[language],
                "inputs": [{"key": one.key, "name": one.name[language], "unit": one.unit.value} for one in item.inputs],
            }
            for item in SCENARIOS.values()
        ]  # fmt: skip
        session.emit({"scenarios": rows})
        return
    table = terminal.grid(*(WORDS[key][language] for key in ("scenario", "question", "command")), plain=(2,))
    for item in SCENARIOS.values():
        table.add_row(item.title[language], item.idea[language], f"cvm whatif {item.key}")
    terminal.console().print(table)


def _json(outcome: "Outcome", language: Language, *, currency: str) -> Mapping[str, Any]:
    from tools.reports.contract import reading_json

    return {
        "scenario": outcome.scenario.key,
        "title": outcome.scenario.title[language],
        "readings": [reading_json(item, language=language, currency=currency) for item in outcome.readings],
        "effect": outcome.effect.id,
        "break_even": {"input": outcome.scenario.response, "reading": outcome.break_even.id},
        "inputs": [
            {"key": key, "name": outcome.scenario.input(key).name[language], "grade": item.grade, "reading": item.id}
            for key, item in outcome.inputs.items()
        ],
        "missing": [{"key": item.key, "name": item.name[language]} for item in outcome.missing],
        "sensitivity": [{"key": item.key, "low": low.id, "high": high.id} for item, low, high in outcome.swings],
    }


def _show(outcome: "Outcome", language: Language, *, currency: str) -> None:
    from dataclasses import replace

    from tools import formats
    from ui import terminal

    console = terminal.console()
    spoken = {key: text[language] for key, text in WORDS.items()}

    def shown(item: Any) -> str:
        return formats.reading(item, language, currency=currency)

    def span(item: Any) -> str:
        if item.ci is None:
            return ""
        return " … ".join(shown(replace(item, value=end, ci=None, status="ok", reason=None)) for end in item.ci)

    console.print(f"{outcome.scenario.title[language]}. {outcome.scenario.idea[language]}", soft_wrap=True)
    table = terminal.grid(*(spoken[key] for key in ("input", "value", "range", "source")), right=(1, 2))
    for key, item in outcome.inputs.items():
        name = outcome.scenario.input(key).name[language]
        table.add_row(name, shown(item), span(item), spoken["stated" if item.grade == "stated" else "measured"])
    for one in outcome.missing:
        table.add_row(one.name[language], "", "", spoken["missing"])
    console.print(table)
    if outcome.missing:
        console.print(spoken["how_to_state"], soft_wrap=True)
        for one in outcome.missing:
            console.print(f"  --assume {one.key}=…  {one.name[language]}", soft_wrap=True)
    effect, even = outcome.effect, outcome.break_even
    reach = f" ({span(effect)})" if effect.ci else ""
    console.print(f"{spoken['effect']}: {shown(effect)}{reach}", soft_wrap=True)
    response = outcome.scenario.input(outcome.scenario.response).name[language]
    console.print(f"{spoken['break_even']}: {shown(even)} — {response}", soft_wrap=True)
    for reason in dict.fromkeys(item.reason[language] for item in (effect, even) if item.reason):
        console.print(reason, soft_wrap=True)
    if outcome.swings:
        swings = terminal.grid(*(spoken[key] for key in ("input", "low", "high")), right=(1, 2))
        for one, low, high in outcome.swings:
            swings.add_row(one.name[language], shown(low), shown(high))
        console.print(swings)
    console.print(spoken["hypothesis"], soft_wrap=True)

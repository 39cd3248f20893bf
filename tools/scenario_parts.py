"""What a what-if is made of: its inputs, and the arithmetic over them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tools.errors import UnknownName
from tools.portfolio import Portfolio
from tools.reading import Unit
from tools.scenario_inputs import Measured
from tools.text import Text


@dataclass(frozen=True, slots=True)
class Input:
    """One quantity of a scenario: its key, name, unit and the largest value that makes sense.

    ``neutral`` is the value at which it plays no part (no cost, nobody leaves), where there is one.
    """

    key: str
    name: Text
    unit: Unit = Unit.RATIO
    most: float | None = 1.0
    neutral: float | None = None


@dataclass(frozen=True)
class Scenario:
    """A what-if: its question, inputs, what the data measure of them, the money a year; ``response`` is what a test would show.

    With ``chance`` the response is the share of the clients concerned to whom it happens, whoever of them it is.
    ``loss``: nothing is bought by it, so there is nothing to pay back.
    """

    key: str
    title: Text
    idea: Text
    inputs: tuple[Input, ...]
    response: str
    measure: Callable[[Portfolio], Measured]
    outcome: Callable[[Mapping[str, float]], float]
    chance: bool = False
    loss: bool = False

    def input(self, key: str) -> Input:
        """The input called ``key``, or by its name in either language; `UnknownName` otherwise."""
        spoken = {word.casefold(): item.key for item in self.inputs for word in (item.name.en, item.name.ru)}
        wanted = spoken.get(key.casefold(), key)
        found = next((item for item in self.inputs if item.key == wanted), None)
        if found is None:
            raise UnknownName(Text("assumption", "допущение"), key, [item.key for item in self.inputs], spoken=spoken)
        return found


CLIENTS = Input("clients", Text("clients concerned", "клиентов затронуто"), Unit.COUNT, None)
MONEY = Input("money", Text("what they pay a year", "сколько они платят в год"), Unit.MONEY_YEAR, None)

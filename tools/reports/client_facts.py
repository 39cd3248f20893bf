"""What may stand in a client's own document: facts of an allow-list, about that client alone, by type.

A `Reading` cannot enter a client's report; a `ClientFact` can, and it is made only of an allowed key scoped to the
client. Risk, health, segment, margin, cost and other clients have no key here, so they have no way in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from tools.document import Claim, Name, Slot
from tools.reading import Reading
from tools.text import Text

CLIENT_SAFE: Mapping[str, Text] = {
    "client.months": Text("Months of service", "Месяцев обслуживания"),
    "client.documents": Text("Documents issued", "Оформлено документов"),
    "client.invoiced": Text("Invoiced", "Выставлено"),
    "client.lines": Text("Documents with the product", "Документов с продуктом"),
    "client.seats": Text("Seats", "Рабочих мест"),
    "client.active_days": Text("Days with activity", "Дней с активностью"),
    "client.features": Text("Features in use", "Используется функций"),
    "client.events": Text("Actions done", "Выполнено действий"),
    "client.opened": Text("Requests received", "Получено обращений"),
    "client.solved": Text("Requests solved", "Решено обращений"),
    "client.days_to_solve": Text("Half of them solved within", "Половина решена за"),
    "client.days_to_value": Text("Days to the first benefit", "Дней до первой пользы"),
    "client.goals": Text("Promised results", "Обещано результатов"),
    "client.goals_confirmed": Text("Results confirmed by you", "Подтверждено вами результатов"),
    "client.goals_reached": Text("Promised results reached", "Достигнуто обещанных результатов"),
    "client.goals_known": Text("Results measured", "Измерено результатов"),
    "client.vrs": Text("Promises kept (VRS)", "Выполнение обещаний (VRS)"),
    "client.progress": Text("Share of the promise reached", "Выполнено от обещанного"),
    "client.goal_base": Text("Before", "Было"),
    "client.goal_target": Text("Promised", "Обещано"),
    "client.goal_current": Text("Now", "Сейчас"),
    "client.open_requests": Text("Requests still open", "Обращений ещё открыто"),
    "client.owed": Text("Past due, tax included", "Срок оплаты прошёл, с НДС"),
    "client.owed_documents": Text("Documents past due", "Документов с прошедшим сроком оплаты"),
    "client.limit_used": Text("Used of the limit", "Использовано из лимита"),
    "client.limit_allowed": Text("Limit of the plan", "Лимит тарифа"),
    "client.goal_value": Text("Worth a year", "Ценность за год"),
}


@dataclass(frozen=True, slots=True)
class ClientFact:
    """One figure a client may see; a key off the list or a reading about anyone else is ``ValueError``."""

    account: str
    reading: Reading

    def __post_init__(self) -> None:
        if self.reading.key not in CLIENT_SAFE:
            raise ValueError(f"{self.reading.key} may not stand in a client's document")
        if self.reading.scope.get("account") != self.account:
            raise ValueError(f"{self.reading.key} is not about client {self.account}")

    @property
    def label(self) -> Text:
        """What the figure is called in the document."""
        return CLIENT_SAFE[self.reading.key]


Cell = ClientFact | date | str | Text | None
Mark = ClientFact | date | Name | Text


@dataclass(frozen=True, slots=True)
class ClientClaim:
    """A sentence of a client's document: its slots are facts of the client, dates, names or words."""

    id: str
    text: Text
    slots: Mapping[str, Mark] = field(default_factory=dict)

    @property
    def claim(self) -> Claim:
        """The sentence as a claim, for the renderer and the guard."""
        plain: dict[str, Slot] = {
            name: slot.reading if isinstance(slot, ClientFact) else slot for name, slot in self.slots.items()
        }
        return Claim(self.id, self.text, plain)

    @property
    def facts(self) -> tuple[ClientFact, ...]:
        """The figures the sentence shows."""
        return tuple(slot for slot in self.slots.values() if isinstance(slot, ClientFact))

"""Promises of a workbook: new ones added, those on record told what is known of them now."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tools.inputs.forms import Form, FormRow
from tools.inputs.remarks import Remarks

Key = tuple[str | None, str | None, str]
Row = dict[str, Any]


@dataclass(slots=True)
class Promises:
    """The rows of ``value_goals`` with those of the workbook; ``added`` are new, ``lost`` were left out."""

    rows: list[Row]
    added: int = 0
    lost: int = 0
    _places: dict[Key, list[int]] = field(default_factory=lambda: defaultdict(list))
    _given: dict[tuple[int, str], Any] = field(default_factory=dict)
    _new: set[Key] = field(default_factory=set)

    def __post_init__(self) -> None:
        for place, row in enumerate(self.rows):
            self._places[_key(row)].append(place)

    def promised(self, form: Form, row: FormRow, values: Mapping[str, Any], remarks: Remarks) -> bool:
        """A promise of a row: added, or, where the same client or plan has one of that name, brought up to date."""
        key = _key(values)
        places = self._places.get(key, [])
        if key in self._new:
            return self._leave(form, row, "inputs_twice", remarks)
        if len(places) > 1:
            return self._leave(form, row, "inputs_two_promises", remarks)
        if places:
            return self._update(form, row, places[0], values, remarks)
        grade = values.get("grade") or ("stated" if values.get("account_id") else None)
        self.rows.append({**values, "grade": grade, "source_file": form.where, "source_row": row.number})
        self._new.add(key)
        self.added += 1
        return True

    def outcome(self, form: Form, row: FormRow, values: Mapping[str, Any], remarks: Remarks) -> bool:
        """What a row says of a promise on record."""
        places = list(self._places.get(_key(values), []))
        if len(places) > 1:
            told = (row.cells.get("unit"), row.cells.get("target"))
            places = [place for place in places if _told(self.rows[place]) == told]
        if len(places) != 1:
            code = "inputs_two_promises" if len(self._places.get(_key(values), [])) > 1 else "inputs_unknown_promise"
            remarks.add(code, form, row.number, str(values["goal"]))
            return False
        return self._update(form, row, places[0], values, remarks)

    def _update(self, form: Form, row: FormRow, place: int, values: Mapping[str, Any], remarks: Remarks) -> bool:
        """Put the given values into a promise; a value given before and differently stays as it was given first."""
        before, used = self.rows[place], False
        for column, value in values.items():
            if column in ("account_id", "plan", "goal") or value is None:
                continue
            if self._given.setdefault((place, column), value) != value:
                remarks.add("inputs_twice", form, row.number, row.cells.get(column, ""))
                continue
            used = True
            if before[column] is not None and before[column] != value:
                remarks.add("inputs_replaced", form, row.number, row.cells.get(column, ""), column=column)
            before[column] = value
        return used

    def _leave(self, form: Form, row: FormRow, code: str, remarks: Remarks) -> bool:
        remarks.add(code, form, row.number, row.cells.get("goal", ""))
        self.lost += 1
        return False


def _key(row: Mapping[str, Any]) -> Key:
    account = row.get("account_id")
    return account, None if account is not None else row.get("plan"), " ".join(str(row["goal"]).split())


def _told(row: Row) -> tuple[str | None, str | None]:
    """Unit and target as the cells of a workbook say them."""
    target = row["target"]
    shown = None if target is None else str(int(target)) if float(target).is_integer() else f"{target:.15g}"
    return row["unit"], shown

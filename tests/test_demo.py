"""The demo company: the same bytes every run, and every planted fact recomputed from the raw files by other code."""

import csv
import hashlib
import io
import os
import subprocess
import sys
from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from tools.sources.demo import LAST_DAY, facts, write

Row = dict[str, str]
OPEN, CLOSE = date(2025, 6, 30), date(2026, 6, 30)
BEFORE = date(2024, 6, 30)


def rows(folder: Path, name: str, encoding: str = "utf-8-sig", skip: int = 0) -> list[Row]:
    text = (folder / name).read_bytes().decode(encoding)
    lines = text.split("\r\n")[skip:]
    return list(csv.DictReader(io.StringIO("\n".join(lines)), delimiter=";"))


def sheet(folder: Path, name: str) -> list[dict[str, Any]]:
    from python_calamine import CalamineWorkbook

    header, *body = CalamineWorkbook.from_path(folder / name).get_sheet_by_index(0).to_python()
    return [dict(zip(map(str, header), row, strict=True)) for row in body]


def day(text: str) -> date:
    return datetime.strptime(text, "%d.%m.%Y").date()


def number(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


class Raw:
    """The files as they lie on disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        register = rows(folder, "Реестр счетов.csv", "cp1251", 3)
        self.total, self.invoices = register[-1], register[:-1]
        self.clients = {row["Код клиента"]: row for row in sheet(folder, "Клиенты.xlsx")}
        self.goals = sheet(folder, "Обещания.xlsx")
        for field, name in (
            ("subscriptions", "Подписки"), ("usage", "Использование"), ("limits", "Лимиты"), ("tickets", "Обращения"),
            ("surveys", "NPS"), ("milestones", "Вехи"), ("referrals", "Рекомендации"), ("touches", "Контакты"),
            ("culture", "Анкета культуры"),
        ):  # fmt: skip
            setattr(self, field, rows(folder, f"{name}.csv"))

    subscriptions: list[Row]
    usage: list[Row]
    limits: list[Row]
    tickets: list[Row]
    surveys: list[Row]
    milestones: list[Row]
    referrals: list[Row]
    touches: list[Row]
    culture: list[Row]

    def mrr(self, at: date) -> dict[str, Decimal]:
        state: dict[str, Decimal] = defaultdict(Decimal)
        for row in self.subscriptions:
            end = row["Дата окончания"]
            if day(row["Дата начала"]) <= at and (not end or day(end) > at):
                state[row["Код клиента"]] += number(row["Цена в месяц"])
        return {code: money for code, money in state.items() if money}

    def paused(self) -> set[str]:
        return {row["Код клиента"] for row in self.subscriptions if row["Статус подписки"] == "Приостановлена"}

    def stages(self) -> dict[str, dict[str, date]]:
        found: dict[str, dict[str, date]] = defaultdict(dict)
        for row in self.milestones:
            found[row["Код клиента"]][row["Этап"]] = day(row["Дата этапа"])
        return found

    def code(self, name: str) -> str:
        return next(str(code) for code, row in self.clients.items() if row["Название"] == name)


def ratio(value: Decimal | float, of: Decimal | float) -> float:
    return round(float(value) / float(of), 6)


def retention(raw: Raw) -> dict[str, Any]:
    start, end = raw.mrr(OPEN), raw.mrr(CLOSE)
    opening = sum(start.values())
    kept = {code: end.get(code, Decimal(0)) for code in start}
    before, after = raw.mrr(date(2025, 12, 31)), raw.mrr(date(2026, 1, 1))
    steps = {c: after[c] - before[c] for c in before if c in after and after[c] == before[c] * Decimal("1.08")}
    indexation = sum(step for code, step in steps.items() if kept.get(code))
    biggest = max(end, key=lambda code: end[code])
    return {
        "mrr": int(sum(end.values())),
        "opening_mrr": int(opening),
        "paying": len(end),
        "nrr": ratio(sum(kept.values()), opening),
        "nrr_without_indexation": ratio(sum(kept.values()) - indexation, opening),
        "nrr_without_largest": ratio(sum(kept.values()) - kept[biggest], opening - start[biggest]),
        "grr": ratio(sum(min(start[c], kept[c]) for c in start), opening),
        "indexation_money": int(indexation),
        "indexed_clients": len(steps),
        "indexed_share": ratio(len(steps), len(before)),
        "largest": biggest,
        "largest_share": ratio(end[biggest], sum(end.values())),
        "largest_opening_mrr": int(start[biggest]),
        "largest_mrr": int(end[biggest]),
    }


def churn(raw: Raw) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, opening, closing in (("before", BEFORE, OPEN), ("last", OPEN, CLOSE)):
        start, end = raw.mrr(opening), raw.mrr(closing)
        lost = {code for code in start if code not in end} - (raw.paused() if closing == CLOSE else set())
        found[f"churn_{key}"] = (len(lost), len(start))
        for plan in ("Старт", "Бизнес", "Про"):
            inside = [code for code in start if raw.clients[code]["Тариф"] == plan]
            found[f"churn_{key}_{plan}"] = (len(lost.intersection(inside)), len(inside))
    start, end = raw.mrr(OPEN), raw.mrr(CLOSE)
    first: dict[str, date] = {}
    for row in raw.subscriptions:
        first[row["Код клиента"]] = min(first.get(row["Код клиента"], LAST_DAY), day(row["Дата начала"]))
    found["reactivated"] = sorted(code for code in end if code not in start and first[code] <= OPEN)
    found["contraction_clients"] = sum(1 for code in start if Decimal(0) < end.get(code, Decimal(0)) < start[code])
    found["expansion_clients"] = sum(1 for code in start if end.get(code, Decimal(0)) > start[code])
    found["paused"] = sorted(raw.paused())
    ahead = {r["Код клиента"] for r in raw.subscriptions if r["Дата окончания"] and day(r["Дата окончания"]) > LAST_DAY}
    found["leaving"] = sorted(ahead)
    return found


def health(raw: Raw) -> dict[str, Any]:
    green = raw.code("ООО «Северный склад»")
    goals = [goal for goal in raw.goals if goal["Код клиента"] == green]
    done = [(g["Сейчас"] - g["Было"]) / (g["Обещанное значение"] - g["Было"]) for g in goals]
    money = [g["Ценность в год, руб."] for g in goals]
    vrs = 100 * sum(d * m for d, m in zip(done, money, strict=True)) / sum(money)
    use = trends(raw)
    top = min(use, key=lambda code: abs(use[code] + 0.45))
    overdue = [r for r in raw.invoices if r["Код клиента"] == top and unpaid(r)]
    unsolved = [t for t in raw.tickets if t["Код клиента"] == top and not t["Закрыто"]]
    critical = [t for t in unsolved if t["Приоритет"] == "Критический"]
    return {
        "green": green,
        "green_vrs": round(vrs, 2),
        "green_gap": round(sum((1 - d) * m for d, m in zip(done, money, strict=True))),
        "green_renewal_days": (raw.clients[green]["Окончание договора"] - LAST_DAY).days,
        "green_nps": int([r["Оценка NPS"] for r in raw.surveys if r["Код клиента"] == green][-1]),
        "green_tickets": sum(1 for t in raw.tickets if t["Код клиента"] == green),
        "green_usage_change": round(use[green], 2),
        "green_mrr": int(raw.mrr(CLOSE)[green]),
        "top_at_risk": top,
        "top_usage_change": round(use[top], 4),
        "top_critical": len(critical),
        "top_overdue": int(sum(number(r["Сумма без НДС, руб."]) for r in overdue)),
        "top_overdue_days": max((LAST_DAY - day(r["Срок оплаты"])).days for r in overdue),
        "top_rfm": rfm(raw, top),
        "top_mrr": int(raw.mrr(CLOSE)[top]),
    }


def trends(raw: Raw) -> dict[str, float]:
    late: dict[str, int] = defaultdict(int)
    early: dict[str, int] = defaultdict(int)
    for row in raw.usage:
        age = (LAST_DAY - day(row["Дата"])).days
        if age < 28:
            late[row["Код клиента"]] += int(row["Количество действий"])
        elif age < 112:
            early[row["Код клиента"]] += int(row["Количество действий"])
    return {code: late[code] / (early[code] / 3) - 1 for code in late if early[code]}


def rfm(raw: Raw, code: str) -> str:
    import numpy as np

    dates: dict[str, set[date]] = defaultdict(set)
    orders: dict[str, set[str]] = defaultdict(set)
    money: dict[str, float] = defaultdict(float)
    for row in raw.invoices:
        if OPEN < day(row["Дата"]) <= CLOSE and row["Дата оплаты"]:
            dates[row["Код клиента"]].add(day(row["Дата"]))
            orders[row["Код клиента"]].add(row["Номер документа"])
            money[row["Код клиента"]] += float(number(row["Сумма без НДС, руб."]))
    recency = {key: (LAST_DAY - max(found)).days for key, found in dates.items()}
    scores = []
    for values, turned in ((recency, True), ({k: len(v) for k, v in orders.items()}, False), (money, False)):
        edges = np.quantile(list(values.values()), (0.25, 0.5, 0.75))
        below = int(sum(edge < values[code] for edge in edges))
        scores.append(4 - below if turned else 1 + below)
    return "".join(map(str, scores))


def journey(raw: Raw) -> dict[str, Any]:
    stages, end = raw.stages(), raw.mrr(CLOSE)
    ages = {code: (LAST_DAY - reached["Договор"]).days for code, reached in stages.items()}
    stuck = sorted(c for c in end if "Запуск" in stages[c] and "Первая ценность" not in stages[c])
    reached = [(s["Первая ценность"] - s["Договор"]).days for s in stages.values() if "Первая ценность" in s]
    gone = {c for c in stages if c not in end} - raw.paused()
    waiting = [t for t in raw.tickets if t["Код клиента"] in stuck and t["Тема"] == "Загрузка справочника"]
    return {
        "stuck": stuck,
        "stuck_ages": (min(ages[c] for c in stuck), max(ages[c] for c in stuck)),
        "stuck_mrr": int(sum(end[c] for c in stuck)),
        "stuck_tickets": len(waiting),
        "newcomers": sum(1 for c in end if "Первая ценность" not in stages[c] and ages[c] <= 90),
        "contracts_90_days": sum(1 for c in end if ages[c] <= 90),
        "ttv_median_of_reached": float(median(reached)),
        "ttv_median_km": kaplan_meier_median(raw, stages),
        "left_before_value": sum(1 for code in gone if "Первая ценность" not in stages[code]),
    }


def kaplan_meier_median(raw: Raw, stages: dict[str, dict[str, date]]) -> int:
    """Days from contract to first value; the others are censored at their last paid day or the last day."""
    ends: dict[str, date] = {}
    for row in raw.subscriptions:
        end = day(row["Дата окончания"]) if row["Дата окончания"] else LAST_DAY
        ends[row["Код клиента"]] = max(end, ends.get(row["Код клиента"], end))
    seen = []
    for code, reached in stages.items():
        value = reached.get("Первая ценность")
        seen.append((((value or min(ends[code], LAST_DAY)) - reached["Договор"]).days, value is not None))
    survival = 1.0
    for days in sorted({found for found, _ in seen}):
        survival *= 1 - seen.count((days, True)) / sum(1 for found, _ in seen if found >= days)
        if survival <= 0.5:
            return days
    raise AssertionError("half never got there")


def signals(raw: Raw) -> dict[str, Any]:
    full: dict[str, dict[date, float]] = defaultdict(dict)
    for row in raw.limits:
        if row["Лимит"] == "Заказы в месяц":
            share = int(row["Использовано"]) / int(row["Разрешено"])
            full[row["Код клиента"]][day(row["Дата замера"])] = share
    months = (date(2026, 4, 30), date(2026, 5, 31), date(2026, 6, 30))
    at_limit = [c for c, shares in full.items() if all(shares.get(month, 0) >= 0.95 for month in months)]
    end = raw.mrr(CLOSE)
    silent = [c for c, row in raw.clients.items() if row["Статус в CRM"] == "Активен" and c not in end]
    paid = [day(r["Дата оплаты"]) for r in raw.invoices if r["Код клиента"] in silent and r["Дата оплаты"]]
    holding: dict[str, int] = defaultdict(int)
    for row in raw.clients.values():
        holding[row["Холдинг"]] += bool(row["Холдинг"])
    return {
        "at_limits": at_limit,
        "at_limits_shares": [round(full[at_limit[0]][month], 2) for month in months],
        "silent": silent,
        "silent_last_paid": max(paid).isoformat(),
        "silent_mrr": int(raw.mrr(date(2026, 3, 31))[silent[0]]),
        "holding": {name: count for name, count in holding.items() if name},
        "no_contract_end": sum(1 for c in end if not raw.clients[c]["Окончание договора"]),
        "accounts": len(raw.clients),
        "advocates": advocates(raw),
    }


def advocates(raw: Raw) -> list[str]:
    given = {r["Код клиента"] for r in raw.referrals if day(r["Дата рекомендации"]) > OPEN}
    latest = [r for r in raw.surveys if day(r["Дата ответа"]) > date(2026, 5, 1)]
    happy = {r["Код клиента"] for r in latest if int(r["Оценка NPS"]) >= 9}
    kept: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for g in raw.goals:
        if g["Сейчас"] != "":
            progress = (g["Сейчас"] - g["Было"]) / (g["Обещанное значение"] - g["Было"])
            kept[g["Код клиента"]].append((min(1.0, max(0.0, progress)), g["Ценность в год, руб."]))
    vrs = {c: 100 * sum(p * m for p, m in found) / sum(m for _, m in found) for c, found in kept.items()}
    return sorted(c for c in given & happy if vrs.get(c, 0) >= 80)


def campaign(raw: Raw) -> dict[str, Any]:
    found: dict[str, Any] = {}
    before, after = raw.mrr(date(2026, 3, 15)), raw.mrr(CLOSE)
    for key, arm in (("target", "Цель"), ("control", "Контроль")):
        codes = [row["Код клиента"] for row in raw.touches if row["Группа"] == arm]
        gains = [after[code] - before[code] for code in codes]
        found[f"campaign_{key}"] = (sum(1 for gain in gains if gain > 0), len(codes), int(sum(gains)))
    return found


def promises(raw: Raw) -> dict[str, Any]:
    columns = ("Код клиента", "Было", "Обещанное значение", "Сейчас", "Подтверждение")
    known = [g for g in raw.goals if g["Сейчас"] != "" and g["Обещанное значение"] > g["Было"]]
    over = [g for g in known if g["Сейчас"] - g["Было"] > 2 * (g["Обещанное значение"] - g["Было"])]
    end = raw.mrr(CLOSE)
    own = {g["Код клиента"] for g in raw.goals if g["Код клиента"]}
    by_plan = {c for c in end if raw.clients[c]["Тариф"] in {g["Тариф"] for g in raw.goals if not g["Код клиента"]}}
    nets = [(r, number(r["Сумма без НДС, руб."])) for r in raw.invoices]
    rates = {(day(r["Дата"]).year, round(number(r["НДС, руб."]) / net, 2)) for r, net in nets}
    return {
        "disputed": [g["Код клиента"] for g in raw.goals if g["Подтверждение"] == "оспорено"],
        "over_delivered": [tuple(g[column] for column in columns) for g in over],
        "promised_clients": len(own | by_plan),
        "promised_by_plan": len(by_plan),
        "goals_without_current": sum(1 for g in raw.goals if g["Сейчас"] == ""),
        "vat": {year: str(rate) for year, rate in sorted(rates)},
        "invoice_lines": len(raw.invoices),
        "invoices_net": str(number(raw.total["Сумма без НДС, руб."])),
        "invoices_vat": str(number(raw.total["НДС, руб."])),
        "credits": sum(1 for r in raw.invoices if number(r["Сумма без НДС, руб."]) < 0),
        "overdue": str(sum(number(r["Сумма без НДС, руб."]) for r in raw.invoices if unpaid(r))),
    }


def unpaid(row: Row) -> bool:
    return not row["Дата оплаты"] and day(row["Срок оплаты"]) < LAST_DAY


def recomputed(raw: Raw) -> dict[str, Any]:
    parts = (retention, churn, health, journey, signals, campaign, promises)
    return {key: value for part in parts for key, value in part(raw).items()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo")
    write(path)
    return path


@pytest.fixture(scope="module")
def raw(folder: Path) -> Raw:
    return Raw(folder)


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_bytes_repeat_in_another_process(folder: Path, tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from tools.sources.demo import write; write(Path(sys.argv[1]))"
    root = Path(__file__).parents[1]
    environment = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(root), "TZ": "Asia/Vladivostok"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "again")], check=True, cwd=root, env=environment)
    assert digests(folder) == digests(tmp_path / "again")


def test_every_fact_is_in_the_raw_files(raw: Raw) -> None:
    found = recomputed(raw)
    assert set(found) == set(facts())
    assert {key: found[key] for key in facts() if found[key] != facts()[key]} == {}


def test_register_adds_up(raw: Raw) -> None:
    for column in ("Сумма без НДС, руб.", "НДС, руб."):
        assert sum(number(row[column]) for row in raw.invoices) == number(raw.total[column])
    assert min(day(row["Дата"]) for row in raw.invoices) == date(2024, 1, 1)
    assert {row["ИНН"] for row in raw.invoices} == {row["ИНН"] for row in raw.clients.values()}


def test_nothing_is_dated_after_the_last_day(raw: Raw) -> None:
    dated = [row["Дата"] for row in (*raw.invoices, *raw.usage)] + [row["Дата этапа"] for row in raw.milestones]
    dated += [row["Дата оплаты"] for row in raw.invoices] + [row["Дата начала"] for row in raw.subscriptions]
    dated += [row[column] for row in raw.tickets for column in ("Открыто", "Закрыто")]
    dated += [row["Дата ответа"] for row in raw.surveys] + [row["Дата контакта"] for row in raw.touches]
    dated += [row["Дата рекомендации"] for row in raw.referrals] + [row["Дата замера"] for row in raw.limits]
    assert max(day(text) for text in dated if text) == LAST_DAY


def test_invoices_agree_with_the_run_rate(raw: Raw) -> None:
    """June 2026 recognised by day, one-off lines apart, is the run rate but for the uneven length of months."""
    month = (date(2026, 6, 1), date(2026, 6, 30))
    recognised: dict[str, float] = defaultdict(float)
    for row in raw.invoices:
        if row["Начало периода"]:
            start, end = day(row["Начало периода"]), day(row["Конец периода"])
            shared = (min(end, month[1]) - max(start, month[0])) / timedelta(days=1) + 1
            if shared > 0:
                daily = float(number(row["Сумма без НДС, руб."])) / ((end - start).days + 1)
                recognised[row["Код клиента"]] += daily * shared
    truth = raw.mrr(CLOSE)
    assert set(recognised) == set(truth)
    assert all(abs(recognised[code] / float(truth[code]) - 1) < 0.03 for code in truth)


def test_the_stories_hold(raw: Raw) -> None:
    known = facts()
    assert known["nrr"] > 1 > max(known["nrr_without_indexation"], known["nrr_without_largest"])
    for plan in ("_Старт", "_Бизнес", "_Про"):
        assert ratio(*known[f"churn_last{plan}"]) < ratio(*known[f"churn_before{plan}"])
    assert ratio(*known["churn_last"]) > ratio(*known["churn_before"])
    assert known["campaign_target"] == known["campaign_control"] and known["campaign_target"][2] > 0
    assert len(known["stuck"]) == 14 and 20 <= known["newcomers"] <= 30
    assert 235 <= known["accounts"] <= 245 and len(raw.usage) < 60_000
    assert "маржа" not in " ".join(raw.clients["CL-0001"]).lower()


def test_facts_are_explained() -> None:
    text = (Path(__file__).parents[1] / "tools/sources/demo_company/FACTS.md").read_text("utf-8").replace("\u00a0", " ")
    known = facts()
    money = ("mrr", "opening_mrr", "largest_mrr", "indexation_money", "stuck_mrr", "top_mrr", "green_gap", "silent_mrr")
    for key in money:
        assert f"{known[key]:,}".replace(",", " ") in text, key
    for key in ("nrr", "nrr_without_indexation", "nrr_without_largest", "grr"):
        assert f"{known[key]:.4%}".replace("%", " %") in text, key
    for key in ("largest", "green", "top_at_risk"):
        assert known[key] in text
    for key in ("silent", "at_limits", "paused", "leaving", "reactivated", "disputed", "advocates"):
        assert all(code in text for code in known[key]), key
    for key in ("Старт", "Бизнес", "Про"):
        (lost, of), (now, base) = known[f"churn_before_{key}"], known[f"churn_last_{key}"]
        assert f"{key} {lost}/{of} → {now}/{base}" in text


def test_culture_is_the_worked_example(raw: Raw) -> None:
    scores: dict[str, list[int]] = defaultdict(list)
    for row in raw.culture:
        scores[row["Отдел"]].append(int(row["Оценка"]))
        assert bool(row["Подтверждение"]) == (int(row["Оценка"]) >= 3)
    shown = {department: sum(found) / 5 / 4 * 100 for department, found in scores.items()}
    assert shown == {"Продукт": 70, "Маркетинг": 35, "Поддержка": 80, "Продажи": 40}

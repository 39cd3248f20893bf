"""The frozen files of a campaign, their way back into campaign_effect, the command and the routes."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from agent.assistant import Assistant
from agent.campaigns import Wanted
from agent.settings import Settings
from tests.campaign_small import DAY, HALF, base, portfolio_of
from tests.portfolios import build
from tools.campaign import plan
from tools.campaign_files import FROZEN, TOUCHES, files, freeze, safe
from tools.errors import BadData, UserError
from tools.portfolio import Portfolio
from ui.cli import app


def test_frozen_lists_are_never_written_over(tmp_path: Path) -> None:
    portfolio, folder = portfolio_of(base()), tmp_path / "out"
    made = files(plan(portfolio, "plan = Pro", control=HALF, name="Spring"), portfolio)
    assert freeze(made, folder) and not freeze(made, folder)
    kept = {path.name: path.read_bytes() for path in folder.iterdir()}
    other = files(plan(portfolio, "plan = Pro", control=HALF, name="Autumn"), portfolio)
    with pytest.raises(UserError, match="Spring.*another folder"):
        freeze(other, folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == kept == made
    (folder / "target.csv").write_text("changed")
    with pytest.raises(UserError, match="differ"):
        freeze(made, folder)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]  # nothing half-written beside it


def test_a_folder_of_other_things_and_a_file_are_refused(tmp_path: Path) -> None:
    portfolio = portfolio_of(base())
    made = files(plan(portfolio, "plan = Pro", control=HALF), portfolio)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(UserError, match="new or an empty folder"):
        freeze(made, tmp_path / "mine")
    (tmp_path / "file").write_text("x")
    with pytest.raises(UserError, match="is a file"):
        freeze(made, tmp_path / "file")
    with pytest.raises(BadData):
        freeze(made, tmp_path / "file" / "deeper")
    (tmp_path / "empty").mkdir()
    assert freeze(made, tmp_path / "empty") and (tmp_path / "empty" / FROZEN).is_file()


def test_a_name_that_is_a_formula_is_quoted_and_an_id_comes_back() -> None:
    tables = base()
    tables["accounts"][0]["name"], tables["accounts"][1]["owner"] = '=HYPERLINK("http://x")', "@SUM(A1)"
    for row in (tables["accounts"][2], tables["subscriptions"][2]):
        row["account_id"] = "=cmd|x"
    for row in (tables["accounts"][3], tables["subscriptions"][3]):
        row["account_id"] = "+79001234567"
    portfolio = portfolio_of(tables)
    made = files(plan(portfolio, "plan = Pro", control=HALF, seed="s"), portfolio)
    lists = [row for name in ("target.csv", "control.csv") for row in _rows(made[name])]
    assert not [cell for row in lists for cell in row.values() if cell.startswith(("=", "@"))]
    assert {"'=cmd|x", "+79001234567"} <= {row["account"] for row in lists}
    contacts = {row["account_id"] for row in _rows(made[TOUCHES])}
    assert {" =cmd|x", "+79001234567"} <= contacts
    assert made["target.csv"].startswith("\ufeffaccount;name;owner\r\n".encode())


@pytest.mark.parametrize("cell", ["=1", "+a", "-2+3+cmd|' /C calc'!A0", "@x", "\tx", "\rx", "＝1"])
def test_cells_that_run_are_quoted(cell: str) -> None:
    assert safe(cell) == "'" + cell


def _rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_campaign_json_says_what_the_lists_were_drawn_from() -> None:
    portfolio = portfolio_of(base(touches=[{"account_id": "c00", "date": "2026-06-28"}]))
    made = plan(portfolio, "plan = pro", control=HALF, name="Spring")
    said = json.loads(files(made, portfolio)[FROZEN])
    assert (said["name"], said["seed"], said["where"], said["as_of"]) == (
        "Spring",
        "Spring",
        "plan = Pro",
        "2026-06-30",
    )
    assert said["snapshot"] == portfolio.snapshot and said["control_share"] == 0.5 and said["starts"] == "2026-07-01"
    assert said["counts"] == {
        "accounts": 20, "matched": 20, "unknown": 0, "not_in_force": 0, "excluded": 1, "listed": 19
    }  # fmt: skip
    contacted = next(item for item in said["exclusions"] if item["reason"] == "contacted")
    assert contacted["count"] == 1 and contacted["accounts"] == [{"id": "c00", "name": "Client c00"}]
    consent = next(item for item in said["exclusions"] if item["reason"] == "no_consent")
    assert consent["count"] is None and not consent["checked"] and "согласия в данных нет" in consent["needs"]["ru"]
    assert said["control"]["sha256"] == made.control.hash and said["control"]["accounts"] == len(made.control.ids)


CLIENTS = 80


def exported(folder: Path, *, later: bool) -> Path:
    """Exports of a company: a list of clients with consent and holdings, and their contracts; later, some have left."""
    folder.mkdir()
    ids = [f"{'=' if place == 7 else ''}K-{place:03d}" for place in range(CLIENTS)]
    clients = [["Код клиента", "Название", "Тариф", "Холдинг", "Ответственный", "Согласие на рассылку"]]
    clients += [
        [
            one,
            f"ООО «{one}»",
            "Про",
            f"Холдинг {place // 4}" if place < 16 else "",
            "КАМ",
            "нет" if place % 10 == 9 else "да",
        ]
        for place, one in enumerate(ids)
    ]
    contracts = [["subscription_id", "account_id", "start_date", "end_date", "mrr", "currency"]]
    for place, one in enumerate(ids):
        end = "2026-08-15" if later and place % 5 == 0 else ""
        contracts.append([f"S{place}", one, "2025-01-01", end, "1000", "RUB"])
    if later:
        contracts.append(["S999", "K-999", "2026-10-31", "", "1000", "RUB"])
    for name, rows in (("clients", clients), ("subscriptions", contracts)):
        text = "\r\n".join(";".join(row) for row in rows) + "\r\n"
        (folder / f"{name}.csv").write_bytes(text.encode("utf-8-sig"))
    return folder


def test_the_lists_come_back_as_the_frozen_control_of_campaign_effect(tmp_path: Path) -> None:
    assistant = Assistant.open(Settings(home=tmp_path / "home", llm_base_url=None))
    before = assistant.load(exported(tmp_path / "june", later=False)).snapshot
    made = assistant.campaign(before, Wanted("plan = Про", HALF, name="Летнее возвращение"), as_of=DAY)
    assert made.campaign.exclusions[0].rule is not None and len(made.campaign.exclusions[0].ids) == 8
    assert (made.campaign.listed, made.campaign.target.units + made.campaign.control.units) == (72, 61)
    later = exported(tmp_path / "november", later=True)
    after = assistant.load([later, made.files["touches"]]).snapshot
    head, target, control, *_more = assistant.metric("campaign_effect", after)
    arms_back = _arms(assistant.portfolio(after))
    assert arms_back == {"target": set(made.campaign.target.ids), "control": set(made.campaign.control.ids)}
    assert head.scope["group"] == "Летнее возвращение" and head.status == "ok" and head.n == made.campaign.listed
    assert (target.n, control.n) == (len(made.campaign.target.ids), len(made.campaign.control.ids))
    assert head.window is not None and head.window.start == made.campaign.starts
    left = {one for one in arms_back["target"] if int(one[-3:]) % 5 == 0}
    assert target.value == pytest.approx(1 - len(left) / target.n)


def _arms(portfolio: Portfolio) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in portfolio.run(portfolio.table("touches").select("account_id", "arm")).to_pylist():
        found.setdefault(row["arm"], set()).add(row["account_id"])
    return found


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["campaign", *arguments])


def test_the_command_prints_the_lists_and_what_to_do_next(tmp_path: Path) -> None:
    source, out = exported(tmp_path / "june", later=False), tmp_path / "out"
    common = ["--data", str(source), "--where", "тариф = Про", "--as-of", "2026-06-30", "--name", "Лето"]
    shown = run(*common, "--out", str(out), "--detect", "5%", "--lang", "ru")
    assert shown.exit_code == 0, shown.output
    for words in ("целевая группа", "не проверено", "campaign_touches.csv", "01.07.2026", "только гипотеза", "5,0"):
        assert words in " ".join(shown.stdout.split()), words
    again = run(*common, "--out", str(out), "--lang", "en")
    assert again.exit_code == 0 and "stand there already" in again.stdout
    document = json.loads(run(*common, "--json", "--lang", "en").stdout)
    frozen = json.loads((out / FROZEN).read_text("utf-8"))
    assert {key: document[key] for key in frozen} == frozen
    assert [item["convention"] for item in document["readings"]] == ["retained", "retained", "expanded", "expanded"]
    assert Path(document["files"]["target"]).is_file() and len(document["verdicts"]) == 2
    other = run(*common, "--out", str(out), "--seed", "another")
    assert isinstance(other.exception, UserError) and "Лето" in other.exception.text.ru


@pytest.mark.parametrize(
    "arguments", [["--control", "60%"], ["--where", "plan ="], ["--detect", "5"], ["--as-of", "June"], ["--name", "=x"]]
)
def test_wrong_options_are_refused_and_nothing_is_written(tmp_path: Path, arguments: list[str]) -> None:
    source = exported(tmp_path / "june", later=False)
    given = ["--data", str(source), "--where", "plan = Про", "--out", str(tmp_path / "out"), *arguments]
    assert isinstance(run(*given).exception, UserError) and not (tmp_path / "out").exists()


@pytest.fixture(scope="module")
def client(demo_home: Path, demo_snapshot: str) -> Any:
    from ui.server import create_app

    assistant = Assistant.open(Settings(home=demo_home, llm_base_url=None))
    with TestClient(create_app(assistant, chat=False), raise_server_exceptions=False) as opened:
        yield opened


def test_the_api_draws_once_and_gives_the_lists(client: TestClient, demo_snapshot: str) -> None:
    asked = {"where": "segment in (at_risk)", "control": 0.2, "name": "Return"}
    first = client.post(f"/v1/portfolios/{demo_snapshot}/campaigns", json=asked)
    assert first.status_code == 201, first.text
    body = first.json()
    assert client.post(f"/v1/portfolios/{demo_snapshot}/campaigns", json=asked).json() == body
    lists = {}
    for name in ("target", "control", "touches"):
        file = client.get(body["files"][name])
        assert file.status_code == 200 and file.headers["content-type"].startswith("text/csv")
        assert file.headers["content-disposition"].startswith("attachment")
        lists[name] = _rows(file.content)
    assert len(lists["target"]) == body["target"]["accounts"] and len(lists["control"]) == body["control"]["accounts"]
    assert len(lists["touches"]) == body["counts"]["listed"]
    assert first.headers["location"] == body["files"]["target"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"where": "plan ="}, 400),
        ({"where": "colour = red"}, 400),
        ({"where": "plan is known", "control": 0.6}, 422),
        ({"where": "plan is known", "colour": 1}, 422),
        ({"where": "plan = NoSuchPlan"}, 400),
        ({"where": "plan is known", "name": "=x"}, 400),
    ],
)
def test_the_api_refuses(client: TestClient, demo_snapshot: str, body: dict[str, Any], status: int) -> None:
    answer = client.post(f"/v1/portfolios/{demo_snapshot}/campaigns", json=body)
    assert answer.status_code == status and answer.headers["content-type"] == "application/problem+json"


def test_lists_of_an_unknown_campaign_are_not_found(client: TestClient) -> None:
    assert client.get("/v1/campaigns/abc/files/target").status_code == 404
    assert client.get("/v1/campaigns/abc/files/secret").status_code == 422


def test_a_snapshot_of_files_gives_the_lists_that_memory_gives(tmp_path: Path) -> None:
    stored = build(tmp_path, as_of=DAY, profile="subscription", **base())
    made = plan(stored, "plan = Pro", control=HALF, seed="s")
    assert made.control == plan(portfolio_of(base()), "plan = Pro", control=HALF, seed="s").control

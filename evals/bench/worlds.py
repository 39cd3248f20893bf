"""Generated bases of any size: canonical tables made by DuckDB from row numbers and hashes, the same in every run."""

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pyarrow as pa

from tools.load import Load
from tools.schema import TABLES, arrow_schema
from tools.snapshot import save

DAY = "DATE '2023-07-01'"  # the first day of the worlds; they last 36 months
LAST = "DATE '2026-06-30'"
#: A number in [0, 1) for row ``n`` and a purpose, without a random state.
CHANCE = "CREATE MACRO chance(n, purpose) AS (hash(n * 7919 + purpose) % 1000003) / 1000003.0"


def telecom(accounts: int) -> Mapping[str, str]:
    """Queries of a telecom's base: holdings, clients, billing accounts, lines, tickets, surveys, promises, usage."""
    people = f"SELECT n, 'C' || lpad(n::VARCHAR, 7, '0') AS account_id FROM range({accounts}) t(n)"
    lines = f"""
      SELECT n, k, 'C' || lpad(n::VARCHAR, 7, '0') AS account_id, 'B' || n || '-' || (k % 2) AS billing_id,
             'L' || n || '-' || k AS line_id, {DAY} + (chance(n * 31 + k, 1) * 1000)::INT AS start_date,
             (300 + 50 * floor(chance(n * 31 + k, 2) * 40)) AS mrr, chance(n * 31 + k, 3) AS fate,
             (60 + chance(n * 31 + k, 4) * 900)::INT AS stay
      FROM range({accounts}) t(n), range(4) u(k) WHERE k <= floor(chance(n, 5) * 4)"""
    return {
        "accounts": f"""SELECT account_id, account_id AS name, 'H' || (n // 20) AS parent_id,
            CASE WHEN chance(n, 6) < 0.3 THEN 'Pro' WHEN chance(n, 6) < 0.8 THEN 'Base' ELSE 'Start' END AS plan,
            'Region ' || (n % 83) AS region, 'Manager ' || (n % 40) AS owner, 'Industry ' || (n % 12) AS industry
            FROM ({people})""",
        "subscriptions": f"""SELECT line_id || '/' || step AS subscription_id, account_id, billing_id, line_id,
            CASE step WHEN 0 THEN start_date ELSE start_date + stay END AS start_date,
            CASE WHEN step = 0 AND fate < 0.75 THEN start_date + stay END AS end_date,
            CASE step WHEN 0 THEN mrr ELSE mrr * (CASE WHEN fate < 0.5 THEN 1.25 ELSE 0.8 END) END AS mrr,
            'RUB' AS currency, 'Tariff ' || (k % 5) AS product
            FROM ({lines}), range(2) s(step)
            WHERE (step = 0 OR fate < 0.6) AND CASE step WHEN 0 THEN start_date ELSE start_date + stay END <= {LAST}""",
        "usage": f"""SELECT account_id, DATE '2026-01-01' + d::INT * 6 AS date, 'feature ' || (d % 7) AS feature,
            1 + floor(chance(n * 37 + d, 7) * 20) AS quantity FROM ({people}), range(30) u(d)
            WHERE chance(n * 37 + d, 8) < 0.8""",
        "tickets": f"""SELECT 'T' || n || '-' || d AS ticket_id, account_id, DATE '2026-01-01' + (chance(n * 41 + d, 9) * 180)::INT AS opened,
            CASE WHEN chance(n * 41 + d, 10) < 0.1 THEN 'critical' ELSE 'normal' END AS priority, 'theme ' || (d % 4) AS theme
            FROM ({people}), range(3) u(d) WHERE chance(n * 41 + d, 11) < 0.4""",
        "surveys": f"""SELECT account_id, DATE '2026-03-01' + (chance(n, 12) * 100)::INT AS date, floor(chance(n, 13) * 11)::BIGINT AS score
            FROM ({people}) WHERE chance(n, 14) < 0.3""",
        "milestones": f"""SELECT account_id, {DAY} + (chance(n, 15) * 1000)::INT AS date, 'first_value' AS stage, true AS is_value
            FROM ({people}) WHERE chance(n, 16) < 0.7""",
        "value_goals": f"""SELECT account_id, 'goal ' || d AS goal, 0.0 AS base, 100.0 AS target, floor(chance(n * 43 + d, 17) * 130) AS current,
            10000 * (1 + d) AS value FROM ({people}), range(2) u(d) WHERE chance(n, 18) < 0.4""",
        "invoices": f"""SELECT account_id, 'D' || n || '-' || m AS document, {DAY} + (m * 30.4)::INT AS date,
            200 + floor(chance(n * 47 + m, 19) * 3000) AS amount, 'RUB' AS currency, 'Tariff ' || (m % 5) AS product,
            {DAY} + (m * 30.4)::INT + 15 AS due_date,
            CASE WHEN chance(n * 47 + m, 20) < 0.97 THEN {DAY} + (m * 30.4)::INT + (chance(n * 47 + m, 21) * 25)::INT END AS paid_date
            FROM ({people}), range(24, 36) u(m)""",
    }


def orders(lines: int, clients: int) -> Mapping[str, str]:
    """Queries of a wholesaler's base: invoice lines of clients over three years, nine in a hundred of them returns."""
    return {
        "accounts": f"SELECT 'C' || n AS account_id, 'C' || n AS name FROM range({clients}) t(n)",
        "invoices": f"""SELECT 'C' || floor(power(chance(n // 5, 1), 2) * {clients})::BIGINT AS account_id, 'D' || (n // 5) AS document,
            DATE '2025-07-01' + (chance(n // 5, 2) * 364)::INT AS date,
            CASE WHEN chance(n, 3) < 0.09 THEN -1 ELSE 1 END * (100 + floor(chance(n, 4) * 90000)) / 100 AS amount, 'RUB' AS currency
            FROM range({lines}) t(n)""",
    }


def contracts(accounts: int) -> Mapping[str, str]:
    """Queries of a subscription base: two to four price intervals a client over 36 months."""
    return {
        "accounts": f"SELECT 'C' || n AS account_id, 'C' || n AS name FROM range({accounts}) t(n)",
        "subscriptions": f"""SELECT 'S' || n || '-' || k AS subscription_id, 'C' || n AS account_id,
            {DAY} + (chance(n, 1) * 500)::INT + k::INT * 270 AS start_date,
            CASE WHEN k < 3 AND chance(n * 3 + k, 2) < 0.9 THEN {DAY} + (chance(n, 1) * 500)::INT + (k + 1)::INT * 270
                 WHEN chance(n, 3) < 0.5 THEN {DAY} + (chance(n, 1) * 500)::INT + (k + 1)::INT * 270 - 60 END AS end_date,
            100 + floor(chance(n * 3 + k, 4) * 900) AS mrr, 'RUB' AS currency
            FROM range({accounts}) t(n), range(4) u(k)
            WHERE k < 2 + floor(chance(n, 5) * 3) AND {DAY} + (chance(n, 1) * 500)::INT + k::INT * 270 <= {LAST}""",
    }


def events(rows: int, accounts: int) -> Mapping[str, str]:
    """Queries of a product's usage log over two quarters."""
    return {
        "accounts": f"SELECT 'C' || n AS account_id, 'C' || n AS name FROM range({accounts}) t(n)",
        "usage": f"""SELECT 'C' || floor(chance(n, 1) * {accounts})::BIGINT AS account_id, DATE '2026-01-01' + (chance(n, 2) * 180)::INT AS date,
            'feature ' || (n % 12) AS feature, 1.0 AS quantity FROM range({rows}) t(n)""",
    }


def buyers(customers: int, file: Path) -> Path:
    """A parquet of ``x, t_x, T`` in weeks of customers that buy and drop out as BG/NBD says (r .243, alpha 4.414, a .793, b 2.426)."""
    import numpy as np
    import pyarrow.parquet as pq

    made = np.random.default_rng(42)
    rate, quit_at = made.gamma(0.243, 1 / 4.414, customers), made.beta(0.793, 2.426, customers)
    age = 27 + np.floor(made.random(customers) * 84) / 7
    x, t_x, moment = np.zeros(customers), np.zeros(customers), np.zeros(customers)
    alive = np.ones(customers, dtype=bool)
    while alive.any():
        moment = moment + made.exponential(1 / rate)
        alive &= moment <= age
        x, t_x = x + alive, np.where(alive, np.floor(moment * 7) / 7, t_x)
        alive &= made.random(customers) >= quit_at
    pq.write_table(pa.table({"x": x, "t_x": t_x, "T": age}), file)
    return file


def build(queries: Mapping[str, str], home: Path) -> str:
    """The world as a snapshot in ``home``; returns its id."""
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")  # the order of rows is part of the snapshot
        connection.execute(CHANCE)
        data = {name: _canonical(connection, name, sql) for name, sql in queries.items()}
    return save(Load(data, (), (), (), (), "RUB"), home, source="generated")


SQL_TYPES = {
    "text": "VARCHAR",
    "money": "DECIMAL(18, 4)",
    "number": "DOUBLE",
    "int": "BIGINT",
    "date": "DATE",
    "bool": "BOOLEAN",
}


def _canonical(connection: duckdb.DuckDBPyConnection, name: str, sql: str) -> pa.Table:
    made = {row[0] for row in connection.execute(f"DESCRIBE {sql}").fetchall()}
    kinds = {column.name: SQL_TYPES[column.kind] for column in TABLES[name].columns}
    cells = [f'CAST({column if column in made else "NULL"} AS {kind}) AS "{column}"' for column, kind in kinds.items()]
    cells += ["NULL::VARCHAR AS source_file", "NULL::BIGINT AS source_row"]
    return connection.execute(f"SELECT {', '.join(cells)} FROM ({sql})").to_arrow_table().cast(arrow_schema(name))

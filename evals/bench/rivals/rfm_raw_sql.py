"""RFM in hand-written SQL on DuckDB: right-closed quartiles, an order is a document of a positive sum not returned in full."""

import sys

import duckdb
from measure import measure

SQL = """
WITH docs AS (SELECT account_id, coalesce(document, date::VARCHAR) AS document, max(date) AS date, sum(amount) AS money
              FROM read_parquet('{file}') WHERE account_id IS NOT NULL AND date > DATE '{start}' AND date <= DATE '{last}' GROUP BY 1, 2),
returns AS (SELECT account_id, -money AS size FROM docs WHERE money < 0 GROUP BY 1, 2),
steps AS (SELECT d.account_id, d.document, d.date, d.money, size, sign(money)::INT AS step
          FROM docs d JOIN returns r ON d.account_id = r.account_id AND abs(d.money) = r.size),
depths AS (SELECT *, sum(step) OVER (PARTITION BY account_id, size ORDER BY date, step DESC, document ROWS UNBOUNDED PRECEDING) AS depth
           FROM steps),
sent_back AS (SELECT account_id, document FROM (SELECT *, min(depth) OVER (PARTITION BY account_id, size
              ORDER BY date DESC, step, document DESC ROWS UNBOUNDED PRECEDING) AS lowest FROM depths) WHERE money > 0 AND lowest < depth),
orders AS (SELECT d.*, money > 0 AND s.document IS NULL AS counts FROM docs d
           LEFT JOIN sent_back s ON d.account_id = s.account_id AND d.document = s.document),
by_client AS (SELECT account_id, date_diff('day', max(date) FILTER (WHERE counts), DATE '{last}') AS recency,
              count(*) FILTER (WHERE counts) AS orders, sum(money)::DOUBLE AS money FROM orders GROUP BY 1 HAVING orders > 0),
edges AS (SELECT quantile_cont(recency::DOUBLE, [.25, .5, .75]) AS r, quantile_cont(orders::DOUBLE, [.25, .5, .75]) AS f,
          quantile_cont(money, [.25, .5, .75]) AS m FROM by_client)
SELECT account_id, recency, orders, money, 4 - (recency > r[1])::INT - (recency > r[2])::INT - (recency > r[3])::INT AS r,
  1 + (orders > f[1])::INT + (orders > f[2])::INT + (orders > f[3])::INT AS f, 1 + (money > m[1])::INT + (money > m[2])::INT + (money > m[3])::INT AS m
FROM by_client, edges
"""
file, start, last = sys.argv[1:4]


def work():
    """The scored table; the sum of its scores is the answer."""
    table = duckdb.connect().execute(SQL.format(file=file, start=start, last=last)).to_arrow_table()
    return [sum(table.column(name).to_numpy().sum() for name in "rfm"), table.num_rows]


measure(work, repeat=3, warm=True)

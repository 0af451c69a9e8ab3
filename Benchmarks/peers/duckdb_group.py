"""The peer of `call records -> incidents`: DuckDB reads the CSV and groups it once, on one thread."""

import sys

import duckdb

connection = duckdb.connect()
connection.execute("SET threads = 1")
print(
    connection.execute(
        "SELECT ingress, count(*), count(answer), epoch_us(min(start)), epoch_us(max(start)) FROM read_csv(?, header = true) GROUP BY ingress",
        [sys.argv[1]],
    ).fetchall()
)

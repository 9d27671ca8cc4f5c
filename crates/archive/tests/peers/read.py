"""Reads an archive's tables as they are, with readers that know nothing of openim-history.

    read.py <archive>    prints one JSON object: what each reader says, in its own words
"""

import json
import sys
from pathlib import Path

import duckdb
import polars
from deltalake import DeltaTable

archive = Path(sys.argv[1])
messages = str(archive / "messages")
SMALL = ["users", "groups", "group_members", "conversations", "read_positions", "min_seqs"]
CONTENT = ["conversation_id", "seq", "send_time", "text", "content", "at_user_ids", "deleted_for", "month"]

said = {}

# delta-rs, through its own package.
delta = DeltaTable(messages)
table = delta.to_pyarrow_table()
keys = set(zip(table["conversation_id"].to_pylist(), table["seq"].to_pylist()))
said["delta-rs"] = {
    "version": delta.version(),
    "count": table.num_rows,
    "keys": len(keys),
    "partitions": delta.metadata().partition_columns,
    "columns": [field.name for field in delta.schema().fields],
    "small": {name: DeltaTable(str(archive / name)).to_pyarrow_table().num_rows for name in SMALL},
}

# DuckDB, on the files that the log names: its own extension for Delta is fetched over the network.
files = [str(Path(messages) / path) for path in delta.get_add_actions(flatten=True)["path"].to_pylist()]
connection = duckdb.connect()
connection.execute("set timezone = 'UTC'")
connection.execute(
    f"create view messages as select * from read_parquet({files}, hive_partitioning = true, hive_types_autocast = false)"
)
one = connection.sql(
    "select count(*), count(distinct (conversation_id, seq)),"
    " count(*) filter (month <> strftime(send_time, '%Y-%m')), count(distinct month) from messages"
).fetchall()[0]
said["duckdb"] = dict(zip(["count", "keys", "wrong_months", "months"], one))
said["duckdb"]["by_month"] = dict(connection.sql("select month, count(*) from messages group by month").fetchall())
said["duckdb"]["rows"] = [
    row[:2] + (row[2].isoformat(timespec="milliseconds"),) + row[3:]
    for row in connection.sql(
        f"select {', '.join(CONTENT)} from messages order by hash(conversation_id, seq) limit 200"
    ).fetchall()
]

# Polars, through the log; one month alone is a look into one folder.
frame = polars.scan_delta(messages)
month = min(said["duckdb"]["by_month"])
said["polars"] = {
    "count": frame.select(polars.len()).collect().item(),
    "keys": frame.select("conversation_id", "seq").unique().select(polars.len()).collect().item(),
    "month": month,
    "of_month": frame.filter(polars.col("month") == month).select(polars.len()).collect().item(),
    "lists": frame.select(polars.col("deleted_for").list.len().sum()).collect().item(),
    "revoked": frame.filter(polars.col("revoked_by").is_not_null()).select(polars.len()).collect().item(),
    "users": polars.read_delta(str(archive / "users")).height,
}

json.dump(said, sys.stdout, ensure_ascii=False)

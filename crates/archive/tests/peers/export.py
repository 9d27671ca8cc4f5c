"""Reads an export's files with other people's readers, and prints what they say as JSON."""

import csv
import json
import pathlib
import sqlite3
import sys

import duckdb
import openpyxl
import openpyxl.utils.escape
import pyarrow.parquet

folder = pathlib.Path(sys.argv[1])
csv.field_size_limit(1 << 30)


def jsonl():
    with open(folder / "messages.jsonl", encoding="utf-8", newline="\n") as lines:
        rows = [json.loads(line) for line in lines]
    return [[row["conversation_id"], row["seq"], row.get("text", ""), row.get("content")] for row in rows]


def comma():
    with open(folder / "messages.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return [[row["conversation_id"], int(row["seq"]), row["text"], row["content"]] for row in rows]


def excel():
    book = openpyxl.load_workbook(folder / "messages.xlsx", read_only=False)
    # Excel reads _x0041_ as A, so that a text which says it is written as _x005F_x0041_. openpyxl leaves that to its callers.
    text = lambda value: openpyxl.utils.escape.unescape(value) if isinstance(value, str) else value
    rows, formulas, links = [], 0, 0
    for sheet in book.worksheets:
        columns = {cell.value: at for at, cell in enumerate(next(sheet.iter_rows(max_row=1)))}
        for row in sheet.iter_rows(min_row=2):
            formulas += sum(cell.data_type == "f" for cell in row)
            links += sum(cell.hyperlink is not None for cell in row)
            value = lambda name: text(row[columns[name]].value or "")
            rows.append([value("conversation_id"), value("seq"), value("text"), value("content")])
    return {"rows": rows, "formulas": formulas, "links": links, "time": str(book.worksheets[0]["A2"].value)}


def arrow():
    table = pyarrow.parquet.read_table(folder / "messages.parquet")
    columns = ["conversation_id", "seq", "text", "content"]
    return {
        "rows": [[row[name] for name in columns] for row in table.select(columns).to_pylist()],
        "columns": table.column_names,
    }


def duck():
    path = str(folder / "messages.parquet")
    ask = lambda what: duckdb.execute(f"SELECT {what} FROM read_parquet(?)", [path])
    return {
        "totals": ask("count(*), count(DISTINCT conversation_id), max(sender_name)").fetchone(),
        "rows": sorted(ask("conversation_id, seq, text, content").fetchall(), key=lambda row: row[:2]),
    }


def lite():
    database = sqlite3.connect(f"file:{folder / 'messages.sqlite'}?mode=ro", uri=True)
    return {
        "rows": database.execute("SELECT conversation_id, seq, text, content FROM messages ORDER BY 1, 2").fetchall(),
        "check": database.execute("PRAGMA integrity_check").fetchone()[0],
        "history": database.execute("SELECT count(*) FROM history").fetchone()[0],
        "users": database.execute("SELECT user_id FROM users ORDER BY 1").fetchall(),
        "plan": database.execute("EXPLAIN QUERY PLAN SELECT * FROM messages WHERE send_id = 'x'").fetchone()[3],
    }


print(json.dumps({"jsonl": jsonl(), "csv": comma(), "xlsx": excel(), "pyarrow": arrow(), "duckdb": duck(), "sqlite": lite()}))

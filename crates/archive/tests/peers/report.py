"""Reads a report's workbook and its csv files, with openpyxl and Python's own csv.

    report.py <report.xlsx> <csv folder>    prints one JSON object: what each holds, sheet by sheet
"""

import csv
import datetime
import json
import sys
from pathlib import Path

import openpyxl

book = openpyxl.load_workbook(sys.argv[1])


def plain(value):
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%d") if value.time() == datetime.time() else value.isoformat(" ")
    return value


sheets = {}
formulas = 0
charts = 0
for sheet in book.worksheets:
    rows = [[plain(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    sheets[sheet.title] = rows
    charts += len(sheet._charts)
    for row in sheet.iter_rows():
        formulas += sum(cell.data_type == "f" for cell in row)

files = {}
for path in sorted(Path(sys.argv[2]).glob("*.csv")):
    with open(path, encoding="utf-8", newline="") as file:
        files[path.stem] = list(csv.reader(file))

json.dump({"sheets": sheets, "formulas": formulas, "charts": charts, "csv": files}, sys.stdout)

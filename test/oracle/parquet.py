"""Runs the queries of docs/parquet.md for ClickHouse (chdb) and Spark (pyspark) in the directory of the tables.

    python parquet.py DIRECTORY docs/parquet.md

Prints a JSON line for each engine: version, rows of each query, and sums over all calls.
"""

import json
import os
import re
import sys

directory, page = os.path.abspath(sys.argv[1]), open(sys.argv[2]).read()
calls = os.path.join(directory, "calls.parquet")
SUMS = "SELECT count(*), sum(duration_ns), sum(self_ns), sum(start_ns), sum(parent), sum(depth) FROM "


def queries(engine):
    part = re.search(rf"\n## {engine}\n(.*?)(\n## |\Z)", page, re.S).group(1)
    return [query.strip().rstrip(";") for query in re.findall(r"```sql\n(.*?)```", part, re.S)]


def report(engine, version, rows, sums):
    print(json.dumps({"engine": engine, "version": version, "rows": rows, "sums": [int(value) for value in sums]}))


import chdb

rows = []
for query in queries("ClickHouse"):
    result = chdb.query(query.replace("'calls.parquet'", f"'{calls}'"), "JSONCompactEachRow")
    rows.append(len(str(result).splitlines()))
sums = json.loads(str(chdb.query(f"{SUMS} file('{calls}')", "JSONCompactEachRow")))
report("ClickHouse", chdb.__version__, rows, sums)

import pyspark
from pyspark.sql import SparkSession

settings = {"spark.ui.enabled": "false", "spark.sql.session.timeZone": "UTC", "spark.sql.shuffle.partitions": "1"}
builder = SparkSession.builder.master("local[1]")
for key, value in settings.items():
    builder = builder.config(key, value)
session = builder.getOrCreate()
session.sparkContext.setLogLevel("ERROR")
rows = [session.sql(query.replace("`calls.parquet`", f"`{calls}`")).count() for query in queries("Spark")]
report("Spark", pyspark.__version__, rows, session.sql(f"{SUMS} parquet.`{calls}`").first())

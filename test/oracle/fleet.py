"""Runs the queries of docs/fleet.md for ClickHouse (chdb) and Spark (pyspark) on a data set.

    python fleet.py DIRECTORY docs/fleet.md

DIRECTORY has the data set `fleet`. Prints a JSON line for each engine: version, rows of each query, and sums over all calls.
"""

import json
import os
import re
import sys

directory, page = os.path.abspath(sys.argv[1]), open(sys.argv[2]).read()
SUMS = "SELECT count(*), count(DISTINCT trace), count(DISTINCT host), sum(duration_ns), sum(self_ns), sum(start_ns), sum(parent), sum(depth) FROM "


def queries(engine):
    part = re.search(rf"\n## {engine}\n(.*?)(\n## |\Z)", page, re.S).group(1)
    found = [query.strip().rstrip(";") for query in re.findall(r"```sql\n(.*?)```", part, re.S)]
    return [re.sub(r"(['`])fleet/", rf"\1{directory}/fleet/", query) for query in found]


def report(engine, version, rows, sums):
    print(json.dumps({"engine": engine, "version": version, "rows": rows, "sums": [int(value) for value in sums]}))


import chdb

rows = [len(str(chdb.query(query, "JSONCompactEachRow")).splitlines()) for query in queries("ClickHouse")]
sums = json.loads(str(chdb.query(f"{SUMS} file('{directory}/fleet/calls/**/*.parquet')", "JSONCompactEachRow")))
report("ClickHouse", chdb.__version__, rows, sums)

import pyspark
from pyspark.sql import SparkSession

settings = {"spark.ui.enabled": "false", "spark.sql.session.timeZone": "UTC", "spark.sql.shuffle.partitions": "1"}
builder = SparkSession.builder.master("local[1]")
for key, value in settings.items():
    builder = builder.config(key, value)
session = builder.getOrCreate()
session.sparkContext.setLogLevel("ERROR")
rows = [session.sql(query).count() for query in queries("Spark")]
report("Spark", pyspark.__version__, rows, session.sql(f"{SUMS} parquet.`{directory}/fleet/calls`").first())

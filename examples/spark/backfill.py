"""A long time span as a job of Spark, which then reads what it has loaded.

    spark-submit backfill.py --dest parquet:////shared/anthropic --start 2026-01-01 [TABLE...]

ant-sync --plan prints one pipeline a line and runs nothing; each line is a task, on any worker, in any order: loads of
one table wait for each other.  A task whose command fails is tried again by Spark (spark.task.maxFailures), and the job
fails where it does so for good.  Once more changes nothing, and makes good what was missing.

On the workers: anthill, a file with the Admin key that its user alone can read (--key-file; Spark shows its
configuration to everybody, so the key is not in there), and the folder of the destination.
"""

import argparse
import collections
import json
import os
import subprocess

from pyspark.sql import SparkSession

# A folder for the locks of this task alone: where a table is up to is in the destination.
RUN = "bash -c 'IFS= read -r line && ANT_STATE=$(mktemp -d) && export ANT_STATE && trap \"rm -rf $ANT_STATE\" EXIT && bash -c \"$line\"'"


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--dest", required=True, help="parquet:////FOLDER, which all workers see")
    options.add_argument("--start", required=True)
    options.add_argument("--key-file", required=True)
    options.add_argument("--rate", default="12", help="requests a minute of one task")
    options.add_argument("tables", nargs="*", default=["@console"])
    given = options.parse_args()

    plan = ["ant-sync", "-c", "/dev/null", "--plan", "--state", "destination", "--dest", given.dest, "--start", given.start]
    plan += ["--key-file", given.key_file, "--rate", given.rate, *given.tables]
    lines = subprocess.check_output(plan, text=True).splitlines()

    spark = SparkSession.builder.appName("anthill").getOrCreate()
    # A piped command has this environment and no other: nothing secret goes along.
    env = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "ANT_TABLES", "ANT_LIBDUCKDB", "ANTHROPIC_BASE_URL") if name in os.environ}
    # Collected once: whatever asks such an RDD again runs the commands again.
    receipts = spark.sparkContext.parallelize(lines, len(lines)).pipe(RUN, env, checkCode=True).collect()
    rows = collections.Counter()
    for receipt in map(json.loads, receipts):
        rows[receipt["table"]] += receipt["rows"]
    for table, count in sorted(rows.items()):
        print(f"{table}: {count} rows loaded")

    # What is there is read as it is: one file a table, of amounts that are exact decimals.
    if "cost_report" in rows and given.dest.startswith("parquet:///"):
        spark.read.parquet(f"{given.dest.removeprefix('parquet:///')}/cost_report.parquet").createOrReplaceTempView("cost_report")
        spark.sql("SELECT date_trunc('month', bucket) AS month, sum(amount_cents) AS cents FROM cost_report GROUP BY 1 ORDER BY 1").show(1000)
    spark.stop()


main()

"""csvtool FOLDER count|days|delete|cut|own TABLE ... - what a person does to the CSV files of a folder by hand"""
import csv
import sys

folder, what, table = sys.argv[1:4]
args = sys.argv[4:]
path = f"{folder}/{table}.csv"
with open(path, newline="") as file:
    rows = list(csv.reader(file))
head = rows.pop(0)

if what == "count":  # [COLUMN=VALUE]
    if args and args[0]:
        name, value = args[0].split("=", 1)
        at = head.index(name.strip().strip('"'))
        rows = [r for r in rows if r[at] == value.strip().strip("'")]
    print(len(rows))
elif what == "days":  # COLUMN
    at = head.index(args[0])
    print("\n".join(sorted({r[at][:10] for r in rows})))
elif what == "delete":  # COLUMN FROM TO
    at = head.index(args[0])
    rows = [r for r in rows if not args[1] <= r[at] < args[2]]
elif what == "cut":  # COLUMNS
    head = head[: int(args[0])]
    rows = [r[: int(args[0])] for r in rows]
elif what == "own":  # VALUE
    head = ["_organization"] + head
    rows = [args[0:1] + r for r in rows]
if what in ("delete", "cut", "own"):
    with open(path, "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([head] + rows)

"""parquet.py FILE... - the rows of Parquet files as pyarrow reads them, in the encoding of a row stream; --types FILE: its columns"""
import sys

import pyarrow.parquet as pq


def cell(v):
    if v is None:
        return "\\N"
    if isinstance(v, bool):
        return "true" if v else "false"
    if hasattr(v, "tzinfo"):
        text = v.strftime("%Y-%m-%dT%H:%M:%S") + (f".{v.microsecond:06}".rstrip("0") if v.microsecond else "")
        return text + "Z"
    text = format(v, "f") if hasattr(v, "as_tuple") else str(v)
    if hasattr(v, "as_tuple") and "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def main(args):
    if args[0] == "--types":
        for field in pq.read_schema(args[1]):
            print(field.name, field.type, sep="\t")
        return
    for name in args:
        for batch in pq.ParquetFile(name).iter_batches():
            for row in zip(*(column.to_pylist() for column in batch.columns)):
                line = "\t".join(map(cell, row))
                print("\\" + line if line.startswith("#") else line)


main(sys.argv[1:])

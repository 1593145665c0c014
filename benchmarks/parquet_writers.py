#!/usr/bin/env python3
"""Writes Parquet files by every writer at hand, over their options.

    pip install pyarrow pandas polars duckdb fastparquet pyspark datasets
    python benchmarks/parquet_writers.py DIR
    ZOO_PARQUET=DIR go test ./datasets -v -run Writers

Each file FILE has a FILE.expect.json beside it, which says by whom and how it was
written and what its columns hold, so that a reader can be measured against it. A
writer that is not installed, or refuses an option, is passed over with a line. Spark
needs Java.
"""
import datetime as dt
import decimal
import json
import os
import shutil
import struct
import sys
import uuid

N = 240
UTC = dt.timezone.utc
EPOCH = dt.datetime(1970, 1, 1)


def null(i, every):
    return every and i % every == 3


def when(i):
    return dt.datetime(2001, 2, 3, 4, 5, 6) + dt.timedelta(days=37 * i, seconds=311 * i)


def f32(x):
    return struct.unpack("<f", struct.pack("<f", x))[0]


def f16(x):
    return struct.unpack("<e", struct.pack("<e", x))[0]


# Of each column: the kind of its cells, and the value of a row.
WORDS = ["red", "green", "a longer word than the others", "blå", ""]
VALUES = {
    "bool": ("bool", lambda i: i % 3 == 0),
    "int8": ("int", lambda i: i % 255 - 127),
    "int16": ("int", lambda i: 131 * i % 65535 - 32767),
    "int32": ("int", lambda i: (1 << 31) - 1 - 9_000_001 * i),
    "int64": ("int", lambda i: (1 << 62) - 90_000_000_001 * i * i),
    "uint8": ("int", lambda i: i % 256),
    "uint16": ("int", lambda i: 65535 - i),
    "uint32": ("int", lambda i: (1 << 32) - 1 - i),
    "uint64": ("int", lambda i: (1 << 64) - 1 - i),
    "float16": ("float", lambda i: f16(i / 8 - 7)),
    "float32": ("float", lambda i: f32(i / 7 - 9)),
    "float64": ("float", lambda i: i / 7 - 9e3),
    "string": ("text", lambda i: WORDS[i % 5] if i % 2 else f"row {i} of text, \"quoted\"\nand broken"),
    "binary": ("bytes", lambda i: bytes([i % 256, 255, 0, i % 7])),
    "fixed": ("bytes", lambda i: bytes([i % 256, 255, 0, i % 7, 9])),
    "date": ("date", lambda i: when(i).date()),
    "time_s": ("time", lambda i: dt.time(i % 24, i % 60, 7)),
    "time_us": ("time", lambda i: dt.time(i % 24, i % 60, 7, 1000 * i + 1)),
    "ts_s": ("ts", lambda i: when(i)),
    "ts_ms": ("ts", lambda i: when(i).replace(microsecond=1000 * i)),
    "ts_us": ("ts", lambda i: when(i).replace(microsecond=1000 * i + 1)),
    "ts_utc": ("ts", lambda i: when(i).replace(microsecond=1000 * i, tzinfo=UTC)),
    "dec9": ("decimal", lambda i: decimal.Decimal(i * 37 - 999).scaleb(-2)),
    "dec18": ("decimal", lambda i: decimal.Decimal(i * 10**12 - 7).scaleb(-4)),
    "dec38": ("decimal", lambda i: decimal.Decimal(-i * 10**24 + 7).scaleb(-10)),
    "category": ("text", lambda i: WORDS[i % 4]),
    "uuid": ("text", lambda i: str(uuid.UUID(int=i * 12345678901234567890))),
    "list": ("nested", lambda i: [i, i + 1]),
    "struct": ("nested", lambda i: {"a": i, "b": "x"}),
}


def cell(kind, v):
    if v is None:
        return None
    if kind == "bool":
        return "true" if v else "false"
    if kind == "bytes":
        return v.hex()
    if kind == "decimal":
        return format(v.normalize(), "f")
    if kind == "float":
        return repr(float(v))
    if kind == "ts":
        return v.strftime("%Y-%m-%dT%H:%M:%S.%f")
    if kind == "time":
        return v.strftime("%H:%M:%S.%f")
    return str(v)


def data(names, nulls):
    return {n: [None if null(i, nulls) else VALUES[n][1](i) for i in range(N)] for n in names}


class Suite:
    def __init__(self, root):
        self.root = root
        self.count = 0

    def write(self, writer, options, columns, how, extra=None):
        """columns: name -> (kind, list of values); how(path) writes."""
        path = os.path.join(self.root, f"{writer.split()[0].lower()}-{self.count:03d}.parquet")
        self.count += 1
        try:
            how(path)
        except Exception as e:  # of the writer: it does not have this option
            print(f"{writer}, {options}: {str(e).splitlines()[0][:150]}")
            shutil.rmtree(path, ignore_errors=True) if os.path.isdir(path) else os.path.exists(path) and os.remove(path)
            return
        rows = max((len(v) for _, v in columns.values()), default=0)
        expect = {"writer": writer, "options": options, "rows": rows,
                  "columns": {n: {"kind": k, "cells": [] if k == "nested" else [cell(k, x) for x in v]} for n, (k, v) in columns.items()}}
        expect.update(extra or {})
        with open(path + ".expect.json", "w") as f:
            json.dump(expect, f)


def kinds(values):
    return {n: (VALUES[n][0], v) for n, v in values.items()}


def arrow(suite):
    import pyarrow as pa
    import pyarrow.parquet as pq
    types = {
        "bool": pa.bool_(), "int8": pa.int8(), "int16": pa.int16(), "int32": pa.int32(), "int64": pa.int64(),
        "uint8": pa.uint8(), "uint16": pa.uint16(), "uint32": pa.uint32(), "uint64": pa.uint64(),
        "float16": pa.float16(), "float32": pa.float32(), "float64": pa.float64(),
        "string": pa.string(), "binary": pa.binary(), "fixed": pa.binary(5), "date": pa.date32(),
        "time_s": pa.time32("s"), "time_us": pa.time64("us"),
        "ts_s": pa.timestamp("s"), "ts_ms": pa.timestamp("ms"), "ts_us": pa.timestamp("us"), "ts_utc": pa.timestamp("ns", "UTC"),
        "dec9": pa.decimal128(9, 2), "dec18": pa.decimal128(18, 4), "dec38": pa.decimal128(38, 10),
        "category": pa.dictionary(pa.int8(), pa.string()), "list": pa.list_(pa.int64()), "struct": pa.struct([("a", pa.int64()), ("b", pa.string())]),
    }
    writer = "pyarrow " + pa.__version__

    def table(names, nulls):
        import numpy as np
        values = data(names, nulls)
        arrays = [pa.array([None if x is None else np.float16(x) for x in values[n]] if n == "float16" else values[n], types[n]) for n in names]
        return pa.table(arrays, names=list(names)), kinds(values)

    def add(options, names=types, nulls=7, **how):
        t, columns = table(names, nulls)
        how.setdefault("row_group_size", 100)
        how.setdefault("data_page_size", 256)
        suite.write(writer, options, columns, lambda path: pq.write_table(t, path, **how))

    for compression in ["none", "snappy", "gzip", "zstd", "lz4", "brotli"]:
        for version in ["1.0", "2.0"]:
            for dictionary in [True, False]:
                for nulls in [0, 7]:
                    add(f"{compression}, pages {version}, {'dictionary' if dictionary else 'plain'}, {'nulls' if nulls else 'no nulls'}", nulls=nulls,
                        compression=compression, data_page_version=version, use_dictionary=dictionary)
    for version in ["1.0", "2.0"]:
        for encoding, names in [("DELTA_BINARY_PACKED", ["int32", "int64", "ts_us", "date"]), ("DELTA_LENGTH_BYTE_ARRAY", ["string", "binary"]),
                                ("DELTA_BYTE_ARRAY", ["string", "binary", "fixed"]), ("BYTE_STREAM_SPLIT", ["float16", "float32", "float64", "int32", "int64", "fixed", "dec18"]), ("RLE", ["bool"])]:
            for nulls in [0, 7]:
                add(f"{encoding}, pages {version}, {'nulls' if nulls else 'no nulls'}", names, nulls, use_dictionary=False, data_page_version=version,
                    column_encoding={n: encoding for n in names})
    add("format 1.0", [n for n in types if n not in ("uint32",)], version="1.0")
    add("format 2.4", version="2.4")
    add("INT96", ["ts_us", "ts_utc"], use_deprecated_int96_timestamps=True)
    add("decimals as integers", ["dec9", "dec18", "dec38"], store_decimal_as_integer=True)
    add("checksums", write_page_checksum=True)
    add("page index, bloom filters, no statistics", write_page_index=True, write_statistics=False)
    add("one row a group", ["int64", "string"], row_group_size=1)
    add("defaults", row_group_size=None, data_page_size=None)
    for name, typ in {"large_string": pa.large_string(), "string_view": pa.string_view()}.items():
        v = data(["string"], 7)["string"]
        suite.write(writer, name, {"string": ("text", v)}, lambda path: pq.write_table(pa.table({"string": pa.array(v, typ)}), path))
    v = [None if null(i, 7) else decimal.Decimal(i * 10**40 + 1).scaleb(-5) for i in range(N)]
    suite.write(writer, "decimal256", {"dec": ("decimal", v)}, lambda path: pq.write_table(pa.table({"dec": pa.array(v, pa.decimal256(60, 5))}), path))
    v = data(["uuid"], 7)["uuid"]
    suite.write(writer, "uuid", {"uuid": ("text", v)},
                lambda path: pq.write_table(pa.table({"uuid": pa.ExtensionArray.from_storage(pa.uuid(), pa.array([x and uuid.UUID(x).bytes for x in v], pa.binary(16)))}), path))
    v = list(range(N))
    for name, typ, values in [("map", pa.map_(pa.string(), pa.int64()), [[("a", i)] for i in v]), ("list of structs", pa.list_(pa.struct([("a", pa.int64())])), [[{"a": i}] for i in v]),
                              ("fixed-size list", pa.list_(pa.int64(), 2), [[i, i] for i in v]), ("null", pa.null(), [None] * N)]:
        kind = "text" if name == "null" else "nested"
        suite.write(writer, name + " beside", {"nested": (kind, values), "int64": ("int", v)}, lambda path: pq.write_table(pa.table({"nested": pa.array(values, typ), "int64": v}), path))

    def groups(path):
        s = pa.schema([("int64", pa.int64()), ("string", pa.string())])
        with pq.ParquetWriter(path, s) as w:
            for rows in [[], list(range(5)), [], list(range(5, 9)), []]:
                w.write_table(pa.table({"int64": pa.array(rows, pa.int64()), "string": pa.array([str(r) for r in rows], pa.string())}, schema=s))
    suite.write(writer, "empty groups", {"int64": ("int", list(range(9))), "string": ("text", list(map(str, range(9))))}, groups)
    v = data(["int64", "string"], 0)
    suite.write(writer, "partitioned by Hive's rules", {**kinds(v), "part": ("text", [f"p {i // 100}" for i in range(N)])},
                lambda path: pq.write_to_dataset(pa.table({**v, "part": [f"p {i // 100}" for i in range(N)]}), path, partition_cols=["part"]))


def duck(suite):
    import duckdb
    writer = "DuckDB " + duckdb.__version__
    con = duckdb.connect()
    con.execute("set timezone='UTC'")
    types = {
        "bool": "BOOLEAN", "int8": "TINYINT", "int16": "SMALLINT", "int32": "INTEGER", "int64": "BIGINT", "uint8": "UTINYINT", "uint16": "USMALLINT",
        "uint32": "UINTEGER", "uint64": "UBIGINT", "float32": "FLOAT", "float64": "DOUBLE", "string": "VARCHAR", "binary": "BLOB", "date": "DATE", "time_us": "TIME",
        "ts_s": "TIMESTAMP_S", "ts_ms": "TIMESTAMP_MS", "ts_us": "TIMESTAMP", "ts_utc": "TIMESTAMPTZ", "dec9": "DECIMAL(9,2)", "dec18": "DECIMAL(18,4)", "dec38": "DECIMAL(38,10)",
        "category": "ENUM('red','green','a longer word than the others','blå')", "uuid": "UUID", "list": "BIGINT[]", "struct": "STRUCT(a BIGINT, b VARCHAR)",
    }

    def make(name, nulls):
        values = data(types, nulls)
        con.execute("create or replace table %s (%s)" % (name, ", ".join('"%s" %s' % c for c in types.items())))
        con.executemany(f"insert into {name} values ({', '.join('?' * len(types))})", [list(r) for r in zip(*values.values())])
        return kinds(values)

    def add(options, columns, sql):
        suite.write(writer, options, columns, lambda path: con.execute(sql.format(path)))

    for nulls in [0, 7]:
        columns = make("t", nulls)
        for compression in ["uncompressed", "snappy", "gzip", "zstd", "brotli", "lz4", "lz4_raw"]:
            for version in ["V1", "V2"]:
                add(f"{compression}, {version}, {'nulls' if nulls else 'no nulls'}", columns,
                    "copy t to '{}' (format parquet, compression " + compression + ", parquet_version " + version + ", row_group_size 100)")
        add(f"defaults, {'nulls' if nulls else 'no nulls'}", columns, "copy t to '{}' (format parquet)")
    n = range(N)
    add("expressions of decimals and HUGEINT", {"a": ("decimal", [decimal.Decimal(3 * i).scaleb(-1) for i in n]), "b": ("float", [float(2**70 + i) for i in n])},
        "copy (select (i*0.3)::decimal(9,1) as a, (1180591620717411303424::hugeint + i) as b from range(" + str(N) + ") r(i)) to '{}' (format parquet)")
    add("interval, bit, JSON, timetz beside", {"x": ("nested", []), "y": ("int", list(n))},
        "copy (select to_days(i::int) as x, i as y from range(" + str(N) + ") r(i)) to '{}' (format parquet)")
    add("no rows", {"a": ("int", []), "b": ("text", [])}, "copy (select 1 as a, 'x' as b where false) to '{}' (format parquet)")
    add("partitioned by Hive's rules", {"i": ("int", list(n)), "part": ("text", [str(i // 100) for i in n])},
        "copy (select i, i // 100 as part from range(" + str(N) + ") r(i)) to '{}' (format parquet, partition_by (part))")
    add("files by thread", {"i": ("int", list(n))}, "copy (select i from range(" + str(N) + ") r(i)) to '{}' (format parquet, per_thread_output)")


def polars(suite):
    import polars as pl
    writer = "Polars " + pl.__version__
    types = {
        "bool": pl.Boolean, "int8": pl.Int8, "int16": pl.Int16, "int32": pl.Int32, "int64": pl.Int64, "uint8": pl.UInt8, "uint16": pl.UInt16, "uint32": pl.UInt32, "uint64": pl.UInt64,
        "float32": pl.Float32, "float64": pl.Float64, "string": pl.String, "binary": pl.Binary, "date": pl.Date, "time_us": pl.Time,
        "ts_ms": pl.Datetime("ms"), "ts_us": pl.Datetime("us"), "ts_utc": pl.Datetime("ns", "UTC"), "dec9": pl.Decimal(9, 2), "dec18": pl.Decimal(18, 4), "dec38": pl.Decimal(38, 10),
        "category": pl.Categorical, "list": pl.List(pl.Int64), "struct": pl.Struct({"a": pl.Int64, "b": pl.String}),
    }
    for nulls in [0, 7]:
        values = data(types, nulls)
        frame = pl.DataFrame(values, schema=types)
        columns = kinds(values)
        for compression in ["uncompressed", "snappy", "gzip", "zstd", "lz4", "brotli"]:
            suite.write(writer, f"{compression}, {'nulls' if nulls else 'no nulls'}", columns,
                        lambda path: frame.write_parquet(path, compression=compression, row_group_size=100, data_page_size=256))
        suite.write(writer, f"defaults, {'nulls' if nulls else 'no nulls'}", columns, lambda path: frame.write_parquet(path))
        suite.write(writer, f"streamed, {'nulls' if nulls else 'no nulls'}", columns, lambda path: frame.lazy().sink_parquet(path))
    n = list(range(N))
    for name, typ, values, kind in [("Enum", pl.Enum(["a", "b"]), ["ab"[i % 2] for i in n], "text"), ("Duration", pl.Duration("us"), [dt.timedelta(seconds=i) for i in n], "skip"),
                                    ("Null", pl.Null, [None] * N, "text"), ("Array", pl.Array(pl.Int64, 2), [[i, i] for i in n], "nested"), ("Int128", pl.Int128, n, "skip")]:
        suite.write(writer, name, {"a": (kind, values if kind != "skip" else []), "i": ("int", n)}, lambda path: pl.DataFrame({"a": values, "i": n}, schema={"a": typ, "i": pl.Int64}).write_parquet(path))
    try:
        suite.write(writer, "Float16", {"a": ("float", [i / 8 for i in n])}, lambda path: pl.DataFrame({"a": [i / 8 for i in n]}, schema={"a": pl.Float16}).write_parquet(path))
    except AttributeError as e:
        print(writer, e)


def fast(suite):
    import fastparquet
    import pandas as pd
    writer = "fastparquet " + fastparquet.__version__
    names = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64", "string", "ts_us", "category"]
    for nulls in [0, 7]:
        values = data(names, nulls)
        frame = pd.DataFrame({n: pd.Series(v, dtype={"bool": "boolean", "string": "object", "ts_us": "datetime64[ns]", "category": "category"}.get(
            n, n.replace("uint", "UInt").replace("int", "Int").replace("UInt", "UInt") if nulls and "int" in n else n)) for n, v in values.items()})
        if nulls:
            frame = frame.astype({n: n.replace("uint", "UInt") if n.startswith("u") else n.replace("int", "Int") for n in names if "int" in n})
        columns = kinds(values)
        for compression in ["UNCOMPRESSED", "SNAPPY", "GZIP", "ZSTD", "LZ4", "LZ4_RAW", "BROTLI"]:
            suite.write(writer, f"{compression}, {'nulls' if nulls else 'no nulls'}", columns, lambda path: fastparquet.write(path, frame, compression=compression, row_group_offsets=100))
        suite.write(writer, f"INT96, {'nulls' if nulls else 'no nulls'}", columns, lambda path: fastparquet.write(path, frame, times="int96"))
        suite.write(writer, f"a directory of parts, {'nulls' if nulls else 'no nulls'}", columns, lambda path: fastparquet.write(path, frame, file_scheme="hive", row_group_offsets=100))
    frame = pd.DataFrame({"i": range(N), "part": [f"p{i // 100}" for i in range(N)]})
    suite.write(writer, "partitioned by Hive's rules", {"i": ("int", list(range(N))), "part": ("text", list(frame["part"]))},
                lambda path: fastparquet.write(path, frame, file_scheme="hive", partition_on=["part"]))


def pandas(suite):
    import pandas as pd
    writer = "pandas " + pd.__version__
    values = data(["int64", "float64", "string", "category", "ts_us"], 0)
    frame = pd.DataFrame(values).astype({"category": "category"})
    columns = kinds(values)
    suite.write(writer, "defaults", columns, lambda path: frame.to_parquet(path))
    suite.write(writer, "an index of numbers", {**columns, "__index_level_0__": ("int", [2 * i for i in range(N)])}, lambda path: frame.set_axis(range(0, 2 * N, 2)).set_axis([2 * i for i in range(N)]).to_parquet(path))
    gaps = data(["int64", "float64", "string"], 7)
    suite.write(writer, "gaps make floats", {"int64": ("float", [None if x is None else float(x) for x in gaps["int64"]]), "string": ("text", gaps["string"])},
                lambda path: pd.DataFrame({"int64": gaps["int64"], "string": gaps["string"]}).to_parquet(path))


def huggingface(suite):
    import datasets
    writer = "datasets " + datasets.__version__
    names = ["red", "green", "blue"]
    f = datasets.Features({"text": datasets.Value("string"), "label": datasets.ClassLabel(names=names)})
    d = datasets.Dataset.from_dict({"text": [f"text {i}" for i in range(N)], "label": [i % 3 for i in range(N)]}, features=f)
    columns = {"text": ("text", [f"text {i}" for i in range(N)]), "label": ("int", [i % 3 for i in range(N)])}
    suite.write(writer, "ClassLabel", columns, lambda path: d.to_parquet(path), {"classes": names})

    def shards(path):
        os.mkdir(path)
        for k in range(3):
            d.shard(3, k, contiguous=True).to_parquet(os.path.join(path, f"train-{k:05d}-of-00003.parquet"))
        open(os.path.join(path, "README.md"), "w").write("# shards\n")
    suite.write(writer, "shards", columns, shards, {"classes": names})


def spark(suite):
    import logging
    import pyspark
    from pyspark.sql import SparkSession
    from pyspark.sql import types as T
    logging.getLogger("py4j").setLevel(logging.ERROR)
    os.environ["TZ"] = "UTC"
    s = (SparkSession.builder.master("local[1]").config("spark.sql.session.timeZone", "UTC").config("spark.ui.enabled", "false")
         .config("spark.driver.extraJavaOptions", "-Duser.timezone=UTC").config("spark.driver.memory", "1g").getOrCreate())
    s.sparkContext.setLogLevel("OFF")
    writer = "Spark " + pyspark.__version__
    types = {
        "bool": T.BooleanType(), "int8": T.ByteType(), "int16": T.ShortType(), "int32": T.IntegerType(), "int64": T.LongType(), "float32": T.FloatType(), "float64": T.DoubleType(),
        "string": T.StringType(), "binary": T.BinaryType(), "date": T.DateType(), "ts_us": T.TimestampNTZType(), "ts_utc": T.TimestampType(),
        "dec9": T.DecimalType(9, 2), "dec18": T.DecimalType(18, 4), "dec38": T.DecimalType(38, 10), "list": T.ArrayType(T.LongType()), "struct": T.StructType([T.StructField("a", T.LongType()), T.StructField("b", T.StringType())]),
    }
    for nulls in [0, 7]:
        values = data(types, nulls)
        rows = [tuple(bytearray(x) if isinstance(x, bytes) else x for x in r) for r in zip(*values.values())]
        frame = s.createDataFrame(rows, T.StructType([T.StructField(n, t) for n, t in types.items()])).coalesce(1).cache()
        columns = kinds(values)
        word = "nulls" if nulls else "no nulls"

        def add(options, conf, parts=1, **how):
            def write(path):
                for k, v in conf.items():
                    s.conf.set(k, v)
                    s.sparkContext._jsc.hadoopConfiguration().set(k, v)
                try:
                    (frame.repartition(parts) if parts > 1 else frame).write.options(**how).parquet(path)
                finally:
                    for k in conf:
                        s.conf.unset(k)
                        s.sparkContext._jsc.hadoopConfiguration().unset(k)
            suite.write(writer, f"{options}, {word}", columns, write, {"any order": parts > 1})

        for compression in ["none", "snappy", "gzip", "zstd", "lz4", "lz4_raw", "brotli"]:
            for version in ["v1", "v2"]:
                add(f"{compression}, {version}", {"parquet.writer.version": version}, compression=compression)
        for kind in ["INT96", "TIMESTAMP_MICROS", "TIMESTAMP_MILLIS"]:
            add(f"timestamps as {kind}", {"spark.sql.parquet.outputTimestampType": kind})
        add("legacy format", {"spark.sql.parquet.writeLegacyFormat": "true"})
        add("defaults", {})
        add("a directory of parts", {}, parts=3)
    s.stop()


def main():
    root = sys.argv[1]
    os.makedirs(root, exist_ok=True)
    suite = Suite(root)
    for writer in [arrow, duck, polars, fast, pandas, huggingface, spark]:
        if len(sys.argv) > 2 and writer.__name__ not in sys.argv[2:]:
            continue
        before = suite.count
        try:
            writer(suite)
        except ImportError as e:
            print(f"{writer.__name__}: {e}")
        print(f"{writer.__name__}: {suite.count - before} files tried")


if __name__ == "__main__":
    main()

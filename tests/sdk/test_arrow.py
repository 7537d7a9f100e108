# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""Streams of an independent Arrow implementation (DuckDB) through the arrow-query example: what the
host takes arrives as it is, what it does not take is refused by name.

    test_arrow.py PREFIX DUCKDB_FOLDER
"""
import csv
import glob
import io
import json
import os
import shutil
import sys
import tempfile

from common import SOURCE, built, check, equal, finish, good, run

PREFIX = os.path.abspath(sys.argv[1])
PORTRAIT = os.path.join(PREFIX, "bin", "portrait")
LIBRARY = (glob.glob(os.path.join(os.path.abspath(sys.argv[2]), "node_modules", "@duckdb", "*", "libduckdb.so"))
           or [None])[0]

# Each type the host takes: SQL and how `portrait read` shows it.
TAKEN = [
    ("TRUE", "true"), ("(-128)::TINYINT", "-128"), ("32767::SMALLINT", "32767"), ("(-3)::INTEGER", "-3"),
    ("9223372036854775807::BIGINT", "9223372036854775807"), ("1.5::REAL", "1.5"), ("0.1::DOUBLE", "0.1"),
    ("'\u00fc \u4e2d'", "\u00fc \u4e2d"), ("''", ""), ("DATE '1969-12-31'", "1969-12-31"),
    ("TIMESTAMP '2024-02-29 01:02:03.000004'", "2024-02-29T01:02:03.000004Z"),
    ("TIMESTAMP_MS '2024-02-29 01:02:03.004'", "2024-02-29T01:02:03.004Z"),
    ("TIMESTAMPTZ '2024-02-29 01:02:03+02'", "2024-02-28T23:02:03Z"),
    ("UUID '47183823-2574-4bfd-b411-99ed177d3e43'", "47183823-2574-4bfd-b411-99ed177d3e43"),
    ("NULL::INTEGER", ""), ("NULL::VARCHAR", ""), ("NULL::BOOLEAN", ""), ("NULL::DATE", ""),
    ("'b'::ENUM ('a', 'b')", "b"), ("NULL::ENUM ('a', 'b')", ""),
]
# Each type it refuses, and what it then says.
REFUSED = [
    ("1.5::DECIMAL(9,2)", "Arrow format `d:"), ("1::HUGEINT", "Arrow format `d:"), ("1::UTINYINT", "Arrow format `C`"),
    ("1::USMALLINT", "Arrow format `S`"), ("1::UINTEGER", "Arrow format `I`"), ("1::UBIGINT", "Arrow format `L`"),
    ("TIME '01:02:03'", "Arrow format `ttu`"), ("INTERVAL 1 DAY", "Arrow format `tin`"),
    ("TIMESTAMP_S '2020-01-01 00:00:00'", "Arrow format `tss:"),
    ("TIMESTAMP_NS '2020-01-01 00:00:00'", "Arrow format `tsn:"), ("'a'::BLOB", "Arrow format `z`"),
    ("[1, 2]", "Arrow format `+l`"), ("[1, 2]::INTEGER[2]", "Arrow format `+w:2`"), ("{'a': 1}", "Arrow format `+s`"),
    ("MAP {'a': 1}", "Arrow format `+m`"),
]
# Rows of every type with NULLs, over many batches of DuckDB's.
MANY = """SELECT i AS n, CASE WHEN i % 3 = 0 THEN NULL ELSE i % 2 = 0 END AS b,
  CASE WHEN i % 5 = 0 THEN NULL ELSE (i % 100)::TINYINT END AS c, (i % 30000)::SMALLINT AS s,
  CASE WHEN i % 7 = 0 THEN NULL ELSE i::INTEGER END AS i, i * 0.25::DOUBLE AS g, (i * 0.5)::REAL AS f,
  CASE WHEN i % 4 = 0 THEN NULL WHEN i % 4 = 1 THEN '' ELSE 'row ' || i END AS u,
  DATE '2000-01-01' + (i % 9000)::INTEGER AS d, TIMESTAMP '2000-01-01 00:00:00' + INTERVAL (i) SECOND AS t,
  CASE WHEN i % 6 = 0 THEN NULL ELSE ['red', 'green', 'blue'][i % 3 + 1]::ENUM ('red', 'green', 'blue') END AS e
  FROM range(20000) t(i) ORDER BY n"""


def read(folder, query, *words):
    with_query = ["--with", "library=" + LIBRARY, "--with", "query=" + json.dumps(query)]
    return run([PORTRAIT, "read", "arrow-query", ":memory:", *with_query, "--plugin-dir",
                os.path.join(folder, "build", "plugins"), "--trust-plugins", *words], folder)


def cells(r):
    return list(csv.reader(io.StringIO(r.stdout)))


def test_taken(folder):
    query = "SELECT " + ", ".join(f"{sql} AS c{i}" for i, (sql, _) in enumerate(TAKEN))
    for large in ("false", "true"):  # offsets of texts of 32 and of 64 bits
        r = read(folder, f"SET arrow_large_buffer_size = {large}; {query}")
        equal(r.returncode, 0, f"taken: {r.stderr}")
        equal(cells(r)[1:], [[shown for _, shown in TAKEN]], "taken types")


def test_refused(folder):
    for sql, reason in REFUSED:
        r = read(folder, f"SELECT 1 AS good, {sql} AS bad")
        check(r.returncode != 0 and r.stdout == "", f"{sql}: exit {r.returncode}, {r.stdout}")
        check("column `bad`" in r.stderr and reason in r.stderr, f"{sql}: {r.stderr}")
    for query, reason in (("SELECT 1 AS a, 2 AS a", "two columns are named `a`"), ("SELECT * FROM nothing", "nothing"),
                          ("SELECT error('stop') AS a", "stop"), ("SELEC", "syntax error")):
        r = read(folder, query)
        check(r.returncode != 0 and reason in r.stderr, f"{query}: exit {r.returncode} {r.stderr}")


def test_projection(folder):
    r = read(folder, "SELECT 1 AS a, 'x' AS b, 2.5::DOUBLE AS c", "--columns", "c,a")
    equal(r.stdout, "c,a\n2.5,1\n", f"projection: {r.stderr}")


def test_nobody(folder):
    r = read(folder, "SELECT 1 AS a WHERE FALSE")
    equal((r.returncode, r.stdout), (0, "a\n"), f"no row: {r.stderr}")


def wanted():
    """The rows of MANY, made here."""
    import datetime
    for i in range(20000):
        day = datetime.date(2000, 1, 1) + datetime.timedelta(days=i % 9000)
        at = datetime.datetime(2000, 1, 1) + datetime.timedelta(seconds=i)
        yield [str(i), "" if i % 3 == 0 else "true" if i % 2 == 0 else "false", "" if i % 5 == 0 else str(i % 100),
               str(i % 30000), "" if i % 7 == 0 else str(i), f"{i / 4:.15g}", f"{i / 2:.15g}",
               "" if i % 4 < 2 else f"row {i}", day.isoformat(), at.isoformat() + "Z",
               "" if i % 6 == 0 else ("red", "green", "blue")[i % 3]]


def same_rows(r, what):
    got, want = cells(r)[1:], list(wanted())
    equal(len(got), len(want), what)
    equal(next(((g, w) for g, w in zip(got, want) if g != w), None), None, what)


def test_many(folder):
    for threads in ("1", "4"):
        r = read(folder, MANY, "--threads", threads)
        equal(r.returncode, 0, f"many: {r.stderr}")
        same_rows(r, f"many rows at {threads} threads")


def sliced(example, t):
    """The example with a producer that cuts DuckDB's batches."""
    folder = os.path.join(t, "sliced")
    shutil.copytree(example, folder, ignore=shutil.ignore_patterns("build"))
    shutil.copy(os.path.join(SOURCE, "tests", "sdk", "arrow", "sliced_stream.c"), folder)
    cmake = os.path.join(folder, "CMakeLists.txt")
    with open(cmake, encoding="utf-8") as f:
        text = f.read()
    with open(cmake, "w", encoding="utf-8") as f:
        f.write(text.replace("SOURCES duckdb_stream.c", "SOURCES sliced_stream.c duckdb_stream.c") +
                "set_source_files_properties(duckdb_stream.c PROPERTIES\n"
                "  COMPILE_DEFINITIONS given_stream_open=duckdb_stream_open)\n")
    built(PREFIX, folder)
    return folder


def test_sliced(folder):
    r = read(folder, MANY)
    equal(r.returncode, 0, f"sliced: {r.stderr}")
    same_rows(r, "rows of slices and a dictionary")


def main():
    if LIBRARY is None:
        print("DuckDB was not fetched")
        sys.exit(1 if os.environ.get("CI") else 77)
    with tempfile.TemporaryDirectory(prefix="portrait-arrow-") as t:
        folder = os.path.join(t, "source-arrow")
        shutil.copytree(os.path.join(SOURCE, "sdk", "examples", "source-arrow"), folder)
        built(PREFIX, folder, "-DDUCKDB_LIBRARY=" + LIBRARY)
        with open(os.path.join(folder, "build", "out", "totals.csv"), encoding="utf-8") as f:
            equal(f.read(), "customer,total\nC0,1666683333\nC1,1666616667\nC2,1666650000\n", "totals.csv")
        test_taken(folder)
        test_refused(folder)
        test_projection(folder)
        test_nobody(folder)
        test_many(folder)
        test_sliced(sliced(folder, t))
    finish()


main()

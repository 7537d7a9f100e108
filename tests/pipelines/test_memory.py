# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""`memory` is a budget: a run whose identifiers outgrow it, and the memory it may have at all, ends
with the same bytes as one with plenty; a run over the same people's rows many times over takes no
more memory than over some."""
import json
import os
import resource
import subprocess
import tempfile

from common import PIPELINES, PORTRAIT, check, digest, equal, finish, plain_shop

ROWS = 250_000
LIMIT = 80 << 20  # bytes of private memory: less than these identifiers take


def many_identifiers(folder, shop):
    """A shop where every line of the log has a cookie of its own."""
    os.makedirs(folder)
    for name in ("crm.csv", "events.jsonl"):
        with open(os.path.join(shop, name), "rb") as source, open(os.path.join(folder, name), "wb") as out:
            out.write(source.read())
    with open(os.path.join(folder, "access.log"), "w", encoding="ascii") as out:
        for i in range(ROWS):
            out.write(f'10.0.{i >> 8 & 255}.{i & 255} - - [{i % 28 + 1:02}/May/2025:{i % 24:02}:{i % 60:02}:00 +0000] '
                      f'"GET /product/S{i % 5000} HTTP/1.1" 200 512 "-" "Mozilla/5.0" "uid=c{i * 2654435761:028x}"\n')


def repeated(folder, shop, times):
    os.makedirs(folder)
    for name in ("crm.csv", "events.jsonl", "access.log"):
        with open(os.path.join(shop, name), "rb") as source:
            data = source.read()
        with open(os.path.join(folder, name), "wb") as out:
            for _ in range(1 if name == "crm.csv" else times):
                out.write(data)


def pipeline_with(folder, memory):
    path = os.path.join(folder, f"features-{memory}.yaml")
    with open(os.path.join(PIPELINES, "shop-features.yaml"), encoding="utf-8") as f:
        text = f.read()
    check("\nportrait: 1\n" in text, "shop-features.yaml begins as it did")
    with open(path, "w", encoding="utf-8") as f:
        f.write(text.replace("\nportrait: 1\n", f"\nportrait: 1\nmemory: {memory}\n", 1))
    return path


def portrait(words, limit):
    """The command, in no more private memory than the limit (None = any)."""
    def limited():
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))

    return subprocess.run([PORTRAIT, *words], capture_output=True, text=True, timeout=300,
                          preexec_fn=None if limit is None else limited)


def run(folder, data, memory, limit=None):
    out, runs = os.path.join(folder, "out.csv"), os.path.join(folder, "runs")
    r = portrait(["run", pipeline_with(folder, memory), "--runs", runs, "--threads", "1", "--var", "data=" + data,
                  "--var", "out=" + out], limit)
    if r.returncode != 0:
        return r, None, None
    with open(os.path.join(runs, "latest", "run.json"), encoding="utf-8") as f:
        record = json.load(f)
    return r, digest(out), record


def can_live_in(limit):
    """A build with sanitizers cannot: they reserve more than any limit of use here."""
    return portrait(["--version"], limit).returncode == 0


def test_many_identifiers(t, shop):
    data = os.path.join(t, "many")
    many_identifiers(data, shop)
    r, expected, record = run(t, data, "512MiB")
    equal(r.returncode, 0, f"plenty of memory: {r.stderr[-800:]}")
    equal(record["spilled_bytes"], 0, "plenty of memory: spilled")
    check("beyond memory" not in r.stdout + r.stderr, "nothing is told of the disk")
    r, got, record = run(t, data, "2MiB")
    equal((r.returncode, got), (0, expected), f"2 MiB: {r.stderr[-800:]}")
    check(record["spilled_bytes"] > 20e6, f"2 MiB: spilled {record['spilled_bytes']}")
    check("beyond memory: " in r.stdout + r.stderr, "the run tells what it spilled")
    if can_live_in(LIMIT):
        r, _, _ = run(t, data, "512MiB", LIMIT)
        check(r.returncode == 1 and "out of memory" in r.stderr, f"the limit bites: {r.returncode} {r.stderr[-800:]}")
        r, got, _ = run(t, data, "2MiB", LIMIT)
        equal((r.returncode, got), (0, expected), f"2 MiB in limited memory: {r.stderr[-800:]}")


def test_repeated_rows(t, shop):
    peaks = []
    for times in (20, 80):
        data = os.path.join(t, f"times-{times}")
        repeated(data, shop, times)
        r, _, record = run(t, data, "4MiB")
        equal(r.returncode, 0, f"{times} times: {r.stderr[-800:]}")
        check(record["spilled_bytes"] > 0, f"{times} times: nothing went to disk")
        peaks.append(record["peak_memory_bytes"])
    if can_live_in(LIMIT):
        check(peaks[1] <= 1.05 * peaks[0], f"20 and 80 times the rows: peaks {peaks}")


def main():
    with tempfile.TemporaryDirectory() as t:
        shop = plain_shop(os.path.join(t, "shop"))
        test_many_identifiers(t, shop)
        test_repeated_rows(t, shop)
    finish()


main()

# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""keep_ids: a retrain with another seed and order gives the segments their old numbers, and run.json tells."""
import os
import tempfile

from common import PIPELINES, check, equal, finish, portrait, record, rows


def pipeline(folder, name, changes):
    with open(os.path.join(PIPELINES, "retail-personas.yaml"), encoding="utf-8") as f:
        text = f.read()
    for old, new in changes:
        check(old in text, f"{name}: `{old}` is in the pipeline")
        text = text.replace(old, new)
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path


def run(t, path, out):
    return portrait("run", path, "--runs", os.path.join(t, "runs"), "--var", "out=" + os.path.join(t, out),
                    "--var", "data=" + os.path.join(PIPELINES, "data/retail/online_retail.csv.zst"))


def personas(t, out):
    return {r["customer"]: r["persona"] for r in rows(os.path.join(t, out))}


with tempfile.TemporaryDirectory() as t:
    few = ("restarts: 50", "restarts: 5")
    r = run(t, pipeline(t, "first.yaml", [few]), "first.csv")
    equal(r.returncode, 0, "first run\n" + r.stderr)
    os.link(os.path.join(t, "runs", "latest", "models", "persona.model"), os.path.join(t, "old.model"))
    before = personas(t, "first.csv")

    other = [few, ("seed: 1", "seed: 2"), ("order_by: money", "order_by: recency_days")]
    r = run(t, pipeline(t, "free.yaml", other), "free.csv")
    equal(r.returncode, 0, "without keep_ids\n" + r.stderr)
    free = personas(t, "free.csv")
    check(sum(free[c] == before[c] for c in before) < 0.9 * len(before), "without keep_ids numbers change")

    keep = [("    prepare: {log1p", "    keep_ids: old.model\n    prepare: {log1p")]
    r = run(t, pipeline(t, "kept.yaml", other + keep), "kept.csv")
    equal(r.returncode, 0, "with keep_ids\n" + r.stderr)
    now = personas(t, "kept.csv")
    check(sum(now[c] == before[c] for c in before) > 0.98 * len(before), "with keep_ids numbers stay")
    training = record(os.path.join(t, "runs"))["models"]["persona"]["training"]
    equal(training["numbered_by"], "the saved model, then mean of recency_days", "how it is numbered")
    equal(training["segments_before"], 4, "segments before")
    for i, s in enumerate(training["kept_ids"]):
        equal((s["segment"], s["was"]), (i, i), "numbers of segment %d" % i)
        check(0.98 * s["rows"] <= s["shared"] <= s["rows"] and s["drift"] < 0.1, f"moves {s}")

    r = run(t, pipeline(t, "gone.yaml", other + [(keep[0][0], keep[0][1].replace("old.model", "no.model"))]), "gone.csv")
    equal(r.returncode, 78, "a file that is not there")
    check("no.model" in r.stderr and "keep_ids" in r.stderr, "it is named\n" + r.stderr)
finish()

# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""metrics.prom read by a small parser of the Prometheus text format, against run.json, after good and
bad runs and after a delivery."""
import os
import re
import tempfile
from datetime import datetime

from common import PIPELINES, ROOT, check, equal, finish, portrait, record

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
SAMPLE = re.compile(r"(%s)\{((?:[a-zA-Z_]\w*=\"(?:[^\"\\\n]|\\[\\\"n])*\",?)*)\} (\S+)" % NAME)
LABEL = re.compile(r"([a-zA-Z_]\w*)=\"((?:[^\"\\\n]|\\[\\\"n])*)\"")


def unescape(text):
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], text)


def parse(path):
    """{(name, labels): value}, {name: help}; every rule of the format that applies is checked."""
    with open(path, encoding="utf-8", newline="") as f:
        text = f.read()
    check(text.endswith("\n") and "\r" not in text, "lines end in LF, the last one too")
    values, helps, types, family = {}, {}, {}, None
    for line in text.split("\n")[:-1]:
        if m := re.fullmatch(r"# HELP (%s) (.+)" % NAME, line):
            check(m[1] not in helps, f"{m[1]}: one HELP")
            helps[m[1]] = m[2]
            family = m[1]
        elif m := re.fullmatch(r"# TYPE (%s) (\w+)" % NAME, line):
            check(m[1] == family and m[1] not in types, f"{m[1]}: TYPE behind its HELP")
            types[m[1]] = m[2]
        else:
            m = SAMPLE.fullmatch(line)
            check(m is not None, f"a sample: {line!r}")
            if m:
                labels = [(k, unescape(v)) for k, v in LABEL.findall(m[2])]
                equal(m[1], family, "samples stand below their head")
                check(types.get(m[1]) == "gauge", f"{m[1]}: a gauge")
                check(len(dict(labels)) == len(labels), f"labels differ: {line}")
                key = (m[1], tuple(sorted(labels)))
                check(key not in values, f"a series once: {line}")
                values[key] = float(m[3])
    return values, helps


def value(values, name, pipeline, **labels):
    return values.get((name, tuple(sorted({"pipeline": pipeline, **labels}.items()))))


def seconds(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def agrees(values, run, text):
    p = run["pipeline"]
    equal(value(values, "portrait_run_exit_code", p), run["exit"], f"{text}: exit")
    equal(value(values, "portrait_run_info", p, status=run["status"], version=run["portrait"]), 1, f"{text}: info")
    for name, key in (("start", "started"), ("end", "ended")):
        got = value(values, f"portrait_run_{name}_timestamp_seconds", p)
        check(got is not None and abs(got - seconds(run[key])) < 1e-3, f"{text}: {key} {got}")
    equal(value(values, "portrait_run_duration_seconds", p), run["seconds"]["all"], f"{text}: seconds")
    equal(value(values, "portrait_run_peak_memory_bytes", p), run["peak_memory_bytes"], f"{text}: memory")
    for step in ("read", "people", "learn", "publish", "deliver"):
        equal(value(values, "portrait_step_seconds", p, step=step), run["seconds"][step], f"{text}: {step}")
    for s in run["sources"]:
        for state in ("read", "used", "filtered", "unmatched", "outside", "quarantined"):
            equal(value(values, "portrait_source_rows", p, source=s["name"], state=state), s[state],
                  f"{text}: {s['name']} {state}")
    for s in run["sinks"]:
        equal(value(values, "portrait_sink_rows", p, sink=s["name"]), s["rows"], f"{text}: {s['name']} rows")
        equal(value(values, "portrait_sink_published", p, sink=s["name"]),
              float(s["published"]) if "published" in s else None, f"{text}: {s['name']} published")
    for a in run["audiences"]:
        for state, n in a.items():
            if state != "name":
                equal(value(values, "portrait_audience_people", p, audience=a["name"], state=state), n,
                      f"{text}: {a['name']} {state}")
    for state in ("delivered", "pending"):
        equal(value(values, "portrait_deliveries_people", p, state=state), run["balance"][state], f"{text}: {state}")
    for name, model in run["models"].items():
        equal(value(values, "portrait_model_training_rows", p, model=name), model["training"]["rows"],
              f"{text}: {name} rows")
        for metric, number in model["evaluation"].items():
            if isinstance(number, (int, float)) and not isinstance(number, bool):
                equal(value(values, "portrait_model_metric", p, model=name, metric=metric), number,
                      f"{text}: {name} {metric}")
        equal(value(values, "portrait_model_score_psi", p, model=name), model["drift"]["score"]["psi"],
              f"{text}: {name} score PSI")
        for i in model["drift"]["inputs"]:
            equal(value(values, "portrait_model_psi", p, model=name, input=i["name"]), i["psi"],
                  f"{text}: {name} PSI of {i['name']}")


def main():
    documented = set(re.findall(r"^\| `(portrait_\w+)` \|", open(os.path.join(ROOT, "docs/metrics.md")).read(), re.M))
    with tempfile.TemporaryDirectory() as t:
        runs = os.path.join(t, "runs")
        prom = os.path.join(runs, "latest", "metrics.prom")
        r = portrait("run", os.path.join(PIPELINES, "shop-campaign.yaml"), "--runs", runs, "--no-deliver",
                     "--var", "out=" + os.path.join(t, "out"))
        check(os.path.exists(prom), "good run: metrics\n" + r.stderr)
        values, helps = parse(prom)
        agrees(values, record(runs), "good run")
        equal(set(helps), documented, "docs/metrics.md lists exactly what there is")
        check(value(values, "portrait_model_metric", "shop-campaign", model="intent", metric="auc") > 0.5, "an AUC")
        equal(os.stat(prom).st_mode & 0o777, os.stat(os.path.join(runs, "latest/run.json")).st_mode & 0o777,
              "as private as run.json")

        log = os.path.join(t, "bad.log")
        with open(log, "w", encoding="utf-8") as f:
            f.write("this is no log line\n" * 3)
        r = portrait("run", os.path.join(PIPELINES, "weblog-visitors.yaml"), "--runs", runs, "--var", "data=" + log,
                     "--var", "out=" + os.path.join(t, "v.csv"))
        check(r.returncode not in (0, 78), "bad run: exit " + r.stderr)
        run = record(runs)
        values, _ = parse(prom)
        agrees(values, run, "bad run")
        equal(value(values, "portrait_run_exit_code", "weblog-visitors"), r.returncode, "bad run: exit code")
        left = [f for f in os.listdir(os.path.join(runs, "latest")) if "tmp" in f]
        equal(left, [], "no temp files stay")
    finish()


main()

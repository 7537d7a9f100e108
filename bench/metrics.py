# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""The figures of run.json against scikit-learn and NumPy on the bundled bank campaign.

    /usr/bin/python3 bench/metrics.py build/bin/portrait

needs python3-sklearn. Every figure is computed anew from the scores that a sink wrote: AUC, average
precision, log loss, Brier, KS, calibration bins and their error, lift, intervals, and the PSI of
numbers and texts. Ends with 1 when one is off.
"""
import csv
import glob
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
from sklearn.metrics import (average_precision_score, brier_score_loss, log_loss, roc_auc_score,
                             roc_curve)

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "..", "pipelines", "data", "bank", "bank-full.csv.zst")
INPUTS = ["age", "job", "balance", "housing", "contact", "day", "month", "campaign", "pdays",
          "poutcome"]
PIPELINE = """portrait: 1
name: metrics
seed: 1
sources:
  contacts:
    plugin: crm-csv
    with: {{path: {data}, delimiter: ";"}}
    static: [{inputs}, y]
identity:
  namespaces: {{contact_row: {{class: person}}}}
  rows: {{contacts: {{contact_row: row}}}}
models:
  smooth:
    plugin: logreg
    inputs: [{inputs}]
    label: y
    with: {{lambda: 1}}
    evaluate: {{test: "row % 5 = 0 AND row > 20000", bootstrap: 2000}}
  steps:
    plugin: dtree
    inputs: [{inputs}]
    label: y
    with: {{depth: 8, min_leaf: 5}}
    calibrate: isotonic
    evaluate: {{test: "row % 5 = 0 AND row > 20000", bootstrap: 2000}}
sinks:
  scores:
    plugin: campaign-csv
    from: profiles
    with:
      path: {out}
      decimals: 15
      columns: {{row: row, answered: y, smooth: smooth.p, steps: steps.p, age: age,
        balance: balance, job: job, month: month}}
"""
failed = 0


def near(what, got, want, tolerance):
    global failed
    ok = abs(got - want) <= tolerance
    failed += not ok
    print(f"{'ok  ' if ok else 'OFF '} {what}: {got:.12g}, wanted {want:.12g}")


def check_figures(name, e, y, p):
    near(f"{name} rows", e["rows"], len(y), 0)
    near(f"{name} AUC", e["auc"], roc_auc_score(y, p), 1e-12)
    near(f"{name} PR-AUC", e["pr_auc"], average_precision_score(y, p), 1e-12)
    near(f"{name} log loss", e["log_loss"], log_loss(y, np.clip(p, 1e-15, 1 - 1e-15)), 1e-10)
    near(f"{name} Brier", e["brier"], brier_score_loss(y, p), 1e-12)
    fpr, tpr, _ = roc_curve(y, p, drop_intermediate=False)
    near(f"{name} KS", e["ks"], np.max(tpr - fpr), 1e-12)


def check_tenths(name, e, y, p):
    """Where scores are distinct there is one right split."""
    order = np.argsort(p)
    n = len(y)
    ece = 0
    for i in range(10):
        k = order[i * n // 10:(i + 1) * n // 10]
        near(f"{name} bin {i + 1} rate", e["calibration"][i]["rate"], y[k].mean(), 2 / len(k))
        near(f"{name} bin {i + 1} score", e["calibration"][i]["mean_score"], p[k].mean(), 1e-9)
        ece += len(k) / n * abs(y[k].mean() - p[k].mean())
        k = order[::-1][i * n // 10:(i + 1) * n // 10]
        near(f"{name} lift {i + 1}", e["lift"][i]["lift"], y[k].mean() / y.mean(), 0.05)
    near(f"{name} ECE", e["ece"], ece, 2e-3)


def check_intervals(name, e, y, p):
    """Against an ordinary bootstrap: ends within a tenth of the width."""
    rng = np.random.default_rng(7)
    values = []
    for _ in range(1000):
        i = rng.integers(0, len(y), len(y))
        values.append((roc_auc_score(y[i], p[i]), average_precision_score(y[i], p[i]),
                       log_loss(y[i], np.clip(p[i], 1e-15, 1 - 1e-15)),
                       brier_score_loss(y[i], p[i])))
    for k, key in enumerate(["auc", "pr_auc", "log_loss", "brier"]):
        low, high = np.percentile([v[k] for v in values], [2.5, 97.5])
        near(f"{name} {key} from", e["intervals"][key][0], low, (high - low) / 10)
        near(f"{name} {key} to", e["intervals"][key][1], high, (high - low) / 10)


def psi(then, now):
    then = np.maximum(then / then.sum(), 1e-4)
    now = np.maximum(now / now.sum(), 1e-4)
    return np.sum((now - then) * np.log(now / then))


def check_drift(model, rows, is_test):
    drift = {i["name"]: i["psi"] for i in model["drift"]["inputs"]}
    for name in ["age", "balance"]:
        values = np.array([float(r[name]) for r in rows])
        edges = np.unique(np.quantile(values[~is_test], np.arange(1, 10) / 10,
                                      method="inverted_cdf"))
        bins = np.searchsorted(edges, values, side="left")
        counts = [np.bincount(bins[m], minlength=len(edges) + 1)
                  for m in (~is_test, np.ones(len(rows), bool))]
        near(f"PSI {name}", drift[name], psi(*counts), 1e-12)
    for name in ["job", "month"]:
        values = np.array([r[name] for r in rows])
        levels = sorted(set(values))
        then = np.array([np.sum(values[~is_test] == v) for v in levels])
        now = np.array([np.sum(values == v) for v in levels])
        rare = then < 0.01 * then.sum()
        then = np.append(then[~rare], then[rare].sum())
        now = np.append(now[~rare], now[rare].sum())
        near(f"PSI {name}", drift[name], psi(then, now), 1e-12)


def main():
    portrait = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "scores.csv")
        path = os.path.join(folder, "metrics.yaml")
        with open(path, "w", encoding="utf-8") as f:
            f.write(PIPELINE.format(data=os.path.abspath(DATA), inputs=", ".join(INPUTS), out=out))
        subprocess.run([portrait, "run", path, "--quiet", "--runs", os.path.join(folder, "runs")],
                       check=True, capture_output=True)
        with open(glob.glob(os.path.join(folder, "runs", "*", "run.json"))[0],
                  encoding="utf-8") as f:
            models = json.load(f)["models"]
        with open(out, encoding="utf-8", newline="") as f:
            rows = list(csv.DictReader(f))
    is_test = np.array([int(r["row"]) % 5 == 0 and int(r["row"]) > 20000 for r in rows])
    y = np.array([r["answered"] == "yes" for r in rows], int)[is_test]
    for name in ["smooth", "steps"]:
        p = np.array([float(r[name]) for r in rows])[is_test]
        check_figures(name, models[name]["evaluation"], y, p)
        check_intervals(name, models[name]["evaluation"], y, p)
        check_drift(models[name], rows, is_test)
    check_tenths("smooth", models["smooth"]["evaluation"], y,
                 np.array([float(r["smooth"]) for r in rows])[is_test])
    print(f"{failed} off")
    sys.exit(failed > 0)


main()

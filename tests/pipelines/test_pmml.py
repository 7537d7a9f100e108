# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""Exported PMML means what Portrait does: an independent scorer reads the documents and scores the
raw rows; scores are equal. With a schema (PORTRAIT_DATA) documents are validated too."""
import csv
import datetime
import math
import os
import random
import subprocess
import tempfile
import xml.etree.ElementTree as ET

from common import PIPELINES, check, equal, finish, portrait, rows, unpack
from pmml_scorer import Scorer, kids, tag

N_ROWS = 1500
ODD = ['plain', 'a & b', '<x>', 'say "hi"', "it's", 'tab\there', 'back\\slash', 'naïve ☃', 'new\nline',
       'a=b', '1', 'true', "'", '"', '"a" "b"', '\\"', 'two  blanks']

# Every kind of column, missing values in all, transformed and not.
PIPELINE = """portrait: 1
name: pmml
seed: 1
sources:
  people:
    plugin: crm-csv
    with:
      path: people.csv
      columns: {number: i64, age: f64, balance: f64, job: string, odd: string, opted: bool, since: date,
        seen: time, month: string, y: string, spent: f64, tier: string}
    static: [number, age, balance, job, odd, opted, since, seen, month, y, spent, tier]
identity:
  namespaces: {line: {class: person}}
  rows: {people: {line: row}}
models:
%s
sinks:
  scores: {plugin: campaign-csv, from: profiles, with: {path: scores.csv, decimals: 15, columns: {row: row%s}}}
"""
INPUTS = "[age, balance, job, odd, opted, since, seen, month]"
MODELS = {
    "personas": ("kmeans", "inputs: %s, with: {k: 5}, prepare: {log1p: [balance]}" % INPUTS, 1e-6),
    "personas_codes": ("kmeans", "inputs: [age, month, odd], with: {k: 3}, prepare: {categories: codes, impute: mean, "
                       "scale: minmax}", 1e-6),
    "forest": ("forest", "inputs: %s, label: y, with: {trees: 8, depth: 7}" % INPUTS, 1e-6),
    "forest_one_hot": ("forest", "inputs: %s, label: y, with: {trees: 5, depth: 5}, prepare: {categories: one_hot, "
                       "impute: 7, scale: standard, log1p: [balance, age]}" % INPUTS, 1e-6),
    "gbdt": ("gbdt", "inputs: %s, label: y, with: {trees: 20}" % INPUTS, 1e-6),
    "gbdt_logged": ("gbdt", "inputs: %s, label: y, with: {trees: 10}, prepare: {log1p: [balance, age]}" % INPUTS, 1e-6),
    "gbdt_number": ("gbdt", "inputs: %s, label: spent, with: {trees: 10, loss: squared}" % INPUTS, 2e-4),
    "gbdt_platt": ("gbdt", "inputs: [age, job], label: y, with: {trees: 5}, calibrate: platt", 1e-6),
    "forest_isotonic": ("forest", "inputs: [age, job], label: y, with: {trees: 5}, calibrate: isotonic", 1e-6),
    "logreg": ("logreg", "inputs: %s, label: y, prepare: {log1p: [balance]}" % INPUTS, 1e-9),
    "logreg_dropped": ("logreg", "inputs: %s, label: y, with: {lambda: 0.1, l1_ratio: 0.5}, prepare: {drop_first: true, "
                       "impute: zero, scale: minmax}, calibrate: platt" % INPUTS, 1e-9),
    "logreg_tiers": ("logreg", "inputs: [age, balance, odd, opted, since, seen], label: tier, "
                     "with: {classes: [bronze, silver, 'gold & more']}", 1e-9),
    "dtree": ("dtree", "inputs: %s, label: y" % INPUTS, 1e-9),
    "dtree_one_hot": ("dtree", "inputs: %s, label: y, with: {depth: 9, min_leaf: 2}, prepare: {categories: one_hot, "
                      "impute: none}" % INPUTS, 1e-9),
}


def odd_of(r, i):
    return "" if i % 13 == 0 else ODD[r.randrange(len(ODD))]


def people(folder):
    """Rows of the bank with columns of every type; the label depends on all of them."""
    r = random.Random(5)
    plain = os.path.join(folder, "bank.csv")
    unpack(os.path.join(PIPELINES, "data", "bank", "bank-full.csv.zst"), plain)
    with open(plain, newline="", encoding="utf-8") as f:
        bank = list(csv.DictReader(f, delimiter=";"))[::28][:N_ROWS]
    made = []
    for i, b in enumerate(bank):
        odd = odd_of(r, i)
        since = datetime.date(2019, 1, 1) + datetime.timedelta(days=r.randrange(2000))
        seen = datetime.datetime(2024, 1, 1) + datetime.timedelta(seconds=r.randrange(10**7), microseconds=250000)
        row = {"number": i, "age": b["age"], "balance": b["balance"], "job": b["job"], "odd": odd,
               "opted": r.choice(["true", "false"]), "since": since.isoformat(),
               "seen": seen.isoformat() + "Z", "month": b["month"]}
        z = (int(b["age"]) > 45) + (b["job"] == "management") + (odd in ("<x>", "naïve ☃")) + (
            row["opted"] == "true") + (since.year < 2021) - (seen.month > 3) + r.gauss(0, 0.7)
        row["y"] = "yes & no" if z > 1.5 else "<no>"
        row["tier"] = "bronze" if z < 0.8 else "silver" if z < 2.2 else "gold & more"
        row["spent"] = round(100 * z + float(b["balance"]) / 50, 2)
        for k, name in enumerate(("age", "balance", "job", "opted", "since", "seen", "month")):
            row[name] = "" if r.random() < 0.02 * (k + 1) else row[name]
        made.append(row)
    with open(os.path.join(folder, "people.csv"), "w", newline="", encoding="utf-8") as f:
        w = csv.DictWriter(f, fieldnames=list(made[0]))
        w.writeheader()
        w.writerows(made)
    return made


def raw_texts(scorer, row):
    """The row as the document's fields want it: dates and times are days since 1970."""
    texts = {}
    for name, field in scorer.dictionary.items():
        value = str(row[name])
        if value != "" and field.get("displayName", "").startswith("days since"):
            at = datetime.datetime.fromisoformat(value.replace("Z", "")) - datetime.datetime(1970, 1, 1)
            value = repr(at / datetime.timedelta(days=1))
        texts[name] = value
    return texts


def same(name, got, want, tolerance):
    worst = 0.0
    wrong = 0
    for a, b in zip(got, want):
        if isinstance(a, str):
            wrong += a != b
        else:
            worst = max(worst, abs(a - float(b)))
    check(wrong == 0, f"{name}: {wrong} texts differ")
    check(worst <= tolerance, f"{name}: differs by {worst}")


def compare(folder, name, made, table, tolerance):
    path = os.path.join(folder, name + ".pmml")
    r = portrait("models", "export", "latest", name, "--as", "pmml", "--out", path, "--runs",
                 os.path.join(folder, "runs"))
    equal(r.returncode, 0, f"{name}: export\n{r.stderr}")
    scorer = Scorer(path)
    scored = [scorer.score(raw_texts(scorer, row)) for row in made]
    outputs = [o for o in scored[0] if f"{name}.{o}" in table[0]]
    check(outputs, f"{name}: outputs {list(scored[0])} of {list(table[0])}")
    for o in outputs:
        values = [row[f"{name}.{o}"] for row in table]
        check(len(set(values)) > 2, f"{name}.{o}: scores are not all the same")
        same(f"{name}.{o}", [s[o] for s in scored], values, tolerance)
    return path


def validate(paths):
    data = os.environ.get("PORTRAIT_DATA")
    if data is None:
        return
    for path in paths:
        r = subprocess.run(["xmllint", "--noout", "--schema", os.path.join(data, "pmml", "pmml.xsd"), path],
                           capture_output=True, text=True)
        equal(r.returncode, 0, f"{path}: {r.stderr[:2000]}")


def write_pipeline(folder):
    models = "".join(f"  {name}: {{plugin: {plugin}, {rest}}}\n" for name, (plugin, rest, _) in MODELS.items())
    columns = "".join(f', "{name}.{o}": {name}.{o}' for name, (plugin, rest, _) in MODELS.items()
                      for o in outputs_of(plugin, rest))
    path = os.path.join(folder, "pipeline.yaml")
    with open(path, "w", encoding="utf-8") as f:
        f.write(PIPELINE % (models, columns))
    return path


def outputs_of(plugin, rest):
    if plugin == "kmeans":
        return ["segment", "distance"]
    if "label: tier" in rest:
        return ["class", "p_bronze", "p_silver", "p_gold & more"]
    return ["value"] if "label: spent" in rest else ["p"]


def test_scores(folder):
    made = people(folder)
    r = portrait("run", write_pipeline(folder), "--quiet", "--runs", os.path.join(folder, "runs"))
    equal(r.returncode, 0, "run\n" + r.stderr)
    table = sorted(rows(os.path.join(folder, "scores.csv")), key=lambda row: int(row["row"]))
    equal(len(table), len(made), "rows")
    paths = [compare(folder, name, made, table, tolerance) for name, (_, _, tolerance) in MODELS.items()]
    validate(paths)


def test_refusals(folder):
    model = os.path.join(folder, "runs", "latest", "models", "personas.model")
    out = os.path.join(folder, "refused.json")
    r = portrait("models", "export", model, "--as", "xgboost", "--out", out)
    equal(r.returncode, 2, "k-means is no XGBoost model")
    check(not os.path.exists(out), "nothing is written")
    equal(portrait("models", "export", model, "--as", "csv").returncode, 2, "an unknown format")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        test_scores(folder)
        test_refusals(folder)
    finish()

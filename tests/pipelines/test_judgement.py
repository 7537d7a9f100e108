# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""What a pipeline asks of the judgement of its models stands in run.json under the names of
docs/models.md, the same at any number of threads; a loaded model keeps its calibration and tells how
far the people have moved."""
import csv
import os
import tempfile

from common import PIPELINES, ROOT, check, equal, finish, portrait, record, unpack

INPUTS = "age, job, balance, housing, contact, month, campaign, poutcome"
HEAD = """portrait: 1
name: judgement
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
  steps:
    plugin: dtree
    inputs: [{inputs}]
    {more}
sinks:
  file:
    plugin: campaign-csv
    from: profiles
    with: {{path: {out}, decimals: 15, columns: {{row: row, p: steps.p}}}}
"""
LEARN = """label: y
    calibrate: isotonic
    evaluate: {test: "row % 4 = 0", folds: 3, threshold: 0.2, bootstrap: 200, importance: 2,
      learning_curve: [0.2, 1]}"""


def run(folder, name, data, more, threads="2"):
    path = os.path.join(folder, name + ".yaml")
    out = os.path.join(folder, name + ".csv")
    runs = os.path.join(folder, "runs-" + name)
    with open(path, "w", encoding="utf-8") as f:
        f.write(HEAD.format(data=data, inputs=INPUTS, more=more, out=out))
    r = portrait("run", path, "--runs", runs, "--threads", threads)
    equal(r.returncode, 0, f"{name}: exit\n{r.stderr[-2000:]}")
    model = record(runs)["models"]["steps"]
    return model, text_of(out), r.stdout + r.stderr, os.path.join(runs, "latest")


def text_of(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def part(source, target, rows, change):
    with open(source, encoding="utf-8", newline="") as f, \
            open(target, "w", encoding="utf-8", newline="") as g:
        reader = csv.DictReader(f, delimiter=";")
        writer = csv.DictWriter(g, reader.fieldnames, delimiter=";", quoting=csv.QUOTE_ALL)
        writer.writeheader()
        for i, row in enumerate(reader):
            if i % 5 == rows:
                change(row)
                writer.writerow(row)


def check_names(e):
    manual = text_of(os.path.join(ROOT, "docs/models.md"))
    for key in e:
        check(f"`{key}`" in manual, f"docs/models.md: evaluation.{key}")
    equal([c["at"] for c in e["confusion"]], ["threshold", "ks"], "confusion")
    equal(e["confusion"][0]["threshold"], 0.2, "threshold")
    equal([p["share"] for p in e["learning_curve"]], [0.2, 1], "learning curve")
    equal(e["learning_curve"][1]["auc"], e["raw"]["auc"], "the whole is the model")
    equal(len(e["importance"]), len(INPUTS.split(",")), "importance")
    for key in ("auc", "pr_auc", "log_loss", "brier"):
        low, high = e["intervals"][key]
        check(low < e[key] < high, f"interval of {key}: {low} {e[key]} {high}")
        check(e["folds_spread"][key] > 0, f"spread of {key}")
    equal(sum(b["rows"] for b in e["calibration"]), e["rows"], "calibration rows")
    check(max(b["rows"] for b in e["lift"]) - min(b["rows"] for b in e["lift"]) <= 1, "tenths")
    check(abs(e["lift"][9]["gain"] - 1) < 1e-12, "gain")
    check(e["log_loss"] < e["raw"]["log_loss"], "calibration helps the log loss")
    check(e["ece"] < 0.03, "calibrated scores hold")


SEVERAL = """portrait: 1
name: several
seed: 1
sources:
  contacts:
    plugin: crm-csv
    with: {{path: {data}, delimiter: ";"}}
    static: [age, balance, pdays, previous, campaign, poutcome]
identity:
  namespaces: {{contact_row: {{class: person}}}}
  rows: {{contacts: {{contact_row: row}}}}
models:
  past:
    plugin: logreg
    inputs: [age, balance, pdays, previous, campaign]
    with: {{classes: [failure, other, success, unknown]}}
    {more}
sinks:
  file:
    plugin: campaign-csv
    from: profiles
    with: {{path: {out}, decimals: 15, columns: {{row: row, class: past, p1: past.p_failure,
      p2: past.p_other, p3: past.p_success, p4: past.p_unknown}}}}
"""
CLASSES = ("failure", "other", "success", "unknown")


def run_several(folder, name, data, more, threads="2"):
    path = os.path.join(folder, name + ".yaml")
    out = os.path.join(folder, name + ".csv")
    runs = os.path.join(folder, "runs-" + name)
    with open(path, "w", encoding="utf-8") as f:
        f.write(SEVERAL.format(data=data, more=more, out=out))
    r = portrait("run", path, "--runs", runs, "--threads", threads)
    equal(r.returncode, 0, f"{name}: exit\n{r.stderr[-2000:]}")
    return record(runs)["models"]["past"], text_of(out), os.path.join(runs, "latest")


def check_several(model, scores):
    e = model["evaluation"]
    for key in ("accuracy", "log_loss", "auc"):
        low, high = e["intervals"][key]
        check(low <= e[key] <= high, f"several: interval of {key}: {low} {e[key]} {high}")
    check(e["log_loss"] < e["raw"]["log_loss"], "several: calibration helps the log loss")
    equal(e["learning_curve"][1]["log_loss"], e["raw"]["log_loss"], "several: the whole")
    equal(e["importance"][0]["input"], "pdays", "several: who was called before was called")
    check(e["importance"][0]["accuracy_drop"] > 0.05, "several: importance")
    equal([c["class"] for c in model["calibrate"]["classes"]], list(CLASSES), "several: curves")
    for row in csv.DictReader(scores.splitlines()):
        p = [float(row[f"p{k}"]) for k in (1, 2, 3, 4)]
        check(abs(sum(p) - 1) < 1e-12, f"several: a sum of {sum(p)}")
        equal(row["class"], CLASSES[p.index(max(p))], "several: the most probable class")


def judge_several(t, data):
    learn = LEARN.replace("label: y", "label: poutcome").replace("threshold: 0.2, ", "")
    learn = learn.replace("isotonic", "platt")
    first, scores, folder = run_several(t, "several", data, learn)
    check_several(first, scores)
    again, scores_again, _ = run_several(t, "several4", data, learn, "4")
    equal((again, scores_again), (first, scores), "several: 4 threads")
    model = os.path.join(folder, "models", "past.model")
    _, scores_same, _ = run_several(t, "several-same", data, "load: " + model)
    equal(scores_same, scores, "several: a loaded model is calibrated too")
    r = portrait("models", "export", model, "--as", "pmml", "--out", os.path.join(t, "several.pmml"))
    check(r.returncode != 0 and "calibrate: none" in r.stderr, f"several: PMML\n{r.stderr}")


def main():
    with tempfile.TemporaryDirectory() as t:
        bank, old, new = (os.path.join(t, n) for n in ("bank.csv", "old.csv", "new.csv"))
        unpack(os.path.join(PIPELINES, "data", "bank/bank-full.csv.zst"), bank)
        part(bank, old, 0, lambda row: None)
        part(bank, new, 1, lambda row: row.update(age=int(row["age"]) + 25))
        first, scores, screen, folder = run(t, "learn", old, LEARN)
        check_names(first["evaluation"])
        equal(first["calibrate"]["method"], "isotonic", "calibration")
        check("drift since training" not in screen, "nobody moved")
        equal({i["verdict"] for i in first["drift"]["inputs"]}, {"stable"}, "verdicts")
        again, scores_again, _, _ = run(t, "learn4", old, LEARN, "4")
        equal(again, first, "4 threads: run.json")
        equal(scores_again, scores, "4 threads: scores")
        load = "load: " + os.path.join(folder, "models", "steps.model")
        same, scores_same, _, _ = run(t, "same", old, load)
        equal(scores_same, scores, "a loaded model is calibrated too")
        check("evaluation" not in same, "a loaded model is not judged")
        moved, _, screen, _ = run(t, "moved", new, load)
        verdicts = {i["name"]: i["verdict"] for i in moved["drift"]["inputs"]}
        equal(verdicts["age"], "drift", "age")
        equal({v for k, v in verdicts.items() if k != "age"}, {"stable"}, "the others")
        check("drift since training: age PSI" in screen, f"the screen tells:\n{screen}")
        judge_several(t, old)
    finish()


main()

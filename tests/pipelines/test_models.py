# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""What models learnt, asked for: reasons as columns, and the verb `models`."""
import json
import os
import re
import shutil
import subprocess
import tempfile

from common import PIPELINES, PORTRAIT, check, equal, finish, portrait, rows

PIPELINE = """portrait: 1
name: told
seed: 1
vars: {bank: "%s", out: scores.csv}
sources:
  contacts:
    plugin: crm-csv
    with: {path: "${var:bank}", delimiter: ";"}
    where: "row %% 15 = 0"
    static: [age, job, balance, housing, month, poutcome, y]
identity:
  namespaces: {line: {class: person}}
  rows: {contacts: {line: row}}
models:
  boost:
    plugin: gbdt
    inputs: [age, job, balance, housing, month, poutcome]
    label: y
    with: {trees: 15}
    reasons: 3
  woods: {plugin: forest, inputs: [age, job, month], label: y, with: {trees: 5, depth: 4}, reasons: 10}
  personas: {plugin: kmeans, inputs: [age, balance], with: {k: 3, order_by: age}}
audiences:
  may: {where: "boost.reason_1 GLOB 'month *'"}
sinks:
  scores: {plugin: campaign-csv, from: profiles, with: {path: "${var:out}"}}
  may: {plugin: campaign-csv, from: may, with: {path: may.csv, columns: {why: boost.reason_1}}}
"""
BANK = os.path.join(PIPELINES, "data", "bank", "bank-full.csv.zst")
REASON = re.compile(r"(\w+) (.*) \(([+-][0-9.e+-]+)\)")


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path


def run(folder, text, *words):
    path = write(folder, "pipeline.yaml", text)
    return portrait("run", path, "--quiet", "--runs", os.path.join(folder, "runs"), *words)


def check_reasons(row, name, n):
    """Strongest first, each input once, its value as in the table."""
    strengths, seen = [], set()
    for i in range(1, n + 1):
        text = row[f"{name}.reason_{i}"]
        if text == "":
            check(all(row[f"{name}.reason_{k}"] == "" for k in range(i, n + 1)), "none after none")
            break
        m = REASON.fullmatch(text)
        if m is None or m[1] in seen:
            check(False, f"a reason: {text}")
            return 0
        seen.add(m[1])
        equal(m[2], row[m[1]], f"the value in {text}")
        strengths.append(abs(float(m[3])))
    check(all(a >= b * 0.99 for a, b in zip(strengths, strengths[1:])), f"strongest first: {strengths}")
    return len(strengths)


def test_reasons(folder):
    r = run(folder, PIPELINE % BANK)
    equal(r.returncode, 0, "run\n" + r.stderr)
    table = rows(os.path.join(folder, "scores.csv"))
    told = sum(check_reasons(row, "boost", 3) + check_reasons(row, "woods", 10) for row in table)
    check(told > 5 * len(table), f"{told} reasons")
    check(all(row["woods.reason_4"] == "" for row in table), "no more reasons than inputs")
    may = rows(os.path.join(folder, "may.csv"))
    equal(sorted(row["why"] for row in may),
          sorted(row["boost.reason_1"] for row in table if row["boost.reason_1"].startswith("month ")),
          "an audience by reason")
    check(may, "somebody is in it")
    one = table[7]
    r = portrait("show", one["profile"], "--runs", os.path.join(folder, "runs"), "--json")
    equal(json.loads(r.stdout)["values"]["boost.reason_1"], one["boost.reason_1"], "show tells the reason")
    return table


def test_loaded(folder, table):
    """A saved model tells the same reasons, and as many as are asked for."""
    model = os.path.join(folder, "runs", "latest", "models", "boost.model")
    shutil.copy(model, os.path.join(folder, "kept.model"))
    text = (PIPELINE % BANK).replace("    reasons: 3\n", "    reasons: 2\n    load: kept.model\n")
    r = run(folder, text, "--var", "out=loaded.csv", "--threads", "1")
    equal(r.returncode, 0, "load\n" + r.stderr)
    loaded = rows("loaded.csv")
    for name in ("boost.p", "boost.reason_1", "boost.reason_2", "woods.reason_1"):
        equal([row[name] for row in loaded], [row[name] for row in table], f"{name} of a loaded model")
    check("boost.reason_3" not in loaded[0], "two reasons asked for")


def test_faults(folder):
    for old, new, want in (
            ("reasons: 3", "reasons: 0", "P0104"), ("reasons: 3", "reasons: 11", "P0104"),
            ("reasons: 3", "reasons: many", "P0104"), ("k: 3, order_by: age}}", "k: 3}, reasons: 1}", "P0103"),
            ("boost.reason_1 GLOB", "boost.reason_4 GLOB", "P0301")):
        r = portrait("check", write(folder, "wrong.yaml", (PIPELINE % BANK).replace(old, new)))
        equal(r.returncode, 78, f"{new}: exit")
        equal(re.findall(r"error\[(P\d+)\]", r.stderr), [want], f"{new}: codes\n{r.stderr}")


def test_verb(folder):
    runs = ("--runs", os.path.join(folder, "runs"))
    r = portrait("models", "list", *runs)
    equal([line.split()[:2] for line in r.stdout.splitlines()],
          [["boost", "gbdt"], ["personas", "kmeans"], ["woods", "forest"]], "list")
    equal(portrait("models", "list", "latest", *runs).stdout, r.stdout, "list RUN")
    file = os.path.join(folder, "runs", "latest", "models", "boost.model")
    told = json.loads(portrait("models", "show", file, "--json").stdout)["model"]
    equal(told["plugin"]["component"], "gbdt", "show FILE --json")
    equal(json.loads(told["training"]["text"])["with"], {"trees": "15"}, "options are kept")
    listed = json.loads(portrait("models", "list", "--json", *runs).stdout)
    equal((listed["version"], listed["kind"]), (1, "models list"), "list --json")
    equal([(m["name"], m["component"], m["label"], m["damage"]) for m in listed["models"]],
          [("boost", "gbdt", "y", None), ("personas", "kmeans", None, None), ("woods", "forest", "y", None)],
          "models of list --json")
    checked = json.loads(portrait("models", "check", file, "--json").stdout)
    equal((checked["kind"], checked["plugin"]), ("models check", "portrait.gbdt"), "check --json")
    page = portrait("models", "show", "latest", "boost", *runs).stdout
    for word in ("component", "poutcome", "importance"):
        check(word in page, f"show RUN NAME tells of {word}\n{page}")
    check(re.search(r"^  name +type", page, re.M), f"inputs are a table\n{page[:600]}")
    equal(portrait("models", "check", "latest", "personas", *runs).returncode, 0, "check RUN NAME")
    document = portrait("models", "export", file, "--as", "pmml").stdout
    out = write(folder, "boost.pmml", "old")
    equal(portrait("models", "export", file, "--as", "pmml", "--out", out).returncode, 0, "export")
    with open(out, encoding="utf-8") as f:
        equal(f.read(), document, "to a file as to stdout")
    equal([n for n in os.listdir(folder) if "portrait-tmp" in n], [], "nothing is left over")


def test_verb_misuse(folder):
    file = os.path.join(folder, "runs", "latest", "models", "boost.model")
    runs = ("--runs", os.path.join(folder, "runs"))
    for words in (["show"], ["frob", file], ["export", file], ["export", file, "--as", "tmp"], ["show", "none.model"],
                  ["show", "latest", "none", *runs], ["list", "norun", *runs], ["list", "a", "b"]):
        r = portrait("models", *words)
        equal((r.returncode, r.stdout), (2, ""), f"{words}")
        check(r.stderr, f"{words}: says something")
    r = portrait("models", "export", file, "--as", "pmml", "--out", os.path.join(folder, "runs"))
    equal(r.returncode, 1, f"a folder is no file to write\n{r.stderr}")


def test_bad_files(folder):
    with open(os.path.join(folder, "runs", "latest", "models", "boost.model"), "rb") as f:
        good = f.read()
    for name, data in (("cut", good[:-1]), ("changed", good[:500] + bytes([good[500] ^ 1]) + good[501:]), ("empty", b""),
                       ("other", b"PK" * 5000)):
        bad = os.path.join(folder, name + ".model")
        with open(bad, "wb") as f:
            f.write(data)
        for what in ("check", "show", "export"):
            r = portrait("models", what, bad, "--as", "pmml")
            equal((r.returncode, r.stdout), (78, ""), f"{what} of a {name} file")
            check(bad in r.stderr, f"names the file: {r.stderr}")


def test_without_plugin(folder):
    """A model whose plugin is not there is told, in the list too."""
    home = os.path.join(folder, "home")
    os.makedirs(os.path.join(home, "bin"))
    shutil.copy(PORTRAIT, os.path.join(home, "bin", "portrait"))
    os.makedirs(os.path.join(home, "plugins"))
    shutil.copy(os.path.join(os.path.dirname(os.path.dirname(PORTRAIT)), "plugins", "kmeans.so"), os.path.join(home, "plugins"))
    file = os.path.join(folder, "runs", "latest", "models", "boost.model")
    r = subprocess.run([os.path.join(home, "bin", "portrait"), "models", "check", file], capture_output=True, text=True)
    equal(r.returncode, 78, "exit without the plugin")
    check("gbdt" in r.stderr, r.stderr)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as at:
        os.chdir(at)
        test_loaded(at, test_reasons(at))
        test_faults(at)
        test_verb(at)
        test_verb_misuse(at)
        test_bad_files(at)
        test_without_plugin(at)
    finish()

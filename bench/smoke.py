# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""smoke.py BUILD FOLDER: the benchmarks on small inputs without peers, so that they never rot. What the
models reach is checked against scikit-learn 1.2.1 and XGBoost 1.7.4 on the same matrices."""
import os
import subprocess
import sys

from results import Results

HERE = os.path.dirname(os.path.abspath(__file__))
build, folder = (os.path.abspath(p) for p in sys.argv[1:3])
faults = []


def check(ok, text):
    if not ok:
        faults.append(text)
        print("FAIL", text)


def run(script, *words):
    command = ["sh", os.path.join(HERE, script), "-x", "-n", "1", "-b", build, "-d", folder, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    check(done.returncode == 0, f"{script}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def near(got, want, relative):
    return abs(got - want) <= relative * abs(want)


def models():
    page = run("models.sh", "-s")
    results = Results(os.path.join(folder, "results-1-100.jsonl"))
    quality = {stage: q for (stage, _), q in results.quality.items()}
    works = {"kmeans_k10", "kmeans_k50", "logreg", "tree", "forest", "gbdt"}
    check(set(quality) == works, f"works: {sorted(quality)}")
    check(page.count("not compared") == len(works) + 2, "a row of the table each, and two of scores")
    check(near(quality["kmeans_k10"]["inertia"], 426432.852557, 1e-5), "k-means, k = 10")
    check(near(quality["kmeans_k50"]["inertia"], 217748.713243, 1e-5), "k-means, k = 50")
    check(near(quality["logreg"]["objective"], 3923.376365625, 1e-6), "logistic regression")
    # 1,600 rows: no more than a hint that they learnt
    check(quality["tree"]["auc"] > 0.5763 - 0.05, "tree")
    check(quality["forest"]["auc"] > 0.7156 - 0.03, "forest")
    check(quality["gbdt"]["auc"] > 0.7425 - 0.03, "boosting")


def ingest():
    page = run("ingest.sh", "-s", "T")
    for words in ("parse web log", "parse events", "parse CRM", "identity and features", "one command", "campaign file"):
        check(words in page, f"no row: {words}")
    for name, rows in (("features.csv", 993), ("campaign.csv", 65)):
        path = os.path.join(folder, "out-T-1", "portrait", name)
        with open(path, encoding="utf-8") as f:
            found = sum(1 for _ in f)
        check(found == rows, f"{name}: {found} lines")


def isolation():
    done = subprocess.run([sys.executable, os.path.join(HERE, "isolation.py"), os.path.join(folder, "T-1", "access.log"),
                           "-b", build, "-n", "1"], capture_output=True, text=True, check=False)
    check(done.returncode == 0, f"isolation.py: exit {done.returncode}\n{done.stdout}{done.stderr}")
    lines = [line.split()[0] for line in done.stdout.splitlines()]
    check(lines == ["in", "isolated", "ratio"], f"isolation.py: {done.stdout}")


models()
ingest()
isolation()
print("failed" if faults else "passed")
sys.exit(1 if faults else 0)

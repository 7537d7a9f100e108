# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""The shipped pipelines give the right numbers: golden tables and published figures."""
import os
import tempfile

from common import (PIPELINES, ROOT, check, equal, finish, near, portrait, record, rows, status_line)


def run(name, folder, *words):
    runs = os.path.join(folder, "runs-" + name)
    r = portrait("run", os.path.join(PIPELINES, name + ".yaml"), "--runs", runs, *words)
    s = status_line(r)
    equal((r.returncode, s.get("status")), (4, "PENDING") if "--no-deliver" in words else (0, "DONE"),
          f"{name}: exit\n{r.stderr}")
    total = sum(int(s.get(k, -1)) for k in ("used", "filtered", "unmatched", "outside", "quarantined"))
    equal(total, int(s.get("read", -2)), f"{name}: every row accounted for")
    return record(runs), s


def compare(got, want):
    """As the peers' own comparison: text and whole numbers exactly, other numbers within 0.002."""
    equal(list(got[0]), list(want[0]), "columns")
    equal(len(got), len(want), "rows")
    want = {r["person_id"]: r for r in want}
    for g in got:
        w = want.get(g["person_id"])
        check(w is not None, f"person {g['person_id']} is not in the golden table")
        for c in w or {}:
            if c in ("person_id", "top_category_90d"):
                ok = g[c] == w[c]
            else:
                whole = "." not in w[c] and "." not in g[c]
                ok = abs(float(g[c]) - float(w[c])) <= (0 if whole else 0.002)
            check(ok, f"{g['person_id']} {c}: {g[c]} / {w[c]}")


def main():
    with tempfile.TemporaryDirectory() as t:
        table = os.path.join(t, "features.csv")
        run("shop-features", t, "--var", "out=" + table)
        compare(rows(table), rows(os.path.join(ROOT, "tests/golden/shop-features.csv")))

        # UCI Bank Marketing: scikit-learn's AUC on the fold row % 5 = 0 (one-hot, first dropped)
        bank, s = run("bank-response", t, "--var", "out=" + os.path.join(t, "bank.csv"))
        equal(int(s["read"]), 45211, "bank: rows")
        near(bank["models"]["response"]["evaluation"]["auc"], 0.758, 0.005 / 0.758, "bank: logistic AUC")
        near(bank["models"]["rules"]["evaluation"]["auc"], 0.702, 0.005 / 0.702, "bank: tree AUC")
        near(bank["models"]["response"]["evaluation"]["log_loss"], 0.3052, 0.002, "bank: logistic log-loss")
        near(bank["models"]["rules"]["evaluation"]["log_loss"], 0.3162, 0.002, "bank: tree log-loss")
        scored = rows(os.path.join(t, "bank.csv"))
        equal(len(scored), 45211, "bank: scored rows")
        near(sum(float(r["probability"]) for r in scored) / len(scored), 0.117, 0.02, "bank: mean score")

        # UCI Online Retail: counts and inertia of its ground truth
        retail, s = run("retail-personas", t, "--var", "out=" + os.path.join(t, "retail.csv"))
        equal(int(s["read"]), 334054, "retail: rows")
        equal(int(s["used"]), 236358, "retail: rows kept")
        people = rows(os.path.join(t, "retail.csv"))
        equal(len(people), 3370, "retail: customers")
        near(sum(float(r["money"]) for r in people), 5455405.18, 1e-7, "retail: revenue")
        near(sum(float(r["recency_days"]) for r in people) / 3370, 94.9982, 1e-5, "retail: mean R")
        near(sum(float(r["frequency"]) for r in people) / 3370, 3.5329, 1e-4, "retail: mean F")
        near(retail["models"]["persona"]["evaluation"]["inertia"], 3002.2584, 1e-4, "retail: inertia")
        sizes = sorted(sum(r["persona"] == str(k) for r in people) for k in range(4))
        check(all(abs(a - b) <= 15 for a, b in zip(sizes, (478, 481, 982, 1429))), f"retail: sizes {sizes}")

        # the Apache log: one broken line
        web, s = run("weblog-visitors", t, "--var", "out=" + os.path.join(t, "web.csv"))
        equal((int(s["read"]), int(s["quarantined"])), (10000, 1), "weblog: read and quarantined")
        with open(os.path.join(t, "runs-weblog-visitors/latest/quarantine/web.ndjson"), encoding="utf-8") as f:
            kept = f.read()
        check('"line":8899,' in kept and kept.count("\n") == 1, "weblog: line 8899 in quarantine: " + kept)

        # the whole job
        job, s = run("shop-campaign", t, "--var", "out=" + os.path.join(t, "out"), "--no-deliver")
        people = rows(os.path.join(t, "out/profiles.csv"))
        chosen = rows(os.path.join(t, "out/campaign.csv"))
        equal(len(people), 993, "shop: people")
        check(0 < len(chosen) < 200, f"shop: {len(chosen)} chosen")
        scores = [float(r["score"]) for r in chosen]
        equal(scores, sorted(scores, reverse=True), "shop: best first")
        check(all("@" in r["email"] for r in chosen if r["email"]), "shop: e-mail addresses")
        a = job["audiences"][0]
        equal(a["selected"], len(chosen), "shop: the record says how many were selected")
        equal(a["population"], a["no_match"] + a["no_consent"] + a["suppressed"] + a["eligible"], "shop: gates")
        equal(a["eligible"], a["over_limit"] + a["held_out"] + a["selected"], "shop: eligible")
        equal(int(s["pending"]), len(chosen), "shop: bodies are frozen, not sent")
        check(job["models"]["intent"]["evaluation"]["auc"] > 0.6, "shop: intent tells something")
    finish()


main()

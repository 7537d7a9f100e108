# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""models_table.py RESULTS.jsonl: Portrait's models beside the peers' as Markdown, each with its bar.

A row passes when it is as many times faster as its bar asks, its quality is held, and its memory beyond
the matrix's own bytes is at most half of the best peer's. Without the peers only Portrait's own figures
are shown. Exits 1 when Portrait did not run at all."""
import sys

from results import Results, load, machine, seconds, table, version

PEERS = ("scikit-learn", "xgboost", "xgboost in place")
# work: text, peers that the bar is measured by, times faster
WORKS = {
    "kmeans_k10": ("k-means 1M × 20, k = 10, 25 rounds", PEERS, 5),
    "kmeans_k50": ("k-means 1M × 20, k = 50, 25 rounds", PEERS, 5),
    "logreg": ("logistic regression 1M × 20", PEERS, 8),
    "tree": ("tree, depth 8, 160k × 30", PEERS, 12),
    "forest": ("forest, 100 × depth 12, 160k × 30", ("xgboost",), 3),
    "gbdt": ("boosting, 100 × depth 6, 160k × 30", PEERS, 1.5),
    "gbdt_score": ("score 200k rows, boosting", PEERS, 3),
    "forest_score": ("score 200k rows, forest", PEERS, 3),
}
MEMORY_SHARE = 0.5
HEAD = ("work", "best peer", "its s: median (min)", "Portrait s: median (min)", "times faster: by medians (by the smallest)", "bar", "CPU s: peer", "Portrait", "quality: peer",
        "quality: Portrait", "MB beyond the matrix: peer", "Portrait", "verdict")


def held(work, ours, peers):
    """Is the quality what the bar asks? `peers` by engine; None when nobody can tell."""
    sk, xg = peers.get("scikit-learn"), peers.get("xgboost")
    if work.startswith("kmeans"):
        return sk and abs(ours["inertia"] / sk["inertia"] - 1) <= 1e-5
    if work == "logreg":
        return sk and ours["objective"] <= sk["optimum"] * (1 + 1e-6)
    if work == "tree":
        return sk and ours["logloss"] <= sk["logloss"] * 1.005
    if work == "forest":
        return sk and ours["auc"] >= sk["auc"] - 0.001 and ours["logloss"] <= sk["logloss"] * 1.005
    return sk and xg and ours["logloss"] <= min(sk["logloss"], xg["logloss"]) + 0.001


def spell(q):
    if q is None:
        return "–"
    if "inertia" in q:
        return f"inertia {q['inertia']:.9g}"
    text = f"log-loss {q['logloss']:.5f}, AUC {q['auc']:.5f}"
    return f"objective {q['objective']:.10g}" if "objective" in q else text


def beyond(results, work, engine):
    """Median peak memory beyond the matrix's own bytes, in MB."""
    runs = results.runs.get((work, engine), [])
    sizes = sorted(r["peak_mb"] - r["matrix_mb"] for r in runs if "matrix_mb" in r)
    return sizes[len(sizes) // 2] if sizes else None


def judge(work, results, peer, bar):
    """What misses its bar, as text."""
    model = work.removesuffix("_score")
    ours = results.quality[(model, "portrait")]
    peers = {e: results.quality[(model, e)] for e in PEERS if (model, e) in results.quality}
    missed = []
    ratio = results.median(work, peer) / results.median(work, "portrait")
    if ratio < bar:
        missed.append(f"time: {ratio:.2f} of {bar}")
    ok = held(model, ours, peers)
    if ok is None:
        missed.append("quality not compared")
    elif not ok:
        missed.append("quality")
    sizes = [beyond(results, work, e) for e in results.engines(work) if e != "portrait"]
    limit = MEMORY_SHARE * min(s for s in sizes if s is not None)
    if beyond(results, work, "portrait") > limit:
        missed.append(f"memory: {beyond(results, work, 'portrait'):.0f} of {limit:.0f} MB")
    return "pass" if not missed else "**misses** " + ", ".join(missed)


def quality_beside(results, work):
    """Of the peers, each: the one the time is compared with need not be the one quality is."""
    found = [(e, results.quality[(work, e)]) for e in PEERS if (work, e) in results.quality]
    return "<br>".join(f"{spell(q)} ({e})" for e, q in found) or "–"


def row(work, results):
    text, judges, bar = WORKS[work]
    ours = results.values(work, "portrait")
    model = work.removesuffix("_score")
    mine = spell(results.quality.get((model, "portrait")))
    own = beyond(results, work, "portrait")
    peer = results.best(work, judges)
    cpu = [f"{results.median(work, e, 'cpu'):.2f}" if e else "–" for e in (peer, "portrait")]
    if peer is None:
        return (text, "–", "–", seconds(ours), "–", f"{bar} ×", *cpu, "–", mine, "–", f"{own:.0f}", "not compared")
    ratio = results.median(work, peer) / results.median(work, "portrait")
    smallest = min(beyond(results, work, e) for e in results.engines(work) if e != "portrait")
    return (text, peer, seconds(results.values(work, peer)), seconds(ours), f"{ratio:.2f} ({by_smallest(results, work, judges):.2f})",
            f"{bar} ×", *cpu,
            quality_beside(results, model), mine, f"{smallest:.0f}", f"{own:.0f}", judge(work, results, peer, bar))


def by_smallest(results, work, judges):
    """Ratio of the fastest runs: on a shared machine nearer the truth than that of the medians."""
    return min(min(results.values(work, e)) for e in judges if (work, e) in results.runs) / min(results.values(work, "portrait"))


def versions():
    script = "import sklearn, xgboost, numpy, platform; print(f'scikit-learn {sklearn.__version__}, XGBoost {xgboost.__version__}, NumPy {numpy.__version__}, Python {platform.python_version()}')"
    return version(["/usr/bin/python3", "-c", script])


def main():
    results = Results(sys.argv[1])
    works = [w for w in WORKS if (w, "portrait") in results.runs]
    if not works:
        sys.exit("no model of Portrait ran")
    first = results.runs[(works[0], "portrait")]
    rounds = sorted({len(results.runs[(w, "portrait")]) for w in works})
    print(f"{machine()}. {versions() or 'No peers'}. {first[0]['threads']} threads each, kernels: {first[0]['level']}, "
          f"rounds in turn: {' to '.join(map(str, rounds[:1] + rounds[1:][-1:]))}. {load()}\n")
    print(table(HEAD, [row(w, results) for w in works]))


main()

# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""ingest_table.py RESULTS.jsonl SHOP [PEER...]: every stage of Portrait beside the peers' as Markdown,
each with its bar. Exits 1 when Portrait did not run."""
import os
import sys

from results import Results, load, machine, seconds, table, version

PARTS = ("parse_weblog", "parse_events", "parse_crm", "features")
MODELS = (("pandas", "load_features"), ("pandas", "prepare"), ("scikit-learn", "kmeans"), ("scikit-learn", "logreg"),
          ("xgboost", "gbdt"), ("xgboost", "gbdt_score"), ("pandas", "campaign"))
# stage: text, times faster than the best peer, file
STAGES = {
    "parse_weblog": ("parse web log", 8, "access.log"),
    "parse_events": ("parse events", 5, "events.jsonl"),
    "parse_crm": ("parse CRM", 3, "crm.csv"),
    "features": ("identity and features", 8, None),
    "features_whole": ("three inputs → 26-column table, one command", 6, None),
    "job": ("the whole job: … → models → scores → campaign file", 5, None),
    "campaign": ("campaign file from the scored table", 10, None),
}
JOB_PANDAS = 20
HEAD = ("work", "engine", "s: median (min)", "CPU s", "MB/s", "Mrows/s", "peak MB", "Portrait is times faster", "bar", "of copying the bytes", "verdict")


def add_sums(results, peers):
    """Of peers, one command's worth is the sum of its stages, round by round."""
    for e in peers:
        parts = [results.runs.get((p, e), []) for p in PARTS]
        models = [results.runs.get((s, m), []) for m, s in MODELS]
        for stage, lists in (("features_whole", parts), ("job", parts + models)):
            results.runs[(stage, e)] = [dict(s=sum(r["s"] for r in turn), cpu=sum(r["cpu"] for r in turn), peak_mb=max(r["peak_mb"] for r in turn),
                                             rows=0, bytes=0) for turn in zip(*lists)]
            if not results.runs[(stage, e)]:
                del results.runs[(stage, e)]


def rates(results, stage, engine):
    """MB/s and Mrows/s."""
    first = results.runs[(stage, engine)][0]
    known = results.runs[(stage, "portrait")][0] if stage != "features" else first
    s = results.median(stage, engine)
    per = [first.get(f) or known.get(f) for f in ("bytes", "rows")]
    return [f"{n / s / 1e6:.0f}" if n and f == "bytes" else f"{n / s / 1e6:.2f}" if n else "" for f, n in zip(("bytes", "rows"), per)]


def cpu(results, stage, engine):
    """Where other work shares the machine, CPU seconds tell more than the clock."""
    known = [r["cpu"] for r in results.runs[(stage, engine)] if "cpu" in r]
    return f"{sorted(known)[len(known) // 2]:.2f}" if known else ""


def copy_share(results, stage):
    """Seconds to copy the stage's bytes with two threads, as a share of Portrait's."""
    size = results.runs[(stage, "portrait")][0].get("bytes")
    copies = [r for r in results.runs.get(("copy", "limit"), []) if r["threads"] == 2]
    if not size or not copies:
        return ""
    return f"{size / (copies[-1]['gbs'] * 1e9) / results.median(stage, 'portrait') * 100:.1f} %"


def verdict(results, stage, peers):
    bar = STAGES[stage][1]
    best = results.best(stage, peers)
    if best is None:
        return "not compared"
    ratio = results.median(stage, best) / results.median(stage, "portrait")
    missed = [] if ratio >= bar else [f"{ratio:.2f} of {bar} × {best}"]
    if stage == "job" and (stage, "pandas") in results.runs:
        ratio = results.median(stage, "pandas") / results.median(stage, "portrait")
        missed += [] if ratio >= JOB_PANDAS else [f"{ratio:.1f} of {JOB_PANDAS} × pandas"]
    return "**misses** " + ", ".join(missed) if missed else "pass"


def rows_of(results, stage, peers):
    text, bar, _ = STAGES[stage]
    ours = results.median(stage, "portrait")
    engines = [e for e in results.engines(stage) if e != "portrait"]
    engines.sort(key=lambda e: results.median(stage, e))
    cells = [(text, "**Portrait**", seconds(results.values(stage, "portrait")), cpu(results, stage, "portrait"), *rates(results, stage, "portrait"),
              f"{max(results.values(stage, 'portrait', 'peak_mb')):.0f}", "", f"{bar} ×", copy_share(results, stage),
              verdict(results, stage, peers))]
    for e in engines:
        peak = max(results.values(stage, e, "peak_mb"))
        cells.append(("", e, seconds(results.values(stage, e)), cpu(results, stage, e), *rates(results, stage, e), f"{peak:.0f}" if peak else "",
                      f"{results.median(stage, e) / ours:.2f}", "", "", ""))
    return cells


def limits(results):
    names = [s for s, e in results.runs if e == "limit"]
    parts = []
    for name in dict.fromkeys(names):
        last = {r["threads"]: r["gbs"] for r in results.runs[(name, "limit")]}
        parts.append(f"{name} " + " / ".join(f"{last[t]:.1f}" for t in sorted(last)))
    return "GB/s on one / two threads: " + ", ".join(parts) + "."


def versions(peers):
    modules = os.path.join(os.environ.get("PEERS", ""), "node_modules")
    found = [version(["/usr/bin/python3", "-c", f"import {m}; print('{m}', {m}.__version__)"]) for m in ("pandas", "sklearn", "xgboost")]
    for folder in ("@duckdb/node-api", "nodejs-polars"):
        script = f"console.log('{folder} ' + require('{modules}/{folder}/package.json').version)"
        found.append(version(["node", "-e", script]))
    return ", ".join(f for f in found if f) if peers else "No peers"


def main():
    path, shop, *peers = sys.argv[1:]
    results = Results(path)
    if ("features_whole", "portrait") not in results.runs:
        sys.exit("Portrait did not run")
    add_sums(results, peers)
    stages = [s for s in STAGES if (s, "portrait") in results.runs]
    n = len(results.runs[("features_whole", "portrait")])
    print(f"Shop {shop}, {n} rounds in turn. {machine()}. {versions(peers)}. {load()}\n")
    print(table(HEAD, [r for s in stages for r in rows_of(results, s, peers if s != "campaign" else ["pandas"])]))
    if ("copy", "limit") in results.runs:
        print(f"\n{limits(results)}")


main()

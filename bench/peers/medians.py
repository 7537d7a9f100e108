# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""medians.py RESULTS.jsonl: per engine, the median over rounds of the seconds its stages took together, and its peak."""
import collections
import json
import statistics
import sys

seconds, cpu, peak = {}, {}, collections.defaultdict(int)
for line in open(sys.argv[1], encoding="utf-8"):
    d = json.loads(line)
    stages = seconds.setdefault(d["engine"], collections.OrderedDict())
    stages.setdefault(d["stage"], []).append(d["s"])
    cpu.setdefault(d["engine"], collections.OrderedDict()).setdefault(d["stage"], []).append(d["cpu"])
    peak[d["engine"]] = max(peak[d["engine"]], d["peak_mb"])
for engine, stages in seconds.items():
    rounds = [sum(s) for s in zip(*stages.values())]
    used = [sum(s) for s in zip(*cpu[engine].values())]
    parts = ", ".join(f"{name} {statistics.median(s):.2f}" for name, s in stages.items()) if len(stages) > 1 else ""
    print(f"{engine:9} median {statistics.median(rounds):.2f} s of {len(rounds)} rounds ({', '.join(f'{r:.2f}' for r in rounds)}), "
          f"cpu {statistics.median(used):.2f} s, peak {peak[engine]} MB" + (f"  [{parts}]" if parts else ""))

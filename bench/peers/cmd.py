# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""cmd.py RESULTS.jsonl ENGINE STAGE BYTES ROWS COMMAND...: times one whole command (run by sh), children included."""
import json
import os
import subprocess
import sys
import time

res, engine, stage, nbytes, rows = sys.argv[1:6]
t = time.perf_counter()
p = subprocess.Popen(["sh", "-c", "exec " + sys.argv[6]], stdout=subprocess.DEVNULL)
_, status, ru = os.wait4(p.pid, 0)
d = dict(engine=engine, stage=stage, s=round(time.perf_counter() - t, 4), cpu=round(ru.ru_utime + ru.ru_stime, 3),
         rows=int(rows), bytes=int(nbytes), peak_mb=ru.ru_maxrss // 1024)
if status:
    sys.exit(f"{stage}: exit status {status}")
with open(res, "a") as f:
    f.write(json.dumps(d) + "\n")
print(f"{engine:8} {stage:22} {d['s']:8.3f} s  cpu {d['cpu']:7.2f}  peak {d['peak_mb']} MB", flush=True)

# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""ingest_stages.py RUN.json COMMAND RESULTS.jsonl: stages of one run of Portrait, from its record.

A source's parse ends when its last record is in the spool; identity and features run from there to the
table. Of the whole job, the last stage is the campaign file."""
import json
import sys

path, command, results = sys.argv[1:4]
with open(path, encoding="utf-8") as f:
    run = json.load(f)
took = run["seconds"]
if command == "job":
    stages = {"campaign": took["publish"], "job_models": took["learn"]}
else:
    stages = {"features": took["all"] - took["read"], "spool": took["read"]}
with open(results, "a", encoding="utf-8") as f:
    for stage, s in stages.items():
        line = dict(engine="portrait", stage=stage, s=round(s, 4), rows=sum(x["read"] for x in run["sources"]),
                    bytes=0, peak_mb=run["peak_memory_bytes"] >> 20)
        f.write(json.dumps(line) + "\n")
        print(f"{'portrait':8} {stage:22} {s:8.3f} s")

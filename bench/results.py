# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""What the tables share: results as JSON lines, medians, cells of Markdown."""
import json
import os
import platform
import statistics
import subprocess


class Results:
    """Runs and quality of every (stage, engine) of a file of JSON lines."""

    def __init__(self, path):
        self.runs, self.quality = {}, {}
        with open(path, encoding="utf-8") as f:
            for line in f:
                d = json.loads(line)
                key = (d["stage"], d["engine"])
                if d.get("quality"):
                    self.quality[key] = d
                else:
                    self.runs.setdefault(key, []).append(d)

    def engines(self, stage):
        return [e for s, e in self.runs if s == stage]

    def values(self, stage, engine, field="s"):
        return [r[field] for r in self.runs.get((stage, engine), [])]

    def median(self, stage, engine, field="s"):
        found = self.values(stage, engine, field)
        return statistics.median(found) if found else None

    def best(self, stage, engines):
        """The engine with the smallest median, None when none ran the stage."""
        ran = [e for e in engines if (stage, e) in self.runs]
        return min(ran, key=lambda e: self.median(stage, e), default=None)


def seconds(values):
    """Median and smallest, as many digits as tell something."""
    if not values:
        return "–"
    digits = 3 if statistics.median(values) < 2 else 2
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f})"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(r) + " |" for r in rows])


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        names = [line.split(":", 1)[1].strip() for line in f if line.startswith("model name")]
    return names[0] if names else platform.machine()


def machine():
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{len(os.sched_getaffinity(0))} cores of {processor()}, {memory:.0f} GB, {platform.system()} {platform.release().split('-')[0]}"


def load():
    """Well above the engines' own threads, others shared the machine: then only CPU seconds and ratios mean something."""
    return f"Load average of the last quarter of an hour at the end: {os.getloadavg()[2]:.1f}."


def version(command):
    """First line a command prints, "" where it is not there."""
    try:
        run = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return run.stdout.strip().split("\n")[0]

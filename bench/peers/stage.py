# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""Times one stage: wall seconds, CPU seconds and the stage's own peak memory (Linux)."""
import json
import os
import resource
import time


def status_kb(name):
    with open("/proc/self/status", encoding="utf-8") as f:
        return next(int(x.split()[1]) for x in f if x.startswith(name))


class Results:
    def __init__(self, engine, path):
        self.engine, self.path = engine, path

    def stage(self, name, rows=0, nbytes=0, matrix=0, **extra):
        """matrix: bytes of the data itself, which peak memory is counted beyond of."""
        if matrix:
            extra["matrix_mb"] = round(matrix / 2**20, 1)
        return Stage(self, name, rows, nbytes, extra)


class Stage:
    def __init__(self, results, name, rows, nbytes, extra):
        self.r, self.name, self.rows, self.nbytes, self.extra = results, name, rows, nbytes, extra

    def __enter__(self):
        try:
            with open("/proc/self/clear_refs", "w") as f:
                f.write("5")  # forget the old peak
        except OSError:
            pass
        self.start = status_kb("VmRSS:")
        self.c = resource.getrusage(resource.RUSAGE_SELF)
        self.t = time.perf_counter()
        return self

    def __exit__(self, kind, *_):
        if kind:
            return
        s = time.perf_counter() - self.t
        c = resource.getrusage(resource.RUSAGE_SELF)
        peak = status_kb("VmHWM:") // 1024
        d = dict(engine=self.r.engine, stage=self.name, s=round(s, 4),
                 cpu=round(c.ru_utime + c.ru_stime - self.c.ru_utime - self.c.ru_stime, 3),
                 rows=self.rows, bytes=self.nbytes, peak_mb=peak, start_mb=self.start // 1024, **self.extra)
        with open(self.r.path, "a") as f:
            f.write(json.dumps(d) + "\n")
        print(f"{d['engine']:8} {d['stage']:22} {s:8.3f} s  cpu {d['cpu']:7.2f}  peak {peak} MB  {self.extra}", flush=True)


def size(path):
    return os.path.getsize(path)

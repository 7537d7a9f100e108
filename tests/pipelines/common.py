# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""What the pipeline tests share: running the command, counting checks, reading its outputs."""
import csv
import gzip
import hashlib
import json
import os
import re
import subprocess
import sys

ROOT = os.environ.get("PORTRAIT_SOURCE") or os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
PIPELINES = os.path.join(ROOT, "pipelines")
PORTRAIT = os.path.abspath(sys.argv[1])
checks = {"passed": 0, "failed": 0}


def check(ok, text):
    checks["passed" if ok else "failed"] += 1
    if not ok:
        print("FAIL", text, flush=True)


def equal(got, want, text):
    check(got == want, f"{text}: got {got!r}, want {want!r}")


def near(got, want, relative, text):
    check(abs(got - want) <= relative * abs(want), f"{text}: got {got!r}, want {want!r} ({relative:g})")


def finish():
    print(f"{checks['passed']} passed, {checks['failed']} failed")
    sys.exit(1 if checks["failed"] or not checks["passed"] else 0)


def portrait(*words, cwd=None, env=None, timeout=300):
    return subprocess.run([PORTRAIT, *words], cwd=cwd, env=env, capture_output=True, text=True,
                          timeout=timeout)


def status_line(run):
    """The fields of the last line on stderr."""
    last = run.stderr.rstrip("\n").split("\n")[-1]
    return dict(re.findall(r"(\w+)=(\S*)", last))


def record(runs):
    with open(os.path.join(runs, "latest", "run.json"), encoding="utf-8") as f:
        return json.load(f)


def rows(path):
    with open(path, newline="", encoding="utf-8") as f:
        return list(csv.DictReader(f))


def digest(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


def digests(folder, *names):
    """relative path -> SHA-256 of every file below folder (of the named sub-folders)."""
    found = {}
    for name in names or ("",):
        for at, _, files in os.walk(os.path.join(folder, name)):
            for f in files:
                path = os.path.join(at, f)
                found[os.path.relpath(path, folder)] = digest(path)
    return found


def unpack(source, target):
    """A plain copy of a .gz, .zst or plain file."""
    with open(target, "wb") as out:
        if source.endswith(".gz"):
            with gzip.open(source, "rb") as f:
                out.write(f.read())
        elif source.endswith(".zst"):
            subprocess.run(["zstd", "-dcq", source], stdout=out, check=True)
        else:
            with open(source, "rb") as f:
                out.write(f.read())


def plain_shop(folder):
    """The bundled shop with its files unpacked, so that they can be split and changed."""
    shop = os.path.join(PIPELINES, "data", "shop")
    os.makedirs(folder, exist_ok=True)
    unpack(os.path.join(shop, "crm.csv"), os.path.join(folder, "crm.csv"))
    unpack(os.path.join(shop, "access.log.gz"), os.path.join(folder, "access.log"))
    unpack(os.path.join(shop, "events.jsonl.zst"), os.path.join(folder, "events.jsonl"))
    return folder

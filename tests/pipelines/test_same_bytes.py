# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""Same inputs, seed and plugins: same bytes of sink files, models, quarantine, people and frozen
bodies, at 1, 2 and 8 threads, with splits of 4 KiB, in 1 MiB of memory with the rest on disk, in
another time zone and folder."""
import json
import os
import shutil
import tempfile

from common import PIPELINES, check, digests, equal, finish, plain_shop, portrait, unpack

DATA = os.path.join(PIPELINES, "data")
WAYS = {
    "1 thread": (["--threads", "1"], {}),
    "2 threads": (["--threads", "2"], {}),
    "8 threads": (["--threads", "8"], {}),
    "4 KiB splits": (["--threads", "8", "--split-bytes", "4KiB"], {}),
    "1 MiB, 1 thread": (["--threads", "1"], {"small": "yes"}),
    "1 MiB, 8 threads": (["--threads", "8", "--split-bytes", "64KiB"], {"small": "yes"}),
    "another zone": (["--threads", "2"], {"TZ": "America/New_York", "LC_ALL": "de_DE.UTF-8"}),
}


def with_little_memory(folder):
    """The pipelines again, with a budget that their rows and identifiers outgrow."""
    shutil.copytree(PIPELINES, folder)
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        if name.endswith(".yaml"):
            with open(path, encoding="utf-8") as f:
                text = f.read()
            check("\nportrait: 1\n" in text and "\nmemory:" not in text, f"{name}: no place for `memory`")
            with open(path, "w", encoding="utf-8") as f:
                f.write(text.replace("\nportrait: 1\n", "\nportrait: 1\nmemory: 1MiB\n", 1))


def outputs(pipeline, folder, words, env, variables):
    name = os.path.basename(pipeline)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    runs = os.path.join(folder, "runs")
    out = os.path.join(folder, "out") if name == "shop-campaign" else os.path.join(folder, "out", "table.csv")
    settings = [w for v in variables for w in ("--var", v)]
    r = portrait("run", pipeline + ".yaml", "--runs", runs, "--no-deliver",
                 "--var", "out=" + out, *settings, *words, env={**os.environ, **env})
    equal(r.returncode, 4 if name == "shop-campaign" else 0, f"{name}: exit\n{r.stderr[-2000:]}")
    found = digests(os.path.join(folder), "out")
    found.update(digests(os.path.join(runs, "latest"), "models", "quarantine", "audiences", "people"))
    if "small" in env and name.startswith("shop"):
        with open(os.path.join(runs, "latest", "run.json"), encoding="utf-8") as f:
            check(json.load(f)["spilled_bytes"] > 0, f"{name}: nothing went to disk")
    if name == "shop-campaign":
        found["bodies"] = bodies(os.path.join(runs, "latest", "deliveries", "hook"))
    return found


def bodies(folder):
    """What the frozen bodies say of people; they also carry the time of their run."""
    said = []
    for name in sorted(os.listdir(folder)):
        if name.endswith(".json"):
            with open(os.path.join(folder, name), encoding="utf-8") as f:
                said.append(json.load(f)["data"])
    return json.dumps(said)


def main():
    with tempfile.TemporaryDirectory() as t:
        small = os.path.join(t, "pipelines")
        with_little_memory(small)
        shop = plain_shop(os.path.join(t, "shop"))
        bank, retail, log = (os.path.join(t, n) for n in ("bank.csv", "retail.csv", "web.log"))
        unpack(os.path.join(DATA, "bank/bank-full.csv.zst"), bank)
        unpack(os.path.join(DATA, "retail/online_retail.csv.zst"), retail)
        unpack(os.path.join(DATA, "weblog/apache_logs.gz"), log)
        for name, variables in (("shop-features", ["data=" + shop]), ("shop-campaign", ["data=" + shop]),
                                ("bank-response", ["data=" + bank]), ("retail-personas", ["data=" + retail]),
                                ("weblog-visitors", ["data=" + log])):
            first = None
            for way, (words, env) in WAYS.items():
                place = small if "small" in env else PIPELINES
                got = outputs(os.path.join(place, name), os.path.join(t, "run"), words, env, variables)
                check(len(got) >= 1, f"{name}: outputs {got}")
                if first is None:
                    first = got
                for path in sorted(set(got) | set(first)):
                    equal(got.get(path), first.get(path), f"{name}, {way}: {path}")
    finish()


main()

# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""The command as ops use it: help, exit codes, status line, lock, budget of bad rows, signals, runs."""
import fcntl
import gzip
import json
import os
import re
import signal
import subprocess
import tempfile
import time

from common import PIPELINES, PORTRAIT, check, equal, finish, portrait, record, rows, status_line

VISITORS = os.path.join(PIPELINES, "weblog-visitors.yaml")
LINE = '10.0.0.%d - - [18/May/2015:10:00:%02d +0000] "GET /a%d HTTP/1.1" 200 10 "-" "Mozilla/5.0"\n'


def small_log(path, good, bad):
    with open(path, "w", encoding="utf-8") as f:
        for i in range(good):
            f.write(LINE % (i % 200, i % 60, i))
        f.write("this is no log line\n" * bad)


def test_help():
    verbs = re.findall(r"^  ([a-z]+) ", portrait("--help").stdout, re.M)
    verbs = [v for v in verbs if v != "portrait"]
    check(len(verbs) >= 9, f"verbs {verbs}")
    for verb in verbs:
        r = portrait(verb, "--help")
        equal(r.returncode, 0, f"{verb} --help: exit")
        check("example:" in r.stdout and f"portrait {verb}" in r.stdout, f"{verb} --help has an example")
        equal(portrait(verb, "--no-such-option").returncode, 2, f"{verb}: unknown option")
    equal(portrait().returncode, 2, "no verb")
    r = portrait("chek", "x")
    equal(r.returncode, 2, "unknown verb")
    check("`check`" in r.stderr, "unknown verb: suggestion")
    equal(portrait("run").returncode, 2, "run without a file")
    for words in (("run", VISITORS, "--threads", "0"), ("run", VISITORS, "--threads", "x"),
                  ("read", "weblog", "x", "--limit", "-1"), ("read", "weblog", "x", "--format", "xml"),
                  ("run", VISITORS, "--var", "novalue"), ("run", VISITORS, "--split-bytes", "many")):
        equal(portrait(*words).returncode, 2, " ".join(words))


def test_exit_codes(t):
    runs = os.path.join(t, "runs")
    out = os.path.join(t, "v.csv")
    log = os.path.join(t, "a.log")
    small_log(log, 1000, 0)
    words = ("run", VISITORS, "--runs", runs, "--var", "out=" + out, "--var", "data=" + log)
    r = portrait(*words)
    equal(r.returncode, 0, "good run\n" + r.stderr)
    equal(status_line(r)["status"], "DONE", "good run: status")
    equal(status_line(r)["exit"], "0", "good run: exit in the line")
    before = open(out, "rb").read()

    small_log(log, 1000, 6)
    r = portrait(*words)
    equal(r.returncode, 3, "more bad rows than max_bad\n" + r.stderr)
    equal(status_line(r)["status"], "QUALITY", "bad rows: status")
    equal(status_line(r)["written"], "0", "bad rows: nothing written")
    equal(open(out, "rb").read(), before, "bad rows: earlier output untouched")
    check("P0603" in r.stderr and "a.log:1001" in r.stderr, "bad rows: code and place\n" + r.stderr)
    equal(record(runs)["status"], "QUALITY", "bad rows: record")
    kept = open(os.path.join(runs, "latest/quarantine/web.ndjson"), encoding="utf-8").read().splitlines()
    equal([json.loads(k)["line"] for k in kept], list(range(1001, 1007)), "bad rows: lines kept")
    equal(json.loads(kept[0])["record"], "this is no log line", "bad rows: record kept")

    small_log(log, 1000, 5)
    r = portrait(*words)
    equal(r.returncode, 0, "as many bad rows as max_bad allows\n" + r.stderr)
    equal(status_line(r)["quarantined"], "5", "allowed bad rows are counted")

    equal(portrait("check", os.path.join(t, "nowhere.yaml")).returncode, 78, "check: no file")
    r = portrait("run", os.path.join(t, "nowhere.yaml"))
    equal(r.returncode, 78, "run: no file")
    equal(status_line(r)["exit"], "78", "run: no file: status line")


def test_lock(t):
    runs = os.path.join(t, "runs-lock")
    os.makedirs(runs)
    with open(os.path.join(runs, ".lock-weblog-visitors"), "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        r = portrait("run", VISITORS, "--runs", runs, "--var", "out=" + os.path.join(t, "l.csv"))
        equal(r.returncode, 75, "another run is at work")
        check(not os.path.exists(os.path.join(t, "l.csv")), "locked: nothing written")


def test_stop(t):
    log = os.path.join(t, "long.log")
    with open(log, "w", encoding="utf-8") as f:
        for i in range(400000):
            f.write(LINE % (i % 200, i % 60, i))
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        runs = os.path.join(t, f"runs-{code}")
        out = os.path.join(t, f"stop-{code}.csv")
        p = subprocess.Popen([PORTRAIT, "run", VISITORS, "--runs", runs, "--var", "out=" + out,
                              "--var", "data=" + log, "--threads", "1", "--split-bytes", "64KiB"],
                             stderr=subprocess.PIPE, text=True)
        while not os.path.exists(os.path.join(runs, "latest", "run.json")) and p.poll() is None:
            time.sleep(0.001)
        p.send_signal(number)
        stderr = p.communicate(timeout=30)[1]
        if p.returncode == 0:
            continue  # it was faster than the signal: nothing to see
        equal(p.returncode, code, f"signal {number}\n" + stderr)
        equal(record(runs)["status"], "STOPPED", "stopped: record")
        check(not os.path.exists(out), "stopped: nothing published")
        left = [f for f in os.listdir(t) if "portrait-tmp" in f]
        equal(left, [], "stopped: no temp files")


def test_killed(t):
    runs = os.path.join(t, "runs-kill")
    out = os.path.join(t, "kill.csv")
    log = os.path.join(t, "long.log")
    p = subprocess.Popen([PORTRAIT, "run", VISITORS, "--runs", runs, "--var", "out=" + out, "--var",
                          "data=" + log, "--threads", "1"], stderr=subprocess.DEVNULL)
    while not os.path.exists(os.path.join(runs, "latest", "run.json")) and p.poll() is None:
        time.sleep(0.001)
    p.kill()
    p.wait()
    r = portrait("runs", "list", "--runs", runs)
    check("ABORTED" in r.stdout, "a killed run reads as ABORTED: " + r.stdout)
    check(not os.path.exists(out), "killed: nothing published")
    r = portrait("run", VISITORS, "--runs", runs, "--var", "out=" + out)
    equal(r.returncode, 0, "after a kill the next run works: no stale lock\n" + r.stderr)


def test_runs_and_people(t):
    runs = os.path.join(t, "runs")
    r = portrait("runs", "list", "--runs", runs)
    equal(r.returncode, 0, "runs list")
    check(r.stdout.count("\n") >= 3, "runs list: all runs")
    r = portrait("runs", "show", "latest", "--runs", runs)
    check("weblog-visitors" in r.stdout and "sink" in r.stdout, "runs show")
    equal(portrait("runs", "show", "nothing", "--runs", runs).returncode, 2, "runs show: unknown")
    runs = os.path.join(t, "runs-shop")
    out = os.path.join(t, "features.csv")
    r = portrait("run", os.path.join(PIPELINES, "shop-features.yaml"), "--runs", runs, "--var", "out=" + out)
    equal(r.returncode, 0, "features\n" + r.stderr)
    person = rows(out)[0]
    r = portrait("show", person["person_id"], "--runs", runs, "--json")
    shown = json.loads(r.stdout)
    equal(shown["values"]["web_pv_90d"], int(person["web_pv_90d"]), "show: a feature")
    equal(portrait("show", "nobody", "--runs", runs).returncode, 2, "show: unknown")
    crm = rows(os.path.join(PIPELINES, "data/shop/crm.csv"))
    mail = next(c for c in crm if c["email"])
    r = portrait("why", mail["customer_id"], mail["email"].strip().lower(), "--runs", runs)
    equal(r.returncode, 0, "why\n" + r.stderr)
    check("one profile" in r.stdout and "crm" in r.stdout, "why: " + r.stdout)
    strangers = [c["customer_id"] for c in crm if c["email"]][:2]
    r = portrait("why", *strangers, "--runs", runs)
    check("two profiles" in r.stdout, "why: strangers: " + r.stdout)


def test_plugins():
    r = portrait("plugins", "list")
    for name in ("weblog", "mongodb-export", "crm-csv", "kmeans", "logreg", "dtree", "campaign-csv", "profile-store",
                 "webhook"):
        check(name in r.stdout, f"plugins list: {name}")
        info = portrait("plugins", "info", name)
        equal(info.returncode, 0, f"plugins info {name}")
        check("\nabi: 1.0, for hosts of 1.0 and later\ncan:" in info.stdout, f"plugins info {name}: its ABI")
        schema = json.loads(portrait("plugins", "info", name, "--json").stdout)["components"][0]["options"]
        check("properties" in schema, f"plugins info {name} --json: a schema")
        equal(schema.get("additionalProperties"), False, f"{name}: unknown options are refused")


def test_failed_reads(t):
    """An input that fails in mid-read: the reason is the host's own, with file and byte."""
    lines = {"weblog": ("a.log.gz", "".join(LINE % (i % 200, i % 60, i) for i in range(60000)), ("format=combined",)),
             "crm-csv": ("a.csv.gz", "id,name\n" + "".join(f"{i},n{i * 7919 % 10007}\n" for i in range(200000)), ()),
             "mongodb-export": ("a.jsonl.gz", "".join('{"a": %d, "b": "x%d"}\n' % (i, i * 7919 % 10007)
                                                      for i in range(200000)), ())}
    for plugin, (name, text, options) in lines.items():
        path = os.path.join(t, name)
        whole = gzip.compress(text.encode())
        with open(path, "wb") as f:
            f.write(whole[:len(whole) * 3 // 4])
        r = portrait("read", plugin, path, "--format", "count", *(w for o in options for w in ("--with", o)))
        equal(r.returncode, 1, f"{plugin}: exit\n{r.stderr}")
        check(f"{path}: byte " in r.stderr and "the compressed stream is cut off" in r.stderr,
              f"{plugin}: the reason is told\n{r.stderr}")


def test_hidden_lines(t):
    """A secret written out is on no screen, whatever error falls on its line."""
    path = os.path.join(t, "secret.yaml")
    lines = ("signing_key: hunter2secret", "signing_kye: hunter2secret", "signing_key: [hunter2secret]",
             "signing_key: hunter2secret\n      signing_key: hunter2secret",
             "signing_key: {a: hunter2secret}", "signing_key:\n        hunter2secret")
    for line in lines:
        with open(path, "w", encoding="utf-8") as f:
            f.write("portrait: 1\nname: s\nas_of: 2025-01-01T00:00:00Z\nsources:\n  web: {plugin: weblog, with: "
                    "{path: %s}}\nidentity:\n  namespaces: {address: {class: person}}\n  rows: {web: {address: ip}}\n"
                    "sinks:\n  hook:\n    plugin: webhook\n    from: nobody\n    with:\n      url: https://a.example/x\n"
                    "      %s\n" % (os.path.join(PIPELINES, "data/weblog/apache_logs.gz"), line))
        for words in (("check", path), ("check", path, "--json"), ("run", path)):
            r = portrait(*words)
            equal(r.returncode, 78, f"{line}: exit\n{r.stderr}")
            check("hunter2" not in r.stderr + r.stdout, f"{line}: the secret is told\n{r.stderr}{r.stdout}")


def main():
    test_help()
    test_plugins()
    with tempfile.TemporaryDirectory() as t:
        test_exit_codes(t)
        test_failed_reads(t)
        test_hidden_lines(t)
        test_lock(t)
        test_stop(t)
        test_killed(t)
        test_runs_and_people(t)
    finish()


main()

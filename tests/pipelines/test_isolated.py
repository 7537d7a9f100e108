# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""The shipped sources and sinks in children: the same bytes as in process.

A copy of the command without its plugin folder is told of the plugins by --plugin-dir, so that they
run isolated, and with --trust-plugins in process."""
import contextlib
import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile

PORTRAIT = os.path.realpath(sys.argv[1])
BUILD = os.path.dirname(os.path.dirname(PORTRAIT))
failures = []
passed = 0

LOG = "".join(
    f'10.0.{i // 256 % 256}.{i % 256} - - [18/May/2025:10:{i // 60 % 60:02d}:{i % 60:02d} +0000] '
    f'"GET /page{i % 50}?cid={i % 900} HTTP/1.1" 200 {i} "-" "Mozilla/5.0"\n'
    if i % 97 else "no line of a log\n" for i in range(20000))
CRM = "customer_id,email,birth_date,value\n" + "".join(
    f'c{i},"user{i}@example.com",19{i % 90 + 10}-0{i % 9 + 1}-11,{i / 8}\n' for i in range(5000)) + "c,x\n"
EVENTS = "".join(
    '{"_id":{"$oid":"%024x"},"ts":{"$date":"2025-05-18T10:00:%02dZ"},"event":"e%d","n":{"$numberLong":"%d"}}\n'
    % (i, i % 60, i % 5, i) for i in range(5000)) + "{broken\n"

PIPELINE = """portrait: 1
name: isolated
vars: {data: d, out: o}
sources:
  hits: {plugin: weblog, with: {path: "${var:data}/a.log*", format: combined}}
identity: {namespaces: {who: {class: person}}, rows: {hits: {who: ip}}}
features: {hits: {from: hits, count: rows}}
sinks:
  file: {plugin: campaign-csv, from: profiles, with: {path: "${var:out}/people.csv"}}
  store: {plugin: profile-store, from: profiles, with: {path: "${var:out}/people.db"}}
  hook: {plugin: webhook, from: profiles, with: {url: "https://example.com/", signing_key: "${secret:key}"}}
"""


def check(is_right, what):
    global passed
    if is_right:
        passed += 1
    else:
        failures.append(what)
        print("FAILED:", what, file=sys.stderr)


def run(words, folder, code=0):
    r = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=120)
    check(r.returncode == code, f"{' '.join(words)}: exit {r.returncode}\n{r.stderr}")
    return r


def read(path):
    with open(path, "rb") as f:
        return f.read()


def dump(folder, name):
    """What an SQLite file holds, but for the time of the run."""
    with contextlib.closing(sqlite3.connect(os.path.join(folder, name))) as db:
        check(db.execute("PRAGMA integrity_check").fetchall() == [("ok",)], f"{name} is damaged")
        return re.sub(r"20[0-9T:.-]+Z", "NOW", "\n".join(db.iterdump()))


def both(words, folder):
    """The answers of one command isolated and in process."""
    isolated = run(words, folder)
    trusted = run(words + ["--trust-plugins"], folder)
    return isolated, trusted


def test_sources(portrait, t):
    for plugin, path, options in (
            ("weblog", "a.log", ["format=combined"]), ("weblog", "a.log.gz", ["format=combined"]),
            ("crm-csv", "crm.csv", ["columns={birth_date: date, value: f64}"]),
            ("mongodb-export", "events.jsonl",
             ["fields={ts: ts, event: event, n: n}", "types={ts: time, n: i64}"])):
        words = [portrait, "read", plugin, path, "--format", "csv", "--plugin-dir", "others", "--quiet",
                 "--split-bytes", "64KiB"]
        for option in options:
            words += ["--with", option]
        isolated, trusted = both(words, t)
        check(isolated.stdout.count("\n") > 4000, f"{plugin} {path}: {isolated.stdout[:200]}")
        check(isolated.stdout == trusted.stdout, f"{plugin} {path}: other rows in a child")
        check(isolated.stderr == trusted.stderr, f"{plugin} {path}: other rejects in a child\n"
              f"{isolated.stderr}\n{trusted.stderr}")


def test_an_early_end(portrait, t):
    """The child works ahead of the host: what it does for rows that nobody takes is not told."""
    words = [portrait, "read", "weblog", "a.log", "--with", "format=combined", "--format", "csv", "--plugin-dir",
             "others", "--limit"]
    for rows in ("1", "16384", "17000"):
        isolated, trusted = both(words + [rows], t)
        check(isolated.stdout.count("\n") == int(rows) + 1, f"--limit {rows}: {isolated.stdout.count(chr(10))} lines")
        check(isolated.stdout == trusted.stdout, f"--limit {rows}: other rows in a child")
        check(isolated.stderr == trusted.stderr, f"--limit {rows}: {isolated.stderr}\n{trusted.stderr}")


def test_sinks(portrait, t):
    with open(os.path.join(t, "p.yaml"), "w", encoding="utf-8") as f:
        f.write(PIPELINE)
    os.mkdir(os.path.join(t, "secrets"), 0o700)
    with open(os.open(os.path.join(t, "secrets", "key"), os.O_WRONLY | os.O_CREAT, 0o600), "w",
              encoding="utf-8") as f:
        f.write("whsec_c2VjcmV0IG9mIGEgdGVzdA==")
    results = []
    for how in ([], ["--trust-plugins"]):
        out = os.path.join(t, "out" + str(len(how)))
        os.mkdir(out)
        run([portrait, "run", "p.yaml", "--plugin-dir", "others", "--quiet", "--no-deliver", "--secrets",
             "secrets", "--runs", out + "/runs", "--var", f"data={t}", "--var", f"out={out}"] + how, t, code=4)
        results.append({"people.csv": read(os.path.join(out, "people.csv")), "people.db": dump(out, "people.db")})
        frozen = os.path.join(out, "runs", "latest", "deliveries", "hook")
        results[-1]["bodies"] = [re.sub(rb'20[0-9T:.-]+Z', b"NOW", read(os.path.join(at, f))) for at, folders, files in sorted(os.walk(frozen))
                                 for f in sorted(files) if not f.endswith(".ndjson")]
    for name in results[0]:
        check(len(results[0][name]) > 0, f"{name}: nothing came from a child")
        check(results[0][name] == results[1][name], f"{name}: others from a child")


def test_reading_is_granted(portrait, t):
    """A plugin tries to open a file: what its manifest says alone is no permission."""
    folder = os.path.join(t, "hostile")
    os.mkdir(folder)
    plugin = shutil.copy(os.path.join(BUILD, "tests", "torture-plugins", "hostile.so"), folder)
    manifest = {"manifest": 1, "id": "test.hostile", "version": "0.1.0", "abi": "1.0", "license": "Apache-2.0",
                "files": {"linux-" + os.uname().machine: hashlib.sha256(read(plugin)).hexdigest()},
                "permissions": {"read": [t], "hosts": []}}
    words = [portrait, "read", "hostile", os.path.join(t, "a.log"), "--with", "deed=read", "--plugin-dir", folder]
    with_manifest = os.path.join(folder, "hostile.manifest")
    for has_manifest, more, answer, told in (
            (False, [], "refused", "tried openat"), (False, ["--allow-read", t], "refused", "tried openat"),
            (True, [], "refused", "not allowed (--allow-read " + t), (True, ["--allow-read", t], "granted", ""),
            (True, ["--allow-read", "/etc"], "refused", "not allowed"), (True, ["--allow-read", t + "/a.log"], "granted", "")):
        if has_manifest:
            with open(with_manifest, "w", encoding="utf-8") as f:
                json.dump(manifest, f)
        r = run(words + more, t)
        check(answer in r.stdout, f"manifest {has_manifest}, {more}: {r.stdout} {r.stderr}")
        check(told in r.stderr, f"manifest {has_manifest}, {more}: {r.stderr}")
        check(bool(told) or "hostile" not in r.stderr, f"manifest {has_manifest}, {more}: {r.stderr}")
    r = run(words + ["--allow-read", "relative"], t, code=78)
    check("absolute path" in r.stderr, f"--allow-read relative: {r.stderr}")


def test_list(portrait, t):
    isolated, trusted = both([portrait, "plugins", "list", "--plugin-dir", "others"], t)
    check("isolated" in isolated.stdout, f"plugins list: {isolated.stdout}")
    check("isolated" not in trusted.stdout, f"plugins list --trust-plugins: {trusted.stdout}")


def test_models_are_refused(portrait, t):
    with open(os.path.join(t, "m.yaml"), "w", encoding="utf-8") as f:
        f.write(PIPELINE.replace("sinks:", "models: {s: {plugin: kmeans, inputs: [hits], with: {k: 2}}}\nsinks:"))
    r = run([portrait, "check", "m.yaml", "--plugin-dir", "others", "--var", f"data={t}", "--var", f"out={t}",
             "--secrets", "secrets"], t, code=78)
    check("model `kmeans`" in r.stderr and "--trust-plugins" in r.stderr, f"an untrusted model: {r.stderr}")


def main():
    with tempfile.TemporaryDirectory(prefix="portrait-isolate-") as t:
        for part in ("bin", "libexec"):
            os.mkdir(os.path.join(t, part))
        portrait = shutil.copy(PORTRAIT, os.path.join(t, "bin"))
        shutil.copy(os.path.join(BUILD, "libexec", "portrait-plugin-host"), os.path.join(t, "libexec"))
        shutil.copytree(os.path.join(BUILD, "plugins"), os.path.join(t, "others"))
        os.chmod(os.path.join(t, "others"), 0o755)
        for name, text in (("a.log", LOG), ("crm.csv", CRM), ("events.jsonl", EVENTS)):
            with open(os.path.join(t, name), "w", encoding="utf-8") as f:
                f.write(text)
        subprocess.run(["gzip", "-k", "a.log"], cwd=t, check=True)
        test_sources(portrait, t)
        test_an_early_end(portrait, t)
        test_sinks(portrait, t)
        test_reading_is_granted(portrait, t)
        test_list(portrait, t)
        test_models_are_refused(portrait, t)
    print(f"{passed} passed, {len(failures)} failed")
    return 1 if failures else 0


sys.exit(main())

# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""What somebody who runs pipelines from cron meets: what is wrong is told once, with its place and
its fix, and before the work begins.
    test_operator.py PORTRAIT"""
import fcntl
import os
import re
import shutil
import socket
import subprocess
import tempfile

from common import PORTRAIT, check, equal, finish, portrait, status_line

PIPELINE = """portrait: 1
name: operator
as_of: 2025-06-01T00:00:00Z
vars: {log: web.log}
sources:
  crm:
    plugin: crm-csv
    with: {path: crm.csv, columns: {id: string, email: string, consent: bool}}
    consents: {mail: consent}
  web: {plugin: weblog, with: {path: "${var:log}", format: combined}, time: ts}
events:
  seen: {from: web, where: "status = 200"}
  again: {from: seen, where: "method = 'GET'"}
  late: {from: again}
identity:
  namespaces: {customer: {class: person, known_in: crm}, email: {class: contact, normalize: email}}
  rows: {crm: {customer: id, email: email}, web: {customer: user}}
features:
  views: {from: seen, count: rows, within: 30d}
  more: {from: again, count: rows, within: 7d}
  recency: {from: late, days_since: last, default: 999}
labels:
  comes: {from: web, exists: true, after: 30d}
models:
  persona: {plugin: kmeans, inputs: [views, recency], prepare: {scale: standard}, with: {k: 2}}
audiences:
  a: {where: "views >= 0", consent: mail, suppress: [gone.csv], order_by: "views DESC"}
sinks:
  file: {plugin: campaign-csv, from: a, with: {path: out/a.csv, columns: {id: profile, views: views}}}
"""
LINE = '1.2.3.4 - C%d [%02d/May/2025:10:00:00 +0000] "GET /a HTTP/1.1" 200 5 "-" "Mozilla"\n'


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def shop(t, people=8):
    write(os.path.join(t, "crm.csv"), "id,email,consent\n" + "".join(
        f"C{i},u{i}@example.org,true\n" for i in range(people)))
    write(os.path.join(t, "web.log"), "".join(
        LINE % (i % people, 1 + i % 28) for i in range(people * 5)))
    write(os.path.join(t, "gone.csv"), "email\nu1@example.org\n")


def mutated(t, *changes):
    text = PIPELINE
    for old, new in changes:
        check(text.count(old) == 1, f"`{old}` stands once in the pipeline")
        text = text.replace(old, new)
    path = os.path.join(t, "p.yaml")
    write(path, text)
    return path


def faults(t, *changes):
    r = portrait("check", mutated(t, *changes))
    found = re.findall(r"^\S*:(\d+):(\d+): error\[(P\d+)\]: (.*)$", r.stderr, re.M)
    equal(r.returncode, 78 if found else 0, f"check {changes}: exit\n{r.stderr}")
    return found, r.stderr


def test_told_once(t):
    for changes, code, words in (
            ((("as_of: 2025-06-01T00:00:00Z", "as_of: 2025-06-31T00:00:00Z"),), "P0104", "`as_of`"),
            ((("as_of: 2025-06-01T00:00:00Z\n", ""),), "P0402", "`as_of`"),
            ((("seen: {from: web", "seen: {from: wep"),), "P0202", "`wep`"),
            ((("time: ts", "time: tss"),), "P0204", "`tss`"),
            ((("time: ts", "time: none"),), "P0402", "has no time"),
            ((("views, recency]", "views, recncy]"),), "P0204", "`recncy`")):
        found, text = faults(t, *changes)
        equal([f[2] for f in found], [code], f"{changes}: one fault\n{text}")
        check(words in text, f"{changes}: tells {words}\n{text}")


def test_told_with_fix(t):
    for changes, code, words in (
            ((("scale: standard", "scale: std"),), "P0107", "one of auto, none, standard, minmax"),
            ((("with: {k: 2}}", "with: {k: 2}, evaluate: {test: 20}}"),), "P0106", "write 20%"),
            ((("with: {k: 2}}", "with: {k: 2}, evaluate: {test: 0.2}}"),), "P0106", "write 20%"),
            ((("within: 30d", "within: 0d"),), "P0106", "no time"),
            ((('"status = 200"', '"status"'),), "P0302", "this is i64")):
        found, text = faults(t, *changes)
        check([f[2] for f in found] == [code] and words in text, f"{changes}: {words}\n{text}")


def test_suppression_is_checked(t):
    equal(faults(t)[0], [], "the list is there")
    for text, words in ((None, "no such file"), ("", "empty"),
                        ("e-mail\nx@example.org\n", "did you mean `email`")):
        os.remove(os.path.join(t, "gone.csv"))
        if text is not None:
            write(os.path.join(t, "gone.csv"), text)
        found, told = faults(t)
        equal([f[2] for f in found], ["P0112"], f"list {text!r}: code\n{told}")
        check(words in told and "gone.csv" in told, f"list {text!r}: says {words}\n{told}")
        r = portrait("run", os.path.join(t, "p.yaml"), "--runs", os.path.join(t, "runs"))
        equal(r.returncode, 78, f"list {text!r}: run refuses before it reads\n{r.stderr}")
        if text is None:
            write(os.path.join(t, "gone.csv"), "")
    # A row that is wrong is found when the list is read, as every row of an input.
    write(os.path.join(t, "gone.csv"), "email\na@example.org,b@example.org\n")
    equal(faults(t)[0], [], "check reads the header only")
    r = portrait("run", os.path.join(t, "p.yaml"), "--runs", os.path.join(t, "runs"))
    equal(r.returncode, 1, f"a list that cannot be read in full stops the run\n{r.stderr}")
    check(not os.path.exists(os.path.join(t, "out/a.csv")), "nothing published")


def test_lost_output(t):
    """What cannot be written is told, however much of it there is."""
    runs = os.path.join(t, "runs")
    for words in (("plugins", "list", "--json"), ("plugins", "info", "weblog", "--json"),
                  ("plugins", "info", "weblog"), ("--help",), ("--version",), ("run", "--help"),
                  ("runs", "list", "--json"), ("runs", "show", "latest", "--json")):
        if words[0] == "runs" and not os.path.exists(runs):
            r = portrait("run", mutated(t), "--runs", runs)
            equal(r.returncode, 0, f"a run to look at\n{r.stderr}")
            for i in range(40):  # more than one buffer of stdout
                shutil.copytree(os.path.realpath(os.path.join(runs, "latest")),
                                os.path.join(runs, f"20250601T0000{i:02}Z-operator-{i:04x}"))
        words += ("--runs", runs) if words[0] == "runs" else ()
        with open("/dev/full", "w", encoding="utf-8") as full:
            r = subprocess.run([PORTRAIT, *words], stdout=full, stderr=subprocess.PIPE, text=True,
                               timeout=60)
        check(r.returncode == 1 and "could not be written" in r.stderr,
              f"{words} to a full disk: exit {r.returncode}, {r.stderr!r}")


def test_stores_are_checked(t):
    """Columns of the table are known before the run when they are listed."""
    store = "  store: {plugin: profile-store, from: a, with: {columns: {id: profile, views: views}, "
    for option in ("key: nobody", "index: [id, nobody]", "segments: [nobody]"):
        found, text = faults(t, ("sinks:\n", "sinks:\n" + store + option + "}}\n"))
        name = option.split(":")[0]
        check([f[2] for f in found] == ["P0113"] and f"option `{name}` of sink `store`" in text and
              "`nobody`" in text, f"{option}\n{text}")
    for option in ("key: none", "key: views, index: [views], segments: [views]"):
        equal(faults(t, ("sinks:\n", "sinks:\n" + store + option + "}}\n"))[0], [], option)


def test_options_tell_ranges():
    for name, words in (("kmeans", "k: whole number, 0 to 1000, default 5 (segments)"),
                        ("logreg", "l1_ratio: number, 0 to 1, default 0"),
                        ("campaign-csv", 'null: text, default ""')):
        check(f"  {words}\n" in portrait("plugins", "info", name).stdout, f"{name}: {words}")


def test_segment_of_nobody(t):
    """Who was there in spring is gone by now: the segment is empty, and nothing is said of it."""
    write(os.path.join(t, "web.log"), "".join(LINE % (i % 4, 1) for i in range(16)))
    r = run(t, ("as_of: 2025-06-01T00:00:00Z", "as_of: 2025-07-25T00:00:00Z\n"
                "train: {as_of: [2025-05-20T00:00:00Z]}"),
            ("[views, recency]", "[views]"), ("with: {k: 2}", "with: {k: 2, order_by: views}"))
    equal(r.returncode, 0, "a run with an empty segment\n" + r.stderr)
    check(re.search(r"^ +0 +0 people +0\.0%  nobody$", r.stderr, re.M), "an empty segment\n" + r.stderr)


def run(t, *changes, words=()):
    path = mutated(t, *changes)
    return portrait("run", path, "--runs", os.path.join(t, "runs"), *words)


def test_failed_runs_tell_why(t):
    """A failed run still shows where its rows went; one that was not begun is REFUSED."""
    write(os.path.join(t, "crm.csv"), "id,email,consent\nC1,u1@example.org,true\n")
    r = run(t)
    equal(r.returncode, 1, "k is 2 and there is one person\n" + r.stderr)
    check(re.search(r"^web +40 +5 +0 +35 +0 +0$", r.stderr, re.M), "a failed run: rows\n" + r.stderr)
    check("quarantined\n" not in run(t, words=("--quiet",)).stderr, "quiet: no table")
    blocked = os.path.join(t, "blocked")
    write(blocked, "")
    r = portrait("run", os.path.join(t, "p.yaml"), "--runs", blocked)
    equal((r.returncode, status_line(r)["status"]), (1, "REFUSED"), "no place for runs\n" + r.stderr)
    check("--runs DIR" in r.stderr, "no place for runs: the fix\n" + r.stderr)
    os.makedirs(os.path.join(t, "held"))
    with open(os.path.join(t, "held", ".lock-operator"), "w", encoding="utf-8") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        r = portrait("run", os.path.join(t, "p.yaml"), "--runs", os.path.join(t, "held"))
    equal((r.returncode, status_line(r)["status"]), (75, "REFUSED"), "locked\n" + r.stderr)


def test_all_rejected(t):
    write(os.path.join(t, "web.log"), "no line of a log\n" * 50)
    r = run(t, words=("--quiet",))
    check("source `web`: all 50 rows were rejected" in r.stderr, "all rows rejected\n" + r.stderr)


HOOK = """  hook:
    plugin: webhook
    from: a
    with: {url: "http://127.0.0.1:%d/x", allow_http: true, allow_private: true, max_attempts: 1,
      columns: {views: views}}
"""


def test_pending_tells_why(t):
    """Nobody listens: what is left and why is said, also when quiet, and how to go on."""
    deaf = socket.socket()
    deaf.bind(("127.0.0.1", 0))  # held and never listened at: connections are refused
    hook = (("sinks:\n", "sinks:\n" + HOOK % deaf.getsockname()[1]),)
    r = run(t, *hook, words=("--quiet",))
    equal(r.returncode, 4, "nobody listens\n" + r.stderr)
    check("sink `hook`: 7 people pending" in r.stderr and "last error: 127.0.0.1" in r.stderr,
          "quiet: the last error\n" + r.stderr)
    r = portrait("deliver", "latest", "--runs", os.path.join(t, "runs"))
    equal(r.returncode, 4, "deliver: nobody listens\n" + r.stderr)
    check("last error: 127.0.0.1" in r.stderr, "deliver: the last error\n" + r.stderr)
    check("delivered 1" not in r.stderr, "deliver: nothing was delivered\n" + r.stderr)
    r = run(t, *hook, words=("--no-deliver",))
    again = re.search(r"portrait deliver (\S+)", r.stderr)
    check(again is not None, "what to do with what is pending\n" + r.stderr)
    r = portrait("deliver", again.group(1))
    equal(r.returncode, 4, "the command told is a command\n" + r.stderr)
    deaf.close()


def test_help_columns():
    for words in (("--help",), ("plugins", "--help"), ("read", "--help")):
        text = portrait(*words).stdout
        check("FILE.so | sign FILE | verify FILE | lock PIPELINE list" not in text and
              not re.search(r"\|(?:junit|count) \S", text), f"{words}: columns are apart\n{text}")


def main():
    for test in [f for name, f in globals().items() if name.startswith("test_")]:
        with tempfile.TemporaryDirectory(prefix="portrait-operator-") as t:
            shop(t)
            test(*[t][:test.__code__.co_argcount])
    finish()


main()

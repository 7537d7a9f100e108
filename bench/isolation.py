# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""What isolation costs: one access log read in process and by children, in turns.

    python3 bench/isolation.py ACCESS.LOG [-b BUILD] [-n ROUNDS] [-t THREADS]

The log is a shop's of bench/gen, the columns those of bench/ingest.sh.

Prints medians of time by the clock and of processor time of the whole command, children included, and
how many times as much isolation takes. A copy of the command without its plugin folder is told of the
plugin by --plugin-dir, so that it runs isolated, and with --trust-plugins in process."""
import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
COLUMNS = "ts,user,query_cid,uid,status,path,page,sku,query_utm_source,user_agent,bot"
OPTIONS = ('format=combined "uid=%{uid}"', "query=[cid, utm_source]",
           'bots=[bot, spider, crawl, "curl/", python-requests]',
           "pages={product: \"/product/{sku}\", cart: /cart/add, order: /checkout/complete, search: /search}")


def arguments():
    p = argparse.ArgumentParser()
    p.add_argument("log")
    p.add_argument("-b", "--build", default=os.path.join(ROOT, "build-bench"))
    p.add_argument("-n", "--rounds", type=int, default=5)
    p.add_argument("-t", "--threads", default="2")
    return p.parse_args()


def stand_apart(build, folder):
    """A host that has not installed the plugin; returns the command."""
    for part in ("bin", "libexec", "others"):
        os.mkdir(os.path.join(folder, part), 0o755)
    shutil.copy(os.path.join(build, "libexec", "portrait-plugin-host"), os.path.join(folder, "libexec"))
    shutil.copy(os.path.join(build, "plugins", "weblog.so"), os.path.join(folder, "others"))
    return shutil.copy(os.path.join(build, "bin", "portrait"), os.path.join(folder, "bin"))


def timed(words, folder):
    begun = time.perf_counter()
    child = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             env={"HOME": folder, "PATH": os.environ["PATH"]})
    text = child.stdout.read()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = status
    if status:
        sys.exit(f"{' '.join(words)}: status {status}")
    return time.perf_counter() - begun, used.ru_utime + used.ru_stime, text


def main():
    a = arguments()
    with tempfile.TemporaryDirectory(prefix="portrait-isolation-") as folder:
        words = [stand_apart(os.path.abspath(a.build), folder), "read", "weblog", os.path.abspath(a.log), "--columns",
                 COLUMNS, "--format", "count", "--quiet", "--threads", a.threads, "--plugin-dir",
                 os.path.join(folder, "others"), *(w for option in OPTIONS for w in ("--with", option))]
        ways = {"in process": words + ["--trust-plugins"], "isolated": words}
        taken = {way: [] for way in ways}
        counts = {timed(command, folder)[2] for command in ways.values()}  # and the file into the page cache
        for _ in range(a.rounds):
            for way, command in ways.items():
                taken[way].append(timed(command, folder))
                counts.add(taken[way][-1][2])
    if len(counts) != 1:
        sys.exit(f"other rows: {counts}")
    medians = {way: [statistics.median(t[i] for t in times) for i in (0, 1)] for way, times in taken.items()}
    for way, (clock, cpu) in medians.items():
        print(f"{way:12} {clock:7.3f} s by the clock, {cpu:7.3f} s of processors")
    inside, outside = medians["in process"], medians["isolated"]
    print(f"{'ratio':12} {outside[0] / inside[0]:7.3f}                  {outside[1] / inside[1]:7.3f}")


main()

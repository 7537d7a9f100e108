# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""Progress of long work: a moving line on a terminal that leaves nothing behind, a line every 30 s
elsewhere, nothing with --quiet; never an effect on results or exit codes."""
import gzip
import http.server
import os
import pty
import re
import struct
import subprocess
import tempfile
import termios
import threading
import time
import fcntl

from common import PIPELINES, PORTRAIT, check, digest, equal, finish, portrait

VISITORS = os.path.join(PIPELINES, "weblog-visitors.yaml")
LINE = '10.0.%d.%d - - [18/May/2015:10:00:%02d +0000] "GET /a%d HTTP/1.1" 200 10 "-" "Mozilla/5.0"\n'
READING = re.compile(r"read (\w+): (\d+) rows, ([\d.]+) of ([\d.]+) (\w+) \((\d+)%\)")
MEMBERS_MAX = 9600 # 192 million rows, 1.6 GB
HOOK = """portrait: 1
name: slow-hook
as_of: 2015-05-21T00:00:00Z
sources:
  web: {plugin: weblog, with: {path: %s, format: combined}}
identity:
  namespaces: {address: {class: person}}
  rows: {web: {address: ip}}
features:
  hits: {from: web, count: rows}
audiences:
  few: {order_by: "hits DESC", limit: %d}
sinks:
  hook:
    plugin: webhook
    from: few
    with: {url: "%s", batch: 1, allow_http: true, allow_private: true, columns: {hits: hits}}
"""


def on_terminal(words, columns=100, env=None):
    """Runs with stderr on a terminal: (exit code, everything that was written there)."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    seen = []

    def drain():
        while True:
            try:
                data = os.read(master, 65536)
            except OSError:
                return
            if not data:
                return
            seen.append(data)

    p = subprocess.Popen([PORTRAIT, *words], stdout=subprocess.PIPE, stderr=slave,
                         env={**os.environ, "TERM": "xterm", "NO_COLOR": "1", **(env or {})})
    os.close(slave)
    reader = threading.Thread(target=drain)
    reader.start()
    stdout = p.communicate(timeout=120)[0]
    reader.join(timeout=10)
    os.close(master)
    return p.returncode, stdout, b"".join(seen).decode()


def screen_of(written, columns=100):
    """What stands on the screen in the end; every state of a line that was erased."""
    lines, erased = [""], []
    for part in re.split(r"(\r\x1b\[K|\r\n)", written):
        if part == "\r\x1b[K":
            erased.append(lines[-1])
            lines[-1] = ""
        elif part == "\r\n":
            lines.append("")
        else:
            lines[-1] += part
    return lines, [e for e in erased if e]


def long_log(path, members):
    member = gzip.compress("".join(LINE % (i % 7, i % 200, i % 60, i % 50) for i in range(20000)).encode(), 1)
    with open(path, "wb") as f:
        for _ in range(members):
            f.write(member)
    return 20000 * members


def normal(lines):
    """Lines without what differs from run to run."""
    return [re.sub(r"\d{8}T\d{6}Z-\S*?(?=[ /]|$)|run folder: .*|run=\S+", "RUN", line) for line in lines if line]


def read_long_enough(t):
    """A log whose reading shows the moving line several times on this machine, and what was shown."""
    log = os.path.join(t, "long.log.gz")
    words = ("read", "weblog", log, "--with", "format=combined", "--format", "count", "--threads", "1")
    members = 150
    while True:
        n = long_log(log, members)
        code, stdout, written = on_terminal(words)
        equal((code, int(stdout)), (0, n), "read: exit and count")
        if len(screen_of(written)[1]) >= 4 or members >= MEMBERS_MAX:
            return words, n, written
        members *= 2


def test_read_on_terminal(t):
    words, n, written = read_long_enough(t)
    lines, moved = screen_of(written)
    check(len(moved) >= 2, f"read: the line moved: {moved}")
    found = [READING.match(m) for m in moved]
    check(all(found), f"read: what moves: {moved}")
    rows = [int(m[2]) for m in found if m]
    equal(rows, sorted(rows), "read: rows only grow")
    check(rows[-1] > 0 and rows[-1] <= n, f"read: rows {rows}")
    check(any(re.search(r"iB/s, \d+:\d\d left, \d+:\d\d elapsed$", m) for m in moved), f"read: rate and time left: {moved}")
    plain = portrait(*words)
    equal(normal(lines), normal(plain.stderr.split("\n")), "read: nothing is left on the screen")
    check("\x1b" not in plain.stderr and "rows," not in plain.stderr, "read: no moving line in a file")

    code, stdout, written = on_terminal(words, columns=30)
    check(all(len(m) <= 29 for m in screen_of(written)[1]), "a narrow terminal gets a short line")
    equal(screen_of(on_terminal((*words, "--quiet"))[2])[1], [], "read --quiet: nothing moves")
    equal(screen_of(on_terminal(words, env={"TERM": "dumb"})[2])[1], [], "a dumb terminal: nothing moves")


def test_run_on_terminal(t):
    log = os.path.join(t, "long.log.gz")
    outputs, ends = [], []
    for name in ("terminal", "quiet", "file"):
        out = os.path.join(t, name + ".csv")
        words = ("run", VISITORS, "--runs", os.path.join(t, "runs"), "--var", "out=" + out, "--var", "data=" + log,
                 "--threads", "1", *(["--quiet"] if name == "quiet" else []))
        if name == "file":
            r = portrait(*words)
            code, lines, moved = r.returncode, r.stderr.split("\n"), []
        else:
            code, _, written = on_terminal(words)
            lines, moved = screen_of(written)
        equal(code, 0, f"run, {name}: exit")
        equal(bool(moved), name == "terminal", f"run, {name}: moves {moved}")
        outputs.append(digest(out))
        ends.append(normal([line.replace(out, "OUT") for line in lines]))
        if name == "terminal":
            check(any(READING.match(m) for m in moved), f"run: reading moves: {moved}")
    equal(len(set(outputs)), 1, "run: same bytes with and without progress")
    equal(ends[0], ends[2], "run: nothing is left on the screen")
    equal(len(ends[1]), 1, "run --quiet: the status line alone")


class Slow(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        time.sleep(self.server.pause)
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def hook_pipeline(t, name, pause, bodies):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    server.pause = pause
    threading.Thread(target=server.serve_forever, daemon=True).start()
    path = os.path.join(t, name + ".yaml")
    with open(path, "w", encoding="utf-8") as f:
        f.write(HOOK % (os.path.join(PIPELINES, "data/weblog/apache_logs.gz"), bodies,
                        "http://127.0.0.1:%d/x" % server.server_address[1]))
    return path


def test_deliver_on_terminal(t):
    code, _, written = on_terminal(("run", hook_pipeline(t, "quick", 0.6, 2), "--runs", os.path.join(t, "runs-hook")))
    equal(code, 0, "deliver: exit\n" + written)
    lines, moved = screen_of(written)
    check(any(re.match(r"deliver hook", m) for m in moved), f"deliver: moves {moved}")
    check(any(re.match(r"deliver hook: 50%", m) for m in moved), f"deliver: counts bodies {moved}")
    said = [line for line in lines if "tried 2 of 2 messages" in line]
    equal(said, ["tried 2 of 2 messages"], "deliver: a log line stands alone on its line")


def test_line_every_30_s(t):
    r = portrait("run", hook_pipeline(t, "slow", 11, 3), "--runs", os.path.join(t, "runs-slow"))
    equal(r.returncode, 0, "slow: exit\n" + r.stderr)
    told = re.findall(r"^deliver hook: 66%, 0:(3\d) elapsed$", r.stderr, re.M)
    equal(len(told), 1, "slow: one line after 30 s\n" + r.stderr)
    check("\x1b" not in r.stderr and "\r" not in r.stderr, "slow: plain lines")


def main():
    with tempfile.TemporaryDirectory() as t:
        test_read_on_terminal(t)
        test_run_on_terminal(t)
        test_deliver_on_terminal(t)
        test_line_every_30_s(t)
    finish()


main()

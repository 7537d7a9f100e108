# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""Webhooks against a real HTTP server on loopback: bodies frozen before the first send, signatures,
retries under the same ids, exit 4 with everything kept, `deliver` sends what is pending."""
import base64
import hashlib
import hmac
import http.server
import json
import os
import tempfile
import threading

from common import PIPELINES, check, equal, finish, portrait, record, rows, status_line

KEY = b"0123456789abcdef0123456789abcdef"
PIPELINE = """portrait: 1
name: deliver-test
as_of: 2015-05-21T00:00:00Z
vars: {hook: "http://127.0.0.1:1/x", data: %s}
sources:
  web: {plugin: weblog, with: {path: "${var:data}", format: combined}}
identity:
  namespaces: {address: {class: person}}
  rows: {web: {address: ip}}
features:
  hits: {from: web, count: rows}
audiences:
  busy: {where: "hits >= 20", order_by: "hits DESC"}
sinks:
  hook:
    plugin: webhook
    from: busy
    with: {url: "${var:hook}", signing_key: "${secret:hook_key}", batch: 40, allow_http: true,
           allow_private: true, max_attempts: 2, columns: {hits: hits}}
""" % os.path.join(PIPELINES, "data/weblog/apache_logs.gz")


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.seen.append((dict((k.lower(), v) for k, v in self.headers.items()), body))
        status = self.server.answer(len(self.server.seen))
        self.send_response(status)
        self.send_header("content-length", "0")
        if status == 429:
            self.send_header("retry-after", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def serve(answer):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.seen = []
    server.answer = answer
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, "http://127.0.0.1:%d/hook" % server.server_address[1]


def is_signed(headers, body):
    text = headers["webhook-id"].encode() + b"." + headers["webhook-timestamp"].encode() + b"." + body
    want = "v1," + base64.b64encode(hmac.new(KEY, text, hashlib.sha256).digest()).decode()
    return want in headers["webhook-signature"].split(" ")


def accepted(server):
    """People of the bodies that were accepted, by webhook-id: a receiver that deduplicates."""
    return {h["webhook-id"]: [d["profile"] for d in json.loads(b)["data"]] for h, b in server.seen}


def main():
    with tempfile.TemporaryDirectory() as t:
        pipeline = os.path.join(t, "p.yaml")
        secrets = os.path.join(t, "secrets")
        os.makedirs(secrets, 0o700)
        with open(pipeline, "w", encoding="utf-8") as f:
            f.write(PIPELINE)
        with open(os.path.join(secrets, "hook_key"), "wb") as f:
            f.write(b"whsec_" + base64.b64encode(KEY))
        os.chmod(os.path.join(secrets, "hook_key"), 0o600)
        runs = os.path.join(t, "runs")

        # everything accepted
        server, url = serve(lambda n: 204)
        r = portrait("run", pipeline, "--runs", runs, "--secrets", secrets, "--var", "hook=" + url)
        equal(r.returncode, 0, "accepted: exit\n" + r.stderr)
        people = sum(accepted(server).values(), [])
        equal(len(people), len(set(people)), "accepted: nobody twice")
        equal(int(status_line(r)["delivered"]), len(people), "accepted: delivered")
        check(all(is_signed(h, b) for h, b in server.seen), "accepted: every body is signed")
        check(KEY not in b"".join(b for _, b in server.seen), "the key is in no body")
        first = {h["webhook-id"]: json.loads(b)["data"] for h, b in server.seen}

        # the same wave again: the same ids, so that a receiver can tell
        server, url = serve(lambda n: 200)
        portrait("run", pipeline, "--runs", runs, "--secrets", secrets, "--var", "hook=" + url)
        equal({h["webhook-id"]: json.loads(b)["data"] for h, b in server.seen}, first, "same wave: same ids")

        # a flaky receiver: retried under the same ids
        server, url = serve(lambda n: 429 if n % 2 else 200)
        r = portrait("run", pipeline, "--runs", runs, "--secrets", secrets, "--var", "hook=" + url)
        equal(r.returncode, 0, "flaky: exit\n" + r.stderr)
        equal(set(accepted(server)), set(first), "flaky: same ids")
        equal(len(server.seen), 2 * len(first), "flaky: every body was sent twice")

        # a broken receiver: exit 4, kept, and sent later
        server, url = serve(lambda n: 500)
        r = portrait("run", pipeline, "--runs", runs, "--secrets", secrets, "--var", "hook=" + url)
        equal(r.returncode, 4, "broken: exit\n" + r.stderr)
        equal(record(runs)["status"], "PENDING", "broken: record")
        pending = int(status_line(r)["pending"])
        equal(pending, len(people), "broken: all pending")
        frozen = os.path.join(runs, "latest/deliveries/hook")
        before = {f: open(os.path.join(frozen, f), "rb").read() for f in os.listdir(frozen) if f.endswith(".json")}
        r = portrait("deliver", "latest", "--runs", runs, "--secrets", secrets)
        equal(r.returncode, 4, "still broken: exit\n" + r.stderr)
        server.answer = lambda n: 200
        server.seen.clear()
        r = portrait("deliver", "latest", "--runs", runs, "--secrets", secrets)
        equal(r.returncode, 0, "mended: exit\n" + r.stderr)
        equal(set(accepted(server)), set(first), "mended: same ids")
        equal(record(runs)["status"], "DONE", "mended: record")
        metrics = open(os.path.join(runs, "latest", "metrics.prom"), encoding="utf-8").read()
        check('portrait_run_exit_code{pipeline="deliver-test"} 0\n' in metrics and
              'portrait_deliveries_people{pipeline="deliver-test",state="pending"} 0\n' in metrics,
              "mended: metrics\n" + metrics)
        after = {f: open(os.path.join(frozen, f), "rb").read() for f in os.listdir(frozen) if f.endswith(".json")}
        equal(after, before, "bodies never change")
        server.seen.clear()
        r = portrait("deliver", "latest", "--runs", runs, "--secrets", secrets)
        equal((r.returncode, len(server.seen)), (0, 0), "nothing is sent twice")

        # not told to deliver
        server, url = serve(lambda n: 200)
        r = portrait("run", pipeline, "--runs", runs, "--secrets", secrets, "--var", "hook=" + url, "--no-deliver")
        equal((r.returncode, len(server.seen)), (4, 0), "--no-deliver: exit and requests")
        equal(status_line(r)["status"], "PENDING", "--no-deliver: status")
        equal((record(runs)["status"], record(runs)["exit"]), ("PENDING", 4), "--no-deliver: record")
        check(int(status_line(r)["pending"]) == len(people), "--no-deliver: pending")
        r = portrait("deliver", "latest", "--runs", runs, "--secrets", secrets)
        equal((r.returncode, record(runs)["status"]), (0, "DONE"), "delivered later: exit and record\n" + r.stderr)

        # nobody to write to: nothing is pending
        nobody = os.path.join(t, "nobody.yaml")
        with open(nobody, "w", encoding="utf-8") as f:
            f.write(PIPELINE.replace("hits >= 20", "hits < 0"))
        r = portrait("run", nobody, "--runs", runs, "--no-deliver")
        equal((r.returncode, status_line(r)["status"]), (0, "DONE"), "--no-deliver, nobody chosen\n" + r.stderr)

        # the secret stays where it is
        for at, _, files in os.walk(runs):
            for f in files:
                data = open(os.path.join(at, f), "rb").read()
                check(KEY not in data and base64.b64encode(KEY) not in data, f"the key is not in {f}")
        r = portrait("check", pipeline)
        equal(r.returncode, 78, "check without the secret")
    finish()


main()

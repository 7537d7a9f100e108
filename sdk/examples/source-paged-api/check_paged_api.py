# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""Runs the source against a server on this machine: check_paged_api.py PORTRAIT PLUGINS FOLDER."""
import hashlib
import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
import urllib.parse

PORTRAIT, PLUGINS, FOLDER = sys.argv[1:]
HERE = os.path.dirname(os.path.abspath(__file__))
TOKEN = "s3cret-of-the-shop"
ORDERS = [f"o{i}\tC{i % 3}\t{i}.5" for i in range(8)]
ORDERS[4] = "o4\tC1\tmuch"


class Api(http.server.BaseHTTPRequestHandler):
    """Pages of at most `limit` orders; every second request is told to wait, the first one an error."""
    asked = []

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        Api.asked.append(self.path)
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            self.answer(401)
        elif len(Api.asked) == 1:
            self.answer(503, {"Retry-After": "0"})
        elif len(Api.asked) == 3:
            self.answer(429, {"Retry-After": "1"})
        else:
            begin, limit = int(query.get("cursor", "c-0")[2:]), int(query["limit"])
            more = {"X-Next-Cursor": f"c-{begin + limit}"} if begin + limit < len(ORDERS) else {}
            self.answer(200, more, "".join(line + "\n" for line in ORDERS[begin:begin + limit]))

    def answer(self, status, headers=None, text=""):
        body = text.encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Api)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    peer = f"127.0.0.1:{server.server_port}"
    work = os.path.join(FOLDER, "check")
    shutil.rmtree(work, ignore_errors=True)
    for folder in ("secrets", "plugins"):
        os.makedirs(os.path.join(work, folder))

    def secret(text):
        path = os.path.join(work, "secrets", "shop_token")
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(path, 0o600)

    def run(name, *more):
        Api.asked.clear()
        r = subprocess.run([PORTRAIT, "run", os.path.join(HERE, "paged_api.yaml"), "--plugin-dir",
                            os.path.join(work, "plugins"), "--secrets", os.path.join(work, "secrets"), "--runs",
                            os.path.join(work, name), "--var", f"out={os.path.join(work, name)}", "--var",
                            f"peer={peer}", *more], capture_output=True, text=True, timeout=120, check=False)
        assert TOKEN not in r.stdout + r.stderr, "the key is in the log"
        return r

    def good(name, *more):
        r = run(name, *more)
        assert r.returncode == 0, f"{name}: exit {r.returncode}\n{r.stdout}{r.stderr}"
        with open(os.path.join(work, name, "totals.csv"), encoding="utf-8") as f:
            assert f.read() == "customer,spent,orders\nC0,10.5,3\nC1,9,2\nC2,8,2\n", f"{name}: totals.csv"
        assert Api.asked == ["/v1/orders?limit=3"] * 2 + ["/v1/orders?limit=3&cursor=c-3"] * 2 + \
            ["/v1/orders?limit=3&cursor=c-6"], Api.asked
        assert "the amount is not a number" in r.stderr, r.stderr
        with open(os.path.join(work, name, "latest", "run.json"), encoding="utf-8") as f:
            assert json.load(f)["sources"][0]["network"] == [peer], "the run tells whom it may call"

    def refused(name, code, said, *more):
        r = run(name, *more)
        assert r.returncode == code and said in r.stderr, f"{name}: exit {r.returncode}\n{r.stderr}"

    module = shutil.copy(os.path.join(PLUGINS, "paged-api.so"), os.path.join(work, "plugins"))
    secret(TOKEN)
    good("trusted", "--trust-plugins")
    # Isolated it needs a manifest that asks for the host.
    refused("unasked", 78, "does not ask for the host")
    assert Api.asked == [], "nobody was called"
    with open(module, "rb") as f:
        digest = hashlib.sha256(f.read()).hexdigest()
    path = module[:-3] + ".manifest"
    manifest = {"manifest": 1, "id": "example.paged-api", "version": "1.0.0", "abi": "1.0", "license": "Apache-2.0",
                "files": {f"linux-{os.uname().machine}": digest}}

    def ask_for(host):
        manifest["permissions"] = {"hosts": [host]}
        with open(path, "w", encoding="utf-8") as f:
            json.dump(manifest, f)

    ask_for("other.example")
    refused("another", 78, "does not ask for the host")
    refused("another", 78, "does not ask for the host", "--trust-plugins")
    ask_for(peer)
    good("isolated")
    good("both", "--trust-plugins")
    secret("another")
    refused("wrong-key", 75, "the API answers 401")
    assert len(Api.asked) == 1, "a refusal is not asked again"
    check = subprocess.run([PORTRAIT, "plugins", "check", module, "--with", f"url=http://{peer}/v1/orders", "--with",
                            "token=${secret:shop_token}", "--secrets", os.path.join(work, "secrets")],
                           capture_output=True, text=True, timeout=120, check=False)
    assert check.returncode == 0 and " failed=0 " in check.stdout, f"conformance: {check.stdout}{check.stderr}"
    print("ok")


main()

# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""minisign and Portrait take each other's signatures and keys: both ways, prehashed and legacy,
plain and encrypted keys, fresh key pairs."""
import os
import re
import subprocess
import sys
import tempfile

from bench import Bench
from common import PORTRAIT, ROOT, check, equal, finish

MINISIGN = sys.argv[3]


def minisign(*words, said=None):
    return subprocess.run([MINISIGN, *words], capture_output=True, text=True, input=said, timeout=120, check=False)


def test_minisign_verifies_ours(b):
    equal(b.sign().returncode, 0, "signed")
    run = minisign("-V", "-p", b.path("test.pub"), "-m", b.manifest)
    equal(run.returncode, 0, f"minisign takes our signature: {run.stdout}{run.stderr}")
    check("file:abi-source.manifest" in run.stdout, "and shows the trusted comment")
    run = minisign("-V", "-H", "-p", b.path("test.pub"), "-m", b.manifest)
    equal(run.returncode, 0, f"it is prehashed: {run.stderr}")
    check(minisign("-V", "-p", b.path("other.pub"), "-m", b.manifest).returncode != 0, "not by another key")


def test_we_verify_minisigns(b):
    b.trust("test")
    b.sign()
    for name, more in (("prehashed", ()), ("legacy", ("-l",))):
        for comment in ("a comment", "", "x" * 1000, "ünïcode\twith tabs"):
            os.remove(b.signature)
            run = minisign("-S", *more, "-s", b.path("test.key"), "-m", b.manifest, "-x", b.signature, "-t", comment)
            equal(run.returncode, 0, f"minisign signs: {run.stderr}")
            run = b.verify()
            equal(run.returncode, 0, f"{name} `{comment[:12]}`: {run.stderr}")
            text = b.read(b.signature)
            b.write(b.signature, text.replace("\n", "\r\n"))
            equal(b.verify().returncode, 0, "line ends of another system")
            with open(b.manifest, "a", encoding="utf-8") as f:
                f.write(" ")
            b.refused(b.verify(), "the signature does not hold", f"{name}: one byte more")
            b.write(b.manifest, b.read(b.manifest)[:-1])


def test_fresh_keys(b):
    """Ten new pairs, signed here and there; every id is told as minisign tells it."""
    for i in range(10):
        pub, key = b.path(f"n{i}.pub"), b.path(f"n{i}.key")
        minisign("-G", "-W", "-p", pub, "-s", key)
        run = b.sign(key=f"n{i}")
        equal(run.returncode, 0, f"sign by a new key: {run.stderr}")
        told = next(l for l in run.stdout.split("\n") if l.startswith("key: "))[5:]
        check(told.lstrip("0") in b.read(pub), f"the id {told} is minisign's, which leaves zeros out")
        equal(minisign("-V", "-p", pub, "-m", b.manifest).returncode, 0, "minisign verifies")
        b.trust(f"n{i}")
        equal(b.verify().returncode, 0, "we verify")


def test_encrypted_key(b):
    b.write(b.path("pw"), "pw\n", 0o600)
    run = b.sign(None, "locked", "--password", "pw", "--secrets", b.folder)
    equal(run.returncode, 0, f"an encrypted key with its password: {run.stderr}")
    equal(minisign("-V", "-p", b.path("locked.pub"), "-m", b.manifest).returncode, 0, "minisign verifies")
    b.refused(b.sign(None, "locked", "--password", "none", "--secrets", b.folder), "none", "no such secret", marks=True)


def test_docs(b):
    """The commands of docs/plugins/trust.md, in their order."""
    page = b.read(os.path.join(ROOT, "docs", "plugins", "trust.md"))
    commands = [line[2:] for block in re.findall(r"^```console\n(.*?)^```", page, re.M | re.S)
                for line in block.split("\n") if line.startswith("$ ")]
    check(len(commands) >= 9, f"{len(commands)} commands")
    env = dict(os.environ, PATH=os.path.dirname(PORTRAIT) + ":" + os.environ["PATH"], XDG_CACHE_HOME=b.path("cache"))
    for command in commands:
        run = subprocess.run(["sh", "-c", command], cwd=b.folder, env=env, capture_output=True, text=True, timeout=120,
                             check=False)
        equal(run.returncode, 0, f"{command}: {run.stdout}{run.stderr}")


def main():
    for name, test in sorted(globals().items()):
        if name.startswith("test_"):
            with tempfile.TemporaryDirectory() as folder:
                os.chmod(folder, 0o700)
                test(Bench(folder))
    finish()


main()

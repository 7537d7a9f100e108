# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""Signing, verifying and pinning plugins by the command: what is changed, revoked, forged or open to
others is refused with exit 78 before any code of it runs."""
import json
import os
import sys
import tempfile

from bench import MARKER, PIPELINE, Bench
from common import check, digest, equal, finish

IS_ROOT = os.geteuid() == 0


def test_sign_and_verify(b):
    b.trust()
    b.refused(b.verify(), "it has no manifest", "no manifest")
    run = b.sign()
    equal(run.returncode, 0, f"sign: {run.stderr}")
    manifest = json.loads(b.read(b.manifest))
    equal(manifest["files"], {"linux-x86_64" if os.uname().machine == "x86_64" else "linux-aarch64": digest(b.plugin)},
          "sign writes the hash")
    equal([manifest[k] for k in ("manifest", "abi", "permissions")], [1, "1.0", {"read": [], "hosts": []}], "manifest")
    b.refused(b.verify(), "its key is not in the keyring", "empty keyring")
    b.trust("other")
    b.refused(b.verify(), "its key is not in the keyring", "another key")
    b.trust("test", "other")
    run = b.verify()
    equal(run.returncode, 0, f"verify: {run.stderr}")
    check("trusted: signed by test (key " in run.stdout and not b.is_marked(), "verify runs no code")
    answer = json.loads(b.verify("--json").stdout)
    equal([answer["trusted"], answer["signer"], answer["manifest"]["id"]], [True, "test", manifest["id"]], "--json")
    before = b.read(b.manifest)
    equal(b.sign().returncode, 0, "signed again")
    equal(b.read(b.manifest), before, "a manifest that fits is not rewritten")


def test_changed_after_signing(b):
    b.trust("test")
    b.sign()
    b.change()
    b.refused(b.verify(), "its manifest is of other bytes", "changed plugin")
    run = b.run("plugins", "list")
    check("its manifest is of other bytes" in run.stdout and not b.is_marked(), f"list tells it: {run.stdout}")
    equal(b.sign().returncode, 0, "signed anew")
    equal(b.verify().returncode, 0, "trusted anew")
    b.manifest_with(version="9.9.9")
    b.refused(b.verify(), "the signature does not hold", "changed manifest")
    run = b.sign()
    b.refused(run, "the manifest is of", "sign: a manifest of another version", marks=True)
    b.manifest_with(version="0.1.0-other", id="somebody.else")
    b.refused(b.verify(), "its manifest says somebody.else", "another plugin's manifest")


def test_forged_signature(b):
    b.trust("test")
    b.sign(key="other")
    lines = b.read(b.signature).split("\n")
    b.sign()
    good = b.read(b.signature)
    mine = good.split("\n")
    b.write(b.signature, "\n".join([mine[0], lines[1], mine[2], mine[3]]) + "\n")
    b.refused(b.verify(), "not trusted", "a signature by another key")
    b.write(b.signature, good.replace("hashed", "washed"))
    b.refused(b.verify(), "trusted comment: the signature does not hold", "a changed trusted comment")
    b.write(b.signature, good.replace("trusted comment: t", "trusted: t"))
    b.refused(b.verify(), "`trusted comment: ` is missing", "no signature file")
    b.write(b.signature, good + "more\n")
    b.refused(b.verify(), "more text", "a longer file")
    b.write(b.signature, "x" * 20000)
    b.refused(b.verify(), "longer than 16384 bytes", "an endless file")
    b.write(b.signature, good)
    equal(b.verify().returncode, 0, "the signature as it was")


def test_revoked(b):
    b.trust("test")
    key = next(l for l in b.sign().stdout.split("\n") if l.startswith("key: "))[5:]
    b.revoke(f"key {key} stolen in May")
    b.refused(b.verify(), f"key {key} is revoked: stolen in May", "revoked key")
    run = b.run("check", b.pipeline)
    b.refused(run, "is revoked: stolen in May", "a pipeline with a plugin of a revoked key")
    b.revoke("key 1")  # minisign leaves leading zeros out
    equal(b.verify().returncode, 0, "another key is revoked")
    b.revoke(f"sha256 {digest(b.plugin)}")
    b.refused(b.verify(), "its file is revoked", "revoked file")
    os.remove(b.signature)
    os.remove(b.manifest)
    b.refused(b.verify(), "its file is revoked", "without its manifest too")
    for line in ("key 12345678123456781", "key", "key 12g", "sha256 " + "A" * 64, "kee 1234567890ABCDEF", f"key {key.lower()}x"):
        b.revoke(line)
        b.refused(b.verify(), "revoked: line 3", f"a list that cannot be read: {line[:8]}")


def test_manifest_is_strict(b):
    b.trust("test")
    b.sign()
    good = b.read(b.manifest)
    sound = json.loads(good)
    cases = [
        ({"manifest": 2}, "`manifest` must be 1"), ({"extra": 1}, "unknown key `extra`"),
        ({"lisense": "x", "license": None}, "did you mean `license`?"),
        ({"id": ""}, "`id` must be"), ({"id": "a b"}, "is no id"), ({"version": "1 2"}, "is no version"),
        ({"abi": "0"}, "`abi` must be"), ({"abi": 0.1}, "`abi` must be"), ({"license": "x" * 200}, "`license` must be"),
        ({"files": {}}, "`files` must be"), ({"files": {"linux-x86_64": "12"}}, "needs a SHA-256"),
        ({"files": {"Linux": "0" * 64}}, "is no platform"), ({"files": {"linux-none": "0" * 64}}, "knows no file for"),
        ({"permissions": {"write": []}}, "unknown key `write`"), ({"permissions": {"read": ["etc"]}}, "item 1 is no absolute"),
        ({"permissions": {"read": ["/a/../b"]}}, "item 1 is no absolute"), ({"permissions": {"hosts": ["A.example"]}}, "is no host"),
        ({"permissions": {"hosts": ["a.example:0"]}}, "is no host"), ({"permissions": {"hosts": ["a"] * 65}}, "at most 64"),
        ({"abi": "0.9"}, "for ABI 0.9, its file"), ({"license": None}, "`license` must be"),
    ]
    for changes, said in cases:
        b.write(b.manifest, good)
        b.manifest_with(**changes)
        b.refused(b.verify(), said, f"manifest with {changes}")
    for text, said in ((good[:-3], "abi-source.manifest"), (good.replace('"abi"', '"id"'), "twice"), ("[]", "no object"),
                       (" " * 70000, "longer than")):
        b.write(b.manifest, text)
        b.refused(b.verify(), said, f"manifest {text[:20]!r}")
    sound["permissions"] = {"read": ["/var/log/shop"], "hosts": ["api.example:8443"]}
    b.write(b.manifest, json.dumps(sound))
    equal(b.sign(target=b.manifest).returncode, 0, "a manifest is signed as it stands")
    run = b.verify()
    check("reads: /var/log/shop\ncalls: api.example:8443\n" in run.stdout, f"permissions are told: {run.stdout}")
    before = b.read(b.manifest)
    b.change()
    b.sign()
    after = json.loads(b.read(b.manifest))
    equal(after["permissions"], sound["permissions"], "sign keeps the permissions")
    check(b.read(b.manifest) != before and b.verify().returncode == 0, "and renews the hash")


def test_owned_by_us_alone(b):
    """Symlinks, files anybody can write, other users' files: manifests, signatures, keys, locks."""
    b.trust("test")
    b.sign()
    key = os.path.join(b.ring, "test.pub")
    for path in (b.manifest, b.signature, key, b.ring, b.plugins, b.plugin):
        mode = os.stat(path).st_mode
        os.chmod(path, mode | 0o002)
        b.refused(b.verify(), "can be written by everybody", f"open {path}")
        os.chmod(path, mode)
        if IS_ROOT:
            os.chown(path, 65534, -1)
            b.refused(b.verify(), "belongs to another user", f"foreign {path}")
            os.chown(path, 0, -1)
    for path in (b.manifest, b.signature, key, b.plugin):
        os.rename(path, path + "-real")
        os.symlink(path + "-real", path)
        b.refused(b.verify(), "is a symlink", f"symlink {path}")
        os.remove(path)
        os.mkfifo(path)
        b.refused(b.verify(), "is no regular file", f"pipe {path}")
        os.remove(path)
        os.rename(path + "-real", path)
    equal(b.verify().returncode, 0, "all as it was")
    os.symlink(b.ring, b.path("ring-link"))
    run = b.run("plugins", "verify", b.plugin, "--keyring", b.path("ring-link") + "/", ring=False)
    b.refused(run, "is a symlink", "a keyring behind a symlink")
    run = b.run("plugins", "verify", b.plugin, "--keyring", b.path("none"), ring=False)
    b.refused(run, "none: No such file", "a keyring that is not there")
    os.chmod(b.path("test.key"), 0o640)
    b.refused(b.sign(), "may be read by others", "a secret key open to others", marks=True)
    os.chmod(b.path("test.key"), 0o600)


def lock(b):
    run = b.run("plugins", "lock", b.pipeline)
    equal(run.returncode, 0, f"lock: {run.stderr}")
    return json.loads(b.read(b.lock))


def test_lock(b):
    b.trust()
    written = lock(b)
    equal([sorted(p) for p in written["plugins"]], [["id", "sha256", "version"]] * 2, "entries")
    mine = next(p for p in written["plugins"] if p["id"] == "portrait.abi-source")
    equal(mine["sha256"], digest(b.plugin), "the plugin's bytes")
    run = b.run("run", b.pipeline, "--locked")
    equal(run.returncode, 0, f"as pinned: {run.stderr}")
    check(not b.is_marked(), "code that nobody vouches for leaves no mark, not even when it is looked at")
    check(f"tried openat {b.mark}: refused, it was only looked at" in run.stderr, f"and is named: {run.stderr}")
    run = b.run("run", b.pipeline, "--trust-plugins")
    check(run.returncode == 0 and b.is_marked(), f"the plugin's code does leave a mark when it may: {run.stderr}")
    runs = b.path("runs/latest")
    equal(b.read(os.path.join(runs, "pipeline.yaml.lock")), b.read(b.lock), "the run keeps its lock file")
    b.change()
    for words in (("check", b.pipeline), ("plan", b.pipeline), ("run", b.pipeline)):
        b.refused(b.run(*words), "error[P0503]: the plugin portrait.abi-source", f"{words[0]} with a changed plugin")
    b.refused(b.run("run", b.pipeline), "pins other bytes", "it says what is wrong")
    check("status=REFUSED" in b.run("run", b.pipeline).stderr, "the status line says REFUSED")
    answer = json.loads(b.run("check", b.pipeline, "--json").stdout)
    equal([d["code"] for d in answer["pipelines"][0]["diagnostics"]], ["P0503"], "check --json")
    run = b.run("deliver", runs)
    b.refused(run, "error[P0503]", "deliveries of the run are held to it as well")
    os.rename(b.lock, b.lock + "-away")
    for verb in ("check", "plan", "run"):
        b.refused(b.run(verb, b.pipeline, "--locked"), "--locked: there is no lock file", f"{verb} --locked without one")
    run = b.run("check", b.pipeline, "--trust-plugins")
    equal(run.returncode, 0, f"without a lock it is accepted: {run.stderr}")
    check(b.is_marked(), "and its code runs: the lock is what kept it from that")
    os.rename(b.lock + "-away", b.lock)
    os.remove(b.plugin)
    b.refused(b.run("check", b.pipeline), "no such file is in the plugin folders", "a plugin that is gone")


def recorded(b):
    """What the record of a run says of the plugin."""
    run = b.run("run", b.pipeline)
    equal(run.returncode, 0, f"run: {run.stderr}")
    plugins = json.loads(b.read(b.path("runs/latest/run.json")))["plugins"]
    mine = next(p for p in plugins if p["plugin"] == "portrait.abi-source")
    return mine["signer"], mine["isolated"], mine["sha256"] == digest(b.plugin)


def test_record(b):
    b.trust("test")
    equal(recorded(b), (None, True, True), "an unsigned plugin")
    b.sign()
    equal(recorded(b), ("test", False, True), "a signed plugin")


def test_lock_sees_nothing_else(b):
    """Other plugins, whatever their name, are not looked at under a lock."""
    b.trust()
    lock(b)
    with open(b.pipeline, "a", encoding="utf-8") as f:
        f.write("  more: {plugin: webhook, from: profiles, with: {url: 'https://example.org/'}}\n")
    run = b.run("check", b.pipeline)
    check(run.returncode == 78 and "does not pin portrait.webhook" in run.stderr, f"an unpinned plugin: {run.stderr}")
    os.rename(b.plugin, os.path.join(b.plugins, "other-name.so"))
    os.remove(b.pipeline)
    b.write(b.pipeline, PIPELINE)
    run = b.run("check", b.pipeline)
    equal(run.returncode, 0, f"the name of the file does not matter: {run.stderr}")


def test_lock_file_is_strict(b):
    b.trust()
    good = json.dumps(lock(b))
    sound = json.loads(good)
    one = sound["plugins"][0]
    cases = [
        ({"lock": 2, "plugins": sound["plugins"]}, "`lock` must be 1"), ({"lock": 1, "plugins": []}, "must be a list of 1"),
        ({"lock": 1, "plugins": sound["plugins"], "x": 1}, "unknown key `x`"),
        ({"lock": 1, "plugins": [dict(one, sha256="0")]}, "needs a SHA-256"), ({"lock": 1, "plugins": [one, one]}, "twice"),
        ({"lock": 1, "plugins": [dict(one, path="/tmp")]}, "unknown key `path`"),
        ({"lock": 1, "plugins": [dict(one, id="")]}, "`id` must be"),
        ({"lock": 1, "plugins": [dict(p, version="7.7.7") for p in sound["plugins"]]}, "another id or version"),
    ]
    for value, said in cases:
        b.write(b.lock, json.dumps(value))
        b.refused(b.run("check", b.pipeline), said, f"lock file {str(value)[:60]}", marks="version" in said)
    for text, said in (("", "p.yaml.lock"), (good[:-1], "p.yaml.lock"), (" " * 300000, "longer than")):
        b.write(b.lock, text)
        b.refused(b.run("check", b.pipeline), said, f"lock file {text[:10]!r}")
    b.write(b.lock, good, 0o666)
    b.refused(b.run("check", b.pipeline), "can be written by everybody", "an open lock file")
    os.remove(b.lock)
    b.write(b.path("real"), good)
    os.symlink(b.path("real"), b.lock)
    b.refused(b.run("check", b.pipeline), "is a symlink", "a lock file that is a symlink")
    os.remove(b.lock)
    os.symlink(b.path("nowhere"), b.lock)
    b.refused(b.run("check", b.pipeline), "is a symlink", "a dangling one does not count as none")
    os.remove(b.lock)
    if IS_ROOT:
        b.write(b.lock, good)
        os.chown(b.lock, 65534, -1)
        b.refused(b.run("check", b.pipeline), "belongs to another user", "a foreign lock file")


def test_no_search_paths(b):
    """Nothing in the environment finds plugins, and a .la file is nothing."""
    b.trust()
    b.write(os.path.join(b.plugins, "x.la"), "dlname='abi-source.so'\nlibrary_names='abi-source.so'\n")
    os.environ.update(LTDL_LIBRARY_PATH=b.plugins, LD_LIBRARY_PATH=b.plugins)
    try:
        run = b.run("plugins", "list")
        check("x.la" not in run.stdout, ".la is passed over")
        empty = b.path("empty")
        os.makedirs(empty)
        b.plugins, kept = empty, b.plugins
        run = b.run("check", b.pipeline)
        b.refused(run, "no source plugin is named `abi-source`", "search paths")
        b.plugins = kept
    finally:
        for name in ("LTDL_LIBRARY_PATH", "LD_LIBRARY_PATH"):
            os.environ.pop(name)


def test_usage(b):
    for words, said in ((("sign", b.plugin), "--key FILE is needed"), (("sign", b.pipeline, "--key", b.path("test.key")), "is neither"),
                        (("sign", b.plugin, "--key", b.path("test.key"), "extra"), "usage"), (("lock",), "usage")):
        run = b.run("plugins", *words)
        check(run.returncode == 2 and said in run.stderr, f"{words}: {run.returncode} {run.stderr}")
    b.refused(b.sign(key="none"), "none.key: No such file", "no such key", marks=True)
    b.refused(b.sign(key="locked"), "encrypted and no password", "an encrypted key without password", marks=True)
    b.write(b.path("broken.key"), b.read(b.path("test.key"))[:-20], 0o600)
    b.refused(b.sign(key="broken"), "is not the base64 of 158 bytes", "a cut key", marks=True)
    b.write(b.path("p2.yaml"), b.read(b.pipeline).replace("campaign-csv", "campain-csv"))
    b.refused(b.run("plugins", "lock", b.path("p2.yaml")), "did you mean `campaign-csv`", "lock: an unknown plugin", marks=True)
    check(not os.path.exists(b.path("p2.yaml.lock")), "then nothing is written")
    run = b.run("plugins", "--help")
    check(all(word in run.stdout for word in ("sign FILE", "verify FILE", "lock PIPELINE", "--keyring", "--key FILE")), "--help")


def main():
    check(os.path.exists(MARKER), "the marking plugin is built")
    tests = [value for name, value in sorted(globals().items()) if name.startswith("test_")]
    for test in tests:
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o700)
            test(Bench(folder))
    finish()


sys.dont_write_bytecode = True
main()

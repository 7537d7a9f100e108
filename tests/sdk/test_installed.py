# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""The installed SDK as a stranger meets it: install, begin a plugin of each kind, build, test, use.

    test_installed.py BUILD
"""
import os
import subprocess
import sys
import tempfile

BUILD = sys.argv[1]
KINDS = {"source": "parcel-tracks", "model": "coin-toss", "sink": "label-printer"}
failures = []


def check(is_right, what):
    if not is_right:
        failures.append(what)
        print("FAILED:", what, file=sys.stderr)


def run(words, folder, env=None):
    r = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=200,
                       env={**os.environ, **(env or {})})
    return r


def good(words, folder, env=None):
    r = run(words, folder, env)
    check(r.returncode == 0, f"{' '.join(words)}: exit {r.returncode}\n{r.stdout}{r.stderr}")
    return r


def test_new(prefix, portrait, t):
    for kind, name in KINDS.items():
        good([portrait, "new", kind, name], t)
        folder = os.path.join(t, name)
        texts = {f: open(os.path.join(folder, f), encoding="utf-8").read() for f in os.listdir(folder)}
        for old in ("key-value", "key_value", "base-rate", "base_rate", "tab-file", "tab_file"):
            check(not any(old in f or old in text for f, text in texts.items()), f"{old} left in {folder}")
        r = good(["cmake", "--workflow", "--preset", "default"], folder, {"CMAKE_PREFIX_PATH": prefix})
        check("100% tests passed" in r.stdout, f"{name}: {r.stdout}")
        r = good([portrait, "plugins", "info", name, "--plugin-dir", "build/plugins"], folder)
        check(name in r.stdout, f"plugins info {name}")
        r = run([portrait, "new", kind, name], t)
        check(r.returncode == 2 and "there already" in r.stderr, f"a second `new {name}`: {r.stderr}")
    check(not [f for f in os.listdir(t) if f.startswith(".")], f"left behind: {os.listdir(t)}")


def test_new_refuses(portrait, t):
    before = os.listdir(t)
    for words in (["source", "Upper"], ["source", "a--b"], ["source", "../x"], ["source", "x-"],
                  ["source", "9lives"], ["source", ""], ["sorce", "x"], ["source"], ["source", "a" * 41]):
        r = run([portrait, "new"] + words, t)
        check(r.returncode == 2 and r.stderr != "", f"new {words}: exit {r.returncode}")
    check("`source`" in run([portrait, "new", "sorce", "x"], t).stderr, "a slip gets a suggestion")
    check(os.listdir(t) == before, "a refused `new` leaves something")
    os.mkdir(os.path.join(t, "closed"), 0o555)
    if os.geteuid() != 0:
        r = run([portrait, "new", "source", "x"], os.path.join(t, "closed"))
        check(r.returncode == 1, f"a folder without write permission: exit {r.returncode}")


# A plugin without CMake: pkg-config tells everything.
def test_pkg_config(prefix, portrait, t):
    env = {"PKG_CONFIG_PATH": os.path.join(prefix, "lib", "pkgconfig")}
    for multi in os.listdir(os.path.join(prefix, "lib")):
        env["PKG_CONFIG_PATH"] += ":" + os.path.join(prefix, "lib", multi, "pkgconfig")
    flags = good(["pkg-config", "--cflags", "--libs", "portrait-sdk"], t, env).stdout.split()
    pluginmap = good(["pkg-config", "--variable=pluginmap", "portrait-sdk"], t, env).stdout.strip()
    good([portrait, "new", "source", "by-hand"], t)
    folder = os.path.join(t, "by-hand")
    os.mkdir(os.path.join(folder, "plugins"))
    good(["cc", "-O2", "-fPIC", "-shared", "-fvisibility=hidden", "-o", "plugins/by-hand.so",
          "by_hand.c", "by_hand_plugin.c", f"-Wl,--version-script={pluginmap}"] + flags, folder)
    r = good([portrait, "read", "by-hand", "sample.txt", "--format", "csv", "--plugin-dir", "plugins"], folder)
    check(r.stdout.splitlines()[:2] == ["key,value", "ada,3"], f"by-hand reads: {r.stdout}")


def main():
    with tempfile.TemporaryDirectory(prefix="portrait-sdk-") as t:
        prefix = os.path.join(t, "prefix")
        good(["cmake", "--install", BUILD, "--prefix", prefix], t)
        portrait = os.path.join(prefix, "bin", "portrait")
        for place in ("include/portrait/plugin.h", "include/portrait-support/pt_batch.h",
                      "share/portrait/template/source/README.md", "share/man/man1/portrait.1"):
            check(os.path.exists(os.path.join(prefix, place)), f"not installed: {place}")
        work = os.path.join(t, "work")
        os.mkdir(work)
        test_new(prefix, portrait, work)
        test_new_refuses(portrait, work)
        test_pkg_config(prefix, portrait, work)
    print(f"{len(failures)} failures")
    return 1 if failures else 0


sys.exit(main())

# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""The installed SDK as a stranger meets it: install, begin a plugin of each kind, build, test, use.

    test_installed.py BUILD
"""
import glob
import os
import sys
import tempfile

from common import check, finish, good, run, built

BUILD = sys.argv[1]
KINDS = {"source": "parcel-tracks", "model": "coin-toss", "sink": "label-printer"}


def test_new(prefix, portrait, t):
    for kind, name in KINDS.items():
        good([portrait, "new", kind, name], t)
        folder = os.path.join(t, name)
        texts = {f: open(os.path.join(folder, f), encoding="utf-8").read() for f in os.listdir(folder)}
        for old in ("key-value", "key_value", "base-rate", "base_rate", "tab-file", "tab_file"):
            check(not any(old in f or old in text for f, text in texts.items()), f"{old} left in {folder}")
        built(prefix, folder)
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


def test_headers(prefix, t):
    """Each header stands alone, in C and in C++, under every warning."""
    headers = [h for folder in ("portrait", "portrait-support")
               for h in sorted(glob.glob(os.path.join(prefix, "include", folder, "*.h")))]
    check(len(headers) >= 24, f"headers: {headers}")
    flags = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", "-I", os.path.join(prefix, "include"),
             "-I", os.path.join(prefix, "include", "portrait-support")]
    for suffix, words in (("c", ["cc", "-std=c11"]), ("cpp", ["c++", "-std=c++17"])):
        for header in headers:
            file = os.path.join(t, "alone." + suffix)
            with open(file, "w", encoding="utf-8") as f:
                f.write(f'#include "{header}"\n')
            good([*words, *flags, file], t)


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
        test_headers(prefix, t)
    finish()


main()

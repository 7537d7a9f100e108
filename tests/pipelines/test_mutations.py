# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""The shipped pipelines with something wrong in each: `check` says 0 or 78 and never crashes, and
`run` agrees: what check accepts never ends 78, what it refuses always does.
    test_mutations.py PORTRAIT [MUTATIONS [SEED]]"""
import concurrent.futures
import gzip
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

from common import PIPELINES, PORTRAIT, check, finish, unpack

MUTATIONS = int(sys.argv[2]) if len(sys.argv) > 2 else 200
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 20250601
DIAGNOSTIC = re.compile(r"^(\S+?):(?:(\d+):(\d+):)? error\[P\d{4}\]: .", re.M)
KEY = re.compile(r"(?<![\w$}])([A-Za-z_][\w-]*)(?=:[ \n])")
SCALAR = re.compile(r"(?<=[:,\[] )(\"[^\"\n]*\"|'[^'\n]*'|[^\s,\]}{\[\"'][^,\]}\n{]*)")
NUMBER = re.compile(r"(?<![\w.-])(\d+(?:\.\d+)?)(?=[smhd%,}\] \n])")
PAIR = re.compile(r"(, [a-z_]+: (?:\"[^\"\n]*\"|'[^'\n]*'|\[[^\]\n]*\]|[\w.%-]+))(?=[,}])")
VALUES = ["0", "-1", "1", "2", "7", "0.5", "1e9", "99999999999999999999", "true", "null", "''", "x",
          "\"${var:nothing}\"", "\"${secret:nothing}\"", "[a, b]", "{a: b}", "100%", "-5%", "30d", "1s",
          "2025-05-01T00:00:00Z", "yesterday", "\"1 +\"", "\"a = 'b\"", "row", "profiles", "crm", "web",
          "NULL", "*", "\"*\"", "~", "\u00e9", "\"\\t\"", "email", "customer"]


def thin(source, target, most):
    """About `most` lines of a file, from all over it, the first among them."""
    whole = target + ".whole"
    unpack(source, whole)
    with open(whole, "rb") as f:
        lines = f.readlines()
    kept = b"".join(lines[::max(1, len(lines) // most)])
    os.remove(whole)
    if target.endswith(".gz"):
        kept = gzip.compress(kept)
    with open(target, "wb") as f:
        f.write(kept)
    if target.endswith(".zst"):
        os.rename(target, target[:-4])
        subprocess.run(["zstd", "-q", "--rm", target[:-4]], check=True)


def small_data(folder):
    """The data of the shipped pipelines, some lines of each file."""
    for at, _, files in os.walk(os.path.join(PIPELINES, "data")):
        target = os.path.join(folder, "data", os.path.relpath(at, os.path.join(PIPELINES, "data")))
        os.makedirs(target)
        for name in files:
            thin(os.path.join(at, name), os.path.join(target, name), 1500)


def originals():
    texts = {}
    for name in sorted(os.listdir(PIPELINES)):
        if name.endswith(".yaml"):
            with open(os.path.join(PIPELINES, name), encoding="utf-8") as f:
                text = "".join(line for line in f if not line.startswith("#"))
            # Nothing is sent: deliveries have their own tests.
            texts[name] = re.sub(r"\n  hook:\n(?:    .*\n?)*", "\n", text)
    return texts


def replaced(text, match, new):
    return text[:match.start(1)] + new + text[match.end(1):]


def mutate(text, rng):
    """One change; tells what it was."""
    lines = text.split("\n")
    i = rng.randrange(len(lines))
    keys = list(KEY.finditer(text))
    scalars = list(SCALAR.finditer(text))
    kind = rng.randrange(12)
    if kind == 0:
        return f"delete line {i + 1}", "\n".join(lines[:i] + lines[i + 1:])
    if kind == 1:
        return f"repeat line {i + 1}", "\n".join(lines[:i + 1] + lines[i:])
    if kind == 2:
        key = rng.choice(keys)
        name = key[1]
        at = rng.randrange(len(name))
        wrong = name[:at] + rng.choice(["", "x", name[at] * 2]) + name[at + 1:]
        return f"key {name} -> {wrong}", replaced(text, key, wrong)
    if kind == 3:
        key, other = rng.choice(keys), rng.choice(keys)
        return f"key {key[1]} -> {other[1]}", replaced(text, key, other[1])
    if kind in (4, 5):
        scalar, value = rng.choice(scalars), rng.choice(VALUES)
        return f"value {scalar[1]} -> {value}", replaced(text, scalar, value)
    if kind == 6:
        scalar, other = rng.choice(scalars), rng.choice(scalars)
        return f"value {scalar[1]} -> {other[1]}", replaced(text, scalar, other[1])
    if kind in (7, 8):
        number = rng.choice(list(NUMBER.finditer(text)))
        new = rng.choice(["0", "1", "2", "3", "10", "45", "0.5", "100", "365", "100000"])
        return f"number {number[1]} -> {new}", replaced(text, number, new)
    if kind in (9, 10):
        pair = rng.choice(list(PAIR.finditer(text)))
        return f"without {pair[1]}", replaced(text, pair, "")
    at = rng.randrange(len(text))
    wrong = rng.choice(["", " ", ":", "{", "]", "'", "-", "\n", "#", "\0", "9"])
    return f"byte {at} -> {wrong!r}", text[:at] + wrong + text[at + 1:]


def portrait(*words):
    return subprocess.run([PORTRAIT, *words], capture_output=True, timeout=120, text=True,
                          errors="replace")


def verdicts(folder, number, name, what, text):
    path = os.path.join(folder, f"m{number}.yaml")
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    label = f"#{number} {name}: {what}"
    runs = os.path.join(folder, f"runs{number}")
    try:
        checked = portrait("check", path)
        ran = portrait("run", path, "--runs", runs, "--threads", "1", "--quiet")
    except subprocess.TimeoutExpired as e:
        return [(False, f"{label}: {e.cmd[1]} takes more than {e.timeout} s")]
    shutil.rmtree(runs, ignore_errors=True)
    os.remove(path)
    found = DIAGNOSTIC.findall(checked.stderr)
    n_lines = text.count("\n") + 1
    places = all(not line or int(line) <= n_lines + 1 for _, line, _ in found)
    says = f"\ncheck {checked.returncode}: {checked.stderr[:800]}\nrun {ran.returncode}: {ran.stderr[:800]}"
    return [
        (checked.returncode in (0, 78), f"{label}: check says 0 or 78" + says),
        ((checked.returncode == 78) == bool(found), f"{label}: 78 with diagnostics only" + says),
        (places, f"{label}: positions stand in the file" + says),
        (ran.returncode in (0, 1, 3, 78), f"{label}: run ends 0, 1, 3 or 78" + says),
        ((checked.returncode == 78) == (ran.returncode == 78), f"{label}: run agrees" + says),
        (what != "as it is" or ran.returncode == 0, f"{label}: runs" + says),
        (f"exit={ran.returncode}" in ran.stderr, f"{label}: status line" + says),
    ], checked.returncode


def main():
    rng = random.Random(SEED)
    texts = originals()
    with tempfile.TemporaryDirectory() as folder:
        small_data(folder)
        jobs = [(n, name, "as it is", text) for n, (name, text) in enumerate(texts.items())]
        for n in range(MUTATIONS):
            name = rng.choice(list(texts))
            what, text = mutate(texts[name], rng)
            if rng.randrange(4) == 0:
                more, text = mutate(text, rng)
                what += "; " + more
            jobs.append((len(jobs), name, what, text))
        accepted = 0
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for result in pool.map(lambda job: verdicts(folder, *job), jobs):
                outcomes, code = result if isinstance(result, tuple) else (result, None)
                accepted += code == 0
                for ok, text in outcomes:
                    check(ok, text)
    print(f"{len(jobs)} pipelines, {accepted} accepted, seed {SEED}")
    check(len(texts) <= accepted < len(jobs), "some are accepted, some refused")
    finish()


main()

# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""Checks of how the code reads; see lint.sh. Prints every fault, exits 1 when there is one."""
import os
import re
import shutil
import subprocess
import sys

FLOOR = {"base": 1, "io": 2, "table": 2, "pipeline": 3, "expr": 3, "plugin": 3, "state": 3,
         "profile": 4, "learn": 4, "campaign": 4, "run": 5, "report": 5, "cli": 6}
FILE_LINES, FUNCTION_LINES, PARAMETERS, NESTING = 600, 60, 6, 4
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
faults = []


def fault(path, line, text):
    faults.append(f"{path}:{line}: {text}")


def tracked(*suffixes):
    out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], capture_output=True,
                         text=True, check=True).stdout.split("\n")
    return [f for f in out if f.endswith(suffixes) and os.path.exists(f)]


def exceptions():
    found = {}
    with open("scripts/lint-exceptions.txt", encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            if line.strip() and not line.startswith("#"):
                rule, what, reason = (line.strip().split(None, 2) + ["", ""])[:3]
                if not reason:
                    fault("scripts/lint-exceptions.txt", number, "an exception needs a reason")
                found[(rule, what)] = number
    return found


def headers_of_rooms():
    owner = {}
    for room in FLOOR:
        folder = os.path.join("core", room)
        for name in os.listdir(folder) if os.path.isdir(folder) else []:
            if name.endswith(".h"):
                owner[name] = room
    return owner


def check_layers(path, lines, owner):
    parts = path.split("/")
    if parts[0] == "core":
        room = parts[1]
        for number, line in enumerate(lines, 1):
            m = re.match(r'#include "([^"]+)"', line)
            if not m or os.path.basename(m[1]) not in owner:
                continue
            other = owner[os.path.basename(m[1])]
            if other != room and FLOOR[other] >= FLOOR[room]:
                fault(path, number, f"layer: {room} may not include {m[1]} of {other}")
    if parts[0] in ("plugins", "sdk"):
        for number, line in enumerate(lines, 1):
            m = re.match(r'#include "([^"]+)"', line)
            if m and os.path.basename(m[1]) in owner and not os.path.exists(
                    os.path.join(os.path.dirname(path), m[1])):
                fault(path, number, f"layer: a plugin sees the SDK only, not {m[1]}")


def functions(lines):
    """(name, first line, last line) of each function: a column-0 brace opens, one closes."""
    start = None
    for number, line in enumerate(lines, 1):
        if line.startswith("{") and start is None:
            start = number
        elif line.startswith("}") and start is not None:
            head = "".join(lines[max(0, start - 6):start - 1])
            names = re.findall(r"(\w+)\s*\(", head)
            yield (names[0] if names else "?"), start, number
            start = None


def check_sizes(path, lines, allowed):
    if len(lines) > FILE_LINES and ("file", path) not in allowed:
        fault(path, 1, f"{len(lines)} lines, at most {FILE_LINES}")
    for name, first, last in functions(lines):
        size = last - first - 1
        if size > FUNCTION_LINES and ("function", f"{path}:{name}") not in allowed:
            fault(path, first, f"{name}: {size} lines, at most {FUNCTION_LINES}")


def check_text(path, lines):
    if not any("SPDX-License-Identifier: Apache-2.0" in l for l in lines[:4]):
        fault(path, 1, "the two SPDX lines are missing")
    for number, line in enumerate(lines, 1):
        if UNFINISHED.search(line) and path != "scripts/lint.py":
            fault(path, number, "a word that marks something unfinished")
        if line.rstrip("\n") != line.rstrip():
            fault(path, number, "blanks at the end of the line")


def check_names(files):
    seen = {}
    for path in files:
        if path.endswith((".c", ".h")) and not path.startswith(("sdk/template", "tests/", "sdk/include")):
            base = os.path.basename(path)
            if base in seen:
                fault(path, 1, f"the name {base} stands in {seen[base]} too")
            seen[base] = path


def check_format(files):
    tool = shutil.which("clang-format-19")
    if tool is None:
        fault("scripts/lint.py", 1, "clang-format-19 is not installed (scripts/packages.sh lint)")
        return
    for path in files:
        run = subprocess.run([tool, "--dry-run", "-Werror", path], capture_output=True, text=True)
        if run.returncode != 0:
            fault(path, 1, "not formatted: clang-format-19 -i")


def main():
    allowed = exceptions()
    owner = headers_of_rooms()
    sources = [f for f in tracked(".c", ".h") if not f.startswith("bench/gen")]
    for path in sources:
        with open(path, encoding="utf-8") as f:
            lines = f.readlines()
        check_layers(path, lines, owner)
        check_sizes(path, lines, allowed)
        check_text(path, lines)
    check_names(sources)
    check_format(sources)
    for line in faults:
        print(line)
    print(f"lint: {len(sources)} files, {len(faults)} faults, {len(allowed)} exceptions")
    sys.exit(bool(faults))


main()

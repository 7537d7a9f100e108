# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""Checks of how the code reads; see lint.sh. Prints every fault, exits 1 when there is one.

lint.py [FOLDER]: FOLDER holds the tree, the repository unless told. Files are those git tracks or
would track; a folder outside any repository is walked."""
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

FLOOR = {"base": 1, "io": 2, "table": 2, "pipeline": 3, "expr": 3, "plugin": 3, "state": 3, "isolate": 4, "trust": 3,
         "profile": 4, "learn": 4, "campaign": 4, "run": 5, "report": 5, "conformance": 6, "cli": 7}
# A dependency's headers and the one room that includes them.
OWNER = {"ltdl.h": "plugin", "yaml.h": "pipeline", "cjson/": "base", "cblas.h": "learn",
         "openblas": "learn", "curl/": "io", "openssl/": "base", "zstd": "io", "sqlite3.h": "state",
         "bson": "none", "seccomp.h": "isolate"}
FILE_LINES, FUNCTION_LINES, PARAMETERS, NESTING = 600, 60, 6, 3
UNFINISHED = re.compile(r"\b(TODO|FIXME|HACK)\b|//.*\bXXX\b")
BANNER = re.compile(r"//\s*[-=*#]{4,}\s*$|/\*[*=-]{4,}|//[/=*]{3,}")
DEAD = re.compile(r"#\s*if\s+0\b|\s*//\s*(return\b.*;|(if|for|while) \(.*\) \{|[\w.>\[\]-]+ [-+*|&]?= .*;|\w+\(.*\);)$")
BANNED_NAME = re.compile(r"(^|_)(handle|manager|util|utils|helper|misc|common)(_|\.|$)")
NEVER = [  # in core, plugins and sdk/support
    (re.compile(r"\b(exit|_exit|abort|longjmp)\("), "ends the process: only main may"),
    (re.compile(r"\b(setlocale|setenv|putenv|tzset|localtime|localtime_r|strtok|rand)\("),
     "locale, environment and hidden state are not used"),
    (re.compile(r"\b(sprintf|strcpy(?!\([^,]*, \"\"\))|strcat|gets)\("), "has no bound"),
]
CORE_NEVER = [
    (re.compile(r"\b(malloc|calloc|realloc|strdup|strndup|asprintf)\("), "memory",
     "memory of the core goes through core/base/mem.h"),
    (re.compile(r"(?<![>.\w])(fopen|open|openat|unlink|rename|mkdir|stat|lstat|fsync|opendir|socket|connect)\("),
     "system", "files and sockets of the core go through core/io"),
    (re.compile(r"\b(getenv|secure_getenv)\("), "environment", "reads the environment"),
    (re.compile(r"^\s*typedef (struct|enum|union)\b"), "typedef", "structs of the core have no typedef"),
]
HOME = {"memory": "core/base/mem.c", "system": "core/io/fsys.c"}  # where the real calls stand
STATE = re.compile(r"\s*static\s+(?!const\b|inline\b|_Noreturn\b)[^(]*?(\w+)(\[[^\]]*\])*\s*(=|;|\{$)")
POINTERS = re.compile(r"\s*static\s+const\b[^(=;]*\*\s*(\w+)(\[[^\]]*\])*\s*(=|;)")
SPDX = ["SPDX-FileCopyrightText: 2026 Portrait contributors", "SPDX-License-Identifier: Apache-2.0"]
PLACES = re.compile(r"(?<![\w.$])(/work/|\.\./shared)")
faults = []
used = set()


def fault(path, line, text):
    faults.append(f"{path}:{line}: {text}")


def excused(allowed, rule, what):
    if (rule, what) in allowed:
        used.add((rule, what))
        return True
    return False


def tracked():
    run = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], capture_output=True, text=True)
    if run.returncode == 0:
        return sorted({f for f in run.stdout.split("\n") if f and os.path.isfile(f)})
    return sorted(os.path.relpath(os.path.join(at, f), ".") for at, _, files in os.walk(".") for f in files)


def exceptions():
    found = {}
    path = "scripts/lint-exceptions.txt"
    if not os.path.exists(path):
        return found
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            if line.strip() and not line.startswith("#"):
                rule, what, reason = (line.strip().split(None, 2) + ["", ""])[:3]
                if not reason:
                    fault(path, number, "an exception needs a reason")
                found[(rule, what)] = number
    return found


def headers_of_rooms(files):
    return {os.path.basename(f): f.split("/")[1] for f in files
            if f.startswith("core/") and f.endswith(".h") and f.split("/")[1] in FLOOR}


def includes(lines):
    for number, line in enumerate(lines, 1):
        m = re.match(r'#include ([<"])([^">]+)[">]', line)
        if m:
            yield number, m[1] == "<", m[2]


def check_layers(path, lines, owner):
    parts = path.split("/")
    room = parts[1] if parts[0] == "core" else None
    for number, is_system, name in includes(lines):
        base = os.path.basename(name)
        beside = os.path.exists(os.path.join(os.path.dirname(path), name))
        if room and not is_system and base in owner and owner[base] != room and \
                FLOOR[owner[base]] >= FLOOR.get(room, 0):
            fault(path, number, f"layer: {room} may not include {name} of {owner[base]}")
        if room and is_system:
            for header, only in OWNER.items():
                if name.startswith(header) and room != only:
                    fault(path, number, f"layer: <{name}> belongs to core/{only}")
        if parts[0] in ("plugins", "sdk") and not is_system and base in owner and not beside:
            fault(path, number, f"layer: a plugin sees the SDK only, not {name}")
        if path.startswith("sdk/include/") and not is_system:
            fault(path, number, f"layer: a public header includes <portrait/...> only, not {name}")


def split_commas(text):
    """Top-level parts of a parameter list."""
    depth, parts = 0, [""]
    for c in text:
        depth += c in "([{"
        depth -= c in ")]}"
        if c == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += c
    return [p.strip() for p in parts if p.strip() not in ("", "void", "...")]


def signature(lines, brace):
    """(name, parameters) of the function whose opening brace stands alone at line `brace` (from 0)."""
    first = brace - 1
    while first > 0 and not re.match(r"$|[}#/]|.*;$", lines[first - 1].rstrip("\n")):
        first -= 1
    head = " ".join(l.strip() for l in lines[first:brace])
    m = re.search(r"(\w+)\s*\(", head)
    if not m:
        return "?", []
    depth, at = 0, m.end() - 1
    for end in range(at, len(head)):
        depth += (head[end] == "(") - (head[end] == ")")
        if depth == 0:
            return m[1], split_commas(head[at + 1:end])
    return m[1], []


def functions(lines):
    """(name, parameters, line of the brace, line of its end): a brace at column 0 opens, one closes."""
    start = None
    for number, line in enumerate(lines, 1):
        if line.startswith("{") and start is None:
            start = number
        elif line.startswith("}") and start is not None:
            yield (*signature(lines, start - 1), start, number)
            start = None


def nesting(lines):
    """Deepest stack of if, loops and switch in a formatted body; an else-if is no deeper than its if."""
    depth, deepest, at, stack = 0, 0, 0, []
    for number, line in enumerate(lines):
        text = re.sub(r'"(\\.|[^"\\])*"|\'(\\.|[^\'\\])*\'|//.*', "", line).rstrip()
        for c in re.findall(r"[{}]", text):
            if c == "}":
                depth -= stack.pop() if stack else 0
            else:
                head = re.match(r"\s*(\} )?(if|else|for|while|switch|do)\b", text) or \
                    re.match(r"\s+.*\) \{$", text)  # the last line of a condition
                stack.append(1 if head and text.endswith("{") and " = " not in text else 0)
                depth += stack[-1]
                if depth > deepest:
                    deepest, at = depth, number
    return deepest, at


def check_sizes(path, lines, allowed):
    if len(lines) > FILE_LINES and not excused(allowed, "file", path):
        fault(path, 1, f"{len(lines)} lines, at most {FILE_LINES}")
    for name, parameters, first, last in functions(lines):
        what = f"{path}:{name}"
        if last - first - 1 > FUNCTION_LINES and not excused(allowed, "function", what):
            fault(path, first, f"{name}: {last - first - 1} lines, at most {FUNCTION_LINES}")
        if len(parameters) > PARAMETERS and not excused(allowed, "parameters", what):
            fault(path, first, f"{name}: {len(parameters)} parameters, at most {PARAMETERS}")
        deepest, at = nesting(lines[first:last - 1])
        if deepest > NESTING and not excused(allowed, "nesting", what):
            fault(path, first + at + 1, f"{name}: nested {deepest} deep, at most {NESTING}")


def check_text(path, lines):
    for number, line in enumerate(lines, 1):
        if UNFINISHED.search(line) and not path.startswith("scripts/lint"):
            fault(path, number, "a word that marks something unfinished")
        if line.rstrip("\n") != line.rstrip() and not path.endswith(".md"):
            fault(path, number, "blanks at the end of the line")
        if PLACES.search(line) and not path.startswith(("scripts/lint", ".ci/")):
            fault(path, number, "a folder of somebody's machine")
    if lines and not lines[-1].endswith("\n"):
        fault(path, len(lines), "the last line has no end")


def check_licence(path, lines):
    """Copyright, copyright of others if any, licence; a script's first line may stand before."""
    at = 1 if lines and lines[0].startswith("#!") else 0
    head = [l.lstrip("/#*\\\". ").rstrip() for l in lines[at:at + 6]]
    others = 1
    while others < len(head) and head[others].startswith("SPDX-FileCopyrightText: "):
        others += 1
    if head[:1] != SPDX[:1] or not "".join(head[others:others + 1]).startswith(SPDX[1]):
        fault(path, at + 1, "the file does not open with the two SPDX lines")


def check_code(path, lines, allowed):
    product = path.startswith(("core/", "plugins/", "sdk/support/", "sdk/template/"))
    for number, line in enumerate(lines, 1):
        code = re.sub(r'"(\\.|[^"\\])*"|//.*', '""', line)
        if BANNER.search(line):
            fault(path, number, "a banner")
        if DEAD.match(line) and path.endswith(".c"):
            fault(path, number, "dead code")
        if not product:
            continue
        for pattern, why in NEVER:
            m = pattern.search(code)
            if m and not excused(allowed, "call", f"{path}:{m[1]}"):
                fault(path, number, f"{m[1]}: {why}")
        for pattern, rule, why in CORE_NEVER:
            m = pattern.search(code) if path.startswith("core/") else None
            if m and HOME.get(rule) != path and not excused(allowed, rule, f"{path}:{m[1]}"):
                fault(path, number, f"{m[1]}: {why}")
        m = (STATE.match(code) or POINTERS.match(code)) if path.endswith(".c") and not code.rstrip().endswith("\\") else None
        if m and not excused(allowed, "state", f"{path}:{m[1]}"):
            fault(path, number, f"{m[1]}: mutable state that outlives a call")


def check_names(files, allowed):
    seen = {}
    for path in files:
        base = os.path.basename(path)
        if not path.endswith((".c", ".h")) or path.startswith(("sdk/template", "tests/", "sdk/include")):
            continue
        if base in seen:
            fault(path, 1, f"the name {base} stands in {seen[base]} too")
        seen[base] = path
        if path.startswith("core/") and BANNED_NAME.search(base) and not excused(allowed, "name", path):
            fault(path, 1, "a name that says nothing")


def check_tests(path, lines, seen):
    """tests/.../test_<stem>.c holds functions test_<stem...>__<behaviour>, unique in the repository."""
    for number, line in enumerate(lines, 1):
        m = re.match(r"static void (test_\w+)\(", line)
        if m and "(void **" in line and "__" not in m[1]:
            fault(path, number, f"{m[1]}: a test is called test_<stem>__<behaviour>")
        elif m and "__" in m[1] and m[1] in seen:
            fault(path, number, f"{m[1]} stands in {seen[m[1]]} too")
        elif m:
            seen[m[1]] = path


def check_format(files):
    tool = shutil.which("clang-format-19")
    if tool is None:
        fault("scripts/lint.py", 1, "clang-format-19 is not installed (scripts/packages.sh lint)")
        return

    def is_formatted(path):
        return subprocess.run([tool, "--dry-run", "-Werror", path], capture_output=True).returncode == 0

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, ok in zip(files, pool.map(is_formatted, files)):
            if not ok:
                fault(path, 1, "not formatted: clang-format-19 -i")


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.readlines()


def check_all():
    files = tracked()
    allowed = exceptions()
    owner = headers_of_rooms(files)
    sources = [f for f in files if f.endswith((".c", ".h")) and f != "bench/gen.c"]
    scripts = [f for f in files if f.endswith((".py", ".sh", ".mjs", ".cmake", "CMakeLists.txt", ".1"))]
    tests = {}
    for path in sources:
        lines = read(path)
        check_layers(path, lines, owner)
        check_sizes(path, lines, allowed)
        check_code(path, lines, allowed)
        if path.startswith("tests/"):
            check_tests(path, lines, tests)
    for path in sources + scripts:
        check_licence(path, read(path))
    for path in sources + scripts + [f for f in files if f.endswith((".md", ".yaml"))]:
        check_text(path, read(path))
    check_names(sources, allowed)
    check_format(sources)
    for (rule, what), number in allowed.items():
        if (rule, what) not in used:
            fault("scripts/lint-exceptions.txt", number, f"nothing needs the exception {rule} {what}")
    return len(sources) + len(scripts), len(allowed)


def main():
    if len(sys.argv) > 1:
        os.chdir(sys.argv[1])
    n_files, n_allowed = check_all()
    for line in faults:
        print(line)
    print(f"lint: {n_files} files, {len(faults)} faults, {n_allowed} exceptions")
    sys.exit(bool(faults))


main()

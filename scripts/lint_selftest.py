# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""Does lint.py find a planted fault of each kind, and none in a tree without? Run by lint.sh."""
import os
import shutil
import subprocess
import sys
import tempfile

LINT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lint.py")
HEAD = "// SPDX-FileCopyrightText: 2026 Portrait contributors\n// SPDX-License-Identifier: Apache-2.0\n"
GOOD = HEAD + '#include "rate.h"\n\nint rate_of(int a)\n{\n    if (a > 1) {\n        return 1;\n    }\n    return a;\n}\n'
TREE = {
    "core/base/rate.h": HEAD + "int rate_of(int a);\n",
    "core/base/rate.c": GOOD,
    "core/io/port.h": HEAD + "int port_of(int a);\n",
    "core/table/shape.h": HEAD + "int shape_of(int a);\n",
    "core/table/shape.c": GOOD.replace("rate", "shape"),
    "plugins/sources/x/x_plugin.c": GOOD.replace('#include "rate.h"\n', "#include <portrait/plugin.h>\n"),
    "tests/unit/base/test_rate.c": HEAD + "static void test_rate__is_one(void **state)\n{\n    (void)state;\n}\n",
    "scripts/lint-exceptions.txt": "# none\n",
    "docs/page.md": "# A page\n",
}


def body(*lines):
    return HEAD + "int f(int a)\n{\n" + "".join(f"    {l}\n" for l in lines) + "    return a;\n}\n"


def deep(levels):
    lines = ["    " * i + "if (a > 1) {" for i in range(levels)] + ["    " * levels + "a++;"]
    return body(*lines, *("    " * i + "}" for i in reversed(range(levels))))


PLANTED = [  # what is found, where, the file's text (None: of TREE, with a line added)
    ("layer: io may not include", "core/io/port.c", HEAD + '#include "shape.h"\n'),
    ("layer: base may not include", "core/base/low.c", HEAD + '#include "port.h"\n'),
    ("layer: <curl/curl.h> belongs to core/io", "core/run/fetch.c", HEAD + "#include <curl/curl.h>\n"),
    ("layer: a plugin sees the SDK only", "plugins/sources/x/x_core.c", HEAD + '#include "rate.h"\n'),
    ("layer: a public header", "sdk/include/portrait/y.h", HEAD + '#include "rate.h"\n'),
    ("601 lines, at most 600", "core/base/long.c", HEAD + "int x_of(int a);\n" * 599),
    ("f: 62 lines, at most 60", "core/base/longer.c", body(*["a++;"] * 61)),
    ("f: 7 parameters, at most 6", "core/base/wide.c", HEAD + "int f(int a, int b, int c, int d, int e,\n"
     "      int (*g)(int, int), int h)\n{\n    return a;\n}\n"),
    ("f: nested 4 deep, at most 3", "core/base/deep.c", deep(4)),
    ("unfinished", "core/base/later.c", body("// TO" + "DO: more")),
    ("blanks at the end", "core/base/blank.c", body("a++; ")),
    ("a folder of somebody's machine", "docs/page.md", "see /wo" + "rk/x\n"),
    ("the last line has no end", "docs/page.md", "no end"),
    ("the two SPDX lines", "core/base/free.c", "// no licence\nint x_of(int a);\n"),
    ("the two SPDX lines", "scripts/x.sh", "#!/bin/sh\nset -eu\n"),
    ("a banner", "core/base/banner.c", HEAD + "// =========\nint x_of(int a);\n"),
    ("dead code", "core/base/dead.c", body("// a = a + 1;")),
    ("dead code", "core/base/dead.c", HEAD + "#if 0\nint x_of(int a);\n#endif\n"),
    ("exit: ends the process", "core/base/end.c", body("exit(a);")),
    ("setlocale: locale", "plugins/sources/x/x_local.c", body('setlocale(0, "C");')),
    ("strcat: has no bound", "core/base/bound.c", body("strcat(p, q);")),
    ("malloc: memory", "core/base/memory.c", body("free(malloc(1));")),
    ("fopen: files", "core/run/file.c", body('fopen("x", "r");')),
    ("getenv: reads", "core/run/env.c", body('getenv("HOME");')),
    ("structs of the core", "core/base/type.h", HEAD + "typedef struct x {\n    int a;\n} x;\n"),
    ("counter: mutable state", "core/base/state.c", HEAD + "static int counter;\n"),
    ("seen: mutable state", "core/base/state.c", body("static int seen = 0;")),
    ("names: mutable state", "core/base/state.c", HEAD + 'static const char *names[] = {"a"};\n'),
    ("stands in core/base/rate.c too", "core/table/rate.c", GOOD),
    ("a name that says nothing", "core/base/rate_util.c", GOOD),
    ("a test is called", "tests/unit/base/test_y.c", HEAD + "static void test_works(void **state)\n{\n    (void)state;\n}\n"),
    ("test_rate__is_one stands in", "tests/unit/io/test_z.c", TREE["tests/unit/base/test_rate.c"]),
    ("not formatted", "core/base/form.c", HEAD + "int  x_of( int a );\n"),
    ("an exception needs a reason", "scripts/lint-exceptions.txt", "file core/base/rate.c\n"),
    ("nothing needs the exception", "scripts/lint-exceptions.txt", "file core/base/rate.c long ago\n"),
]


def lint(tree):
    with tempfile.TemporaryDirectory() as folder:
        for path, text in tree.items():
            os.makedirs(os.path.join(folder, os.path.dirname(path)), exist_ok=True)
            with open(os.path.join(folder, path), "w", encoding="utf-8") as f:
                f.write(text)
        shutil.copy(os.path.join(os.path.dirname(LINT), "..", ".clang-format"), folder)
        run = subprocess.run([sys.executable, LINT, folder], capture_output=True, text=True)
        return run.returncode, run.stdout + run.stderr


def main():
    failed = []
    code, said = lint(TREE)
    if code != 0:
        failed.append("faults in a tree without any:\n" + said)
    for want, path, text in PLANTED:
        code, said = lint({**TREE, path: text})
        found = [l for l in said.split("\n") if l.startswith(path) and want in l]
        if code != 1 or not found:
            failed.append(f"not found: {want} in {path}; lint said\n{said}")
    for text in failed:
        print(text)
    print(f"lint self-test: {len(PLANTED) + 1 - len(failed)} passed, {len(failed)} failed")
    sys.exit(bool(failed))


main()

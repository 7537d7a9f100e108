# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""The guard of the plugin ABI sees a broken promise: headers with one deliberate change each, in a
copy, must fail it with the reason; the headers as they are must pass."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = sys.argv[1]
failed = 0

# What is done to a copy of the headers: (name, file, pattern, replacement, what the guard must say).
BREAKS = [
    ("a slot is taken out", "host.h", r"    int64_t \(\*now_ms\)\(const pt_host \*host\);[^\n]*\n", "",
     r"broken since 1\.0: field struct pt_host\.now_ms"),
    ("two fields change places", "source.h", r"(    uint64_t est_rows;[^\n]*\n)(    uint64_t est_bytes;[^\n]*\n)",
     r"\2\1", r"broken since 1\.0: field pt_split\.est_rows 40 8"),
    ("a field gets wider", "plugin.h", r"uint16_t min_host_minor;(?![^\n]*\n[^\n]*id\[)", "uint32_t min_host_minor;",
     r"broken since 1\.0: field pt_plugin\.\w+"),
    ("a field gets another type of the same size", "model.h", r"const double \*label;", "const int64_t *label;",
     r"broken since 1\.0: field pt_block\.label"),
    ("a callback takes one more parameter", "sink.h", r"void \(\*destroy\)\(void \*self\);",
     "void (*destroy)(void *self, int32_t why);", r"broken since 1\.0: field pt_sink_vtable\.destroy"),
    ("a struct that is passed in arrays grows", "host.h", r"(typedef struct pt_log_field \{\n)(.*?)(\} pt_log_field;)",
     r"\1\2    uint64_t more;\n\3", r"broken since 1\.0: struct pt_log_field 16"),
    ("a code changes its value", "abi.h", r"#define PT_E_DATA 3", "#define PT_E_DATA 33",
     r"broken since 1\.0: constant PT_E_DATA 3"),
    ("a code is gone", "abi.h", r"#define PT_E_NUMERIC 13[^\n]*\n", "", r"broken since 1\.0: constant PT_E_NUMERIC 13"),
    ("the entry has another name", "plugin.h", r'"portrait_plugin_v1"', '"portrait_plugin_v2"',
     r'broken since 1\.0: constant PT_PLUGIN_SYMBOL'),
    ("a field is appended without an entry", "sink.h", r"\} pt_sink_vtable;", "    void (*more)(void *self);\n} pt_sink_vtable;",
     r"ABI-HISTORY\.md: section 1\.0 has no entry \w{16}"),
]


def check(ok, text):
    global failed
    failed += not ok
    if not ok:
        print("FAIL", text, flush=True)


class Copy:
    """A copy of all the guard looks at."""

    def __init__(self, folder):
        self.include, self.abi = os.path.join(folder, "include"), os.path.join(folder, "abi")
        self.history = os.path.join(folder, "ABI-HISTORY.md")
        shutil.copytree(os.path.join(ROOT, "sdk", "include"), self.include)
        shutil.copytree(os.path.join(ROOT, "tests", "abi"), self.abi)
        shutil.copy(os.path.join(ROOT, "sdk", "ABI-HISTORY.md"), self.history)

    def guard(self, *more):
        return subprocess.run([sys.executable, os.path.join(ROOT, "scripts", "abi_guard.py"), "--include", self.include,
                               "--abi", self.abi, "--history", self.history, *more],
                              capture_output=True, text=True, check=False)

    def change(self, header, pattern, replacement):
        path = os.path.join(self.include, "portrait", header)
        with open(path, encoding="utf-8") as f:
            text = f.read()
        changed, n = re.subn(pattern, replacement, text, count=1, flags=re.S)
        check(n == 1, f"{header}: nothing looks like {pattern}")
        with open(path, "w", encoding="utf-8") as f:
            f.write(changed)

    def begin_minor(self):
        """The minor after the frozen one, as it is before anything is appended."""
        mark = re.search(r"layout (\w{16})", self.guard().stdout)[1]
        self.change("abi.h", r"#define PT_ABI_MINOR 0", "#define PT_ABI_MINOR 1")
        self.note(f"## 1.1\n\n- `{mark}`: nothing yet\n\n## 1.0\n", "## 1.0\n")
        check(self.guard("--write").returncode == 0, "a minor begins as the one before it")

    def note(self, line, fold="## 1.1\n"):
        with open(self.history, encoding="utf-8") as f:
            text = f.read()
        with open(self.history, "w", encoding="utf-8") as f:
            f.write(text.replace(fold, f"{'' if fold in line else fold}\n{line}\n", 1))


def in_copy(test):
    with tempfile.TemporaryDirectory() as folder:
        test(Copy(folder))


def test_as_it_is(copy):
    run = copy.guard()
    check(run.returncode == 0, f"the headers as they are: {run.stdout}{run.stderr}")
    with open(os.path.join(copy.abi, "abi_layout.c"), encoding="utf-8") as f:
        asserts = f.read()
    check(len(re.findall(r"^AT\(", asserts, re.M)) > 300, "every field has an assertion")


def test_break(copy, case):
    name, header, pattern, replacement, wanted = case
    copy.change(header, pattern, replacement)
    run = copy.guard()
    check(run.returncode == 1 and re.search(wanted, run.stdout), f"{name}: {run.stdout[:600]}{run.stderr}")
    build = subprocess.run(["gcc", "-std=gnu11", "-fsyntax-only", f"-I{copy.include}",
                            os.path.join(copy.abi, "abi_layout.c")], capture_output=True, text=True, check=False)
    if "field struct" in wanted or "pt_split" in wanted or "pt_log_field" in wanted:
        check("has moved" in build.stderr or "another size" in build.stderr or "no member" in build.stderr,
              f"{name}: the assertions see it at compile time: {build.stderr[:300]}")
    if "broken" in wanted:
        check(copy.guard("--write").returncode == 1, f"{name}: --write takes no break without its reason")


def fingerprint(run):
    return re.search(r"has no entry (\w{16})", run.stdout)[1]


def test_allowed_growth(copy):
    """An appended slot passes in a new minor, once the history tells of it and the files are renewed."""
    copy.begin_minor()
    copy.change("sink.h", r"\} pt_sink_vtable;", "    void (*more)(void *self);\n} pt_sink_vtable;")
    mark = fingerprint(copy.guard())
    copy.note(f"- `{mark}`: one more slot")
    run = copy.guard()
    check(run.returncode == 1 and "differs from the baseline" in run.stdout, f"baseline not renewed: {run.stdout[:300]}")
    check(copy.guard("--write").returncode == 0, "appending is allowed")
    run = copy.guard()
    check(run.returncode == 0, f"after --write: {run.stdout}")


def test_frozen(copy):
    """A frozen version cannot even grow."""
    copy.change("sink.h", r"\} pt_sink_vtable;", "    void (*more)(void *self);\n} pt_sink_vtable;")
    copy.note(f"- `{fingerprint(copy.guard())}`: one more slot", "## 1.0\n")
    run = copy.guard("--write")
    check(run.returncode == 1 and "a new minor is needed" in run.stdout, f"frozen: {run.stdout[:300]}")


def test_frozen_is_kept(copy):
    """Neither the layout of a frozen version nor its binaries may be made anew or go."""
    layout = os.path.join(copy.abi, "baseline", "1.0.layout")
    with open(layout, "a", encoding="utf-8") as f:
        f.write("constant PT_MORE 1\n")
    run = copy.guard()
    check(run.returncode == 1 and "1.0.layout is not what was frozen" in run.stdout, f"layout: {run.stdout[:300]}")
    shutil.rmtree(os.path.join(copy.abi, "frozen", "1.0"))
    run = copy.guard()
    check("no frozen binaries of 1.0" in run.stdout, f"binaries: {run.stdout[:300]}")


def test_break_with_reason(copy):
    """What a minor in the making brought may be taken back, with a reason; what is frozen may not."""
    copy.begin_minor()
    copy.change("abi.h", r"(#define PT_E_INTERNAL 14[^\n]*\n)", r"\1#define PT_E_NEW 15\n")
    copy.note(f"- `{fingerprint(copy.guard())}`: a code")
    check(copy.guard("--write").returncode == 0, "a new code")
    copy.change("abi.h", r"#define PT_E_NEW 15", "#define PT_E_NEW 16")
    mark = fingerprint(copy.guard())
    copy.note(f"- `{mark}`: another number")
    check(copy.guard("--write").returncode == 1, "an entry is no reason for a break")
    copy.note(f"break `{mark}`: nobody used it")
    check(copy.guard("--write").returncode == 0, "a break with its reason, before the freeze")
    check(copy.guard().returncode == 0, "and then the guard passes")
    copy.change("abi.h", r"#define PT_E_NUMERIC 13[^\n]*\n", "")
    mark = fingerprint(copy.guard())
    copy.note(f"- `{mark}`: a code is gone\nbreak `{mark}`: nobody used it")
    copy.guard("--write")
    run = copy.guard()
    check(run.returncode == 1 and "broken since 1.0: constant PT_E_NUMERIC" in run.stdout, f"frozen: {run.stdout[:300]}")


def test_abidiff_alone(copy):
    """The layout text and the baseline agree, the types behind it do not: abidiff tells."""
    copy.begin_minor()
    copy.change("arrow.h", r"int64_t null_count;", "uint64_t null_count;")
    mark = fingerprint(copy.guard())
    copy.note(f"- `{mark}`: unsigned\nbreak `{mark}`: a try")
    kept = os.path.join(copy.abi, "baseline", "1.1.abi")
    shutil.copy(kept, kept + ".old")
    check(copy.guard("--write").returncode == 0, "written")
    shutil.move(kept + ".old", kept)
    run = copy.guard()
    check(run.returncode == 1 and "abidiff" in run.stdout and "null_count" in run.stdout, f"abidiff: {run.stdout[:400]}")


def main():
    in_copy(test_as_it_is)
    for case in BREAKS:
        in_copy(lambda copy, case=case: test_break(copy, case))
    in_copy(test_allowed_growth)
    in_copy(test_frozen)
    in_copy(test_frozen_is_kept)
    in_copy(test_break_with_reason)
    in_copy(test_abidiff_alone)
    print(f"{len(BREAKS) + 6} cases, {failed} failed")
    sys.exit(1 if failed else 0)


main()

# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""Holds the headers of the plugin ABI to what was promised; see abi-guard.sh. The layout is one text:
a line a struct, field, constant and named type, with offsets and sizes as the compiler sees them.

  abi_guard.py [--include DIR] [--abi DIR] [--history FILE] [--cc CC] [--write]

Faults are printed, exit 1. --write brings the generated files up to date, if history allows it."""
import argparse
import difflib
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
HEADERS = ["abi.h", "arrow.h", "host.h", "model.h", "option.h", "plugin.h", "run.h", "sink.h", "source.h"]
ALLOWED_TO_CHANGE = {"PT_ABI_MAJOR", "PT_ABI_MINOR"}  # they say which baseline counts
SPDX = "SPDX-FileCopyrightText: 2026 Portrait contributors", "SPDX-License-Identifier: Apache-2.0"


def plain(text):
    """C text without comments, its lines joined where a backslash joins them."""
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S)
    return re.sub(r"//[^\n]*", "", text).replace("\\\n", " ")


def squeeze(text):
    return re.sub(r"\s*([*(),])\s*", r"\1", re.sub(r"\s+", " ", text)).strip()


def declarators(line):
    """(name, type) of the fields one declaration makes."""
    line = re.sub(r"\b(PT_PRINTF|__attribute__)\s*\((\([^()]*\)|[^()])*\)+", "", line).strip()
    pointer = re.match(r"(.*?)\(\s*\*\s*(\w+)\s*\)\s*(\(.*\))$", line, re.S)
    if pointer:
        return [(pointer[2], squeeze(f"{pointer[1]} (*){pointer[3]}"))]
    base, names = re.match(r"((?:const |struct |unsigned )*\w+(?: const)?[\s*]*(?:const\s*\*\s*)?)(.*)$",
                           re.sub(r"\s+", " ", line)).groups()
    found = []
    for name in names.split(","):
        stars, word, size = re.match(r"\s*((?:\*|const\b|\s)*)(\w+)\s*((?:\[[^\]]*\])*)$", name).groups()
        found.append((word, squeeze(base + stars) + size))
    return found


def structs(text):
    """name -> fields, in the order of the header."""
    for m in re.finditer(r"(?:typedef )?struct (\w+)\s*\{(.*?)\}\s*(\w*)\s*;", text, re.S):
        fields = []
        for line in m[2].split(";"):
            if line.strip():
                fields += declarators(line.strip())
        yield ("" if m[3] else "struct ") + m[1], fields


def named_types(text):
    for m in re.finditer(r"typedef\s+([^;{}]*?\(\s*\*\s*(\w+)\s*\)[^;{}]*);", text):
        yield m[2], squeeze(m[1].replace(m[2], "", 1))
    for m in re.finditer(r"typedef\s+((?:const )?(?:u?int\d+_t|double|float)[\s*]*)(\w+);", text):
        yield m[2], squeeze(m[1])


def constants(text):
    for m in re.finditer(r"^[ \t]*#define[ \t]+((?:PT|ARROW)_\w+)[ \t]+([^\n]+)$", text, re.M):
        value = squeeze(m[2])
        if re.match(r'^\(?("[^"]*"|-?\d+u?( *<< *\d+)?)\)?$', value):
            yield m[1], value


class Abi:
    """What the headers in a folder say."""

    def __init__(self, include, cc):
        self.include, self.cc = include, cc
        self.structs, self.types, self.constants = [], [], []
        for header in HEADERS:
            with open(os.path.join(include, "portrait", header), encoding="utf-8") as f:
                text = plain(f.read())
            self.structs += structs(text)
            self.types += named_types(text)
            self.constants += constants(text)
        self.version = ".".join(dict(self.constants)[f"PT_ABI_{part}"] for part in ("MAJOR", "MINOR"))
        self.sizes = self.measure()

    def headers(self):
        return "".join(f"#include <portrait/{h}>\n" for h in HEADERS)

    def measure(self):
        lines = [self.headers(), "#include <stddef.h>\n#include <stdio.h>\nint main(void)\n{\n"]
        for name, fields in self.structs:
            lines.append(f'printf("%zu\\n", sizeof({name}));\n')
            for field, _ in fields:
                lines.append(f'printf("%zu %zu\\n", offsetof({name}, {field}), '
                             f'sizeof((({name} *)0)->{field}));\n')
        lines.append("return 0;\n}\n")
        with tempfile.TemporaryDirectory() as folder:
            source, program = os.path.join(folder, "probe.c"), os.path.join(folder, "probe")
            with open(source, "w", encoding="utf-8") as f:
                f.write("".join(lines))
            subprocess.run([self.cc, "-std=gnu11", f"-I{self.include}", source, "-o", program], check=True)
            found = subprocess.run([program], capture_output=True, text=True, check=True).stdout
        return iter(found.splitlines())

    def layout(self):
        """The lines of the layout; cached."""
        if not hasattr(self, "lines"):
            self.lines = []
            for name, fields in self.structs:
                grows = fields[0][0] == "struct_size"
                self.lines.append(f"struct {name} {next(self.sizes)}{' grows' if grows else ''}")
                for field, kind in fields:
                    self.lines.append(f"field {name}.{field} {next(self.sizes)} {kind}")
            self.lines += [f"type {name} {kind}" for name, kind in self.types]
            self.lines += [f"constant {name} {value}" for name, value in self.constants
                           if name not in ALLOWED_TO_CHANGE]
        return self.lines

    def fingerprint(self):
        return hashlib.sha256("\n".join(self.layout()).encode()).hexdigest()[:16]

    def asserts(self):
        out = [f"// {line}\n" for line in SPDX]
        out.append("// Generated by scripts/abi-guard.sh --write: where every field of the ABI lies on 64-bit\n"
                   "// machines. Appending a field adds lines here; a changed line is a broken promise.\n")
        out.append(self.headers() + "\n")
        joined = "{:99}\\\n"  # as clang-format aligns it
        out.append(joined.format('#define AT(type, field, offset, size)'))
        out.append(joined.format('    _Static_assert(offsetof(type, field) == (offset) && sizeof(((type *)0)->field) == (size),'))
        out.append('                   #type "." #field " has moved")' + "\n")
        out.append('#define BYTES(type, size) _Static_assert(sizeof(type) == (size), #type " has another size")' + "\n")
        for line in self.layout():
            words = line.split(" ")
            if words[0] == "struct":
                name = " ".join(words[1:]).replace(" grows", "").rsplit(" ", 1)
                out.append(f"\nBYTES({name[0]}, {name[1]});\n")
            elif words[0] == "field":
                name, field, offset, size = re.match(r"field (.*)\.(\w+) (\d+) (\d+) ", line).groups()
                out.append(f"AT({name}, {field}, {offset}, {size});\n")
        return "".join(out)

    def library(self, folder):
        """A library whose functions use every struct, with what a debugger knows of them."""
        source, library = os.path.join(folder, "abi_types.c"), os.path.join(folder, "abi_types.so")
        with open(source, "w", encoding="utf-8") as f:
            f.write(self.headers())
            for name, _ in self.structs:
                word = name.split(" ")[-1]
                f.write(f"void abi_{word}(const {name} *p);\nvoid abi_{word}(const {name} *p)\n{{\n(void)p;\n}}\n")
            for name, _ in self.types:
                f.write(f"void abi_{name}({name} p);\nvoid abi_{name}({name} p)\n{{\n(void)p;\n}}\n")
        subprocess.run([self.cc, "-std=gnu11", "-g", "-shared", "-fPIC", f"-I{self.include}", source, "-o",
                        library], check=True)
        return library


def read(path):
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as f:
        return f.read()


def broken(old, new):
    """Lines of an older layout that the newer one does not keep."""
    kept, sizes = set(new), {}
    for line in new:
        if line.startswith("struct ") and line.endswith(" grows"):
            sizes[line[:-len(" grows")].rsplit(" ", 1)[0]] = int(line.split(" ")[-2])
    for line in old:
        if line in kept or re.match(r"field \S+( \S+)?\.reserved ", line):  # reserved bytes may get a name
            continue
        head = line[:-len(" grows")].rsplit(" ", 1) if line.endswith(" grows") else None
        if head is None or sizes.get(head[0], 0) < int(head[1]):
            yield line


def history_section(text, version):
    m = re.search(rf"^## {re.escape(version)}\b[^\n]*\n(.*?)(?=^## |\Z)", text or "", re.M | re.S)
    return m[1] if m else ""


def check_history(abi, section, faults):
    mark = abi.fingerprint()
    if mark not in section:
        faults.append(f"sdk/ABI-HISTORY.md: section {abi.version} has no entry {mark}: say what changed and why")
    frozen = re.search(r"^frozen: `(\w+)`", section, re.M)
    if frozen and frozen[1] != mark:
        faults.append(f"ABI {abi.version} is frozen as {frozen[1]}, the headers are {mark}: a new minor is needed")


def check_frozen(options, faults):
    """What was frozen once is kept as it was: its layout, and the binaries built for it."""
    for version, section in re.findall(r"^## (\d+\.\d+)[^\n]*\n(.*?)(?=^## |\Z)", read(options.history) or "", re.M | re.S):
        frozen = re.search(r"^frozen: `(\w+)`", section, re.M)
        if not frozen:
            continue
        kept = read(os.path.join(options.abi, "baseline", f"{version}.layout")) or ""
        if hashlib.sha256(kept.rstrip("\n").encode()).hexdigest()[:16] != frozen[1]:
            faults.append(f"baseline {version}.layout is not what was frozen as {frozen[1]}")
        if not os.path.exists(os.path.join(options.abi, "frozen", version, "SHA256SUMS")):
            faults.append(f"there are no frozen binaries of {version}: scripts/abi-freeze.sh, before it is frozen")


def check_baselines(abi, folder, faults):
    major = abi.version.split(".")[0]
    names = sorted(f for f in os.listdir(folder) if re.match(rf"{major}\.\d+\.layout$", f)) \
        if os.path.isdir(folder) else []
    for name in names:
        old = read(os.path.join(folder, name)).splitlines()
        for line in broken(old, abi.layout()):
            faults.append(f"broken since {name[:-len('.layout')]}: {line}")
    own = read(os.path.join(folder, f"{abi.version}.layout"))
    if own is None:
        faults.append(f"there is no baseline {abi.version}.layout")
    elif own.splitlines() != abi.layout():
        for line in difflib.unified_diff(own.splitlines(), abi.layout(), "baseline", "headers", n=0, lineterm=""):
            if line[0] in "+-" and line[:3] not in ("+++", "---"):
                faults.append(f"differs from the baseline {abi.version}: {line}")


def check_dwarf(abi, baseline, faults):
    if not shutil.which("abidiff"):
        faults.append("abidiff is missing: install abigail-tools")
        return
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(["abidiff", baseline, abi.library(folder)], capture_output=True, text=True,
                             check=False)
    if run.returncode != 0:
        faults.append(f"abidiff (exit {run.returncode}):\n{run.stdout.strip()}{run.stderr.strip()}")


def check(abi, options):
    faults = []
    folder = os.path.join(options.abi, "baseline")
    check_history(abi, history_section(read(options.history), abi.version), faults)
    check_frozen(options, faults)
    check_baselines(abi, folder, faults)
    if read(os.path.join(options.abi, "abi_layout.c")) != abi.asserts():
        faults.append("tests/abi/abi_layout.c is not what the headers give: scripts/abi-guard.sh --write")
    check_dwarf(abi, os.path.join(folder, f"{abi.version}.abi"), faults)
    return faults


def write(abi, options):
    folder = os.path.join(options.abi, "baseline")
    section = history_section(read(options.history), abi.version)
    faults = []
    check_history(abi, section, faults)
    old = (read(os.path.join(folder, f"{abi.version}.layout")) or "").splitlines()
    lost = list(broken(old, abi.layout()))
    if lost and f"break `{abi.fingerprint()}`" not in section:
        faults += [f"broken: {line}" for line in lost]
        faults.append(f"a break needs a line with: break `{abi.fingerprint()}` and the reason, in sdk/ABI-HISTORY.md")
    if faults:
        return faults
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, f"{abi.version}.layout"), "w", encoding="utf-8") as f:
        f.write("\n".join(abi.layout()) + "\n")
    with open(os.path.join(options.abi, "abi_layout.c"), "w", encoding="utf-8") as f:
        f.write(abi.asserts())
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run(["abidw", "--no-corpus-path", "--no-comp-dir-path", "--no-show-locs", "--out-file",
                        os.path.join(folder, f"{abi.version}.abi"), abi.library(scratch)], check=True)
    return []


def main():
    parser = argparse.ArgumentParser(description="Holds the ABI's headers to what was promised.")
    parser.add_argument("--include", default=os.path.join(ROOT, "sdk", "include"))
    parser.add_argument("--abi", default=os.path.join(ROOT, "tests", "abi"))
    parser.add_argument("--history", default=os.path.join(ROOT, "sdk", "ABI-HISTORY.md"))
    parser.add_argument("--cc", default="gcc")
    parser.add_argument("--write", action="store_true", help="bring the generated files up to date")
    options = parser.parse_args()
    abi = Abi(options.include, options.cc)
    faults = (write if options.write else check)(abi, options)
    for fault in faults:
        print(fault)
    if faults:
        sys.exit(1)
    print(f"plugin ABI {abi.version}, layout {abi.fingerprint()}: {len(abi.structs)} structs, "
          f"{sum(len(f) for _, f in abi.structs)} fields as promised")


if __name__ == "__main__":
    main()

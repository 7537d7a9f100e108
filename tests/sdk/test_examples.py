# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""The examples of the SDK, built outside of the source tree against the installed SDK.

    test_examples.py PREFIX
"""
import json
import os
import re
import shutil
import sys
import tempfile

from common import SOURCE, built, check, equal, finish, good, run

PREFIX = os.path.abspath(sys.argv[1])
PORTRAIT = os.path.join(PREFIX, "bin", "portrait")

CARDS = """junk
BEGIN:VCARD
UID:1
BDAY:x
END:VCARD

BEGIN:VCARD
UID:2
FN:Zo\u00eb
END:VCARD
BEGIN:VCARD
UID:3
"""


def text(*path):
    with open(os.path.join(*path), encoding="utf-8", newline="") as f:
        return f.read()


def exports(module, folder):
    lines = good(["nm", "-D", "--defined-only", module], folder).stdout.splitlines()
    return [line.split()[2] for line in lines]


def example(name, t):
    folder = os.path.join(t, name)
    shutil.copytree(os.path.join(SOURCE, "sdk", "examples", name), folder)
    built(PREFIX, folder)
    for module in os.listdir(os.path.join(folder, "build", "plugins")):
        equal(exports(os.path.join("build", "plugins", module), folder), ["portrait_plugin_v1"], f"{name}: exports")
    return folder


def test_source_cpp(t):
    folder = example("source-cpp", t)
    equal(text(folder, "build", "out", "people.csv"),
          'uid,name,birthday\nu-1,Ada Lovelace,1815-12-10\nu-2,"Charles Babbage, Esq.",\n', "people.csv")
    with open(os.path.join(folder, "bad.vcf"), "w", encoding="utf-8") as f:
        f.write(CARDS)
    read = [PORTRAIT, "read", "vcard", "bad.vcf", "--format", "csv", "--plugin-dir", "build/plugins"]
    r = good(read, folder)
    equal(r.stdout, "uid,name,email,birthday\n2,Zo\u00eb,,\n", "the one good card")
    for reason in ("BDAY is not a date", "no END:VCARD", "outside of a card"):
        check(f"1x {reason}" in r.stderr, f"{reason}: {r.stderr}")
    check("read=4 good=1 quarantined=3" in r.stderr, r.stderr)
    # Two thousand cards: over blocks of the reader, over batches, a card longer than a record may be.
    with open(os.path.join(folder, "many.vcf"), "w", encoding="utf-8", newline="") as f:
        for i in range(2000):
            f.write(f"BEGIN:VCARD\r\nUID:n{i}\r\nFN:{'x' * (i % 120)}\r\nEND:VCARD\r\n")
        f.write("BEGIN:VCARD\r\nUID:long\r\nNOTE:" + "y" * (20 << 20) + "\r\nEND:VCARD\r\n")
        f.write("BEGIN:VCARD\r\nUID:last\r\nEND:VCARD\r\n")
    r = good([*read[:3], "many.vcf", *read[4:]], folder)
    rows = r.stdout.splitlines()
    equal((rows[1], rows[2000], rows[-1]), ("n0,,,", f"n1999,{'x' * 79},,", "last,,,"), "many cards")
    check("1x record too long" in r.stderr, r.stderr)


def test_sink_rust(t):
    folder = example("sink-rust", t)
    out = text(folder, "build", "out", "people.jsonl")
    equal([json.loads(line) for line in out.splitlines()], [
        {"profile": "C1", "city": "Ulm", "orders": 3, "answered": True, "since": "2024-02-29"},
        {"profile": "C2", "city": 'Bad "T\u00f6lz"', "orders": 0.5, "answered": False, "since": "1969-12-31"},
        {"profile": "C3", "city": None, "orders": 1, "answered": True, "since": None}], "people.jsonl")
    without = text(folder, "json_lines.yaml").replace("people.jsonl\"", "people.jsonl\", keep_null: false")
    with open(os.path.join(folder, "without.yaml"), "w", encoding="utf-8") as f:
        f.write(without)
    good([PORTRAIT, "run", "without.yaml", "--plugin-dir", "build/plugins", "--var", "out=without"], folder)
    equal(text(folder, "without", "people.jsonl").splitlines()[2],
          '{"profile":"C3","orders":1,"answered":true}', "keep_null: false")


def test_fixed_width(t):
    folder = example("source-fixed-width", t)
    equal(text(folder, "build", "out", "totals.csv"),
          "customer,spent,city\nC1,19.75,Ulm\nC2,3,Bad T\u00f6lz\nC3,0,K\u00f6ln\n", "totals.csv")
    with open(os.path.join(folder, "bad.txt"), "w", encoding="utf-8") as f:
        f.write("C1    2025-06-31    1.00\nC2\n" + "".join(f"C{i:<5}2025-06-01{i:>8}\n" for i in range(5000)))
    columns = ["--with", "columns=[{name: c, begin: 1, size: 6}, {name: d, begin: 7, size: 10, type: date}, "
               "{name: n, begin: 17, size: 8, type: number}]"]
    shown = set()
    for words in (["--threads", "1"], ["--threads", "8", "--split-bytes", "1000"]):
        r = good([PORTRAIT, "read", "fixed-width", "bad.txt", *columns, "--plugin-dir", "build/plugins", *words], folder)
        check("1x not a date" in r.stderr and "read=5002 good=5001 quarantined=1" in r.stderr, r.stderr)
        shown.add(r.stdout)
    check(len(shown) == 1 and "\nC2,,\n" in r.stdout and r.stdout.endswith("C4999,2025-06-01,4999\n"), "rows")
    for columns, fault in (("[{name: c, begin: 0, size: 6}]", "columns[0].begin"), ("[]", "there are none"),
                           ("[{name: c, begin: 1, size: 2}, {name: c, begin: 1, size: 2}]", "two are named `c`")):
        r = run([PORTRAIT, "read", "fixed-width", "bad.txt", "--with", "columns=" + columns, "--plugin-dir",
                 "build/plugins"], folder)
        check(r.returncode == 78 and fault in r.stderr, f"{columns}: exit {r.returncode} {r.stderr}")


def test_nearest_centroid(t):
    folder = example("model-nearest-centroid", t)
    lines = text(folder, "build", "out", "people.csv").splitlines()
    equal(len(lines), 14, "people")
    for line in lines[1:]:
        customer, tier, guess = line.split(",")
        equal(guess, "top" if customer == "C13" else tier, f"guess of {customer}")
    model = os.path.join("build", "runs", "latest", "models", "guess.model")
    r = good([PORTRAIT, "models", "show", model, "--json", "--plugin-dir", "build/plugins", "--trust-plugins"], folder)
    centres = json.loads(r.stdout[r.stdout.index("{"):])
    check('"top"' in json.dumps(centres) and "901.5" in json.dumps(centres), f"centres: {r.stdout}")


def struct_size(name, folder):
    """What the C compiler says of an installed header's struct."""
    with open(os.path.join(folder, "size.c"), "w", encoding="utf-8") as f:
        f.write("#include <stdio.h>\n#include <portrait/plugin.h>\n#include <portrait/sink.h>\n"
                f'int main(void) {{ printf("%zu\\n", sizeof({name})); }}\n')
    good(["cc", "-I", os.path.join(PREFIX, "include"), "-o", "size", "size.c"], folder)
    return int(run(["./size"], folder).stdout)


def test_rust_declarations(t):
    """The sizes abi.rs asserts are those of the C headers."""
    names = {"WriterApi": "pt_writer_api", "Host": "pt_host", "PtOption": "pt_option", "Plugin": "pt_plugin",
             "Component": "pt_component", "Note": "pt_note", "SinkJob": "pt_sink_job",
             "SinkVtable": "pt_sink_vtable", "ArrowSchema": "struct ArrowSchema", "ArrowArray": "struct ArrowArray"}
    told = dict(re.findall(r"size_of::<(\w+)>\(\) == (\d+)", text(SOURCE, "sdk", "examples", "sink-rust", "abi.rs")))
    equal(sorted(told), sorted(names), "structs abi.rs asserts")
    for name, c_name in names.items():
        equal(int(told[name]), struct_size(c_name, t), f"abi.rs: {name}")


def main():
    with tempfile.TemporaryDirectory(prefix="portrait-examples-") as t:
        test_source_cpp(t)
        test_sink_rust(t)
        test_fixed_width(t)
        test_nearest_centroid(t)
        example("source-paged-api", t)  # its own test runs it against a server, in process and isolated
        test_rust_declarations(t)
    finish()


main()

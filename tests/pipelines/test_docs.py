# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""What the docs say works: commands run, pipelines pass check, codes, verbs and options are all told."""
import fnmatch
import glob
import json
import os
import re
import shutil
import subprocess
import tempfile

from common import PORTRAIT, ROOT, check, equal, finish, plain_shop, portrait

SECTIONS = ("sources", "events", "identity", "features", "derive", "labels", "models", "audiences", "sinks")


def text(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as f:
        return f.read()


def pages(*patterns):
    return sorted(os.path.relpath(p, ROOT) for pattern in patterns
                  for p in glob.glob(os.path.join(ROOT, pattern), recursive=True))


def blocks(page, language):
    """(line, text) of each fenced block of a language."""
    found = re.finditer(r"^```" + language + r"\n(.*?)^```", text(page), re.M | re.S)
    return [(text(page)[:m.start()].count("\n") + 1, m[1]) for m in found]


def other_files(folder):
    """Inputs of the samples in the READMEs of sources."""
    os.makedirs(os.path.join(folder, "crm"))
    with open(os.path.join(folder, "crm", "customers-1.csv"), "w", encoding="utf-8") as f:
        f.write("customer_id,phone,birth_date,signup\nc1,13800138000,1990-02-28,31/12/2024 08:30\n")
    subprocess.run(["zstd", "-q", "-o", os.path.join(folder, "orders.csv.zst")], check=True,
                   input=b"customer;ordered_at;amount\nc1;2025-05-01T10:00:00Z;1.234,50\n")
    shutil.copy(os.path.join(folder, "crm", "customers-1.csv"), os.path.join(folder, "customers.csv"))


def sandbox(folder):
    """A folder with the files the docs speak of: pipelines/, pipeline.yaml, access.log, shop/ ..."""
    shutil.copytree(os.path.join(ROOT, "pipelines"), os.path.join(folder, "pipelines"),
                    ignore=shutil.ignore_patterns("runs", "out"))
    os.symlink("pipelines/data", os.path.join(folder, "data"))
    os.symlink("pipelines/data/shop", os.path.join(folder, "shop"))
    shutil.copy(os.path.join(folder, "pipelines/shop-features.yaml"), os.path.join(folder, "pipeline.yaml"))
    plain_shop(folder)
    for at in ("", "pipelines"):
        for name in ("logs", "lists", "secrets"):
            os.makedirs(os.path.join(folder, at, name))
        shutil.copy(os.path.join(folder, "access.log"), os.path.join(folder, at, "logs"))
        shutil.copy(os.path.join(folder, "shop/unsubscribed.csv"), os.path.join(folder, at, "lists"))
        other_files(os.path.join(folder, at))
        for name in ("hook_key", "hook_token"):
            secret = os.path.join(folder, at, "secrets", name)
            with open(secret, "w", encoding="utf-8") as f:
                f.write("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n")
            os.chmod(secret, 0o600)
    r = portrait("run", os.path.join(folder, "pipelines/shop-campaign.yaml"), "--no-deliver", "--quiet", "--var",
                 "out=" + os.path.join(folder, "campaign"))
    check(r.returncode in (0, 4), "the campaign runs\n" + r.stderr)
    shutil.copy(os.path.join(folder, "pipelines/runs/latest/models/intent.model"), folder)
    return folder


def shell(command, folder):
    env = dict(os.environ, PATH=os.path.dirname(PORTRAIT) + ":" + os.environ["PATH"])
    return subprocess.run(["sh", "-c", command], cwd=folder, env=env, capture_output=True, text=True,
                          timeout=300)


def test_commands(folder):
    ran = 0
    for page in pages("README.md", "docs/**/*.md"):
        for line, block in blocks(page, "sh"):
            for command in block.replace("\\\n", "").split("\n"):
                if command.startswith("portrait "):
                    r = shell(command, folder)
                    equal(r.returncode, 0, f"{page}:{line}: {command}\n{r.stderr}")
                    check(r.stdout or r.stderr, f"{page}:{line}: {command}: says something")
                    ran += 1
    for page in pages("plugins/*/*/README.md", "docs/**/*.md"):
        for command in re.findall(r"Try it: `(portrait [^`]+)`", text(page)):
            r = shell(command, folder)
            equal(r.returncode, 0, f"{page}: {command}\n{r.stderr}")
            check(r.stdout, f"{page}: {command}: says something")
            ran += 1
    check(ran >= 9, f"{ran} commands in the docs")


def parts(yaml):
    """Section -> item -> its lines, of a pipeline whose items stand two blanks in."""
    found, section, item = {}, None, None
    for line in yaml.split("\n"):
        name = re.match(r"( {0,2})([\w-]+):", line)
        if name and not name[1]:
            section, item = name[2], ""
        elif name:
            item = name[2]
        if section:
            found.setdefault(section, {}).setdefault(item, []).append(line)
    return found


def with_fragment(fragment):
    """A fragment made whole: sources by themselves, others put into the shipped campaign."""
    own = parts(fragment)
    if list(own) == ["sources"]:
        rows = ", ".join(f"{name}: {{line: row}}" for name in own["sources"] if name)
        return ("portrait: 1\nname: docs\n" + fragment +
                f"identity:\n  namespaces: {{line: {{class: person}}}}\n  rows: {{{rows}}}\n")
    whole = parts(text("pipelines/shop-campaign.yaml"))
    for section, items in own.items():
        whole.setdefault(section, {}).update(items)
    return "\n".join(line for section in whole.values() for item in section.values() for line in item) + "\n"


def test_pipelines(folder):
    whole, fragments = 0, 0
    for page in pages("README.md", "docs/**/*.md", "plugins/*/*/README.md"):
        for line, block in blocks(page, "yaml"):
            key = block.split(":", 1)[0]
            if key != "portrait" and key not in SECTIONS:
                continue
            whole, fragments = whole + (key == "portrait"), fragments + (key != "portrait")
            name = os.path.join(folder, "pipelines", f"docs-{whole}-{fragments}.yaml")
            with open(name, "w", encoding="utf-8") as f:
                f.write(block if key == "portrait" else with_fragment(block))
            r = portrait("check", name, "--secrets", os.path.join(folder, "secrets"), cwd=folder)
            equal(r.returncode, 0, f"{page}:{line}: check\n{r.stderr}")
    check(whole >= 1 and fragments >= 6, f"{whole} pipelines and {fragments} fragments in the docs")


def core_text(*suffixes):
    files = pages(*("core/**/*" + s for s in suffixes))
    return "\n".join(text(f) for f in files)


def test_error_codes():
    told = re.findall(r"^\| (P\d{4}) \|", text("docs/errors.md"), re.M)
    used = set(re.findall(r"\bP0\d{3}\b", core_text(".c")))
    equal(told, sorted(set(told)), "errors.md: codes in order, each once")
    equal(sorted(used - set(told)), [], "codes missing from errors.md")
    equal(sorted(set(told) - used), [], "codes of errors.md that the core does not have")


def test_exit_codes():
    used = {int(n) for n in re.findall(r"\bEXIT_\w+ = (\d+)", text("core/run/run.h"))}
    check(len(used) >= 8, f"exit codes in run.h: {used}")
    table = re.findall(r"^\| ([\d, ]+) \|", text("docs/exit-codes.md"), re.M)
    told = {int(n) for row in table for n in row.split(",")}
    equal(sorted(told), sorted(used), "docs/exit-codes.md and run.h")
    status = re.search(r"EXIT STATUS(.*?)^\.SH", text("docs/portrait.1"), re.M | re.S)[1]
    told = {int(n) for n in re.findall(r"^\.B (\d+)$", status, re.M)}
    equal(sorted(told), sorted(used), "man page and run.h")


def test_keys():
    """Every key of a pipeline and every option of a plugin is told."""
    calls = re.findall(r"FIELDS_KNOWN\(&f,([^;]*)\);", core_text(".c"))
    keys = {k for call in calls for k in re.findall(r'"(\w+)"', call)}
    check(len(keys) >= 60, f"keys of pipelines: {sorted(keys)}")
    manual = text("docs/pipelines.md")
    equal([k for k in sorted(keys) if not re.search(r"\b" + k + r"\b", manual)], [], "docs/pipelines.md: keys")
    for line in portrait("plugins", "list").stdout.splitlines():
        kind, name = line.split()[:2]
        options = json.loads(portrait("plugins", "info", name, "--json").stdout)["components"][0]["options"]["properties"]
        manual = "".join(text(p) for p in pages(f"plugins/{kind}s/{name}/README.md", f"docs/{kind}s/{name}.md"))
        told = [o for o in options if re.search(r"`" + o + r"[:`]", manual)]
        equal(told, list(options), f"README of {name}: options")


def verbs():
    found = re.findall(r"^  ([a-z]+) +(?!run )", portrait("--help").stdout, re.M)
    return [v for v in found if v != "portrait"]


def test_statuses():
    """Every word a run can end with stands in the docs."""
    words = set(re.findall(r'return "([A-Z]{4,})"', core_text(".c")))
    check(len(words) >= 6, f"status words in the core: {words}")
    told = text("docs/exit-codes.md")
    equal([w for w in sorted(words) if w not in told], [], "docs/exit-codes.md: statuses")


def test_verbs_and_options(folder):
    page, readme = text("docs/portrait.1").replace("\\-", "-"), text("README.md")
    equal(len(verbs()), len(set(verbs())), "verbs")
    for verb in verbs():
        help_text = portrait(verb, "--help").stdout
        check(re.search(r"^portrait " + verb + r"\b", readme, re.M), f"README: {verb}")
        section = re.search(r"^\.SS " + verb + r"\b(.*?)(?=^\.S[SH])", page, re.M | re.S)
        check(section is not None, f"man page: {verb}")
        options = re.findall(r"^  --([\w-]+)", help_text, re.M)
        check({"help", "verbose"} <= set(options), f"{verb} --help: options {options}")
        for option in options:
            check(re.search(r"--" + option + r"\b", page), f"man page: --{option} of {verb}")
        for option in set(options) - {"help", "verbose"}:
            check(section and re.search(r"--" + option + r"\b", section[1]), f"man page: {verb} --{option}")
        for option in re.findall(r"--([a-z-]+)\b", section[1] if section else ""):
            check(option in options, f"man page: {verb} has no --{option}")
        example = help_text.split("example:\n")[1].strip()
        r = shell(example, folder)
        equal(r.returncode, 0, f"example of {verb}: {example}\n{r.stderr}")
    overview = portrait("--help").stdout.split("example:\n")[1].strip()
    equal(shell(overview, folder).returncode, 0, overview)


def test_man_page():
    r = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", os.path.join(ROOT, "docs/portrait.1")],
                       capture_output=True, text=True)
    equal((r.returncode, r.stdout, r.stderr), (0, "", ""), "man page: mandoc")
    title = re.search(r'^\.TH .*"Portrait ([\d.]+)"', text("docs/portrait.1"), re.M)[1]
    equal(portrait("--version").stdout.strip(), "portrait " + title, "man page: version")


def test_links():
    """Relative links of every page lead to something."""
    for page in pages("*.md", "docs/**/*.md", "plugins/*/*/README.md", "core/*/README.md", "pipelines/**/*.md"):
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text(page)):
            if not re.match(r"\w+:", target):
                path = os.path.join(ROOT, os.path.dirname(page), target)
                check(os.path.exists(path), f"{page}: link to {target}")


def test_files():
    """Files that docs name exist: a path from the root, or a basename where the page speaks of code."""
    there = {os.path.basename(p) for p in pages("core/**/*", "sdk/**/*", "plugins/**/*", "cmake/*", "tests/**/*")}
    for page in ("CONTRIBUTING.md", "docs/tour.md", *pages("docs/adr/*.md")):
        for name in re.findall(r"`([\w./*-]+\.(?:[chy]|py|sh|txt|cmake|md|yaml))`", text(page)):
            found = glob.glob(os.path.join(ROOT, name)) or "/" not in name and (
                name in there or any(fnmatch.fnmatch(t, name) for t in there))
            check(found, f"{page}: there is no {name}")


def main():
    with tempfile.TemporaryDirectory() as t:
        folder = sandbox(t)
        test_verbs_and_options(folder)
        test_commands(folder)
        test_pipelines(folder)
    test_error_codes()
    test_exit_codes()
    test_statuses()
    test_keys()
    test_man_page()
    test_links()
    test_files()
    finish()


main()

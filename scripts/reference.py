# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""Writes docs/plugins/reference/*.md: a page a header of the SDK, out of its comments.

reference.py [--check] [FOLDER]: FOLDER is the tree, this one unless told. With --check nothing is
written; exits 1 and names the pages that are not what the headers say."""
import glob
import os
import re
import sys

PLACES = (("portrait", "sdk/include/portrait"), ("portrait-support", "sdk/support"))
PRIVATE = {"pt_time_parts.h"}
NAMES = (r"^#define (\w+)", r"^struct (\w+) \{", r"^enum (\w+) \{", r"^typedef struct (\w+)", r"^typedef [^(]*\(\*(\w+)\)",
         r"^typedef .*?(\w+);", r"^\w.*?\**(\w+)\(", r"^struct (\w+);")


def chunks(lines):
    """Runs of lines that belong together: cut at blank lines and before comments, outside of braces."""
    run, depth, is_open = [], 0, False
    for line in lines:
        code = re.sub(r"//.*", "", line)
        begins = depth == 0 and not is_open and line.startswith("//") and run and not run[-1].startswith("//")
        if run and (begins or depth == 0 and not is_open and line == ""):
            yield run
            run = []
        if line:
            run.append(line)
        depth += code.count("{") - code.count("}")
        is_open = line.endswith("\\") or depth == 0 and bool(code.strip()) and not re.search(
            r"[;}]\s*$|^#", code.strip()) and not line.startswith("//")
    if run:
        yield run


def prose(comment):
    """Comment lines as text; what is set in by four blanks becomes code."""
    out, is_code = [], False
    for line in comment:
        text = re.sub(r"^// ?", "", line)
        set_in = text.startswith("    ")
        if set_in != is_code and not (is_code and text == ""):
            while is_code and out[-1] == "":
                out.pop()
            out += ["```c"] if set_in else ["```", ""]
            is_code = set_in
        out.append(text[4:] if is_code else text)
    return out + (["```"] if is_code else [])


def declaration(code):
    """The lines of a declaration; of an inline function only its head."""
    if code[0].startswith("static inline"):
        head = []
        for line in code:
            if line.startswith("{"):
                return head[:-1] + [head[-1] + ";"]
            head.append(line)
    return code


def names(code):
    found = []
    for line in code:
        if found and code[0].endswith(("{", "\\")):
            break
        for pattern in NAMES:
            m = re.match(pattern, line)
            if m:
                found.append(m[1])
                break
    return [n for n in found if n not in ("extern", "if")]


def body_of(text):
    """(lines of the opening comment, lines of the declarations)."""
    lines = [l for l in text.split("\n") if not l.startswith("// SPDX-")]
    at = next(i for i, l in enumerate(lines) if l.startswith("#ifndef"))
    intro = [l for l in lines[:at] if l.startswith("//")]
    skip = re.compile(r"#(ifndef|ifdef|endif|else|include|if\b)|#define PORTRAIT_\w+_H$|#define PT_\w+_H$|"
                      r"#define ARROW_C_\w+_INTERFACE$|PT_EXTERN_C_(BEGIN|END)$|extern \"C\"|}$")
    return intro, ["" if skip.match(l) and not (l == "}" and is_inside(lines, i)) else l
                   for i, l in enumerate(lines) if i > at]


def is_inside(lines, i):
    """True for the brace that ends a function or macro body, false for that of extern "C"."""
    back = [l for l in lines[:i] if l]
    return not re.match(r"#if", back[-1])


def page(header, place, text):
    intro, lines = body_of(text)
    out = [f"# {place}/{header}", "", f"<!-- made by scripts/reference.py from {header} -->", ""] + prose(intro)
    for run in chunks(lines):
        comment = []
        while run and run[0].startswith("//"):
            comment.append(run.pop(0))
        if not run:
            out += [""] + prose(comment)
            continue
        code = declaration(run)
        found = names(code)
        if found:
            more = ", …" if len(found) > 3 else ""
            out += ["", "## " + ", ".join(f"`{n}`" for n in found[:3]) + more]
        if comment:
            out += [""] + prose(comment)
        out += ["", "```c"] + code + ["```"]
    return "\n".join(out) + "\n"


def pages(root):
    """path -> text of every page."""
    made, index = {}, ["# Reference", "", "A page for each header, made from its comments."]
    for place, folder in PLACES:
        index += ["", f"## `{place}/`", "", "| header | what |", "| --- | --- |"]
        for path in sorted(glob.glob(os.path.join(root, folder, "*.h"))):
            header = os.path.basename(path)
            if header in PRIVATE:
                continue
            with open(path, encoding="utf-8") as f:
                text = f.read()
            name = header[:-2] + ".md"
            made[name] = page(header, place, text)
            said = " ".join(re.sub(r"^// ?", "", l) for l in body_of(text)[0])
            first = re.match(r"(.*?[^.]\.)( |$)", said)[1].rstrip(".")
            index.append(f"| [{header}]({name}) | {first} |")
    made["README.md"] = "\n".join(index) + "\n"
    return made


def main():
    words = [w for w in sys.argv[1:] if w != "--check"]
    root = words[0] if words else os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    folder = os.path.join(root, "docs", "plugins", "reference")
    made, stale = pages(root), []
    there = {os.path.basename(p) for p in glob.glob(os.path.join(folder, "*.md"))}
    for name, text in made.items():
        path = os.path.join(folder, name)
        old = open(path, encoding="utf-8").read() if name in there else None
        if old == text:
            continue
        stale.append(name)
        if "--check" not in sys.argv:
            os.makedirs(folder, exist_ok=True)
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
    for name in sorted(there - set(made)):
        stale.append(name)
        if "--check" not in sys.argv:
            os.remove(os.path.join(folder, name))
    if "--check" in sys.argv:
        for name in stale:
            print(f"docs/plugins/reference/{name}: not what the headers say; run scripts/reference.py")
        sys.exit(1 if stale else 0)


main()

# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""The tutorial, done as it is written: every command of the page, in an empty folder, with the
installed SDK; and what the page says they show.

    test_tutorial.py PREFIX
"""
import os
import re
import subprocess
import sys
import tempfile

from common import SOURCE, check, finish

PREFIX = os.path.abspath(sys.argv[1])
PAGE = os.path.join(SOURCE, "docs", "plugins", "tutorial.md")


def blocks():
    """(language, text, line) of each fenced block, in order."""
    with open(PAGE, encoding="utf-8") as f:
        text = f.read()
    for m in re.finditer(r"^```(\w+)\n(.*?)^```$", text, re.M | re.S):
        yield m[1], m[2], text[:m.start()].count("\n") + 1


def main():
    with tempfile.TemporaryDirectory(prefix="portrait-tutorial-") as folder:
        env = {**os.environ, "PATH": os.path.join(PREFIX, "bin") + ":" + os.environ["PATH"],
               "CMAKE_PREFIX_PATH": PREFIX}
        here, shown, ran, compared = folder, "", 0, 0
        for language, text, line in blocks():
            if language == "bash":
                r = subprocess.run(["bash", "-euc", text + "\npwd > " + os.path.join(folder, ".here")], cwd=here, env=env,
                                   capture_output=True, text=True, timeout=250)
                shown = r.stdout + r.stderr
                check(r.returncode == 0, f"tutorial.md:{line}: exit {r.returncode}\n{text}{shown}")
                with open(os.path.join(folder, ".here"), encoding="utf-8") as f:
                    here = f.read().strip()
                ran += 1
            elif ran:
                check(text.rstrip("\n") in shown, f"tutorial.md:{line}: {text}is not in:\n{shown}")
                compared += 1
        check(ran >= 10 and compared >= 6, f"{ran} blocks run, {compared} outputs compared")
    finish()


main()

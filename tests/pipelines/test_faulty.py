# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""Every file in faulty/ is refused by `portrait check` with exactly the faults its last lines name:

    # expect CODE LINE:COLUMN HINT        (HINT `-`: no suggestion of a name is expected)
"""
import os
import re
import subprocess
import sys

here = os.path.dirname(os.path.abspath(__file__))
portrait = sys.argv[1]
failed = 0
count = 0
for name in sorted(os.listdir(os.path.join(here, "faulty"))):
    if not name.endswith(".yaml"):
        continue
    count += 1
    path = os.path.join("faulty", name)
    with open(os.path.join(here, path), encoding="utf-8") as f:
        want = [m.groups() for m in re.finditer(r"^# expect (\S+) (\d+:\d+) (.*)$", f.read(), re.M)]
    run = subprocess.run([portrait, "check", path], cwd=here, capture_output=True, text=True,
                         timeout=60)
    got = []
    lines = run.stderr.split("\n")
    for i, line in enumerate(lines):
        m = re.match(r"\S+?:(\d+:\d+): error\[(\w+)\]: ", line)
        if m:
            hint = re.match(r" +\| +\^+ ?(.*)", lines[i + 2]) if i + 2 < len(lines) else None
            got.append((m[2], m[1], hint[1] if hint else ""))
    ok = run.returncode == 78 and len(want) > 0 and len(got) == len(want)
    for (code, place, hint), (got_code, got_place, got_hint) in zip(want, got):
        ok = ok and code == got_code and place == got_place
        ok = ok and (hint == got_hint if hint != "-" else "did you mean" not in got_hint)
    if not ok:
        failed += 1
        print(f"FAIL {name}: exit {run.returncode}\n  want {want}\n  got  {got}\n{run.stderr}")
print(f"{count - failed} passed, {failed} failed")
sys.exit(1 if failed or count < 60 else 0)

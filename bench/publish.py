# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""publish.py PAGE.md MARK TABLE.md [MARK TABLE.md...]: puts tables into a page, each between the lines
<!-- MARK --> and <!-- end of MARK -->."""
import re
import sys

page, *pairs = sys.argv[1:]
with open(page, encoding="utf-8") as f:
    text = f.read()
for mark, path in zip(pairs[::2], pairs[1::2]):
    with open(path, encoding="utf-8") as f:
        table = f.read().strip()
    place = re.compile(rf"(<!-- {mark} -->\n).*?(<!-- end of {mark} -->)", re.S)
    text, n = place.subn(lambda m, table=table: f"{m[1]}{table}\n{m[2]}", text)
    if n != 1:
        sys.exit(f"{page}: {n} places for {mark}")
with open(page, "w", encoding="utf-8") as f:
    f.write(text)

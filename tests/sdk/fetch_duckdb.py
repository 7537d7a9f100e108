# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""DuckDB's shared library, an Arrow implementation that is not ours, from its package of npm.

    fetch_duckdb.py FOLDER

Exits 77 (not run) where the registry cannot be reached; under CI that is a failure."""
import glob
import os
import subprocess
import sys

PACKAGE = "@duckdb/node-bindings-linux-x64"
folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)


def library():
    return glob.glob(os.path.join(folder, "node_modules", PACKAGE, "libduckdb.so"))


if not library():
    r = subprocess.run(["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", PACKAGE], cwd=folder,
                       capture_output=True, text=True, timeout=250)
    if r.returncode != 0 or not library():
        print(f"npm install {PACKAGE}: exit {r.returncode}\n{r.stdout}{r.stderr}")
        sys.exit(1 if os.environ.get("CI") else 77)
print(library()[0])

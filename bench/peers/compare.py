# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""compare.py A.csv B.csv: do two engines' feature tables agree? Text and whole numbers exactly, the rest within 0.002."""
import sys

import pandas as pd

a, b = (pd.read_csv(f, keep_default_na=False).sort_values("person_id", ignore_index=True) for f in sys.argv[1:3])
bad = 0
if list(a.columns) != list(b.columns) or len(a) != len(b):
    sys.exit(f"shape differs: {a.shape} {b.shape} {set(a.columns) ^ set(b.columns)}")
for c in a.columns:
    if c in ("person_id", "top_category_90d"):
        d = a[c] != b[c]
    else:
        d = (a[c].astype(float) - b[c].astype(float)).abs() > (0.002 if a[c].dtype == float or b[c].dtype == float else 0)
    if d.any():
        bad += 1
        i = d.idxmax()
        print(f"{c}: {int(d.sum())} rows differ, first {a.person_id[i]}: {a[c][i]!r} / {b[c][i]!r}")
print(f"{len(a)} rows, {len(a.columns)} columns, " + ("equal" if not bad else f"{bad} columns differ"))
sys.exit(bad > 0)

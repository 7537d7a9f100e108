#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""Loads an exported model in XGBoost and compares its scores and contributions with ours.
Usage: gbdt_xgboost.py FOLDER ROWS COLUMNS"""
import json
import sys

import numpy as np
import xgboost

folder, rows, columns = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
x = np.fromfile(f"{folder}/x.f32", "float32").reshape(columns, -1)[:, :rows].T
p = np.fromfile(f"{folder}/p.f64", "float64")
phi = np.fromfile(f"{folder}/phi.f64", "float64").reshape(columns + 1, rows).T
with open(f"{folder}/model.json", encoding="utf-8") as f:
    learner = json.load(f)["learner"]
model = xgboost.Booster()
model.load_model(f"{folder}/model.json")
matrix = xgboost.DMatrix(np.ascontiguousarray(x), missing=np.nan,
                         feature_names=learner["feature_names"],
                         feature_types=learner["feature_types"], enable_categorical=True)
scale = max(1.0, float(np.abs(p).max()))
gap = float(np.abs(model.predict(matrix) - p).max()) / scale
print(f"scores: at most {gap:.3g} apart")
failed = gap > 1e-6
if "c" not in learner["feature_types"]:
    # XGBoost 1.7 adds up contributions in float and knows none for sets of levels.
    theirs = model.predict(matrix, pred_contribs=True)
    far = float(np.abs(theirs - phi).max())
    print(f"contributions: at most {far:.3g} apart")
    failed = failed or far > 1e-3
sys.exit(1 if failed else 0)

# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""The models of scikit-learn and XGBoost that Portrait's are timed beside, as FEATURES.md says.

models.py matrix WORK ENGINE MATDIR RESULTS.jsonl   one work on the fixed matrices, one process each
models.py shop FEATURES.csv CRM.csv OUTDIR RESULTS.jsonl   k-means, logistic regression and boosting
                                                    on the shop's features, scores, campaign file"""
import json
import os
import sys
import warnings
import zlib

import numpy as np

from stage import Results

warnings.filterwarnings("ignore")
THREADS = int(os.environ.get("OMP_NUM_THREADS", os.cpu_count()))
ROUNDS, TREES, TREE_COLUMNS, BIG_COLUMNS = 25, 100, 30, 20


def note_quality(R, stage, **values):
    with open(R.path, "a", encoding="utf-8") as f:
        f.write(json.dumps(dict(engine=R.engine, stage=stage, quality=1, **values)) + "\n")
    print(f"{R.engine:8} {stage:22} {values}", flush=True)


def rates(y, p):
    from sklearn.metrics import log_loss, roc_auc_score
    p = np.asarray(p, "float64")
    return dict(logloss=round(float(log_loss(y, p)), 6), auc=round(float(roc_auc_score(y, p)), 5))


def kmeans(R, name, X, k):
    from sklearn.cluster import KMeans
    start = X[[i * len(X) // k for i in range(k)]]
    with R.stage(name, rows=len(X), matrix=X.nbytes):
        m = KMeans(k, init=start, n_init=1, max_iter=ROUNDS, tol=0, algorithm="lloyd").fit(X)
    centres = m.cluster_centers_.astype("float64")
    parts = range(0, len(X), 100000)  # squares of the final assignment, summed in double
    inertia = sum(float(((X[a:a + 100000] - centres[m.labels_[a:a + 100000]]) ** 2).sum()) for a in parts)
    note_quality(R, name, inertia=inertia)
    return m


def objective(m, X, y):
    w = m.coef_[0]
    z = X @ w + m.intercept_[0]
    return float(np.sum(np.logaddexp(0, z) - y * z) + 0.5 * w @ w)


def newton(X, y, tol, rounds=10000):
    from sklearn.linear_model import LogisticRegression
    return LogisticRegression(solver="newton-cholesky", tol=tol, max_iter=rounds).fit(X, y)


def loosest_tolerance(X, y, known):
    """The optimum, and the loosest tolerance that still comes within 1e-6 of it; kept in the file `known`."""
    if known and os.path.exists(known):
        with open(known, encoding="utf-8") as f:
            return json.load(f)
    best = objective(newton(X, y, 1e-12, 200), X, y)
    for tol in (1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10):
        if objective(newton(X, y, tol), X, y) <= best * (1 + 1e-6):
            break
    found = dict(optimum=best, tol=tol)
    if known:
        with open(known, "w", encoding="utf-8") as f:
            json.dump(found, f)
    return found


def logreg(R, name, X, y, test, known=None):
    found = loosest_tolerance(X, y, known)
    with R.stage(name, rows=len(X), matrix=X.nbytes):
        m = newton(X, y, found["tol"])
    note_quality(R, name, objective=objective(m, X, y), optimum=found["optimum"],
                 **rates(test[1], m.predict_proba(test[0])[:, 1]))
    return m


def sklearn_trees(name):
    from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
    from sklearn.tree import DecisionTreeClassifier
    if name == "tree":
        return DecisionTreeClassifier(max_depth=8, min_samples_leaf=20, random_state=1)
    if name == "forest":
        return RandomForestClassifier(TREES, max_depth=12, min_samples_leaf=5, max_features="sqrt", n_jobs=THREADS, random_state=1)
    return HistGradientBoostingClassifier(max_iter=TREES, max_depth=6, max_leaf_nodes=64, learning_rate=0.1,
                                          early_stopping=False, random_state=1)


def xgboost_settings(name, X, y):
    common = dict(tree_method="hist", max_depth=6, eta=0.1, max_bin=255, objective="binary:logistic", nthread=THREADS, verbosity=0)
    if name == "gbdt":
        return common, TREES
    forest = dict(common, max_depth=12, eta=1, num_parallel_tree=TREES, subsample=0.632, min_child_weight=1, seed=1,
                  colsample_bynode=X.shape[1] ** 0.5 / X.shape[1], base_score=float(y.mean()))
    forest["lambda"] = 1e-5
    return forest, 1


class Sklearn:
    def __init__(self, name):
        self.model = sklearn_trees(name)

    def fit(self, X, y):
        self.model.fit(X, y)

    def score(self, X):
        return self.model.predict_proba(X)[:, 1]


class Xgboost:
    def __init__(self, name):
        self.name = name
        import xgboost
        self.lib = xgboost

    def fit(self, X, y):
        settings, rounds = xgboost_settings(self.name, X, y)
        self.model = self.lib.train(settings, self.lib.DMatrix(X, y), rounds)

    def score(self, X):
        return self.model.predict(self.lib.DMatrix(X))

    def score_in_place(self, X):
        return self.model.inplace_predict(X)


def trees(R, name, split, Xall):
    """split: X, y, test X, test y. Scores all rows, too."""
    X, y, Xt, yt = split
    m = Xgboost(name) if R.engine == "xgboost" else Sklearn(name)
    with R.stage(name, rows=len(X), matrix=Xall.nbytes):
        m.fit(X, y)
    note_quality(R, name, **rates(yt, m.score(Xt)))
    with R.stage(name + "_score", rows=len(Xall), matrix=Xall.nbytes):
        scores = m.score(Xall)
    if R.engine == "xgboost":
        with Results("xgboost in place", R.path).stage(name + "_score", rows=len(Xall), matrix=Xall.nbytes):
            m.score_in_place(Xall)
    return scores


def read_matrix(folder, name, columns):
    X = np.fromfile(os.path.join(folder, name + ".f32"), "float32").reshape(-1, columns)
    return X, np.fromfile(os.path.join(folder, name + ".y"), "uint8").astype("int64")


def matrix_work(work, engine, folder, res):
    R = Results(engine, res)
    if work.startswith("kmeans"):
        kmeans(R, work, read_matrix(folder, "big", BIG_COLUMNS)[0], int(work[len("kmeans_k"):]))
    elif work == "logreg":
        X, y = read_matrix(folder, "big", BIG_COLUMNS)
        X = X.astype("float64")
        logreg(R, work, X, y, (X, y), os.path.join(folder, "logreg-optimum.json"))
    else:
        X, y = read_matrix(folder, "trees", TREE_COLUMNS)
        n = len(X) * 4 // 5
        trees(R, work, (X[:n], y[:n], X[n:], y[n:]), X)


def write_campaign(F, segments, scores, crm_path, path):
    import pandas as pd
    crm = pd.read_csv(crm_path, dtype=str, keep_default_na=False, usecols=["customer_id", "email", "consent_email"])
    C = pd.DataFrame({"customer_id": F.person_id, "segment": segments, "score": scores, "top_category": F.top_category_90d})
    C = C.merge(crm, on="customer_id")
    C = C[(C.consent_email == "true") & (C.email != "")].sort_values(["score", "customer_id"], ascending=[False, True])
    C.head(len(C) // 10)[["customer_id", "email", "segment", "score", "top_category"]].to_csv(path, index=False, float_format="%.6f")


def shop_work(features, crm_path, out, res):
    import pandas as pd
    os.makedirs(out, exist_ok=True)
    R, P = Results("scikit-learn", res), Results("pandas", res)
    with P.stage("load_features", nbytes=os.path.getsize(features)):
        F = pd.read_csv(features, keep_default_na=False)
    with P.stage("prepare", rows=len(F)):
        names = sorted(set(F.top_category_90d) - {""})
        numbers = [c for c in F.columns if c not in ("person_id", "top_category_90d", "label")]
        raw = F[numbers].to_numpy("float64")
        Z = np.log1p(np.maximum(raw, 0))
        Z[:, numbers.index("age_years")] = raw[:, numbers.index("age_years")]
        Z = (Z - Z.mean(0)) / np.maximum(Z.std(0), 1e-12)
        ranks = {n: i for i, n in enumerate(names)} | {"": -1}
        T = np.column_stack([raw, F.top_category_90d.map(ranks)]).astype("float32")
        y = F.label.to_numpy()
        test = np.array([zlib.crc32(p.encode()) % 5 == 0 for p in F.person_id])
    km = kmeans(R, "kmeans", Z.astype("float32"), 10)
    logreg(R, "logreg", Z[~test], y[~test], (Z[test], y[test]))
    scores = trees(Results("xgboost", res), "gbdt", (T[~test], y[~test], T[test], y[test]), T)
    with P.stage("campaign", rows=len(F)):
        write_campaign(F, km.labels_, scores, crm_path, os.path.join(out, "campaign.csv"))


if sys.argv[1] == "shop":
    shop_work(*sys.argv[2:])
else:
    matrix_work(*sys.argv[2:])

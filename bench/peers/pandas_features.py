# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""Logs, events and CRM to features.csv with pandas, as FEATURES.md says.
Usage: pandas_features.py DATADIR OUTDIR RESULTS.jsonl"""
import json
import os
import sys

import numpy as np
import pandas as pd

from stage import Results, size

data, out, res = sys.argv[1:4]
os.makedirs(out, exist_ok=True)
R = Results("pandas", res)
DAY = 86400000
A = 1748736000000
LOG, EV, CRM = (os.path.join(data, f) for f in ("access.log", "events.jsonl", "crm.csv"))

with R.stage("parse_weblog", nbytes=size(LOG)) as st:
    raw = pd.read_csv(LOG, sep=" ", header=None, quotechar='"', escapechar="\\", na_filter=False, engine="c",
                      names=["ip", "id", "user", "d", "z", "req", "status", "bytes", "ref", "ua", "uid"],
                      usecols=["user", "d", "z", "req", "status", "ua", "uid"],
                      dtype={"user": "category", "z": "category", "req": "category", "status": "int16",
                             "ua": "category", "uid": "category", "d": str})
    zone = {z: (1 if z[0] == "+" else -1) * (int(z[1:3]) * 3600 + int(z[3:5]) * 60) * 1000 for z in raw.z.cat.categories}
    # fixed width, so read the digits at once: pd.to_datetime(raw.d, format=...) takes about 4 s per million lines
    v = raw.d.to_numpy().astype("S21").view("u1").reshape(-1, 21).astype("int32") - 48
    mc, mk = pd.factorize(v[:, 4] * 65536 + v[:, 5] * 256 + v[:, 6])
    mnum = {(ord(m[0]) - 48) * 65536 + (ord(m[1]) - 48) * 256 + ord(m[2]) - 48: i for i, m in
            enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split())}
    mon = np.array([mnum[k] for k in mk])[mc]
    year = v[:, 8] * 1000 + v[:, 9] * 100 + v[:, 10] * 10 + v[:, 11]
    first = ((year - 1970) * 12 + mon).astype("datetime64[M]").astype("datetime64[D]").astype("int64")
    secs = (v[:, 13] * 10 + v[:, 14]) * 3600 + (v[:, 16] * 10 + v[:, 17]) * 60 + v[:, 19] * 10 + v[:, 20]
    local = pd.Series(((first + v[:, 1] * 10 + v[:, 2] - 1) * 86400 + secs) * 1000)
    del v
    ts = local - raw.z.map(zone).astype("int64")
    uas = raw.ua.cat.categories
    bot = uas.str.contains(r"bot|spider|crawl|curl/|python-requests", case=False)
    mob = uas.str.contains("Mobile", regex=False)
    rq = pd.Series(raw.req.cat.categories).str.extract(r"^\S+ ([^ ?]*)(?:\?(\S*))?")
    path, query = rq[0].fillna(""), rq[1].fillna("")
    rsku = path.str.extract(r"^/product/(.+)$")[0]
    kind = np.select([path.str.startswith("/static/"), path == "/cart/add", path == "/checkout/complete",
                      path == "/search"], [1, 2, 3, 4], 0).astype("int8")
    utm = query.str.contains("utm_source=", regex=False).to_numpy()
    qcid = query.str.extract(r"(?:^|&)cid=([^&]+)")[0]
    rc, uc = raw.req.cat.codes.to_numpy(), raw.ua.cat.codes.to_numpy()
    qc, qn = pd.factorize(qcid)
    sc, sn = pd.factorize(rsku)
    usr = raw.user.cat.categories
    # explicit id as one code space: users first, then ids that only came in a query
    code = {u: i for i, u in enumerate(usr)}
    q2 = np.array([code.setdefault(x, len(code)) for x in qn] + [-1], "int32")
    dash = code.get("-", -2)
    cid = raw.user.cat.codes.to_numpy("int32")
    cid = np.where(cid == dash, q2[qc[rc]], cid)
    log = pd.DataFrame({"ts": ts.to_numpy(), "cid": cid, "uid": raw.uid.cat.codes.to_numpy("int32"),
                        "status": raw.status.to_numpy(), "kind": kind[rc], "sku": sc[rc].astype("int32"),
                        "utm": utm[rc], "bot": bot[uc], "mob": mob[uc], "night": (local // 3600000 % 24 < 6).to_numpy()})
    nouid = list(raw.uid.cat.categories).index("-") if "-" in raw.uid.cat.categories else -2
    log.loc[log.uid == nouid, "uid"] = -1
    idnames = np.array(list(code), dtype=object)
    st.rows = len(log)
    del raw, ts, local, rc, uc

with R.stage("parse_events", nbytes=size(EV)) as st:
    t, e, c, d, s, k, p, q = [], [], [], [], [], [], [], []
    with open(EV, "rb") as f:
        for line in f:
            o = json.loads(line)
            pr = o["properties"]
            t.append(o["ts"]["$date"]); e.append(o["event"]); c.append(o.get("customer_id")); d.append(o["device_id"])
            s.append(pr.get("sku")); k.append(pr.get("category")); p.append(pr.get("price", 0.0)); q.append(pr.get("qty", 0))
    ev = pd.DataFrame({"ts": pd.to_datetime(t, format="%Y-%m-%dT%H:%M:%S.%fZ").astype("int64") // 1000000,
                       "event": pd.Categorical(e), "cid": pd.Categorical(c), "dev": pd.Categorical(d),
                       "sku": pd.Categorical(s), "cat": pd.Categorical(k), "price": np.array(p, "float64"), "qty": np.array(q, "int32")})
    st.rows = len(ev)
    del t, e, c, d, s, k, p, q

with R.stage("parse_crm", nbytes=size(CRM)) as st:
    crm = pd.read_csv(CRM, dtype=str, keep_default_na=False)
    crm["ltv"] = pd.to_numeric(crm.lifetime_value).fillna(0)
    crm["birth"] = pd.to_datetime(crm.birth_date, format="%Y-%m-%d", errors="coerce")
    crm["signup"] = pd.to_datetime(crm.signup_date, format="%Y-%m-%d")
    crm["em"] = crm.email.str.strip().str.lower()
    crm["ph"] = crm.phone.str.replace(r"[^0-9]", "", regex=True).str[-11:]
    st.rows = len(crm)

with R.stage("features", rows=len(log) + len(ev) + len(crm)) as st:
    crm = crm.sort_values("customer_id", ignore_index=True)
    n = len(crm)
    person = pd.Series(np.arange(n))
    em = crm.em.where(crm.em != "", crm.customer_id)
    ph = crm.ph.where(crm.ph != "", crm.customer_id)
    em, ph = pd.factorize(em)[0], pd.factorize(ph)[0]
    while True:
        nxt = person.groupby(em).transform("min")
        nxt = nxt.groupby(ph).transform("min")
        if (nxt == person).all():
            break
        person = nxt
    person = person.to_numpy()
    idx = pd.Index(crm.customer_id)

    def person_of(frame, own, key, rule):
        """own: CRM row of the explicit id or -1; key: cookie or device code or -1; rule: rows to learn from"""
        m = rule & (own >= 0) & (key >= 0)
        g = pd.DataFrame({"k": key[m], "c": own[m]}).groupby(["k", "c"]).size().reset_index(name="n")
        g = g.sort_values(["k", "n", "c"], ascending=[True, False, True]).drop_duplicates("k")
        owner = np.full(key.max() + 2, -1)
        owner[g.k] = g.c
        c = np.where(own >= 0, own, owner[key])
        return np.where(c >= 0, person[c], -1)

    own = np.append(idx.get_indexer(idnames), -1)[log.cid.to_numpy()]
    log["who"] = person_of(log, own, log.uid.to_numpy(), (~log.bot & (log.ts < A)).to_numpy())
    own = np.append(idx.get_indexer(ev.cid.cat.categories), -1)[ev.cid.cat.codes.to_numpy()]
    ev["who"] = person_of(ev, own, ev.dev.cat.codes.to_numpy("int32"), (ev.ts < A).to_numpy())

    pv = log[(log.who >= 0) & ~log.bot & (log.status >= 200) & (log.status < 400) & (log.kind != 1)]
    F = pd.DataFrame(index=pd.Index(np.unique(person), name="person"))
    new = {}
    h = pv[pv.ts < A]
    w90 = h[h.ts >= A - 90 * DAY].sort_values(["who", "ts"])
    w30 = w90[w90.ts >= A - 30 * DAY]
    new["web_pv_7d"] = w90[w90.ts >= A - 7 * DAY].groupby("who").size()
    new["web_pv_30d"] = w30.groupby("who").size()
    g = w90.groupby("who")
    new["web_pv_90d"] = g.size()
    start = (w90.who != w90.who.shift()) | (w90.ts - w90.ts.shift() > 1800000)
    new["web_sessions_90d"] = start.groupby(w90.who).sum()
    new["web_recency_days"] = (A - h.groupby("who").ts.max()) / DAY
    new["web_products_90d"] = w90[w90.sku >= 0].drop_duplicates(["who", "sku"]).groupby("who").size()
    new["web_cart_30d"] = w30[w30.kind == 2].groupby("who").size()
    new["web_orders_90d"] = w90[w90.kind == 3].groupby("who").size()
    new["web_search_30d"] = w30[w30.kind == 4].groupby("who").size()
    new["web_utm_90d"] = g.utm.sum()
    new["web_night_share_90d"] = g.night.mean()
    new["web_mobile_share_90d"] = g.mob.mean()
    e = ev[ev.who >= 0]
    eh = e[e.ts < A]
    e90 = eh[eh.ts >= A - 90 * DAY]
    e30 = e90[e90.ts >= A - 30 * DAY]
    new["app_events_30d"] = e30.groupby("who").size()
    new["app_views_90d"] = e90[e90.event == "view"].groupby("who").size()
    new["app_carts_30d"] = e30[e30.event == "cart"].groupby("who").size()
    buy = e90[e90.event == "purchase"]
    new["app_orders_90d"] = buy.groupby("who").size()
    new["app_spend_90d"] = (buy.price * buy.qty).groupby(buy.who).sum()
    new["app_recency_days"] = (A - eh.groupby("who").ts.max()) / DAY
    new["app_active_days_90d"] = (e90.ts // DAY).to_frame().assign(who=e90.who).drop_duplicates().groupby("who").size()
    hs = e90[e90.sku.cat.codes >= 0]
    new["app_skus_90d"] = pd.DataFrame({"who": hs.who, "s": hs.sku.cat.codes}).drop_duplicates().groupby("who").size()
    top = pd.DataFrame({"who": hs.who, "c": hs.cat.cat.codes}).groupby(["who", "c"]).size().reset_index(name="n")
    top = top.sort_values(["who", "n", "c"], ascending=[True, False, True]).drop_duplicates("who").set_index("who").c
    for name, s in new.items():
        F[name] = s
        F[name] = F[name].fillna(999 if "recency" in name else 0)
    names = np.append(ev.cat.cat.categories.to_numpy(object), "")
    F["top_category_90d"] = names[top.reindex(F.index).fillna(-1).astype(int)]
    row = crm.loc[F.index]
    asof = pd.Timestamp(A, unit="ms")
    F["age_years"] = ((asof - row.birth).dt.days / 365.25).fillna(-1)
    F["tenure_days"] = (asof - row.signup).dt.days
    F["lifetime_value"] = crm.ltv.groupby(person).sum()
    b = np.union1d(pv[(pv.kind == 3) & (pv.ts >= A) & (pv.ts < A + 30 * DAY)].who,
                   e[(e.event == "purchase") & (e.ts >= A) & (e.ts < A + 30 * DAY)].who)
    F["label"] = F.index.isin(b).astype(int)
    F.insert(0, "person_id", crm.customer_id.to_numpy()[F.index])
    ints = [c for c in F if c.startswith(("web_", "app_")) and "share" not in c and "recency" not in c and "spend" not in c]
    F[ints] = F[ints].astype("int64")
    F.round(4).to_csv(os.path.join(out, "features.csv"), index=False)
    st.extra = dict(persons=len(F), label_rate=round(float(F.label.mean()), 5))

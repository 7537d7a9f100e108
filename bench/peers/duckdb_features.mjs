// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Logs, events and CRM to features.csv with DuckDB SQL, as FEATURES.md says.
// Usage: PEERS=/tmp/peers node duckdb_features.mjs DATADIR OUTDIR RESULTS.jsonl [THREADS]
import { createRequire } from 'node:module';
import fs from 'node:fs';
import { results, size } from './stage.mjs';
const require = createRequire((process.env.PEERS ?? '/tmp/peers') + '/');
const duckdb = require('@duckdb/node-api');
const [data, out, res, threads = '2'] = process.argv.slice(2);
fs.mkdirSync(out, { recursive: true });
const stage = results(threads === '2' ? 'duckdb' : 'duckdb-' + threads + 't', res);
const db = await (await duckdb.DuckDBInstance.create(':memory:', { threads })).connect();
const run = sql => db.run(sql);
const one = async sql => (await db.runAndReadAll(sql)).getRows()[0].map(Number);
await run("SET TimeZone='UTC'");
await run('SET preserve_insertion_order=false');
const A = 1748736000000, DAY = 86400000;

await stage('parse_weblog', { bytes: size(`${data}/access.log`) }, async () => {
  await run(`CREATE TABLE log AS
    WITH raw AS (SELECT * FROM read_csv('${data}/access.log', delim=' ', quote='"', escape='\\', header=false,
        auto_detect=false, strict_mode=false, nullstr='', columns={ip:'VARCHAR', idn:'VARCHAR', usr:'VARCHAR', d:'VARCHAR',
        z:'VARCHAR', req:'VARCHAR', status:'SMALLINT', bytes:'VARCHAR', ref:'VARCHAR', ua:'VARCHAR', uid:'VARCHAR'})),
    a AS (SELECT usr, status, uid, ua, epoch_ms(strptime(d || z, '[%d/%b/%Y:%H:%M:%S%z]')) ts, split_part(req, ' ', 2) tgt FROM raw),
    b AS (SELECT *, split_part(tgt, '?', 1) path, split_part(tgt, '?', 2) query FROM a)
    SELECT ts, status, nullif(uid, '-') uid,
      CASE WHEN usr <> '-' THEN usr WHEN contains(query, 'cid=') THEN nullif(regexp_extract(query, '(?:^|&)cid=([^&]+)', 1), '') END cid,
      CASE WHEN starts_with(path, '/static/') THEN 1 WHEN path = '/cart/add' THEN 2 WHEN path = '/checkout/complete' THEN 3
           WHEN path = '/search' THEN 4 ELSE 0 END::TINYINT kind,
      CASE WHEN starts_with(path, '/product/') THEN substr(path, 10) END sku,
      contains(query, 'utm_source=') utm,
      regexp_matches(ua, 'bot|spider|crawl|curl/|python-requests', 'i') bot,
      contains(ua, 'Mobile') mob,
      ((ts + 28800000) // 3600000) % 24 < 6 night
    FROM b`);
  return { rows: (await one('SELECT count(*) FROM log'))[0] };
});
await stage('parse_events', { bytes: size(`${data}/events.jsonl`) }, async () => {
  await run(`CREATE TABLE ev AS
    SELECT epoch_ms(ts."$date") ts, event, customer_id cid, device_id dev, properties.sku sku, properties.category cat,
      properties.price price, properties.qty qty
    FROM read_json('${data}/events.jsonl', format='newline_delimited', columns={ts:'STRUCT("$date" TIMESTAMP)', event:'VARCHAR',
      customer_id:'VARCHAR', device_id:'VARCHAR', properties:'STRUCT(sku VARCHAR, category VARCHAR, price DOUBLE, qty INTEGER)'})`);
  return { rows: (await one('SELECT count(*) FROM ev'))[0] };
});
await stage('parse_crm', { bytes: size(`${data}/crm.csv`) }, async () => {
  await run(`CREATE TABLE crm AS
    SELECT customer_id, nullif(lower(trim(email)), '') em, nullif(right(regexp_replace(phone, '[^0-9]', '', 'g'), 11), '') ph,
      try_cast(birth_date AS DATE) birth, signup_date::DATE signup, coalesce(try_cast(lifetime_value AS DOUBLE), 0) ltv
    FROM read_csv('${data}/crm.csv', all_varchar=true, header=true, delim=',', quote='"', escape='"')`);
  return { rows: (await one('SELECT count(*) FROM crm'))[0] };
});
await stage('features', { rows: (await one('SELECT (SELECT count(*) FROM log) + (SELECT count(*) FROM ev) + (SELECT count(*) FROM crm)'))[0] }, async () => {
  await run('CREATE TABLE p AS SELECT customer_id, customer_id person, coalesce(em, customer_id) em, coalesce(ph, customer_id) ph FROM crm');
  for (;;) {
    await run(`CREATE OR REPLACE TABLE q AS SELECT customer_id, em, ph, was, min(m) OVER (PARTITION BY ph) person FROM
      (SELECT customer_id, em, ph, person was, min(person) OVER (PARTITION BY em) m FROM p)`);
    const [n] = await one('SELECT count(*) FROM q WHERE was <> person');
    await run('CREATE OR REPLACE TABLE p AS SELECT customer_id, em, ph, person FROM q');
    if (!n) break;
  }
  await run(`CREATE TABLE cookie AS SELECT uid, p.person FROM (SELECT uid, cid, row_number() OVER (PARTITION BY uid ORDER BY count(*) DESC, cid) r
    FROM log SEMI JOIN p ON p.customer_id = log.cid WHERE NOT bot AND ts < ${A} AND uid IS NOT NULL GROUP BY uid, cid) x JOIN p ON p.customer_id = x.cid WHERE r = 1`);
  await run(`CREATE TABLE device AS SELECT dev, p.person FROM (SELECT dev, cid, row_number() OVER (PARTITION BY dev ORDER BY count(*) DESC, cid) r
    FROM ev SEMI JOIN p ON p.customer_id = ev.cid WHERE ts < ${A} GROUP BY dev, cid) x JOIN p ON p.customer_id = x.cid WHERE r = 1`);
  await run(`CREATE TABLE pv AS SELECT coalesce(p.person, c.person) who, ts, kind, sku, utm, mob, night FROM log
    LEFT JOIN p ON p.customer_id = log.cid LEFT JOIN cookie c ON c.uid = log.uid
    WHERE NOT bot AND status BETWEEN 200 AND 399 AND kind <> 1 AND coalesce(p.person, c.person) IS NOT NULL`);
  await run(`CREATE TABLE e AS SELECT coalesce(p.person, d.person) who, ts, event, sku, cat, price, qty FROM ev
    LEFT JOIN p ON p.customer_id = ev.cid LEFT JOIN device d ON d.dev = ev.dev WHERE coalesce(p.person, d.person) IS NOT NULL`);
  const a7 = A - 7 * DAY, a30 = A - 30 * DAY, a90 = A - 90 * DAY;
  await run(`CREATE TABLE web AS SELECT who, count(*) FILTER (ts >= ${a7}) web_pv_7d, count(*) FILTER (ts >= ${a30}) web_pv_30d,
      count(*) FILTER (ts >= ${a90}) web_pv_90d, (${A} - max(ts)) / ${DAY} web_recency_days,
      count(DISTINCT sku) FILTER (ts >= ${a90}) web_products_90d, count(*) FILTER (ts >= ${a30} AND kind = 2) web_cart_30d,
      count(*) FILTER (ts >= ${a90} AND kind = 3) web_orders_90d, count(*) FILTER (ts >= ${a30} AND kind = 4) web_search_30d,
      count(*) FILTER (ts >= ${a90} AND utm) web_utm_90d, count(*) FILTER (ts >= ${a90} AND night) nn, count(*) FILTER (ts >= ${a90} AND mob) nm
    FROM pv WHERE ts < ${A} GROUP BY who`);
  await run(`CREATE TABLE sess AS SELECT who, count(*) FILTER (prev IS NULL OR ts - prev > 1800000) web_sessions_90d FROM
    (SELECT who, ts, lag(ts) OVER (PARTITION BY who ORDER BY ts) prev FROM pv WHERE ts < ${A} AND ts >= ${a90}) GROUP BY who`);
  await run(`CREATE TABLE app AS SELECT who, count(*) FILTER (ts >= ${a30}) app_events_30d, count(*) FILTER (ts >= ${a90} AND event = 'view') app_views_90d,
      count(*) FILTER (ts >= ${a30} AND event = 'cart') app_carts_30d, count(*) FILTER (ts >= ${a90} AND event = 'purchase') app_orders_90d,
      sum(price * qty) FILTER (ts >= ${a90} AND event = 'purchase') app_spend_90d, (${A} - max(ts)) / ${DAY} app_recency_days,
      count(DISTINCT ts // ${DAY}) FILTER (ts >= ${a90}) app_active_days_90d, count(DISTINCT sku) FILTER (ts >= ${a90}) app_skus_90d
    FROM e WHERE ts < ${A} GROUP BY who`);
  await run(`CREATE TABLE top AS SELECT who, cat FROM (SELECT who, cat, row_number() OVER (PARTITION BY who ORDER BY count(*) DESC, cat) r
    FROM e WHERE ts < ${A} AND ts >= ${a90} AND cat IS NOT NULL GROUP BY who, cat) WHERE r = 1`);
  await run(`CREATE TABLE lab AS SELECT DISTINCT who FROM (SELECT who FROM pv WHERE kind = 3 AND ts >= ${A} AND ts < ${A + 30 * DAY}
    UNION ALL SELECT who FROM e WHERE event = 'purchase' AND ts >= ${A} AND ts < ${A + 30 * DAY})`);
  const z = (...c) => c.map(x => `coalesce(${x}, 0) ${x}`).join(', ');
  await run(`COPY (SELECT m.person person_id, ${z('web_pv_7d', 'web_pv_30d', 'web_pv_90d', 'web_sessions_90d')},
      round(coalesce(web_recency_days, 999), 4) web_recency_days, ${z('web_products_90d', 'web_cart_30d', 'web_orders_90d', 'web_search_30d', 'web_utm_90d')},
      round(coalesce(nn / nullif(web_pv_90d, 0), 0), 4) web_night_share_90d, round(coalesce(nm / nullif(web_pv_90d, 0), 0), 4) web_mobile_share_90d,
      ${z('app_events_30d', 'app_views_90d', 'app_carts_30d', 'app_orders_90d')}, round(coalesce(app_spend_90d, 0), 4) app_spend_90d,
      round(coalesce(app_recency_days, 999), 4) app_recency_days, ${z('app_active_days_90d', 'app_skus_90d')}, coalesce(top.cat, '') top_category_90d,
      round(coalesce((DATE '2025-06-01' - birth) / 365.25, -1), 4) age_years, DATE '2025-06-01' - signup tenure_days, round(m.ltv, 4) lifetime_value,
      (lab.who IS NOT NULL)::INT "label"
    FROM (SELECT person, sum(ltv) ltv FROM p JOIN crm USING (customer_id) GROUP BY person) m JOIN crm ON crm.customer_id = m.person
      LEFT JOIN web ON web.who = m.person LEFT JOIN sess ON sess.who = m.person LEFT JOIN app ON app.who = m.person
      LEFT JOIN top ON top.who = m.person LEFT JOIN lab ON lab.who = m.person ORDER BY m.person) TO '${out}/features.csv' (HEADER, QUOTE '"')`);
});

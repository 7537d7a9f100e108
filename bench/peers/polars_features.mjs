// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Logs, events and CRM to features.csv with Polars (Node bindings), as FEATURES.md says.
// Usage: PEERS=/tmp/portrait-peers node polars_features.mjs DATADIR OUTDIR RESULTS.jsonl
import { createRequire } from 'node:module';
import fs from 'node:fs';
import { results, size } from './stage.mjs';
const require = createRequire((process.env.PEERS ?? '/tmp/portrait-peers') + '/');
const mod = require('nodejs-polars'), pl = mod.default ?? mod;
const [data, out, res] = process.argv.slice(2);
fs.mkdirSync(out, { recursive: true });
const stage = results('polars', res);
const A = 1748736000000, DAY = 86400000, { col, lit, when } = pl;
const S = pl.Utf8, int = x => x.cast(pl.Int64);
let log, ev, crm;

await stage('parse_weblog', { bytes: size(`${data}/access.log`) }, async () => {
  const names = ['ip', 'idn', 'usr', 'd', 'z', 'req', 'status', 'bytes', 'ref', 'ua', 'uid'];
  const schema = Object.fromEntries(names.map(n => [n, n === 'status' ? pl.Int16 : S]));
  const target = col('req').str.extract(/^\S+ (\S*)/, 1).fillNull(lit(''));
  const off = int(col('z').str.slice(1, 2)).multiplyBy(3600000).plus(int(col('z').str.slice(3, 2)).multiplyBy(60000));
  log = pl.scanCSV(`${data}/access.log`, { hasHeader: false, sep: ' ', quoteChar: '"', schema, missingUtf8IsEmptyString: true })
    .select(col('usr'), col('status'), col('uid'), col('ua'), target.alias('tgt'),
      int(col('d').str.strptime(pl.Datetime('ms'), '[%d/%b/%Y:%H:%M:%S').cast(pl.Datetime('ms'))).alias('local'),
      when(col('z').str.startsWith('-')).then(off.multiplyBy(-1)).otherwise(off).alias('off'))
    .withColumns(col('tgt').str.extract(/^([^?]*)/, 1).alias('path'), col('tgt').str.extract(/\?(.*)$/, 1).fillNull(lit('')).alias('query'))
    .select(int(col('local').minus(col('off'))).alias('ts'), col('status'),
      when(col('uid').eq(lit('-'))).then(lit(null)).otherwise(col('uid')).alias('uid'),
      when(col('usr').neq(lit('-'))).then(col('usr')).otherwise(
        when(col('query').str.contains('cid=', true)).then(col('query').str.extract(/(?:^|&)cid=([^&]+)/, 1)).otherwise(lit(null))).alias('cid'),
      when(col('path').str.startsWith('/static/')).then(lit(1)).when(col('path').eq(lit('/cart/add'))).then(lit(2))
        .when(col('path').eq(lit('/checkout/complete'))).then(lit(3)).when(col('path').eq(lit('/search'))).then(lit(4)).otherwise(lit(0)).cast(pl.Int8).alias('kind'),
      col('path').str.extract(/^\/product\/(.+)$/, 1).alias('sku'),
      col('query').str.contains('utm_source=', true).alias('utm'),
      col('ua').str.contains('(?i)bot|spider|crawl|curl/|python-requests').alias('bot'),
      col('ua').str.contains('Mobile', true).alias('mob'),
      col('local').modulo(DAY).lt(6 * 3600000).alias('night'))
    .collectSync();
  return { rows: log.height };
});
await stage('parse_events', { bytes: size(`${data}/events.jsonl`) }, async () => {
  const schema = { ts: pl.Struct({ $date: S }), event: S, customer_id: S, device_id: S, properties: pl.Struct({ sku: S, category: S, price: pl.Float64, qty: pl.Int32 }) };
  const p = n => col('properties').struct.field(n);
  ev = pl.scanJson(`${data}/events.jsonl`, { schema, batchSize: 1 << 16 })
    .select(int(col('ts').struct.field('$date').str.strptime(pl.Datetime('ms'), '%Y-%m-%dT%H:%M:%S%.3fZ').cast(pl.Datetime('ms'))).alias('ts'), col('event'),
      col('customer_id').alias('cid'), col('device_id').alias('dev'), p('sku').alias('sku'), p('category').alias('cat'), p('price').alias('price'), p('qty').alias('qty'))
    .collectSync();
  return { rows: ev.height };
});
await stage('parse_crm', { bytes: size(`${data}/crm.csv`) }, async () => {
  const head = ['customer_id', 'email', 'phone', 'name', 'gender', 'birth_date', 'city', 'address', 'signup_date', 'channel', 'consent_email', 'consent_sms', 'tier', 'lifetime_value'];
  const asof = lit('2025-06-01').str.strptime(pl.Date, '%Y-%m-%d').cast(pl.Int32);
  const days = c => asof.minus(c.str.strptime(pl.Date, '%Y-%m-%d').cast(pl.Int32));
  crm = pl.scanCSV(`${data}/crm.csv`, { schema: Object.fromEntries(head.map(n => [n, S])) })
    .select(col('customer_id'), col('email').str.strip().str.toLowerCase().alias('em'),
      col('phone').str.replaceAll('[^0-9]', '').str.slice(-11).alias('ph'),
      days(col('birth_date')).divideBy(365.25).round(4).fillNull(-1).alias('age_years'), days(col('signup_date')).alias('tenure_days'),
      col('lifetime_value').cast(pl.Float64).fillNull(0).alias('ltv'))
    .collectSync();
  return { rows: crm.height };
});
await stage('features', { rows: log.height + ev.height + crm.height }, async () => {
  const key = c => when(col(c).isNull().or(col(c).eq(lit('')))).then(col('customer_id')).otherwise(col(c)).alias(c);
  let p = crm.lazy().select(col('customer_id'), key('em'), key('ph'), col('customer_id').alias('person')).collectSync();
  for (;;) {
    p = p.lazy().withColumns(col('person').alias('was')).withColumns(col('person').sortBy('person').first().over('em').alias('person'))
      .withColumns(col('person').sortBy('person').first().over('ph').alias('person')).collectSync();
    if (!p.filter(col('was').neq(col('person'))).height) break;
  }
  const persons = p.select('customer_id', 'person');
  const owner = (t, k) => t.lazy().filter(col('ts').lt(A).and(col(k).isNotNull()).and(col('cid').isNotNull()))
    .join(persons.lazy(), { leftOn: 'cid', rightOn: 'customer_id', how: 'inner' })
    .groupBy([k, 'cid', 'person']).agg(pl.count('ts').alias('n'))
    .sort(['n', 'cid'], [true, false]).groupBy(k, true).agg(col('person').first().alias('owner'));
  const resolve = (t, k, own) => t.lazy().join(persons.lazy(), { leftOn: 'cid', rightOn: 'customer_id', how: 'left' })
    .join(own, { leftOn: k, rightOn: k, how: 'left' })
    .withColumns(when(col('person').isNull()).then(col('owner')).otherwise(col('person')).alias('who')).filter(col('who').isNotNull());
  const human = log.filter(col('bot').not());
  const pv = resolve(human.filter(col('status').gtEq(200).and(col('status').lt(400)).and(col('kind').neq(1))), 'uid', owner(human, 'uid'))
    .select('who', 'ts', 'kind', 'sku', 'utm', 'mob', 'night').collectSync();
  const e = resolve(ev, 'dev', owner(ev, 'dev')).select('who', 'ts', 'event', 'sku', 'cat', 'price', 'qty').collectSync();
  const a7 = A - 7 * DAY, a30 = A - 30 * DAY, a90 = A - 90 * DAY;
  const n = (c, name) => c.cast(pl.Int64).sum().alias(name), since = a => col('ts').gtEq(a);
  const web = pv.lazy().filter(col('ts').lt(A)).groupBy('who').agg(
    n(since(a7), 'web_pv_7d'), n(since(a30), 'web_pv_30d'), n(since(a90), 'web_pv_90d'),
    lit(A).minus(col('ts').max()).divideBy(DAY).alias('web_recency_days'),
    col('sku').filter(since(a90).and(col('sku').isNotNull())).nUnique().alias('web_products_90d'),
    n(since(a30).and(col('kind').eq(2)), 'web_cart_30d'), n(since(a90).and(col('kind').eq(3)), 'web_orders_90d'),
    n(since(a30).and(col('kind').eq(4)), 'web_search_30d'), n(since(a90).and(col('utm')), 'web_utm_90d'),
    n(since(a90).and(col('night')), 'nn'), n(since(a90).and(col('mob')), 'nm'));
  const sess = pv.lazy().filter(col('ts').lt(A).and(since(a90))).select('who', 'ts').sort(['who', 'ts'])
    .withColumns(col('who').neq(col('who').shift(1)).or(col('ts').minus(col('ts').shift(1)).gt(1800000)).fillNull(true).alias('new'))
    .groupBy('who').agg(n(col('new'), 'web_sessions_90d'));
  const is = x => col('event').eq(lit(x));
  const app = e.lazy().filter(col('ts').lt(A)).groupBy('who').agg(
    n(since(a30), 'app_events_30d'), n(since(a90).and(is('view')), 'app_views_90d'), n(since(a30).and(is('cart')), 'app_carts_30d'),
    n(since(a90).and(is('purchase')), 'app_orders_90d'),
    col('price').multiplyBy(col('qty')).filter(since(a90).and(is('purchase'))).sum().alias('app_spend_90d'),
    lit(A).minus(col('ts').max()).divideBy(DAY).alias('app_recency_days'),
    col('ts').filter(since(a90)).divideBy(DAY).floor().nUnique().alias('app_active_days_90d'),
    col('sku').filter(since(a90).and(col('sku').isNotNull())).nUnique().alias('app_skus_90d'));
  const top = e.lazy().filter(col('ts').lt(A).and(since(a90)).and(col('cat').isNotNull())).groupBy(['who', 'cat']).agg(pl.count('ts').alias('n'))
    .sort(['n', 'cat'], [true, false]).groupBy('who', true).agg(col('cat').first().alias('top_category_90d'));
  const w = col('ts').gtEq(A).and(col('ts').lt(A + 30 * DAY));
  const lab = pl.concat([pv.filter(w.and(col('kind').eq(3))).select('who'), e.filter(w.and(is('purchase'))).select('who')]).unique().lazy()
    .withColumns(lit(1).alias('label'));
  const ltv = p.lazy().join(crm.lazy().select('customer_id', 'ltv'), { on: 'customer_id', how: 'inner' }).groupBy('person').agg(col('ltv').sum().alias('lifetime_value'));
  let f = ltv.join(crm.lazy().select('customer_id', 'age_years', 'tenure_days'), { leftOn: 'person', rightOn: 'customer_id', how: 'inner' });
  for (const t of [web, sess, app, top, lab]) f = f.join(t, { leftOn: 'person', rightOn: 'who', how: 'left' });
  const z = (...c) => c.map(x => int(col(x).fillNull(0)).alias(x)), q = (c, d, name) => c.fillNull(d).round(4).alias(name);
  f.select(col('person').alias('person_id'), ...z('web_pv_7d', 'web_pv_30d', 'web_pv_90d', 'web_sessions_90d'), q(col('web_recency_days'), 999, 'web_recency_days'),
    ...z('web_products_90d', 'web_cart_30d', 'web_orders_90d', 'web_search_30d', 'web_utm_90d'),
    q(when(col('web_pv_90d').gt(0)).then(col('nn').cast(pl.Float64).divideBy(col('web_pv_90d'))).otherwise(lit(0)), 0, 'web_night_share_90d'),
    q(when(col('web_pv_90d').gt(0)).then(col('nm').cast(pl.Float64).divideBy(col('web_pv_90d'))).otherwise(lit(0)), 0, 'web_mobile_share_90d'),
    ...z('app_events_30d', 'app_views_90d', 'app_carts_30d', 'app_orders_90d'), q(col('app_spend_90d'), 0, 'app_spend_90d'), q(col('app_recency_days'), 999, 'app_recency_days'),
    ...z('app_active_days_90d', 'app_skus_90d'), col('top_category_90d').fillNull(lit('')), col('age_years'), col('tenure_days'), q(col('lifetime_value'), 0, 'lifetime_value'), ...z('label'))
    .sort('person_id').collectSync().writeCSV(`${out}/features.csv`);
});

// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// webhook as users meet it: loaded, configured from YAML, frozen, and delivered to a real receiver
// that checks ids and signatures.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "fault.h"
#include "host.h"
#include "json.h"
#include "receiver.h"
#include "scratch.h"
#include "sink_bench.h"

#define SECRET_BASE64 "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define SECRET "whsec_" SECRET_BASE64

static int load(void **state)
{
    static struct sink_bench bench;
    sink_bench_init(&bench, "webhook");
    bench.secret_names[0] = "hook_key";
    bench.secret_values[0] = SECRET;
    bench.secret_names[1] = "token";
    bench.secret_values[1] = "Bearer abc";
    bench.secret_names[2] = "bad_key";
    bench.secret_values[2] = "whsec_***";
    *state = &bench;
    return 0;
}

static int unload(void **state)
{
    sink_bench_release(*state);
    return 0;
}

static pt_status freeze(const struct export_job *job, const char *folder, struct pt_error *err)
{
    struct delivery_freezer *f = NULL;
    TRY(delivery_freezer_new(folder, "run1", &f, err));
    pt_status status = export_bodies(job, f, err);
    if (status == PT_OK) {
        status = delivery_freezer_commit(f, err);
    }
    delivery_freezer_free(f);
    return status;
}

static void name_path(char out[128], const struct scratch *s, const char *name)
{
    snprintf(out, 128, "%s/%s", s->folder, name);
}

static void people_of_every_type(struct people *p)
{
    people_init(p, 3, "C%zu");
    people_add_bool(p, "flag", (int[]){1, 0, -1});
    people_add_i64(p, "n", (int64_t[]){-5, INT64_MAX, INT64_MIN});
    people_add_f64(p, "x", (double[]){12, 0.1, NAN});
    people_add_text(p, "t", (const char *const[]){"a\"b\\c\n\x01\xE4\xBA\xAC", "=1", NULL});
    people_add_when(p, "day", VEC_DATE, (int64_t[]){20240, 0, INT64_MIN});
    people_add_when(p, "at", VEC_TIME, (int64_t[]){1748736000123000, 0, INT64_MIN});
}

static void test_webhook__body_as_documented(void **state)
{
    struct sink_bench *b = *state;
    struct scratch s;
    struct people p;
    char folder[128];
    scratch_init(&s);
    name_path(folder, &s, "hook");
    people_of_every_type(&p);
    struct export_column columns[8] = {0};
    sink_bench_create(b, "{url: \"https://h.example/\", batch: 2, type: shop.spring}");
    struct export_job job = sink_bench_job(b, &p, columns, NULL);
    assert_int_equal(freeze(&job, folder, NULL), PT_OK);
    char ids[3][DELIVERY_ID_CHARS];
    const struct delivery_key key = {"shop", "spring", "test", "2025-06-01T00:00:00Z"};
    for (int i = 0; i < 3; i++) {
        char name[8];
        snprintf(name, sizeof name, "C%d", i);
        assert_int_equal(delivery_id(&key, text_of(name), ids[i], NULL), PT_OK);
    }
    char expected[2048];
    snprintf(expected, sizeof expected,
             "{\"type\":\"shop.spring\",\"timestamp\":\"2025-06-01T00:00:00Z\",\"data\":["
             "{\"id\":\"%s\",\"profile\":\"C0\",\"flag\":true,\"n\":-5,\"x\":12,"
             "\"t\":\"a\\\"b\\\\c\\n\\u0001\xE4\xBA\xAC\",\"day\":\"2025-06-01\","
             "\"at\":\"2025-06-01T00:00:00.123Z\"},"
             "{\"id\":\"%s\",\"profile\":\"C1\",\"flag\":false,\"n\":9223372036854775807,\"x\":0.1,"
             "\"t\":\"=1\",\"day\":\"1970-01-01\",\"at\":\"1970-01-01T00:00:00Z\"}]}",
             ids[0], ids[1]);
    assert_true(scratch_file_is(scratch_path(&s, "hook/000001.json"), expected));
    snprintf(expected, sizeof expected,
             "{\"type\":\"shop.spring\",\"timestamp\":\"2025-06-01T00:00:00Z\",\"data\":["
             "{\"id\":\"%s\",\"profile\":\"C2\",\"flag\":null,\"n\":null,\"x\":null,\"t\":null,"
             "\"day\":null,\"at\":null}]}",
             ids[2]);
    assert_true(scratch_file_is(scratch_path(&s, "hook/000002.json"), expected));
    people_release(&p);
    scratch_release(&s);
}

// Any byte a text can hold comes out of another JSON reader as it went in.
static void test_webhook__texts_survive_json(void **state)
{
    struct sink_bench *b = *state;
    struct scratch s;
    struct people p;
    char folder[128];
    char texts[128][4];
    const char *values[128];
    scratch_init(&s);
    name_path(folder, &s, "hook");
    for (int i = 0; i < 128; i++) {
        snprintf(texts[i], sizeof texts[i], "%cx%c", i == 0 ? '~' : i, i == 0 ? '~' : i);
        values[i] = texts[i];
    }
    people_init(&p, 128, "C%zu");
    people_add_text(&p, "t", values);
    struct export_column columns[2] = {0};
    sink_bench_create(b, "{url: \"https://h.example/\", batch: 128}");
    struct export_job job = sink_bench_job(b, &p, columns, NULL);
    assert_int_equal(freeze(&job, folder, NULL), PT_OK);
    size_t n = 0;
    char *body = scratch_read(scratch_path(&s, "hook/000001.json"), &n);
    struct json *root = NULL;
    assert_int_equal(json_parse(text_n(body, n), &root, NULL), PT_OK);
    const struct json *data = json_get(root, "data");
    assert_int_equal(json_count(data), 128);
    for (size_t i = 0; i < 128; i++) {
        assert_string_equal(json_text(json_get(json_at(data, i), "t")), texts[i]);
    }
    json_free(root);
    free(body);
    people_release(&p);
    scratch_release(&s);
}

struct delivery {
    struct scratch s;
    char folder[128];
    char yaml[512];
    struct receiver receiver;
    struct people people;
    struct export_column columns[8];
    struct delivery_options options;
    struct delivery_report report;
};

static int64_t bench_clock(void *ctx)
{
    return ((struct sink_bench *)ctx)->now_ms;
}

static void no_wait(void *ctx, uint64_t ms)
{
    ((struct sink_bench *)ctx)->now_ms += (int64_t)ms;
}

static uint64_t no_chance(void *ctx)
{
    (void)ctx;
    return 0;
}

static void delivery_init(struct delivery *d, struct sink_bench *b, size_t n_people,
                          const char *more)
{
    memset(d, 0, sizeof *d);
    scratch_init(&d->s);
    name_path(d->folder, &d->s, "hook");
    receiver_init(&d->receiver);
    people_init(&d->people, n_people, "C%05zu");
    snprintf(d->yaml, sizeof d->yaml,
             "url: %s\nallow_http: true\nallow_private: true\nsigning_key: ${secret:hook_key}\n%s",
             d->receiver.url, more);
    b->now_ms = 1748736000000;
    sink_bench_create(b, d->yaml);
    struct export_job job = sink_bench_job(b, &d->people, d->columns, NULL);
    assert_int_equal(freeze(&job, d->folder, NULL), PT_OK);
    d->options = DELIVERY_OPTIONS_INIT;
    d->options.sink = b->sink;
    d->options.self = b->self;
    d->options.clock = (struct delivery_clock){b, bench_clock, no_wait, no_chance};
}

static void delivery_release(struct delivery *d)
{
    receiver_stop(&d->receiver);
    people_release(&d->people);
    scratch_release(&d->s);
}

// As a receiver would: over the bytes as they came, with a key decoded by other code.
static void assert_signed(const struct receiver *r, unsigned i)
{
    const struct receiver_request *request = receiver_at(r, i);
    struct str key = {0};
    struct str message = {0};
    struct str expected = {0};
    uint8_t mac[SHA256_BYTES];
    assert_true(base64_decode(text_of(SECRET_BASE64), &key));
    str_addf(&message, "%s.%s.", request->id, request->timestamp);
    str_add_n(&message, receiver_body(r, i), request->size);
    assert_int_equal(hmac_sha256(str_view(&key), str_view(&message), mac, NULL), PT_OK);
    str_add(&expected, "v1,");
    assert_true(base64_encode(mac, sizeof mac, &expected));
    assert_string_equal(request->signature, str_get(&expected));
    str_release(&key);
    str_release(&message);
    str_release(&expected);
}

static void test_webhook__delivers_signed_messages(void **state)
{
    struct sink_bench *b = *state;
    struct delivery d;
    delivery_init(
        &d, b, 1050,
        "headers: {x-campaign: spring}\nsecret_headers: {Authorization: \"${secret:token}\"}");
    receiver_step(&d.receiver, 503, 0, "Retry-After: 60");
    receiver_start(&d.receiver);
    struct pt_error err = ERROR_INIT;
    assert_int_equal(delivery_send(d.folder, &d.options, &d.report, &err), PT_OK);
    assert_true(delivery_is_complete(&d.report));
    assert_int_equal(d.report.total.bodies, 11);
    assert_int_equal(d.report.accepted.profiles, 1050);
    assert_int_equal(receiver_count(&d.receiver), 12);
    for (unsigned i = 0; i < 12; i++) {
        const struct receiver_request *r = receiver_at(&d.receiver, i);
        assert_signed(&d.receiver, i);
        assert_string_equal(r->content_type, "application/json");
        assert_non_null(strstr(r->headers, "\r\nx-campaign: spring\r\n"));
        assert_non_null(strstr(r->headers, "\r\nAuthorization: Bearer abc\r\n"));
        assert_int_equal(strncmp(r->headers, "POST /hook HTTP/1.1\r\n", 21), 0);
    }
    assert_string_equal(receiver_at(&d.receiver, 0)->id, receiver_at(&d.receiver, 1)->id);
    assert_string_equal(receiver_at(&d.receiver, 0)->timestamp, "1748736000");
    assert_string_equal(receiver_at(&d.receiver, 1)->timestamp, "1748736060");
    assert_string_not_equal(receiver_at(&d.receiver, 0)->signature,
                            receiver_at(&d.receiver, 1)->signature);
    delivery_release(&d);
}

// What a person gets is told by ids only: the same campaign rendered again has the same ids and
// bodies, another wave has others.
static void test_webhook__reruns_of_a_wave_are_equal(void **state)
{
    struct sink_bench *b = *state;
    struct delivery d;
    delivery_init(&d, b, 250, "batch: 100");
    struct export_job job =
        sink_bench_job(b, &d.people, memset(d.columns, 0, sizeof d.columns), NULL);
    char again[128];
    char later[128];
    name_path(again, &d.s, "again");
    name_path(later, &d.s, "later");
    assert_int_equal(freeze(&job, again, NULL), PT_OK);
    job.wave = "2025-06-02T00:00:00Z";
    assert_int_equal(freeze(&job, later, NULL), PT_OK);
    static const char *const files[] = {"000001.json", "000003.json", "index.ndjson",
                                        "recipients.csv"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char name[64];
        size_t n = 0;
        snprintf(name, sizeof name, "hook/%s", files[i]);
        char *first = scratch_read(scratch_path(&d.s, name), &n);
        snprintf(name, sizeof name, "again/%s", files[i]);
        assert_true(scratch_file_is(scratch_path(&d.s, name), first));
        snprintf(name, sizeof name, "later/%s", files[i]);
        assert_false(scratch_file_is(scratch_path(&d.s, name), first));
        free(first);
    }
    delivery_release(&d);
}

static void test_webhook__without_a_key_nothing_is_signed(void **state)
{
    struct sink_bench *b = *state;
    struct delivery d;
    delivery_init(&d, b, 1, "");
    char yaml[256];
    snprintf(yaml, sizeof yaml, "{url: \"%s\", allow_http: true, allow_private: true}",
             d.receiver.url);
    sink_bench_create(b, yaml);
    d.options.self = b->self;
    receiver_start(&d.receiver);
    assert_int_equal(delivery_send(d.folder, &d.options, &d.report, NULL), PT_OK);
    assert_true(delivery_is_complete(&d.report));
    assert_string_equal(receiver_at(&d.receiver, 0)->signature, "");
    assert_int_equal(strlen(receiver_at(&d.receiver, 0)->id), 32);
    delivery_release(&d);
}

static void test_webhook__a_bad_key_sends_nothing(void **state)
{
    struct sink_bench *b = *state;
    struct delivery d;
    struct pt_error err = ERROR_INIT;
    char yaml[256];
    delivery_init(&d, b, 1, "");
    snprintf(yaml, sizeof yaml,
             "{url: \"%s\", allow_http: true, allow_private: true, signing_key: "
             "\"${secret:bad_key}\"}",
             d.receiver.url);
    sink_bench_create(b, yaml);
    d.options.self = b->self;
    receiver_start(&d.receiver);
    assert_int_equal(delivery_send(d.folder, &d.options, &d.report, &err), PT_E_CONFIG);
    assert_non_null(strstr(err.message, "signing key"));
    assert_null(strstr(err.message, "***"));
    assert_int_equal(d.report.pending.bodies, 1);
    assert_int_equal(receiver_count(&d.receiver), 0);
    delivery_release(&d);
}

static void test_webhook__loopback_is_refused_unless_allowed(void **state)
{
    struct sink_bench *b = *state;
    struct delivery d;
    char yaml[256];
    delivery_init(&d, b, 1, "");
    snprintf(yaml, sizeof yaml, "{url: \"%s\", allow_http: true}", d.receiver.url);
    sink_bench_create(b, yaml);
    d.options.self = b->self;
    receiver_start(&d.receiver);
    assert_int_equal(delivery_send(d.folder, &d.options, &d.report, NULL), PT_E_DENIED);
    assert_int_equal(receiver_count(&d.receiver), 0);
    delivery_release(&d);
}

static void test_webhook__names_that_collide_are_refused(void **state)
{
    struct sink_bench *b = *state;
    struct scratch s;
    struct people p;
    char folder[128];
    scratch_init(&s);
    name_path(folder, &s, "hook");
    people_init(&p, 1, "C%zu");
    people_add_i64(&p, "id", (int64_t[]){1});
    struct export_column columns[3] = {0};
    struct pt_error err = ERROR_INIT;
    sink_bench_create(b, "url: https://h.example/");
    struct export_job job = sink_bench_job(b, &p, columns, NULL);
    assert_int_equal(freeze(&job, folder, &err), PT_E_CONFIG);
    assert_non_null(strstr(err.message, "`id`"));
    columns[1].name = "number";
    assert_int_equal(freeze(&job, folder, &err), PT_OK);
    people_release(&p);
    scratch_release(&s);
}

static void test_webhook__every_option_refuses_nonsense(void **state)
{
    static const struct {
        const char *yaml;
        const char *code;
    } faulty[] = {
        {"batch: 1", "P0105"},
        {"url: ftp://h.example/", "P0108"},
        {"url: \"https://h.example/ x\"", "P0108"},
        {"url: http://h.example/", "P0113"},
        {"{url: \"https://h/\", signing_key: plain}", "P0111"},
        {"{url: \"https://h/\", batch: 0}", "P0106"},
        {"{url: \"https://h/\", batch: 10001}", "P0106"},
        {"{url: \"https://h/\", batch: many}", "P0104"},
        {"{url: \"https://h/\", type: \"a b\"}", "P0108"},
        {"{url: \"https://h/\", type: a..b}", "P0108"},
        {"{url: \"https://h/\", columns: [a]}", "P0104"},
        {"{url: \"https://h/\", columns: {id: a}}", "P0113"},
        {"{url: \"https://h/\", columns: {profile: a}}", "P0113"},
        {"{url: \"https://h/\", headers: {\"x y\": a}}", "P0113"},
        {"{url: \"https://h/\", headers: {Webhook-Id: a}}", "P0113"},
        {"{url: \"https://h/\", headers: {Content-Length: a}}", "P0113"},
        {"{url: \"https://h/\", headers: {x: \"a\\nb\"}}", "P0108"},
        {"{url: \"https://h/\", secret_headers: {x: plain}}", "P0111"},
        {"{url: \"https://h/\", secret_headers: {host: \"${secret:token}\"}}", "P0113"},
        {"{url: \"https://h/\", allow_http: 3}", "P0104"},
        {"{url: \"https://h/\", allow_private: 3}", "P0104"},
        {"{url: \"https://h/\", timeout: 10ms}", "P0106"},
        {"{url: \"https://h/\", timeout: 1h}", "P0106"},
        {"{url: \"https://h/\", timeout: soon}", "P0104"},
        {"{url: \"https://h/\", max_attempts: 0}", "P0106"},
        {"{url: \"https://h/\", max_attempts: 21}", "P0106"},
        {"{url: \"https://h/\", urll: x}", "P0103"},
    };
    struct sink_bench *b = *state;
    for (size_t i = 0; i < sizeof faulty / sizeof faulty[0]; i++) {
        assert_int_equal(sink_bench_configure(b, faulty[i].yaml), PT_E_CONFIG);
        assert_int_equal(b->diags.n_errors, 1);
        assert_string_equal(b->diags.items[0].code, faulty[i].code);
    }
}

static void test_webhook__the_readme_knows_every_option(void **state)
{
    sink_bench_check_readme(*state, "webhook");
}

struct sweep {
    struct sink_bench *bench;
    struct people people;
    struct scratch s;
    unsigned next;
    struct export_column columns[8];
};

struct taken {
    struct str text;
};

static pt_status take_target(void *ctx, const char *method, const char *url, pt_error *err)
{
    struct taken *t = ctx;
    return str_addf(&t->text, "%s %s\n", method, url)
               ? PT_OK
               : error_set(err, PT_E_NO_MEMORY, "no memory for a target");
}

static pt_status take_header(void *ctx, const char *name, const char *value, pt_error *err)
{
    struct taken *t = ctx;
    return str_addf(&t->text, "%s: %s\n", name, value)
               ? PT_OK
               : error_set(err, PT_E_NO_MEMORY, "no memory for a header");
}

static pt_status take_policy(void *ctx, uint8_t allow_http, uint8_t allow_private,
                             uint32_t timeout_ms, uint32_t max_attempts, pt_error *err)
{
    (void)ctx;
    (void)err;
    assert_int_equal(allow_http, 0);
    assert_int_equal(allow_private, 0);
    assert_int_equal(timeout_ms, 15000);
    assert_int_equal(max_attempts, 5);
    return PT_OK;
}

static pt_status request_once(struct sink_bench *b, void *self, struct pt_error *err)
{
    struct taken taken = {0};
    const pt_request_out out = {.struct_size = sizeof out,
                                .ctx = &taken,
                                .target = take_target,
                                .header = take_header,
                                .policy = take_policy};
    const pt_frozen_body body = {.struct_size = sizeof body,
                                 .id = "msg_p5jXN8AQM9LWM0D4loKWxJek",
                                 .content_type = "application/json",
                                 .body = {(const uint8_t *)"{\"test\": 2432232314}", 20},
                                 .now_ms = 1614265330999};
    pt_status status = b->sink->request(self, &body, &out, err);
    if (status == PT_OK) {
        assert_string_equal(
            str_get(&taken.text),
            "POST https://h.example/\ncontent-type: application/json\n"
            "user-agent: portrait-webhook/0.1.0\nwebhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek\n"
            "webhook-timestamp: 1614265330\n"
            "webhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=\n"
            "authorization: Bearer abc\n");
    }
    str_release(&taken.text);
    return status;
}

static pt_status render_once(void *arg, struct pt_error *err)
{
    struct sweep *x = arg;
    struct sink_bench *b = x->bench;
    char folder[160];
    void *self = NULL;
    snprintf(folder, sizeof folder, "%s/d%u", x->s.folder, x->next++);
    TRY(b->sink->create(&b->host, config_struct(b->config), &self, err));
    memset(x->columns, 0, sizeof x->columns);
    struct export_job job = sink_bench_job(b, &x->people, x->columns, NULL);
    job.self = self;
    pt_status status = freeze(&job, folder, err);
    if (status == PT_OK) {
        status = request_once(b, self, err);
    }
    b->sink->destroy(self);
    return status;
}

static void test_webhook__every_failing_allocation(void **state)
{
    struct sweep x = {.bench = *state};
    scratch_init(&x.s);
    people_of_every_type(&x.people);
    sink_bench_create(x.bench, "{url: \"https://h.example/\", batch: 2, signing_key: "
                               "\"${secret:hook_key}\", secret_headers: {authorization: "
                               "\"${secret:token}\"}}");
    assert_true(fault_sweep_memory(render_once, NULL, &x) > 30);
    people_release(&x.people);
    scratch_release(&x.s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_webhook__body_as_documented),
        cmocka_unit_test(test_webhook__texts_survive_json),
        cmocka_unit_test(test_webhook__delivers_signed_messages),
        cmocka_unit_test(test_webhook__reruns_of_a_wave_are_equal),
        cmocka_unit_test(test_webhook__without_a_key_nothing_is_signed),
        cmocka_unit_test(test_webhook__a_bad_key_sends_nothing),
        cmocka_unit_test(test_webhook__loopback_is_refused_unless_allowed),
        cmocka_unit_test(test_webhook__names_that_collide_are_refused),
        cmocka_unit_test(test_webhook__every_option_refuses_nonsense),
        cmocka_unit_test(test_webhook__the_readme_knows_every_option),
        cmocka_unit_test(test_webhook__every_failing_allocation),
    };
    return cmocka_run_group_tests(tests, load, unload);
}

// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "weblog_json.h"
#include "weblog_state.h"
#include "weblog_template.h"
#include "weblog_w3c.h"

static struct weblog_state saved;
static struct weblog_format before;
static struct weblog_format after;

static void check_round_trip(const char *text)
{
    assert_true(weblog_state_save(&before, text, &saved));
    memset(&after, 0x77, sizeof after);
    assert_true(weblog_state_load((const uint8_t *)saved.bytes, saved.n, &after));
    assert_int_equal(after.kind, before.kind);
    assert_int_equal(after.prefix, before.prefix);
    assert_int_equal(after.allow_missing, before.allow_missing);
    assert_int_equal(after.n_fields, before.n_fields);
    assert_int_equal(after.n_steps, before.n_steps);
    assert_memory_equal(after.by_role, before.by_role, sizeof after.by_role);
    for (uint32_t i = 0; i < before.n_fields; i++) {
        const struct weblog_field *x = &before.fields[i];
        const struct weblog_field *y = &after.fields[i];
        assert_int_equal(x->role, y->role);
        assert_true(x->unit_ms == y->unit_ms);
        assert_int_equal(x->path.n, y->path.n);
        assert_int_equal(x->name.n, y->name.n);
        assert_memory_equal(before.pool + x->path.at, after.pool + y->path.at, x->path.n);
        assert_memory_equal(before.pool + x->name.at, after.pool + y->name.at, x->name.n);
    }
}

static void test_weblog_state__templates(void **state)
{
    (void)state;
    static const char *const texts[] = {"combined", "combined \"uid=%{uid}\"",
                                        "%h\\t%{%Y-%m-%d}t\\t$request_time", "a\n%h\nb"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct weblog_fault fault;
        before =
            (struct weblog_format){.prefix = WEBLOG_PREFIX_SYSLOG, .allow_missing = i % 2 == 0};
        assert_true(weblog_template_compile(&before, texts[i], &fault));
        check_round_trip(texts[i]);
    }
}

static void test_weblog_state__w3c_and_json(void **state)
{
    (void)state;
    static const char fields[] = "#Fields: date time cs(Cookie) x-a c-ip s-ip";
    before = (struct weblog_format){.allow_missing = true};
    weblog_w3c_format(&before);
    assert_true(weblog_w3c_extra(&before, (const uint8_t *)fields, strlen(fields)));
    check_round_trip("w3c");
    struct weblog_fault fault;
    static const char *const durations[] = {"duration_s", "duration_ms", "duration_us",
                                            "duration_ns"};
    for (size_t i = 0; i < 4; i++) {
        weblog_format_init(&before, WEBLOG_JSON);
        before.prefix = WEBLOG_PREFIX_COMPOSE;
        assert_true(weblog_json_map(&before, "ts", "time", &fault));
        assert_true(weblog_json_map(&before, durations[i], "took", &fault));
        assert_true(weblog_json_map(&before, "tenant", "labels.tenant", &fault));
        check_round_trip("json");
    }
}

static void test_weblog_state__damage_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "x",
                                      "weblog 1\n",
                                      "weblog 2 1 0 0\ncombined\n",
                                      "weblog 1 9 0 0\n",
                                      "weblog 1 1 9 0\ncombined\n",
                                      "weblog 1 1 0 0\n",
                                      "weblog 1 1 0 0\nnonsense\n",
                                      "weblog 1 3 0 0\nno tab\n",
                                      "weblog 1 3 0 0\nbad name\tx\n"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(weblog_state_load((const uint8_t *)bad[i], strlen(bad[i]), &after));
    }
    static uint8_t large[WEBLOG_STATE_BYTES + 1];
    assert_false(weblog_state_load(large, sizeof large, &after));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weblog_state__templates),
        cmocka_unit_test(test_weblog_state__w3c_and_json),
        cmocka_unit_test(test_weblog_state__damage_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

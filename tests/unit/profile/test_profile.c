// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The room as a whole: no leak from the future, no dependence on order, threads or memory, the
// balance of rows, and what a spec may not ask.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mem.h"
#include "scene.h"

#define CUT 10000

enum { CRM, WEB, APP };

// A shop in which everything is timed, so that all of it may come from the future.
static struct scene *shop(void)
{
    struct scene *s = scene_new();
    uint32_t customer = scene_namespace(s, "customer", NAMESPACE_PERSON);
    uint32_t email = scene_namespace(s, "email", NAMESPACE_CONTACT);
    uint32_t device = scene_namespace(s, "device", NAMESPACE_DEVICE);
    scene_source(s, "crm", "id:str email:str since:time city:str", "since");
    scene_source(s, "web", "id:str device:str at:time page:str ok:bool", "at");
    scene_source(s, "app", "id:str device:str at:time price:f64 n:i64", "at");
    scene_id(s, CRM, customer, "id");
    scene_id(s, CRM, email, "email");
    scene_id(s, WEB, customer, "id");
    scene_id(s, WEB, device, "device");
    scene_id(s, APP, customer, "id");
    scene_id(s, APP, device, "device");
    scene_where(s, WEB, "page <> 'bot'");
    scene_cutoff(s, CUT);
    scene_feature(s, "pages", AGGREGATE_COUNT, WEB, NULL, NULL)->within_us = 5000 * SCENE_SECOND;
    scene_feature(s, "top", AGGREGATE_TOP, WEB, "page", NULL);
    scene_feature(s, "share", AGGREGATE_SHARE, WEB, "ok", "page <> 'x'");
    struct profile_feature *f = scene_feature(s, "sessions", AGGREGATE_SESSIONS, WEB, NULL, NULL);
    f->session_us = 300 * SCENE_SECOND;
    scene_feature(s, "spend", AGGREGATE_SUM, APP, "price * n", NULL);
    scene_feature(s, "since", AGGREGATE_DAYS_SINCE, APP, NULL, NULL);
    scene_feature(s, "cities", AGGREGATE_DISTINCT, CRM, "city", NULL);
    scene_feature(s, "last", AGGREGATE_LAST, WEB, "page", NULL);
    return s;
}

static uint32_t roll(uint64_t *seed, uint32_t n)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((*seed >> 33) % n);
}

// The past is the same for every `future`, which makes up the rows at or after the cut-off; 0 =
// there are none. Times are all different: rows of one time keep the order of their file.
static void fill(struct scene *s, int n, uint64_t future)
{
    scene_clear_rows(s);
    for (int i = 0; i < n; i++) {
        bool is_late = i % 3 == 0;
        uint64_t seed = (is_late ? future * 1000003 : 17) + (uint64_t)i;
        if (is_late && future == 0) {
            continue;
        }
        long at = is_late ? CUT + i / 3 : CUT - 1 - i * 5;
        unsigned who = roll(&seed, 40);
        unsigned other = roll(&seed, 40);
        const char *page = roll(&seed, 5) == 0 ? "bot" : roll(&seed, 2) ? "x" : "y";
        scene_rowf(s, CRM, "c%u|m%u@x|%ld|city%d", who, other < 4 ? other : who + 100, at, i);
        scene_rowf(s, WEB, "%s%u|d%u|%ld|%s|%u", roll(&seed, 2) ? "c" : "g", who, other, at, page,
                   roll(&seed, 2));
        scene_rowf(s, APP, "c%u|d%u|%ld|%d.%u|%u", who, who, at, i, who, other);
    }
}

// The tables of a run, without the balances behind them.
static char *tables(struct scene *s, const struct scene_run *run)
{
    pt_status status = PT_OK;
    char *text = scene_text(s, run, &status);
    assert_int_equal(status, PT_OK);
    char *end = strstr(text, "\ncrm: ");
    assert_non_null(end);
    *end = '\0';
    return text;
}

static void expect_same(struct scene *s, const struct scene_run *run, const char *expected)
{
    char *text = tables(s, run);
    assert_string_equal(text, expected);
    free(text);
}

static const struct scene_run plain = {0};

static void test_profile__the_future_does_not_leak(void **state)
{
    (void)state;
    struct scene *s = shop();
    fill(s, 600, 1);
    char *expected = tables(s, &plain);
    assert_true(strlen(expected) > 1000);
    for (uint64_t future = 0; future < 6; future++) {
        fill(s, 600, future);
        expect_same(s, &plain, expected);
    }
    scene_rowf(s, WEB, "c1|d1|%d|x|1", CUT - 1); // a second earlier, and it does
    char *other = tables(s, &plain);
    assert_string_not_equal(other, expected);
    free(other);
    free(expected);
    scene_free(s);
}

static void test_profile__order_of_rows_does_not_matter(void **state)
{
    (void)state;
    struct scene *s = shop();
    fill(s, 600, 1);
    struct scene_run ids_apart = {.no_ids = true}; // the own row is the first in the file
    char *expected = tables(s, &ids_apart);
    const struct scene_run runs[] = {{.split_rows = 13, .last_split_first = true, .no_ids = true},
                                     {.split_rows = 50, .threads = 4, .memory = 1, .no_ids = true}};
    for (uint64_t seed = 1; seed <= 10; seed++) {
        scene_shuffle(s, seed);
        expect_same(s, &runs[seed % 2], expected);
    }
    free(expected);
    scene_free(s);
}

static void test_profile__threads_and_memory_change_nothing(void **state)
{
    (void)state;
    struct scene *s = shop();
    fill(s, 3000, 1);
    pt_status status = PT_OK;
    char *expected = scene_text(s, &plain, &status);
    assert_int_equal(status, PT_OK);
    assert_int_equal(scene_spilled(s), 0);
    const struct scene_run runs[] = {
        {.threads = 1, .split_rows = 100},
        {.threads = 2, .split_rows = 100, .batch_rows = 7},
        {.threads = 8, .split_rows = 10},
        {.threads = 2, .split_rows = 100, .memory = 1},
        {.threads = 8, .split_rows = 999, .memory = 1, .use_dictionaries = true},
        {.threads = 0, .split_rows = 100, .memory = 30000},
        {.threads = 2, .split_rows = 1000, .memory = 100000},
    };
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        char *text = scene_text(s, &runs[i], &status);
        assert_int_equal(status, PT_OK);
        assert_string_equal(text, expected);
        assert_int_equal(scene_spilled(s) > 0, runs[i].memory != 0);
        free(text);
    }
    free(expected);
    scene_free(s);
}

static void test_profile__balance_has_an_order(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    uint32_t customer = scene_namespace(s, "customer", NAMESPACE_PERSON);
    uint32_t device = scene_namespace(s, "device", NAMESPACE_DEVICE);
    scene_source(s, "crm", "id:str", NULL); // no feature looks at it: it says who is who
    scene_source(s, "log", "id:str device:str at:time", "at"); // nor at this one
    scene_source(s, "app", "id:str device:str at:time ok:bool", "at");
    scene_id(s, 0, customer, "id");
    scene_id(s, 1, customer, "id");
    scene_id(s, 1, device, "device");
    scene_id(s, 2, customer, "id");
    scene_id(s, 2, device, "device");
    scene_where(s, 2, "ok");
    scene_cutoff(s, 1000);
    scene_feature(s, "n", AGGREGATE_COUNT, 2, NULL, "at < as_of")->within_us = 100 * SCENE_SECOND;
    scene_row(s, 0, "a");
    scene_row(s, 0, "~");
    scene_row(s, 1, "a|d|1");
    scene_row(s, 1, "~|e|2"); // a device of nobody
    scene_row(s, 1, "~|~|3");
    scene_row(s, 1, "b|d|1000");  // too late to say anything
    scene_row(s, 2, "~|~|950|0"); // filtered before all else, as NULL is not true
    scene_row(s, 2, "~|~|5|~");
    scene_row(s, 2, "~|~|5|1");   // outside before unmatched
    scene_row(s, 2, "a|~|~|1");   // without a time: in no window, before no cut-off
    scene_row(s, 2, "~|~|950|1"); // unmatched
    scene_row(s, 2, "~|e|950|1"); // unmatched: its device is nobody's
    scene_row(s, 2, "~|d|900|1"); // the window's first instant
    scene_row(s, 2, "c|f|899|1"); // outside, but c is somebody, and f is c's
    scene_row(s, 2, "~|f|999|1");
    struct scene_run run = {.no_ids = true};
    scene_expect(s, &run,
                 "profile|n\n"
                 "a|1\n"
                 "c|1\n"
                 "crm: 2 = 1 used 0 filtered 1 unmatched 0 outside\n"
                 "log: 4 = 1 used 0 filtered 2 unmatched 1 outside\n"
                 "app: 9 = 2 used 2 filtered 2 unmatched 3 outside\n");
    scene_free(s);
}

static void test_profile__a_population_narrows_the_table(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    uint32_t customer = scene_namespace(s, "customer", NAMESPACE_PERSON);
    uint32_t email = scene_namespace(s, "email", NAMESPACE_CONTACT);
    scene_source(s, "crm", "id:str email:str since:date n:i64", NULL);
    scene_id(s, 0, customer, "id");
    scene_id(s, 0, email, "email");
    scene_cutoff(s, 10 * 86400);
    scene_cutoff(s, 20 * 86400);
    scene_feature(s, "n", AGGREGATE_SUM, 0, "n", NULL);
    scene_feature(s, "in", AGGREGATE_OWN, 0, "days_between(since, as_of) > 0", NULL);
    scene_spec(s)->population = 2;
    scene_row(s, 0, "a|x@x|9|1");
    scene_row(s, 0, "b|y@x|10|2");
    scene_row(s, 0, "c|z@x|~|3");
    scene_row(s, 0, "d|w@x|15|4");
    scene_row(s, 0, "e|x@x|30|5");
    scene_expect(s, NULL,
                 "profile|n|in|@customer|@email\n"
                 "a|6|1|a|x@x\n"
                 "profile|n|in|@customer|@email\n"
                 "a|6|1|a|x@x\n"
                 "b|2|1|b|y@x\n"
                 "d|4|1|d|w@x\n"
                 "crm: 5 = 4 used 0 filtered 1 unmatched 0 outside\n");
    scene_free(s);
}

static void expect_ids(const struct profile_ids *ids, size_t row, const char *expected)
{
    char text[256] = "";
    for (size_t i = ids->starts[row]; i < ids->starts[row + 1]; i++) {
        snprintf(text + strlen(text), sizeof text - strlen(text), "%.*s ", (int)ids->values[i].n,
                 ids->values[i].p);
    }
    assert_string_equal(text, expected);
}

static void test_profile__all_identifiers_of_everybody(void **state)
{
    (void)state;
    struct scene *s = shop();
    scene_rowf(s, CRM, "b|n@x|1|city");
    scene_rowf(s, CRM, "a|m@x|2|city");
    scene_rowf(s, CRM, "b|m@x|3|city");
    scene_rowf(s, CRM, "a|k@x|%d|city", CUT); // too late
    scene_rowf(s, CRM, "c|~|4|city");
    static const char *const devices[] = {"d3", "d10", "d2"};
    for (size_t i = 0; i < 3; i++) {
        scene_rowf(s, WEB, "%s|%s|5|x|1", i == 2 ? "b" : "a", devices[i]);
    }
    struct profile *p = scene_profile(s, &plain);
    struct profile_cut cut = {0};
    struct profile_ids ids = {0};
    struct pt_error err = ERROR_INIT;
    assert_int_equal(profile_cut(p, 0, &cut, &err), PT_OK);
    assert_int_equal(cut.table.n_rows, 2);
    static const char *const expected[] = {"a b ", "m@x n@x ", "d10 d2 d3 "};
    for (uint32_t ns = 0; ns < 3; ns++) {
        assert_int_equal(profile_cut_all_ids(p, &cut, ns, &ids, &err), PT_OK);
        expect_ids(&ids, 0, expected[ns]);
        expect_ids(&ids, 1, ns == 0 ? "c " : "");
        profile_ids_release(&ids);
    }
    for (uint64_t at = 1; at <= 3; at++) {
        int64_t blocks = mem_live_blocks();
        mem_fault_arm(at, false);
        assert_int_equal(profile_cut_all_ids(p, &cut, 2, &ids, &err), PT_E_NO_MEMORY);
        mem_fault_arm(0, false);
        assert_int_equal(mem_live_blocks(), blocks);
    }
    profile_cut_release(&cut);
    profile_free(p);
    scene_free(s);
}

static void expect_refusal(struct scene *s, pt_status code, const char *part)
{
    struct pt_error err = ERROR_INIT;
    struct profile *p = NULL;
    int64_t blocks = mem_live_blocks();
    pt_status status = PT_OK;
    char *text = scene_text(s, &plain, &status); // binds the sources
    assert_null(text);
    assert_int_equal(profile_new(scene_spec(s), &p, &err), code);
    assert_non_null(strstr(err.message, part));
    assert_int_equal(mem_live_blocks(), blocks);
    scene_free(s);
}

static struct scene *small(void)
{
    struct scene *s = scene_new();
    scene_namespace(s, "customer", NAMESPACE_PERSON);
    scene_source(s, "app", "id:str n:i64 x:f64 ok:bool at:time", "at");
    scene_cutoff(s, 100);
    return s;
}

static void test_profile__a_bad_spec_is_refused(void **state)
{
    (void)state;
    struct scene *s = small();
    scene_id(s, 0, 0, "x");
    expect_refusal(s, PT_E_CONFIG, "must be str or i64, not f64");
    s = small();
    scene_id(s, 0, 0, "CASE WHEN at < as_of THEN id END");
    expect_refusal(s, PT_E_CONFIG, "cannot depend on as_of");
    s = small();
    scene_where(s, 0, "at < as_of");
    expect_refusal(s, PT_E_CONFIG, "cannot depend on as_of");
    s = small();
    scene_cutoff(s, 100);
    expect_refusal(s, PT_E_INVALID, "must ascend");
    s = small();
    scene_feature(s, "profile", AGGREGATE_COUNT, 0, NULL, NULL);
    expect_refusal(s, PT_E_CONFIG, "two columns are named `profile`");
    s = small();
    scene_feature(s, "n", AGGREGATE_MAX, 0, "n", NULL);
    scene_from(s, 0, "x", NULL);
    expect_refusal(s, PT_E_CONFIG, "values of several types");
    s = small();
    scene_feature(s, "n", AGGREGATE_COUNT, 0, NULL, "n");
    expect_refusal(s, PT_E_CONFIG, "is no condition");
    s = small();
    scene_feature(s, "n", AGGREGATE_OWN, 0, "n", NULL);
    scene_spec(s)->population = 1;
    expect_refusal(s, PT_E_CONFIG, "the population must be a condition");
    s = small();
    scene_namespace(s, "device", NAMESPACE_DEVICE);
    scene_namespace_at(s, 1)->known_in = 0;
    expect_refusal(s, PT_E_CONFIG, "a device cannot be known");
}

static void test_profile__calls_out_of_order_are_refused(void **state)
{
    (void)state;
    struct scene *s = small();
    scene_id(s, 0, 0, "id");
    scene_feature(s, "n", AGGREGATE_COUNT, 0, NULL, NULL);
    scene_row(s, 0, "a|1|1|1|5");
    struct scene_run run = {.no_ids = true};
    scene_expect(s, &run, "profile|n\na|1\napp: 1 = 1 used 0 filtered 0 unmatched 0 outside\n");
    struct pt_error err = ERROR_INIT;
    struct profile *p = NULL;
    struct profile_cut cut = {0};
    struct profile_reader *r = NULL;
    assert_int_equal(profile_new(scene_spec(s), &p, &err), PT_OK);
    assert_int_equal(profile_cut(p, 0, &cut, &err), PT_E_STATE);
    assert_int_equal(profile_close(p, &err), PT_OK);
    assert_int_equal(profile_close(p, &err), PT_E_STATE);
    assert_int_equal(profile_reader_open(p, 0, 0, &r, &err), PT_E_STATE);
    assert_int_equal(profile_cut(p, 1, &cut, &err), PT_E_STATE);
    assert_int_equal(profile_cut(p, 0, &cut, &err), PT_OK);
    assert_int_equal(cut.table.n_rows, 0);
    assert_int_equal(profile_cut_add_ids(p, &cut, 0, "n", &err), PT_E_CONFIG);
    assert_int_equal(profile_cut_add_ids(p, &cut, 1, "m", &err), PT_E_INVALID);
    profile_cut_release(&cut);
    profile_free(p);
    scene_free(s);
}

// Vectors of all shapes: constants, dictionaries larger than the batch, dates as times.
static void test_profile__vectors_of_all_shapes(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    scene_namespace(s, "customer", NAMESPACE_PERSON);
    scene_source(s, "app", "id:str word:str at:date n:i64", "at");
    scene_id(s, 0, 0, "id");
    scene_cutoff(s, 86400 * 10);
    scene_feature(s, "top", AGGREGATE_TOP, 0, "word", NULL);
    scene_feature(s, "n", AGGREGATE_SUM, 0, "n", NULL);
    scene_feature(s, "one", AGGREGATE_SUM, 0, "1", "1 < 2");
    scene_feature(s, "same", AGGREGATE_DISTINCT, 0, "'x'", NULL);
    scene_feature(s, "since", AGGREGATE_DAYS_SINCE, 0, NULL, NULL);
    scene_row(s, 0, "z|~|0|0");
    profile_free(scene_profile(s, &plain)); // binds the sources

    struct pt_error err = ERROR_INIT;
    struct profile *p = NULL;
    struct profile_reader *r = NULL;
    const struct text ids[] = {text_of("b"), text_of("a"), text_of("c"), text_of("never")};
    const struct text words[] = {text_of("w")};
    const int32_t codes[] = {1, 1};
    const int64_t days[] = {9, 10, 3};
    const int64_t n[] = {5, 7};
    const uint8_t no[] = {0};
    assert_int_equal(profile_new(scene_spec(s), &p, &err), PT_OK);
    assert_int_equal(profile_reader_open(p, 0, 0, &r, &err), PT_OK);
    struct vec columns[4] = {
        {.type = VEC_STR, .n = 2, .s = ids, .codes = codes, .n_dict = 4},
        {.type = VEC_STR, .n = 2, .s = words, .is_const = true},
        {.type = VEC_DATE, .n = 2, .i = days},
        {.type = VEC_I64, .n = 2, .i = n},
    };
    assert_int_equal(profile_reader_add(r, columns, 2, 0, &err), PT_OK);
    columns[1].valid = no;
    columns[2].i = days + 2;
    columns[2].is_const = true;
    columns[3].is_const = true;
    assert_int_equal(profile_reader_add(r, columns, 2, 2, &err), PT_OK);
    columns[2].type = VEC_I64;
    assert_int_equal(profile_reader_add(r, columns, 2, 4, &err), PT_E_DATA);
    assert_non_null(strstr(err.message, "is i64, not time"));
    columns[2].type = VEC_DATE;
    assert_int_equal(profile_reader_close(r, &err), PT_OK);
    assert_int_equal(profile_close(p, &err), PT_OK);
    struct profile_cut cut = {0};
    assert_int_equal(profile_cut(p, 0, &cut, &err), PT_OK);
    assert_int_equal(cut.table.n_rows, 1);
    assert_true(text_is(cut.table.columns[0].s[0], "a"));
    assert_true(text_is(cut.table.columns[1].s[0], "w"));
    assert_int_equal(cut.table.columns[2].i[0], 5 + 5 + 5);
    assert_int_equal(cut.table.columns[3].i[0], 3);
    assert_int_equal(cut.table.columns[4].i[0], 1);
    assert_true(cut.table.columns[5].f[0] == 1);
    profile_cut_release(&cut);
    profile_free(p);
    scene_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_profile__the_future_does_not_leak),
        cmocka_unit_test(test_profile__order_of_rows_does_not_matter),
        cmocka_unit_test(test_profile__threads_and_memory_change_nothing),
        cmocka_unit_test(test_profile__balance_has_an_order),
        cmocka_unit_test(test_profile__a_population_narrows_the_table),
        cmocka_unit_test(test_profile__all_identifiers_of_everybody),
        cmocka_unit_test(test_profile__a_bad_spec_is_refused),
        cmocka_unit_test(test_profile__calls_out_of_order_are_refused),
        cmocka_unit_test(test_profile__vectors_of_all_shapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Features of small shops whose every number was worked out by hand: windows to the microsecond,
// ties, NULLs, several sources, several cut-offs.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "scene.h"

#define DAY ((int64_t)86400)
#define A (100 * DAY)

// One timed source whose rows carry a customer, a number and a text.
static struct scene *shop(uint32_t *app)
{
    struct scene *s = scene_new();
    uint32_t customer = scene_namespace(s, "customer", NAMESPACE_PERSON);
    *app = scene_source(s, "app", "id:str at:time n:i64 x:f64 word:str ok:bool", "at");
    scene_id(s, *app, customer, "id");
    return s;
}

static const struct scene_run no_ids = {.no_ids = true};

static void test_cut__window_edges_are_exact(void **state)
{
    (void)state;
    uint32_t app = 0;
    struct scene *s = shop(&app);
    scene_cutoff(s, A);
    scene_feature(s, "week", AGGREGATE_COUNT, app, NULL, NULL)->within_us = 7 * US_PER_DAY;
    scene_feature(s, "ever", AGGREGATE_COUNT, app, NULL, NULL);
    struct profile_feature *label = scene_feature(s, "next", AGGREGATE_COUNT, app, NULL, NULL);
    label->is_label = true;
    label->gap_us = 2 * US_PER_DAY;
    label->after_us = 3 * US_PER_DAY;
    int64_t times[] = {A - 7 * DAY - 1, A - 7 * DAY, A - 1,           A,
                       A + 2 * DAY - 1, A + 2 * DAY, A + 5 * DAY - 1, A + 5 * DAY};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        scene_rowf(s, app, "c%zu|%ld|1|1|a|1", i, (long)times[i]);
        scene_rowf(s, app, "all|%ld|1|1|a|1", (long)times[i]);
    }
    // Before the cut-off: 0, 1, 2. Later rows make no profile, but "all" has a label of two.
    scene_expect(s, &no_ids,
                 "profile|week|ever|next\n"
                 "all|2|3|2\n"
                 "c0|0|1|0\n"
                 "c1|1|1|0\n"
                 "c2|1|1|0\n"
                 "app: 16 = 8 used 0 filtered 2 unmatched 6 outside\n");
    scene_free(s);
}

static void test_cut__aggregates_by_hand(void **state)
{
    (void)state;
    uint32_t app = 0;
    struct scene *s = shop(&app);
    scene_cutoff(s, A);
    scene_feature(s, "rows", AGGREGATE_COUNT, app, NULL, NULL);
    scene_feature(s, "some", AGGREGATE_COUNT, app, "n", NULL);
    scene_feature(s, "sum_n", AGGREGATE_SUM, app, "n", NULL);
    scene_feature(s, "sum_x", AGGREGATE_SUM, app, "x", NULL);
    scene_feature(s, "mean", AGGREGATE_MEAN, app, "n", NULL);
    scene_feature(s, "low", AGGREGATE_MIN, app, "word", NULL);
    scene_feature(s, "high", AGGREGATE_MAX, app, "x", NULL);
    scene_feature(s, "sd", AGGREGATE_STDDEV, app, "n", NULL);
    scene_feature(s, "first", AGGREGATE_FIRST, app, "word", NULL);
    scene_feature(s, "last", AGGREGATE_LAST, app, "n", NULL);
    scene_feature(s, "words", AGGREGATE_DISTINCT, app, "word", NULL);
    scene_feature(s, "top", AGGREGATE_TOP, app, "word", NULL);
    scene_feature(s, "share", AGGREGATE_SHARE, app, "ok", NULL);
    scene_feature(s, "is", AGGREGATE_EXISTS, app, NULL, "n > 4");
    scene_row(s, app, "a|10|2|0.5|~|1");
    scene_row(s, app, "a|30|5|-1.5|pen|0"); // comes after the next two in time
    scene_row(s, app, "a|20|~|~|ink|~");
    scene_row(s, app, "a|20|4|0.25|ink|1");
    scene_row(s, app, "a|30|1|~|pen|1"); // same time as the second row: later in the file
    scene_row(s, app, "b|10|~|~|~|~");
    // a: n = 2 5 4 1, mean 3, squares 1+4+1+4 = 10, sd = sqrt(10/3). ink and pen twice each: ink.
    scene_expect(s, &no_ids,
                 "profile|rows|some|sum_n|sum_x|mean|low|high|sd|first|last|words|top|share|is\n"
                 "a|5|4|12|-0.75|3|ink|0.5|1.8257418583505538|ink|1|2|ink|0.75|1\n"
                 "b|1|0|0|0|~|~|~|~|~|~|0|~|~|0\n"
                 "app: 6 = 6 used 0 filtered 0 unmatched 0 outside\n");
    scene_free(s);
}

static void test_cut__defaults_replace_null_only(void **state)
{
    (void)state;
    uint32_t app = 0;
    struct scene *s = shop(&app);
    scene_cutoff(s, A);
    const char *none = "n > 100";
    scene_feature(s, "mean", AGGREGATE_MEAN, app, "x", none);
    struct profile_feature *f = scene_feature(s, "mean0", AGGREGATE_MEAN, app, "x", none);
    f->has_default = true;
    f->default_number = 999;
    f = scene_feature(s, "sum7", AGGREGATE_SUM, app, "n", none);
    f->has_default = true;
    f->default_number = 7;
    scene_feature(s, "sum", AGGREGATE_SUM, app, "n", none);
    f = scene_feature(s, "count", AGGREGATE_COUNT, app, NULL, none);
    f->has_default = true;
    f->default_number = 5;
    f = scene_feature(s, "top", AGGREGATE_TOP, app, "word", none);
    f->has_default = true;
    f->default_text = "";
    f = scene_feature(s, "since", AGGREGATE_DAYS_SINCE, app, NULL, none);
    f->has_default = true;
    f->default_number = 999;
    f = scene_feature(s, "ok", AGGREGATE_LAST, app, "ok", none);
    f->has_default = true;
    f->default_number = 1;
    scene_row(s, app, "a|10|1|1|w|0");
    scene_expect(s, &no_ids,
                 "profile|mean|mean0|sum7|sum|count|top|since|ok\n"
                 "a|~|999|7|0|0||999|1\n"
                 "app: 1 = 1 used 0 filtered 0 unmatched 0 outside\n");
    scene_free(s);
}

static void test_cut__sessions_gaps_and_recency(void **state)
{
    (void)state;
    uint32_t app = 0;
    struct scene *s = shop(&app);
    scene_cutoff(s, A);
    struct profile_feature *f = scene_feature(s, "all", AGGREGATE_SESSIONS, app, NULL, NULL);
    f->session_us = 1800 * SCENE_SECOND;
    f = scene_feature(s, "day", AGGREGATE_SESSIONS, app, NULL, NULL);
    f->session_us = 1800 * SCENE_SECOND;
    f->within_us = US_PER_DAY;
    scene_feature(s, "last", AGGREGATE_DAYS_SINCE, app, NULL, NULL);
    scene_feature(s, "first", AGGREGATE_DAYS_SINCE, app, NULL, NULL)->since_first = true;
    scene_feature(s, "gap", AGGREGATE_GAP_MEAN, app, NULL, NULL);
    // The gap of exactly 1800 s stays in the session; 1801 s opens one. The row just before the
    // window would have kept the session of its first row open: sessions count within the window.
    int64_t times[] = {A - 2 * DAY,    A - DAY - 10,   A - DAY,
                       A - DAY + 1800, A - DAY + 3601, A - DAY / 2};
    for (size_t i = 6; i-- > 0;) {
        scene_rowf(s, app, "a|%ld|1|1|w|1", (long)times[i]);
    }
    scene_rowf(s, app, "b|%ld|1|1|w|1", (long)(A - DAY / 4));
    scene_expect(s, &no_ids,
                 "profile|all|day|last|first|gap\n"
                 "a|4|3|0.5|2|0.29999999999999999\n"
                 "b|1|1|0.25|0.25|~\n"
                 "app: 7 = 7 used 0 filtered 0 unmatched 0 outside\n");
    scene_free(s);
}

static void test_cut__several_sources_in_one_feature(void **state)
{
    (void)state;
    uint32_t app = 0;
    struct scene *s = shop(&app);
    uint32_t web = scene_source(s, "web", "who:str at:time n:i64 word:str", "at");
    uint32_t crm = scene_source(s, "crm", "id:str n:i64 word:str", NULL);
    scene_id(s, web, 0, "who");
    scene_id(s, crm, 0, "id");
    scene_cutoff(s, A);
    scene_feature(s, "n", AGGREGATE_COUNT, web, NULL, NULL);
    scene_from(s, app, NULL, NULL);
    scene_from(s, crm, NULL, NULL);
    scene_feature(s, "first", AGGREGATE_FIRST, web, "word", NULL);
    scene_from(s, app, "word", NULL);
    scene_feature(s, "last", AGGREGATE_LAST, crm, "word", NULL);
    scene_from(s, web, "word", NULL);
    scene_from(s, app, "word", NULL);
    struct profile_feature *f = scene_feature(s, "sessions", AGGREGATE_SESSIONS, web, NULL, NULL);
    f->session_us = 100 * SCENE_SECOND;
    scene_from(s, app, NULL, NULL);
    scene_feature(s, "gap", AGGREGATE_GAP_MEAN, web, NULL, NULL);
    scene_from(s, app, NULL, NULL);
    // One source twice: a row both take counts once, with the value of the first.
    scene_feature(s, "union", AGGREGATE_SUM, app, "n", "n < 5");
    scene_from(s, app, "n * 100", "n > 3");
    scene_row(s, app, "a|1000|4|1|app1|1");
    scene_row(s, app, "a|1050|8|1|app2|1");
    scene_row(s, web, "a|1000|1|web1");
    scene_row(s, web, "a|1300|1|web2");
    scene_row(s, crm, "a|1|crm");
    // app stands before web: at 1000 its row is the earlier one. 4 + 800. Gaps: 300 s over 3.
    scene_expect(s, &no_ids,
                 "profile|n|first|last|sessions|gap|union\n"
                 "a|5|app1|web2|3|0.0011574074074074073|804\n"
                 "app: 2 = 2 used 0 filtered 0 unmatched 0 outside\n"
                 "web: 2 = 2 used 0 filtered 0 unmatched 0 outside\n"
                 "crm: 1 = 1 used 0 filtered 0 unmatched 0 outside\n");
    scene_free(s);
}

static void test_cut__expressions_of_each_cutoff(void **state)
{
    (void)state;
    uint32_t app = 0;
    struct scene *s = shop(&app);
    uint32_t crm = scene_source(s, "crm", "id:str born:date", NULL);
    scene_id(s, crm, 0, "id");
    scene_cutoff(s, 10 * DAY);
    scene_cutoff(s, 20 * DAY);
    scene_feature(s, "age", AGGREGATE_OWN, crm, "days_between(born, as_of)", NULL);
    scene_feature(s, "recent", AGGREGATE_COUNT, app, NULL, "days_between(at, as_of) < 5");
    scene_feature(s, "same_day", AGGREGATE_DISTINCT, app, "at", NULL);
    scene_row(s, crm, "a|3");
    scene_row(s, crm, "b|~");
    scene_rowf(s, app, "a|%ld|1|1|w|1", (long)(6 * DAY));
    scene_rowf(s, app, "a|%ld|1|1|w|1", (long)(17 * DAY));
    scene_expect(s, &no_ids,
                 "profile|age|recent|same_day\n"
                 "a|7|1|1\n"
                 "b|~|0|0\n"
                 "profile|age|recent|same_day\n"
                 "a|17|1|2\n"
                 "b|~|0|0\n"
                 "app: 2 = 2 used 0 filtered 0 unmatched 0 outside\n"
                 "crm: 2 = 2 used 0 filtered 0 unmatched 0 outside\n");
    scene_free(s);
}

static void test_cut__own_row_is_the_first_in_the_file(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    uint32_t customer = scene_namespace(s, "customer", NAMESPACE_PERSON);
    uint32_t email = scene_namespace(s, "email", NAMESPACE_CONTACT);
    uint32_t crm = scene_source(s, "crm", "id:str email:str at:time city:str", "at");
    scene_id(s, crm, customer, "id");
    scene_id(s, crm, email, "email");
    scene_cutoff(s, A);
    scene_feature(s, "city", AGGREGATE_OWN, crm, "city", NULL);
    scene_feature(s, "past", AGGREGATE_OWN, crm, "city", "at < as_of")->within_us =
        90 * SCENE_SECOND;
    scene_row(s, crm, "c2|m@x|1|Rome");
    scene_rowf(s, crm, "c1|m@x|%ld|Oslo", (long)A - 50);
    scene_rowf(s, crm, "c1|m@x|%ld|Bonn", (long)A - 60);
    scene_rowf(s, crm, "c1|m@x|%ld|Kiel", (long)A);
    scene_row(s, crm, "~|k@x|5|Lyon");
    scene_row(s, crm, "c3|~|6|~");
    scene_row(s, crm, "c3|~|7|Graz"); // the own row is the first one, with its NULL
    scene_expect(s, NULL,
                 "profile|city|past|@customer|@email\n"
                 "c1|Oslo|Oslo|c1|m@x\n"
                 "c3|~|~|c3|~\n"
                 "k@x|Lyon|~|~|k@x\n"
                 "crm: 7 = 6 used 0 filtered 0 unmatched 1 outside\n");
    scene_free(s);
}

static void test_cut__row_numbers_sort_as_numbers(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    uint32_t row = scene_namespace(s, "customer", NAMESPACE_PERSON);
    uint32_t csv = scene_source(s, "csv", "x:i64", NULL);
    scene_id(s, csv, row, "row");
    scene_cutoff(s, INT64_MAX);
    scene_feature(s, "x", AGGREGATE_OWN, csv, "x", NULL);
    scene_feature(s, "r", AGGREGATE_OWN, csv, "row * 10", NULL);
    scene_feature(s, "cut", AGGREGATE_OWN, csv, "days_between(as_of, as_of)", NULL);
    for (int i = 0; i < 12; i++) {
        scene_rowf(s, csv, "%d", 100 + i);
    }
    struct scene_run run = {.split_rows = 5, .batch_rows = 2, .no_ids = true};
    scene_expect(s, &run,
                 "profile|x|r|cut\n"
                 "0|100|0|~\n1|101|10|~\n2|102|20|~\n3|103|30|~\n4|104|40|~\n5|105|50|~\n"
                 "6|106|60|~\n7|107|70|~\n8|108|80|~\n9|109|90|~\n10|110|100|~\n11|111|110|~\n"
                 "csv: 12 = 12 used 0 filtered 0 unmatched 0 outside\n");
    scene_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cut__window_edges_are_exact),
        cmocka_unit_test(test_cut__aggregates_by_hand),
        cmocka_unit_test(test_cut__defaults_replace_null_only),
        cmocka_unit_test(test_cut__sessions_gaps_and_recency),
        cmocka_unit_test(test_cut__several_sources_in_one_feature),
        cmocka_unit_test(test_cut__expressions_of_each_cutoff),
        cmocka_unit_test(test_cut__own_row_is_the_first_in_the_file),
        cmocka_unit_test(test_cut__row_numbers_sort_as_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

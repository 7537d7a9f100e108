// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Windows and the segments they cut time into.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mem.h"
#include "window.h"

static void expect_window(const struct profile_feature *f, int64_t cutoff, int64_t from, int64_t to)
{
    struct window w = window_of(f, cutoff);
    assert_int_equal(w.from, from);
    assert_int_equal(w.to, to);
}

static void test_window__ends_saturate(void **state)
{
    (void)state;
    struct profile_feature week = {.within_us = 7};
    struct profile_feature ever = {.within_us = -1};
    struct profile_feature label = {.is_label = true, .gap_us = 2, .after_us = 5};
    expect_window(&week, 100, 93, 100);
    expect_window(&ever, 100, INT64_MIN + 1, 100);
    expect_window(&label, 100, 102, 107);
    expect_window(&week, INT64_MIN + 3, INT64_MIN + 1, INT64_MIN + 3);
    expect_window(&label, INT64_MAX, INT64_MAX, INT64_MAX);
    expect_window(&label, INT64_MAX - 3, INT64_MAX - 1, INT64_MAX);
}

static const struct profile_from of_log = {.source = 0};

static const struct profile_source sources[] = {
    {.name = "log", .time = 0}, {.name = "crm", .time = -1}, {.name = "quiet", .time = 0}};

static const struct profile_feature features[] = {
    {.name = "short", .from = &of_log, .n_from = 1, .within_us = 10},
    {.name = "long", .from = &of_log, .n_from = 1, .within_us = 30},
    {.name = "next", .from = &of_log, .n_from = 1, .is_label = true, .gap_us = 5, .after_us = 10},
};

static const int64_t cutoffs[] = {100, 200};

static const struct profile_spec spec = {.sources = sources,
                                         .n_sources = 3,
                                         .features = features,
                                         .n_features = 3,
                                         .cutoffs_us = cutoffs,
                                         .n_cutoffs = 2};

// Segments as "from:bucket:inside first cut-off, inside second" texts.
static void expect_segments(uint32_t source, const char *expected)
{
    struct arena arena = {0};
    struct segments s = {0};
    struct pt_error err = ERROR_INIT;
    char text[512] = "";
    assert_int_equal(segments_build(&spec, source, &arena, &s, &err), PT_OK);
    for (size_t i = 0; i < s.n; i++) {
        const struct segment *g = &s.items[i];
        char from[32] = "-";
        if (g->from > INT64_MIN + 1) {
            snprintf(from, sizeof from, "%ld", (long)g->from);
        }
        assert_int_equal(g->is_inside, g->inside[0] || g->inside[1]);
        assert_int_equal(g->source, source);
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s:%u:%u%u ", from, g->bucket,
                 g->inside[0], g->inside[1]);
    }
    assert_string_equal(text, expected);
    arena_release(&arena);
}

static void test_window__segments_tell_rows_apart(void **state)
{
    (void)state;
    expect_segments(0, "-:0:00 70:0:10 100:1:00 105:1:10 115:1:00 170:1:01 200:2:00 205:2:01 "
                       "215:2:00 ");
    expect_segments(1, "-:0:11 ");
    expect_segments(2, "-:0:11 100:1:01 200:2:00 ");
}

static void test_window__no_memory(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct segments s = {0};
    struct pt_error err = ERROR_INIT;
    int64_t blocks = mem_live_blocks();
    mem_fault_arm(1, true);
    assert_int_equal(segments_build(&spec, 0, &arena, &s, &err), PT_E_NO_MEMORY);
    mem_fault_arm(0, false);
    arena_release(&arena);
    assert_int_equal(mem_live_blocks(), blocks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_window__ends_saturate),
        cmocka_unit_test(test_window__segments_tell_rows_apart),
        cmocka_unit_test(test_window__no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

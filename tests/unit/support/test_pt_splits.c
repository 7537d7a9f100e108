// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness_inner.h"
#include "pt_splits.h"

struct seen {
    const pt_host *host;
    uint32_t n;
    struct pt_range ranges[2000];
    char ids[2000][64];
    uint64_t est_bytes;
    pt_status answer;
};

static pt_status on_split(void *ctx, const pt_split *split, pt_error *err)
{
    struct seen *s = ctx;
    assert_true(s->n < 2000);
    assert_true(split->data.size <= PT_SPLIT_MAX);
    assert_int_equal(pt_splits_range(s->host, split->data, &s->ranges[s->n], err), PT_OK);
    snprintf(s->ids[s->n++], sizeof s->ids[0], "%s", split->id);
    s->est_bytes += split->est_bytes;
    return s->answer;
}

static struct pt_input *input_of(const uint64_t *sizes, uint32_t n, const uint64_t *read_limit)
{
    struct pt_input *input = input_new(read_limit);
    for (uint32_t i = 0; i < n; i++) {
        char name[16];
        char *data = calloc(1, sizes[i] + 1);
        snprintf(name, sizeof name, "f%u", i);
        input_add_bytes(input, name, data, sizes[i]);
        free(data);
    }
    return input;
}

// The ranges of each file join without a gap from 0 to its end.
static void check_cover(const struct seen *s, const uint64_t *sizes, uint32_t n_files)
{
    uint32_t at = 0;
    for (uint32_t file = 0; file < n_files; file++) {
        uint64_t next = 0;
        for (; at < s->n && s->ranges[at].file == file; at++) {
            assert_int_equal(s->ranges[at].begin, next);
            next = s->ranges[at].end;
            assert_true(next > s->ranges[at].begin);
            assert_true(next == PT_RANGE_TO_END || next < sizes[file]);
            for (uint32_t k = 0; k < at; k++) {
                assert_string_not_equal(s->ids[k], s->ids[at]);
            }
        }
        assert_true(next == PT_RANGE_TO_END);
    }
    assert_int_equal(at, s->n);
}

static void test_pt_splits__cover_every_file_once(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {0, 1, 99, 100, 101, 1000, 12345};
    static const uint64_t targets[] = {0, 7, 100, 1000, UINT64_MAX};
    struct harness_host host = {0};
    uint64_t read_limit = 0;
    host_init(&host);
    struct pt_input *input = input_of(sizes, 7, &read_limit);
    for (size_t t = 0; t < sizeof targets / sizeof targets[0]; t++) {
        struct seen *s = calloc(1, sizeof *s);
        s->host = &host.table;
        pt_plan_request request = {
            .struct_size = sizeof request, .target_bytes = targets[t], .ctx = s, .emit = on_split};
        struct pt_splits_options options = {.bytes_per_row = 10};
        assert_int_equal(pt_splits_plan(&host.table, input, &options, &request, NULL), PT_OK);
        check_cover(s, sizes, 7);
        assert_int_equal(s->est_bytes, 13646);
        if (targets[t] == 100) {
            assert_int_equal(s->n, 1 + 1 + 1 + 1 + 2 + 10 + 124);
        }
        free(s);
    }
    input_free(input);
    assert_int_equal(host.live, 0);
}

static void test_pt_splits__whole_and_compressed_files_are_one(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {5000, 5000};
    struct harness_host host = {0};
    uint64_t read_limit = 0;
    host_init(&host);
    struct pt_input *input = input_of(sizes, 2, &read_limit);
    input->files[1].is_compressed = true;
    for (int whole = 0; whole < 2; whole++) {
        struct seen *s = calloc(1, sizeof *s);
        s->host = &host.table;
        pt_plan_request request = {
            .struct_size = sizeof request, .target_bytes = 1000, .ctx = s, .emit = on_split};
        struct pt_splits_options options = {.whole_files = whole != 0};
        assert_int_equal(pt_splits_plan(&host.table, input, &options, &request, NULL), PT_OK);
        assert_int_equal(s->n, whole != 0 ? 2 : 6);
        free(s);
    }
    input_free(input);
}

static void test_pt_splits__failures_pass_on(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {50};
    struct harness_host host = {0};
    uint64_t read_limit = 0;
    host_init(&host);
    struct pt_input *input = input_of(sizes, 1, &read_limit);
    struct seen *s = calloc(1, sizeof *s);
    s->host = &host.table;
    s->answer = PT_E_CANCELLED;
    pt_plan_request request = {
        .struct_size = sizeof request, .target_bytes = 10, .ctx = s, .emit = on_split};
    struct pt_splits_options options = {0};
    assert_int_equal(pt_splits_plan(&host.table, input, &options, &request, NULL), PT_E_CANCELLED);
    assert_int_equal(s->n, 1);
    host.fail_at = 1;
    host.calls = 0;
    assert_int_equal(pt_splits_plan(&host.table, input, &options, &request, NULL), PT_E_NO_MEMORY);
    struct pt_range range;
    assert_int_equal(
        pt_splits_range(&host.table, (pt_bytes){(const uint8_t *)"abc", 3}, &range, NULL),
        PT_E_INVALID);
    free(s);
    input_free(input);
    assert_int_equal(host.live, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pt_splits__cover_every_file_once),
        cmocka_unit_test(test_pt_splits__whole_and_compressed_files_are_one),
        cmocka_unit_test(test_pt_splits__failures_pass_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

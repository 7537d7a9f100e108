// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Lines against a naive splitter, over every way of cutting files into ranges and reads.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness_inner.h"
#include "pt_lines.h"

#define MAX_RECORD 40u

struct fixture {
    struct harness_host host;
    struct pt_input *input;
    uint64_t read_limit;
};

static void fixture_init(struct fixture *f, const void *data, uint64_t size)
{
    memset(f, 0, sizeof *f);
    host_init(&f->host);
    f->input = input_new(&f->read_limit);
    input_add_bytes(f->input, "x", data, size);
}

static void fixture_release(struct fixture *f)
{
    input_free(f->input);
    assert_int_equal(f->host.live, 0);
}

// One line as text: "offset kind bytes".
static void line_note(struct text_buffer *out, uint64_t offset, bool is_long, const uint8_t *p,
                      uint64_t n)
{
    text_add(out, "%llu %c ", (unsigned long long)offset, is_long ? '!' : '=');
    text_bytes(out, p, n);
    text_bytes(out, "\n", 1);
}

static void naive_lines(const uint8_t *data, uint64_t size, struct text_buffer *out)
{
    uint64_t i = size >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    while (i < size) {
        uint64_t end = i;
        while (end < size && data[end] != '\n') {
            end++;
        }
        uint64_t n = end - i;
        n -= n > 0 && data[end - 1] == '\r' ? 1 : 0;
        bool is_long = n > MAX_RECORD;
        line_note(out, i, is_long, data + i, is_long ? MAX_RECORD : n);
        i = end + 1;
    }
}

static uint64_t range_lines(struct fixture *f, uint64_t begin, uint64_t end, uint64_t block,
                            struct text_buffer *out)
{
    struct pt_lines r;
    struct pt_line line;
    struct pt_range range = {0, begin, end};
    struct pt_lines_limits limits = {MAX_RECORD, block};
    assert_int_equal(pt_lines_open(&r, &f->host.table, f->input, &range, &limits, NULL), PT_OK);
    uint64_t n = 0;
    for (;; n++) {
        assert_int_equal(pt_lines_next(&r, &line, NULL), PT_OK);
        assert_int_equal(line.number, n);
        if (line.kind == PT_LINE_END) {
            break;
        }
        line_note(out, line.offset, line.kind == PT_LINE_TOO_LONG, line.data, line.size);
    }
    assert_int_equal(pt_lines_next(&r, &line, NULL), PT_OK);
    assert_int_equal(line.kind, PT_LINE_END);
    pt_lines_close(&r);
    return n;
}

static void check_cuts(struct fixture *f, uint64_t size, const struct text_buffer *expected)
{
    static const uint64_t cuts[] = {1, 2, 3, 5, 17, 64, 1000};
    static const uint64_t blocks[] = {1, 7, 64, 0};
    for (size_t c = 0; c < sizeof cuts / sizeof cuts[0]; c++) {
        for (size_t b = 0; b < sizeof blocks / sizeof blocks[0]; b++) {
            struct text_buffer got = {0};
            text_bytes(&got, "", 0);
            f->read_limit = b == 3 ? 0 : 3;
            for (uint64_t begin = 0; begin < size; begin += cuts[c]) {
                bool is_last = begin + cuts[c] >= size;
                range_lines(f, begin, is_last ? PT_RANGE_TO_END : begin + cuts[c], blocks[b], &got);
            }
            assert_string_equal(got.p, expected->p);
            free(got.p);
        }
    }
}

static void check_file(const void *data, uint64_t size)
{
    struct fixture f;
    struct text_buffer expected = {0};
    fixture_init(&f, data, size);
    text_bytes(&expected, "", 0);
    naive_lines(data, size, &expected);
    check_cuts(&f, size, &expected);
    free(expected.p);
    fixture_release(&f);
}

static void test_pt_lines__belong_to_the_range_of_their_first_byte(void **state)
{
    (void)state;
    static const char *const files[] = {"a\nb\nc",
                                        "a\r\nb\r\n",
                                        "\n\n\n",
                                        "x",
                                        "\r\n",
                                        "a\n\r\r\nb",
                                        "\xEF\xBB\xBF",
                                        "\n",
                                        ("\xEF\xBB\xBF"
                                         "a\nb"),
                                        "\xEF\xBB\nx",
                                        "ab\ncd\nef\n"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        check_file(files[i], strlen(files[i]));
    }
}

static void test_pt_lines__long_records_are_cut_and_passed(void **state)
{
    (void)state;
    char text[1000];
    for (uint32_t n = MAX_RECORD - 2; n < MAX_RECORD + 4; n++) {
        for (uint32_t kind = 0; kind < 4; kind++) {
            static const char *const ends[] = {"\n", "\r\n", "", "\r"};
            memset(text, 'x', n);
            int size = snprintf(text + n, sizeof text - n, "%s%s", ends[kind],
                                kind < 2 ? "next\nlast" : "");
            check_file(text, n + (uint64_t)size);
        }
    }
    memset(text, 'y', sizeof text);
    text[500] = '\n';
    check_file(text, sizeof text);
}

static void test_pt_lines__random_files_in_all_cuts(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (uint32_t k = 0; k < 60; k++) {
        uint8_t data[300];
        for (uint32_t i = 0; i < sizeof data; i++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
            uint32_t r = (uint32_t)(seed >> 40) % 100;
            uint32_t often = k % 3 == 0 ? 2 : 15;
            data[i] = r < often ? '\n' : r < often + 5 ? '\r' : (uint8_t)('a' + r % 26);
        }
        check_file(data, sizeof data);
    }
}

static void test_pt_lines__pad_may_be_read(void **state)
{
    (void)state;
    struct fixture f;
    struct pt_lines r;
    struct pt_line line;
    struct pt_range range = {0, 0, PT_RANGE_TO_END};
    fixture_init(&f, "abc", 3);
    struct pt_lines_limits limits = {100, 16};
    assert_int_equal(pt_lines_open(&r, &f.host.table, f.input, &range, &limits, NULL), PT_OK);
    assert_int_equal(pt_lines_next(&r, &line, NULL), PT_OK);
    for (uint32_t i = 0; i < PT_WINDOW_PAD; i++) {
        assert_int_equal(line.data[3 + i], 0);
    }
    pt_lines_close(&r);
    fixture_release(&f);
}

static void test_pt_lines__every_failed_allocation_is_clean(void **state)
{
    (void)state;
    struct fixture f;
    char text[400];
    memset(text, 'z', sizeof text);
    fixture_init(&f, text, sizeof text);
    for (uint64_t at = 1; at < 10; at++) {
        struct pt_lines r;
        struct pt_line line = {.kind = PT_LINE_WHOLE};
        struct pt_range range = {0, 5, PT_RANGE_TO_END};
        f.host.calls = 0;
        f.host.fail_at = at;
        struct pt_lines_limits limits = {1000, 16};
        pt_status status = pt_lines_open(&r, &f.host.table, f.input, &range, &limits, NULL);
        while (status == PT_OK && line.kind != PT_LINE_END) {
            status = pt_lines_next(&r, &line, NULL);
        }
        pt_lines_close(&r);
        f.host.fail_at = 0;
        assert_true(status == PT_OK || status == PT_E_NO_MEMORY);
        assert_true(at > 1 || status == PT_E_NO_MEMORY);
        assert_int_equal(f.host.live, 0);
    }
    fixture_release(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pt_lines__belong_to_the_range_of_their_first_byte),
        cmocka_unit_test(test_pt_lines__long_records_are_cut_and_passed),
        cmocka_unit_test(test_pt_lines__random_files_in_all_cuts),
        cmocka_unit_test(test_pt_lines__pad_may_be_read),
        cmocka_unit_test(test_pt_lines__every_failed_allocation_is_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

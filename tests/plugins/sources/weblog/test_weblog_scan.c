// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Every scanner this machine can run against the plain one: noise of the bytes that matter, lines
// of every length around the blocks of 64, newlines behind the end, lines too long.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <portrait/abi.h>

#include "weblog_scan.h"

static uint64_t seed = 1;

static uint32_t below(uint32_t n)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(((seed >> 33) * n) >> 31);
}

static uint32_t scanners(weblog_scan_fn **out)
{
    uint32_t n = 0;
    out[n++] = weblog_scan_choose(PT_CPU_BASELINE);
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) {
        out[n++] = weblog_scan_choose(PT_CPU_AVX2);
    }
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl")) {
        out[n++] = weblog_scan_choose(PT_CPU_AVX512);
    }
#endif
    return n;
}

// The plain scanner's answer, told byte by byte, and every other scanner's.
static void check(const uint8_t *p, const uint8_t *end)
{
    weblog_scan_fn *scan[4];
    uint32_t n = scanners(scan);
    struct weblog_marks plain;
    const uint8_t *newline = p == end ? NULL : memchr(p, '\n', (size_t)(end - p));
    bool is_found = weblog_scan_plain(p, end, &plain);
    assert_int_equal(is_found, newline != NULL && newline - p < WEBLOG_SCAN_BYTES);
    for (uint32_t i = 0; is_found && i < plain.size; i++) {
        assert_int_equal(plain.quote[i / 64] >> (i % 64) & 1, p[i] == '"');
        assert_int_equal(plain.blank[i / 64] >> (i % 64) & 1, p[i] == ' ');
        assert_int_equal(plain.question[i / 64] >> (i % 64) & 1, p[i] == '?');
    }
    for (uint32_t k = 0; k < n; k++) {
        struct weblog_marks marks;
        memset(&marks, 0xa5, sizeof marks);
        assert_int_equal(scan[k](p, end, &marks), is_found);
        if (!is_found) {
            continue;
        }
        assert_int_equal(marks.size, plain.size);
        assert_int_equal(marks.has_backslash, memchr(p, '\\', marks.size) != NULL);
        assert_int_equal(marks.has_odd, plain.has_odd);
        size_t words = (size_t)marks.size / 64 + 1;
        assert_memory_equal(marks.quote, plain.quote, words * 8);
        assert_memory_equal(marks.blank, plain.blank, words * 8);
        assert_memory_equal(marks.question, plain.question, words * 8);
    }
}

static void test_weblog_scan__noise(void **state)
{
    (void)state;
    static const uint8_t bytes[] = "\"\" ??\\\x80\xff\x7f\n\r\t!#[>@ \"\0";
    uint8_t data[1200];
    for (uint32_t round = 0; round < 4000; round++) {
        uint32_t noise = 1 + below(40);
        uint32_t size = below(1100);
        for (uint32_t i = 0; i < sizeof data; i++) {
            data[i] = below(noise) == 0 ? bytes[below(sizeof bytes)] : (uint8_t)('a' + below(26));
        }
        memset(data + size, 0, 64);
        uint32_t begin = size == 0 ? 0 : below(size < 70 ? size : 70);
        check(data + begin, data + size);
    }
}

static void test_weblog_scan__every_length(void **state)
{
    (void)state;
    for (uint32_t size = 0; size < 1100; size++) {
        uint8_t *data = malloc(size + 1 + 64); // exactly what may be read
        memset(data, ' ', size);
        data[size] = '\n';
        memset(data + size + 1, 0, 64);
        check(data, data + size + 1);
        data[size] = 0;
        check(data, data + size); // no newline in the bytes that are there
        free(data);
    }
}

static void test_weblog_scan__next_mark(void **state)
{
    (void)state;
    uint8_t data[512];
    for (uint32_t round = 0; round < 500; round++) {
        struct weblog_marks marks;
        uint32_t size = below(440);
        for (uint32_t i = 0; i < size; i++) {
            data[i] = below(60) == 0 ? '"' : 'x';
        }
        data[size] = '\n';
        assert_true(weblog_scan_plain(data, data + size + 1, &marks));
        for (uint32_t from = 0; from <= size; from++) {
            uint32_t next = from;
            while (next < size && data[next] != '"') {
                next++;
            }
            assert_int_equal(weblog_marks_next(marks.quote, from, size), next);
        }
    }
}

static void test_weblog_scan__a_host_without_a_level_has_none(void **state)
{
    (void)state;
    assert_null(weblog_scan_choose(0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weblog_scan__noise),
        cmocka_unit_test(test_weblog_scan__every_length),
        cmocka_unit_test(test_weblog_scan__next_mark),
        cmocka_unit_test(test_weblog_scan__a_host_without_a_level_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

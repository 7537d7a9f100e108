// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dtree_sort.h"
#include "sample_table.h"

#define MOST 3000

static double values[MOST];
static uint32_t rows[MOST];
static double sorted[MOST];
static uint32_t spare_rows[MOST];
static double spare_values[MOST];

static int by_value(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    if (isnan(values[x]) != isnan(values[y])) {
        return isnan(values[x]) ? 1 : -1;
    }
    if (values[x] != values[y] && !isnan(values[x])) {
        return values[x] < values[y] ? -1 : 1;
    }
    return x < y ? -1 : 1;
}

static void check(uint64_t n)
{
    static uint32_t wanted[MOST];
    struct dtree_sorted out = {.row = rows, .value = sorted, .n = n};
    uint64_t there = 0;
    for (uint64_t i = 0; i < n; i++) {
        wanted[i] = (uint32_t)i;
        there += !isnan(values[i]);
    }
    qsort(wanted, n, sizeof *wanted, by_value);
    dtree_sort(values, &out, spare_rows, spare_values);
    assert_true(out.n_there == there);
    assert_memory_equal(rows, wanted, n * sizeof *wanted);
    for (uint64_t i = 0; i < there; i++) {
        assert_memory_equal(&sorted[i], &values[rows[i]], sizeof *sorted);
    }
}

static void test_dtree_sort__edges(void **state)
{
    (void)state;
    static const double edges[] = {0.0,     -0.0,        1,   -1,          1e308, -1e308, 5e-324,
                                   -5e-324, (double)NAN, 0.0, (double)NAN, -1,    0.5};
    memcpy(values, edges, sizeof edges);
    for (uint64_t n = 0; n <= sizeof edges / sizeof *edges; n++) {
        check(n);
    }
}

static void test_dtree_sort__any_numbers(void **state)
{
    (void)state;
    uint64_t stream = 8;
    for (int kind = 0; kind < 4; kind++) {
        for (size_t i = 0; i < MOST; i++) {
            double u = sample_uniform(&stream);
            values[i] = kind == 0   ? floor(u * 10)
                        : kind == 1 ? (u - 0.5) * pow(10, floor(sample_uniform(&stream) * 40) - 20)
                        : kind == 2 ? floor((u - 0.5) * 1e6)
                                    : 42;
            if (kind == 1 && u < 0.1) {
                values[i] = (double)NAN;
            }
        }
        check(MOST);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dtree_sort__edges),
        cmocka_unit_test(test_dtree_sort__any_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

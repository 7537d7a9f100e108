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

#include "mem.h"
#include "quantile.h"

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static void test_quantile__selects_as_sorting_would(void **state)
{
    (void)state;
    uint64_t random = 1;
    for (size_t n = 1; n <= 70; n++) {
        double values[70];
        double sorted[70];
        for (size_t i = 0; i < n; i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            values[i] = (double)(random >> 33) / (n % 3 == 0 ? (double)(1u << 29) : 1.0);
            values[i] = n % 2 == 0 ? floor(values[i] / (1u << 28)) : values[i]; // many ties
        }
        memcpy(sorted, values, sizeof values);
        qsort(sorted, n, sizeof *sorted, compare);
        for (size_t k = 0; k < n; k++) {
            double work[70];
            memcpy(work, values, sizeof values);
            assert_true(quantile_select(work, n, k) == sorted[k]);
        }
    }
}

static void test_quantile__median(void **state)
{
    (void)state;
    static const double odd[] = {5, 1, 3};
    static const double even[] = {4, 1, 3, (double)NAN, 2};
    static const double none[] = {(double)NAN};
    static const double huge[] = {1.7e308, 1.6e308};
    double m = -1;
    assert_true(quantile_median(odd, 3, &m) && m == 3);
    assert_true(quantile_median(even, 5, &m) && m == 2.5);
    assert_true(quantile_median(none, 1, &m) && m == 0);
    assert_true(quantile_median(huge, 2, &m) && isfinite(m));
    mem_fault_arm(1, false);
    assert_false(quantile_median(odd, 3, &m));
    mem_fault_arm(0, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quantile__selects_as_sorting_would),
        cmocka_unit_test(test_quantile__median),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

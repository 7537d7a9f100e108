// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// k-means on well-known sets against published figures.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "model_bench.h"

static double inertia_of(const char *with, const char *file, enum learn_scale scale,
                         uint64_t sizes[3])
{
    struct model_bench b;
    struct table t;
    bench_open(&b, "kmeans", with, 2);
    bench_csv(bench_data(&b, file), (struct csv_shape){.delimiter = ',', .skip = 1}, &t);
    const char *class = t.columns[t.n_columns - 1].name;
    struct learn_spec spec = bench_spec(&b, &t, NULL, (const char *const[]){class, NULL});
    spec.prepare.scale = scale;
    struct learned *m = bench_fit(&spec, &t);
    struct json *r = bench_report(m);
    double inertia = bench_number(r, "evaluation", "inertia", NULL);
    assert_true(bench_near(bench_number(r, "explain", "inertia", NULL), inertia, 1e-7));
    for (int i = 0; sizes != NULL && i < 3; i++) {
        char at[2] = {(char)('0' + i), '\0'};
        sizes[i] = (uint64_t)bench_number(r, "evaluation", "sizes", at, NULL);
    }
    json_free(r);
    learned_free(m);
    table_release(&t);
    bench_close(&b);
    return inertia;
}

static void test_kmeans__iris(void **state)
{
    (void)state;
    static const double wanted[] = {152.347952, 78.851441, 57.228473, 46.446182};
    for (int k = 2; k <= 5; k++) {
        char with[64];
        snprintf(with, sizeof with, "{k: %d, restarts: 50}", k);
        double inertia = inertia_of(with, "model-reference/iris.csv", LEARN_SCALE_NONE, NULL);
        assert_true(bench_near(inertia, wanted[k - 2], 1e-8));
    }
}

static void test_kmeans__wine(void **state)
{
    (void)state;
    uint64_t sizes[3];
    double inertia = inertia_of("{k: 3}", "model-reference/wine_data.csv", LEARN_SCALE_AUTO, sizes);
    assert_true(bench_near(inertia, 1277.928489, 1e-8));
    assert_int_equal(sizes[0], 65); // numbered by falling size
    assert_int_equal(sizes[1], 62);
    assert_int_equal(sizes[2], 51);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kmeans__iris),
        cmocka_unit_test(test_kmeans__wine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

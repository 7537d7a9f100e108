// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// An exported model in XGBoost itself: it must load, score every row as we do, and give the same
// contributions. Matrix, model and our answers go to a folder; gbdt_xgboost.py compares there.
#include <setjmp.h>
#include <stdarg.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "raw_matrix.h"
#include "sample_table.h"

#define ROWS 4000
#define COLUMNS 6

static void write_file(const char *folder, const char *name, const void *data, size_t size)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, size, f), size);
    assert_int_equal(fclose(f), 0);
}

static float whole(uint64_t *state, double below)
{
    return (float)(int)(sample_uniform(state) * below);
}

// Numbers with ties and missing values, categories of few and of many levels.
static void fill(struct raw_matrix *m, bool has_categories, bool is_number)
{
    uint64_t state = 11;
    raw_new(m, ROWS, COLUMNS);
    if (has_categories) {
        raw_category(m, 3, 7);
        raw_category(m, 4, 400);
    }
    for (uint64_t i = 0; i < ROWS; i++) {
        float *x = m->x + i;
        x[0] = (float)(sample_uniform(&state) * 10 - 5);
        x[m->stride] = whole(&state, 12);
        x[2 * m->stride] = sample_uniform(&state) < 0.2 ? NAN : (float)sample_uniform(&state);
        x[3 * m->stride] = sample_uniform(&state) < 0.1 ? NAN : whole(&state, 7);
        x[4 * m->stride] = whole(&state, 400);
        x[5 * m->stride] = 3; // the same everywhere
        double z = x[0] * 0.5 + (x[m->stride] > 6) - (isnan(x[2 * m->stride]) ? 1.5 : 0) +
                   ((int)x[4 * m->stride] % 3 == 0 ? 1 : -0.5);
        z += isnan(x[3 * m->stride]) ? 0.7 : (int)x[3 * m->stride] % 2;
        double noise = sample_uniform(&state);
        m->label[i] = is_number ? 100 * z + 10 * noise : noise < 1 / (1 + exp(-z));
    }
}

static void compare(const char *name, const char *with, bool has_categories, bool is_number)
{
    struct model_bench b;
    struct raw_matrix m;
    struct instance model;
    struct str json = {0};
    struct pt_error err = ERROR_INIT;
    char folder[4000];
    char command[9000];
    bench_open(&b, "gbdt", with, 2);
    fill(&m, has_categories, is_number);
    raw_fit(&b, &m, &model);
    assert_int_equal(instance_export(&model, PT_EXPORT_XGBOOST, &json, &err), PT_OK);
    double *p = raw_predict(&model, &m);
    double *phi = raw_contribute(&model, &m);
    snprintf(folder, sizeof folder, "%s/tests/xgboost-%s", getenv("PORTRAIT_BUILD"), name);
    mkdir(folder, 0755);
    write_file(folder, "model.json", str_get(&json), json.n);
    write_file(folder, "x.f32", m.x, m.stride * COLUMNS * sizeof *m.x);
    write_file(folder, "p.f64", p, ROWS * sizeof *p);
    write_file(folder, "phi.f64", phi, (size_t)ROWS * (COLUMNS + 1) * sizeof *phi);
    snprintf(command, sizeof command, "%s %s/tests/plugins/models/gbdt_xgboost.py %s %d %d",
             getenv("PORTRAIT_PYTHON"), getenv("PORTRAIT_SOURCE"), folder, ROWS, COLUMNS);
    assert_int_equal(system(command), 0);
    free(p);
    free(phi);
    str_release(&json);
    instance_release(&model);
    raw_free(&m);
    bench_close(&b);
}

static void test_gbdt_xgboost__numbers_with_missing_values(void **state)
{
    (void)state;
    compare("numbers", "{trees: 60}", false, false);
}

static void test_gbdt_xgboost__categories(void **state)
{
    (void)state;
    compare("categories", "{trees: 40, leaves: 12, rows: 0.7, class_weights: balanced}", true,
            false);
}

static void test_gbdt_xgboost__squared_loss(void **state)
{
    (void)state;
    compare("squared", "{loss: squared, trees: 40, depth: 4, min_leaf: 5}", true, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gbdt_xgboost__numbers_with_missing_values),
        cmocka_unit_test(test_gbdt_xgboost__categories),
        cmocka_unit_test(test_gbdt_xgboost__squared_loss),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

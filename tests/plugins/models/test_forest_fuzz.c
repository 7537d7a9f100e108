// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Forests, trees and boosted trees with a right seal and wrong bytes: refused, or of no harm.
// FOREST_FUZZ_SECONDS says how long (1 without it).
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "digest.h"
#include "export_model.h"
#include "model_bench.h"
#include "sample_table.h"

static uint64_t below(uint64_t *random, uint64_t n)
{
    return (uint64_t)(sample_uniform(random) * (double)n);
}

// Bits turned, numbers made small, large or not numbers, bytes taken from elsewhere in the file.
static void spoil(struct str *file, uint64_t *random)
{
    static const uint64_t numbers[] = {0, 1, UINT32_MAX, 1u << 31, 0x7ff8000000000000U, UINT64_MAX};
    size_t n = file->n - SHA256_BYTES;
    for (uint64_t turns = 1 + below(random, 3); turns > 0; turns--) {
        size_t at = below(random, n - 8);
        uint64_t kind = below(random, 4);
        if (kind == 0) {
            file->p[at] = (char)(file->p[at] ^ (1 << below(random, 8)));
        } else if (kind == 1) {
            memcpy(file->p + at, &numbers[below(random, 6)], 8);
        } else if (kind == 2) {
            memmove(file->p + at, file->p + below(random, n - 8), 8);
        } else {
            file->p[at] = (char)below(random, 5);
        }
    }
    if (below(random, 10) == 0) {
        n -= below(random, n / 2);
        file->n = n + SHA256_BYTES;
    }
    struct pt_error err = ERROR_INIT;
    assert_int_equal(sha256_of(file->p, n, (uint8_t *)file->p + n, &err), PT_OK);
}

static bool is_harmless_answer(pt_status status)
{
    return status == PT_OK || status == PT_E_DATA || status == PT_E_NUMERIC ||
           status == PT_E_UNSUPPORTED || status == PT_E_STATE || status == PT_E_CONFIG;
}

static bool use(const struct model_bench *b, const struct str *file)
{
    struct pt_error err = ERROR_INIT;
    struct learned *m = NULL;
    pt_status status =
        learned_load(b->component, config_struct(b->config), &b->host, str_view(file), &m, &err);
    assert_true(is_harmless_answer(status));
    if (status != PT_OK) {
        return false;
    }
    struct str out = {0};
    struct json_writer w = json_writer_of(&out, false);
    struct table t;
    sample_table(20, 3, &t);
    assert_true(is_harmless_answer(learned_score(m, NULL, &t, "m", &err)));
    assert_true(is_harmless_answer(learned_report(m, &w, &err)));
    assert_true(is_harmless_answer(learned_export(m, PT_EXPORT_PMML, &out, &err)));
    assert_true(is_harmless_answer(learned_export(m, PT_EXPORT_XGBOOST, &out, &err)));
    table_release(&t);
    str_release(&out);
    learned_free(m);
    return true;
}

static void fuzz(const char *plugin, const char *with, double share)
{
    const char *seconds = getenv("FOREST_FUZZ_SECONDS");
    double budget = seconds == NULL ? 1 : strtod(seconds, NULL);
    struct timespec begin;
    struct timespec now;
    struct model_bench b;
    struct table t;
    struct pt_error err = ERROR_INIT;
    struct str file = {0};
    bench_open(&b, plugin, with, 1);
    sample_table(150, 9, &t);
    struct learn_spec spec = bench_spec(&b, &t, "bought", (const char *const[]){"profile", NULL});
    struct learned *m = bench_fit(&spec, &t);
    assert_int_equal(learned_save(m, &file, &err), PT_OK);
    assert_true(use(&b, &file));
    uint64_t random = 17;
    uint64_t turns = 0;
    uint64_t taken = 0;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    do {
        struct str wrong = {0};
        assert_true(str_add_n(&wrong, file.p, file.n));
        spoil(&wrong, &random);
        taken += use(&b, &wrong);
        str_release(&wrong);
        turns++;
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while (turns < 300 || (double)(now.tv_sec - begin.tv_sec) < budget * share);
    assert_true(taken < turns); // some are refused
    learned_free(m);
    str_release(&file);
    table_release(&t);
    bench_close(&b);
}

static void test_forest_fuzz__wrong_forests_do_no_harm(void **state)
{
    (void)state;
    fuzz("forest", "{trees: 3, depth: 4}", 0.5);
}

static void test_forest_fuzz__wrong_trees_do_no_harm(void **state)
{
    (void)state;
    fuzz("dtree", "{depth: 5, min_leaf: 3, class_weights: balanced}", 0.5);
}

static void test_forest_fuzz__wrong_boosting_does_no_harm(void **state)
{
    (void)state;
    fuzz("gbdt", "{trees: 4, depth: 4}", 0.5);
    fuzz("gbdt", "{trees: 6, leaves: 5, early_stopping: 2, validation: 0.3}", 0.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forest_fuzz__wrong_forests_do_no_harm),
        cmocka_unit_test(test_forest_fuzz__wrong_trees_do_no_harm),
        cmocka_unit_test(test_forest_fuzz__wrong_boosting_does_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Model files with a right seal and wrong content: refused, or of no harm. KMEANS_FUZZ_SECONDS says
// how long (1 without it).
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

static uint64_t below(uint64_t *state, uint64_t n)
{
    return (uint64_t)(sample_uniform(state) * (double)n);
}

static void put_number(char *p, uint64_t *state)
{
    static const uint64_t edges[] = {0,
                                     1,
                                     2,
                                     255,
                                     1000,
                                     1001,
                                     UINT32_MAX,
                                     INT64_MAX,
                                     UINT64_MAX,
                                     0x7ff0000000000000U,
                                     0x7ff8000000000000U,
                                     0xfff0000000000000U,
                                     0x7fefffffffffffffU,
                                     0x8000000000000000U};
    uint64_t value = edges[below(state, sizeof edges / sizeof *edges)];
    memcpy(p, &value, below(state, 2) == 0 ? 4 : 8);
}

// Changes, cuts and doublings anywhere before the seal.
static void mutate(struct str *file, uint64_t *state)
{
    uint64_t changes = 1 + below(state, 6);
    for (uint64_t i = 0; i < changes && file->n > SHA256_BYTES + 16; i++) {
        uint64_t at = below(state, file->n - SHA256_BYTES - 8);
        uint64_t size = 1 + below(state, 8);
        switch (below(state, 4)) {
        case 0:
            file->p[at] = (char)below(state, 256);
            break;
        case 1:
            memmove(file->p + at, file->p + at + size, file->n - at - size);
            file->n -= size;
            break;
        default:
            put_number(file->p + at, state);
            break;
        }
    }
    struct pt_error err = ERROR_INIT;
    size_t n = file->n - SHA256_BYTES;
    assert_int_equal(sha256_of(file->p, n, (uint8_t *)file->p + n, &err), PT_OK);
}

static bool use(const struct model_bench *b, const struct str *file)
{
    struct pt_error err = ERROR_INIT;
    struct learned *m = NULL;
    struct table t;
    struct str out = {0};
    if (learned_load(b->component, config_struct(b->config), &b->host, str_view(file), &m, &err) !=
        PT_OK) {
        assert_int_not_equal(err.code, PT_E_INTERNAL);
        return false;
    }
    struct json_writer w = json_writer_of(&out, false);
    sample_table(30, 3, &t);
    pt_status scored = learned_score(m, NULL, &t, "m", &err);
    pt_status told = learned_report(m, &w, &err);
    pt_status exported = learned_export(m, PT_EXPORT_PMML, &out, &err);
    assert_true(scored != PT_E_INTERNAL && told != PT_E_INTERNAL && exported != PT_E_INTERNAL);
    str_release(&out);
    table_release(&t);
    learned_free(m);
    return true;
}

static void test_kmeans_fuzz__wrong_files_do_no_harm(void **state)
{
    (void)state;
    const char *seconds = getenv("KMEANS_FUZZ_SECONDS");
    time_t end = time(NULL) + (seconds == NULL ? 1 : strtol(seconds, NULL, 10));
    struct model_bench b;
    struct table t;
    struct pt_error err = ERROR_INIT;
    struct str file = {0};
    bench_open(&b, "kmeans", "{k: 0, k_max: 4, restarts: 1}", 1);
    sample_table(120, 9, &t);
    struct learn_spec spec =
        bench_spec(&b, &t, NULL, (const char *const[]){"profile", "bought", NULL});
    struct learned *m = bench_fit(&spec, &t);
    assert_int_equal(learned_save(m, &file, &err), PT_OK);
    assert_true(use(&b, &file));
    uint64_t random = 17;
    uint64_t turns = 0;
    uint64_t taken = 0;
    for (; turns < 300 || time(NULL) < end; turns++) {
        struct str wrong = {0};
        assert_true(str_add_n(&wrong, file.p, file.n));
        mutate(&wrong, &random);
        taken += use(&b, &wrong);
        str_release(&wrong);
    }
    assert_true(taken < turns); // some are refused
    learned_free(m);
    str_release(&file);
    table_release(&t);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kmeans_fuzz__wrong_files_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Model files with calibration and drift reference under a right seal and with wrong content:
// refused, or of no harm. MODEL_FILE_FUZZ_SECONDS says how long (2000 files of a kind without it).
#include <setjmp.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "digest.h"
#include "fake_model.h"
#include "host.h"
#include "learn.h"
#include "philox.h"

#define ROWS 300

struct bench {
    pt_host host;
    struct fake_config config;
    uint32_t n_fits;
    uint64_t n_rows;
    uint32_t faults;
    struct table t;
    struct learn_input inputs[3];
    struct learn_spec spec;
};

static void fill(struct table *t)
{
    static const char *const cities[] = {"Ulm", "Bonn", "Jena", ""};
    *t = (struct table){.n_rows = ROWS};
    assert_non_null(table_add(t, "x", VEC_F64, false));
    assert_non_null(table_add(t, "city", VEC_STR, true));
    assert_non_null(table_add(t, "age", VEC_I64, true));
    assert_non_null(table_add(t, "y", VEC_BOOL, false));
    for (size_t i = 0; i < ROWS; i++) {
        double x = (double)(i * 7919 % ROWS) / ROWS;
        t->columns[0].f[i] = x;
        t->columns[1].s[i] = text_of(cities[i % 4]);
        t->columns[1].valid[i] = i % 5 != 0;
        t->columns[2].i[i] = (int64_t)(i % 60);
        t->columns[2].valid[i] = i % 9 != 0;
        t->columns[3].b[i] = philox_bits(1, 2, i) >> 63 != 0 ? x > 0.3 : x > 0.7;
    }
}

static void bench_open(struct bench *b, enum learn_calibrate kind)
{
    *b = (struct bench){.config = fake_binary()};
    host_table_init(&b->host, NULL);
    b->config.is_mirror = 1;
    b->config.needs.takes_missing = 1;
    b->config.n_fits = &b->n_fits;
    b->config.n_rows = &b->n_rows;
    b->config.faults = &b->faults;
    fill(&b->t);
    b->inputs[0] = (struct learn_input){"x", VEC_F64, false};
    b->inputs[1] = (struct learn_input){"city", VEC_STR, false};
    b->inputs[2] = (struct learn_input){"age", VEC_I64, true};
    b->spec = (struct learn_spec){
        .name = "m",
        .plugin = &fake_component,
        .config = &b->config,
        .host = &b->host,
        .inputs = b->inputs,
        .n_inputs = 3,
        .label = "y",
        .calibrate = kind,
        .seed = 3,
    };
}

static uint64_t below(uint64_t *state, uint64_t n)
{
    return (uint64_t)(((unsigned __int128)philox_bits(5, 6, (*state)++) * n) >> 64);
}

static void put_number(char *p, uint64_t *state)
{
    static const uint64_t edges[] = {0,
                                     1,
                                     2,
                                     255,
                                     ROWS,
                                     UINT32_MAX,
                                     INT64_MAX,
                                     UINT64_MAX,
                                     0x3ff0000000000000U,
                                     0x7fefffffffffffffU,
                                     0x7ff0000000000000U,
                                     0x7ff8000000000000U,
                                     0x8000000000000000U,
                                     0xffefffffffffffffU};
    uint64_t value = edges[below(state, sizeof edges / sizeof *edges)];
    memcpy(p, &value, below(state, 2) == 0 ? 4 : 8);
}

static void seal(struct str *file)
{
    size_t n = file->n - SHA256_BYTES;
    uint64_t length = file->n;
    memcpy(file->p + 16, &length, sizeof length);
    assert_int_equal(sha256_of(file->p, n, (uint8_t *)file->p + n, NULL), PT_OK);
}

// Changes, cuts and doublings behind the header.
static void mutate(struct str *file, uint64_t *state)
{
    uint64_t changes = 1 + below(state, 4);
    for (uint64_t i = 0; i < changes && file->n > SHA256_BYTES + 64; i++) {
        uint64_t at = 24 + below(state, file->n - SHA256_BYTES - 40);
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
    seal(file);
}

// Loads, scores, watches and reports; true when the file was taken.
static bool use(const struct bench *b, const struct str *file)
{
    struct pt_error err = ERROR_INIT;
    struct learned *m = NULL;
    struct table t;
    struct str out = {0};
    if (learned_load(&fake_component, &b->config, &b->host, str_view(file), &m, &err) != PT_OK) {
        assert_int_not_equal(err.code, PT_E_INTERNAL);
        return false;
    }
    struct json_writer w = json_writer_of(&out, false);
    fill(&t);
    if (learned_score(m, NULL, &t, "m", &err) == PT_OK) {
        const double *p = t.columns[table_find(&t, "m")].f;
        for (size_t i = 0; i < ROWS; i++) {
            assert_true(p[i] >= 0 && p[i] <= 1);
        }
        assert_int_equal(learned_watch(m, NULL, &t, "m", &err), PT_OK);
        for (size_t i = 0; i <= learned_n_inputs(m); i++) {
            assert_true(isfinite(learned_drift(m, i).psi));
        }
    }
    assert_int_equal(learned_report(m, &w, &err), PT_OK);
    str_release(&out);
    table_release(&t);
    learned_free(m);
    return true;
}

static void fuzz(enum learn_calibrate kind, time_t seconds)
{
    struct bench b;
    struct str file = {0};
    struct learned *m = NULL;
    uint64_t random = (uint64_t)kind << 32;
    uint64_t turns = 0;
    uint64_t taken = 0;
    bench_open(&b, kind);
    assert_int_equal(learn_fit(&b.spec, &b.t, &m, NULL), PT_OK);
    assert_int_equal(learned_save(m, &file, NULL), PT_OK);
    assert_true(use(&b, &file));
    time_t end = time(NULL) + seconds;
    for (; turns < 2000 || time(NULL) < end; turns++) {
        struct str wrong = {0};
        assert_true(str_add_n(&wrong, file.p, file.n));
        mutate(&wrong, &random);
        taken += use(&b, &wrong);
        str_release(&wrong);
    }
    assert_true(taken > 0 && taken < turns / 2);
    learned_free(m);
    str_release(&file);
    table_release(&b.t);
}

static void test_model_file_fuzz__wrong_files_do_no_harm(void **state)
{
    (void)state;
    const char *seconds = getenv("MODEL_FILE_FUZZ_SECONDS");
    time_t each = seconds == NULL ? 0 : strtol(seconds, NULL, 10) / 2;
    fuzz(LEARN_CALIBRATE_PLATT, each);
    fuzz(LEARN_CALIBRATE_ISOTONIC, each);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_model_file_fuzz__wrong_files_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

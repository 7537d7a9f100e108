// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Every model plugin's load() under wrong files: good ones are mutated and sealed again, so that
// the content is reached, then loaded and used in every way. MODEL_FUZZ_SECONDS says how long for
// each plugin (a blink without it), MODEL_FUZZ_SEED where to begin.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clock.h"
#include "digest.h"
#include "export_model.h"
#include "mem.h"
#include "model_bench.h"
#include "model_file.h"
#include "reasons.h"
#include "reopen.h"
#include "sample_table.h"

#define SEEDS 2 // good files of a subject, which are spliced too
#define TURNS_LEAST 150

struct subject {
    const char *component;
    const char *with;
    const char *label; // NULL = none
    const char *told;  // the options as the training text has them
};

static const struct subject subjects[] = {
    {"kmeans", "{k: 4, restarts: 1}", NULL, "{\"with\": {\"k\": \"4\", \"restarts\": \"1\"}}"},
    {"logreg", "{lambda: 1}", "bought", "{\"with\": {\"lambda\": \"1\"}}"},
    {"dtree", "{depth: 5, min_leaf: 3}", "bought", "{\"with\": {\"depth\": \"5\"}}"},
    {"forest", "{trees: 4, depth: 5}", "bought", "{\"with\": {\"trees\": \"4\"}}"},
    {"gbdt", "{trees: 6, depth: 4}", "bought", "{\"with\": {\"depth\": \"4\"}}"},
    {"logreg", "{classes: [Aachen, Berlin, Chemnitz, Dresden, Essen]}", "city",
     "{\"with\": {\"classes\": [\"Aachen\", \"Berlin\", \"Chemnitz\", \"Dresden\", \"Essen\"]}}"},
};

struct fuzz {
    struct model_bench b;
    struct table t; // what is scored
    struct str good[SEEDS];
    uint64_t random;
    uint64_t turns, taken;
};

static const char *const left_out[] = {"profile", "bought", NULL};

static uint64_t below(struct fuzz *f, uint64_t n)
{
    return (uint64_t)(sample_uniform(&f->random) * (double)n);
}

static void make_good(struct fuzz *f, const struct subject *s, size_t i)
{
    struct table t;
    struct pt_error err = ERROR_INIT;
    sample_table(100 + 60 * i, 9 + i, &t);
    struct learn_spec spec = bench_spec(&f->b, &t, s->label, left_out);
    spec.training_text = s->told;
    struct learned *m = bench_fit(&spec, &t);
    assert_int_equal(learned_save(m, &f->good[i], &err), PT_OK);
    learned_free(m);
    table_release(&t);
}

// Where a change is likely to be reached: anywhere, or in the plugin's bytes at the end.
static size_t place(struct fuzz *f, const struct str *file)
{
    size_t end = file->n - SHA256_BYTES;
    size_t back = below(f, 2) == 0 ? end - MODEL_FILE_HEADER : (end - MODEL_FILE_HEADER) / 3;
    return end - 1 - below(f, back);
}

static void put_edge(struct fuzz *f, struct str *file, size_t at)
{
    static const uint64_t edges[] = {0,
                                     1,
                                     2,
                                     3,
                                     7,
                                     64,
                                     255,
                                     256,
                                     4096,
                                     65535,
                                     65536,
                                     INT32_MAX,
                                     UINT32_MAX,
                                     INT64_MAX,
                                     UINT64_MAX,
                                     0x7ff0000000000000U,
                                     0x7ff8000000000000U,
                                     0xfff0000000000000U,
                                     0x7fefffffffffffffU,
                                     0x8000000000000000U,
                                     0x0000000000000001U};
    uint64_t value = edges[below(f, sizeof edges / sizeof *edges)];
    size_t size = (size_t)1 << below(f, 4);
    if (at + size <= file->n - SHA256_BYTES) {
        memcpy(file->p + at, &value, size);
    }
}

static void splice(struct fuzz *f, struct str *file, size_t at)
{
    const struct str *other = &f->good[below(f, SEEDS)];
    size_t size = 1 + below(f, 64);
    size_t from = below(f, other->n - SHA256_BYTES);
    if (at + size <= file->n - SHA256_BYTES && from + size <= other->n - SHA256_BYTES) {
        memcpy(file->p + at, other->p + from, size);
    }
}

// Bytes left out or doubled.
static void resize(struct fuzz *f, struct str *file, size_t at)
{
    size_t size = 1 + below(f, 24);
    if (at + size > file->n - SHA256_BYTES) {
        return;
    }
    if (below(f, 2) == 0) {
        memmove(file->p + at, file->p + at + size, file->n - at - size);
        file->n -= size;
        return;
    }
    char copy[24];
    memcpy(copy, file->p + at, size);
    assert_true(str_add_n(file, copy, size)); // room
    memmove(file->p + at + size, file->p + at, file->n - at - size);
}

static void mutate(struct fuzz *f, struct str *file)
{
    uint64_t changes = 1 + below(f, 4);
    for (uint64_t i = 0; i < changes && file->n > MODEL_FILE_HEADER + SHA256_BYTES + 64; i++) {
        size_t at = place(f, file);
        switch (below(f, 5)) {
        case 0:
            file->p[at] = (char)below(f, 256);
            break;
        case 1:
            file->p[at] = (char)((unsigned char)file->p[at] ^ (1U << below(f, 8)));
            break;
        case 2:
            splice(f, file, at);
            break;
        case 3:
            resize(f, file, at);
            break;
        default:
            put_edge(f, file, at);
            break;
        }
    }
}

// The length in the header and the seal are made right, so that what lies between is looked at.
static void seal(struct str *file)
{
    struct pt_error err = ERROR_INIT;
    uint64_t length = file->n;
    size_t sealed = file->n - SHA256_BYTES;
    memcpy(file->p + 16, &length, sizeof length);
    assert_int_equal(sha256_of(file->p, sealed, (uint8_t *)file->p + sealed, &err), PT_OK);
}

// Whatever a loaded model is asked for, it answers or says that it cannot; never a bug.
static void use(struct fuzz *f, const struct learned *m)
{
    struct pt_error err = ERROR_INIT;
    struct str out = {0};
    struct json_writer w = json_writer_of(&out, false);
    struct table t;
    sample_table(30, 3, &t);
    double *added = mem_array((learned_n_inputs(m) + 1) * t.n_rows, sizeof *added);
    assert_non_null(added);
    pt_status done[] = {
        learned_score(m, NULL, &t, "m", &err),
        learned_contributes(m) == PT_CONTRIBUTES_NOTHING
            ? PT_OK
            : learned_contributions(m, NULL, &t, added, &err),
        learned_report(m, &w, &err),
        learned_export(m, PT_EXPORT_PMML, &out, &err),
        learned_export(m, PT_EXPORT_XGBOOST, &out, &err),
    };
    for (size_t i = 0; i < sizeof done / sizeof *done; i++) {
        assert_true(done[i] != PT_E_INTERNAL && done[i] != PT_E_STATE);
    }
    f->taken++;
    mem_free(added);
    str_release(&out);
    table_release(&t);
}

// With the options the pipeline gives, or those that the file tells of.
static pt_status load(struct fuzz *f, struct text file, struct reopened *out)
{
    struct pt_error err = ERROR_INIT;
    if (below(f, 2) == 0) {
        return learned_reopen(f->b.registry, &f->b.host, file, out, &err);
    }
    return learned_load(f->b.component, config_struct(f->b.config), &f->b.host, file, &out->model,
                        &err);
}

static void one_turn(struct fuzz *f)
{
    struct reopened r = {0};
    struct str file = {0};
    const struct str *good = &f->good[below(f, SEEDS)];
    assert_true(str_add_n(&file, good->p, good->n));
    mutate(f, &file);
    seal(&file);
    pt_status status = load(f, str_view(&file), &r);
    if (status == PT_OK) {
        use(f, r.model);
    }
    assert_true(status != PT_E_INTERNAL && status != PT_E_STATE);
    reopened_release(&r);
    str_release(&file);
    f->turns++;
}

static int64_t number_of(const char *variable, int64_t otherwise)
{
    const char *text = getenv(variable);
    return text == NULL ? otherwise : strtoll(text, NULL, 10);
}

static void fuzz_subject(const struct subject *s)
{
    struct fuzz f = {.random = (uint64_t)number_of("MODEL_FUZZ_SEED", 17)};
    int64_t budget = number_of("MODEL_FUZZ_SECONDS", 0) * US_PER_SECOND;
    bench_open(&f.b, s->component, s->with, 1);
    for (size_t i = 0; i < SEEDS; i++) {
        make_good(&f, s, i);
    }
    int64_t before = mem_live_blocks();
    int64_t end = clock_monotonic_us() + budget;
    while (f.turns < TURNS_LEAST || clock_monotonic_us() < end) {
        one_turn(&f);
        assert_int_equal(mem_live_blocks(), before);
    }
    print_message("%s: %llu files, %llu taken\n", s->component, (unsigned long long)f.turns,
                  (unsigned long long)f.taken);
    assert_true(f.taken > 0 && f.taken < f.turns);
    for (size_t i = 0; i < SEEDS; i++) {
        str_release(&f.good[i]);
    }
    bench_close(&f.b);
}

static void test_model_fuzz__wrong_files_do_no_harm(void **state)
{
    (void)state;
    const char *only = getenv("MODEL_FUZZ_PLUGIN");
    size_t n = 0;
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
        if (only == NULL || strcmp(only, subjects[i].component) == 0) {
            fuzz_subject(&subjects[i]);
            n++;
        }
    }
    assert_true(n > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_model_fuzz__wrong_files_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

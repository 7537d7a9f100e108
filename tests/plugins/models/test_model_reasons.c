// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Reasons and exports of every model plugin: what inputs add makes up the score, texts follow from
// it, threads change nothing, a failed allocation is an error.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "export_model.h"
#include "mem.h"
#include "model_bench.h"
#include "reasons.h"
#include "reasons_text.h"
#include "reopen.h"
#include "sample_table.h"

#define ROWS 9000 // several blocks

struct subject {
    const char *component;
    const char *with;
    double tolerance;
};

static const struct subject subjects[] = {
    {"logreg", "{lambda: 1}", 1e-9},
    {"dtree", "{depth: 5, min_leaf: 3}", 1e-9},
    {"forest", "{trees: 12, depth: 6}", 1e-6},
    {"gbdt", "{trees: 20, depth: 4}", 1e-5},
    {"gbdt", "{trees: 20, depth: 4, loss: squared}", 1e-5},
};

#define N_SUBJECTS (sizeof subjects / sizeof *subjects)

static const char *const left_out[] = {"profile", "bought", NULL};

struct fitted {
    struct model_bench b;
    struct table t;
    struct learned *m;
};

static void fit(const struct subject *s, size_t n_rows, bool one_hot, struct fitted *out)
{
    *out = (struct fitted){0};
    bench_open(&out->b, s->component, s->with, 4);
    sample_table(n_rows, 9, &out->t);
    bool is_cluster = strcmp(s->component, "kmeans") == 0;
    struct learn_spec spec = bench_spec(&out->b, &out->t, is_cluster ? NULL : "bought", left_out);
    spec.training_text = "{\"with\": {}}";
    if (one_hot) {
        spec.prepare.categories = LEARN_CATEGORIES_ONE_HOT;
        spec.prepare.impute = LEARN_IMPUTE_MEAN;
    }
    out->m = bench_fit(&spec, &out->t);
}

static void fitted_release(struct fitted *f)
{
    learned_free(f->m);
    table_release(&f->t);
    bench_close(&f->b);
}

static double score_of(const struct learned *m, double score)
{
    return learned_contributes(m) == PT_CONTRIBUTES_LOG_ODDS ? log(score) - log1p(-score) : score;
}

static double *contributions_of(struct fitted *f)
{
    struct pt_error err = ERROR_INIT;
    double *added = mem_array((learned_n_inputs(f->m) + 1) * f->t.n_rows, sizeof *added);
    assert_non_null(added);
    assert_int_equal(learned_contributions(f->m, f->b.pool, &f->t, added, &err), PT_OK);
    return added;
}

static void check_sums(const struct subject *s, bool one_hot)
{
    struct fitted f;
    struct pt_error err = ERROR_INIT;
    fit(s, ROWS, one_hot, &f);
    size_t n_inputs = learned_n_inputs(f.m);
    double *added = contributions_of(&f);
    assert_int_equal(learned_score(f.m, f.b.pool, &f.t, "m", &err), PT_OK);
    const double *scores = f.t.columns[table_find(&f.t, "m")].f;
    size_t moving = 0;
    for (size_t r = 0; r < ROWS; r++) {
        double sum = 0;
        for (size_t i = 0; i <= n_inputs; i++) {
            sum += added[i * ROWS + r];
            moving += i < n_inputs && added[i * ROWS + r] != 0;
        }
        double wanted = score_of(f.m, scores[r]);
        if (!(fabs(sum - wanted) <= s->tolerance * fmax(1, fabs(wanted)))) {
            fail_msg("%s row %zu: %.17g, not %.17g", s->component, r, sum, wanted);
        }
    }
    assert_true(moving > ROWS);
    mem_free(added);
    fitted_release(&f);
}

static void test_model_reasons__add_up_to_the_score(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_SUBJECTS; i++) {
        check_sums(&subjects[i], false);
        check_sums(&subjects[i], true);
    }
}

// The k-th strongest input of a row, by looking at all; the number of inputs = none.
static size_t strongest(const double *added, size_t n_inputs, size_t row, size_t k)
{
    size_t best = n_inputs;
    for (size_t i = 0; i < n_inputs; i++) {
        size_t ahead = 0;
        double own = fabs(added[i * ROWS + row]);
        for (size_t j = 0; j < n_inputs; j++) {
            double other = fabs(added[j * ROWS + row]);
            ahead += other > own || (other == own && j < i);
        }
        best = ahead == k && own != 0 ? i : best;
    }
    return best;
}

static void check_row(const struct fitted *f, const double *added, size_t row)
{
    size_t n_inputs = learned_n_inputs(f->m);
    for (uint32_t k = 0; k < 4; k++) {
        char name[32];
        struct str wanted = {0};
        snprintf(name, sizeof name, REASONS_COLUMN, "m", k + 1);
        const struct column *c = &f->t.columns[table_find(&f->t, name)];
        size_t input = strongest(added, n_inputs, row, k);
        assert_int_equal(c->valid[row], input < n_inputs);
        if (input < n_inputs) {
            const char *column = learned_input(f->m, input).name;
            assert_true(reasons_text_add(&f->t.columns[table_find(&f->t, column)], row,
                                         added[input * ROWS + row], &wanted));
            assert_int_equal(c->s[row].n, wanted.n);
            assert_memory_equal(c->s[row].p, wanted.p, wanted.n);
        }
        str_release(&wanted);
    }
}

static void test_model_reasons__are_the_strongest_at_any_thread_count(void **state)
{
    (void)state;
    struct fitted f;
    struct pt_error err = ERROR_INIT;
    fit(&subjects[3], ROWS, false, &f);
    double *added = contributions_of(&f);
    assert_int_equal(learned_reasons(f.m, f.b.pool, &f.t, "m", 4, &err), PT_OK);
    assert_int_equal(learned_reasons(f.m, NULL, &f.t, "alone", 1, &err), PT_OK);
    const struct column *a = &f.t.columns[table_find(&f.t, "m.reason_1")];
    const struct column *b = &f.t.columns[table_find(&f.t, "alone.reason_1")];
    for (size_t row = 0; row < ROWS; row++) {
        check_row(&f, added, row);
        assert_true(a->valid[row] == b->valid[row] && text_equal(a->s[row], b->s[row]));
    }
    mem_free(added);
    fitted_release(&f);
}

static void test_model_reasons__refused_when_they_cannot_be(void **state)
{
    (void)state;
    struct fitted f;
    struct pt_error err = ERROR_INIT;
    const struct subject kmeans = {"kmeans", "{k: 3}", 0};
    fit(&kmeans, 200, false, &f);
    assert_int_equal(learned_reasons(f.m, NULL, &f.t, "m", 3, &err), PT_E_UNSUPPORTED);
    fitted_release(&f);
    fit(&subjects[1], 200, false, &f);
    assert_int_equal(learned_reasons(f.m, NULL, &f.t, "m", 0, &err), PT_E_LIMIT);
    assert_int_equal(learned_reasons(f.m, NULL, &f.t, "m", REASONS_MOST + 1, &err), PT_E_LIMIT);
    assert_int_equal(learned_reasons(f.m, NULL, &f.t, "m", 2, &err), PT_OK);
    assert_int_equal(learned_reasons(f.m, NULL, &f.t, "m", 2, &err), PT_E_DATA);
    fitted_release(&f);
}

static void check_text(const struct column *c, double added, const char *wanted)
{
    struct str out = {0};
    assert_true(reasons_text_add(c, 0, added, &out));
    assert_string_equal(out.p, wanted);
    str_release(&out);
}

static void test_model_reasons__texts_are_as_documented(void **state)
{
    (void)state;
    uint8_t there = 1;
    uint8_t missing = 0;
    uint8_t yes = 1;
    int64_t whole = 1200;
    int64_t day = 20240;
    int64_t instant = (int64_t)20240 * 86400 * 1000000 + 500000;
    double number = 33.337;
    struct text city = text_of("Köln & <co>");
    struct text long_one = text_of("0123456789012345678901234567890123456789"
                                   "01234567890123456789012é and more");
    check_text(&(struct column){.name = "a", .type = VEC_I64, .i = &whole}, 0.82, "a 1200 (+0.82)");
    check_text(&(struct column){.name = "a", .type = VEC_I64, .i = &whole, .valid = &missing}, -3,
               "a missing (-3)");
    check_text(&(struct column){.name = "a", .type = VEC_BOOL, .b = &yes, .valid = &there}, 1e-9,
               "a true (+1e-09)");
    check_text(&(struct column){.name = "a", .type = VEC_DATE, .i = &day}, 12345.6,
               "a 2025-06-01 (+12346)");
    check_text(&(struct column){.name = "a", .type = VEC_TIME, .i = &instant}, -0.0049,
               "a 2025-06-01T00:00:00.500Z (-0.0049)");
    check_text(&(struct column){.name = "a", .type = VEC_STR, .s = &city}, 999.4,
               "a Köln & <co> (+999)");
    check_text(&(struct column){.name = "a", .type = VEC_STR, .s = &long_one}, 1,
               "a 012345678901234567890123456789012345678901234567890123456789012... (+1)");

    static const struct {
        double value;
        const char *text;
    } numbers[] = {
        {33.337, "33.34"}, {-0.5, "-0.5"},       {2, "2"},        {0.00123456, "0.00123"},
        {0, "0"},          {1.999, "2"},         {1e20, "1e+20"}, {INFINITY, "missing"},
        {100.001, "100"},  {-1e9, "-1000000000"}};

    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char wanted[64];
        number = numbers[i].value;
        snprintf(wanted, sizeof wanted, "a %s (+1)", numbers[i].text);
        check_text(&(struct column){.name = "a", .type = VEC_F64, .f = &number}, 1, wanted);
    }
}

// The columns of `from`, with room for those that scoring adds.
static bool borrow_table(const struct table *from, struct table *out)
{
    *out = *from;
    out->arena = (struct arena){0};
    out->capacity = from->n_columns + 8;
    out->columns = mem_array(out->capacity, sizeof *out->columns);
    if (out->columns != NULL) {
        memcpy(out->columns, from->columns, from->n_columns * sizeof *out->columns);
    }
    return out->columns != NULL;
}

static void return_table(struct table *t, size_t n_before)
{
    for (size_t i = n_before; t->columns != NULL && i < t->n_columns; i++) {
        mem_free(t->columns[i].valid);
        mem_free(t->columns[i].s);
    }
    arena_release(&t->arena);
    mem_free(t->columns);
}

// The file opened again by itself; reasons and export of that model.
static pt_status reopen_and_tell(const struct fitted *f, struct text file, struct pt_error *err)
{
    struct reopened again = {0};
    struct str out = {0};
    struct table t;
    pt_status status = PT_E_NO_MEMORY;
    if (borrow_table(&f->t, &t)) {
        status = learned_reopen(f->b.registry, &f->b.host, file, &again, err);
    }
    if (status == PT_OK && learned_contributes(again.model) != PT_CONTRIBUTES_NOTHING) {
        status = learned_reasons(again.model, NULL, &t, "m", 2, err);
    }
    if (status == PT_OK) {
        status = learned_export(again.model, PT_EXPORT_PMML, &out, err);
    }
    reopened_release(&again);
    str_release(&out);
    return_table(&t, f->t.n_columns);
    return status;
}

static void test_model_reasons__every_allocation_may_fail(void **state)
{
    (void)state;
    static const struct subject small[] = {
        {"logreg", "", 0}, {"dtree", "", 0}, {"forest", "", 0}, {"gbdt", "", 0}, {"kmeans", "", 0}};
    for (size_t i = 0; i < sizeof small / sizeof *small; i++) {
        struct fitted f;
        struct str file = {0};
        struct pt_error err = ERROR_INIT;
        struct subject s = small[i];
        s.with = strcmp(s.component, "forest") == 0 || strcmp(s.component, "gbdt") == 0
                     ? "{trees: 3, depth: 3}"
                     : "";
        fit(&s, 60, false, &f);
        assert_int_equal(learned_save(f.m, &file, &err), PT_OK);
        int64_t before = mem_live_blocks();
        mem_fault_arm(UINT64_MAX, false);
        pt_status status = reopen_and_tell(&f, str_view(&file), &err);
        if (status != PT_OK) {
            fail_msg("%s: %s", s.component, err.message);
        }
        uint64_t calls = mem_fault_calls();
        assert_true(calls > 30);
        for (uint64_t at = 1; at <= calls; at++) {
            mem_fault_arm(at, at % 2 == 0);
            assert_int_equal(reopen_and_tell(&f, str_view(&file), &err), PT_E_NO_MEMORY);
            mem_fault_arm(0, false);
            assert_int_equal(mem_live_blocks(), before);
        }
        str_release(&file);
        fitted_release(&f);
    }
}

static void test_model_reasons__reopen_says_what_is_wrong(void **state)
{
    (void)state;
    struct fitted f;
    struct str file = {0};
    struct reopened again = {0};
    struct pt_error err = ERROR_INIT;
    fit(&subjects[1], 100, false, &f);
    assert_int_equal(learned_save(f.m, &file, &err), PT_OK);
    struct registry *none = NULL;
    assert_int_equal(registry_open(NULL, 0, &none, &err), PT_OK);
    assert_int_equal(learned_reopen(none, &f.b.host, str_view(&file), &again, &err),
                     PT_E_NOT_FOUND);
    assert_non_null(strstr(err.message, "dtree"));
    registry_free(none);
    struct text cut = {file.p, file.n - 1};
    assert_int_equal(learned_reopen(f.b.registry, &f.b.host, cut, &again, &err), PT_E_DATA);
    str_release(&file);
    fitted_release(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_model_reasons__add_up_to_the_score),
        cmocka_unit_test(test_model_reasons__are_the_strongest_at_any_thread_count),
        cmocka_unit_test(test_model_reasons__refused_when_they_cannot_be),
        cmocka_unit_test(test_model_reasons__texts_are_as_documented),
        cmocka_unit_test(test_model_reasons__every_allocation_may_fail),
        cmocka_unit_test(test_model_reasons__reopen_says_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

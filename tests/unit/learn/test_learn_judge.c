// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What is asked of a judgement beyond the figures: calibration, intervals, importance, learning
// curve, drift; with a model whose score is its first input, so that the truth is known.
#include <setjmp.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fake_model.h"
#include "host.h"
#include "learned.h"
#include "mem.h"

#define ROWS 4000

static const double shares_of[] = {0.25, 0.5, 1};

struct bench {
    pt_host host;
    struct fake_config config;
    uint32_t n_fits;
    uint64_t n_rows;
    uint32_t faults;
    struct table t;
    uint8_t test[ROWS];
    struct learn_input inputs[2];
    struct learn_spec spec;
    struct learned *m;
    struct pt_error err;
};

static double uniform(uint64_t i, uint64_t stream)
{
    uint64_t h = hash_bytes(&i, sizeof i, stream);
    return (double)(h >> 11) * 0x1p-53;
}

// x in (0, 1), a yes with the chance x squared: the score x promises too much. noise says nothing.
static void fill(struct table *t, size_t n)
{
    *t = (struct table){.n_rows = n};
    assert_non_null(table_add(t, "name", VEC_STR, false));
    assert_non_null(table_add(t, "x", VEC_F64, false));
    assert_non_null(table_add(t, "noise", VEC_F64, true));
    assert_non_null(table_add(t, "y", VEC_F64, false));
    for (size_t i = 0; i < n; i++) {
        double x = uniform(i, 1);
        t->columns[0].s[i] = text_of(arena_printf(&t->arena, "n%zu", i));
        t->columns[1].f[i] = x;
        t->columns[2].f[i] = uniform(i, 2);
        t->columns[2].valid[i] = i % 7 != 0;
        t->columns[3].f[i] = uniform(i, 3) < x * x;
    }
}

static void bench_open(struct bench *b)
{
    *b = (struct bench){.config = fake_binary()};
    host_table_init(&b->host, NULL);
    b->config.is_mirror = 1;
    b->config.needs.takes_missing = 1;
    b->config.n_fits = &b->n_fits;
    b->config.n_rows = &b->n_rows;
    b->config.faults = &b->faults;
    fill(&b->t, ROWS);
    b->inputs[0] = (struct learn_input){"x", VEC_F64, false};
    b->inputs[1] = (struct learn_input){"noise", VEC_F64, false};
    for (size_t i = 0; i < ROWS; i++) {
        b->test[i] = i % 2 == 0;
    }
    b->spec = (struct learn_spec){
        .name = "m",
        .plugin = &fake_component,
        .config = &b->config,
        .host = &b->host,
        .inputs = b->inputs,
        .n_inputs = 2,
        .label = "y",
        .test = b->test,
        .key = "name",
        .seed = 3,
    };
}

static void bench_fit(struct bench *b)
{
    if (learn_fit(&b->spec, &b->t, &b->m, &b->err) != PT_OK) {
        fail_msg("%s", b->err.message);
    }
}

static void bench_close(struct bench *b)
{
    assert_int_equal(b->faults, 0);
    learned_free(b->m);
    table_release(&b->t);
}

static const double *scored(const struct learned *m, struct table *t, const char *name)
{
    assert_int_equal(learned_score(m, NULL, t, name, NULL), PT_OK);
    return t->columns[table_find(t, name)].f;
}

static void test_judge__calibrated_scores_hold(void **state)
{
    (void)state;
    for (int kind = LEARN_CALIBRATE_PLATT; kind <= LEARN_CALIBRATE_ISOTONIC; kind++) {
        struct bench b;
        bench_open(&b);
        b.spec.calibrate = (enum learn_calibrate)kind;
        bench_fit(&b);
        assert_int_equal(b.n_fits, 6); // the model and five folds
        const struct evaluation *e = &b.m->evaluation;
        assert_true(e->is_calibrated && e->n_folds == 0);
        // E (x - x^2)^2 = 1/30 is what a score of x loses against the truth.
        assert_true(fabs(e->raw.brier - e->binary.brier - 1.0 / 30) < 0.01);
        assert_true(e->raw.ece > 0.13 && e->binary.ece < 0.05);
        assert_true(e->binary.log_loss < e->raw.log_loss - 0.05);
        const double *p = scored(b.m, &b.t, "p");
        for (size_t i = 0; i < ROWS; i++) {
            double x = b.t.columns[1].f[i];
            assert_true(fabs(p[i] - x * x) < 0.15);
        }
        bench_close(&b);
    }
}

static void test_judge__calibration_is_kept_in_the_model_file(void **state)
{
    (void)state;
    for (int kind = LEARN_CALIBRATE_NONE; kind <= LEARN_CALIBRATE_ISOTONIC; kind++) {
        struct bench b;
        struct str file = {0};
        struct str again = {0};
        struct learned *m = NULL;
        bench_open(&b);
        b.spec.calibrate = (enum learn_calibrate)kind;
        bench_fit(&b);
        assert_int_equal(learned_save(b.m, &file, &b.err), PT_OK);
        assert_int_equal(
            learned_load(&fake_component, &b.config, &b.host, str_view(&file), &m, &b.err), PT_OK);
        const double *p = scored(b.m, &b.t, "p");
        const double *q = scored(m, &b.t, "q");
        assert_memory_equal(p, q, ROWS * sizeof *p);
        assert_int_equal(learned_save(m, &again, &b.err), PT_OK);
        assert_true(again.n == file.n && memcmp(again.p, file.p, file.n) == 0);
        assert_int_equal(learned_match(m, &b.spec, &b.err), PT_OK);
        b.spec.calibrate = (enum learn_calibrate)(kind == 1 ? 2 : 1);
        assert_int_equal(learned_match(m, &b.spec, &b.err), PT_E_CONFIG);
        assert_non_null(strstr(b.err.message, "learnt with calibrate"));
        b.spec.calibrate = LEARN_CALIBRATE_NONE; // not written: whatever it was
        assert_int_equal(learned_match(m, &b.spec, &b.err), PT_OK);
        learned_free(m);
        str_release(&file);
        str_release(&again);
        bench_close(&b);
    }
}

static void check_same(struct interval a, struct interval b, double tolerance)
{
    assert_true(fabs(a.low - b.low) <= tolerance && fabs(a.high - b.high) <= tolerance);
}

static void test_judge__intervals(void **state)
{
    (void)state;
    struct bench b;
    struct pool *pool = NULL;
    bench_open(&b);
    b.spec.judge.bootstrap = 1000;
    bench_fit(&b);
    const struct evaluation *e = &b.m->evaluation;
    struct bootstrap first = e->bootstrap;
    assert_true(first.resamples == 1000 && first.counted == 1000);
    assert_true(first.auc.low < e->binary.auc && e->binary.auc < first.auc.high);
    assert_true(first.pr_auc.low < e->binary.pr_auc && e->binary.pr_auc < first.pr_auc.high);
    // The mean of squares has a known spread.
    double sum = 0;
    double squares = 0;
    for (size_t i = 0; i < ROWS; i += 2) {
        double miss = b.t.columns[3].f[i] - b.t.columns[1].f[i];
        sum += miss * miss;
        squares += miss * miss * miss * miss;
    }
    double n = ROWS / 2.0;
    double spread = sqrt((squares / n - sum / n * (sum / n)) / n);
    double width = first.brier.high - first.brier.low;
    assert_true(fabs(width / (2 * 1.959964 * spread) - 1) < 0.1);
    assert_true(fabs((first.brier.low + first.brier.high) / 2 - e->binary.brier) < 0.2 * spread);
    learned_free(b.m);
    assert_int_equal(pool_new(3, &pool, NULL), PT_OK);
    b.spec.pool = pool;
    bench_fit(&b);
    assert_memory_equal(&b.m->evaluation.bootstrap, &first, sizeof first);
    bench_close(&b);
    pool_free(pool);
}

// Rows twice, under the names they had: nothing is known that was not, so nothing gets narrower.
static void test_judge__people_are_drawn_whole(void **state)
{
    (void)state;
    double scores[2000];
    double labels[2000];
    uint64_t names[2][2000];
    struct bootstrap of[3];
    for (size_t i = 0; i < 2000; i++) {
        scores[i] = uniform(i % 1000, 1);
        labels[i] = uniform(i % 1000, 3) < scores[i];
        names[0][i] = i % 1000;
        names[1][i] = i;
    }
    for (int k = 0; k < 3; k++) {
        struct ranked r = {0};
        struct ranked_from from = {scores, labels, names[k == 2], k == 0 ? 1000 : 2000};
        assert_int_equal(ranked_of(&from, &r, NULL), PT_OK);
        assert_int_equal(bootstrap_run(&r, 400, 5, NULL, &of[k], NULL), PT_OK);
        ranked_release(&r);
    }
    check_same(of[0].auc, of[1].auc, 1e-12);
    check_same(of[0].log_loss, of[1].log_loss, 1e-12);
    check_same(of[0].pr_auc, of[1].pr_auc, 1e-12);
    double whole = of[1].brier.high - of[1].brier.low;
    double apart = of[2].brier.high - of[2].brier.low;
    assert_true(fabs(whole / apart - sqrt(2)) < 0.2);
}

static void test_judge__importance(void **state)
{
    (void)state;
    struct bench b;
    struct pool *pool = NULL;
    bench_open(&b);
    b.spec.judge.importance = 5;
    bench_fit(&b);
    const struct evaluation *e = &b.m->evaluation;
    assert_int_equal(e->n_importance, 2);
    struct importance x = e->importance[0];
    struct importance noise = e->importance[1];
    assert_string_equal(x.name, "x");
    assert_true(fabs(x.auc_drop - (e->binary.auc - 0.5)) < 0.02); // all there is to know
    assert_true(x.auc_drop_sd > 0 && x.auc_drop_sd < 0.03 && x.log_loss_rise > 0.1);
    assert_string_equal(noise.name, "noise");
    assert_true(noise.auc_drop == 0 && noise.log_loss_rise == 0 && noise.auc_drop_sd == 0);
    learned_free(b.m);
    assert_int_equal(pool_new(3, &pool, NULL), PT_OK);
    b.spec.pool = pool;
    bench_fit(&b);
    assert_true(b.m->evaluation.importance[0].auc_drop == x.auc_drop);
    assert_true(b.m->evaluation.importance[0].log_loss_rise_sd == x.log_loss_rise_sd);
    bench_close(&b);
    pool_free(pool);
}

static void test_judge__learning_curve(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    b.config.is_mirror = 0; // scores with the mean label of what it learnt from
    b.spec.judge.curve = shares_of;
    b.spec.judge.n_curve = 3;
    bench_fit(&b);
    const struct evaluation *e = &b.m->evaluation;
    assert_int_equal(b.n_fits, 4);
    assert_int_equal(e->n_curve, 3);
    assert_in_range(e->curve[0].rows, 400, 600); // of 2000
    assert_in_range(e->curve[1].rows, 900, 1100);
    assert_int_equal(e->curve[2].rows, 2000);
    assert_true(e->curve[2].log_loss == e->binary.log_loss && e->curve[2].auc == 0.5);
    for (size_t i = 0; i < 3; i++) {
        double p = (double)e->curve[i].positives / (double)e->curve[i].rows;
        double own = -p * log(p) - (1 - p) * log1p(-p);
        assert_true(fabs(e->curve[i].own_log_loss - own) < 1e-12);
        assert_true(e->curve[i].log_loss > 0 && e->curve[i].brier > 0);
    }
    bench_close(&b);
}

// Too few rows for both classes: a point without figures, not an end of the run.
static void test_judge__curve_of_nothing(void **state)
{
    (void)state;
    static const double tiny[] = {0.0001, 1};
    struct bench b;
    bench_open(&b);
    b.spec.judge.curve = tiny;
    b.spec.judge.n_curve = 2;
    bench_fit(&b);
    assert_true(isnan(b.m->evaluation.curve[0].auc) && b.m->evaluation.curve[0].rows < 5);
    assert_false(isnan(b.m->evaluation.curve[1].auc));
    bench_close(&b);
}

static void test_judge__drift_of_a_loaded_model(void **state)
{
    (void)state;
    struct bench b;
    struct str file = {0};
    struct learned *m = NULL;
    struct table now;
    bench_open(&b);
    bench_fit(&b);
    assert_int_equal(b.m->reference.source, DRIFT_TEST_ROWS); // 2000 of them
    assert_int_equal(learned_save(b.m, &file, &b.err), PT_OK);
    assert_int_equal(learned_load(&fake_component, &b.config, &b.host, str_view(&file), &m, NULL),
                     PT_OK);
    assert_true(isnan(learned_drift(m, 0).psi));
    assert_string_equal(learned_drift(m, 0).verdict, "unknown");
    fill(&now, 3000);
    for (size_t i = 0; i < 3000; i++) {
        now.columns[1].f[i] = 0.5 + now.columns[1].f[i] / 2; // the lower half is gone
    }
    scored(m, &now, "p");
    assert_int_equal(learned_watch(m, NULL, &now, "p", &b.err), PT_OK);
    assert_string_equal(learned_drift(m, 0).name, "x");
    // Half of ten bins empty at the floor, the others twice as full.
    double psi = 0.5 * (0.1 - 1e-4) * log(0.1 / 1e-4) * 10 + 0.5 * 0.1 * log(2) * 10;
    assert_true(fabs(learned_drift(m, 0).psi - psi) < 0.6); // the fifth edge is not 0.5 sharp
    assert_string_equal(learned_drift(m, 0).verdict, "drift");
    assert_string_equal(learned_drift(m, 1).verdict, "stable");
    assert_string_equal(learned_drift(m, 2).name, "score");
    assert_string_equal(learned_drift(m, 2).verdict, "drift");
    assert_int_equal(learned_watch(m, NULL, &now, "q", &b.err), PT_E_DATA);
    learned_free(m);
    table_release(&now);
    str_release(&file);
    bench_close(&b);
}

static void test_judge__scores_of_unseen_rows_are_the_reference(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    b.spec.test = NULL;
    bench_fit(&b);
    assert_int_equal(b.m->reference.source, DRIFT_TRAINING_ROWS);
    learned_free(b.m);
    b.spec.folds = 3;
    bench_fit(&b);
    assert_int_equal(b.m->reference.source, DRIFT_OUT_OF_FOLD);
    assert_int_equal(b.m->reference.score_rows, ROWS);
    bench_close(&b);
}

// Classes are texts in the table; their reference is by class, as that of segments is by segment.
static void test_judge__drift_of_classes(void **state)
{
    (void)state;
    static const char *const names[] = {"bronze", "silver", "gold"};
    struct bench b;
    bench_open(&b);
    uint32_t *n_fits = b.config.n_fits;
    uint64_t *n_rows = b.config.n_rows;
    uint32_t *faults = b.config.faults;
    b.config = fake_classes();
    b.config.n_fits = n_fits;
    b.config.n_rows = n_rows;
    b.config.faults = faults;
    b.config.needs.takes_missing = 1;
    struct column *tier = table_add(&b.t, "tier", VEC_STR, false);
    assert_non_null(tier);
    for (size_t i = 0; i < ROWS; i++) {
        b.t.columns[1].f[i] = (double)(i % 3);
        tier->s[i] = text_of(names[i / 2 % 3]);
    }
    b.spec.label = "tier";
    bench_fit(&b);
    assert_int_equal(b.m->reference.score.n_cuts, 2);
    assert_int_equal(learned_score(b.m, NULL, &b.t, "class", &b.err), PT_OK);
    assert_int_equal(learned_watch(b.m, NULL, &b.t, "class", &b.err), PT_OK);
    assert_true(learned_drift(b.m, 2).psi < 1e-4);
    struct text *class = b.t.columns[table_find(&b.t, "class")].s;
    for (size_t i = 0; i < ROWS; i++) {
        class[i] = text_of("gold");
    }
    assert_int_equal(learned_watch(b.m, NULL, &b.t, "class", &b.err), PT_OK);
    // Two thirds have gone to the floor.
    double psi = 2 * (1.0 / 3 - 1e-4) * log(1.0 / 3 / 1e-4) + 2.0 / 3 * log(3);
    assert_true(fabs(learned_drift(b.m, 2).psi - psi) < 0.02);
    bench_close(&b);
}

static void expect(struct bench *b, const char *part)
{
    assert_int_equal(learn_fit(&b->spec, &b->t, &b->m, &b->err), PT_E_CONFIG);
    if (strstr(b->err.message, part) == NULL) {
        fail_msg("`%s` does not say `%s`", b->err.message, part);
    }
    bench_close(b);
}

static void test_judge__faulty_wishes_are_told(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    b.config.needs.task = PT_TASK_REGRESS;
    b.config.output.role = PT_ROLE_VALUE;
    b.spec.calibrate = LEARN_CALIBRATE_PLATT;
    expect(&b, "of models of classes");
    bench_open(&b);
    b.spec.test = NULL;
    b.spec.judge.curve = shares_of;
    b.spec.judge.n_curve = 3;
    expect(&b, "needs test rows");
}

static pt_status everything(struct bench *b, size_t round)
{
    struct str file = {0};
    struct str report = {0};
    struct learned *m = NULL;
    struct learned *back = NULL;
    char name[24];
    snprintf(name, sizeof name, "p%zu", round);
    pt_status status = learn_fit(&b->spec, &b->t, &m, &b->err);
    if (status == PT_OK) {
        status = learned_save(m, &file, &b->err);
    }
    if (status == PT_OK) {
        status = learned_load(&fake_component, &b->config, &b->host, str_view(&file), &back, NULL);
    }
    if (status == PT_OK) {
        status = learned_score(back, NULL, &b->t, name, &b->err);
    }
    if (status == PT_OK) {
        status = learned_watch(back, NULL, &b->t, name, &b->err);
    }
    if (status == PT_OK) {
        struct json_writer w = json_writer_of(&report, false);
        status = learned_report(m, &w, &b->err);
    }
    learned_free(m);
    learned_free(back);
    str_release(&file);
    str_release(&report);
    return status;
}

static void test_judge__every_failing_allocation(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    b.t.n_rows = 200; // enough for every step, and quick
    b.spec.calibrate = LEARN_CALIBRATE_ISOTONIC;
    b.spec.judge =
        (struct learn_judge){.bootstrap = 8, .importance = 2, .curve = shares_of, .n_curve = 3};
    pt_status status = PT_E_NO_MEMORY;
    size_t at = 1;
    for (; status == PT_E_NO_MEMORY; at++) {
        size_t before = mem_live_blocks();
        size_t columns = b.t.n_columns;
        mem_fault_arm(at, false);
        status = everything(&b, at);
        mem_fault_arm(0, false);
        if (status == PT_E_NO_MEMORY && b.t.n_columns == columns) {
            assert_in_range(mem_live_blocks(), before, before + 3); // the table's own memory
        }
    }
    assert_int_equal(status, PT_OK);
    assert_in_range(at, 150, 1000);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_judge__calibrated_scores_hold),
        cmocka_unit_test(test_judge__calibration_is_kept_in_the_model_file),
        cmocka_unit_test(test_judge__intervals),
        cmocka_unit_test(test_judge__people_are_drawn_whole),
        cmocka_unit_test(test_judge__importance),
        cmocka_unit_test(test_judge__learning_curve),
        cmocka_unit_test(test_judge__curve_of_nothing),
        cmocka_unit_test(test_judge__drift_of_a_loaded_model),
        cmocka_unit_test(test_judge__drift_of_classes),
        cmocka_unit_test(test_judge__scores_of_unseen_rows_are_the_reference),
        cmocka_unit_test(test_judge__faulty_wishes_are_told),
        cmocka_unit_test(test_judge__every_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

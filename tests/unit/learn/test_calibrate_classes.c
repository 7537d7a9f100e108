// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Calibration and what else is asked of models of several classes: against figures of scikit-learn
// and SciPy on iris, and through a fit with a model whose guesses are known.
#include <setjmp.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "export_model.h"
#include "fake_model.h"
#include "host.h"
#include "iris_held.h"
#include "judge.h"
#include "learned.h"
#include "mem.h"

#define FLOWERS 150
#define ROWS 1200

// Outputs of a model: the class, then three probabilities.
struct iris {
    double label[FLOWERS];
    double scores[4 * FLOWERS];
    size_t rows[FLOWERS];
    uint64_t name[FLOWERS];
};

static void iris_open(struct iris *f)
{
    for (size_t i = 0; i < FLOWERS; i++) {
        f->label[i] = iris_held[i][0];
        f->rows[i] = i;
        f->name[i] = i;
        f->scores[i] = 0;
        for (size_t k = 1; k < 4; k++) {
            f->scores[k * FLOWERS + i] = iris_held[i][k];
            f->scores[i] = iris_held[i][k] > iris_held[i][1 + (size_t)f->scores[i]]
                               ? (double)(k - 1)
                               : f->scores[i];
        }
    }
}

static struct metric_votes votes_of(const struct iris *f)
{
    return (struct metric_votes){
        .label = f->label,
        .guess = f->scores,
        .probabilities = f->scores + FLOWERS,
        .name = f->name,
        .n = FLOWERS,
        .n_classes = 3,
    };
}

static struct class_calibration fit_iris(const struct iris *f, enum learn_calibrate kind)
{
    const struct class_scores from = {
        f->scores + FLOWERS, FLOWERS, f->rows, FLOWERS, f->label, f->name, 3};
    struct class_calibration c = {0};
    assert_int_equal(calibrate_classes_fit(kind, &from, &c, NULL), PT_OK);
    assert_int_equal(calibrate_classes_kind(&c), kind);
    return c;
}

static void check_figures(const struct iris *f, double accuracy, double log_loss, double auc)
{
    struct metric_votes votes = votes_of(f);
    struct class_evaluation e = {0};
    assert_int_equal(evaluate_classes(&votes, &e, NULL), PT_OK);
    assert_true(fabs(e.accuracy - accuracy) < 1e-12);
    assert_true(fabs(e.log_loss - log_loss) < 1e-9);
    assert_true(fabs(e.auc - auc) < 1e-12);
    class_evaluation_release(&e);
}

static void check_row(const struct iris *f, size_t row, const double p[3])
{
    for (size_t k = 0; k < 3; k++) {
        assert_true(fabs(f->scores[(k + 1) * FLOWERS + row] - p[k]) < 1e-9);
    }
}

static void test_calibrate_classes__platt_of_iris(void **state)
{
    (void)state;
    struct iris f;
    iris_open(&f);
    check_figures(&f, 0.8133333333333334, 0.46826860650059426, 0.9230666666666667);
    struct class_calibration c = fit_iris(&f, LEARN_CALIBRATE_PLATT);
    static const double ab[3][2] = {{-1.6042288593450305, -0.04588991076474182},
                                    {-1.4769749931047107, -0.1595906697795549},
                                    {-1.0827136005866738, -0.018645542579731555}};
    for (size_t k = 0; k < 3; k++) {
        assert_true(fabs(c.of[k].a - ab[k][0]) < 1e-8 && fabs(c.of[k].b - ab[k][1]) < 1e-8);
    }
    calibrate_classes_apply(&c, f.scores, FLOWERS);
    check_figures(&f, 0.8, 0.42771831373822417, 0.9233333333333333);
    check_row(&f, 0, (double[]){0.9603042688951023, 0.023009827162079992, 0.016685903942817628});
    check_row(&f, 41, (double[]){0.32869918596669206, 0.64475903326347, 0.026541780769837976});
    check_row(&f, 119, (double[]){0.000215353515693505, 0.7849698014740709, 0.2148148450102356});
    calibrate_classes_release(&c);
}

static void test_calibrate_classes__isotonic_of_iris(void **state)
{
    (void)state;
    struct iris f;
    iris_open(&f);
    struct class_calibration c = fit_iris(&f, LEARN_CALIBRATE_ISOTONIC);
    calibrate_classes_apply(&c, f.scores, FLOWERS);
    check_figures(&f, 0.8266666666666667, 0.344897911567371, 0.9385666666666667);
    check_row(&f, 0, (double[]){1, 0, 0});
    check_row(&f, 41, (double[]){0.4358974358974359, 0.5641025641025642, 0});
    check_row(&f, 77, (double[]){0, 0.407055630936228, 0.5929443690637721});
    calibrate_classes_release(&c);
}

// Levels without a slope: 0 0 0, 0.2 0.2 0 and so on.
static void test_calibrate_classes__nothing_and_ties(void **state)
{
    (void)state;
    double x = 0.5;
    double y[3] = {0, 0, 0};
    struct calibration of[3];
    for (int k = 0; k < 3; k++) {
        of[k] = (struct calibration){
            .kind = LEARN_CALIBRATE_ISOTONIC, .x = &x, .y = &y[k], .n = 1, .rows = 9};
    }
    struct class_calibration c = {of, 3};
    double all_zero[4] = {0, 0.25, 0.5, 0.25};
    calibrate_classes_apply(&c, all_zero, 1);
    assert_memory_equal(all_zero, ((double[4]){1, 0.25, 0.5, 0.25}), sizeof all_zero);
    y[1] = y[2] = 0.2;
    double tied[4] = {0, 0.5, 0.25, 0.25};
    calibrate_classes_apply(&c, tied, 1);
    assert_memory_equal(tied, ((double[4]){1, 0, 0.5, 0.5}), sizeof tied);
    c.n = 0;
    calibrate_classes_apply(&c, tied, 1);
    assert_memory_equal(tied, ((double[4]){1, 0, 0.5, 0.5}), sizeof tied);
}

static pt_status read_back(const struct str *file, uint32_t n_classes,
                           struct class_calibration *out)
{
    struct flat_reader r = {.left = str_view(file)};
    return calibrate_classes_read(&r, n_classes, out, NULL);
}

static void test_calibrate_classes__file(void **state)
{
    (void)state;
    struct iris f;
    iris_open(&f);
    struct class_calibration c = fit_iris(&f, LEARN_CALIBRATE_ISOTONIC);
    struct class_calibration again = {0};
    struct str file = {0};
    struct str copy = {0};
    assert_true(calibrate_classes_put(&c, &file));
    assert_int_equal(read_back(&file, 3, &again), PT_OK);
    assert_true(calibrate_classes_put(&again, &copy));
    assert_true(copy.n == file.n && memcmp(copy.p, file.p, file.n) == 0);
    calibrate_classes_release(&again);
    assert_int_equal(read_back(&file, 4, &again), PT_E_DATA);
    for (; file.n > 0; file.n--) { // cut short anywhere
        struct str cut = {.p = file.p, .n = file.n - 1};
        assert_int_equal(read_back(&cut, 3, &again), PT_E_DATA);
    }
    c.of[1].rows++; // learnt from other rows than the first
    str_reset(&copy);
    assert_true(calibrate_classes_put(&c, &copy));
    assert_int_equal(read_back(&copy, 3, &again), PT_E_DATA);
    calibrate_classes_release(&c);
    c = (struct class_calibration){(struct calibration[3]){{0}}, 3}; // curves of no kind
    str_reset(&copy);
    assert_true(calibrate_classes_put(&c, &copy));
    assert_int_equal(read_back(&copy, 3, &again), PT_E_DATA);
    assert_null(again.of);
    str_release(&file);
    str_release(&copy);
}

static void test_calibrate_classes__intervals(void **state)
{
    (void)state;
    struct iris f;
    struct pool *pool = NULL;
    struct class_bootstrap one;
    struct class_bootstrap three;
    iris_open(&f);
    struct metric_votes votes = votes_of(&f);
    assert_int_equal(bootstrap_classes_run(&votes, 2000, 3, NULL, &one, NULL), PT_OK);
    assert_int_equal(pool_new(3, &pool, NULL), PT_OK);
    assert_int_equal(bootstrap_classes_run(&votes, 2000, 3, pool, &three, NULL), PT_OK);
    pool_free(pool);
    assert_memory_equal(&one, &three, sizeof one);
    assert_true(one.resamples == 2000 && one.counted == 2000);
    // The spread of a share, and of a mean, is known.
    double p = 0.8133333333333334;
    double width = 2 * 1.959964 * sqrt(p * (1 - p) / FLOWERS);
    assert_true(fabs((one.accuracy.high - one.accuracy.low) / width - 1) < 0.1);
    double squares = 0;
    for (size_t i = 0; i < FLOWERS; i++) {
        squares += metric_classes_loss(&votes, i) * metric_classes_loss(&votes, i);
    }
    double mean = metric_classes_log_loss(&votes);
    width = 2 * 1.959964 * sqrt((squares / FLOWERS - mean * mean) / FLOWERS);
    assert_true(fabs((one.log_loss.high - one.log_loss.low) / width - 1) < 0.1);
    assert_true(one.log_loss.low < mean && mean < one.log_loss.high);
    assert_true(one.auc.low < 0.9230666666666667 && 0.9230666666666667 < one.auc.high);
    assert_true(one.auc.high - one.auc.low > 0.02 && one.auc.high - one.auc.low < 0.1);
}

struct bench {
    pt_host host;
    struct fake_config config;
    struct learn_input input;
    struct learn_spec spec;
    struct table t;
    uint8_t test[ROWS];
    struct learned *m;
    struct pt_error err;
    uint32_t n_fits;
    uint64_t n_rows;
    uint32_t faults;
};

// Tiers 0 1 2 0 1 1 by turns, which the model takes for 0 1 2 0 1 2, half sure of each.
static void bench_open(struct bench *b)
{
    static const char *const names[] = {"bronze", "silver", "gold"};
    static const int64_t tiers[] = {0, 1, 2, 0, 1, 1};
    *b = (struct bench){.err = ERROR_INIT, .config = fake_classes()};
    host_table_init(&b->host, NULL);
    b->config.n_fits = &b->n_fits;
    b->config.n_rows = &b->n_rows;
    b->config.faults = &b->faults;
    b->t = (struct table){.n_rows = ROWS};
    assert_non_null(table_add(&b->t, "x", VEC_I64, false));
    assert_non_null(table_add(&b->t, "tier", VEC_STR, false));
    for (size_t i = 0; i < ROWS; i++) {
        b->t.columns[0].i[i] = (int64_t)(i % 3);
        b->t.columns[1].s[i] = text_of(names[tiers[i % 6]]);
        b->test[i] = i / 6 % 2 == 0;
    }
    b->input = (struct learn_input){"x", VEC_I64, false};
    b->spec = (struct learn_spec){
        .name = "m",
        .plugin = &fake_component,
        .config = &b->config,
        .host = &b->host,
        .inputs = &b->input,
        .n_inputs = 1,
        .label = "tier",
        .prepare = {.scale = LEARN_SCALE_NONE},
        .seed = 3,
    };
}

static void bench_close(struct bench *b)
{
    assert_int_equal(b->faults, 0);
    learned_free(b->m);
    table_release(&b->t);
}

static double value(const struct bench *b, const char *name, size_t row)
{
    return b->t.columns[table_find(&b->t, name)].f[row];
}

// Against the rest: bronze 0 or 1; silver 1/4 or 1; gold 0 or 1/2.
static void test_calibrate_classes__a_model_is_calibrated(void **state)
{
    (void)state;
    struct bench b;
    struct str file = {0};
    struct learned *m = NULL;
    bench_open(&b);
    b.spec.calibrate = LEARN_CALIBRATE_ISOTONIC;
    assert_int_equal(learn_fit(&b.spec, &b.t, &b.m, &b.err), PT_OK);
    assert_int_equal(b.n_fits, 6);
    const struct evaluation *e = &b.m->evaluation;
    assert_true(e->is_calibrated && e->n_folds == 0);
    assert_true(fabs(e->class_raw.log_loss - (5 * log(2) + log(4)) / 6) < 1e-12);
    double loss = -(2 * log(0.8) + log(2.0 / 3) + log(1.0 / 3)) / 6;
    assert_true(fabs(e->classes.log_loss - loss) < 1e-9);
    assert_int_equal(learned_save(b.m, &file, &b.err), PT_OK);
    assert_int_equal(learned_load(&fake_component, &b.config, &b.host, str_view(&file), &m, &b.err),
                     PT_OK);
    assert_int_equal(learned_match(m, &b.spec, &b.err), PT_OK);
    assert_int_equal(learned_score(m, NULL, &b.t, "m", &b.err), PT_OK);
    assert_true(fabs(value(&b, "m.p_bronze", 0) - 0.8) < 1e-12);
    assert_true(value(&b, "m.p_silver", 1) == 1 && value(&b, "m.p_bronze", 1) == 0);
    assert_true(fabs(value(&b, "m.p_gold", 2) - 2.0 / 3) < 1e-12);
    assert_true(text_is(b.t.columns[table_find(&b.t, "m")].s[2], "gold"));
    struct str pmml = {0};
    assert_int_equal(learned_export(m, PT_EXPORT_PMML, &pmml, &b.err), PT_E_UNSUPPORTED);
    assert_non_null(strstr(b.err.message, "learn it with `calibrate: none`"));
    b.spec.calibrate = LEARN_CALIBRATE_PLATT;
    assert_int_equal(learned_match(m, &b.spec, &b.err), PT_E_CONFIG);
    learned_free(m);
    str_release(&file);
    bench_close(&b);
}

static void ask_all(struct bench *b)
{
    static const double shares[] = {0.001, 0.5, 1};
    b->spec.calibrate = LEARN_CALIBRATE_PLATT;
    b->spec.test = b->test;
    b->spec.judge.bootstrap = 100;
    b->spec.judge.importance = 3;
    b->spec.judge.curve = shares;
    b->spec.judge.n_curve = 3;
}

static void report_of(const struct bench *b, struct str *out)
{
    struct json_writer w = json_writer_of(out, false);
    assert_int_equal(learned_report(b->m, &w, NULL), PT_OK);
}

static void test_calibrate_classes__all_that_is_asked(void **state)
{
    (void)state;
    struct bench b;
    struct bench c;
    struct pool *pool = NULL;
    struct str one = {0};
    struct str three = {0};
    bench_open(&b);
    ask_all(&b);
    assert_int_equal(learn_fit(&b.spec, &b.t, &b.m, &b.err), PT_OK);
    const struct evaluation *e = &b.m->evaluation;
    assert_int_equal(e->class_bootstrap.resamples, 100);
    assert_true(e->class_bootstrap.accuracy.low < 5.0 / 6 &&
                e->class_bootstrap.accuracy.high > 5.0 / 6);
    assert_int_equal(e->n_importance, 1);
    assert_true(fabs(e->importance[0].accuracy_drop - 0.5) < 0.05); // to a third
    assert_true(e->importance[0].log_loss_rise > 0.1 && e->importance[0].auc_drop > 0.3);
    assert_true(isnan(e->curve[0].accuracy) && e->curve[0].rows < 6);
    assert_in_range(e->curve[1].rows, 250, 350);
    for (size_t i = 1; i < 3; i++) {
        assert_true(fabs(e->curve[i].accuracy - 5.0 / 6) < 1e-12);
        assert_true(e->curve[i].log_loss == e->class_raw.log_loss);
    }
    assert_true(fabs(e->curve[2].own_accuracy - 5.0 / 6) < 1e-12);
    assert_true(fabs(e->curve[2].own_log_loss - (5 * log(2) + log(4)) / 6) < 1e-12);
    report_of(&b, &one);
    assert_non_null(strstr(one.p, "\"accuracy_drop\""));
    assert_non_null(strstr(one.p, "\"against_the_rest\""));
    bench_open(&c);
    ask_all(&c);
    assert_int_equal(pool_new(3, &pool, NULL), PT_OK);
    c.spec.pool = pool;
    assert_int_equal(learn_fit(&c.spec, &c.t, &c.m, &c.err), PT_OK);
    report_of(&c, &three);
    assert_string_equal(one.p, three.p);
    bench_close(&b);
    bench_close(&c);
    pool_free(pool);
    str_release(&one);
    str_release(&three);
}

static void test_calibrate_classes__every_failing_allocation(void **state)
{
    (void)state;
    bool is_done = false;
    size_t before = mem_live_blocks();
    for (uint64_t at = 1; !is_done && at < 4000; at++) {
        struct bench b;
        struct str file = {0};
        struct learned *m = NULL;
        bench_open(&b);
        ask_all(&b);
        mem_fault_arm(at, false);
        pt_status status = learn_fit(&b.spec, &b.t, &b.m, &b.err);
        if (status == PT_OK) {
            status = learned_save(b.m, &file, &b.err);
        }
        if (status == PT_OK) {
            status = learned_load(&fake_component, &b.config, &b.host, str_view(&file), &m, &b.err);
        }
        mem_fault_arm(0, false);
        assert_true(status == PT_OK || status == PT_E_NO_MEMORY);
        is_done = status == PT_OK;
        b.faults = 0; // memory that the fake model did not get
        learned_free(m);
        str_release(&file);
        bench_close(&b);
        assert_int_equal(mem_live_blocks(), before);
    }
    assert_true(is_done);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calibrate_classes__platt_of_iris),
        cmocka_unit_test(test_calibrate_classes__isotonic_of_iris),
        cmocka_unit_test(test_calibrate_classes__nothing_and_ties),
        cmocka_unit_test(test_calibrate_classes__file),
        cmocka_unit_test(test_calibrate_classes__intervals),
        cmocka_unit_test(test_calibrate_classes__a_model_is_calibrated),
        cmocka_unit_test(test_calibrate_classes__all_that_is_asked),
        cmocka_unit_test(test_calibrate_classes__every_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Labels of several classes and of numbers through a fit, a judgement, folds, a model file and
// scores, with a model that guesses by rule.
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
#include "learn.h"
#include "mem.h"

#define ROWS 1200

struct bench {
    pt_host host;
    struct fake_config config;
    struct learn_input input;
    struct learn_spec spec;
    struct table t;
    struct learned *m;
    struct pt_error err;
    uint32_t n_fits;
    uint64_t n_rows;
    uint32_t faults;
};

// Six kinds of rows by turns: tiers 0 1 2 0 1 1, which the model takes for 0 1 2 0 1 2. The number
// is 10 in every second row and missing in every tenth.
static void bench_open(struct bench *b, struct fake_config config)
{
    static const char *const names[] = {"bronze", "silver", "gold"};
    static const int64_t tiers[] = {0, 1, 2, 0, 1, 1};
    *b = (struct bench){.err = ERROR_INIT};
    host_table_init(&b->host, NULL);
    b->config = config;
    b->config.n_fits = &b->n_fits;
    b->config.n_rows = &b->n_rows;
    b->config.faults = &b->faults;
    b->t = (struct table){.n_rows = ROWS};
    assert_non_null(table_add(&b->t, "x", VEC_I64, false));
    assert_non_null(table_add(&b->t, "tier", VEC_STR, true));
    assert_non_null(table_add(&b->t, "number", VEC_F64, true));
    assert_non_null(table_add(&b->t, "code", VEC_I64, false));
    for (size_t i = 0; i < ROWS; i++) {
        b->t.columns[0].i[i] = (int64_t)(i % 3);
        b->t.columns[1].valid[i] = 1;
        b->t.columns[1].s[i] = text_of(names[tiers[i % 6]]);
        b->t.columns[2].valid[i] = i % 10 != 0;
        b->t.columns[2].f[i] = 10 * (double)(i % 2);
        b->t.columns[3].i[i] = 7 + (int64_t)(i % 3);
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

static struct json *report_of(const struct learned *m)
{
    struct pt_error err = ERROR_INIT;
    struct str text = {0};
    struct json_writer w = json_writer_of(&text, false);
    struct json *root = NULL;
    assert_int_equal(learned_report(m, &w, &err), PT_OK);
    assert_int_equal(json_parse(str_view(&text), &root, &err), PT_OK);
    str_release(&text);
    return root;
}

static double number(const struct json *at, const char *key)
{
    double value = 0;
    assert_true(json_f64(json_get(at, key), &value));
    return value;
}

static double confusion(const struct json *evaluation, size_t label, size_t guess)
{
    const struct json *row = json_at(json_get(evaluation, "confusion"), label);
    double value = -1;
    assert_true(json_f64(json_at(json_get(row, "guessed"), guess), &value));
    return value;
}

static void test_learn_tasks__classes_are_judged(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, fake_classes());
    b.spec.folds = 3;
    assert_int_equal(learn_fit(&b.spec, &b.t, &b.m, &b.err), PT_OK);
    assert_int_equal(b.n_fits, 4);
    struct learn_summary s = learned_summary(b.m);
    assert_int_equal(s.task, PT_TASK_CLASSES);
    assert_true(fabs(s.accuracy - 5.0 / 6) < 1e-12);
    assert_true(fabs(s.log_loss - (5 * log(2) + log(4)) / 6) < 1e-12);
    // bronze 1; silver: two thirds win, one third ties three of four 1/2 and loses to one;
    // gold: ties one other row of five.
    double silver = 2.0 / 3 + 1.0 / 3 / 2;
    assert_true(fabs(s.auc - (1 + silver + (1 - 0.2 / 2)) / 3) < 1e-12);
    assert_true(isnan(s.brier) && isnan(s.rmse));
    struct json *r = report_of(b.m);
    const struct json *e = json_get(r, "evaluation");
    assert_true(confusion(e, 0, 0) == 400 && confusion(e, 1, 1) == 400);
    assert_true(confusion(e, 1, 2) == 200 && confusion(e, 2, 2) == 200);
    assert_true(confusion(e, 2, 0) == 0 && confusion(e, 0, 1) == 0);
    assert_string_equal(json_text(json_get(json_at(json_get(e, "confusion"), 2), "class")), "gold");
    assert_int_equal(json_count(json_get(e, "folds")), 3);
    assert_true(number(json_get(e, "folds_mean"), "accuracy") > 0.8);
    assert_int_equal(json_count(json_get(json_get(r, "training"), "classes")), 3);
    json_free(r);
    bench_close(&b);
}

static void test_learn_tasks__classes_become_text(void **state)
{
    (void)state;
    struct bench b;
    struct str file = {0};
    struct learned *loaded = NULL;
    bench_open(&b, fake_classes());
    assert_int_equal(learn_fit(&b.spec, &b.t, &b.m, &b.err), PT_OK);
    assert_int_equal(learned_save(b.m, &file, &b.err), PT_OK);
    struct learn_shape shape = {0};
    assert_int_equal(learn_describe(&fake_component, &b.config, &b.host, &shape, &b.err), PT_OK);
    assert_true(shape.needs_label && shape.outputs[0].type == VEC_STR);
    assert_true(shape.outputs[1].type == VEC_STR && shape.outputs[2].type == VEC_F64);
    learn_shape_release(&shape);
    assert_int_equal(
        learned_load(&fake_component, &b.config, &b.host, str_view(&file), &loaded, &b.err), PT_OK);
    assert_int_equal(learned_score(loaded, NULL, &b.t, "m", &b.err), PT_OK);
    learned_free(loaded); // the names outlive the model
    const struct column *c = &b.t.columns[table_find(&b.t, "m")];
    assert_int_equal(c->type, VEC_STR);
    assert_true(text_is(c->s[0], "bronze") && text_is(c->s[1], "silver"));
    assert_true(text_is(c->s[5], "gold") && text_is(b.t.columns[1].s[5], "silver"));
    assert_true(b.t.columns[table_find(&b.t, "m.p_gold")].f[5] == 0.5);
    assert_true(text_is(b.t.columns[table_find(&b.t, "m.class")].s[5], "gold"));
    b.config.classes.n = 2; // other classes than the file's
    b.config.n_outputs = 3;
    assert_int_equal(
        learned_load(&fake_component, &b.config, &b.host, str_view(&file), &loaded, &b.err),
        PT_E_CONFIG);
    str_release(&file);
    bench_close(&b);
}

static void expect(struct bench *b, pt_status status, const char *part)
{
    assert_int_equal(learn_fit(&b->spec, &b->t, &b->m, &b->err), status);
    if (strstr(b->err.message, part) == NULL) {
        fail_msg("`%s` does not say `%s`", b->err.message, part);
    }
    bench_close(b);
}

static void test_learn_tasks__faulty_classes_are_told(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, fake_classes());
    b.t.columns[1].s[7] = b.t.columns[1].s[9] = text_of("lead");
    expect(&b, PT_E_DATA,
           "label `tier` holds `lead` in 2 rows; its classes are `bronze`, `silver` and `gold`");
    bench_open(&b, fake_classes());
    for (size_t i = 0; i < ROWS; i++) {
        b.t.columns[1].valid[i] = !text_is(b.t.columns[1].s[i], "gold");
    }
    expect(&b, PT_E_DATA, "label `tier` is `gold` in none of the 1000 rows to learn from");
    bench_open(&b, fake_classes());
    b.config.classes.n = 0;
    expect(&b, PT_E_CONFIG, "needs the option `classes`");
    bench_open(&b, fake_classes());
    b.config.classes.n = 2;
    expect(&b, PT_E_DATA, "label `tier` holds `gold` in 200 rows");
    bench_open(&b, fake_classes());
    b.spec.label = "code";
    expect(&b, PT_E_DATA, "label `code` is i64, but its class `bronze` is no number");
    bench_open(&b, fake_classes());
    b.config.output.role = PT_ROLE_VALUE;
    expect(&b, PT_E_UNSUPPORTED, "or class as the first output");
    bench_open(&b, fake_classes());
    b.config.more[1].role = PT_ROLE_VALUE;
    expect(&b, PT_E_UNSUPPORTED, "the probability of each class after the class");
    bench_open(&b, fake_classes());
    b.t.columns[0].i[5] = 3; // the model then says class 3
    expect(&b, PT_E_NUMERIC, "gave 3 as `class`");
}

static void test_learn_tasks__classes_by_number(void **state)
{
    (void)state;
    static const char *const names[] = {"7", "8.0", "9"};
    struct bench b;
    bench_open(&b, fake_classes());
    b.spec.label = "code";
    b.config.classes.items = names;
    assert_int_equal(learn_fit(&b.spec, &b.t, &b.m, &b.err), PT_OK);
    assert_true(learned_summary(b.m).accuracy == 1);
    bench_close(&b);
    bench_open(&b, fake_classes());
    b.spec.label = "code";
    b.config.classes.items = names;
    b.t.columns[3].i[2] = 10;
    expect(&b, PT_E_DATA, "label `code` holds `10` in 1 row; its classes are `7`, `8.0` and `9`");
}

// The model says the mean of what it saw; 600 rows of 10, 480 of 0 without those missing.
static void test_learn_tasks__numbers_are_judged(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, fake_regress());
    b.spec.label = "number";
    b.spec.folds = 2;
    assert_int_equal(learn_fit(&b.spec, &b.t, &b.m, &b.err), PT_OK);
    struct learn_summary s = learned_summary(b.m);
    double share = 600.0 / 1080;
    assert_int_equal(s.rows, 1080);
    assert_true(fabs(s.rmse - 10 * sqrt(share * (1 - share))) < 1e-9);
    assert_true(fabs(s.mae - 20 * share * (1 - share)) < 1e-9);
    assert_true(fabs(s.r2) < 1e-9);
    struct json *r = report_of(b.m);
    const struct json *e = json_get(r, "evaluation");
    assert_int_equal(json_count(json_get(e, "folds")), 2);
    assert_true(number(json_get(e, "folds_mean"), "rmse") > 4);
    assert_null(json_get(json_get(r, "training"), "positives"));
    json_free(r);
    assert_int_equal(learned_score(b.m, NULL, &b.t, "m", &b.err), PT_OK);
    assert_true(fabs(b.t.columns[table_find(&b.t, "m.value")].f[3] - 10 * share) < 1e-9);
    bench_close(&b);
    bench_open(&b, fake_regress());
    expect(&b, PT_E_DATA, "label `tier` is str; a number is needed");
}

static void test_learn_tasks__memory_faults(void **state)
{
    (void)state;
    bool is_done = false;
    for (uint64_t at = 1; !is_done && at < 400; at++) {
        struct bench b;
        size_t before = mem_live_blocks();
        bench_open(&b, fake_classes());
        b.spec.folds = 2;
        mem_fault_arm(at, false);
        pt_status status = learn_fit(&b.spec, &b.t, &b.m, &b.err);
        mem_fault_arm(0, false);
        assert_true(status == PT_OK || status == PT_E_NO_MEMORY);
        is_done = status == PT_OK;
        b.faults = 0; // memory that the fake model did not get
        bench_close(&b);
        assert_int_equal(mem_live_blocks(), before);
    }
    assert_true(is_done);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_learn_tasks__classes_are_judged),
        cmocka_unit_test(test_learn_tasks__classes_become_text),
        cmocka_unit_test(test_learn_tasks__faulty_classes_are_told),
        cmocka_unit_test(test_learn_tasks__classes_by_number),
        cmocka_unit_test(test_learn_tasks__numbers_are_judged),
        cmocka_unit_test(test_learn_tasks__memory_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

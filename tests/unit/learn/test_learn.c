// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The steps around a model, with a model that does as it is told.
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

#define ROWS 10000

struct bench {
    pt_host host;
    struct fake_config config;
    uint32_t n_fits;
    uint64_t n_rows;
    uint32_t faults;
    struct table t;
    struct learn_input inputs[4];
    struct learn_spec spec;
    struct learned *m;
    struct pt_error err;
};

// Columns name, x (0..4 by row), score, y (every fifth a yes).
static void bench_open(struct bench *b, struct fake_config config)
{
    *b = (struct bench){.config = config};
    host_table_init(&b->host, NULL);
    b->config.n_fits = &b->n_fits;
    b->config.n_rows = &b->n_rows;
    b->config.faults = &b->faults;
    b->t = (struct table){.n_rows = ROWS};
    assert_non_null(table_add(&b->t, "name", VEC_STR, false));
    assert_non_null(table_add(&b->t, "x", VEC_I64, false));
    assert_non_null(table_add(&b->t, "score", VEC_F64, false));
    assert_non_null(table_add(&b->t, "y", VEC_F64, true));
    for (size_t i = 0; i < ROWS; i++) {
        b->t.columns[0].s[i] = text_of(arena_printf(&b->t.arena, "n%zu", i));
        b->t.columns[1].i[i] = i % 10 < 4 ? 0 : (int64_t)(i % 10) - 3; // 0 x 4, then 1 .. 6
        b->t.columns[2].f[i] = (double)((i * 7) % 10);
        b->t.columns[3].f[i] = i % 5 == 0;
        b->t.columns[3].valid[i] = 1;
    }
    b->inputs[0] = (struct learn_input){"x", VEC_I64, false};
    b->inputs[1] = (struct learn_input){"score", VEC_F64, false};
    b->spec = (struct learn_spec){
        .name = "m",
        .plugin = &fake_component,
        .config = &b->config,
        .host = &b->host,
        .inputs = b->inputs,
        .n_inputs = 2,
        .label = config.needs.task == PT_TASK_BINARY ? "y" : NULL,
        .key = "name",
        .seed = 3,
    };
}

static pt_status bench_fit(struct bench *b)
{
    return learn_fit(&b->spec, &b->t, &b->m, &b->err);
}

static void bench_close(struct bench *b)
{
    assert_int_equal(b->faults, 0);
    learned_free(b->m);
    table_release(&b->t);
}

static void test_learn__blocks_are_as_promised(void **state)
{
    (void)state;
    static const pt_layout layouts[] = {PT_LAYOUT_ROWS, PT_LAYOUT_COLUMNS};
    for (int i = 0; i < 4; i++) {
        struct bench b;
        struct fake_config config = fake_binary();
        config.needs.layout = layouts[i / 2];
        config.needs.dtype = i % 2 == 0 ? 8 : 4;
        bench_open(&b, config);
        assert_int_equal(bench_fit(&b), PT_OK);
        assert_int_equal(b.n_fits, 1);
        assert_int_equal(b.n_rows, ROWS);
        bench_close(&b);
    }
}

static void test_learn__test_rows_are_judged_not_learnt(void **state)
{
    (void)state;
    struct bench b;
    static uint8_t mask[ROWS];
    bench_open(&b, fake_binary());
    for (size_t i = 0; i < ROWS; i++) {
        mask[i] = i % 4 == 0;
        b.t.columns[3].valid[i] = i % 100 != 1; // neither learnt nor judged
    }
    b.spec.test = mask;
    assert_int_equal(bench_fit(&b), PT_OK);
    struct learn_summary s = learned_summary(b.m);
    assert_int_equal(s.rows, 7400);
    assert_int_equal(s.test_rows, 2500);
    assert_int_equal(b.n_rows, 7400);
    assert_true(s.base_rate == 0.2 && s.auc == 0.5 && s.ks == 0);
    // The mean of the training labels: 1500 of 7400.
    double p = 1500.0 / 7400;
    assert_true(fabs(s.log_loss + 0.2 * log(p) + 0.8 * log(1 - p)) < 1e-12);
    bench_close(&b);
}

static void test_learn__folds_cover_every_training_row(void **state)
{
    (void)state;
    struct bench b;
    struct str text = {0};
    struct json *r = NULL;
    bench_open(&b, fake_binary());
    b.spec.folds = 5;
    assert_int_equal(bench_fit(&b), PT_OK);
    assert_int_equal(b.n_fits, 6);
    assert_int_equal(b.n_rows, ROWS + 4 * ROWS); // each row is left out once
    struct json_writer w = json_writer_of(&text, false);
    assert_int_equal(learned_report(b.m, &w, &b.err), PT_OK);
    assert_int_equal(json_parse(str_view(&text), &r, &b.err), PT_OK);
    const struct json *folds = json_get(json_get(r, "evaluation"), "folds");
    double rows = 0;
    for (size_t i = 0; i < json_count(folds); i++) {
        double n = 0;
        assert_true(json_f64(json_get(json_at(folds, i), "rows"), &n) && n > ROWS / 6.0);
        rows += n;
    }
    assert_int_equal(json_count(folds), 5);
    assert_true(rows == ROWS);
    assert_non_null(json_get(json_get(r, "evaluation"), "folds_mean"));
    json_free(r);
    str_release(&text);
    bench_close(&b);
}

static void test_learn__masks_and_folds_follow_names(void **state)
{
    (void)state;
    struct text names[1000];
    uint8_t mask[1000];
    char texts[1000][8];
    size_t n_test = 0;
    size_t in_both = 0;
    for (int i = 0; i < 1000; i++) {
        snprintf(texts[i], sizeof texts[i], "c%d", i);
        names[i] = text_of(texts[i]);
    }
    learn_test_mask(names, 1000, 0.2, 7, mask);
    for (int i = 0; i < 1000; i++) {
        uint8_t one = 2;
        learn_test_mask(&names[i], 1, 0.2, 7, &one);
        assert_int_equal(one, mask[i]);
        n_test += mask[i];
        in_both += mask[i] != 0 && learn_fold_of(names[i], 5, 7) == 0;
        assert_true(learn_fold_of(names[i], 5, 7) < 5);
    }
    assert_in_range(n_test, 150, 250); // 200 expected, 4 deviations wide
    assert_in_range(in_both, 15, 70);  // 40 expected: folds do not follow test rows
    learn_test_mask(names, 1000, 0, 7, mask);
    assert_int_equal(mask[0] + mask[500], 0);
    learn_test_mask(names, 1000, 1, 7, mask);
    assert_int_equal(mask[0] + mask[999], 2);
}

static void test_learn__segments_are_numbered(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, fake_cluster());
    b.spec.prepare.scale = LEARN_SCALE_NONE;
    assert_int_equal(bench_fit(&b), PT_OK);
    assert_int_equal(learned_n_segments(b.m), 7);
    assert_int_equal(learned_score(b.m, NULL, &b.t, "seg", &b.err), PT_OK);
    const int64_t *seg = b.t.columns[table_find(&b.t, "seg")].i;
    const int64_t *same = b.t.columns[table_find(&b.t, "seg.segment")].i;
    assert_int_equal(seg[0], 0); // four tenths of the rows; the rest keep their order
    assert_int_equal(seg[4], 1);
    assert_int_equal(seg[9], 6);
    assert_memory_equal(seg, same, ROWS * sizeof *seg);
    bench_close(&b);
    bench_open(&b, fake_cluster());
    b.spec.order_by = "score";
    assert_int_equal(bench_fit(&b), PT_OK);
    assert_int_equal(learned_score(b.m, NULL, &b.t, "seg", &b.err), PT_OK);
    seg = b.t.columns[table_find(&b.t, "seg")].i;
    // score of i % 10: 0 7 4 1 8 5 2 9 6 3; x = 4 (rows 7) has 9, x = 1 (rows 4) has 8
    assert_int_equal(seg[7], 0);
    assert_int_equal(seg[4], 1);
    assert_int_equal(seg[6], 6);
    bench_close(&b);
}

static void expect(struct bench *b, pt_status status, const char *part)
{
    assert_int_equal(bench_fit(b), status);
    if (strstr(b->err.message, part) == NULL) {
        fail_msg("`%s` does not say `%s`", b->err.message, part);
    }
    bench_close(b);
}

static void test_learn__faulty_specs_are_told(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, fake_binary());
    b.spec.n_inputs = 0;
    expect(&b, PT_E_CONFIG, "has no inputs");
    bench_open(&b, fake_binary());
    b.inputs[1].name = "y";
    expect(&b, PT_E_CONFIG, "column `y` is its label and cannot be an input");
    bench_open(&b, fake_binary());
    b.inputs[1].name = "x";
    expect(&b, PT_E_CONFIG, "column `x` is an input twice");
    bench_open(&b, fake_binary());
    b.spec.label = NULL;
    expect(&b, PT_E_CONFIG, "needs a label");
    bench_open(&b, fake_cluster());
    b.spec.label = "y";
    expect(&b, PT_E_CONFIG, "takes no label");
    bench_open(&b, fake_binary());
    b.spec.folds = 1;
    expect(&b, PT_E_CONFIG, "folds is 0 or 2 to 100");
    bench_open(&b, fake_cluster());
    b.spec.folds = 5;
    expect(&b, PT_E_CONFIG, "cannot be judged in folds");
    bench_open(&b, fake_binary());
    b.spec.key = "nobody";
    expect(&b, PT_E_NOT_FOUND, "column `nobody` of row names");
    bench_open(&b, fake_binary());
    b.spec.key = "x";
    expect(&b, PT_E_DATA, "column `x` of row names is i64");
}

static void test_learn__data_without_an_answer_is_told(void **state)
{
    (void)state;
    struct bench b;
    static uint8_t all[ROWS];
    memset(all, 1, sizeof all);
    bench_open(&b, fake_binary());
    b.spec.test = all;
    expect(&b, PT_E_DATA, "there are no rows to learn from");
    bench_open(&b, fake_binary());
    memset(b.t.columns[3].f, 0, ROWS * sizeof(double));
    expect(&b, PT_E_DATA, "label `y` is `0` in all 10000 rows");
    bench_open(&b, fake_binary());
    b.config.fit_status = PT_E_CANCELLED;
    expect(&b, PT_E_CANCELLED, "as told");
}

static void test_learn__unsound_models_are_refused(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, fake_binary());
    b.config.is_unfair = 1;
    expect(&b, PT_E_NUMERIC, "model plugin `fake` gave");
    bench_open(&b, fake_binary());
    b.config.n_outputs = 0;
    expect(&b, PT_E_UNSUPPORTED, "must have 1 to 257 outputs");
    bench_open(&b, fake_binary());
    b.config.output.role = PT_ROLE_VALUE;
    expect(&b, PT_E_UNSUPPORTED, "as the first output");
    bench_open(&b, fake_binary());
    b.config.output.role = 17;
    expect(&b, PT_E_UNSUPPORTED, "unknown role");
    bench_open(&b, fake_binary());
    b.config.output.name = "";
    expect(&b, PT_E_UNSUPPORTED, "an output without a name");
    bench_open(&b, fake_binary());
    b.config.needs.dtype = 2;
    expect(&b, PT_E_UNSUPPORTED, "neither 4 nor 8 bytes");
    bench_open(&b, fake_binary());
    b.config.needs.layout = 9;
    expect(&b, PT_E_UNSUPPORTED, "a layout this host does not know");
    bench_open(&b, fake_binary());
    b.config.needs.task = 9;
    expect(&b, PT_E_UNSUPPORTED, "a task this host does not know");
}

static pt_status report_of(struct bench *b)
{
    struct str text = {0};
    struct json_writer w = json_writer_of(&text, false);
    pt_status status = learned_report(b->m, &w, &b->err);
    str_release(&text);
    return status;
}

static void test_learn__explanations_must_be_json(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, fake_binary());
    assert_int_equal(bench_fit(&b), PT_OK);
    assert_int_equal(report_of(&b), PT_OK);
    b.config.is_shapeless = 1;
    assert_int_equal(report_of(&b), PT_E_DATA);
    b.config.is_shapeless = 0;
    b.config.is_list = 1;
    assert_int_equal(report_of(&b), PT_E_DATA);
    bench_close(&b);
}

static void test_learn__payloads_are_read_to_the_end(void **state)
{
    (void)state;
    struct bench b;
    struct str file = {0};
    struct learned *m = NULL;
    bench_open(&b, fake_binary());
    assert_int_equal(bench_fit(&b), PT_OK);
    assert_int_equal(learned_save(b.m, &file, &b.err), PT_OK);
    b.config.is_greedy = 1;
    assert_int_equal(learned_load(&fake_component, &b.config, &b.host, str_view(&file), &m, &b.err),
                     PT_E_DATA);
    b.config.is_greedy = 0;
    b.config.is_forgetful = 1;
    assert_int_equal(learned_load(&fake_component, &b.config, &b.host, str_view(&file), &m, &b.err),
                     PT_E_DATA);
    assert_non_null(strstr(b.err.message, "8 bytes are left"));
    b.config.is_forgetful = 0;
    assert_int_equal(learned_load(&fake_component, &b.config, &b.host, str_view(&file), &m, &b.err),
                     PT_OK);
    assert_string_equal(learned_plugin_id(m), "test.fake");
    assert_int_equal(learned_n_inputs(m), 2);
    assert_string_equal(learned_input(m, 1).name, "score");
    assert_true(isnan(learned_summary(m).auc)); // not judged here
    learned_free(m);
    str_release(&file);
    bench_close(&b);
}

static void test_learn__portraits_are_of_clusters(void **state)
{
    (void)state;
    struct bench b;
    struct personas p = {0};
    bench_open(&b, fake_binary());
    assert_int_equal(bench_fit(&b), PT_OK);
    assert_int_equal(learned_portrait(b.m, &b.t, "m", &p, &b.err), PT_E_STATE);
    bench_close(&b);
    bench_open(&b, fake_cluster());
    assert_int_equal(bench_fit(&b), PT_OK);
    assert_int_equal(learned_portrait(b.m, &b.t, "nothing", &p, &b.err), PT_E_DATA);
    b.t.columns[1].i[5] = -1;
    assert_int_equal(learned_portrait(b.m, &b.t, "x", &p, &b.err), PT_E_DATA);
    assert_non_null(strstr(b.err.message, "holds -1"));
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_learn__blocks_are_as_promised),
        cmocka_unit_test(test_learn__test_rows_are_judged_not_learnt),
        cmocka_unit_test(test_learn__folds_cover_every_training_row),
        cmocka_unit_test(test_learn__masks_and_folds_follow_names),
        cmocka_unit_test(test_learn__segments_are_numbered),
        cmocka_unit_test(test_learn__faulty_specs_are_told),
        cmocka_unit_test(test_learn__data_without_an_answer_is_told),
        cmocka_unit_test(test_learn__unsound_models_are_refused),
        cmocka_unit_test(test_learn__explanations_must_be_json),
        cmocka_unit_test(test_learn__payloads_are_read_to_the_end),
        cmocka_unit_test(test_learn__portraits_are_of_clusters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

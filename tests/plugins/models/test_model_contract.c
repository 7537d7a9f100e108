// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What holds for every model plugin: same bytes at any number of threads, a saved model scores as
// the one that was saved, a damaged file is an error, a failed allocation too, and the data stays
// as it was.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "matrix.h"
#include "mem.h"
#include "model_bench.h"
#include "run_services.h"
#include "sample_table.h"
#include "trainer.h"

struct subject {
    const char *component;
    const char *with;
    const char *label; // NULL = none
    bool has_folds;
};

static const struct subject subjects[] = {
    {"kmeans", "{k: 4, restarts: 2, order_by: spend}", NULL, false},
    {"logreg", "{lambda: 1}", "bought", true},
    {"dtree", "{depth: 5, min_leaf: 3}", "bought", true},
    {"dtree", "{depth: 4, splitter: histogram, class_weights: balanced, ccp_alpha: 0.001}",
     "bought", true},
    {"forest", "{trees: 5, depth: 5, class_weights: balanced_bootstrap}", "bought", true},
    {"gbdt", "{trees: 20, depth: 4}", "bought", true},
    {"gbdt",
     "{trees: 30, leaves: 6, rows: 0.7, columns: 0.6, min_leaf: 3, class_weights: balanced, "
     "early_stopping: 5, validation: 0.3, monotone: {visits: 1}}",
     "bought", true},
};

#define N_SUBJECTS (sizeof subjects / sizeof *subjects)

static const char *const left_out[] = {"profile", "bought", NULL};

static struct learn_spec spec_of(struct model_bench *b, const struct subject *s,
                                 const struct table *t)
{
    struct learn_spec spec = bench_spec(b, t, NULL, left_out);
    struct learn_input *inputs = (struct learn_input *)spec.inputs;
    inputs[0].log1p = true;
    spec.label = s->label;
    spec.key = "profile";
    spec.training_text = "as of 2025-04-01";
    if (s->has_folds) {
        spec.folds = 3;
    }
    return spec;
}

// All bytes a model leaves behind: file, report, scores.
static void leave(const struct subject *s, uint32_t threads, size_t n_rows, struct str *out)
{
    struct model_bench b;
    struct table t;
    struct pt_error err = ERROR_INIT;
    bench_open(&b, s->component, s->with, threads);
    sample_table(n_rows, 5, &t);
    struct learn_spec spec = spec_of(&b, s, &t);
    struct learned *m = bench_fit(&spec, &t);
    assert_int_equal(learned_save(m, out, &err), PT_OK);
    struct json_writer w = json_writer_of(out, true);
    assert_int_equal(learned_report(m, &w, &err), PT_OK);
    assert_int_equal(learned_score(m, b.pool, &t, "m", &err), PT_OK);
    for (size_t c = 0; c < t.n_columns; c++) {
        const struct column *column = &t.columns[c];
        if (column->name[0] == 'm' && (column->name[1] == '\0' || column->name[1] == '.')) {
            const void *values = column->type == VEC_I64 ? (void *)column->i : (void *)column->f;
            str_add_n(out, values, t.n_rows * 8);
        }
    }
    assert_false(out->failed);
    learned_free(m);
    table_release(&t);
    bench_close(&b);
}

static void test_models__same_bytes_at_any_thread_count(void **state)
{
    (void)state;
    static const uint32_t threads[] = {2, 8};
    for (size_t i = 0; i < N_SUBJECTS; i++) {
        struct str alone = {0};
        leave(&subjects[i], 1, 20000, &alone);
        for (size_t j = 0; j < 2; j++) {
            struct str together = {0};
            leave(&subjects[i], threads[j], 20000, &together);
            assert_int_equal(alone.n, together.n);
            assert_memory_equal(alone.p, together.p, alone.n);
            str_release(&together);
        }
        str_release(&alone);
    }
}

// A small fitted model of a subject and its file.
struct fitted {
    struct model_bench b;
    struct table t;
    struct learned *m;
    struct str file;
};

static void fit_small(const struct subject *s, struct fitted *out)
{
    struct pt_error err = ERROR_INIT;
    *out = (struct fitted){0};
    bench_open(&out->b, s->component, s->with, 1);
    sample_table(120, 9, &out->t);
    struct learn_spec spec = spec_of(&out->b, s, &out->t);
    out->m = bench_fit(&spec, &out->t);
    assert_int_equal(learned_save(out->m, &out->file, &err), PT_OK);
}

static void fitted_release(struct fitted *f)
{
    learned_free(f->m);
    str_release(&f->file);
    table_release(&f->t);
    bench_close(&f->b);
}

static pt_status load(struct fitted *f, struct text bytes, struct learned **out,
                      struct pt_error *err)
{
    return learned_load(f->b.component, config_struct(f->b.config), &f->b.host, bytes, out, err);
}

static void test_models__loaded_is_as_saved(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_SUBJECTS; i++) {
        struct fitted f;
        struct pt_error err = ERROR_INIT;
        struct learned *again = NULL;
        struct str file = {0};
        fit_small(&subjects[i], &f);
        assert_int_equal(load(&f, str_view(&f.file), &again, &err), PT_OK);
        assert_int_equal(learned_save(again, &file, &err), PT_OK);
        assert_int_equal(file.n, f.file.n);
        assert_memory_equal(file.p, f.file.p, file.n);
        assert_string_equal(learned_training_text(again), "as of 2025-04-01");
        assert_int_equal(learned_n_segments(again), learned_n_segments(f.m));
        assert_int_equal(learned_score(f.m, NULL, &f.t, "a", &err), PT_OK);
        assert_int_equal(learned_score(again, NULL, &f.t, "b", &err), PT_OK);
        const struct column *a = &f.t.columns[table_find(&f.t, "a")];
        const struct column *b = &f.t.columns[table_find(&f.t, "b")];
        const void *x = a->type == VEC_I64 ? (void *)a->i : (void *)a->f;
        const void *y = b->type == VEC_I64 ? (void *)b->i : (void *)b->f;
        assert_memory_equal(x, y, f.t.n_rows * 8);
        struct json *before = bench_report(f.m);
        struct json *after = bench_report(again);
        assert_int_equal(json_count(json_get(before, "explain")),
                         json_count(json_get(after, "explain")));
        json_free(before);
        json_free(after);
        str_release(&file);
        learned_free(again);
        fitted_release(&f);
    }
}

static void test_models__damaged_file_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_SUBJECTS; i++) {
        struct fitted f;
        fit_small(&subjects[i], &f);
        struct learned *m = NULL;
        struct pt_error err = ERROR_INIT;
        for (size_t at = 0; at < f.file.n; at++) {
            f.file.p[at] = (char)(f.file.p[at] ^ 0x5a);
            assert_int_equal(load(&f, str_view(&f.file), &m, &err), PT_E_DATA);
            f.file.p[at] = (char)(f.file.p[at] ^ 0x5a);
            struct text cut = {f.file.p, at};
            assert_int_equal(load(&f, cut, &m, &err), PT_E_DATA);
        }
        fitted_release(&f);
    }
}

static void seal(struct str *file)
{
    struct pt_error err = ERROR_INIT;
    size_t n = file->n - SHA256_BYTES;
    assert_int_equal(sha256_of(file->p, n, (uint8_t *)file->p + n, &err), PT_OK);
}

// A wrong file with a right seal: refused, or a model that can be used without harm.
static void try_sealed(struct fitted *f, struct str *file)
{
    struct pt_error err = ERROR_INIT;
    struct learned *m = NULL;
    seal(file);
    if (load(f, str_view(file), &m, &err) != PT_OK) {
        assert_true(err.code == PT_E_DATA || err.code == PT_E_CONFIG ||
                    err.code == PT_E_UNSUPPORTED || err.code == PT_E_LIMIT);
        return;
    }
    struct table t;
    struct str text = {0};
    struct json_writer w = json_writer_of(&text, false);
    sample_table(40, 3, &t);
    if (learned_score(m, NULL, &t, "m", &err) == PT_OK && learned_n_segments(m) > 0) {
        struct personas p = {0};
        if (learned_portrait(m, &t, "m", &p, &err) == PT_OK) {
            personas_release(&p);
        }
    }
    if (learned_report(m, &w, &err) != PT_OK) {
        assert_int_not_equal(err.code, PT_E_INTERNAL);
    }
    str_release(&text);
    table_release(&t);
    learned_free(m);
}

static void test_models__sealed_nonsense_does_no_harm(void **state)
{
    (void)state;
    static const uint8_t flips[] = {0x01, 0x80, 0xff};
    for (size_t i = 0; i < N_SUBJECTS; i++) {
        struct fitted f;
        fit_small(&subjects[i], &f);
        for (size_t at = 0; at < f.file.n - SHA256_BYTES; at++) {
            for (size_t j = 0; j < sizeof flips; j++) {
                char old = f.file.p[at];
                f.file.p[at] = (char)(old ^ flips[j]);
                try_sealed(&f, &f.file);
                f.file.p[at] = old;
            }
        }
        fitted_release(&f);
    }
}

static void test_models__newer_format_is_told(void **state)
{
    (void)state;
    struct fitted f;
    struct pt_error err = ERROR_INIT;
    struct learned *m = NULL;
    fit_small(&subjects[1], &f);
    f.file.p[8] = 2;
    seal(&f.file);
    assert_int_equal(load(&f, str_view(&f.file), &m, &err), PT_E_UNSUPPORTED);
    assert_non_null(strstr(err.message, "format 2"));
    fitted_release(&f);
}

static void test_models__other_plugins_model_is_refused(void **state)
{
    (void)state;
    struct fitted f;
    struct model_bench other;
    struct pt_error err = ERROR_INIT;
    struct learned *m = NULL;
    fit_small(&subjects[1], &f);
    bench_open(&other, "dtree", "{}", 1);
    assert_int_equal(learned_load(other.component, config_struct(other.config), &other.host,
                                  str_view(&f.file), &m, &err),
                     PT_E_CONFIG);
    assert_non_null(strstr(err.message, "portrait.logreg"));
    bench_close(&other);
    fitted_release(&f);
}

// Columns that scoring added to a copy of the table's list of columns.
static void free_added(struct table *t, size_t n_before)
{
    for (size_t i = n_before; t->columns != NULL && i < t->n_columns; i++) {
        mem_free(t->columns[i].valid);
        mem_free(t->columns[i].i);
        mem_free(t->columns[i].f);
    }
    arena_release(&t->arena);
    mem_free(t->columns);
}

// Everything a run does with a model, once.
static pt_status whole_life(struct fitted *f, const struct learn_spec *spec, struct pt_error *err)
{
    struct learned *m = NULL;
    struct learned *again = NULL;
    struct str file = {0};
    struct str text = {0};
    struct personas p = {0};
    struct table t = f->t;
    t.columns = mem_array(f->t.n_columns + 8, sizeof *t.columns);
    t.capacity = f->t.n_columns + 8;
    t.arena = (struct arena){0};
    pt_status status = t.columns == NULL ? PT_E_NO_MEMORY : PT_OK;
    if (status == PT_OK) {
        memcpy(t.columns, f->t.columns, f->t.n_columns * sizeof *t.columns);
        status = learn_fit(spec, &f->t, &m, err);
    }
    if (status == PT_OK) {
        status = learned_save(m, &file, err);
    }
    if (status == PT_OK) {
        status = load(f, str_view(&file), &again, err);
    }
    if (status == PT_OK) {
        status = learned_score(again, NULL, &t, "m", err);
    }
    if (status == PT_OK && spec->label == NULL) {
        status = learned_portrait(again, &t, "m", &p, err);
    }
    if (status == PT_OK) {
        struct json_writer w = json_writer_of(&text, false);
        status = learned_report(m, &w, err);
    }
    personas_release(&p);
    learned_free(m);
    learned_free(again);
    str_release(&file);
    str_release(&text);
    free_added(&t, f->t.n_columns);
    return status;
}

static void test_models__every_allocation_may_fail(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_SUBJECTS; i++) {
        struct fitted f;
        struct pt_error err = ERROR_INIT;
        fit_small(&subjects[i], &f);
        struct learn_spec spec = spec_of(&f.b, &subjects[i], &f.t);
        spec.pool = NULL;
        int64_t before = mem_live_blocks();
        mem_fault_arm(UINT64_MAX, false);
        assert_int_equal(whole_life(&f, &spec, &err), PT_OK);
        uint64_t calls = mem_fault_calls();
        assert_true(calls > 50);
        for (uint64_t at = 1; at <= calls; at++) {
            mem_fault_arm(at, at % 2 == 0);
            assert_int_equal(whole_life(&f, &spec, &err), PT_E_NO_MEMORY);
            mem_fault_arm(0, false);
            assert_int_equal(mem_live_blocks(), before);
        }
        fitted_release(&f);
    }
}

static void test_models__data_stays_as_it_was(void **state)
{
    (void)state;
    static const char *const classes[] = {"0", "1"};
    for (size_t i = 0; i < N_SUBJECTS; i++) {
        struct model_bench b;
        struct table t;
        struct pt_error err = ERROR_INIT;
        struct trainer trainer = {0};
        struct trained trained = {0};
        struct matrix m = {0};
        struct run_services *services = NULL;
        char before[SHA256_HEX];
        char after[SHA256_HEX];
        bench_open(&b, subjects[i].component, subjects[i].with, 2);
        sample_table(9000, 4, &t);
        struct learn_spec spec = spec_of(&b, &subjects[i], &t);
        const double *label = spec.label == NULL ? NULL : t.columns[8].f;
        assert_int_equal(trainer_init(&spec, &t, &trainer, &err), PT_OK);
        trainer.label = label;
        trainer.classes = label == NULL ? NULL : classes;
        trainer.n_classes = label == NULL ? 0 : 2;
        struct prepare_rows all = {&t, NULL, t.n_rows};
        assert_int_equal(trainer_run(&trainer, &all, &trained, &err), PT_OK);
        struct matrix_extra extra = {.label = label};
        assert_int_equal(
            matrix_build(&trained.prepare, &trained.instance.needs, &all, &extra, &m, &err), PT_OK);
        assert_int_equal(run_services_new(b.pool, 7, &b.host, &services, &err), PT_OK);
        assert_int_equal(matrix_fingerprint(&m, before, &err), PT_OK);
        assert_int_equal(
            instance_fit(&trained.instance, &m.data, run_services_view(services), &err), PT_OK);
        assert_int_equal(matrix_fingerprint(&m, after, &err), PT_OK);
        assert_string_equal(before, after);
        assert_string_equal(before, trained.fingerprint);
        run_services_free(services);
        matrix_release(&m);
        trained_release(&trained);
        trainer_release(&trainer);
        table_release(&t);
        bench_close(&b);
    }
}

static pt_status match(struct fitted *f, const struct learn_spec *spec, const char *part)
{
    struct pt_error err = ERROR_INIT;
    pt_status status = learned_match(f->m, spec, &err);
    if (part != NULL) {
        assert_non_null(strstr(err.message, part));
    }
    return status;
}

static void test_models__load_checks_what_was_learnt(void **state)
{
    (void)state;
    struct fitted f;
    fit_small(&subjects[1], &f);
    struct learn_spec spec = spec_of(&f.b, &subjects[1], &f.t);
    struct learn_input *inputs = (struct learn_input *)spec.inputs;
    assert_int_equal(match(&f, &spec, NULL), PT_OK);
    spec.prepare.scale = LEARN_SCALE_MINMAX;
    assert_int_equal(match(&f, &spec, "scale standard, not minmax"), PT_E_CONFIG);
    spec.prepare.scale = LEARN_SCALE_STANDARD;
    assert_int_equal(match(&f, &spec, NULL), PT_OK);
    spec.prepare.drop_first = true;
    assert_int_equal(match(&f, &spec, "without drop_first"), PT_E_CONFIG);
    spec.prepare.drop_first = false;
    spec.prepare.impute = LEARN_IMPUTE_ZERO;
    assert_int_equal(match(&f, &spec, "impute median, not zero"), PT_E_CONFIG);
    spec.prepare.impute = LEARN_IMPUTE_AUTO;
    inputs[1].log1p = true;
    assert_int_equal(match(&f, &spec, "column `visits`: the model was learnt without log1p"),
                     PT_E_CONFIG);
    inputs[1].log1p = false;
    inputs[2].type = VEC_I64;
    assert_int_equal(match(&f, &spec, "column `age` is i64; the model was learnt with f64"),
                     PT_E_CONFIG);
    inputs[2].type = VEC_F64;
    inputs[2].name = "spending";
    assert_int_equal(match(&f, &spec, "column `spending`"), PT_E_CONFIG);
    inputs[2].name = "age";
    spec.n_inputs--;
    assert_int_equal(match(&f, &spec, "column `city` is no input"), PT_E_CONFIG);
    fitted_release(&f);
}

static void test_models__scoring_names_the_column_that_is_wrong(void **state)
{
    (void)state;
    struct fitted f;
    struct pt_error err = ERROR_INIT;
    struct table t = {.n_rows = 3};
    fit_small(&subjects[1], &f);
    assert_non_null(table_add(&t, "spend", VEC_F64, false));
    assert_int_equal(learned_score(f.m, NULL, &t, "m", &err), PT_E_DATA);
    assert_non_null(strstr(err.message, "column `visits` is not there"));
    assert_non_null(table_add(&t, "visits", VEC_STR, false));
    assert_int_equal(learned_score(f.m, NULL, &t, "m", &err), PT_E_DATA);
    assert_non_null(strstr(err.message, "column `visits` is str; the model was learnt with i64"));
    assert_int_equal(learned_score(f.m, NULL, &f.t, "spend", &err), PT_E_DATA);
    assert_non_null(strstr(err.message, "column `spend` is there already"));
    table_release(&t);
    fitted_release(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_models__same_bytes_at_any_thread_count),
        cmocka_unit_test(test_models__loaded_is_as_saved),
        cmocka_unit_test(test_models__damaged_file_is_refused),
        cmocka_unit_test(test_models__sealed_nonsense_does_no_harm),
        cmocka_unit_test(test_models__newer_format_is_told),
        cmocka_unit_test(test_models__other_plugins_model_is_refused),
        cmocka_unit_test(test_models__every_allocation_may_fail),
        cmocka_unit_test(test_models__data_stays_as_it_was),
        cmocka_unit_test(test_models__load_checks_what_was_learnt),
        cmocka_unit_test(test_models__scoring_names_the_column_that_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

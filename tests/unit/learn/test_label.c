// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "label.h"
#include "mem.h"

// Reads `texts` (NULL = missing) as a label; *values get at most 4.
static const struct component_info no_options = {.name = "none"};

static pt_status read_two(struct learn_spec *spec, const struct table *t, struct arena *arena,
                          struct label *out, struct pt_error *err)
{
    spec->plugin = &no_options;
    struct label_from from = {spec, PT_TASK_BINARY, t};
    return label_read(&from, arena, out, err);
}

static pt_status read_texts(const char *const texts[4], const char *no, const char *yes,
                            double *values, char *message)
{
    struct table t = {.n_rows = 4};
    struct arena arena = {0};
    struct label l = {0};
    struct pt_error err = ERROR_INIT;
    struct column *c = table_add(&t, "y", VEC_STR, true);
    for (int i = 0; i < 4; i++) {
        c->valid[i] = texts[i] != NULL;
        c->s[i] = text_of(texts[i]);
    }
    struct learn_spec spec = {.label = "y", .classes = {no, yes}};
    pt_status status = read_two(&spec, &t, &arena, &l, &err);
    if (status == PT_OK) {
        memcpy(values, l.values, 4 * sizeof *values);
        strcpy(message, l.classes[1]);
    } else {
        strcpy(message, err.message);
    }
    label_release(&l);
    arena_release(&arena);
    table_release(&t);
    return status;
}

static void test_label__texts(void **state)
{
    (void)state;
    double v[4];
    char message[ERROR_MESSAGE_BYTES];
    assert_int_equal(
        read_texts((const char *const[]){"yes", "no", NULL, "yes"}, NULL, NULL, v, message), PT_OK);
    assert_true(v[0] == 1 && v[1] == 0 && isnan(v[2]) && v[3] == 1);
    assert_string_equal(message, "yes"); // second in byte order
    assert_int_equal(
        read_texts((const char *const[]){"yes", "no", NULL, "yes"}, "yes", "no", v, message),
        PT_OK);
    assert_true(v[0] == 0 && v[1] == 1);
}

static void test_label__faulty_texts_are_told(void **state)
{
    (void)state;
    double v[4];
    char message[ERROR_MESSAGE_BYTES];
    assert_int_equal(read_texts((const char *const[]){"a", "b", "c", "a"}, NULL, NULL, v, message),
                     PT_E_DATA);
    assert_non_null(strstr(message, "more than two classes: `a`, `b`, `c`"));
    assert_int_equal(read_texts((const char *const[]){"a", NULL, "a", "a"}, NULL, NULL, v, message),
                     PT_E_DATA);
    assert_non_null(strstr(message, "one class only"));
    assert_int_equal(
        read_texts((const char *const[]){NULL, NULL, NULL, NULL}, NULL, NULL, v, message),
        PT_E_DATA);
    assert_non_null(strstr(message, "no values"));
    assert_int_equal(read_texts((const char *const[]){"a", "b", "x", "a"}, "a", "b", v, message),
                     PT_E_DATA);
    assert_non_null(strstr(message, "holds `x` in 1 row; its classes are `a` and `b`"));
}

static void test_label__numbers_and_flags(void **state)
{
    (void)state;
    struct table t = {.n_rows = 3};
    struct arena arena = {0};
    struct label l = {0};
    struct pt_error err = ERROR_INIT;
    struct column *flag = table_add(&t, "flag", VEC_BOOL, false);
    flag->b[1] = 1;
    struct column *whole = table_add(&t, "whole", VEC_I64, false);
    whole->i[2] = 2;
    assert_non_null(table_add(&t, "day", VEC_DATE, false));
    struct learn_spec spec = {.label = "flag", .classes = {"stays", "leaves"}};
    assert_int_equal(read_two(&spec, &t, &arena, &l, &err), PT_OK);
    assert_true(l.values[0] == 0 && l.values[1] == 1);
    assert_string_equal(l.classes[1], "leaves");
    label_release(&l);
    spec = (struct learn_spec){.label = "whole"};
    assert_int_equal(read_two(&spec, &t, &arena, &l, &err), PT_E_DATA);
    assert_non_null(strstr(err.message, "label `whole` holds 2"));
    spec.label = "day";
    assert_int_equal(read_two(&spec, &t, &arena, &l, &err), PT_E_DATA);
    assert_non_null(strstr(err.message, "label `day` is date"));
    spec.label = "nothing";
    assert_int_equal(read_two(&spec, &t, &arena, &l, &err), PT_E_NOT_FOUND);
    spec.label = "flag";
    for (uint64_t at = 1; at <= 2; at++) {
        struct arena fresh = {0};
        mem_fault_arm(at, false);
        assert_int_equal(read_two(&spec, &t, &fresh, &l, &err), PT_E_NO_MEMORY);
        mem_fault_arm(0, false);
        arena_release(&fresh);
    }
    arena_release(&arena);
    table_release(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_label__texts),
        cmocka_unit_test(test_label__faulty_texts_are_told),
        cmocka_unit_test(test_label__numbers_and_flags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"
#include "mem.h"
#include "scratch.h"
#include "suppression.h"

static const char *const namespaces[] = {"email", "phone", "customer"};

struct lower {
    struct str text;
    size_t calls;
    size_t values;
};

// What a pipeline's `normalize: email` does, over a block.
static pt_status lower_values(void *ctx, size_t namespace_, struct text *values, size_t n,
                              struct pt_error *err)
{
    struct lower *l = ctx;
    l->calls++;
    l->values += n;
    str_reset(&l->text);
    for (size_t i = 0; i < n; i++) {
        str_add_n(&l->text, values[i].p, values[i].n);
    }
    if (l->text.failed) {
        return error_set(err, PT_E_NO_MEMORY, "no memory to normalise");
    }
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        if (namespace_ == 0) {
            values[i].p = l->text.p + at;
            for (size_t k = 0; k < values[i].n; k++) {
                l->text.p[at + k] = (char)tolower((unsigned char)l->text.p[at + k]);
            }
        }
        at += values[i].n;
    }
    return PT_OK;
}

static pt_status read_text(struct scratch *s, const char *text, size_t n, struct lower *lower,
                           struct suppression **out, struct pt_error *err)
{
    const struct suppression_spec spec = {.namespaces = namespaces,
                                          .n_namespaces = 3,
                                          .normalize = lower == NULL ? NULL : lower_values,
                                          .ctx = lower};
    struct input *in = NULL;
    scratch_write(s, "list.csv", text, n);
    pt_status status = input_open(s->folder, "list.csv", NULL, &in, err);
    if (status == PT_OK) {
        status = suppression_read(in, &spec, out, err);
    }
    input_close(in);
    return status;
}

static bool has(const struct suppression *list, size_t namespace_, const char *value)
{
    return suppression_has(list, namespace_, text_of(value));
}

static void test_suppression__reads_several_namespaces(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    struct lower lower = {0};
    struct suppression *list = NULL;
    static const char text[] = "\xEF\xBB\xBF email ,phone\r\n"
                               "Ann@Example.org,\r\n"
                               "\r\n"
                               ",13800138000\r\n"
                               "\"Bob, \"\"Jr\"\"@x\",\"1\n2\"\r\n"
                               "short@x\r\n"
                               "last@x,7";
    assert_int_equal(read_text(&s, text, sizeof text - 1, &lower, &list, NULL), PT_OK);
    assert_true(has(list, 0, "ann@example.org"));
    assert_false(has(list, 0, "Ann@Example.org"));
    assert_true(has(list, 1, "13800138000"));
    assert_false(has(list, 0, "13800138000"));
    assert_true(has(list, 0, "bob, \"jr\"@x"));
    assert_true(has(list, 1, "1\n2"));
    assert_true(has(list, 0, "short@x"));
    assert_true(has(list, 0, "last@x"));
    assert_true(has(list, 1, "7"));
    assert_false(has(list, 0, ""));
    assert_int_equal(suppression_count(list), 7);
    assert_true(suppression_covers(list, 0));
    assert_true(suppression_covers(list, 1));
    assert_false(suppression_covers(list, 2));
    suppression_free(list);
    suppression_free(NULL);
    str_release(&lower.text);
    scratch_release(&s);
}

// Blocks are full many times, records cross the reader's chunks, and nothing gets lost.
static void test_suppression__many_values_in_blocks(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    struct str text = {0};
    str_add(&text, "email,customer\n");
    for (int i = 0; i < 50000; i++) {
        str_addf(&text, "USER%d@x,%s%d\n", i, i % 2 == 0 ? "c" : "", i);
    }
    struct lower lower = {0};
    struct suppression *list = NULL;
    assert_int_equal(read_text(&s, text.p, text.n, &lower, &list, NULL), PT_OK);
    assert_int_equal(suppression_count(list), 100000);
    assert_int_equal(lower.values, 100000);
    assert_true(lower.calls < 200);
    for (int i = 0; i < 50000; i++) {
        char email[32];
        char customer[32];
        snprintf(email, sizeof email, "user%d@x", i);
        snprintf(customer, sizeof customer, "%s%d", i % 2 == 0 ? "c" : "", i);
        assert_true(has(list, 0, email));
        assert_true(has(list, 2, customer));
    }
    suppression_free(list);
    str_release(&lower.text);
    str_release(&text);
    scratch_release(&s);
}

static void test_suppression__what_cannot_be_read_in_full_is_an_error(void **state)
{
    (void)state;

    static const struct {
        const char *text;
        size_t n;
        const char *message;
    } faulty[] = {
        {"", 0, "empty"},
        {"\n\n", 2, "empty"},
        {"e-mail\na@x\n", 11, ":1: header `e-mail` names no namespace"},
        {"email,reason\na@x,gone\n", 22, "header `reason`"},
        {"email\na@x,b@x\n", 14, ":2: 2 fields, the header has 1"},
        {"email\n\"a@x\n", 11, "open quote"},
        {"email\n\"a@x\"b\n", 13, "text behind a closing quote"},
        {"email\na\0b\n", 10, ":2: not UTF-8 text"},
        {"email\n\xff\xfe\n", 9, ":2: not UTF-8 text"},
    };
    struct scratch s;
    scratch_init(&s);
    for (size_t i = 0; i < sizeof faulty / sizeof faulty[0]; i++) {
        struct suppression *list = NULL;
        struct pt_error err = ERROR_INIT;
        assert_int_equal(read_text(&s, faulty[i].text, faulty[i].n, NULL, &list, &err), PT_E_DATA);
        assert_null(list);
        assert_non_null(strstr(err.message, "list.csv"));
        assert_non_null(strstr(err.message, faulty[i].message));
    }
    struct suppression *list = NULL;
    struct pt_error err = ERROR_INIT;
    assert_int_equal(read_text(&s, "emial\n", 6, NULL, &list, &err), PT_E_DATA);
    assert_string_equal(err.hint, "did you mean `email`?");
    scratch_release(&s);
}

static void test_suppression__a_record_without_end_is_refused(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    size_t n = SUPPRESSION_RECORD_MAX + 100;
    char *text = malloc(n);
    memset(text, 'x', n);
    memcpy(text, "email\n", 6);
    struct suppression *list = NULL;
    struct pt_error err = ERROR_INIT;
    assert_int_equal(read_text(&s, text, n, NULL, &list, &err), PT_E_LIMIT);
    free(text);
    scratch_release(&s);
}

static void test_suppression__several_files_are_one_list(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    scratch_write(&s, "l1.csv", "email\na@x\n", 10);
    scratch_write(&s, "l2.csv", "customer\n5\n", 11);
    const struct suppression_spec spec = {.namespaces = namespaces, .n_namespaces = 3};
    struct input *in = NULL;
    struct suppression *list = NULL;
    assert_int_equal(input_open(s.folder, "l*.csv", NULL, &in, NULL), PT_OK);
    assert_int_equal(suppression_read(in, &spec, &list, NULL), PT_OK);
    assert_true(has(list, 0, "a@x"));
    assert_true(has(list, 2, "5"));
    input_close(in);
    suppression_free(list);
    scratch_release(&s);
}

static pt_status check_text(struct scratch *s, const char *text, struct pt_error *err)
{
    const struct suppression_spec spec = {.namespaces = namespaces, .n_namespaces = 3};
    struct input *in = NULL;
    scratch_write(s, "list.csv", text, strlen(text));
    pt_status status = input_open(s->folder, "list.csv", NULL, &in, err);
    if (status == PT_OK) {
        status = suppression_check(in, &spec, err);
    }
    input_close(in);
    return status;
}

static void test_suppression__headers_are_checked_alone(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    struct pt_error err = ERROR_INIT;
    assert_int_equal(check_text(&s, "email,phone\na@x,1,2\n", NULL), PT_OK);
    assert_int_equal(check_text(&s, "emial\n", &err), PT_E_DATA);
    assert_string_equal(err.hint, "did you mean `email`?");
    assert_int_equal(check_text(&s, "", &err), PT_E_DATA);
    assert_non_null(strstr(err.message, "empty"));
    scratch_release(&s);
}

struct sweep {
    struct scratch s;
    struct lower lower;
};

static pt_status read_once(void *arg, struct pt_error *err)
{
    static const char text[] = "email,phone\na@x,1\n\"b\"\"c@x\",2\n";
    struct sweep *x = arg;
    struct suppression *list = NULL;
    pt_status status = read_text(&x->s, text, sizeof text - 1, &x->lower, &list, err);
    if (status == PT_OK) {
        assert_int_equal(suppression_count(list), 4);
    }
    suppression_free(list);
    str_release(&x->lower.text);
    return status;
}

static void test_suppression__every_failure_is_clean(void **state)
{
    (void)state;
    struct sweep x = {0};
    scratch_init(&x.s);
    assert_true(fault_sweep_memory(read_once, NULL, &x) > 10);
    assert_true(fault_sweep_calls(read_once, NULL, &x, EIO) > 2);
    scratch_release(&x.s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_suppression__reads_several_namespaces),
        cmocka_unit_test(test_suppression__many_values_in_blocks),
        cmocka_unit_test(test_suppression__what_cannot_be_read_in_full_is_an_error),
        cmocka_unit_test(test_suppression__a_record_without_end_is_refused),
        cmocka_unit_test(test_suppression__several_files_are_one_list),
        cmocka_unit_test(test_suppression__headers_are_checked_alone),
        cmocka_unit_test(test_suppression__every_failure_is_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

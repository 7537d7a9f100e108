// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "error.h"
#include "text.h"

static void test_error__sets_code_and_text(void **state)
{
    (void)state;
    struct pt_error e = ERROR_INIT;
    e.line = 3;
    strcpy(e.hint, "old");
    assert_int_equal(error_set(&e, PT_E_DATA, "row %d", 5), PT_E_DATA);
    assert_int_equal(e.code, PT_E_DATA);
    assert_string_equal(e.message, "row 5");
    assert_int_equal(e.line, 0);
    assert_string_equal(e.hint, "");
}

static void test_error__accepts_no_slot(void **state)
{
    (void)state;
    assert_int_equal(error_set(NULL, PT_E_IO, "x"), PT_E_IO);
    assert_int_equal(error_prefix(NULL, "x"), PT_E_INTERNAL);
    assert_int_equal(error_system(NULL, 2, "x"), PT_E_IO);
}

static void test_error__prefixes_and_keeps_the_rest(void **state)
{
    (void)state;
    struct pt_error e = ERROR_INIT;
    error_set(&e, PT_E_DATA, "no digit");
    e.line = 7;
    assert_int_equal(error_prefix(&e, "file %s", "a.csv"), PT_E_DATA);
    assert_string_equal(e.message, "file a.csv: no digit");
    assert_int_equal(e.line, 7);
}

static void test_error__names_the_system_failure(void **state)
{
    (void)state;
    struct pt_error e = ERROR_INIT;
    assert_int_equal(error_system(&e, 2, "cannot open %s", "x"), PT_E_IO);
    assert_string_equal(e.message, "cannot open x: No such file or directory");
}

// Cut text stays UTF-8 for every length of the text before the wide characters.
static void test_error__cuts_at_a_character(void **state)
{
    (void)state;
    char text[3 * ERROR_MESSAGE_BYTES];
    for (size_t shift = 0; shift < 8; shift++) {
        struct pt_error e = ERROR_INIT;
        memset(text, 'a', shift);
        for (size_t i = shift; i + 4 < sizeof text; i += 4) {
            memcpy(text + i, "\xF0\x9F\x98\x80", 5);
        }
        error_set(&e, PT_E_DATA, "%s", text);
        assert_true(strlen(e.message) > ERROR_MESSAGE_BYTES - 6);
        assert_true(text_is_utf8(text_of(e.message), NULL));
        error_prefix(&e, "prefix%.*s", (int)shift, "xxxxxxxx");
        assert_true(strlen(e.message) > ERROR_MESSAGE_BYTES - 6);
        assert_true(text_is_utf8(text_of(e.message), NULL));
        error_prefix(&e, "%s", text);
        assert_true(text_is_utf8(text_of(e.message), NULL));
        error_system(&e, 2, "%s", text);
        assert_true(text_is_utf8(text_of(e.message), NULL));
    }
}

static void test_error__names_every_code(void **state)
{
    (void)state;
    assert_string_equal(error_name(PT_OK), "ok");
    assert_string_equal(error_name(PT_E_NO_MEMORY), "no memory");
    assert_string_equal(error_name(PT_E_INTERNAL), "internal error");
    assert_string_equal(error_name(PT_E_INTERNAL + 1), "unknown error");
    assert_string_equal(error_name(-1), "unknown error");
}

static pt_status fails(struct pt_error *err)
{
    FAIL(err, PT_E_LIMIT, "too %s", "many");
}

static pt_status tries(struct pt_error *err)
{
    TRY(PT_OK);
    TRY(fails(err));
    return PT_OK;
}

static void test_error__try_passes_the_failure_on(void **state)
{
    (void)state;
    struct pt_error e = ERROR_INIT;
    assert_int_equal(tries(&e), PT_E_LIMIT);
    assert_string_equal(e.message, "too many");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_error__sets_code_and_text),
        cmocka_unit_test(test_error__accepts_no_slot),
        cmocka_unit_test(test_error__prefixes_and_keeps_the_rest),
        cmocka_unit_test(test_error__names_the_system_failure),
        cmocka_unit_test(test_error__cuts_at_a_character),
        cmocka_unit_test(test_error__names_every_code),
        cmocka_unit_test(test_error__try_passes_the_failure_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

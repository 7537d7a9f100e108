// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "sheet.h"

static int setup(void **state)
{
    static struct sheet s;
    s = (struct sheet){.n_rows = 4};
    sheet_add(&s, "t", VEC_STR);
    sheet_add(&s, "u", VEC_STR);
    sheet_add(&s, "k", VEC_I64);
    sheet_set_text(&s, 0, 0, "H\u00e9llo");
    sheet_set_text(&s, 0, 1, "");
    sheet_set_null(&s, 0, 2);
    sheet_set_text(&s, 0, 3, "\u65e5\u672c\u8a9e 12");
    sheet_set_text(&s, 1, 0, "l");
    sheet_set_text(&s, 1, 1, "x");
    sheet_set_text(&s, 1, 2, "y");
    sheet_set_null(&s, 1, 3);
    for (size_t i = 0; i < 4; i++) {
        sheet_set_int(&s, 2, i, (int64_t)i - 1);
    }
    *state = &s;
    return 0;
}

static int teardown(void **state)
{
    sheet_release(*state);
    return 0;
}

static void test_eval_text__counts_characters(void **state)
{
    struct sheet *s = *state;
    sheet_expect(s, "length(t)", "5 0 NULL 6");
    sheet_expect(s, "instr(t, u)", "3 0 NULL NULL");
    sheet_expect(s, "instr(t, '')", "1 1 NULL 1");
    sheet_expect(s, "instr(t, '\u8a9e')", "0 0 NULL 3");
    sheet_expect(s, "instr('xyz', u)", "0 1 2 NULL");
    sheet_expect(s, "substr(t, 2)", "'\u00e9llo' '' NULL '\u672c\u8a9e 12'");
    sheet_expect(s, "substr(t, k, 2)", "'o' '' NULL '\u672c\u8a9e'");
    sheet_expect(s, "substr(t, -2)", "'lo' '' NULL '12'");
    sheet_expect(s, "substr(t, 9223372036854775807, 9223372036854775807)", "'' '' NULL ''");
    sheet_expect(s, "substr(t, -9223372036854775808, -9223372036854775808)", "'' '' NULL ''");
    sheet_expect(s, "substr(t, NULL)", "NULL NULL NULL NULL");
    sheet_expect(s, "substr('abc', k + 1, 1)", "'' 'a' 'b' 'c'");
}

static void test_eval_text__changes_ascii_only(void **state)
{
    struct sheet *s = *state;
    sheet_expect(s, "upper(t)", "'H\u00e9LLO' '' NULL '\u65e5\u672c\u8a9e 12'");
    sheet_expect(s, "lower(t)", "'h\u00e9llo' '' NULL '\u65e5\u672c\u8a9e 12'");
    sheet_expect(s, "lower('@AZ[`az{')", "'@az[`az{' '@az[`az{' '@az[`az{' '@az[`az{'");
    sheet_expect(s, "digits(t)", "'' '' NULL '12'");
    sheet_expect(s, "t || u", "'H\u00e9llol' 'x' NULL NULL");
    sheet_expect(s, "'<' || u || '>'", "'<l>' '<x>' '<y>' NULL");
    sheet_expect(s, "trim(t, '\u65e52 ')", "'H\u00e9llo' '' NULL '\u672c\u8a9e 1'");
    sheet_expect(s, "trim(t, u)", "'H\u00e9llo' '' NULL NULL");
    sheet_expect(s, "trim('lol', u)", "'o' 'lol' 'lol' NULL");
    sheet_expect(s, "trim(t, '')", "'H\u00e9llo' '' NULL '\u65e5\u672c\u8a9e 12'");
    sheet_expect(s, "trim('   ')", "'' '' '' ''");
    sheet_expect(s, "trim(' \t ')", "'\t' '\t' '\t' '\t'");
    sheet_expect(s, "digits('/0189:x')", "'0189' '0189' '0189' '0189'");
    sheet_expect(s, "crc32(t)", "2576844544 0 NULL 2045787517");
}

static void test_eval_text__matches(void **state)
{
    struct sheet *s = *state;
    sheet_expect(s, "t LIKE 'h_LLO'", "true false NULL false");
    sheet_expect(s, "t NOT LIKE 'h%'", "false true NULL true");
    sheet_expect(s, "t GLOB '*l*'", "true false NULL false");
    sheet_expect(s, "t LIKE '%' || u || '%'", "true false NULL NULL");
    sheet_expect(s, "'L' LIKE u", "true false false NULL");
    sheet_expect(s, "'L' GLOB u", "false false false NULL");
    sheet_expect(s, "t LIKE NULL", "NULL NULL NULL NULL");
    sheet_expect(s, "t GLOB '*[0-9]'", "false false NULL true");
}

// Phone numbers and addresses as pipelines write them.
static void test_eval_text__normalises_identifiers(void **state)
{
    (void)state;
    struct sheet s = {.n_rows = 3};
    sheet_add(&s, "phone", VEC_STR);
    sheet_add(&s, "user", VEC_STR);
    sheet_set_text(&s, 0, 0, "+86 (138) 0013-8000");
    sheet_set_text(&s, 0, 1, "12345");
    sheet_set_text(&s, 0, 2, "none");
    sheet_set_text(&s, 1, 0, "-");
    sheet_set_text(&s, 1, 1, "c7");
    sheet_set_null(&s, 1, 2);
    sheet_expect(&s, "substr(digits(phone), -11)", "'13800138000' '12345' ''");
    sheet_expect(&s, "nullif(substr(digits(phone), -11), '')", "'13800138000' '12345' NULL");
    sheet_expect(&s, "coalesce(nullif(user, '-'), phone)", "'+86 (138) 0013-8000' 'c7' 'none'");
    sheet_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_eval_text__counts_characters),
        cmocka_unit_test(test_eval_text__changes_ascii_only),
        cmocka_unit_test(test_eval_text__matches),
        cmocka_unit_test(test_eval_text__normalises_identifiers),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

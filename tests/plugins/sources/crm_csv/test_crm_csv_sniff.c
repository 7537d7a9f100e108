// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "csv_sniff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "csv_config.h"

static enum csv_encoding encoding_of(const char *text, uint64_t n)
{
    return csv_sniff_encoding((const uint8_t *)text, n);
}

static void test_csv_sniff__encodings(void **state)
{
    (void)state;
    static const char chinese[] = "\xe4\xbd\xa0\xe5\xa5\xbd";
    assert_int_equal(encoding_of("", 0), CSV_IS_ASCII);
    assert_int_equal(encoding_of("a,b\n", 4), CSV_IS_ASCII);
    for (uint64_t n = 3; n <= 6; n++) { // a character cut in two is still UTF-8
        assert_int_equal(encoding_of(chinese, n), CSV_IS_UTF8);
    }
    assert_int_equal(encoding_of("\xc4\xe3\xba\xc3", 4), CSV_IS_GB18030);
    assert_int_equal(encoding_of("\xc4\xe3\xba\xc3\xc4", 5), CSV_IS_GB18030);
    assert_int_equal(encoding_of("Jos\xe9,M\xfcller", 11), CSV_IS_UTF8);
    assert_int_equal(encoding_of("\xff\xfe"
                                 "a",
                                 3),
                     CSV_IS_UTF16LE);
    assert_int_equal(encoding_of("\xfe\xff", 2), CSV_IS_UTF16BE);
    assert_int_equal(encoding_of("a\0,\0b\0\n\0", 8), CSV_IS_UTF16LE);
    assert_int_equal(encoding_of("\0a\0,\0b\0\n", 8), CSV_IS_UTF16BE);
    assert_int_equal(encoding_of("abc\0defgh", 9), CSV_IS_ASCII);
}

static struct csv_dialect dialect_of(const char *text, bool is_comma_decimal)
{
    const struct csv_dialect wish = {
        .delimiter = CSV_CHAR_AUTO, .quote = '"', .escape = CSV_CHAR_AUTO, .allows_blanks = true};
    uint64_t n = strlen(text);
    uint8_t *p = calloc(1, n + CSV_PAD);
    memcpy(p, text, n);
    struct csv_record *record = malloc(sizeof *record);
    struct csv_dialect d = csv_sniff_dialect(&wish, p, n, true, is_comma_decimal, record);
    free(record);
    free(p);
    return d;
}

static void test_csv_sniff__delimiters(void **state)
{
    (void)state;

    static const struct {
        const char *text;
        char delimiter;
    } all[] = {{"", ','},
               {"a\n1\n", ','},
               {"a,b\n1,2\n", ','},
               {"a;b\n1,5;2,5\n", ';'},
               {"a\tb c\n1\t2,3\n", '\t'},
               {"a|b\n1;2|3\n", '|'},
               {"a,b;c\n1,2\n3,4\n", ','},
               {"\"a;b\",c\n\"1;2\",3\n", ','},
               {"a;b;c\n\"x\ny, z\";1;2\n", ';'},
               {"\"a,\"x\nb,c\n", ','}};

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        assert_int_equal(dialect_of(all[i].text, false).delimiter, all[i].delimiter);
    }
    assert_int_equal(dialect_of("1,5;2,5\n1,5;3,5\n", true).delimiter, ';');
}

static void test_csv_sniff__escapes_and_line_ends(void **state)
{
    (void)state;
    assert_int_equal(dialect_of("a,b\n\"x\\\"y\",2\n", false).escape, '\\');
    assert_int_equal(dialect_of("a,b\n\"C:\\\",2\n", false).escape, 0);
    assert_int_equal(dialect_of("a,b\n\"x\"\"y\",2\n", false).escape, 0);
    assert_true(dialect_of("a,b\r1,2\r", false).is_cr_only);
    assert_false(dialect_of("a,b\r\n1,2\r\n", false).is_cr_only);
    assert_false(dialect_of("a,b", false).is_cr_only);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv_sniff__encodings),
        cmocka_unit_test(test_csv_sniff__delimiters),
        cmocka_unit_test(test_csv_sniff__escapes_and_line_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

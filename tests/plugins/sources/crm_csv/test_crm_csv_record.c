// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "csv_record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct csv_dialect rfc = {.delimiter = ',', .quote = '"', .allows_blanks = true};

// Text with the bytes behind it that may be read; commas, so that reading on would show.
static uint8_t *padded(const char *text, uint64_t n)
{
    uint8_t *p = malloc(n + CSV_PAD);
    memcpy(p, text, n);
    memset(p + n, ',', CSV_PAD);
    return p;
}

// The fields joined: [plain] or "quoted", a ' behind those with escapes.
static enum csv_step scan(const struct csv_dialect *d, const char *text, uint64_t n, bool is_end,
                          char *out, struct csv_record *record)
{
    uint8_t *p = padded(text, n);
    enum csv_step step = csv_record_scan(d, p, n, is_end, record);
    *out = '\0';
    for (uint32_t i = 0; step == CSV_RECORD && i < record->n; i++) {
        const struct csv_field *f = &record->fields[i];
        out +=
            sprintf(out, "%s%.*s%s%s", f->is_quoted ? "\"" : "[", (int)f->size,
                    (const char *)p + f->at, f->is_quoted ? "\"" : "]", f->has_escapes ? "'" : "");
    }
    free(p);
    return step;
}

static void check(const struct csv_dialect *d, const char *text, const char *fields, uint64_t size,
                  uint64_t lines)
{
    char out[1024];
    struct csv_record *record = malloc(sizeof *record);
    assert_int_equal(scan(d, text, strlen(text), true, out, record), CSV_RECORD);
    assert_string_equal(out, fields);
    assert_int_equal(record->size, size);
    assert_int_equal(record->lines, lines);
    free(record);
}

static void test_csv_record__fields(void **state)
{
    (void)state;
    check(&rfc, "a,b\nc", "[a][b]", 4, 1);
    check(&rfc, "a,b\r\nc", "[a][b]", 5, 1);
    check(&rfc, "a,b", "[a][b]", 3, 1);
    check(&rfc, "a,b\r", "[a][b]", 4, 1);
    check(&rfc, "a\rb,\n", "[a\rb][]", 5, 1);
    check(&rfc, ",,", "[][][]", 2, 1);
    check(&rfc, ",\r\n", "[][]", 3, 1);
    check(&rfc, "\"a\",\"b,\n\"\r\n", "\"a\"\"b,\n\"", 11, 2);
    check(&rfc, "\"a\"\"b\"\n", "\"a\"\"b\"'", 7, 1);
    check(&rfc, "\"\"\n", "\"\"", 3, 1);
    check(&rfc, "\"\"\"\"", "\"\"\"\"'", 4, 1);
    check(&rfc, "a\"b,c\"\n", "[a\"b][c\"]", 7, 1);
    check(&rfc, " \"a\" ,b", "\"a\"[b]", 7, 1);
}

static void test_csv_record__dialects(void **state)
{
    (void)state;
    const struct csv_dialect escaping = {.delimiter = ';', .quote = '\'', .escape = '\\'};
    const struct csv_dialect unquoted = {.delimiter = '|'};
    const struct csv_dialect cr = {.delimiter = ',', .quote = '"', .is_cr_only = true};
    const struct csv_dialect wide = {.delimiter = '|', .quote = '"', .is_gb18030 = true};
    check(&escaping, "'a\\'b';c\n", "\"a\\'b\"'[c]", 9, 1);
    check(&escaping, "'a\\\nb'\n", "\"a\\\nb\"'", 7, 2);
    check(&escaping, "a\\;b", "[a\\][b]", 4, 1);
    check(&unquoted, "\"a|b\"\n", "[\"a][b\"]", 6, 1);
    check(&cr, "a,\"\r\"\rb\n", "[a]\"\r\"", 6, 2);
    check(&wide, "\x81|x|\x81\x30\x81\x30|\xff|\n", "[\x81|x][\x81\x30\x81\x30][\xff][]", 12, 1);
}

static void test_csv_record__comments_and_blank_lines(void **state)
{
    (void)state;

    static const struct {
        const char *text;
        uint64_t size;
    } all[] = {{"\na", 1}, {"\r\na", 2}, {"  \t\na", 4}, {"\r", 1}, {"#,\"\nb", 4}, {"#x", 2}};
    const struct csv_dialect d = {
        .delimiter = ',', .quote = '"', .comment = '#', .allows_blanks = true};
    char out[64];
    struct csv_record *record = malloc(sizeof *record);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        const char *text = all[i].text;
        assert_int_equal(scan(&d, text, strlen(text), true, out, record), CSV_COMMENT);
        assert_int_equal(record->size, all[i].size);
        assert_int_equal(record->lines, 1);
    }
    free(record);
}

static void test_csv_record__faults(void **state)
{
    (void)state;
    char out[64];
    struct csv_record *record = malloc(sizeof *record);
    assert_int_equal(scan(&rfc, "\"a\nb", 4, true, out, record), CSV_BAD);
    assert_string_equal(record->fault, "a quote is not closed");
    assert_int_equal(scan(&rfc, "\"a\"b,c\n", 7, true, out, record), CSV_BAD);
    assert_string_equal(record->fault, "text behind a closing quote");
    assert_int_equal(scan(&rfc, "\"a\"\rb\n", 6, true, out, record), CSV_BAD);
    char commas[CSV_FIELDS_MAX];
    memset(commas, ',', sizeof commas);
    assert_int_equal(scan(&rfc, commas, sizeof commas, true, out, record), CSV_BAD);
    assert_string_equal(record->fault, "more than 4096 fields");
    char *fields = malloc(3 * CSV_FIELDS_MAX);
    assert_int_equal(scan(&rfc, commas, sizeof commas - 1, true, fields, record), CSV_RECORD);
    assert_int_equal(record->n, CSV_FIELDS_MAX);
    free(fields);
    free(record);
}

// A record cut anywhere asks for more; only its full length reads the same as with more behind it.
static void test_csv_record__asks_for_more(void **state)
{
    (void)state;
    static const char text[] = "ab,\"c\"\"d\n\",  \"e\" ,f\r\n";
    char out[256];
    struct csv_record *record = malloc(sizeof *record);
    for (uint64_t n = 1; n < sizeof text - 1; n++) {
        assert_int_equal(scan(&rfc, text, n, false, out, record), CSV_MORE);
    }
    assert_int_equal(scan(&rfc, text, sizeof text - 1, false, out, record), CSV_RECORD);
    assert_string_equal(out, "[ab]\"c\"\"d\n\"'\"e\"[f]");
    free(record);
}

// Every place of a special byte relative to the 64 bytes that are looked at together.
static void test_csv_record__long_fields(void **state)
{
    (void)state;
    char text[400];
    char out[512];
    struct csv_record *record = malloc(sizeof *record);
    for (uint32_t a = 0; a < 140; a++) {
        for (uint32_t b = 0; b < 70; b++) {
            memset(text, 'x', sizeof text);
            uint32_t n = a;
            text[n++] = ',';
            text[n++] = '"';
            n += b;
            text[n++] = '"';
            text[n++] = '\n';
            assert_int_equal(scan(&rfc, text, n + 9, false, out, record), CSV_RECORD);
            assert_int_equal(record->n, 2);
            assert_int_equal(record->fields[0].size, a);
            assert_int_equal(record->fields[1].at, a + 2);
            assert_int_equal(record->fields[1].size, b);
            assert_int_equal(record->size, n);
        }
    }
    free(record);
}

static void test_csv_record__unescape(void **state)
{
    (void)state;
    uint8_t out[16];
    const struct csv_dialect escaping = {.delimiter = ',', .quote = '"', .escape = '\\'};
    assert_int_equal(csv_field_unescape(&rfc, (const uint8_t *)"a\"\"b\\", 5, out), 4);
    assert_memory_equal(out, "a\"b\\", 4);
    assert_int_equal(csv_field_unescape(&escaping, (const uint8_t *)"\\\"\\\\\"\"x\\", 8, out), 5);
    assert_memory_equal(out, "\"\\\"x\\", 5);
}

static void test_csv_record__gb18030_lengths(void **state)
{
    (void)state;
    assert_int_equal(csv_gb18030_length((const uint8_t *)"\xc4\xe3", 2), 2);
    assert_int_equal(csv_gb18030_length((const uint8_t *)"\xc4\xe3", 1), 1);
    assert_int_equal(csv_gb18030_length((const uint8_t *)"\x81\x7f", 2), 1);
    assert_int_equal(csv_gb18030_length((const uint8_t *)"\x81\n", 2), 1);
    assert_int_equal(csv_gb18030_length((const uint8_t *)"\x80\x40", 2), 1);
    assert_int_equal(csv_gb18030_length((const uint8_t *)"\xff\x40", 2), 1);
    assert_int_equal(csv_gb18030_length((const uint8_t *)"\x81\x30\x81\x30", 4), 4);
    assert_int_equal(csv_gb18030_length((const uint8_t *)"\x81\x30\x81\x30", 3), 1);
    assert_int_equal(csv_gb18030_length((const uint8_t *)"\x81\x30\x41\x30", 4), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv_record__fields),
        cmocka_unit_test(test_csv_record__dialects),
        cmocka_unit_test(test_csv_record__comments_and_blank_lines),
        cmocka_unit_test(test_csv_record__faults),
        cmocka_unit_test(test_csv_record__asks_for_more),
        cmocka_unit_test(test_csv_record__long_fields),
        cmocka_unit_test(test_csv_record__unescape),
        cmocka_unit_test(test_csv_record__gb18030_lengths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

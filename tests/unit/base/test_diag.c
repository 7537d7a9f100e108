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

#include "diag.h"
#include "sweep.h"

static struct position at(uint32_t line, uint32_t column, uint32_t length)
{
    return (struct position){"spring.yaml", line, column, length};
}

// What diags_print() writes; the caller frees it.
static char *printed(const struct diags *d, bool colour)
{
    FILE *out = tmpfile();
    diags_print(d, out, colour);
    size_t n = (size_t)ftell(out);
    char *text = calloc(1, n + 1);
    rewind(out);
    assert_int_equal(fread(text, 1, n, out), n);
    fclose(out);
    return text;
}

static void assert_printed(struct diags *d, const char *wanted)
{
    char *text = printed(d, false);
    assert_string_equal(text, wanted);
    free(text);
    diags_release(d);
    assert_int_equal(mem_live_blocks(), 0);
}

static struct diags with_source(const char *source)
{
    return (struct diags){.source_file = "spring.yaml", .source = text_of(source)};
}

static void test_diag__shows_line_caret_and_fix(void **state)
{
    (void)state;
    struct diags d = with_source("a: 1\n\n      delimeter: \";\"\nlast: 2");
    diag_add(&d, DIAG_ERROR, "P0103", at(3, 7, 9), "did you mean `delimiter`?",
             "unknown key `%s` in source `%s`", "delimeter", "crm");
    diag_add(&d, DIAG_WARNING, "P0200", at(4, 1, 4), NULL, "no hint");
    diag_add(&d, DIAG_NOTE, "P0201", at(1, 4, 0), "", "empty hint");
    assert_true(diags_failed(&d));
    assert_int_equal(d.n_errors, 1);
    assert_printed(&d, "spring.yaml:3:7: error[P0103]: unknown key `delimeter` in source `crm`\n"
                       "  3 |       delimeter: \";\"\n"
                       "    |       ^^^^^^^^^ did you mean `delimiter`?\n"
                       "spring.yaml:4:1: warning[P0200]: no hint\n"
                       "  4 | last: 2\n"
                       "    | ^^^^\n"
                       "spring.yaml:1:4: note[P0201]: empty hint\n"
                       "  1 | a: 1\n"
                       "    |    ^\n");
}

static void test_diag__gutter_follows_the_line_number(void **state)
{
    (void)state;
    char source[400] = "";
    for (int i = 1; i <= 120; i++) {
        strcat(source, i == 120 ? "x: y\r\n" : "\n");
    }
    struct diags d = with_source(source);
    diag_add(&d, DIAG_ERROR, "P0001", at(120, 4, 1), "fix", "text");
    assert_printed(&d, "spring.yaml:120:4: error[P0001]: text\n"
                       "  120 | x: y\n"
                       "      |    ^ fix\n");
}

static void test_diag__positions_may_be_partly_unknown(void **state)
{
    (void)state;
    struct diags d = with_source("a: 1\n");
    diag_add(&d, DIAG_ERROR, "P0001", (struct position){0}, NULL, "no place");
    diag_add(&d, DIAG_ERROR, "", (struct position){0}, "try", "no code");
    diag_add(&d, DIAG_ERROR, "P0002", (struct position){"x.csv", 0, 0, 0}, "try", "file only");
    diag_add(&d, DIAG_ERROR, "P0003", (struct position){"x.csv", 18231, 0, 0}, NULL, "no source");
    diag_add(&d, DIAG_ERROR, "P0004", at(1, 0, 0), "try", "line only");
    diag_add(&d, DIAG_ERROR, "P0005", at(1, 0, 0), NULL, "line only");
    diag_add(&d, DIAG_ERROR, "P0006", at(9, 2, 1), "try", "line not there");
    diag_add(&d, DIAG_ERROR, "P0007", (struct position){NULL, 2, 3, 1}, NULL, "no file");
    assert_printed(&d, "error[P0001]: no place\n"
                       "error: no code\n"
                       "  try\n"
                       "x.csv: error[P0002]: file only\n"
                       "  try\n"
                       "x.csv:18231: error[P0003]: no source\n"
                       "spring.yaml:1: error[P0004]: line only\n"
                       "  1 | a: 1\n"
                       "    | try\n"
                       "spring.yaml:1: error[P0005]: line only\n"
                       "  1 | a: 1\n"
                       "spring.yaml:9:2: error[P0006]: line not there\n"
                       "  try\n"
                       "line 2:3: error[P0007]: no file\n");
}

static void test_diag__caret_counts_characters_and_keeps_tabs(void **state)
{
    (void)state;
    struct diags d = with_source("\tk\xC3\xA9y:\t\xC3\xA4\xC3\xB6 bad\n"
                                 "\xE4\xB8\xAD\xE6\x96\x87: bad\n");
    diag_add(&d, DIAG_ERROR, "P0001", at(1, 10, 3), "fix", "x");
    diag_add(&d, DIAG_ERROR, "P0001", at(1, 7, 2), "fix", "x");
    diag_add(&d, DIAG_ERROR, "P0001", at(2, 5, 3), "fix", "x");
    diag_add(&d, DIAG_ERROR, "P0001", at(2, 1, 2), "fix", "x");
    assert_printed(&d, "spring.yaml:1:10: error[P0001]: x\n"
                       "  1 | \tk\xC3\xA9y:\t\xC3\xA4\xC3\xB6 bad\n"
                       "    | \t    \t   ^^^ fix\n"
                       "spring.yaml:1:7: error[P0001]: x\n"
                       "  1 | \tk\xC3\xA9y:\t\xC3\xA4\xC3\xB6 bad\n"
                       "    | \t    \t^^ fix\n"
                       "spring.yaml:2:5: error[P0001]: x\n"
                       "  2 | \xE4\xB8\xAD\xE6\x96\x87: bad\n"
                       "    |       ^^^ fix\n"
                       "spring.yaml:2:1: error[P0001]: x\n"
                       "  2 | \xE4\xB8\xAD\xE6\x96\x87: bad\n"
                       "    | ^^^^ fix\n");
}

static void test_diag__byte_order_mark_has_no_column(void **state)
{
    (void)state;
    struct diags d = with_source("\xEF\xBB\xBF"
                                 "ab: 1\n");
    diag_add(&d, DIAG_ERROR, "P0001", at(1, 1, 2), "fix", "x");
    assert_printed(&d, "spring.yaml:1:1: error[P0001]: x\n"
                       "  1 | ab: 1\n"
                       "    | ^^ fix\n");
}

static void test_diag__hides_a_line_with_a_secret(void **state)
{
    (void)state;
    struct diags d = with_source("a: 1\nkey: hunter2\n");
    diags_hide(&d, at(2, 6, 7));
    diag_add(&d, DIAG_ERROR, "P0103", at(2, 1, 3), "fix", "unknown key");
    diag_add(&d, DIAG_ERROR, "P0111", at(2, 6, 7), "use a secret", "a secret written out");
    diag_add(&d, DIAG_ERROR, "P0103", at(1, 1, 1), NULL, "x");
    assert_printed(&d, "spring.yaml:2:1: error[P0103]: unknown key\n"
                       "  fix\n"
                       "spring.yaml:2:6: error[P0111]: a secret written out\n"
                       "  use a secret\n"
                       "spring.yaml:1:1: error[P0103]: x\n"
                       "  1 | a: 1\n"
                       "    | ^\n");
}

// The mark does not depend on a diagnostic that was kept, and belongs to one file.
static void test_diag__hides_beyond_the_cap(void **state)
{
    (void)state;
    struct diags d = with_source("a: 1\nkey: hunter2\n");
    for (int i = 0; i < DIAG_MOST; i++) {
        diag_add(&d, DIAG_ERROR, "P0103", at(2, 1, 3), NULL, "unknown");
    }
    diag_add(&d, DIAG_ERROR, "P0111", at(2, 6, 7), NULL, "dropped");
    diags_hide(&d, at(2, 6, 7));
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    diags_print(&d, out, false);
    fclose(out);
    assert_null(strstr(text, "hunter2"));
    assert_non_null(strstr(text, "1 more not shown"));
    free(text);
    diags_release(&d);

    d = with_source("a: 1\nkey: plain\n");
    struct position other = at(2, 1, 1);
    other.file = "other.yaml";
    diags_hide(&d, other);
    diag_add(&d, DIAG_ERROR, "P0103", at(2, 1, 3), "fix", "unknown");
    assert_printed(&d, "spring.yaml:2:1: error[P0103]: unknown\n"
                       "  2 | key: plain\n"
                       "    | ^^^ fix\n");
}

static void test_diag__caret_stays_on_the_line(void **state)
{
    (void)state;
    struct diags d = with_source("ab\n\ncd");
    diag_add(&d, DIAG_ERROR, "P0001", at(1, 2, 50), "fix", "long token");
    diag_add(&d, DIAG_ERROR, "P0001", at(1, 3, 1), "fix", "at the end");
    diag_add(&d, DIAG_ERROR, "P0001", at(1, 30, 4), "fix", "behind the end");
    assert_printed(&d, "spring.yaml:1:2: error[P0001]: long token\n"
                       "  1 | ab\n"
                       "    |  ^ fix\n"
                       "spring.yaml:1:3: error[P0001]: at the end\n"
                       "  1 | ab\n"
                       "    |   ^ fix\n"
                       "spring.yaml:1:30: error[P0001]: behind the end\n"
                       "  1 | ab\n"
                       "    |   ^ fix\n");
}

static void test_diag__escapes_what_could_fake_a_line(void **state)
{
    (void)state;
    struct diags d = with_source("k\x1b[2Jy: \xE2\x80\xAE"
                                 "b\n");
    diag_add(&d, DIAG_ERROR, "P0001", at(1, 9, 1), "hint\nerror: fake", "bad \x1b[31m\r\xFF text");
    assert_printed(&d, "spring.yaml:1:9: error[P0001]: bad \\x1b[31m\\r\\xff text\n"
                       "  1 | k\\x1b[2Jy: \\u202eb\n"
                       "    |            ^^^^^^ hint\\nerror: fake\n");
}

static void test_diag__cuts_a_very_long_line_around_the_fault(void **state)
{
    (void)state;
    char source[2001];
    memset(source, '.', 2000);
    source[2000] = '\0';
    source[999] = 'X';
    source[1] = 'Y';
    struct diags d = with_source(source);
    diag_add(&d, DIAG_ERROR, "P0001", at(1, 1000, 1), NULL, "middle");
    diag_add(&d, DIAG_ERROR, "P0001", at(1, 2, 1), NULL, "start");
    char *text = printed(&d, false);
    char *x = strchr(text, 'X');
    char *line = strstr(text, "  1 | ...");
    assert_non_null(line);
    char *end = strchr(line, '\n');
    assert_true(end - line < 180);
    assert_memory_equal(end - 3, "...", 3);
    char *caret = strchr(end, '^');
    assert_int_equal(caret - (end + 1), x - line);
    assert_non_null(strstr(text, "  1 | .Y."));
    free(text);
    diags_release(&d);
}

static void test_diag__keeps_two_hundred_and_counts_the_rest(void **state)
{
    (void)state;
    struct diags d = {0};
    for (uint32_t i = 1; i <= 205; i++) {
        diag_add(&d, DIAG_WARNING, "P0200", at(i, 1, 1), NULL, "warning %u", i);
    }
    assert_int_equal(d.n, DIAG_MOST);
    assert_int_equal(d.n_dropped, 5);
    assert_false(diags_failed(&d));
    diag_add(&d, DIAG_ERROR, "P0100", at(300, 1, 1), NULL, "an error takes a place");
    assert_true(diags_failed(&d));
    assert_int_equal(d.n, DIAG_MOST);
    assert_int_equal(d.n_dropped, 6);
    char *text = printed(&d, false);
    assert_non_null(strstr(text, "warning 199\n"));
    assert_null(strstr(text, "warning 200\n"));
    assert_non_null(strstr(text, "an error takes a place\n6 more not shown\n"));
    free(text);
    for (uint32_t i = 0; i < 300; i++) {
        diag_add(&d, DIAG_ERROR, "P0100", at(400, 1, 1), NULL, "error %u", i);
    }
    assert_int_equal(d.n_errors, 301);
    assert_int_equal(d.n, DIAG_MOST);
    for (size_t i = 0; i < d.n; i++) {
        assert_int_equal(d.items[i].level, DIAG_ERROR);
    }
    diags_release(&d);
    assert_int_equal(mem_live_blocks(), 0);
}

static void test_diag__sorts_by_position_and_is_stable(void **state)
{
    (void)state;
    static const struct position places[] = {
        {"b.yaml", 1, 1, 1}, {"a.yaml", 9, 1, 1}, {"a.yaml", 2, 5, 1}, {"a.yaml", 2, 5, 3},
        {"a.yaml", 2, 1, 1}, {NULL, 0, 0, 0},     {"a.yaml", 0, 0, 0},
    };
    struct diags d = {0};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        diag_add(&d, DIAG_ERROR, "P0001", places[i], NULL, "%zu", i);
    }
    diags_sort(&d);
    // 2 and 3 stand at the same place and keep their order.
    static const char *const expected[] = {"5", "6", "4", "2", "3", "1", "0"};
    for (size_t i = 0; i < d.n; i++) {
        assert_string_equal(d.items[i].message, expected[i]);
    }
    diags_release(&d);
}

static void test_diag__copies_what_it_keeps(void **state)
{
    (void)state;
    struct diags d = {0};
    char file[] = "one.yaml";
    char hint[] = "hint";
    diag_add(&d, DIAG_ERROR, "P01030000000", (struct position){file, 1, 1, 1}, hint, "%s", hint);
    memset(file, 'x', strlen(file));
    memset(hint, 'x', strlen(hint));
    assert_printed(&d, "one.yaml:1:1: error[P010300]: hint\n  hint\n");
}

static void test_diag__colours_when_asked(void **state)
{
    (void)state;
    struct diags d = with_source("ab\n");
    diag_add(&d, DIAG_ERROR, "P0001", at(1, 1, 2), NULL, "x");
    char *text = printed(&d, true);
    assert_string_equal(text, "\x1b[1mspring.yaml:1:1: \x1b[0m\x1b[1;31merror[P0001]\x1b[0m: x\n"
                              "  1 | ab\n"
                              "    | \x1b[1;31m^^\x1b[0m\n");
    free(text);
    diags_release(&d);
}

// Each case: the line, where the scalar stands, the fault's place in its value, the wanted place.
static void test_diag__error_moves_into_a_plain_scalar(void **state)
{
    (void)state;

    static const struct {
        const char *line;
        uint32_t column;
        uint32_t length;
        uint32_t fault; // byte + 1
        uint32_t fault_length;
        uint32_t wanted;
        uint32_t wanted_length;
    } cases[] = {
        {"where: a >> 1", 8, 6, 3, 2, 10, 2},
        {"where: a >> 1", 8, 6, 0, 0, 8, 6},
        {"where: \"a >> 1\"", 8, 8, 3, 2, 11, 2},
        {"where: 'a >> 1'", 8, 8, 3, 2, 11, 2},
        {"where: \xC3\xA4 > \xC3\xB6", 8, 5, 6, 2, 12, 1},
        {"where: \"a\\tb >> 1\"", 8, 11, 5, 2, 8, 11}, // an escape before it
        {"where: \"a >> 1\\t\"", 8, 11, 3, 2, 11, 2},  // an escape behind it
        {"where: 'it''s >> 1'", 8, 12, 6, 2, 8, 12},
        {"where: ${var:x} >> 1", 8, 13, 3, 2, 8, 13},
        {"where: a >> ${var:x}", 8, 13, 3, 2, 10, 2},
        {"where: |", 8, 1, 3, 2, 8, 1},
        {"where: >-", 8, 2, 3, 2, 8, 2},
        {"where: a", 8, 1, 30, 2, 8, 1}, // goes on in the next line
        {"where: a >", 8, 3, 4, 0, 11, 1},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct diags d = with_source(cases[i].line);
        struct pt_error err = ERROR_INIT;
        error_set(&err, PT_E_CONFIG, "unexpected");
        strcpy(err.hint, "hint");
        err.column = cases[i].fault;
        err.length = cases[i].fault_length;
        diag_add_error(&d, "P0301", at(1, cases[i].column, cases[i].length), &err);
        assert_int_equal(d.n, 1);
        assert_int_equal(d.items[0].at.column, cases[i].wanted);
        assert_int_equal(d.items[0].at.length, cases[i].wanted_length);
        assert_string_equal(d.items[0].hint, "hint");
        diags_release(&d);
    }
}

static void test_diag__error_without_text_names_its_code(void **state)
{
    (void)state;
    struct diags d = {0};
    struct pt_error err = {.code = PT_E_DATA, .column = 3};
    diag_add_error(&d, "P0001", at(1, 5, 9), &err);
    assert_string_equal(d.items[0].message, "bad data");
    assert_null(d.items[0].hint);
    assert_int_equal(d.items[0].at.column, 7);
    diags_release(&d);
}

static bool scenario(void)
{
    struct diags d = with_source("ab\n");
    char large[3000] = {0};
    memset(large, 'm', sizeof large - 1);
    for (uint32_t i = 0; i < 20; i++) {
        diag_add(&d, DIAG_WARNING, "P0001", at(i, 1, 1), large, "%s", large);
    }
    diags_sort(&d);
    bool complete = !d.out_of_memory;
    // A lost warning counts as an error, and the list says so.
    assert_int_equal(diags_failed(&d), !complete);
    char *text = printed(&d, false);
    assert_int_equal(strstr(text, "out of memory") == NULL, complete);
    free(text);
    diags_release(&d);
    return complete;
}

static void test_diag__survives_failing_allocations(void **state)
{
    (void)state;
    assert_true(sweep_allocations(scenario) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_diag__shows_line_caret_and_fix),
        cmocka_unit_test(test_diag__gutter_follows_the_line_number),
        cmocka_unit_test(test_diag__positions_may_be_partly_unknown),
        cmocka_unit_test(test_diag__caret_counts_characters_and_keeps_tabs),
        cmocka_unit_test(test_diag__byte_order_mark_has_no_column),
        cmocka_unit_test(test_diag__hides_a_line_with_a_secret),
        cmocka_unit_test(test_diag__hides_beyond_the_cap),
        cmocka_unit_test(test_diag__caret_stays_on_the_line),
        cmocka_unit_test(test_diag__escapes_what_could_fake_a_line),
        cmocka_unit_test(test_diag__cuts_a_very_long_line_around_the_fault),
        cmocka_unit_test(test_diag__keeps_two_hundred_and_counts_the_rest),
        cmocka_unit_test(test_diag__sorts_by_position_and_is_stable),
        cmocka_unit_test(test_diag__copies_what_it_keeps),
        cmocka_unit_test(test_diag__colours_when_asked),
        cmocka_unit_test(test_diag__error_moves_into_a_plain_scalar),
        cmocka_unit_test(test_diag__error_without_text_names_its_code),
        cmocka_unit_test(test_diag__survives_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// UTF-16 files, made from UTF-8 texts by iconv: the same rows, rejects where they are in the file.
#include "csv_case.h"

#include <iconv.h>
#include <stdbool.h>

#define BYTES_MAX 20000u

struct bytes {
    uint8_t p[BYTES_MAX];
    size_t n;
};

static void convert(const char *to, const char *text, size_t n, struct bytes *out)
{
    iconv_t c = iconv_open(to, "UTF-8");
    char *in = (char *)(uintptr_t)text;
    char *end = (char *)out->p + out->n;
    size_t room = BYTES_MAX - out->n;
    assert_int_equal(iconv(c, &in, &n, &end, &room), 0);
    out->n = (size_t)(end - (char *)out->p);
    iconv_close(c);
}

static struct harness *harness_of(const struct bytes *file)
{
    struct harness *h = harness_new("crm-csv");
    harness_bytes(h, "path", "a.csv", file->p, file->n);
    return h;
}

static const char *const texts[] = {
    "a,b,c\n1,x,2024-01-02\n2,\"y, \"\"z\"\"\nw\",\n",
    "id;name\r\n1;\xe4\xbd\xa0\xe5\xa5\xbd\r\n2;\xf0\x9f\x98\x80 caf\xc3\xa9\r\n",
    "k\tv\r1\t\xc3\xbc\r2\tb",
    "a,b\n1,x\n2\n\n3,\"open\n4,y\n\xe4\xbd\xa0,5,6\n7,z\n",
};

static const struct {
    const char *name;
    const char *mark;
    const char *option;
    const char *note;
} forms[] = {
    {"UTF-16LE", "\xff\xfe", "encoding=auto", "UTF-16LE, "},
    {"UTF-16BE", "\xfe\xff", "encoding=auto", "UTF-16BE, "},
    {"UTF-16LE", "\xff\xfe", "encoding=utf-16le", "UTF-16LE, "},
    {"UTF-16BE", "", "encoding=utf-16be", "UTF-16BE, "},
    {"UTF-16LE", "", "encoding=utf-16le", "UTF-16LE, "},
};

// Bytes of the file before the line of the text.
static uint64_t offset_of(const char *form, const char *mark, const char *text, uint64_t offset)
{
    static struct bytes part;
    part.n = 0;
    convert(form, text, offset, &part);
    return part.n + strlen(mark);
}

static void check_same(const char *text, size_t form, const struct harness_options *options,
                       uint64_t read_limit)
{
    static struct bytes file;
    struct harness_table plain;
    struct harness_table t;
    struct harness *h = csv_harness(text);
    csv_set(h, "header=yes");
    csv_read(h, &plain);
    memcpy(file.p, forms[form].mark, strlen(forms[form].mark));
    file.n = strlen(forms[form].mark);
    convert(forms[form].name, text, strlen(text), &file);
    struct harness *wide = harness_of(&file);
    csv_set(wide, "header=yes");
    csv_set(wide, forms[form].option);
    harness_read_limit(wide, read_limit);
    if (harness_read(wide, options, &t) != PT_OK) {
        fail_msg("%s: %s", forms[form].name, harness_message(wide));
    }
    assert_memory_equal(t.notes, forms[form].note, strlen(forms[form].note));
    assert_string_equal(t.schema, plain.schema);
    assert_int_equal(t.lines, plain.lines);
    for (uint64_t i = 0; i < plain.n_rejects && i < t.n_rejects; i++) {
        uint64_t offset = plain.rejects[i].offset;
        assert_int_equal(t.rejects[i].offset,
                         offset_of(forms[form].name, forms[form].mark, text, offset));
        t.rejects[i].offset = offset;
    }
    assert_true(harness_equal(&plain, &t));
    csv_done(wide, &t);
    csv_done(h, &plain);
}

static void test_crm_csv_utf16__reads_as_the_utf8_file_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        for (size_t form = 0; form < sizeof forms / sizeof forms[0]; form++) {
            for (uint64_t limit = 0; limit < 12; limit++) {
                const struct harness_options whole = {.threads = 1};
                const struct harness_options cut = {.threads = 2, .target_bytes = 1 + limit * 3};
                check_same(texts[i], form, &whole, limit);
                check_same(texts[i], form, &cut, limit);
            }
        }
    }
}

static void test_crm_csv_utf16__long_files(void **state)
{
    (void)state;
    static char text[9000];
    size_t n = (size_t)snprintf(text, sizeof text, "a,b\n");
    for (int i = 0; n < 8500; i++) {
        n += (size_t)snprintf(text + n, sizeof text - n,
                              "%d,\"\xe4\xbd\xa0 \xf0\x9f\x98\x80\n%d\"\n", i, i % 7);
        n += i % 50 == 0 ? (size_t)snprintf(text + n, sizeof text - n, "lone\n") : 0;
    }
    for (size_t form = 0; form < sizeof forms / sizeof forms[0]; form++) {
        const struct harness_options whole = {.threads = 1, .batch_rows = 7};
        const struct harness_options cut = {.threads = 2, .target_bytes = 700};
        check_same(text, form, &whole, 333);
        check_same(text, form, &cut, 0);
    }
}

// A lone half, before and behind a good pair, and half a unit at the end.
static void test_crm_csv_utf16__what_is_no_character_is_rejected(void **state)
{
    (void)state;
    static const uint8_t text[] = "\xff\xfe"
                                  "a\0,\0b\0\n\0"
                                  "1\0,\0x\0\n\0"
                                  "2\0,\0\x00\xd8\n\0"
                                  "3\0,\0\x3d\xd8\x00\xde\n\0"
                                  "4\0,\0\x00\xdc\x3d\xd8\n\0"
                                  "5\0,\0y\0\n\0"
                                  "6\0,\0z";
    for (uint64_t limit = 0; limit < 9; limit++) {
        struct harness_table t;
        struct harness *h = harness_new("crm-csv");
        harness_bytes(h, "path", "a.csv", text, sizeof text - 1);
        harness_read_limit(h, limit);
        csv_read(h, &t);
        assert_int_equal(t.n_rows, 3);
        assert_string_equal(t.rows[1], "3\t\xf0\x9f\x98\x80");
        assert_string_equal(t.rows[2], "5\ty");

        static const struct {
            uint64_t line;
            uint64_t offset;
        } bad[] = {{3, 18}, {5, 36}, {7, 54}};

        assert_int_equal(t.n_rejects, 3);
        for (size_t i = 0; i < 3; i++) {
            assert_string_equal(t.rejects[i].reason, "not UTF-16");
            assert_int_equal(t.rejects[i].line, bad[i].line);
            assert_int_equal(t.rejects[i].offset, bad[i].offset);
        }
        csv_done(h, &t);
    }
}

static void test_crm_csv_utf16__found_without_a_mark(void **state)
{
    (void)state;
    static const char *const names[] = {"UTF-16LE", "UTF-16BE"};
    for (size_t i = 0; i < 2; i++) {
        static struct bytes file;
        struct harness_table t;
        file.n = 0;
        convert(names[i], "a,b\n1,x\n", 8, &file);
        struct harness *h = harness_of(&file);
        csv_read(h, &t);
        assert_memory_equal(t.notes, names[i], 8);
        assert_int_equal(t.n_rows, 1);
        assert_string_equal(t.rows[0], "1\tx");
        csv_done(h, &t);
    }
}

static void test_crm_csv_utf16__another_encoding_than_asked_for(void **state)
{
    (void)state;

    static const struct {
        const char *text;
        size_t n;
        const char *option;
        const char *message;
    } all[] = {
        {"\xff\xfe"
         "a\0,\0b\0\n\0",
         10, "encoding=utf-8", "a.csv is UTF-16LE, but the encoding asked for is UTF-8"},
        {"\xfe\xff\0a\0,\0b\0\n", 10, "encoding=utf-16le",
         "a.csv is UTF-16BE, but the encoding asked for is UTF-16LE"},
        {"\xff\xfe"
         "a\0,\0b\0\n\0",
         10, "encoding=gb18030", "a.csv is UTF-16LE, but the encoding asked for is GB18030"},
    };

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct harness_table t;
        const struct harness_options options = {.threads = 1};
        struct harness *h = harness_new("crm-csv");
        harness_bytes(h, "path", "a.csv", all[i].text, all[i].n);
        csv_set(h, all[i].option);
        assert_int_equal(harness_read(h, &options, &t), PT_E_DATA);
        assert_string_equal(harness_message(h), all[i].message);
        assert_string_equal(harness_option_at_fault(h), "encoding");
        csv_done(h, &t);
    }
}

static void test_crm_csv_utf16__every_failing_allocation(void **state)
{
    (void)state;
    static struct bytes file;
    file.n = 0;
    convert("UTF-16LE", texts[0], strlen(texts[0]), &file);
    struct harness *h = harness_of(&file);
    const struct harness_options options = {.threads = 1, .batch_rows = 1};
    uint64_t failures = 0;
    for (uint64_t at = 1;; at++) {
        struct harness_table t;
        harness_fault(h, at, 1);
        pt_status status = harness_read(h, &options, &t);
        bool was_hit = harness_fault_calls(h) >= at;
        harness_fault(h, 0, 0);
        harness_table_release(&t);
        assert_int_equal(harness_live_blocks(h), 0);
        if (!was_hit) {
            assert_int_equal(status, PT_OK);
            break;
        }
        // A buffer that could not be had in advance is tried again later: OK is fine too.
        assert_true(status == PT_OK || status == PT_E_NO_MEMORY);
        failures += status != PT_OK;
    }
    assert_true(failures > 20);
    harness_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crm_csv_utf16__reads_as_the_utf8_file_does),
        cmocka_unit_test(test_crm_csv_utf16__long_files),
        cmocka_unit_test(test_crm_csv_utf16__what_is_no_character_is_rejected),
        cmocka_unit_test(test_crm_csv_utf16__found_without_a_mark),
        cmocka_unit_test(test_crm_csv_utf16__another_encoding_than_asked_for),
        cmocka_unit_test(test_crm_csv_utf16__every_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

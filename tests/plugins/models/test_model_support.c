// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What sdk/support offers models: payloads, copies of columns, JSON text.
#include <setjmp.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "host.h"
#include "json.h"
#include "mem.h"
#include "pt_columns.h"
#include "pt_json.h"
#include "pt_payload.h"

// Bytes in memory, as a host keeps them.
struct pt_writer {
    struct str bytes;
};

struct pt_reader {
    struct text left;
};

static pt_status write_bytes(pt_writer *writer, const void *data, uint64_t size, pt_error *err)
{
    (void)err;
    return str_add_n(&writer->bytes, data, size) ? PT_OK : PT_E_NO_MEMORY;
}

static pt_status read_bytes(pt_reader *reader, void *buffer, uint64_t size, pt_error *err)
{
    if (size > reader->left.n) {
        FAIL(err, PT_E_DATA, "too short");
    }
    memcpy(buffer, reader->left.p, size);
    reader->left = text_n(reader->left.p + size, reader->left.n - size);
    return PT_OK;
}

static uint64_t bytes_left(const pt_reader *reader)
{
    return reader->left.n;
}

static const pt_writer_api writer_api = {.struct_size = sizeof writer_api, .write = write_bytes};
static const pt_reader_api reader_api = {
    .struct_size = sizeof reader_api, .read = read_bytes, .remaining = bytes_left};

static void test_pt_payload__reads_back_and_notices_every_cut(void **state)
{
    (void)state;
    pt_host host;
    pt_writer writer = {{0}};
    struct pt_error err = ERROR_INIT;
    static const double values[] = {0.1, -2, 1e300};
    host_table_init(&host, NULL);
    host.writer = &writer_api;
    host.reader = &reader_api;
    struct pt_payload_writer w = {.host = &host, .writer = &writer, .err = &err};
    pt_payload_put_u32(&w, 7);
    pt_payload_put_u64(&w, UINT64_C(1) << 40);
    pt_payload_put_f64s(&w, values, 3);
    assert_int_equal(w.status, PT_OK);
    assert_int_equal(writer.bytes.n, 36);
    assert_memory_equal(writer.bytes.p, "\7\0\0\0\0\0\0\0\0\1\0\0", 12);
    for (size_t n = 0; n <= 36; n++) {
        pt_reader reader = {text_n(writer.bytes.p, n)};
        struct pt_payload_reader r = {.host = &host, .reader = &reader, .err = &err};
        double read[3] = {0};
        uint32_t a = pt_payload_u32(&r);
        uint64_t b = pt_payload_u64(&r);
        pt_payload_f64s(&r, read, 3);
        assert_int_equal(r.status, n == 36 ? PT_OK : PT_E_DATA);
        if (n == 36) {
            assert_true(a == 7 && b == UINT64_C(1) << 40);
            assert_memory_equal(read, values, sizeof values);
        }
    }
    str_release(&writer.bytes);
}

static void test_pt_payload__refuses_what_cannot_be(void **state)
{
    (void)state;
    pt_host host;
    struct pt_error err = ERROR_INIT;
    static const double infinite = (double)INFINITY;
    host_table_init(&host, NULL);
    host.writer = &writer_api;
    host.reader = &reader_api;
    pt_reader reader = {text_n((const char *)&infinite, sizeof infinite)};
    struct pt_payload_reader r = {.host = &host, .reader = &reader, .err = &err};
    assert_int_equal(pt_payload_fits(&r, 1, 8), 1);
    assert_true(pt_payload_f64(&r) == 0);
    assert_int_equal(r.status, PT_E_DATA);
    assert_non_null(strstr(err.message, "not finite"));
    reader = (pt_reader){text_n((const char *)&infinite, sizeof infinite)};
    r = (struct pt_payload_reader){.host = &host, .reader = &reader, .err = &err};
    assert_int_equal(pt_payload_fits(&r, UINT64_MAX, 8), 0);
    assert_int_equal(r.status, PT_E_DATA);
}

static const char *const level_names[] = {"a", "b"};
static const pt_column_info category = {.struct_size = sizeof category,
                                        .kind = PT_COLUMN_CATEGORY,
                                        .name = "c",
                                        .n_levels = 2,
                                        .levels = level_names,
                                        .source = "c",
                                        .factor = 1};
static const pt_column_info number = {.struct_size = sizeof number,
                                      .name = "x",
                                      .source = "x",
                                      .transform = "log1p",
                                      .offset = 2,
                                      .factor = 0.5};
static const pt_column_info older = {.struct_size = offsetof(pt_column_info, source), .name = "o"};
static const pt_column_info *const infos[] = {&category, &number, &older};
static const pt_schema schema = {.struct_size = sizeof schema, .n_columns = 3, .columns = infos};

static void test_pt_columns__copies_and_undoes(void **state)
{
    (void)state;
    pt_host host;
    struct pt_columns c = {0};
    host_table_init(&host, NULL);
    int64_t before = mem_live_blocks();
    assert_int_equal(pt_columns_copy(&host, &schema, &c, NULL), PT_OK);
    assert_int_equal(c.n, 3);
    assert_true(c.items[0].is_category && c.items[0].n_levels == 2);
    assert_string_equal(c.items[0].levels[1], "b");
    assert_true(fabs(pt_column_raw(&c.items[1], 0) - expm1(2)) < 1e-12);
    assert_true(fabs(pt_column_raw(&c.items[1], 1) - expm1(4)) < 1e-12);
    assert_true(pt_column_raw(&c.items[2], 5) == 5); // a host that does not tell
    assert_null(c.items[2].source);
    pt_columns_release(&host, &c);
    uint64_t at = 1;
    pt_status status = PT_E_NO_MEMORY;
    for (; status != PT_OK; at++) {
        mem_fault_arm(at, false);
        status = pt_columns_copy(&host, &schema, &c, NULL);
        mem_fault_arm(0, false);
        pt_columns_release(&host, &c);
        assert_int_equal(mem_live_blocks(), before);
    }
    assert_true(at > 9);
}

static void test_pt_json__writes_json(void **state)
{
    (void)state;
    pt_host host;
    pt_writer writer = {{0}};
    host_table_init(&host, NULL);
    host.writer = &writer_api;
    host.reader = &reader_api;
    for (uint64_t at = 1;; at++) {
        struct pt_json j = {.host = &host};
        mem_fault_arm(at, true);
        pt_json_open(&j, '{');
        pt_json_key(&j, "text \"\\\n\x01");
        pt_json_text(&j, "caf\xc3\xa9 \xff");
        pt_json_key(&j, "list");
        pt_json_open(&j, '[');
        pt_json_f64(&j, 0.1);
        pt_json_f64(&j, (double)NAN);
        pt_json_u64(&j, UINT64_MAX);
        pt_json_bool(&j, true);
        pt_json_text(&j, NULL);
        pt_json_text(&j, "\xe2\x82\xac");
        pt_json_close(&j, ']');
        pt_json_close(&j, '}');
        bool was_whole = !j.failed;
        mem_fault_arm(0, false);
        assert_int_equal(pt_json_write(&j, &writer, NULL), was_whole ? PT_OK : PT_E_NO_MEMORY);
        if (was_whole) {
            assert_true(at > 1);
            break;
        }
    }
    assert_string_equal(str_get(&writer.bytes),
                        "{\"text \\\"\\\\\\u000a\\u0001\":\"caf?? ?\",\"list\":[0.1,null,"
                        "18446744073709551615,true,null,\"\xe2\x82\xac\"]}");
    struct json *parsed = NULL;
    assert_int_equal(json_parse(str_view(&writer.bytes), &parsed, NULL), PT_OK);
    json_free(parsed);
    str_release(&writer.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pt_payload__reads_back_and_notices_every_cut),
        cmocka_unit_test(test_pt_payload__refuses_what_cannot_be),
        cmocka_unit_test(test_pt_columns__copies_and_undoes),
        cmocka_unit_test(test_pt_json__writes_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
